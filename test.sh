#!/usr/bin/env bash
# Runs every test. On Debian and Ubuntu it first installs what the tests need where that is missing:
# a software Vulkan driver, so that the shaders run without a GPU, real images, and a browser for the pages. ./test.sh --heavy
# adds whole trainings that take minutes, and exported networks in another runtime, for which it needs Python.
set -euo pipefail
cd "$(dirname "$0")"

packages=(mesa-vulkan-drivers dataset-fashion-mnist)
command -v chromium chromium-browser google-chrome >/dev/null || packages+=(chromium)
if [ "${1:-}" = --heavy ]; then packages+=(python3-venv); fi
if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
    missing=()
    for package in "${packages[@]}"; do
        dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        echo "installing ${missing[*]}" >&2
        as_root=()
        [ "$(id -u)" -eq 0 ] || as_root=(sudo)
        "${as_root[@]}" apt-get update -qq
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    fi
else
    echo "The tests need a Vulkan, Metal or DX12 adapter (Mesa's lavapipe is one in software) and the Fashion-MNIST" >&2
    echo "files train-images-idx3-ubyte.gz, … in /usr/share/datasets/fashion-mnist or in \$GRADUS_DATA, and Chromium." >&2
fi

# Tests launch many small kernels, and lavapipe runs those fastest on the thread that submits them.
export LP_NUM_THREADS="${LP_NUM_THREADS:-0}"
# Mesa's adapter sorting asks for a desktop, and complains where there is none.
export NODEVICE_SELECT=1
cargo test --locked
if [ "${1:-}" = --heavy ]; then
    unset LP_NUM_THREADS
    cargo build --release --locked
    tests/heavy.sh
    tests/onnx.sh
fi
