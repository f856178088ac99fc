//! Rosenbrock's banana (Rosenbrock, "An automatic method for finding the greatest or least value of a
//! function", 1960): the valley is found at once, and its end very slowly.

use super::Surface;

/// The minimum is 0 at (1, 1).
pub const ROSENBROCK: Surface = Surface {
    name: "rosenbrock",
    formula: "(1 - x)^2 + 100 (y - x^2)^2",
    f: |[x, y]| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2),
    gradient: |[x, y]| {
        let across = y - x * x;
        [-2.0 * (1.0 - x) - 400.0 * x * across, 200.0 * across]
    },
    start: [-1.2, 1.0],
    axes: [[-2.0, 2.0], [-1.0, 3.0]],
    minima: &[[1.0, 1.0]],
    steps: 299,
    learning_rates: [0.0015, 0.0005, 0.0005, 0.6, 10.0, 0.03, 0.15],
    of_x: false,
    accuracy: None,
};
