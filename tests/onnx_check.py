"""Models that gradus exported, in onnxruntime; see onnx.sh.

    onnx_check.py cases FOLDER                  every model of the folder on its case
    onnx_check.py run MODEL INPUT PREDICTIONS   a model on examples, against what `gradus predict` wrote
    onnx_check.py data TRAIN TEST POINTS        random pictures of CIFAR-10's shape, and points, as .npz archives
"""

import csv
import gzip
import json
import sys
from pathlib import Path

import numpy
import onnx
import onnxruntime

# Of each number's size, or of 1 where it is smaller.
TOLERANCE = 1e-4


def session(path):
    onnx.checker.check_model(str(path), full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def difference(found, expected):
    found, expected = numpy.asarray(found, numpy.float64).ravel(), numpy.asarray(expected, numpy.float64).ravel()
    if found.shape != expected.shape:
        sys.exit(f"{found.shape} numbers, where {expected.shape} are right")
    both = numpy.isfinite(found) & numpy.isfinite(expected)
    if not both.all():
        return numpy.inf
    return float(numpy.max(numpy.abs(found - expected) / numpy.maximum(1, numpy.abs(expected))))


def cases(folder):
    worst = {}
    files = sorted(Path(folder).glob("*.json"))
    for file in files:
        case = json.loads(file.read_text())
        x = numpy.array(case["input"], numpy.float32).reshape(case["shape"])
        logits, probabilities = session(file.with_suffix(".onnx")).run(["logits", "probabilities"], {"input": x})
        expected = numpy.array(case["expected"])
        right = numpy.where(expected > 0, 1, numpy.exp(-abs(expected))) / (1 + numpy.exp(-abs(expected)))
        error = max(difference(logits, expected), difference(probabilities, right))
        worst[case["op"]] = max(worst.get(case["op"], (0, "")), (error, case["network"]))
    for op, (error, network) in worst.items():
        print(f"{op:18} {error:.1e}  {network}")
    wrong = [op for op, (error, _) in worst.items() if not error <= TOLERANCE]
    if not files or wrong:
        sys.exit(f"over {TOLERANCE}: {', '.join(wrong)}" if files else "no cases")
    print(f"{len(files)} models of {len(worst)} ops agree")


def examples(path):
    if path.endswith(".npz"):
        return numpy.load(path)["x"]
    pixels = gzip.open(path).read()
    extents = [int.from_bytes(pixels[at : at + 4], "big") for at in (4, 8, 12)]
    return numpy.frombuffer(pixels, numpy.uint8, offset=16).reshape(extents[0], 1, *extents[1:])


def run(model, path, table):
    network = session(model)
    x = examples(path)
    # The batch's axis takes any length.
    parts = [network.run(["probabilities"], {"input": part.astype(numpy.float32)})[0] for part in numpy.array_split(x, 7)]
    rows = list(csv.DictReader(open(table, newline="")))
    expected = [[float(value) for name, value in row.items() if name.startswith("p_")] for row in rows]
    classes = list(network.get_modelmeta().custom_metadata_map.items())
    error = difference(numpy.concatenate(parts), expected)
    print(f"{Path(model).stem}: {len(rows)} examples, worst {error:.1e}, {classes}")
    if not error <= TOLERANCE:
        sys.exit(f"over {TOLERANCE}")


def data(train, test, points):
    draw = numpy.random.default_rng(1)
    pictures = draw.integers(0, 256, (700, 3, 32, 32), numpy.uint8)
    labels = numpy.arange(700) % 10
    # Something to learn, so that running figures move.
    pictures[:, 0] = pictures[:, 0] // 4 + 18 * labels[:, None, None].astype(numpy.uint8)
    numpy.savez(train, x_train=pictures[:600], y_train=labels[:600], x_test=pictures[600:], y_test=labels[600:])
    numpy.savez(test, x=pictures[600:])
    numpy.savez(points, x=draw.uniform(-1.5, 2.5, (100, 2)).astype(numpy.float32))


if __name__ == "__main__":
    {"cases": cases, "run": run, "data": data}[sys.argv[1]](*sys.argv[2:])
