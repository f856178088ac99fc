//! Items 25 to 36.

use super::{Item, item};

pub const DESCENT: &[Item] = &[
    item(
        25,
        "Gradient descent",
        r"\theta \leftarrow \theta - \alpha \nabla_\theta E(\theta), \qquad E(\theta) = \mathbb E_{(x, y) \sim \hat p_{\text{data}}} L(f(x; \theta), y)",
        "The learning rate α says how far a step goes (figure 4.1 of Goodfellow et al.).",
    ),
    item(
        26,
        "Batch, online, minibatch",
        r"\nabla_\theta E(\theta) \approx \frac{1}{m} \sum_{i=1}^{m} \nabla_\theta L(f(x^{(i)}; \theta), y^{(i)})",
        "The gradient of all examples, of one, or of m independent ones: an unbiased estimate, less noisy the more there are.",
    ),
    item(
        27,
        "When stochastic gradient descent converges",
        r"\sum_i \alpha_i = \infty, \qquad \sum_i \alpha_i^2 < \infty",
        "For a convex loss to the optimum almost surely, such as with α = 1/i (Robbins and Monro 1951).",
    ),
    item(
        28,
        "Convex and not convex",
        "",
        "Without convexity there are local optima only; to find the global minimum is at least NP-hard.",
    ),
    item(
        29,
        "What convex means",
        r"f(tu + (1 - t)v) \le t f(u) + (1 - t) f(v)",
        "With two derivatives: the Hessian is positive semi-definite. A local minimum is a global one.",
    ),
    item(
        30,
        "Convex examples",
        r"x^2, \quad e^x, \quad -\log x, \quad \text{MSE}, \quad \sigma + \text{NLL}, \quad \mathrm{softmax} + \text{NLL}",
        "The losses of linear models are among them.",
    ),
    item(
        31,
        "Loss surfaces",
        r"f(a, b) = L(\theta + a\,\delta + b\,\eta)",
        "Around a trained ResNet, with and without skip connections (figures 1 and 4 of Li et al. 2018).",
    ),
];

pub const BACKPROPAGATION: &[Item] = &[
    item(
        32,
        "The chain rule",
        r"\frac{\partial L}{\partial x_i} = \frac{\partial L}{\partial y} \frac{\partial y}{\partial x_i}",
        "Where a value is used more than once, the derivatives along all its uses are summed.",
    ),
    item(
        33,
        "Forward propagation",
        r"u^{(i)} \leftarrow f^{(i)}(A^{(i)}), \qquad A^{(i)} \leftarrow \{u^{(j)} \mid j \in P(u^{(i)})\}",
        "Node by node, in topological order.",
    ),
    item(
        34,
        "Backpropagation",
        r"g^{(n)} = 1, \qquad g^{(i)} \leftarrow \sum_{j\,:\,i \in P(u^{(j)})} g^{(j)} \frac{\partial u^{(j)}}{\partial u^{(i)}}",
        "In the reverse order, from the last node's 1.",
    ),
    item(
        35,
        "Tensors",
        r"g^{(i)} = \Bigl(\frac{\partial f(x)}{\partial x}\Bigr)^{\mathsf T} g^{(j)}",
        "Nodes are functions of tensors: the derivative is a Jacobian, and its product with a vector is all that is needed.",
    ),
    item(
        36,
        "Derivatives of activations",
        r"\sigma' = \sigma (1 - \sigma), \qquad \tanh' = 1 - \tanh^2, \qquad \mathrm{ReLU}' = [x > 0]",
        "Each from its output alone; ReLU's at 0 is taken to be 0.",
    ),
];
