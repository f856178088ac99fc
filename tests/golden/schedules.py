"""Golden numbers for tests/schedules.rs: the learning rates of Keras's and PyTorch's schedules for
t = 0 … 200.

Made with Python 3.11, torch 2.15.0, keras 3.12.0 (torch backend, numpy 2.4.6), all in float64:
    pip install torch==2.15.0 keras==3.12.0 numpy==2.4.6
    python tests/golden/schedules.py         # writes schedules.json beside itself
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch

keras.config.set_floatx("float64")
s = keras.optimizers.schedules
l = torch.optim.lr_scheduler
cases = []


def in_keras(text, schedule):
    rates = [float(schedule(np.float64(t))) for t in range(201)]
    cases.append({"schedule": text, "rates": rates})


def in_torch(text, make, initial=0.1, steps=201):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=initial)
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        if len(rates) < steps:
            optimizer.step()
            scheduler.step()
    cases.append({"schedule": text, "rates": rates})


def plateau(text, losses, **settings):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = l.ReduceLROnPlateau(optimizer, **settings)
    rates = [0.1]
    for loss in losses:
        scheduler.step(loss)
        rates.append(float(optimizer.param_groups[0]["lr"]))
    cases.append({"schedule": text, "rates": rates, "losses": losses})


in_keras("{ schedule = 'PiecewiseConstantDecay', boundaries = [30, 31, 150], values = [0.1, 0.05, 0.01, 0.001] }",
         s.PiecewiseConstantDecay([30, 31, 150], [0.1, 0.05, 0.01, 0.001]))
in_keras("{ schedule = 'piecewise', boundaries = [0, 200], values = [0.1, 0.05, 0.01] }",
         s.PiecewiseConstantDecay([0, 200], [0.1, 0.05, 0.01]))
in_keras("{ schedule = 'PolynomialDecay', initial_learning_rate = 0.1, decay_steps = 120 }", s.PolynomialDecay(0.1, 120))
in_keras("{ schedule = 'PolynomialDecay', initial_learning_rate = 0.1, decay_steps = 60, end_learning_rate = 0.01, power = 2.5, cycle = true }",
         s.PolynomialDecay(0.1, 60, 0.01, 2.5, cycle=True))
in_keras("{ schedule = 'polynomial', initial = 0.1, final = 0.001, steps = 200, power = 0.5 }", s.PolynomialDecay(0.1, 200, 0.001, 0.5))
in_keras("{ schedule = 'linear', initial = 0.1, steps = 200 }", s.PolynomialDecay(0.1, 200, 0.0))
in_keras("{ schedule = 'ExponentialDecay', initial_learning_rate = 0.1, decay_steps = 33, decay_rate = 0.7 }", s.ExponentialDecay(0.1, 33, 0.7))
in_keras("{ schedule = 'exponential', initial = 0.1, steps = 25, rate = 0.7, staircase = true }", s.ExponentialDecay(0.1, 25, 0.7, staircase=True))
in_keras("{ schedule = 'InverseTimeDecay', initial_learning_rate = 0.1, decay_steps = 10, decay_rate = 0.5 }", s.InverseTimeDecay(0.1, 10, 0.5))
in_keras("{ schedule = 'inverse_time', initial = 0.1, steps = 10, rate = 0.5, staircase = true }", s.InverseTimeDecay(0.1, 10, 0.5, staircase=True))
in_keras("{ schedule = 'CosineDecay', initial_learning_rate = 0.1, decay_steps = 150, alpha = 0.02 }", s.CosineDecay(0.1, 150, 0.02))
in_keras("{ schedule = 'CosineDecay', initial_learning_rate = 0.0, decay_steps = 150, alpha = 0.1, warmup_target = 0.1, warmup_steps = 20 }",
         s.CosineDecay(0.0, 150, 0.1, warmup_target=0.1, warmup_steps=20))
in_keras("{ schedule = 'cosine', initial = 0.1, final = 0.01, steps = 150, warmup = 20, warmup_start = 0.02 }",
         s.CosineDecay(0.02, 150, 0.1, warmup_target=0.1, warmup_steps=20))
in_keras("{ schedule = 'cosine_squared', initial = 0.1, final = 0.001, steps = 200 }", s.CosineDecay(0.1, 200, 0.01))
in_keras("{ schedule = 'CosineDecayRestarts', initial_learning_rate = 0.1, first_decay_steps = 20, alpha = 0.1, m_mul = 0.8 }",
         s.CosineDecayRestarts(0.1, 20, 2.0, 0.8, 0.1))
in_keras("{ schedule = 'restarts', initial = 0.1, period = 45 }", s.CosineDecayRestarts(0.1, 45, 1.0))

in_torch("{ schedule = 'piecewise', boundaries = [50, 120], values = [0.1, 0.01, 0.001], inclusive = false }",
         lambda o: l.MultiStepLR(o, [50, 120]))
in_torch("{ schedule = 'exponential', initial = 0.1, rate = 0.3, steps = 40, staircase = true }", lambda o: l.StepLR(o, 40, 0.3))
in_torch("{ schedule = 'exponential', initial = 0.1, rate = 0.98, steps = 1 }", lambda o: l.ExponentialLR(o, 0.98))
in_torch("{ schedule = 'polynomial', initial = 0.1, steps = 130, power = 2.0 }", lambda o: l.PolynomialLR(o, 130, 2.0))
in_torch("{ schedule = 'cosine', initial = 0.1, final = 0.003, steps = 200 }", lambda o: l.CosineAnnealingLR(o, 200, 0.003))
in_torch("{ schedule = 'restarts', initial = 0.1, final = 0.003, period = 25, multiplier = 2 }", lambda o: l.CosineAnnealingWarmRestarts(o, 25, 2, 0.003))
in_torch("{ schedule = 'inverse_sqrt', initial = 0.1 }", lambda o: l.LambdaLR(o, lambda t: (t + 1) ** -0.5))
in_torch("{ schedule = 'robbins_monro', initial = 0.1 }", lambda o: l.LambdaLR(o, lambda t: 1 / (t + 1)))
in_torch("{ schedule = 'one_cycle', peak = 0.1, steps = 200 }", lambda o: l.OneCycleLR(o, 0.1, 200), steps=200)
in_torch("{ schedule = 'one_cycle', peak = 0.2, initial = 0.02, final = 0.0001, rise = 0.15, steps = 200 }",
         lambda o: l.OneCycleLR(o, 0.2, 200, pct_start=0.15, div_factor=10, final_div_factor=200), steps=200)

losses = [1.0, 0.9, 0.95, 0.95, 0.89995, 0.899, 0.9, 0.9, 0.9, 0.9, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.4, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
plateau("{ schedule = 'plateau', initial = 0.1, patience = 2, factor = 0.5 }", losses, patience=2, factor=0.5)
plateau("{ schedule = 'plateau', initial = 0.1, patience = 0, cooldown = 3, minimum = 0.0005 }", losses, patience=0, cooldown=3, min_lr=0.0005)
plateau("{ schedule = 'plateau', initial = 0.1, patience = 1, threshold = 0.2 }", losses, patience=1, threshold=0.2)

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
print(len(cases), "cases,", path.stat().st_size, "bytes")
