//! A long valley that is almost flat where the walk begins. Without scaling a step along the valley
//! is as good as none, while the walls throw it from side to side.

use super::Surface;

/// 4x² + 1 − exp(−y²/2)
pub const LONG_VALLEY: Surface = Surface {
    name: "long_valley",
    formula: "4 x^2 + 1 - exp(-y^2 / 2)",
    f: |[x, y]| 4.0 * x * x + 1.0 - (-y * y / 2.0).exp(),
    gradient: |[x, y]| [8.0 * x, y * (-y * y / 2.0).exp()],
    start: [0.75, -3.0],
    axes: [[-1.5, 1.5], [-4.0, 2.0]],
    minima: &[[0.0, 0.0]],
    steps: 199,
    learning_rates: [0.1, 0.1, 0.1, 0.3, 12.0, 0.06, 0.1],
    of_x: false,
    accuracy: None,
};
