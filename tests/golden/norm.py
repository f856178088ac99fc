"""Golden numbers for every node but convolutions and poolings, by PyTorch in float64.

Run with Python 3.11 and torch==2.15.0, numpy==2.4.6:  python3 tests/golden/norm.py > tests/golden/norm.json

Each case is a network as [[model.layers]], an input, parameters and targets. The loss is the mean of
(y - target)^2; what is written is y, the loss's gradients, and for batch normalisation the running
figures after that step and y in evaluation.
"""

import json

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
CASES = []


def draw(*shape, seed):
    generator = torch.Generator().manual_seed(seed)
    # Six decimals keep the file small.
    return (torch.rand(shape, generator=generator) * 4 - 2).mul(1e6).round().div(1e6)


def case(name, layers, shape, function, parameters=None, rows=4, x=None, running=None, evaluate=None):
    parameters = parameters or {}
    x = draw(rows, *shape, seed=len(CASES)) if x is None else x
    given = x.clone()
    differentiable = x.is_floating_point()
    if differentiable:
        x.requires_grad_()
    for tensor in parameters.values():
        tensor.requires_grad_()
    y = function(x, parameters)
    target = draw(*y.shape, seed=1000 + len(CASES))
    ((y - target) ** 2).mean().backward()
    flat = lambda tensor: tensor.detach().double().flatten().tolist()
    gradients = {key: flat(tensor.grad) for key, tensor in parameters.items()}
    if differentiable:
        gradients["input"] = flat(x.grad)
    CASES.append(
        {
            "name": name,
            "layers": layers,
            "shape": list(shape),
            "rows": rows,
            "x": flat(given),
            "target": flat(target),
            "parameters": {key: flat(tensor) for key, tensor in parameters.items()},
            "gradients": gradients,
            "running": {key: flat(tensor) for key, tensor in (running or {}).items()},
            "y": flat(y if evaluate is None else evaluate(given)),
        }
    )


ACTIVATIONS = {
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "hard_swish": F.hardswish,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "elu": F.elu,
    "selu": F.selu,
    "softplus": lambda x: F.softplus(x, threshold=1e9),
    "silu": F.silu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "gelu": F.gelu,
}
POINTS = torch.tensor([-30.0, -12.0, -5.0, -3.5, -2.9, -1.0, -0.3, -1e-3, 1e-4, 0.2, 0.9, 1.7, 2.9, 3.1, 6.0, 12.0, 30.0, 4.0])
for name, function in ACTIVATIONS.items():
    case(name, f'op = "{name}"', (6,), lambda x, _: function(x), rows=3, x=POINTS.clone().reshape(3, 6))

case("softmax", 'op = "softmax"', (5,), lambda x, _: F.softmax(x, dim=1))
case("softmax over channels", 'op = "softmax"', (3, 2, 2), lambda x, _: F.softmax(x, dim=1))


def affine(*shape):
    return {"a.weight": draw(*shape, seed=71), "a.bias": draw(*shape, seed=72)}


def batch_norm(name, shape, keys="", epsilon=1e-5, momentum=0.1, affine_=True, after=lambda y: y):
    channels = shape[0]
    running = {"a.running_mean": torch.zeros(channels), "a.running_var": torch.ones(channels)}
    parameters = affine(channels) if affine_ else {}

    def run(x, training):
        mean, var = running.values()
        weight, bias = parameters.get("a.weight"), parameters.get("a.bias")
        return after(F.batch_norm(x, mean, var, weight, bias, training, momentum, epsilon))

    layers = 'name = "a"\nop = "batch_norm"\n' + keys
    case(name, layers, shape, lambda x, _: run(x, True), parameters, 5, running=running, evaluate=lambda x: run(x, False))


batch_norm("batch_norm", (3,))
batch_norm("batch_norm of pictures", (3, 2, 4))
batch_norm("batch_norm of volumes", (2, 2, 1, 3), "epsilon = 0.0009765625\nmomentum = 0.25", 2.0**-10, 0.25)
batch_norm("batch_norm without weights", (3, 2), "affine = false", affine_=False)
batch_norm("batch_norm + silu", (3, 2), 'activation = "silu"', after=F.silu)

# Powers of 2 are the same in f32, which is what a shader gets.
for epsilon in (1e-5, 2.0**-7):
    keys = f"\nepsilon = {epsilon}"
    layer = lambda x, p: F.layer_norm(x, x.shape[1:], p.get("a.weight"), p.get("a.bias"), epsilon)
    case(f"layer_norm {epsilon}", 'name = "a"\nop = "layer_norm"' + keys, (2, 3), layer, affine(2, 3))
    group = lambda x, p: F.group_norm(x, 2, p.get("a.weight"), p.get("a.bias"), epsilon)
    case(f"group_norm {epsilon}", 'name = "a"\nop = "group_norm"\ngroups = 2' + keys, (4, 2, 3), group, affine(4))
case("layer_norm without weights", 'op = "layer_norm"\naffine = false', (6,), lambda x, _: F.layer_norm(x, (6,)))

tokens = torch.tensor([[0, 3, 3], [4, 0, 1], [3, 3, 3], [1, 4, 0]])
embedding = {"a.weight": draw(5, 2, seed=73)}
layers = 'name = "a"\nop = "embedding"\nvocabulary = 5\nunits = 2'
case("embedding", layers, (3,), lambda x, p: F.embedding(x, p["a.weight"]), embedding, x=tokens)

