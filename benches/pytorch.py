"""What PyTorch reaches where `gradus bench step --device cpu` measures: python benches/pytorch.py [threads]

Made for torch==2.15.0 (CPU), Python 3.11. The same networks, batches of 128 made-up pictures, Adam or
momentum, medians of nine runs.
"""

import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else torch.get_num_threads())


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


mlp = nn.Sequential(nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10))
conv = lambda channels, filters: (nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
cnn = nn.Sequential(*conv(1, 16), *conv(16, 32), nn.Flatten(), nn.Linear(1568, 10))

for name, model, shape, steps in (
    ("fashion-mlp", mlp, (1, 28, 28), 20),
    ("fashion-cnn", cnn, (1, 28, 28), 20),
    ("resnet20-cifar10", resnet20(), (3, 32, 32), 3),
):
    x, y = torch.rand(128, *shape), torch.randint(0, 10, (128,))
    if name.startswith("resnet"):
        optimizer = torch.optim.SGD(model.parameters(), 1e-3, momentum=0.9, weight_decay=1e-4)
    else:
        optimizer = torch.optim.Adam(model.parameters(), 1e-3)

    def run(count):
        begin = time.perf_counter()
        for _ in range(count):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
        loss.item()
        return 128 * count / (time.perf_counter() - begin)

    run(3)
    print(f"{name}, batch 128: {statistics.median(run(steps) for _ in range(9)):.1f} examples/s")
