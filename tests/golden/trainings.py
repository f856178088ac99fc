"""Golden numbers for tests/golden_trainings.rs: the loss of every step of whole trainings, by PyTorch's and
Keras's own optimizers, layers, losses, schedules and clipping. A training has 60 steps: ten epochs over 44
examples in batches of 8, the last of 4, in the file's order. The loss is the data's, without penalties.

Made with Python 3.11, torch 2.15.0, keras 3.15.1 (JAX backend, jax 0.10.2, numpy 2.4.6), all in float64:
    pip install torch==2.15.0 keras==3.15.1 jax==0.10.2 numpy==2.4.6
    python tests/golden/trainings.py         # writes trainings.json beside itself
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"
import jax
import keras
import numpy as np
import torch
from torch import nn

keras.config.set_floatx("float64")
# Keras computes in float32 whatever is wider, except on TensorFlow; here it is to compute in float64.
keras.src.backend.common.dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
torch.set_default_dtype(torch.float64)
generator = np.random.default_rng(9)

EXAMPLES, BATCH, EPOCHS = 44, 8, 10
STEPS = EPOCHS * -(-EXAMPLES // BATCH)


def numbers(*shape, scale=1.0):
    """Multiples of 1/256, so that they are exact in float32."""
    return np.round(generator.uniform(-scale, scale, shape) * 256) / 256


# The layers as gradus, PyTorch and Keras write them. What PyTorch and Keras do differently is a network of each.
NETWORKS = {
    "perceptron": dict(
        loss="categorical",
        shape=[5],
        layers='[{ op = "dense", units = 7, activation = "tanh" }, { op = "dense", units = 6, activation = "sigmoid" }, '
        '{ op = "dense", units = 3 }]',
        torch=lambda: [nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 6), nn.Sigmoid(), nn.Linear(6, 3)],
        keras=lambda l, r: [l.Dense(7, "tanh", **r), l.Dense(6, "sigmoid", **r), l.Dense(3, **r)],
    ),
    "normed": dict(
        loss="bernoulli",
        shape=[6],
        layers='[{ op = "dense", units = 8 }, { op = "layer_norm", epsilon = 1e-5, activation = "silu" }, '
        '{ op = "dense", units = 2 }]',
        torch=lambda: [nn.Linear(6, 8), nn.LayerNorm(8), nn.SiLU(), nn.Linear(8, 2)],
        keras=lambda l, r: [l.Dense(8, **r), l.LayerNormalization(epsilon=1e-5), l.Activation("silu"), l.Dense(2, **r)],
    ),
    "regression": dict(
        loss="normal",
        shape=[4],
        layers='[{ op = "dense", units = 9, activation = "softplus" }, { op = "dense", units = 2 }]',
        torch=lambda: [nn.Linear(4, 9), nn.Softplus(), nn.Linear(9, 2)],
        keras=lambda l, r: [l.Dense(9, "softplus", **r), l.Dense(2, **r)],
    ),
    "pictures in PyTorch": dict(
        loss="categorical",
        shape=[2, 7, 6],
        layers='[{ op = "conv2d", filters = 4, kernel = 3, padding = 1, bias = false }, { op = "batch_norm", activation = "relu" }, '
        '{ op = "avg_pool2d", kernel = 3, stride = 2, padding = 1 }, '
        '{ op = "conv2d", filters = 5, kernel = 2, stride = 2, activation = "tanh" }, { op = "global_avg_pool" }, '
        '{ op = "dense", units = 3 }]',
        torch=lambda: [
            nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.AvgPool2d(3, 2, padding=1),
            nn.Conv2d(4, 5, 2, stride=2), nn.Tanh(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(5, 3),
        ],
    ),
    "pictures in Keras": dict(
        loss="categorical",
        shape=[2, 7, 6],
        layers='[{ op = "conv2d", filters = 4, kernel = 3, stride = 2, padding = "same", bias = false }, '
        '{ op = "batch_norm", dialect = "keras", activation = "relu" }, '
        '{ op = "avg_pool2d", kernel = 3, stride = 2, padding = "same" }, '
        '{ op = "conv2d", filters = 5, kernel = 2, padding = "same", activation = "tanh" }, '
        '{ op = "avg_pool2d", kernel = 2, stride = 1, padding = "same" }, { op = "global_avg_pool" }, { op = "dense", units = 3 }]',
        keras=lambda l, r: [
            l.Conv2D(4, 3, strides=2, padding="same", use_bias=False, **r), l.BatchNormalization(), l.Activation("relu"),
            l.AveragePooling2D(3, 2, padding="same"), l.Conv2D(5, 2, padding="same", activation="tanh", **r),
            l.AveragePooling2D(2, 1, padding="same"), l.GlobalAveragePooling2D(), l.Dense(3, **r),
        ],
    ),
}  # fmt: skip


def targets(loss):
    if loss == "categorical":
        return generator.integers(0, 3, EXAMPLES)
    return generator.integers(0, 2, (EXAMPLES, 2)).astype(float) if loss == "bernoulli" else numbers(EXAMPLES, 2, scale=2)


def batches():
    for step in range(STEPS):
        first = step * BATCH % (BATCH * -(-EXAMPLES // BATCH))
        yield step + 1, slice(first, min(first + BATCH, EXAMPLES))


# gradus's Bernoulli loss is summed over the outputs, like every negative log-likelihood of an example.
TORCH_LOSSES = {
    "categorical": nn.functional.cross_entropy,
    "bernoulli": lambda y, t: nn.functional.binary_cross_entropy_with_logits(y, t, reduction="sum") / len(t),
    "normal": nn.functional.mse_loss,
}
KERAS_LOSSES = {
    "categorical": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    "bernoulli": lambda t, y: 2 * keras.losses.BinaryCrossentropy(from_logits=True)(t, y),
    "normal": keras.losses.MeanSquaredError(),
}


def run_torch(network, make, scheduler=None, accumulate=1, clip=None, l1=0.0):
    model = nn.Sequential(*network["torch"]())
    with torch.no_grad():
        for parameter, values in zip(model.parameters(), network["parameters"].values(), strict=True):
            parameter.copy_(torch.tensor(values))
    optimizer = make(model.parameters())
    schedule = scheduler(optimizer) if scheduler else None
    x, t, losses = torch.tensor(network["x"]), torch.tensor(network["target"]), []
    for step, rows in batches():
        loss = TORCH_LOSSES[network["loss"]](model(x[rows]), t[rows])
        losses.append(loss.item())
        penalty = l1 * sum(p.abs().sum() for p in model.parameters() if p.ndim > 1) if l1 else 0.0
        ((loss + penalty) / accumulate).backward()
        if step % accumulate == 0:
            if clip:
                clip(model.parameters())
            optimizer.step()
            optimizer.zero_grad()
            if schedule:
                schedule.step()
    return losses


def run_keras(network, make, regularizer=None):
    keras.utils.clear_session()
    settings = {"kernel_regularizer": regularizer} if regularizer else {}
    last = len(network["shape"]) > 1
    shape = [*network["shape"][1:], network["shape"][0]] if last else network["shape"]
    model = keras.Sequential([keras.Input(shape), *network["keras"](keras.layers, settings)])
    values = [np.array(v) for v in network["parameters"].values()]
    for variable, v in zip(model.trainable_variables, values, strict=True):
        # PyTorch's [out, in, ...] to Keras's [..., in, out].
        variable.assign(np.moveaxis(np.moveaxis(v, 0, -1), 0, -2) if v.ndim > 1 else v)
    optimizer = make()
    optimizer.build(model.trainable_variables)
    x, t, losses = np.moveaxis(network["x"], 1, -1) if last else network["x"], network["target"], []

    def loss_of(trained, others, x, t):
        y, others, penalties = model.stateless_call(trained, others, x, training=True, return_losses=True)
        loss = KERAS_LOSSES[network["loss"]](t, y)
        return loss + sum(penalties), (loss, others)

    gradient = jax.jit(jax.grad(loss_of, has_aux=True))
    trained, others, state = ([v.value for v in vs] for vs in (model.trainable_variables, model.non_trainable_variables, optimizer.variables))
    apply = jax.jit(optimizer.stateless_apply)
    for _, rows in batches():
        gradients, (loss, others) = gradient(trained, others, x[rows], t[rows])
        losses.append(float(loss))
        trained, state = apply(state, gradients, trained)
    return losses


trainings = []


def in_torch(network, optimizer, make, **more):
    losses = run_torch(NETWORKS[network], make, **more)
    trainings.append({"dialect": "pytorch", "network": network, "optimizer": optimizer, "losses": losses})


def in_keras(network, optimizer, make, **more):
    losses = run_keras(NETWORKS[network], make, **more)
    trainings.append({"dialect": "keras", "network": network, "optimizer": optimizer, "losses": losses})


for network in NETWORKS.values():
    network["x"] = numbers(EXAMPLES, *network["shape"], scale=2)
    network["target"] = targets(network["loss"])

# What the layers learn, by gradus's names, in PyTorch's shapes and in both frameworks' order.
PARAMETERS = {
    "perceptron": {"0.weight": (7, 5), "0.bias": (7,), "1.weight": (6, 7), "1.bias": (6,), "2.weight": (3, 6), "2.bias": (3,)},
    "normed": {"0.weight": (8, 6), "0.bias": (8,), "1.weight": (8,), "1.bias": (8,), "2.weight": (2, 8), "2.bias": (2,)},
    "regression": {"0.weight": (9, 4), "0.bias": (9,), "1.weight": (2, 9), "1.bias": (2,)},
    "pictures in PyTorch": {"0.weight": (4, 2, 3, 3), "1.weight": (4,), "1.bias": (4,), "3.weight": (5, 4, 2, 2), "3.bias": (5,), "5.weight": (3, 5), "5.bias": (3,)},
    "pictures in Keras": {"0.weight": (4, 2, 3, 3), "1.weight": (4,), "1.bias": (4,), "3.weight": (5, 4, 2, 2), "3.bias": (5,), "6.weight": (3, 5), "6.bias": (3,)},
}  # fmt: skip
for name, shapes in PARAMETERS.items():
    NETWORKS[name]["parameters"] = {f"layers.{key}": numbers(*shape) for key, shape in shapes.items()}

o, k, r = torch.optim, keras.optimizers, keras.regularizers
schedulers, schedules = o.lr_scheduler, keras.optimizers.schedules

# Every optimizer with its default arguments, and with decay over all that is learned.
for name, make, more in [
    ("sgd", o.SGD, {}), ("momentum", o.SGD, {"momentum": 0.9}), ("nesterov", o.SGD, {"momentum": 0.9, "nesterov": True}),
    ("adagrad", o.Adagrad, {}), ("rmsprop", o.RMSprop, {}), ("adadelta", o.Adadelta, {}), ("adam", o.Adam, {}),
    ("amsgrad", o.Adam, {"amsgrad": True}), ("nadam", o.NAdam, {}), ("adamw", o.AdamW, {}),
]:  # fmt: skip
    in_torch("perceptron", f"type = '{name}'", lambda p: make(p, **more))
    in_torch("normed", f"type = '{name}'\nweight_decay = 0.1", lambda p: make(p, weight_decay=0.1, **more))
for name, make, more in [
    ("sgd", k.SGD, {}), ("momentum", k.SGD, {"momentum": 0.9}), ("nesterov", k.SGD, {"momentum": 0.9, "nesterov": True}),
    ("adagrad", k.Adagrad, {}), ("rmsprop", k.RMSprop, {}), ("adadelta", k.Adadelta, {}), ("adam", k.Adam, {}),
    ("amsgrad", k.Adam, {"amsgrad": True}), ("nadam", k.Nadam, {}), ("adamw", k.AdamW, {}), ("lion", k.Lion, {}),
]:  # fmt: skip
    in_keras("perceptron", f"type = '{name}'", lambda: make(**more))
    in_keras("normed", f"type = '{name}'\nweight_decay = 0.1", lambda: make(weight_decay=0.1, **more))

# Clipping with penalties.
norm = lambda limit: lambda parameters: nn.utils.clip_grad_norm_(parameters, limit)
value = lambda limit: lambda parameters: nn.utils.clip_grad_value_(parameters, limit)
in_torch("regression", "type = 'momentum'\nlearning_rate = 0.05\nclip_global_norm = 0.5\nweight_decay = 0.2",
         lambda p: o.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.2), clip=norm(0.5))
in_torch("perceptron", "type = 'rmsprop'\nclip_global_norm = 0.2\nweight_decay = 0.05\nl1 = 0.01",
         lambda p: o.RMSprop(p, weight_decay=0.05), clip=norm(0.2), l1=0.01)
in_torch("normed", "type = 'adam'\nlearning_rate = 0.01\nclip_value = 0.05\nl1 = 0.02", lambda p: o.Adam(p, lr=0.01), clip=value(0.05), l1=0.02)
in_keras("regression", "type = 'momentum'\nlearning_rate = 0.05\nclip_global_norm = 0.5\ndecay = 'l2'\nweight_decay = 0.2",
         lambda: k.SGD(0.05, momentum=0.9, global_clipnorm=0.5), regularizer=r.L2(0.1))
in_keras("perceptron", "type = 'rmsprop'\nlearning_rate = 0.01\nclip_norm = 0.1\nl1 = 0.02\nweight_decay = 0.3",
         lambda: k.RMSprop(0.01, clipnorm=0.1, weight_decay=0.3), regularizer=r.L1(0.02))
in_keras("normed", "type = 'adam'\nlearning_rate = 0.01\nclip_value = 0.05\nl1 = 0.02\ndecay = 'l2'\nweight_decay = 0.1",
         lambda: k.Adam(0.01, clipvalue=0.05), regularizer=r.L1L2(0.02, 0.05))

# Accumulation with schedules: PyTorch's scheduler steps beside the optimizer, Keras's schedule sees every batch.
cosine = lambda optimizer: schedulers.CosineAnnealingLR(optimizer, STEPS // 3)
in_torch("perceptron", "type = 'adam'\naccumulate = 3\nlearning_rate = { schedule = 'cosine', initial = 0.05 }",
         lambda p: o.Adam(p, lr=0.05), scheduler=cosine, accumulate=3)
halves = lambda optimizer: schedulers.StepLR(optimizer, 4, 0.5)
in_torch("normed", "type = 'nesterov'\naccumulate = 4\nweight_decay = 0.1\nclip_global_norm = 0.4\n"
         "learning_rate = { schedule = 'exponential', initial = 0.2, rate = 0.5, steps = 4, staircase = true }",
         lambda p: o.SGD(p, lr=0.2, momentum=0.9, nesterov=True, weight_decay=0.1), scheduler=halves, accumulate=4, clip=norm(0.4))
in_keras("perceptron", "type = 'adam'\naccumulate = 3\nlearning_rate = { schedule = 'cosine', initial = 0.05 }",
         lambda: k.Adam(schedules.CosineDecay(0.05, STEPS), gradient_accumulation_steps=3))
in_keras("normed", "type = 'nesterov'\naccumulate = 4\ndecay = 'l2'\nweight_decay = 0.1\nclip_global_norm = 0.4\n"
         "learning_rate = { schedule = 'ExponentialDecay', initial_learning_rate = 0.2, decay_steps = 12, decay_rate = 0.5, staircase = true }",
         lambda: k.SGD(schedules.ExponentialDecay(0.2, 12, 0.5, staircase=True), momentum=0.9, nesterov=True, global_clipnorm=0.4, gradient_accumulation_steps=4),
         regularizer=r.L2(0.05))

# Convolutions, poolings, norms.
in_torch("pictures in PyTorch", "type = 'momentum'\nlearning_rate = 0.1\nweight_decay = 0.02",
         lambda p: o.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.02))
in_torch("pictures in PyTorch", "type = 'adamw'\nlearning_rate = 0.01", lambda p: o.AdamW(p, lr=0.01))
in_keras("pictures in Keras", "type = 'momentum'\nlearning_rate = 0.1\nweight_decay = 0.02", lambda: k.SGD(0.1, momentum=0.9, weight_decay=0.02))
in_keras("pictures in Keras", "type = 'adamw'\nlearning_rate = 0.01\ndecay = 'l2'\nweight_decay = 0.02\nclip_global_norm = 1.0",
         lambda: k.Adam(0.01, global_clipnorm=1.0), regularizer=r.L2(0.01))

# Averages that take the parameters' place.
in_keras("perceptron", "type = 'momentum'\nlearning_rate = 0.3\nema = 0.7\nema_overwrite = 4",
         lambda: k.SGD(0.3, momentum=0.9, use_ema=True, ema_momentum=0.7, ema_overwrite_frequency=4))
in_keras("regression", "type = 'adam'\nlearning_rate = 0.05\naccumulate = 3\nema = 0.7\nema_overwrite = 2",
         lambda: k.Adam(0.05, gradient_accumulation_steps=3, use_ema=True, ema_momentum=0.7, ema_overwrite_frequency=2))

flat = lambda values: np.asarray(values).flatten().tolist()
networks = {
    name: {key: network[key] for key in ("loss", "shape", "layers")}
    | {"x": flat(network["x"]), "target": flat(network["target"])}
    | {"parameters": {key: flat(values) for key, values in network["parameters"].items()}}
    for name, network in NETWORKS.items()
}
path = pathlib.Path(__file__).with_suffix(".json")
lines = ",\n".join(json.dumps(training) for training in trainings)
path.write_text(f'{{"networks": {json.dumps(networks)}, "trainings": [\n{lines}\n]}}\n')
for training in trainings:
    print(f"{training['losses'][0]:.4f} -> {training['losses'][-1]:.4f}", training["dialect"], training["network"], repr(training["optimizer"]))
print(len(trainings), "trainings,", path.stat().st_size, "bytes")