pad = lambda x, _: F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 1, 2))
case("shortcut_pad", 'op = "shortcut_pad"\nstride = 2\nchannels = 5', (2, 5, 4), pad)
case("add", 'op = "add"\ninputs = ["input", "input"]', (3,), lambda x, _: x + x)
case("multiply", 'op = "multiply"\ninputs = ["input", "input", "input"]', (3,), lambda x, _: x * x * x)
case("concat", 'op = "concat"\naxis = 1\ninputs = ["input", "input"]', (2, 3), lambda x, _: torch.cat([x, x], 2))

# Nodes that change nothing but shapes.
case("identity", 'op = "identity"', (2, 3), lambda x, _: x * 1)
case("flatten", 'op = "flatten"', (2, 3), lambda x, _: x.flatten(1))
case("reshape", 'op = "reshape"\nshape = [3, 1, 2]', (2, 3), lambda x, _: x.reshape(-1, 3, 1, 2))

dense = lambda *shape: {"a.weight": draw(*shape, seed=74), "a.bias": draw(shape[0], seed=75)}
case("dense", 'name = "a"\nop = "dense"\nunits = 3', (2, 2), lambda x, p: F.linear(x.flatten(1), *p.values()), dense(3, 4))
plain = {"a.weight": draw(3, 4, seed=76)}
case("dense without bias", 'name = "a"\nop = "dense"\nunits = 3\nbias = false', (4,), lambda x, p: F.linear(x, *p.values()), plain)
# The activation as a key, which the launch before applies where it can.
for name, function in ACTIVATIONS.items():
    layers = f'name = "a"\nop = "dense"\nunits = 5\nactivation = "{name}"'
    case(f"dense + {name}", layers, (3,), lambda x, p: function(F.linear(x, *p.values())), dense(5, 3))
    layers = f'op = "add"\ninputs = ["input", "input", "input"]\nactivation = "{name}"'
    case(f"add + {name}", layers, (5,), lambda x, _: function(x + x + x))
norm = lambda x, p: F.gelu(F.layer_norm(x, x.shape[1:], p["a.weight"], p["a.bias"], 2.0**-10))
keys = "epsilon = 0.0009765625\n"
case("layer_norm + gelu", f'name = "a"\nop = "layer_norm"\n{keys}activation = "gelu"', (2, 3), norm, affine(2, 3))
norm = lambda x, p: torch.tanh(F.group_norm(x, 2, p["a.weight"], p["a.bias"], 2.0**-10))
case("group_norm + tanh", f'name = "a"\nop = "group_norm"\ngroups = 2\n{keys}activation = "tanh"', (4, 2), norm, affine(4))
case("group_norm without weights", f'op = "group_norm"\ngroups = 3\n{keys}affine = false', (3, 4), lambda x, _: F.group_norm(x, 3, eps=2.0**-10))


def keras_norm(name, shape, keys, momentum, affine_=True):
    """Keras's dialect: momentum is the share of the old, and the running variance the biased one."""
    channels = shape[0]
    running = {"a.running_mean": torch.zeros(channels), "a.running_var": torch.ones(channels)}
    parameters = affine(channels) if affine_ else {}
    weights = lambda: [parameters.get("a.weight"), parameters.get("a.bias")]

    def train(x, _):
        axes = [0] + list(range(2, x.dim()))
        mean, var = x.detach().mean(axes), x.detach().var(axes, unbiased=False)
        running["a.running_mean"] = momentum * running["a.running_mean"] + (1 - momentum) * mean
        running["a.running_var"] = momentum * running["a.running_var"] + (1 - momentum) * var
        return F.batch_norm(x, None, None, *weights(), True, 0.0, 2.0**-10)

    evaluate = lambda x: F.batch_norm(x, *running.values(), *weights(), False, 0.0, 2.0**-10)
    layers = f'name = "a"\nop = "batch_norm"\ndialect = "keras"\nepsilon = 0.0009765625\n{keys}'
    case(name, layers, shape, train, parameters, 5, running=running, evaluate=evaluate)


keras_norm("batch_norm in Keras's dialect", (3,), "", 0.99)
keras_norm("batch_norm of pictures in Keras's dialect", (2, 3, 2), "momentum = 0.75", 0.75)
keras_norm("batch_norm without weights in Keras's dialect", (3, 2), "momentum = 0.75\naffine = false", 0.75, False)

# In training, dropout scales by a mask of its own; this one is what the counters draw for seed 0, step 0 and
# the first node, which has nothing of PyTorch's. In evaluation it changes nothing.
MASKS = {0.5: "001011101000111100100101", 0.75: "001010101000111100000000"}
for rate, mask in MASKS.items():
    kept = torch.tensor([float(bit) for bit in mask]).reshape(4, 6)
    case(f"dropout {rate}", f'op = "dropout"\nrate = {rate}', (6,), lambda x, _: x * kept / (1 - rate), evaluate=lambda x: x)

print(json.dumps({"torch": torch.__version__, "cases": CASES}, separators=(",", ":")).replace('{"name"', '\n{"name"'))
