#!/usr/bin/env bash
# Whole trainings of the release build on Fashion-MNIST: three seeds on the CPU device, one on the first
# adapter. Each must reach 85.5% on the test images. Then trainings that are killed again and again.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
failed=0
check() { # name, arguments…
    local name=$1
    shift
    target/release/gradus train configs/fashion-mlp.toml --out "$out/$name" "$@" >/dev/null
    local accuracy
    accuracy=$(target/release/gradus evaluate "$out/$name" --device cpu --json | sed 's/.*"accuracy":\([0-9.]*\).*/\1/')
    if awk "BEGIN { exit !($accuracy >= 0.855) }"; then echo "$name: $accuracy"; else echo "$name: $accuracy is below 0.855"; failed=1; fi
}
for seed in 1 2 3; do check "cpu-$seed" --device cpu --set "seed=$seed"; done
check gpu-1 --device gpu --set seed=1
python3 tests/kill.py target/release/gradus cpu 100
python3 tests/kill.py target/release/gradus gpu 20
exit $failed
