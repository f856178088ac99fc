//! The parabola of figure 4.1 of "Deep Learning" (Goodfellow, Bengio and Courville, 2016): the slope is x itself.

use super::Surface;

/// x²/2
pub const PARABOLA: Surface = Surface {
    name: "parabola",
    formula: "x^2 / 2",
    f: |[x, _]| 0.5 * x * x,
    gradient: |[x, _]| [x, 0.0],
    start: [-1.8, 0.0],
    axes: [[-2.2, 2.2], [-0.1, 2.5]],
    minima: &[[0.0, 0.0]],
    steps: 60,
    learning_rates: [0.3, 0.1, 0.1, 0.6, 10.0, 0.1, 0.2],
    of_x: true,
    accuracy: None,
};
