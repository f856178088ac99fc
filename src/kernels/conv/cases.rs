//! Awkward convolutions for parity.

use super::{ConvParameters, ConvSumParameters, chunks};
use crate::{
    activations::{self, Activation},
    kernels::{Case, Operand, Variant, case},
};

/// One shape: (batch, channels, filters, groups), then (in, kernel, stride, dilation, pad) for
/// depth, height and width.
struct Shape(&'static str, [u32; 4], [[u32; 5]; 3]);

/// An axis that is not there.
const NONE: [u32; 5] = [1, 1, 1, 1, 0];

/// One pixel, primes, around a tile, long and thin, every setting, groups, and more than 65,535
/// workgroups' worth of positions.
const SHAPES: &[Shape] = &[
    Shape("one pixel", [1, 1, 1, 1], [NONE, NONE, NONE]),
    Shape("1d", [3, 2, 5, 1], [NONE, NONE, [13, 3, 1, 1, 1]]),
    Shape("1d long kernel", [2, 1, 3, 1], [NONE, NONE, [31, 11, 3, 1, 5]]),
    Shape("1d longer kernel", [2, 2, 3, 1], [NONE, NONE, [40, 16, 1, 1, 8]]),
    Shape("same", [2, 3, 17, 1], [NONE, [7, 3, 1, 1, 1], [9, 3, 1, 1, 1]]),
    Shape("valid", [2, 5, 16, 1], [NONE, [8, 3, 1, 1, 0], [11, 5, 1, 1, 0]]),
    Shape("stride 2", [3, 4, 8, 1], [NONE, [9, 3, 2, 1, 1], [10, 3, 2, 1, 1]]),
    Shape("stride 3, kernel 2", [2, 3, 4, 1], [NONE, [11, 2, 3, 1, 0], [13, 2, 3, 1, 1]]),
    Shape("dilation", [2, 3, 7, 1], [NONE, [11, 3, 1, 2, 2], [12, 3, 1, 3, 1]]),
    Shape("dilation and stride", [2, 2, 3, 1], [NONE, [13, 3, 2, 2, 2], [17, 3, 4, 2, 3]]),
    Shape("groups", [2, 6, 9, 3], [NONE, [6, 3, 1, 1, 1], [6, 3, 1, 1, 1]]),
    Shape("depthwise", [2, 19, 19, 19], [NONE, [5, 3, 1, 1, 1], [7, 3, 2, 1, 1]]),
    Shape("depthwise, 2 each", [1, 5, 10, 5], [NONE, [5, 3, 1, 1, 1], [4, 3, 1, 1, 1]]),
    Shape("1 x 1", [3, 33, 65, 1], [NONE, [3, 1, 1, 1, 0], [5, 1, 1, 1, 0]]),
    Shape("3d", [2, 3, 5, 1], [[4, 2, 1, 1, 0], [5, 3, 2, 1, 1], [6, 3, 1, 2, 2]]),
    Shape("whole picture", [5, 3, 10, 1], [NONE, [6, 6, 1, 1, 0], [5, 5, 1, 1, 0]]),
    Shape("more padding than kernel", [1, 1, 2, 1], [NONE, [3, 2, 1, 1, 3], [2, 3, 1, 1, 4]]),
    Shape("many filters", [2, 3, 131, 1], [NONE, [4, 3, 1, 1, 1], [4, 3, 1, 1, 1]]),
    Shape("many examples", [70_003, 1, 1, 1], [NONE, [2, 2, 1, 1, 0], [3, 2, 1, 1, 0]]),
    Shape("many channels", [1, 20_003, 1, 1], [NONE, NONE, NONE]),
    Shape("long line", [1, 1, 2, 1], [NONE, NONE, [200_003, 3, 1, 1, 1]]),
];

fn parameters(Shape(_, [batch, channels, filters, groups], axes): &Shape) -> ConvParameters {
    let out = |[extent, kernel, stride, dilation, pad]: [u32; 5]| {
        (extent + 2 * pad - (dilation * (kernel - 1) + 1)) / stride + 1
    };
    let [d, h, w] = *axes;
    let weights = filters * channels / groups * d[1] * h[1] * w[1];
    ConvParameters {
        batch: *batch,
        channels: *channels,
        filters: *filters,
        groups: *groups,
        in_d: d[0],
        in_h: h[0],
        in_w: w[0],
        out_d: out(d),
        out_h: out(h),
        out_w: out(w),
        kernel_d: d[1],
        kernel_h: h[1],
        kernel_w: w[1],
        stride_d: d[2],
        stride_h: h[2],
        stride_w: w[2],
        dilation_d: d[3],
        dilation_h: h[3],
        dilation_w: w[3],
        pad_d: d[4],
        pad_h: h[4],
        pad_w: w[4],
        chunks: chunks((batch * out(d) * out(h)) as usize, out(w) as usize, weights as usize) as u32,
    }
}

/// Elements of x, weight and y.
fn sizes(p: &ConvParameters) -> [usize; 3] {
    let product = |factors: &[u32]| factors.iter().map(|&factor| factor as usize).product();
    [
        product(&[p.batch, p.channels, p.in_d, p.in_h, p.in_w]),
        product(&[p.filters, p.channels / p.groups, p.kernel_d, p.kernel_h, p.kernel_w]),
        product(&[p.batch, p.filters, p.out_d, p.out_h, p.out_w]),
    ]
}

/// Numbers scaled so that sums of so many terms are about 1.
fn scaled(name: &str, count: usize, terms: usize) -> Operand {
    let scale = 1.0 / (terms.max(1) as f64).sqrt();
    Operand::Reals(case::reals(name, count).iter().map(|value| f64::from((value * scale) as f32)).collect())
}

/// Values that an activation can give: its derivative is asked of such.
fn outputs(activation: &Activation, count: usize) -> Operand {
    let mut values = case::reals("v", count);
    (activation.forward.f64)(&mut values);
    Operand::Reals(values.into_iter().map(|value| f64::from(value as f32)).collect())
}

pub fn forward() -> Vec<Case> {
    product_cases(false)
}

pub fn backward_input() -> Vec<Case> {
    product_cases(true)
}

/// In turn: nothing more, a bias, bias and activation, a derivative.
fn product_cases(backward: bool) -> Vec<Case> {
    let of = |(at, shape): (usize, &Shape)| {
        let p = parameters(shape);
        let [x, weight, y] = sizes(&p);
        let (operand, result, channels) = if backward { (y, x, p.channels) } else { (x, y, p.filters) };
        let terms = weight / (if backward { p.channels } else { p.filters } as usize).max(1);
        let activation = activations::ALL.iter().copied().filter(|f| f.of_output()).cycle().nth(at / 4);
        let activation = activation.filter(|_| at % 4 >= 2);
        let bias = if at % 4 == 1 || at % 4 == 2 {
            Operand::Reals(case::reals("bias", channels as usize))
        } else {
            Operand::Unbound
        };
        let v = activation.filter(|_| at % 4 == 3).map_or(Operand::Unbound, |f| outputs(f, result));
        let operands = vec![
            Operand::Reals(case::reals("x", operand)),
            scaled("w", weight, terms),
            bias,
            v,
            Operand::Output(result),
        ];
        finished(shape, p, operands, activation, terms, at)
    };
    SHAPES.iter().enumerate().map(of).collect()
}

pub fn backward_weight() -> Vec<Case> {
    let of = |(at, shape): (usize, &Shape)| {
        let p = parameters(shape);
        let [x, weight, y] = sizes(&p);
        let terms = (y / p.filters as usize).div_ceil(p.chunks as usize).max(p.out_w as usize);
        let partials = p.chunks as usize * (weight + p.filters as usize);
        let operands = vec![Operand::Reals(case::reals("x", x)), scaled("dy", y, terms), Operand::Output(partials)];
        finished(shape, p, operands, None, terms, at)
    };
    let mut cases: Vec<Case> = SHAPES.iter().enumerate().map(of).collect();
    // A bias without weights, as a transposed convolution needs it.
    let p = ConvParameters { channels: 0, groups: 1, ..parameters(&SHAPES[9]) };
    let y = sizes(&p)[2];
    let partials = (p.chunks * p.filters) as usize;
    let operands = vec![Operand::Unbound, scaled("dy", y, y), Operand::Output(partials)];
    cases.push(Case { label: "bias alone".into(), ..finished(&SHAPES[9], p, operands, None, y, 0) });
    cases
}

fn finished(
    shape: &Shape,
    p: ConvParameters,
    operands: Vec<Operand>,
    activation: Option<&'static Activation>,
    terms: usize,
    at: usize,
) -> Case {
    let name = activation.map_or(String::new(), |f| format!(", {}", f.name));
    let mut case = Case::new(format!("{}{name}", shape.0), p, operands);
    case.variant = activation.map_or(Variant::Plain, Variant::Activation);
    case.terms = terms;
    case.replicas = if at == 3 || at == 6 { 3 } else { 1 };
    case
}

pub fn weight_sum() -> Vec<Case> {
    let shapes = [
        (1, 1, 1),
        (1, 9, 1),
        (2, 63, 1),
        (3, 64, 2),
        (5, 65, 7),
        (7, 1, 31),
        (64, 144, 16),
        (13, 127, 0),
        (4, 0, 257),
        (31, 513, 5),
        (2, 70_001, 3),
        (3, 2, 70_003),
        (1, 4_200_001, 1),
    ];
    let of = |(at, &(chunks, weights, filters)): (usize, &(usize, usize, usize))| {
        let operand = |count: usize| if count == 0 { Operand::Unbound } else { Operand::Output(count) };
        let partials = scaled("partials", chunks * (weights + filters), chunks);
        // A layer without a bias sums one all the same, and throws it away.
        let db = if at == 4 { Operand::Unbound } else { operand(filters) };
        let p = ConvSumParameters { chunks: chunks as u32, weights: weights as u32, filters: filters as u32 };
        let mut case =
            Case::new(format!("{chunks} x ({weights} + {filters})"), p, vec![partials, operand(weights), db]);
        case.terms = chunks;
        case.replicas = if at == 6 { 3 } else { 1 };
        case
    };
    shapes.iter().enumerate().map(of).collect()
}
