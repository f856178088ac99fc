//! A saddle: the start lies on the ridge but for a hair, where the slope that leads out is 250 times
//! smaller than the one that leads in. Who scales every parameter's step by its own gradients leaves
//! first; plain SGD leaves last.

use super::Surface;

/// x² − y²
pub const SADDLE: Surface = Surface {
    name: "saddle",
    formula: "x^2 - y^2",
    f: |[x, y]| x * x - y * y,
    gradient: |[x, y]| [2.0 * x, -2.0 * y],
    start: [1.25, 0.005],
    axes: [[-1.5, 1.5], [-1.5, 1.5]],
    minima: &[],
    steps: 175,
    learning_rates: [0.02, 0.02, 0.02, 0.2, 8.0, 0.05, 0.08],
    of_x: false,
    accuracy: None,
};
