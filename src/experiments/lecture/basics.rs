//! Items 1 to 12.

use super::{Item, item};

pub const NETWORKS: &[Item] = &[
    item(
        1,
        "A network is an acyclic graph",
        r"u^{(i)} = f^{(i)}\bigl(\{u^{(j)} \mid j \in P(u^{(i)})\}\bigr)",
        "The basic units are nodes, composed in an acyclic graph; edges have weights, nodes have activation functions, and nodes are usually composed in layers. The input is a tensor of one to four dimensions.",
    ),
    item(
        2,
        "The output is a distribution",
        r"\mathcal N(y; f(x), \sigma^2), \quad \sigma(f(x)), \quad \mathrm{softmax}(f(x))",
        "The output usually describes a distribution: normal for regression, Bernoulli for binary, categorical for multiclass classification.",
    ),
    item(
        3,
        "Training, development and test set",
        "",
        "Examples are generated independently from a data-generating distribution, and split: to train, to choose, to test.",
    ),
    item(
        4,
        "Generalisation error",
        r"\mathbb E_{(x, y) \sim p_{\text{data}}} \bigl[L(f(x; \theta), y)\bigr]",
        "The goal of machine learning is to perform well on previously unseen data; a test set that is independent of the training set estimates it.",
    ),
    item(
        5,
        "No free lunch",
        r"\frac{1}{|Y|} \sum_{y \in Y} \mathrm{error}(f, y) = \frac{1}{2} \quad \text{for every } f",
        "Averaged over all possible data distributions, every classifier has the same error on unseen examples, even one that always returns 0 or the least probable class (Wolpert 1996).",
    ),
];

pub const CAPACITY: &[Item] = &[
    item(
        6,
        "Underfitting and overfitting",
        r"f(x) = \sum_{k=0}^{d} w_k x^k",
        "A model may be too weak even for its training set, or so strong that its rules are too specific: figure 5.2 of Goodfellow et al., quadratic data and polynomials of degree 1, 2 and 9.",
    ),
    item(
        7,
        "An overfitted boundary",
        "",
        "The green line has every training example right, the black one generalises (Wikipedia, Overfitting.svg).",
    ),
    item(
        8,
        "Capacity",
        r"\text{gap} = E_{\text{test}} - E_{\text{train}}",
        "Representational capacity is what a model could represent, effective capacity what it learns; the test error has its least between too little and too much (figure 5.3 of Goodfellow et al.).",
    ),
    item(
        9,
        "More data",
        r"y = \sin 2\pi x + \varepsilon",
        "Overfitting usually decreases with the amount of training data (figure 1.6 of Bishop).",
    ),
    item(
        10,
        "Regularisation: L² and weight decay",
        r"E(\theta) + \frac{\lambda}{2} \lVert\theta\rVert^2, \qquad \nabla_\theta = \nabla_\theta E + \lambda \theta",
        "Any change that is to reduce the generalisation error but not the training error; the best known penalises large weights.",
    ),
    item(
        11,
        "Too much of it and too little",
        r"\lambda \to 0 \;\Rightarrow\; \theta \to X^{+} y",
        "Degree 9 with an excessive, a medium and a vanishing λ (figure 5.5 of Goodfellow et al.).",
    ),
    item(
        12,
        "Hyperparameters",
        "",
        "The learning algorithm itself adapts the parameters, not the hyperparameters; those are chosen on the development set.",
    ),
];
