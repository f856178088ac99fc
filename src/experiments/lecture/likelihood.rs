//! Items 13 to 24.

use super::{Item, item};

pub const LIKELIHOOD: &[Item] = &[
    item(
        13,
        "Mean squared error",
        r"\frac{1}{N} \sum_{i=1}^{N} \bigl(f(x^{(i)}; \theta) - y^{(i)}\bigr)^2",
        "A model is trained to minimise its loss on the training data.",
    ),
    item(
        14,
        "The empirical distribution",
        r"\hat p_{\text{data}}(x) = \frac{|\{i : x^{(i)} = x\}|}{N}",
        "What was seen, each as often as it was seen.",
    ),
    item(
        15,
        "Likelihood",
        r"L(\theta) = \prod_{i=1}^{N} p_{\text{model}}(x^{(i)}; \theta)",
        "With the data fixed it is a function of the parameters, and no distribution over them.",
    ),
    item(
        16,
        "Maximum likelihood estimation",
        r"\arg\max_\theta \prod_i p(x^{(i)}; \theta) = \arg\min_\theta \sum_i -\log p(x^{(i)}; \theta) = \arg\min_\theta H(\hat p_{\text{data}}, p_\theta) = \arg\min_\theta D_{\text{KL}}(\hat p_{\text{data}} \Vert p_\theta) + H(\hat p_{\text{data}})",
        "The most likely parameters have the least negative log-likelihood, which is the least cross-entropy, which is the least divergence.",
    ),
    item(
        17,
        "The conditional case",
        r"\arg\max_\theta p(\mathbb Y \mid \mathbb X; \theta) = \arg\min_\theta \sum_i -\log p(y^{(i)} \mid x^{(i)}; \theta)",
        "The same for predicting y given x.",
    ),
    item(
        18,
        "One loss, three names",
        r"\nabla_\theta \text{NLL} = \nabla_\theta H(\hat p, p_\theta) = \nabla_\theta D_{\text{KL}}(\hat p \Vert p_\theta)",
        "The loss is called negative log-likelihood, or cross-entropy, or Kullback-Leibler divergence: they differ by a constant.",
    ),
];

pub const ESTIMATORS: &[Item] = &[
    item(
        19,
        "Bias",
        r"\mathbb E[\hat\sigma^2] = \Bigl(1 - \frac{1}{N}\Bigr) \sigma^2, \qquad \hat\sigma^2 = \frac{1}{N} \sum_i (x_i - \hat\mu)^2",
        "The mean estimates without bias; the variance with one that goes to zero.",
    ),
    item(
        20,
        "Biased, but better",
        r"\mathrm{MSE} = \mathrm{bias}^2 + \mathrm{variance}",
        "An unbiased estimator may have a large variance: a biased one might be preferred.",
    ),
    item(
        21,
        "Consistency",
        r"P(\lVert\theta_m - \theta\rVert > \varepsilon) \to 0 \quad (m \to \infty)",
        "If the true distribution is in the model family, the estimate converges to it in probability.",
    ),
    item(
        22,
        "Efficiency",
        r"m \mathrm{Var}(\hat\theta_m) \ge I(\theta)^{-1}",
        "No consistent estimator has a lower mean squared error (Rao 1945, Cramér 1946).",
    ),
    item(
        23,
        "Mean squared error is maximum likelihood",
        r"\arg\min_\theta \sum_i -\log \mathcal N\bigl(y^{(i)}; f(x^{(i)}; \theta), \sigma^2\bigr) = \arg\min_\theta \frac{1}{N} \sum_i \bigl(f(x^{(i)}; \theta) - y^{(i)}\bigr)^2",
        "With a normal distribution around the prediction and a fixed variance, whichever: it is the most general distribution of a given mean and variance.",
    ),
    item(
        24,
        "Normal and paranormal",
        "",
        "The slide ends with a cartoon, \"A visual comparison of normal and paranormal distributions\" (Matthew Freeman, J. Epidemiol. Community Health 60(1), 2006): it is not drawn again here.",
    ),
];
