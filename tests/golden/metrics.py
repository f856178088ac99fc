# Golden numbers of metrics from scikit-learn in f64: python tests/golden/metrics.py
# Made with scikit-learn==1.5.2 and numpy==1.26.4, Python 3.11. The tests read the JSON and need neither.
import json, pathlib, warnings
import numpy as np
from sklearn import metrics as sk

warnings.filterwarnings("ignore")
random = np.random.default_rng(0)
cases = []


def null(value):
    """A number, or what has no value; numpy's arrays as lists."""
    if np.ndim(value):
        return [null(v) for v in value]
    return float(value) if np.isfinite(value) else None


def each(values):
    """A number for each, and the mean of those that have a value."""
    values = np.array(values, dtype=float)
    values[~np.isfinite(values)] = np.nan
    return {"mean": null(np.nanmean(values)), "each": null(values)}


def add(name, loss, x, t, expected):
    x = np.asarray(x, dtype=float)
    assert all((v == v.astype(np.float32)).all() for v in (x, np.asarray(t))), "outputs and targets are what f32 holds"
    cases.append({"name": name, "loss": loss, "outputs": x.shape[1], "x": x.ravel().tolist(), "t": np.asarray(t).ravel().tolist(), "metrics": expected})


def logits(rows, columns, step=8):
    """Few digits: many are equal, and f32 holds them."""
    return random.integers(-3 * step, 3 * step + 1, (rows, columns)) / step


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def told_apart(t, predicted, **keys):
    """Precision, recall and f1 of each; what is 0 / 0 has no value and is in no mean."""
    keys |= {"zero_division": np.nan}
    precision, recall, f1, _ = sk.precision_recall_fscore_support(t, predicted, average=None, **keys)
    found = {"precision": each(precision), "recall": each(recall), "f1": each(f1)}
    for key, score in [("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score)]:
        mean = null(score(t, predicted, average="macro", **keys))
        assert mean == found[key]["mean"] or abs(mean - found[key]["mean"]) < 1e-15, "our mean is scikit-learn's macro"
    return found


def multiclass(name, x, t):
    x, t = np.asarray(x, dtype=float), np.asarray(t)
    p, classes = softmax(x), range(x.shape[1])
    predicted = p.argmax(axis=1)
    expected = {"accuracy": null(sk.accuracy_score(t, predicted)), "log_loss": null(sk.log_loss(t, p, labels=classes))}
    # Of equal ones scikit-learn has the last in front, gradus the first: the same with the classes reversed.
    for k in (1, 2, 5):
        if k < len(classes) and len(classes) > 2:
            reverse = sk.top_k_accuracy_score(len(classes) - 1 - t, p[:, ::-1], k=k, labels=classes)
            expected[f"top_{k}"] = null(reverse)
    expected |= told_apart(t, predicted, labels=classes)
    expected["confusion"] = sk.confusion_matrix(t, predicted, labels=classes).tolist()
    add(name, "categorical", x, t, expected)


def area(t, p):
    return sk.roc_auc_score(t, p) if 0 < np.sum(t) < len(t) else np.nan


def binary(name, x, t):
    x, t = np.asarray(x, dtype=float).reshape(-1, 1), np.asarray(t)
    p = sigmoid(x[:, 0])
    predicted = (p > 0.5).astype(int)
    found = told_apart(t, predicted, labels=[1])
    expected = {key: value["each"][0] for key, value in found.items()}
    expected["accuracy"] = null(sk.accuracy_score(t, predicted))
    expected["log_loss"] = null(sk.log_loss(t, p, labels=[0, 1]))
    expected["roc_auc"] = null(area(t, p))
    expected["confusion"] = sk.confusion_matrix(t, predicted, labels=[0, 1]).tolist()
    add(name, "bernoulli", x, t, expected)


def multilabel(name, x, t):
    x, t = np.asarray(x, dtype=float), np.asarray(t)
    p = sigmoid(x)
    predicted = (p > 0.5).astype(int)
    expected = told_apart(t, predicted)
    expected["accuracy"] = null(1 - sk.hamming_loss(t, predicted))
    expected["log_loss"] = each([sk.log_loss(t[:, j], p[:, j], labels=[0, 1]) for j in range(t.shape[1])])
    expected["roc_auc"] = each([area(t[:, j], p[:, j]) for j in range(t.shape[1])])
    add(name, "bernoulli", x, t, expected)


def regression(name, x, t):
    x, t = np.asarray(x, dtype=float), np.asarray(t, dtype=float)
    # Of one example it says just once that there is no R².
    r2 = np.broadcast_to(sk.r2_score(t, x, multioutput="raw_values", force_finite=False), x.shape[1])
    expected = {
        "mae": each(sk.mean_absolute_error(t, x, multioutput="raw_values")),
        "rmse": each(sk.root_mean_squared_error(t, x, multioutput="raw_values")),
        "r2": each(r2),
    }
    if x.shape[1] == 1:
        expected = {key: value["each"][0] for key, value in expected.items()}
    else:
        assert abs(expected["rmse"]["mean"] - sk.root_mean_squared_error(t, x)) < 1e-15
    add(name, "normal", x, t, expected)


labels = random.integers(0, 7, 300)
multiclass("seven classes", logits(300, 7) + 2 * np.eye(7)[labels], labels)
multiclass("ties everywhere", logits(200, 6, step=1), random.integers(0, 6, 200))
x, labels = logits(120, 6), random.integers(0, 4, 120)
x[:, [3, 5]] = -4
multiclass("a class never predicted, one that never occurs, one that neither", x, labels)
multiclass("all wrong, and sure of it", [[100, -100, 0], [0, 100, -100]], [1, 2])
multiclass("one example", [[0.5, 1.5, -1, 0, 0, 0.25]], [1])
multiclass("two classes", logits(50, 2), random.integers(0, 2, 50))
multiclass("equal outputs", np.zeros((9, 7)), random.integers(0, 7, 9))

yes = random.integers(0, 2, 150)
binary("yes or no", logits(150, 1)[:, 0] + yes, yes)
binary("many equal scores", logits(150, 1, step=1)[:, 0] + yes, yes)
binary("only noes", logits(20, 1)[:, 0], np.zeros(20, dtype=int))
binary("only yeses", logits(20, 1)[:, 0], np.ones(20, dtype=int))
binary("one example", [0.5], [1])
binary("sure and wrong", [200, -200, 3], [0, 1, 1])
binary("never a yes", -np.abs(logits(40, 1)[:, 0]) - 0.125, yes[:40])
binary("all scores are the same", np.ones(12), yes[:12])

labels = (random.random((90, 5)) < 0.4).astype(int)
labels[:, 2] = 0
x = logits(90, 5) + labels
x[:, 2:4] = -np.abs(x[:, 2:4])
multilabel("five labels: one never occurs, two are never predicted", x, labels)
multilabel("one example of three labels", [[0.5, -1, 2]], [[1, 0, 0]])

target = logits(200, 1, step=64)
regression("a number", target + logits(200, 1, step=64) / 8, target)
target = logits(100, 4, step=64) * [1, 10, 1000, 0] + [0, 5, 4096, 2.5]
regression("four numbers, the last always the same", np.float32(target + logits(100, 4, step=64)), np.float32(target))
target = 65536 + logits(80, 2, step=16)
regression("a small spread far from 0", target + logits(80, 2, step=16) / 4, target)
regression("one example", [[1.5]], [[2.0]])
regression("one example of two numbers", [[1.5, 2]], [[2.0, -1]])
regression("exactly right", [[1.0], [2.0], [4.0]], [[1.0], [2.0], [4.0]])

pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps({"cases": cases}, separators=(",", ":")))
print(len(cases), "cases,", sum(len(case["metrics"]) for case in cases), "metrics")
