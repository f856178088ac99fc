"""The errors that PyTorch's f32 makes in long reductions, against f64: what ours may not exceed.

Numbers are counted, so that Rust makes the same ones: x[i] = (i · 7919 mod 1009) / 1009 + 0.5, and its neighbours.
Errors are relative to the sum of the terms' magnitudes.
"""

import json

import torch

N = 1_000_000
torch.set_num_threads(1)


def numbers(factor, modulus, offset, count=N):
    i = torch.arange(count, dtype=torch.int64)
    return ((i * factor) % modulus).double() / modulus + offset


def single(t):
    return t.float().double()


x = single(numbers(7919, 1009, 0.5))
g = single(numbers(104729, 997, 0.25))
out = {}


def record(name, got, want, magnitude):
    want = torch.as_tensor(want, dtype=torch.float64)
    out[name] = float(((torch.as_tensor(got).double() - want).abs() / magnitude).max())


xf, gf = x.float(), g.float()
record("sum", xf.sum(), x.sum(), x.sum())
record("mean", xf.mean(), x.mean(), x.mean())
record("batch mse", ((xf - gf) ** 2).sum(), ((x - g) ** 2).sum(), ((x - g) ** 2).sum())
record("row sums", xf.view(N, 1).sum(0), x.sum(), x.sum())
record("product", xf.view(1, N) @ gf.view(N, 1), (x * g).sum(), (x * g).sum())
record("global average", torch.nn.functional.adaptive_avg_pool2d(xf.view(1, 1, 1000, 1000), 1), x.mean(), x.mean())
var, mean = torch.var_mean(xf, unbiased=False)
record("mean of moments", mean, x.mean(), x.mean())
v = ((x - x.mean()) ** 2).mean()
record("variance", var, v, v)
e = (x - x.max()).exp()
record("softmax", torch.softmax(xf, 0), e / e.sum(), e / e.sum())
record("log-sum-exp", torch.logsumexp(xf, 0), torch.logsumexp(x, 0), torch.logsumexp(x, 0))
record("norm", torch.linalg.vector_norm(gf), g.pow(2).sum().sqrt(), g.pow(2).sum().sqrt())
w = torch.zeros(2, 1, requires_grad=True)
torch.nn.functional.embedding(torch.zeros(N, dtype=torch.long), w).backward(gf.view(N, 1))
record("embedding gradient", w.grad[0, 0], g.sum(), g.sum())
xn = xf.view(1, 1, 1000, 1000)
weight, bias = torch.ones(1, requires_grad=True), torch.zeros(1, requires_grad=True)
torch.nn.functional.batch_norm(xn, None, None, weight, bias, True).backward(gf.view(1, 1, 1000, 1000))
hat = (x - x.mean()) / (v + 1e-5).sqrt()
record("norm's bias gradient", bias.grad[0], g.sum(), g.sum())
record("norm's weight gradient", weight.grad[0], (g * hat).sum(), (g * hat).abs().sum())
print(json.dumps(out, indent=1))
