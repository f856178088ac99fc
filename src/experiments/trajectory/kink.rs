//! A corner: the slope is as steep close to the minimum as far from it, so that a constant rate goes back and forth.

use super::Surface;

/// |x|, whose slope at 0 is taken to be 0.
pub const KINK: Surface = Surface {
    name: "kink",
    formula: "|x|",
    f: |[x, _]| x.abs(),
    gradient: |[x, _]| [if x == 0.0 { 0.0 } else { x.signum() }, 0.0],
    start: [-1.83, 0.0],
    axes: [[-2.2, 2.2], [-0.1, 2.2]],
    minima: &[[0.0, 0.0]],
    steps: 60,
    learning_rates: [0.1, 0.03, 0.03, 0.4, 10.0, 0.1, 0.1],
    of_x: true,
    accuracy: None,
};
