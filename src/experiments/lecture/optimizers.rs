//! Items 37 to 52.

use super::{Item, item};

pub const OPTIMIZERS: &[Item] = &[
    item(
        37,
        "Stochastic gradient descent",
        r"g \leftarrow \frac{1}{m} \sum_i \nabla_\theta L(f(x^{(i)}; \theta), y^{(i)}), \qquad \theta \leftarrow \theta - \alpha g",
        "Until a stopping criterion is met; all examples are used before any is used again, by a random permutation. One pass is an epoch.",
    ),
    item(
        38,
        "Momentum",
        r"v \leftarrow \beta v - \alpha g, \qquad \theta \leftarrow \theta + v",
        "Past steps go on, each less by a factor of β (figure 8.5 of Goodfellow et al.).",
    ),
    item(
        39,
        "Nesterov's momentum",
        r"\theta \leftarrow \theta + \beta v, \qquad v \leftarrow \beta v - \alpha g, \qquad \theta \leftarrow \theta - \alpha g",
        "The gradient is taken at the place that momentum leads to.",
    ),
    item(
        40,
        "AdaGrad",
        r"r \leftarrow r + g^2, \qquad \theta \leftarrow \theta - \frac{\alpha}{\sqrt{r + \varepsilon}}\, g",
        "Element by element (2011): faster than plain descent where the loss is convex.",
    ),
    item(
        41,
        "AdaGrad where gradients stay",
        r"\frac{\alpha}{\sqrt r + \varepsilon} \approx \frac{\alpha / \sqrt t}{\sqrt{g_0^2} + \varepsilon / \sqrt t}",
        "With gradients that stay as they are, it is descent with a rate that falls as 1/√t.",
    ),
    item(
        42,
        "RMSProp",
        r"r \leftarrow \beta r + (1 - \beta) g^2, \qquad \theta \leftarrow \theta - \frac{\alpha}{\sqrt{r + \varepsilon}}\, g",
        "A moving average instead of a sum (2012); its first values are biased towards zero.",
    ),
    item(
        43,
        "Adam",
        r"s \leftarrow \beta_1 s + (1 - \beta_1) g, \quad r \leftarrow \beta_2 r + (1 - \beta_2) g^2, \quad \theta \leftarrow \theta - \frac{\alpha}{\sqrt{\hat r + \varepsilon}}\, \hat s",
        "Averages of the gradient and of its square, both corrected (2014).",
    ),
    item(
        44,
        "The correction of the bias",
        r"(1 - \beta_1) \sum_{i=1}^{t} \beta_1^{t-i} = 1 - \beta_1^t, \qquad \hat s = \frac{s}{1 - \beta_1^t}",
        "The weights of a moving average that has only begun do not sum to 1.",
    ),
    item(
        45,
        "Seven optimizers on four surfaces",
        "",
        "Radford's animations: noisy moons, Beale's function, a long valley, a saddle.",
    ),
];

pub const SCHEDULES: &[Item] = &[
    item(
        46,
        "Polynomial decay",
        r"\alpha_t = (\alpha_0 - \alpha_T) \Bigl(1 - \frac{t}{T}\Bigr)^p + \alpha_T",
        "The rate is multiplied by a polynomial of the update's number. Adaptive methods, too, want a rate that decreases.",
    ),
    item(
        47,
        "Linear decay",
        r"\alpha_t = \alpha_0 \Bigl(1 - \frac{t}{T}\Bigr)",
        "It converges in theory, but is usually too fast for deep networks.",
    ),
    item(
        48,
        "Inverse square root",
        r"\alpha_t = \alpha_0 \frac{1}{\sqrt t}",
        "As the best machine translation models have it.",
    ),
    item(
        49,
        "Exponential decay",
        r"\alpha_t = \alpha_0 c^t",
        "A constant factor each minibatch, epoch or several epochs; often used for convolutional networks.",
    ),
    item(
        50,
        "Cosine decay",
        r"\alpha_t = \alpha_0 \frac{1}{2} \Bigl(1 + \cos \frac{\pi t}{T}\Bigr) = \alpha_0 \cos^2 \frac{\pi t}{2 T}",
        "Popular for training and finetuning.",
    ),
    item(51, "Restarts and warmup", "", "And more: the rate begins anew, or begins low and rises first."),
    item(
        52,
        "keras.optimizers.schedules",
        "",
        "PiecewiseConstantDecay, PolynomialDecay, ExponentialDecay, CosineDecay, passed as a learning rate.",
    ),
];
