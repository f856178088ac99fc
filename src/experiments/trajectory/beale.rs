//! Beale's function (Beale, "On an iterative method for finding a local minimum of a function of more
//! than one variable", 1958): steep walls around a bent valley. Momentum shoots past the minimum and
//! comes back.

use super::Surface;

/// The minimum is 0 at (3, ½).
pub const BEALE: Surface = Surface {
    name: "beale",
    formula: "(1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2",
    f: |[x, y]| terms(x, y).iter().map(|term| term * term).sum(),
    gradient: |[x, y]| {
        let [a, b, c] = terms(x, y);
        let dx = 2.0 * (a * (y - 1.0) + b * (y * y - 1.0) + c * (y * y * y - 1.0));
        let dy = 2.0 * x * (a + 2.0 * b * y + 3.0 * c * y * y);
        [dx, dy]
    },
    start: [0.7, 1.4],
    axes: [[-4.5, 4.5], [-4.5, 4.5]],
    minima: &[[3.0, 0.5]],
    steps: 199,
    learning_rates: [0.008, 0.008, 0.008, 0.6, 12.0, 0.05, 0.2],
    of_x: false,
    accuracy: None,
};

fn terms(x: f64, y: f64) -> [f64; 3] {
    [1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y * y * y]
}
