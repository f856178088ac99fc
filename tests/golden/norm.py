"""Golden numbers for activations, normalisation, merging nodes and embedding, by PyTorch in float64.

Run with Python 3.11 and torch==2.7.1, numpy==2.4.6:  python3 tests/golden/norm.py > tests/golden/norm.json

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

print(json.dumps({"torch": torch.__version__, "cases": CASES}, separators=(",", ":")).replace('{"name"', '\n{"name"'))
