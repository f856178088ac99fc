# Golden numbers of convolutions and poolings from PyTorch in f64: python tests/golden/conv.py
# Made with torch==2.15.0 (CPU), Python 3.11. The tests read the JSON and need neither.
import json, pathlib
import torch
from torch.nn import functional as F

torch.manual_seed(0)
cases = []


def numbers(*shape):
    """Few digits, so that the file is small and exact."""
    return (torch.randint(-200, 201, shape) / 100).double()


def add(name, layer, op, x, weight=None, bias=None):
    inputs = [t.requires_grad_() for t in (x, weight, bias) if t is not None]
    y = op(*inputs)
    target = numbers(*y.shape)
    # gradus's normal loss: the mean over the batch and the outputs of the squared error.
    loss = ((y - target) ** 2).mean()
    gradients = torch.autograd.grad(loss, inputs)
    flat = lambda t: [float(f"{v:.12g}") for v in t.detach().flatten().tolist()]
    case = {"name": name, "layer": layer, "shape": list(x.shape), "x": flat(x), "target": flat(target), "y": flat(y), "loss": loss.item()}
    case |= {"output": list(y.shape)}
    for key, tensor, gradient in zip(("x", "weight", "bias"), inputs, gradients):
        case[key] = flat(tensor)
        case["d" + key] = flat(gradient)
    cases.append(case)


ACTIVATIONS = {"relu": F.relu, "silu": F.silu, "tanh": torch.tanh, "gelu": F.gelu, "elu": F.elu}


def activated(keys):
    """The keys without the activation, and what that is."""
    keys = dict(keys)
    return keys, ACTIVATIONS.get(keys.pop("activation", None), lambda y: y)


def conv(name, shape, weight, **keys):
    axes = len(shape) - 2
    padding = keys.get("padding", 0)
    arguments = {k: v for k, v in keys.items() if k in ("stride", "dilation", "groups")} | {"padding": padding}
    layer = f'op = "conv{axes}d"\nfilters = {weight[0]}\nkernel = {list(weight[2:])}\n'
    layer += "".join(f"{k} = {json.dumps(v)}\n" for k, v in keys.items())
    _, f = activated(keys)
    op = lambda x, w, b: f((F.conv1d, F.conv2d, F.conv3d)[axes - 1](x, w, b, **arguments))
    add(name, layer, op, numbers(*shape), numbers(*weight), numbers(weight[0]))


def transposed(name, shape, weight, **keys):
    filters = weight[1] * keys.get("groups", 1)
    layer = f'op = "conv_transpose2d"\nfilters = {filters}\nkernel = {list(weight[2:])}\n'
    layer += "".join(f"{k} = {json.dumps(v)}\n" for k, v in keys.items())
    settings, f = activated(keys)
    op = lambda x, w, b: f(F.conv_transpose2d(x, w, b, **settings))
    add(name, layer, op, numbers(*shape), numbers(*weight), numbers(filters))


def pool(name, measure, shape, kernel, ties=False, **keys):
    axes = len(shape) - 2
    layer = f'op = "{measure}_pool{axes}d"\nkernel = {kernel}\n' + "".join(f"{k} = {json.dumps(v)}\n" for k, v in keys.items())
    op = getattr(F, f"{measure}_pool{axes}d")
    if "count_padding" in keys:
        keys["count_include_pad"] = keys.pop("count_padding")
    # Whole numbers are often equal: the first of them has the gradient.
    x = torch.randint(0, 3, shape).double() if ties else numbers(*shape)
    add(name, layer, lambda x: op(x, kernel, **keys), x)


