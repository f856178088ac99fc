//! A long canyon with steep walls, as in figure 8.5 of "Deep Learning" (Goodfellow, Bengio and
//! Courville, 2016), whose start and axes these are. The curvature across the canyon is 100 times the
//! one along it, so gradient descent zigzags; momentum adds up what all steps have in common.

use super::Surface;

/// A quadratic function whose Hessian has the eigenvalues 1 along (1, 1) and 0.01 along (1, −1).
pub const ILL_CONDITIONED: Surface = Surface {
    name: "ill_conditioned",
    formula: "((x + y)^2 + 0.01 (x - y)^2) / 4",
    f: |[x, y]| ((x + y).powi(2) + 0.01 * (x - y).powi(2)) / 4.0,
    gradient: |[x, y]| {
        let (steep, flat) = (0.5 * (x + y), 0.005 * (x - y));
        [steep + flat, steep - flat]
    },
    start: [-20.0, 25.0],
    axes: [[-30.0, 30.0]; 2],
    minima: &[[0.0, 0.0]],
    steps: 149,
    learning_rates: [1.9, 1.0, 1.0, 5.0, 200.0, 0.7, 1.5],
    of_x: false,
    accuracy: None,
};
