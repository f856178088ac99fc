"""gradus beside PyTorch and JAX, on the same real data and cores, one after another in one run.

    cargo build --release && python benches/race.py target/release/gradus [--pictures FOLDER] [--rounds 3]

Made for torch==2.15.0 (CPU), jax 0.11 and optax (CPU), numpy, pillow; Python 3.11. What is not installed is left out and named.
Every contender trains the same network by the same optimizer for whole epochs over shuffled real pictures, batches of
128, and gathers every batch from the whole data set, as gradus does. Fashion-MNIST comes from $GRADUS_DATA, else from
Debian's package dataset-fashion-mnist; ResNet-20 is raced where --pictures names a folder of PNG or JPEG files of
32 by 32 pixels, train/CLASS/NAME and test/CLASS/NAME, such as CIFAR-10's.

A step on one batch that is there already, again and again, would be no race: its loss goes to 0, and then the
gradients are denormal numbers, with which PyTorch computes at half its speed.
"""

import argparse
import gzip
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

BATCH = 128
# The config of each task, its epochs, and how many pictures ResNet-20 has: an epoch in a few seconds.
TASKS = {"fashion-mlp": 3, "fashion-cnn": 2, "resnet20-cifar10": 2}
PICTURES = 2000


def idx(name):
    folder = pathlib.Path(os.environ.get("GRADUS_DATA") or "/usr/share/datasets/fashion-mnist")
    folder = folder / "fashion-mnist" if (folder / "fashion-mnist").is_dir() else folder
    return gzip.open(folder / name).read()


