#!/usr/bin/env bash
# Every op and activation, and two whole networks, as ONNX models in onnxruntime against the CPU twins. Python is
# needed for this alone: a virtual environment in target/ gets it, unless PYTHON names one that has it.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-target/onnx-venv/bin/python}
if [ -z "${PYTHON:-}" ] && ! "$python" -c 'import onnx, onnxruntime' 2>/dev/null; then
    python3 -m venv target/onnx-venv
    "$python" -m pip install --quiet --requirement tests/onnx.txt
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cargo run --quiet --release --locked --example onnx_cases -- "$out/cases"
"$python" tests/onnx_check.py cases "$out/cases"

# Whole networks, barely trained, on examples that another program reads for itself.
network() { # name, input, arguments of train…
    local name=$1 input=$2
    shift 2
    target/release/gradus train "$@" --device cpu --out "$out/$name" >/dev/null 2>&1
    target/release/gradus predict "$out/$name" --input "$input" --device cpu --out "$out/$name.csv" 2>/dev/null
    target/release/gradus export "$out/$name" --format onnx --out "$out/$name.onnx" 2>/dev/null
    "$python" tests/onnx_check.py run "$out/$name.onnx" "$input" "$out/$name.csv"
}
"$python" tests/onnx_check.py data "$out/pictures.npz" "$out/test.npz" "$out/points.npz"
images=${GRADUS_DATA:-/usr/share/datasets/fashion-mnist}/t10k-images-idx3-ubyte.gz
network fashion-cnn "$images" configs/fashion-cnn.toml --set train.epochs=1 --set data.train_limit=4000
# The maps of features are nodes, too: raw rows go in.
for map in "map='polynomial',degree=5" "map='fourier',count=50,bandwidth=0.5"; do
    network "moons-${map:5:4}" "$out/points.npz" configs/digits.toml --set data.source=moons --set "data.features={$map}" \
        --set data.normalize=standard --set model.layers.1.units=2 --set train.epochs=5
done
network resnet20 "$out/test.npz" configs/resnet20-cifar10.toml --set data.source=npy --set "data.path=$out/pictures.npz" \
    --set train.epochs=1 --set train.batch_size=32 --set data.dev=0.1 --set "optimizer.learning_rate=1e-3"
