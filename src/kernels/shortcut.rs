//! A shortcut without parameters: every stride-th position of x, and zeros for the channels that
//! x has not (option A of He et al., "Deep residual learning for image recognition", 2015).

use super::{
    Arguments, Case, Cost, Kernel, Operand, Parameters, Shader, Slot, WIDTH, case, product, read, reads, wgsl, writes,
    wrong_bindings,
};
use crate::{parameters, real::Real, twin};

parameters! {
    /// Both kernels' parameters.
    ShortcutParameters {
        /// Rows of the batch.
        rows: u32,
        /// Channels of x.
        channels: u32,
        /// Extent of x, 1 where it has no such axis.
        depth: u32,
        /// Extent of x.
        height: u32,
        /// Extent of x.
        width: u32,
        /// Along each of the three.
        stride: u32,
        /// Channels of y.
        outputs: u32,
        /// Channels of zeros in front of x's.
        before: u32,
    }
}

/// y[c, s, …] = x[c − before, stride·s, …], 0 in channels that x has not
pub const FORWARD: Kernel = Kernel {
    name: "shortcut_forward",
    formula: "y[c, s, ...] = x[c - before, stride s, ...], else 0",
    bindings: &[reads("x"), writes("y")],
    parameters: ShortcutParameters::FIELDS,
    source: |recipe| {
        let p: ShortcutParameters = read(recipe.parameters);
        Shader::of(recipe, wgsl!("shortcut_forward.wgsl")).strided(p.rows * p.output(), WIDTH)
    },
    cpu: twin!(forward),
    cost,
    cases: || cases(false),
    tolerance: 0.0625,
};

/// dx = dy where y was taken from x, else 0
pub const BACKWARD: Kernel = Kernel {
    name: "shortcut_backward",
    formula: "dx[c, stride s, ...] = dy[c + before, s, ...], else 0",
    bindings: &[reads("dy"), writes("dx")],
    parameters: ShortcutParameters::FIELDS,
    source: |recipe| {
        let p: ShortcutParameters = read(recipe.parameters);
        Shader::of(recipe, wgsl!("shortcut_backward.wgsl")).strided(p.rows * p.input(), WIDTH)
    },
    cpu: twin!(backward),
    cost,
    cases: || cases(true),
    tolerance: 0.0625,
};

impl ShortcutParameters {
    /// Elements of one row of x.
    pub fn input(&self) -> u32 {
        self.channels * self.depth * self.height * self.width
    }

    /// Elements of one row of y.
    pub fn output(&self) -> u32 {
        self.outputs * [self.depth, self.height, self.width].map(|e| e.div_ceil(self.stride)).iter().product::<u32>()
    }

    /// Calls `pair(x's index, y's index)` wherever y is taken from x.
    fn each(&self, mut pair: impl FnMut(usize, usize)) {
        let extents = [self.depth, self.height, self.width];
        let [depth, height, width] = extents.map(|extent| extent.div_ceil(self.stride));
        for (row, channel) in (0..self.rows).flat_map(|r| (0..self.channels).map(move |c| (r, c))) {
            for (z, y) in (0..depth).flat_map(|z| (0..height).map(move |y| (z, y))) {
                let plane = (row * self.channels + channel) * self.depth + z * self.stride;
                let from = (plane * self.height + y * self.stride) * self.width;
                let to = (((row * self.outputs + channel + self.before) * depth + z) * height + y) * width;
                (0..width).for_each(|x| pair((from + x * self.stride) as usize, (to + x) as usize));
            }
        }
    }
}

fn cost(parameters: &[u8]) -> Cost {
    let p: ShortcutParameters = read(parameters);
    Cost { flops: 0, bytes: 4 * (product(&[p.rows, p.input()]) + product(&[p.rows, p.output()])) }
}

fn forward<T: Real>(arguments: &mut Arguments<T>) {
    let p: ShortcutParameters = arguments.parameters();
    let [Slot::Real(x), Slot::RealMut(y)] = &mut arguments.slots[..] else { wrong_bindings() };
    y.fill(T::zero());
    p.each(|from, to| y[to] = x[from]);
}

fn backward<T: Real>(arguments: &mut Arguments<T>) {
    let p: ShortcutParameters = arguments.parameters();
    let [Slot::Real(dy), Slot::RealMut(dx)] = &mut arguments.slots[..] else { wrong_bindings() };
    dx.fill(T::zero());
    p.each(|from, to| dx[from] = dy[to]);
}

/// rows, channels, depth, height, width, stride, outputs, before
const SHAPES: &[[u32; 8]] = &[
    [1, 1, 1, 1, 1, 1, 1, 0],
    [2, 1, 1, 1, 1, 2, 3, 1],
    [1, 2, 1, 4, 4, 2, 4, 1],
    [3, 2, 1, 5, 3, 2, 2, 0],
    [2, 3, 1, 7, 5, 3, 8, 2],
    [1, 4, 3, 4, 5, 2, 9, 2],
    [5, 1, 2, 2, 2, 1, 2, 1],
    [31, 3, 1, 3, 3, 2, 5, 1],
    [2, 16, 1, 8, 8, 2, 32, 8],
    [7, 1, 1, 1, 255, 4, 1, 0],
    [1, 257, 1, 1, 1, 1, 509, 100],
    [3, 2, 5, 1, 31, 5, 3, 0],
    [70_001, 1, 1, 1, 2, 2, 2, 1],
];

fn cases(backward: bool) -> Vec<Case> {
    let of = |&shape: &[u32; 8]| {
        let [rows, channels, depth, height, width, stride, outputs, before] = shape;
        let p = ShortcutParameters { rows, channels, depth, height, width, stride, outputs, before };
        let (x, y) = ((rows * p.input()) as usize, (rows * p.output()) as usize);
        let operands = match backward {
            true => vec![Operand::Reals(case::reals("dy", y)), Operand::Output(x)],
            false => vec![Operand::Reals(case::reals("x", x)), Operand::Output(y)],
        };
        let mut case = Case::new(format!("{shape:?}"), p, operands);
        case.replicas = if rows == 31 { 3 } else { 1 };
        case
    };
    SHAPES.iter().map(of).collect()
}