def examples(task, pictures):
    """Pixels from 0 to 1 as [examples, channels, height, width], and labels."""
    import numpy as np

    if task.startswith("fashion"):
        x = np.frombuffer(idx("train-images-idx3-ubyte.gz"), np.uint8, offset=16).reshape(-1, 1, 28, 28)
        y = np.frombuffer(idx("train-labels-idx1-ubyte.gz"), np.uint8, offset=8)
    else:
        from PIL import Image

        classes = sorted(path for path in pathlib.Path(pictures, "train").iterdir() if path.is_dir())
        files = [(path, at) for at, folder in enumerate(classes) for path in sorted(folder.iterdir())[: PICTURES // 10]]
        x = np.stack([np.asarray(Image.open(path).convert("RGB")).transpose(2, 0, 1) for path, _ in files])
        y = np.array([at for _, at in files])
    return (x / 255.0).astype(np.float32), y.astype(np.int64)


def report(version, rates, loss):
    print(json.dumps({"version": version, "rates": rates, "loss": loss}), flush=True)


def torch_side(task, pictures, compiled):
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Block(nn.Module):
        """Two convolutions and a shortcut without parameters, as in ResNet-20 for CIFAR-10."""

        def __init__(self, channels, filters, stride):
            super().__init__()
            self.conv1 = nn.Conv2d(channels, filters, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(filters)
            self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(filters)
            self.stride, self.missing = stride, filters - channels

        def forward(self, x):
            y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
            if self.stride != 1:
                half = self.missing // 2
                x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, half, self.missing - half))
            return F.relu(x + y)

    def resnet20():
        layers, channels = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()], 16
        for filters, first in ((16, 1), (32, 2), (64, 2)):
            for stride in (first, 1, 1):
                layers.append(Block(channels, filters, stride))
                channels = filters
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))

    def conv(channels, filters):
        return nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)

    torch.set_num_threads(os.cpu_count())
    torch.manual_seed(1)
    if task == "fashion-mlp":
        model = nn.Sequential(
            nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10)
        )
    elif task == "fashion-cnn":
        model = nn.Sequential(*conv(1, 16), *conv(16, 32), nn.Flatten(), nn.Linear(1568, 10))
    else:
        model = resnet20()
    if task.startswith("fashion"):
        optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    else:
        optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9, weight_decay=1e-4)
    x, y = map(torch.from_numpy, examples(task, pictures))
    step = lambda x, y: F.cross_entropy(model(x), y)
    step = torch.compile(step) if compiled else step
    rates = []
    # torch.compile compiles in its first epoch, which does not count.
    for epoch in range(TASKS[task] + compiled):
        order = torch.randperm(len(x))
        begin = time.perf_counter()
        # A last batch of another size would be compiled once more.
        batches = order[: len(x) // BATCH * BATCH].split(BATCH)
        for batch in batches:
            loss = step(x[batch], y[batch])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        last = loss.item()
        rates.append(len(batches) * BATCH / (time.perf_counter() - begin))
    report(torch.__version__, rates[compiled:], last)


def jax_side(task, pictures):
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax
    import jax.numpy as jnp
    import numpy as np
    import optax

    if not task.startswith("fashion"):
        sys.exit("JAX has no side of ResNet-20 here")
    keys = iter(jax.random.split(jax.random.PRNGKey(1), 8))

    def uniform(shape, inputs):
        bound = inputs**-0.5
        return jax.random.uniform(next(keys), shape, minval=-bound, maxval=bound)

    dense = lambda inputs, outputs: (uniform((inputs, outputs), inputs), uniform((outputs,), inputs))
    conv = lambda inputs, outputs: (uniform((3, 3, inputs, outputs), 9 * inputs), uniform((outputs,), 9 * inputs))

    def head(parameters, x):
        for weight, bias in parameters[:-1]:
            x = jax.nn.relu(x @ weight + bias)
        return x @ parameters[-1][0] + parameters[-1][1]

    def cnn(parameters, x):
        layout = ("NHWC", "HWIO", "NHWC")
        for weight, bias in parameters[:2]:
            x = jax.lax.conv_general_dilated(x, weight, (1, 1), "SAME", dimension_numbers=layout) + bias
            x = jax.lax.reduce_window(jax.nn.relu(x), -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        return head(parameters[2:], x.reshape(len(x), -1))

    x, y = examples(task, pictures)
    if task == "fashion-mlp":
        x, network, parameters = x.reshape(len(x), -1), head, [dense(784, 512), dense(512, 256), dense(256, 10)]
    else:
        x, network, parameters = x.transpose(0, 2, 3, 1), cnn, [conv(1, 16), conv(16, 32), dense(1568, 10)]
    optimizer = optax.adam(1e-3)

    @jax.jit
    def step(parameters, state, x, y):
        def mean_loss(parameters):
            return optax.softmax_cross_entropy_with_integer_labels(network(parameters, x), y).mean()

        loss, gradient = jax.value_and_grad(mean_loss)(parameters)
        updates, state = optimizer.update(gradient, state, parameters)
        return optax.apply_updates(parameters, updates), state, loss

    state, rates, random = optimizer.init(parameters), [], np.random.default_rng(1)
    # It compiles in its first step, which does not count.
    step(parameters, state, x[:BATCH], y[:BATCH])[2].block_until_ready()
    for _ in range(TASKS[task]):
        order = random.permutation(len(x))[: len(x) // BATCH * BATCH].reshape(-1, BATCH)
        begin = time.perf_counter()
        for batch in order:
            parameters, state, loss = step(parameters, state, x[batch], y[batch])
        loss.block_until_ready()
        rates.append(order.size / (time.perf_counter() - begin))
    report(jax.__version__, rates, float(loss))


def gradus_side(gradus, task, pictures):
    """Whole runs by the command line: the run directory is written, too."""
    config = pathlib.Path(__file__).parents[1] / "configs" / f"{task}.toml"
    settings = ["data.dev=0", f"train.epochs={TASKS[task]}", f"train.batch_size={BATCH}"]
    if not task.startswith("fashion"):
        settings += ["data.source=images", f"data.path={pathlib.Path(pictures).resolve()}"]
        settings += [f"data.train_limit={PICTURES}", "optimizer.learning_rate=0.1"]
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "run")
        command = [gradus, "train", str(config), "--device", "cpu", "--out", str(out)]
        command += [part for setting in settings for part in ("--set", setting)]
        subprocess.run(command, check=True, capture_output=True)
        lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
        version = json.loads((out / "summary.json").read_text())["version"]
    report(version, [line["examples_per_second"] for line in lines], lines[-1]["train_loss"])


SIDES = {
    "gradus": lambda a, task: gradus_side(a.gradus, task, a.pictures),
    "torch": lambda a, task: torch_side(task, a.pictures, False),
    "torch.compile": lambda a, task: torch_side(task, a.pictures, True),
    "jax": lambda a, task: jax_side(task, a.pictures),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gradus")
    parser.add_argument("--pictures")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sides", default=",".join(SIDES))
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        side, task = arguments.one
        return SIDES[side](arguments, task)
    for task in TASKS:
        if not task.startswith("fashion") and not arguments.pictures:
            continue
        rates = {}
        for _ in range(arguments.rounds):
            for side in arguments.sides.split(","):
                # A process of its own for each: no one inherits another's memory or threads.
                done = subprocess.run([sys.executable, *sys.argv, "--one", side, task], capture_output=True, text=True)
                if done.returncode:
                    print(f"{task:18} {side:14} left out: {done.stderr.strip().splitlines()[-1][:100]}", flush=True)
                    continue
                result = json.loads(done.stdout.splitlines()[-1])
                rates.setdefault(f"{side} {result['version']}", []).extend(result["rates"])
                each = " ".join(f"{rate:,.0f}" for rate in result["rates"])
                print(f"{task:18} {side:14} {each} examples/s, loss {result['loss']:.3f}, load {os.getloadavg()[0]:.1f}", flush=True)
        medians = {name: statistics.median(values) for name, values in rates.items()}
        ours = next(value for name, value in medians.items() if name.startswith("gradus"))
        for name, value in medians.items():
            print(f"{task:18} {name:24} median {value:9,.0f} examples/s; gradus is {ours / value:.2f} times that")


main()
