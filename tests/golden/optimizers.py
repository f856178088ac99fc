"""Golden numbers for tests/optimizers.rs: what PyTorch and Keras make of one sequence of gradients.

Made with Python 3.11, torch 2.15.0, keras 3.15.1 (torch backend, numpy 2.4.6), all in float64:
    pip install torch==2.15.0 keras==3.15.1 numpy==2.4.6
    python tests/golden/optimizers.py        # writes optimizers.json beside itself
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch

keras.config.set_floatx("float64")
# Keras computes in float32 whatever is wider, except on TensorFlow; here it is to compute in float64.
keras.src.backend.common.dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
torch.set_default_dtype(torch.float64)

STEPS = 100
RECORDED = [1, 2, 3, 10, 30, 60, 99, 100]
SHAPES = [(2, 3), (2,)]  # layers.0.weight, layers.0.bias


class Numbers:
    """A linear congruential generator: every number in [-1, 1) is exact in float32 and float64."""

    def __init__(self):
        self.state = 12345

    def take(self, shape):
        values = []
        for _ in range(int(np.prod(shape))):
            self.state = (self.state * 1664525 + 1013904223) % 2**32
            values.append((self.state >> 8) / 2**23 - 1.0)
        return np.array(values).reshape(shape)


def start():
    numbers = Numbers()
    return numbers, [numbers.take(shape) for shape in SHAPES]


def run_torch(make, scheduler=None, clip=None, clip_norm=None, l1=0.0, accumulate=1, counts="updates"):
    numbers, values = start()
    weight, bias = [torch.nn.Parameter(torch.tensor(value)) for value in values]
    optimizer = make(weight, bias)
    schedule = scheduler(optimizer) if scheduler else None
    recorded = []
    for step in range(1, STEPS + 1):
        for parameter, shape in zip([weight, bias], SHAPES):
            gradient = torch.tensor(numbers.take(shape)) / accumulate
            parameter.grad = gradient if parameter.grad is None else parameter.grad + gradient
        if step % accumulate == 0:
            # A term of the loss.
            weight.grad += l1 * torch.sign(weight.detach())
            if clip:
                torch.nn.utils.clip_grad_value_([weight, bias], clip)
            if clip_norm:
                torch.nn.utils.clip_grad_norm_([weight, bias], clip_norm)
            optimizer.step()
            optimizer.zero_grad()
        if schedule and (counts == "batches" or step % accumulate == 0):
            schedule.step()
        if step in RECORDED:
            recorded.append([float(v) for p in (weight, bias) for v in p.detach().flatten()])
    return recorded


def run_keras(make, exclude_bias=False, regularizer=None):
    numbers, values = start()
    names = ["weight", "bias"]
    variables = [keras.Variable(value, dtype="float64", name=name) for value, name in zip(values, names)]
    optimizer = make()
    if exclude_bias:
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.build(variables)
    recorded = []
    for step in range(1, STEPS + 1):
        gradients = [torch.tensor(numbers.take(shape)) for shape in SHAPES]
        if regularizer:
            kernel = variables[0].value.detach().clone().requires_grad_()
            gradients[0] = gradients[0] + torch.autograd.grad(regularizer(kernel), kernel)[0]
        optimizer.apply(gradients, variables)
        if step in RECORDED:
            recorded.append([float(v) for variable in variables for v in variable.value.detach().flatten()])
    return recorded


def both(optimizer, **settings):
    """An optimizer over weight and bias alike."""
    return lambda weight, bias: optimizer([weight, bias], **settings)


def decayed(optimizer, decay, **settings):
    """Weights decay, biases do not."""
    return lambda weight, bias: optimizer(
        [{"params": [weight], "weight_decay": decay}, {"params": [bias], "weight_decay": 0.0}], **settings
    )


o, k = torch.optim, keras.optimizers
cases = []


def pytorch(text, make, dialect="pytorch", **more):
    cases.append({"config": f"dialect = '{dialect}'\n{text}", "parameters": run_torch(make, **more)})


def lecture(text, make, **more):
    pytorch(text, make, dialect="lecture", **more)


def in_keras(text, make, **more):
    cases.append({"config": f"dialect = 'keras'\n{text}", "parameters": run_keras(make, **more)})


# PyTorch's own defaults.
pytorch("type = 'sgd'", both(o.SGD))
pytorch("type = 'momentum'\nlearning_rate = 0.05", both(o.SGD, lr=0.05, momentum=0.9))
pytorch("type = 'nesterov'\nlearning_rate = 0.05", both(o.SGD, lr=0.05, momentum=0.9, nesterov=True))
pytorch("type = 'adagrad'", both(o.Adagrad))
pytorch("type = 'adagrad'\ninitial_accumulator = 0.3", both(o.Adagrad, initial_accumulator_value=0.3))
pytorch("type = 'rmsprop'", both(o.RMSprop))
pytorch("type = 'rmsprop'\nmomentum = 0.8", both(o.RMSprop, momentum=0.8))
pytorch("type = 'rmsprop'\ncentered = true", both(o.RMSprop, centered=True))
pytorch("type = 'rmsprop'\ncentered = true\nmomentum = 0.9", both(o.RMSprop, centered=True, momentum=0.9))
pytorch("type = 'adadelta'", both(o.Adadelta))
pytorch("type = 'adam'", both(o.Adam))
pytorch("type = 'adam'\nbeta1 = 0.8\nbeta2 = 0.95\nlearning_rate = 0.03", both(o.Adam, lr=0.03, betas=(0.8, 0.95)))
pytorch("type = 'amsgrad'\nbeta2 = 0.9", both(o.Adam, amsgrad=True, betas=(0.9, 0.9)))
pytorch("type = 'nadam'", both(o.NAdam))
pytorch("type = 'adamw'", both(o.AdamW))
pytorch("type = 'adamw'\nweight_decay = 0.2\namsgrad = true", both(o.AdamW, weight_decay=0.2, amsgrad=True))

# Decay, groups, clipping, a learning rate that changes.
pytorch("type = 'sgd'\nweight_decay = 0.1", both(o.SGD, weight_decay=0.1))
pytorch("type = 'sgd'\nweight_decay = 0.1\ndecay_all = false", decayed(o.SGD, 0.1))
pytorch("type = 'momentum'\nweight_decay = 0.1", both(o.SGD, momentum=0.9, weight_decay=0.1))
pytorch("type = 'nesterov'\nweight_decay = 0.1", both(o.SGD, momentum=0.9, nesterov=True, weight_decay=0.1))
pytorch("type = 'adagrad'\nweight_decay = 0.1", both(o.Adagrad, weight_decay=0.1))
pytorch("type = 'rmsprop'\nweight_decay = 0.1", both(o.RMSprop, weight_decay=0.1))
pytorch("type = 'adadelta'\nweight_decay = 0.1", both(o.Adadelta, weight_decay=0.1))
pytorch("type = 'adam'\nweight_decay = 0.1", both(o.Adam, weight_decay=0.1))
pytorch("type = 'nadam'\nweight_decay = 0.1", both(o.NAdam, weight_decay=0.1))
pytorch("type = 'nadam'\nweight_decay = 0.1\ndecay = 'decoupled'", both(o.NAdam, weight_decay=0.1, decoupled_weight_decay=True))
pytorch(
    "type = 'adam'\nweight_decay = 0.1\ngroups = [{ pattern = '*.bias', weight_decay = 0.0 }]", decayed(o.Adam, 0.1)
)
pytorch(
    "type = 'adam'\nlearning_rate = 0.01\ngroups = [{ pattern = '*.bias', learning_rate = 0.25 }]",
    lambda weight, bias: o.Adam([{"params": [weight]}, {"params": [bias], "lr": 0.0025}], lr=0.01),
)
pytorch(
    "type = 'momentum'\nlearning_rate = 0.01\ngroups = [{ pattern = 'layers.0.w*', learning_rate = 3.0, weight_decay = 0.3 }]",
    lambda weight, bias: o.SGD([{"params": [weight], "lr": 0.03, "weight_decay": 0.3}, {"params": [bias]}], lr=0.01, momentum=0.9),
)
pytorch("type = 'momentum'\nclip_value = 0.25", both(o.SGD, momentum=0.9), clip=0.25)
pytorch("type = 'momentum'\nclip_global_norm = 0.5\nweight_decay = 0.1", both(o.SGD, momentum=0.9, weight_decay=0.1), clip_norm=0.5)
pytorch("type = 'adam'\nclip_global_norm = 0.5\nl1 = 0.2\nweight_decay = 0.1", both(o.Adam, weight_decay=0.1), clip_norm=0.5, l1=0.2)
pytorch("type = 'sgd'\nclip_value = 0.25\nl1 = 0.2\nlearning_rate = 0.01", both(o.SGD, lr=0.01), clip=0.25, l1=0.2)
pytorch("type = 'adam'\naccumulate = 4\nweight_decay = 0.1\nlearning_rate = 0.02", both(o.Adam, lr=0.02, weight_decay=0.1), accumulate=4)
pytorch("type = 'adamw'\naccumulate = 3\nweight_decay = 0.1", both(o.AdamW, weight_decay=0.1), accumulate=3)
falling = "{ schedule = 'exponential', initial = 0.05, rate = 0.5, steps = 20 }"
halve = lambda optimizer: o.lr_scheduler.LambdaLR(optimizer, lambda t: 0.5 ** (t / 20))
pytorch(f"type = 'momentum'\nlearning_rate = {falling}", both(o.SGD, lr=0.05, momentum=0.9), scheduler=halve)
pytorch(f"type = 'nesterov'\nlearning_rate = {falling}", both(o.SGD, lr=0.05, momentum=0.9, nesterov=True), scheduler=halve)
pytorch(f"type = 'rmsprop'\nmomentum = 0.9\nlearning_rate = {falling}", both(o.RMSprop, lr=0.05, momentum=0.9), scheduler=halve)
pytorch(f"type = 'adamw'\nweight_decay = 0.1\nlearning_rate = {falling}", both(o.AdamW, lr=0.05, weight_decay=0.1), scheduler=halve)
pytorch(f"type = 'adam'\naccumulate = 3\nlearning_rate = {falling}", both(o.Adam, lr=0.05), scheduler=halve, accumulate=3)
whole = "{ schedule = 'cosine', initial = 0.05 }"
cosine = lambda optimizer: o.lr_scheduler.CosineAnnealingLR(optimizer, STEPS // 5)
pytorch(f"type = 'momentum'\naccumulate = 5\nlearning_rate = {whole}", both(o.SGD, lr=0.05, momentum=0.9), scheduler=cosine, accumulate=5)
each = dict(scheduler=halve, accumulate=3, counts="batches")
pytorch(f"type = 'sgd'\naccumulate = 3\nschedule_counts = 'batches'\nlearning_rate = {falling}", both(o.SGD, lr=0.05), **each)

# The lecture's formulas are PyTorch's with other numbers.
lecture("type = 'sgd'", both(o.SGD, lr=0.01))
lecture("type = 'momentum'", both(o.SGD, lr=0.01, momentum=0.9))
lecture("type = 'nesterov'", both(o.SGD, lr=0.01, momentum=0.9, nesterov=True))
lecture("type = 'adagrad'", both(o.Adagrad, eps=1e-7))
lecture("type = 'rmsprop'", both(o.RMSprop, lr=0.001, alpha=0.9, eps=1e-7))
lecture("type = 'adadelta'", both(o.Adadelta, rho=0.95, eps=1e-6))
lecture("type = 'adam'", both(o.Adam, eps=1e-7))
lecture("type = 'adam'\nweight_decay = 0.1", decayed(o.Adam, 0.1, eps=1e-7))
lecture("type = 'adam'\nweight_decay = 0.1\ndecay = 'decoupled'", decayed(o.AdamW, 0.1, eps=1e-7))
lecture("type = 'amsgrad'", both(o.Adam, amsgrad=True, eps=1e-7))
lecture("type = 'nadam'", both(o.NAdam, eps=1e-7))
lecture("type = 'adamw'", decayed(o.AdamW, 0.01, eps=1e-7))

# Keras's own defaults.
in_keras("type = 'sgd'", lambda: k.SGD())
in_keras("type = 'momentum'", lambda: k.SGD(momentum=0.9))
in_keras("type = 'nesterov'", lambda: k.SGD(momentum=0.9, nesterov=True))
in_keras("type = 'adagrad'", lambda: k.Adagrad())
in_keras("type = 'adagrad'\ninitial_accumulator = 0.0\nlearning_rate = 0.1", lambda: k.Adagrad(0.1, initial_accumulator_value=0.0))
in_keras("type = 'rmsprop'", lambda: k.RMSprop())
in_keras("type = 'rmsprop'\nmomentum = 0.8", lambda: k.RMSprop(momentum=0.8))
in_keras("type = 'rmsprop'\ncentered = true", lambda: k.RMSprop(centered=True))
in_keras("type = 'rmsprop'\ncentered = true\nmomentum = 0.9", lambda: k.RMSprop(centered=True, momentum=0.9))
in_keras("type = 'adadelta'", lambda: k.Adadelta())
in_keras("type = 'adam'", lambda: k.Adam())
in_keras("type = 'adam'\nepsilon = 0.01", lambda: k.Adam(epsilon=0.01))
in_keras("type = 'amsgrad'\nbeta2 = 0.9", lambda: k.Adam(amsgrad=True, beta_2=0.9))
in_keras("type = 'nadam'", lambda: k.Nadam())
in_keras("type = 'adamw'", lambda: k.AdamW())
in_keras("type = 'adamw'\ndecay_all = false", lambda: k.AdamW(), exclude_bias=True)
in_keras("type = 'lion'", lambda: k.Lion())
in_keras("type = 'lion'\nbeta1 = 0.7\nweight_decay = 0.1", lambda: k.Lion(beta_1=0.7, weight_decay=0.1))
in_keras("type = 'sgd'\nweight_decay = 0.1", lambda: k.SGD(weight_decay=0.1))
in_keras("type = 'momentum'\nweight_decay = 0.1", lambda: k.SGD(momentum=0.9, weight_decay=0.1))
in_keras("type = 'adagrad'\nweight_decay = 0.1", lambda: k.Adagrad(weight_decay=0.1))
in_keras("type = 'rmsprop'\nweight_decay = 0.1", lambda: k.RMSprop(weight_decay=0.1))
in_keras("type = 'adadelta'\nweight_decay = 0.1", lambda: k.Adadelta(weight_decay=0.1))
in_keras("type = 'adam'\nweight_decay = 0.1", lambda: k.Adam(weight_decay=0.1))
in_keras("type = 'nadam'\nweight_decay = 0.1", lambda: k.Nadam(weight_decay=0.1))
in_keras("type = 'adam'\nclip_value = 0.25", lambda: k.Adam(clipvalue=0.25))
in_keras("type = 'adam'\nclip_norm = 0.75\nlearning_rate = 0.01", lambda: k.Adam(0.01, clipnorm=0.75))
in_keras("type = 'momentum'\nclip_global_norm = 1.0", lambda: k.SGD(momentum=0.9, global_clipnorm=1.0))
# Keras's L2(l) is l |w|^2: l = weight_decay / 2. Regularizers are terms of the loss, and clipped with it.
r = keras.regularizers
in_keras("type = 'adam'\ndecay = 'l2'\nweight_decay = 0.2\nl1 = 0.05", lambda: k.Adam(), regularizer=r.L1L2(0.05, 0.1))
in_keras("type = 'momentum'\nclip_norm = 0.75\ndecay = 'l2'\nweight_decay = 0.4", lambda: k.SGD(momentum=0.9, clipnorm=0.75), regularizer=r.L2(0.2))
in_keras("type = 'momentum'\nclip_global_norm = 1.0\ndecay = 'l2'\nweight_decay = 0.4\nl1 = 0.1", lambda: k.SGD(momentum=0.9, global_clipnorm=1.0), regularizer=r.L1L2(0.1, 0.2))
in_keras("type = 'rmsprop'\nclip_value = 0.25\nl1 = 0.3\nweight_decay = 0.1", lambda: k.RMSprop(clipvalue=0.25, weight_decay=0.1), regularizer=r.L1(0.3))
in_keras("type = 'adam'\naccumulate = 4\nclip_value = 0.1\nl1 = 0.1", lambda: k.Adam(clipvalue=0.1, gradient_accumulation_steps=4), regularizer=r.L1(0.1))
in_keras("type = 'adam'\naccumulate = 4\nclip_global_norm = 0.3\nl1 = 0.2", lambda: k.Adam(global_clipnorm=0.3, gradient_accumulation_steps=4), regularizer=r.L1(0.2))
decay = lambda: k.schedules.ExponentialDecay(0.05, 20, 0.5)
in_keras(f"type = 'momentum'\nlearning_rate = {falling}", lambda: k.SGD(decay(), momentum=0.9))
in_keras(f"type = 'nesterov'\nlearning_rate = {falling}", lambda: k.SGD(decay(), momentum=0.9, nesterov=True))
in_keras(f"type = 'adamw'\nweight_decay = 0.1\nlearning_rate = {falling}", lambda: k.AdamW(decay(), weight_decay=0.1))
in_keras(f"type = 'adam'\naccumulate = 3\nweight_decay = 0.1\nlearning_rate = {falling}", lambda: k.Adam(decay(), weight_decay=0.1, gradient_accumulation_steps=3))
in_keras(f"type = 'nadam'\naccumulate = 4", lambda: k.Nadam(gradient_accumulation_steps=4))
# An average that takes the parameters' place is seen in them.
in_keras("type = 'momentum'\nema = 0.8\nema_overwrite = 7", lambda: k.SGD(momentum=0.9, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=7))
in_keras("type = 'adam'\nlearning_rate = 0.05\naccumulate = 3\nema = 0.8\nema_overwrite = 4", lambda: k.Adam(0.05, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=4, gradient_accumulation_steps=3))

path = pathlib.Path(__file__).with_suffix(".json")
lines = ",\n".join(json.dumps(case) for case in cases)
path.write_text(f'{{"recorded": {RECORDED}, "cases": [\n{lines}\n]}}\n')
print(len(cases), "cases,", path.stat().st_size, "bytes")
