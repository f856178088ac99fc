# Golden numbers of dense networks from PyTorch in f64: python tests/golden/perceptron.py
# Made with torch==2.7.1 (CPU), Python 3.11. The tests read the JSON and need neither.
#
# Each case: a perceptron 6-5-4-3 with an activation, a loss, an optimizer; the loss and accuracy of
# five steps over the same batch of 7, the gradients of the first and the parameters after the last.
import json, pathlib
import torch
from torch.nn import functional as F

torch.manual_seed(0)
cases = []


def numbers(*shape):
    """Few digits, so that the file is small and exact."""
    return (torch.randint(-200, 201, shape) / 100).double()


LOSSES = {
    "categorical": lambda x, t: F.cross_entropy(x, t),
    # nats per example: summed over the outputs
    "bernoulli": lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction="sum") / len(x),
    "normal": lambda x, t: F.mse_loss(x, t),
}
OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.9, 0.999), eps=1e-7),
}
flat = lambda t: [float(f"{v:.14g}") for v in t.detach().flatten().tolist()]

for activation in ("relu", "sigmoid", "tanh"):
    for loss in LOSSES:
        for optimizer in OPTIMIZERS:
            x = numbers(7, 6)
            target = {"categorical": torch.randint(0, 3, (7,)), "bernoulli": torch.randint(0, 2, (7, 3)).double(), "normal": numbers(7, 3)}[loss]
            sizes = [6, 5, 4, 3]
            parameters = {}
            for layer, (i, o) in enumerate(zip(sizes, sizes[1:])):
                parameters[f"layers.{layer}.weight"] = numbers(o, i)
                parameters[f"layers.{layer}.bias"] = numbers(o)
            case = {"activation": activation, "loss": loss, "optimizer": optimizer, "x": flat(x), "target": flat(target), "losses": []}
            case["before"] = {name: flat(p) for name, p in parameters.items()}
            update = OPTIMIZERS[optimizer]([p.requires_grad_() for p in parameters.values()])
            for step in range(5):
                y = x
                for layer in range(3):
                    y = F.linear(y, parameters[f"layers.{layer}.weight"], parameters[f"layers.{layer}.bias"])
                    y = getattr(torch, activation)(y) if layer < 2 else y
                value = LOSSES[loss](y, target)
                update.zero_grad()
                value.backward()
                if step == 0:
                    case["gradients"] = {name: flat(p.grad) for name, p in parameters.items()}
                case["losses"].append(value.item())
                update.step()
            case["after"] = {name: flat(p) for name, p in parameters.items()}
            cases.append(case)

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"torch": torch.__version__, "cases": cases}, separators=(",", ":")) + "\n")
