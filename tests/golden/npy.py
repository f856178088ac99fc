# Arrays of every type that is read, in both orders of bytes, as NumPy itself saves them: python tests/golden/npy.py
# Made with numpy==2.4.6, Python 3.11. The tests read the archive and need neither.
from pathlib import Path

import numpy as np

# All but the last arrays hold the numbers 0 to 23; `bool` holds whether they are odd.
numbers = np.arange(24).reshape(4, 3, 2)
kinds = ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"]
arrays = {f"{order}_{kind}": numbers.astype(order + kind) for kind in kinds for order in "<>"}
arrays = {name.replace("<", "little").replace(">", "big"): array for name, array in arrays.items()}
arrays["bool"] = numbers % 2 == 1
arrays["fortran"] = np.asfortranarray(numbers.astype("f4"))
arrays["objects"] = np.array([{}, None])
arrays["names"] = np.array(["cat", "dog"])
arrays["complex"] = np.array([1j])
arrays["record"] = np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f4")])
arrays["scalar"] = np.array(3.0)
# As Keras keeps its data sets: pictures of u8 with their channels last, one label a row.
pictures = np.arange(5 * 2 * 2 * 3, dtype="u1").reshape(5, 2, 2, 3)
arrays |= {"x_train": pictures[:3], "y_train": np.array([[0], [2], [1]], "u1")}
arrays |= {"x_test": pictures[3:], "y_test": np.array([[1], [0]], "i8")}
np.savez_compressed(Path(__file__).with_suffix(".npz"), **arrays)
