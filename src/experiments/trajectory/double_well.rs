//! Two minima, of which the nearer one is not the lower: for nonconvex functions a local optimum is all that is sure.

use super::Surface;

/// (x² − 1)² + 0.3 x
pub const DOUBLE_WELL: Surface = Surface {
    name: "double_well",
    formula: "(x^2 - 1)^2 + 0.3 x",
    f: |[x, _]| (x * x - 1.0).powi(2) + 0.3 * x,
    gradient: |[x, _]| [4.0 * x * (x * x - 1.0) + 0.3, 0.0],
    start: [1.6, 0.0],
    axes: [[-1.8, 1.8], [-0.5, 3.2]],
    minima: &[[-1.035_578_714_089, 0.0], [0.960_149_555_519, 0.0]],
    steps: 100,
    learning_rates: [0.02, 0.03, 0.03, 0.2, 4.0, 0.03, 0.1],
    of_x: true,
    accuracy: None,
};
