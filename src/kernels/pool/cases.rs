//! Awkward poolings for parity.

use super::{PoolParameters, plane::Plane};
use crate::{
    activations,
    kernels::{Case, Operand, Variant, case},
};

/// Which of the four kernels.
#[derive(Clone, Copy, PartialEq)]
pub enum Form {
    MaxForward,
    MaxBackward,
    AverageForward,
    AverageBackward,
}

/// Planes, then (in, kernel, stride, pad) for depth, height and width: one pixel, primes, overlap,
/// gaps, padding, whole planes, more than 65,535 planes and elements.
const SHAPES: &[(u32, [[u32; 4]; 3])] = &[
    (1, [[1, 1, 1, 0], [1, 1, 1, 0], [1, 1, 1, 0]]),
    (3, [[1, 1, 1, 0], [1, 1, 1, 0], [13, 3, 2, 1]]),
    (2, [[1, 1, 1, 0], [1, 1, 1, 0], [257, 2, 2, 0]]),
    (5, [[1, 1, 1, 0], [6, 2, 2, 0], [8, 2, 2, 0]]),
    (7, [[1, 1, 1, 0], [7, 3, 1, 1], [9, 3, 1, 1]]),
    (2, [[1, 1, 1, 0], [11, 3, 2, 1], [13, 5, 3, 2]]),
    (3, [[1, 1, 1, 0], [7, 2, 3, 0], [8, 1, 4, 0]]),
    (65, [[1, 1, 1, 0], [7, 7, 1, 0], [7, 7, 1, 0]]),
    (4, [[1, 1, 1, 0], [5, 2, 1, 1], [5, 4, 1, 2]]),
    (3, [[5, 3, 2, 1], [6, 2, 2, 0], [7, 3, 1, 1]]),
    (1, [[4, 4, 1, 0], [3, 3, 1, 0], [5, 5, 1, 0]]),
    (70_001, [[1, 1, 1, 0], [2, 2, 2, 0], [3, 2, 1, 0]]),
    (1, [[1, 1, 1, 0], [1, 1, 1, 0], [70_003, 3, 1, 1]]),
    // A workgroup a window; more pixels, and more windows of a pixel, than a driver's loops take one by one.
    (2, [[1, 1, 1, 0], [33, 33, 1, 0], [32, 31, 1, 3]]),
    (2, [[1, 1, 1, 0], [257, 257, 1, 0], [263, 259, 1, 2]]),
    (1, [[1, 1, 1, 0], [1, 1, 1, 0], [1_000_003, 1_000_003, 1, 0]]),
    (1, [[1, 1, 1, 0], [23, 17, 1, 8], [23, 17, 1, 8]]),
];

pub fn cases(form: Form) -> Vec<Case> {
    let of = |(at, &(planes, [d, h, w])): (usize, &(u32, [[u32; 4]; 3]))| {
        let out = |[extent, kernel, stride, pad]: [u32; 4]| (extent + 2 * pad - kernel) / stride + 1;
        let p = PoolParameters {
            planes,
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
            pad_d: d[3],
            pad_h: h[3],
            pad_w: w[3],
            // Both ways in turn, of which one is as good as the other where there is no padding.
            count_padding: (at % 2) as u32,
        };
        let plane = Plane::from(p);
        let (inputs, outputs) = (planes as usize * plane.inputs(), planes as usize * plane.outputs());
        // Few different values, and those of an activation: equals are what a maximum gets wrong.
        let activation = activations::ALL.iter().copied().filter(|f| f.of_output()).cycle().nth(at / 2);
        let activation =
            activation.filter(|_| at % 2 == 1 && matches!(form, Form::MaxBackward | Form::AverageBackward));
        let mut x: Vec<f64> =
            case::words("x", inputs, 7).into_iter().map(|word| f64::from(word) / 4.0 - 0.75).collect();
        activation.inspect(|f| (f.forward.f64)(&mut x));
        x.iter_mut().for_each(|x| *x = f64::from(*x as f32));
        let dy = Operand::Reals(case::reals("dy", outputs));
        // Turned places must not be padding.
        let replicas = if at == 3 || at == 4 && form != Form::MaxBackward { 3 } else { 1 };
        let operands = match form {
            Form::AverageForward => vec![Operand::Reals(x), Operand::Output(outputs)],
            Form::MaxForward => {
                // An evaluation step asks for no places.
                let places = if at % 4 == 1 { Operand::Unbound } else { Operand::Output(outputs) };
                vec![Operand::Reals(x), Operand::Output(outputs), places]
            }
            Form::MaxBackward => {
                // What the forward pass gave.
                let (mut y, mut places) = (vec![0.0; outputs], vec![0.0; outputs]);
                let planes = y.chunks_exact_mut(plane.outputs()).zip(x.chunks_exact(plane.inputs()));
                for ((y, x), places) in planes.zip(places.chunks_exact_mut(plane.outputs())) {
                    plane.placed(x, y, places);
                }
                let v = activation.map_or(Operand::Unbound, |_| Operand::Reals(x));
                vec![Operand::Reals(places), dy, v, Operand::Output(inputs)]
            }
            Form::AverageBackward => {
                let v = activation.map_or(Operand::Unbound, |_| Operand::Reals(x));
                vec![dy, v, Operand::Output(inputs)]
            }
        };
        let name = activation.map_or(String::new(), |f| format!(", {}", f.name));
        let mut case = Case::new(format!("{planes} x {d:?} {h:?} {w:?}{name}"), p, operands);
        case.variant = activation.map_or(Variant::Plain, Variant::Activation);
        case.terms = plane.kernel.iter().product();
        case.replicas = replicas;
        case
    };
    SHAPES.iter().enumerate().map(of).collect()
}
