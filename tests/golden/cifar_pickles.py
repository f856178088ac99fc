"""Two pictures as CIFAR's Python version has them, by each protocol of pickles. From the repository's folder:
python tests/golden/cifar_pickles.py"""

import gzip
import pickle

import numpy as np

data = (np.arange(2 * 3072) // 12).astype(np.uint8).reshape(2, 3072)
for protocol in range(6):
    batch = {"batch_label": "one", "labels": [7, 3], "data": data, "filenames": ["a.png", "b.png"]}
    with open(f"tests/fuzz/pickle/protocol-{protocol}.gz", "wb") as file:
        file.write(gzip.compress(pickle.dumps(batch, protocol=protocol), mtime=0))