conv("conv1d", (2, 2, 7), (3, 2, 3), stride=2, padding=1)
conv("conv1d, same, dilation", (2, 2, 7), (2, 2, 3), padding="same", dilation=2)
conv("conv2d", (2, 2, 5, 6), (3, 2, 3, 3))
conv("conv2d, same, even kernel", (2, 2, 4, 5), (2, 2, 2, 4), padding="same")
conv("conv2d, stride, padding", (2, 2, 5, 6), (3, 2, 3, 2), stride=[2, 3], padding=[1, 0])
conv("conv2d, dilation, groups", (2, 4, 6, 5), (4, 2, 3, 2), dilation=[2, 3], groups=2, padding=1)
conv("conv2d, depthwise", (2, 3, 5, 5), (6, 1, 3, 3), groups=3, padding=1, stride=2)
conv("conv3d", (2, 2, 3, 4, 3), (2, 2, 2, 3, 2), padding=[1, 1, 0], stride=[2, 1, 1])
transposed("conv_transpose2d", (2, 2, 3, 4), (2, 3, 3, 3))
transposed("conv_transpose2d, stride", (2, 2, 3, 4), (2, 3, 3, 2), stride=2, padding=1, output_padding=1)
transposed("conv_transpose2d, groups, dilation", (2, 4, 3, 3), (4, 2, 2, 3), stride=[3, 2], groups=2, dilation=2, padding=1)
pool("max_pool1d, padding", "max", (2, 2, 8), 3, ties=True, stride=2, padding=1)
pool("max_pool2d", "max", (2, 2, 4, 6), 2)
pool("max_pool2d, overlap, padding, ties", "max", (2, 2, 5, 6), 3, ties=True, stride=1, padding=1)
pool("max_pool3d, overlap", "max", (2, 1, 3, 4, 5), 2, ties=True, stride=1)
pool("avg_pool1d", "avg", (2, 2, 8), 3, stride=2, padding=1)
pool("avg_pool2d, overlap, padding", "avg", (2, 2, 5, 6), 3, stride=2, padding=1)
pool("avg_pool3d", "avg", (2, 1, 3, 4, 5), 2, stride=1)
add("global_avg_pool", 'op = "global_avg_pool"\n', lambda x: x.mean((2, 3)), numbers(2, 3, 4, 5))
conv("conv1d + relu, groups", (2, 4, 7), (4, 2, 3), groups=2, dilation=2, activation="relu")
conv("conv2d + silu", (2, 2, 4, 5), (3, 2, 3, 2), padding=[1, 0], activation="silu")
conv("conv3d + tanh, depthwise", (2, 2, 3, 3, 4), (4, 1, 2, 2, 3), groups=2, dilation=[1, 2, 1], activation="tanh")
transposed("conv_transpose2d + gelu", (2, 2, 3, 3), (2, 2, 2, 3), stride=2, activation="gelu")
transposed("conv_transpose2d + elu", (2, 3, 2, 4), (3, 2, 3, 2), padding=[1, 0], activation="elu")
pool("max_pool1d", "max", (2, 3, 9), 4, stride=1)
pool("max_pool3d, padding, ties", "max", (2, 2, 3, 4, 5), 3, ties=True, stride=2, padding=1)
pool("avg_pool1d, overlap", "avg", (2, 3, 9), 4, stride=1, padding=2)
pool("avg_pool2d", "avg", (2, 2, 5, 7), 2)
pool("avg_pool3d, padding", "avg", (2, 2, 3, 4, 5), 3, stride=2, padding=1)
add("global_avg_pool of lines", 'op = "global_avg_pool"\n', lambda x: x.mean(2), numbers(2, 3, 7))
add("global_avg_pool of volumes", 'op = "global_avg_pool"\n', lambda x: x.mean((2, 3, 4)), numbers(2, 2, 3, 2, 3))

# Keras's mean is over what is there; so is PyTorch's with `count_include_pad=False`.
pool("avg_pool1d, what is there", "avg", (2, 2, 8), 3, stride=2, padding=1, count_padding=False)
pool("avg_pool2d, what is there", "avg", (2, 2, 5, 6), 4, stride=1, padding=2, count_padding=False)
pool("avg_pool3d, what is there", "avg", (2, 2, 3, 4, 5), 3, stride=2, padding=1, count_padding=False)
padded = lambda x: F.avg_pool2d(F.pad(x, (0, 1, 0, 1)), 2, stride=1)
same = 'op = "avg_pool2d"\nkernel = 2\nstride = 1\npadding = "same"\n'
add("avg_pool2d, same", same, lambda x: padded(x) / padded(torch.ones_like(x)), numbers(2, 2, 4, 5))
add("avg_pool2d, same, counted", same + "count_padding = true\n", padded, numbers(2, 2, 4, 5))

out = pathlib.Path(__file__).with_suffix(".json")
out.write_text(json.dumps({"torch": torch.__version__, "cases": cases}, separators=(",", ":")) + "\n")
