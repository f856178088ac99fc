//! A slope that never ends: the gradient is the same everywhere, and a hundred times smaller along y. Who divides by the
//! gradients' size goes down both alike; AdaGrad does so slower and slower, like 1/√t.

use super::Surface;

/// x + y/100
pub const SLOPE: Surface = Surface {
    name: "slope",
    formula: "x + y / 100",
    f: |[x, y]| x + y / 100.0,
    gradient: |_| [1.0, 0.01],
    start: [0.0, 0.0],
    axes: [[-7.0, 3.0], [-7.0, 3.0]],
    minima: &[],
    steps: 60,
    learning_rates: [0.1, 0.01, 0.01, 0.4, 20.0, 0.05, 0.1],
    of_x: false,
    accuracy: None,
};
