//! Himmelblau's function ("Applied nonlinear programming", 1972): four minima, all equally deep, and
//! which one an optimizer finds is a matter of its method.

use super::Surface;

/// The minima are 0; (3, 2) is the only one with short coordinates.
pub const HIMMELBLAU: Surface = Surface {
    name: "himmelblau",
    formula: "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
    f: |[x, y]| (x * x + y - 11.0).powi(2) + (x + y * y - 7.0).powi(2),
    gradient: |[x, y]| {
        let (a, b) = (x * x + y - 11.0, x + y * y - 7.0);
        [4.0 * x * a + 2.0 * b, 2.0 * a + 4.0 * y * b]
    },
    start: [0.0, -1.0],
    axes: [[-6.0, 6.0]; 2],
    minima: &[
        [3.0, 2.0],
        [-2.805_118_086_952_745, 3.131_312_518_250_573],
        [-3.779_310_253_377_747, -3.283_185_991_286_17],
        [3.584_428_340_330_492, -1.848_126_526_964_404],
    ],
    steps: 119,
    learning_rates: [0.01, 0.01, 0.01, 0.5, 12.0, 0.05, 0.2],
    of_x: false,
    accuracy: None,
};
