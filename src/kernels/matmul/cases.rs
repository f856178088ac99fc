//! Awkward products for parity.

use super::{MatmulParameters, source::Form};
use crate::{
    activations,
    kernels::{Case, Operand, Variant, case},
};

/// Awkward shapes: ones, primes, around a tile, around 512, long and thin either way, more than
/// 65,535 rows.
const SHAPES: &[(usize, usize, usize)] = &[
    (1, 1, 1),
    (1, 7, 5),
    (2, 3, 1),
    (13, 1, 17),
    (15, 63, 16),
    (16, 64, 64),
    (17, 65, 33),
    (31, 37, 41),
    (63, 64, 65),
    (65, 127, 7),
    (129, 128, 130),
    (128, 10, 256),
    (10, 256, 128),
    (1, 513, 3),
    (499, 13, 8),
    (257, 4, 513),
    (3, 509, 12),
    (5, 6, 4099),
    (70_001, 3, 2),
    (3, 70_004, 4),
    // Cut into slices: the last one short, and more terms than a driver's loops take by fours. A tile computes all of
    // its rows and columns, however few there are: no more terms than it takes to see.
    (5, 3, 8_195),
    (17, 36, 12_308),
    (2, 5, 40_001),
    (4, 2, 262_148),
];

pub(super) fn cases(form: Form) -> Vec<Case> {
    let mut cases = vec![];
    for (at, &(m, n, k)) in SHAPES.iter().enumerate() {
        // In turn: nothing fused, the third operand, and each activation.
        let extra = at % 4 != 0;
        let fused = activations::ALL.iter().copied().filter(|a| a.of_output()).cycle().nth(at).filter(|_| at % 2 == 1);
        cases.push(case(form, (m, n, k), extra, fused, if at == 6 { 3 } else { 1 }));
    }
    cases
}

fn case(
    form: Form,
    (m, n, k): (usize, usize, usize),
    extra: bool,
    activation: Option<&'static activations::Activation>,
    replicas: usize,
) -> Case {
    // One factor is scaled so that the sums are about 1, however many terms they have.
    let matrix = |name: &str, count: usize| {
        let scale = if (name == "a") == (form == Form::Tn) { 1.0 / (k as f64).sqrt() } else { 1.0 };
        Operand::Reals(case::reals(name, count).iter().map(|value| f64::from((value * scale) as f32)).collect())
    };
    let optional = |operand: Operand| if extra { operand } else { Operand::Unbound };
    // The derivative is asked of values that the activation can give.
    let y = || {
        let mut y = case::reals("y", m * n);
        activation.inspect(|activation| (activation.forward.f64)(&mut y));
        y.iter_mut().for_each(|y| *y = f64::from(*y as f32));
        Operand::Reals(y)
    };
    let (operands, activation) = match form {
        Form::Nt => {
            let third = optional(Operand::Reals(case::reals("bias", n)));
            (vec![matrix("a", m * k), matrix("b", n * k), third, Operand::Output(m * n)], activation)
        }
        Form::Nn => {
            let third = activation.map_or(Operand::Unbound, |_| y());
            (vec![matrix("a", m * k), matrix("b", k * n), third, Operand::Output(m * n)], activation)
        }
        Form::Tn => {
            let fourth = optional(Operand::Output(m));
            (vec![matrix("a", k * m), matrix("b", k * n), Operand::Output(m * n), fourth], None)
        }
    };
    let parameters = MatmulParameters::of(m as u32, n as u32, k as u32);
    // What is summed of slices has nothing fused, see matmul_sum.
    let (operands, activation) = match parameters.slices {
        1 => (operands, activation),
        slices => (sliced(operands, slices as usize), None),
    };
    let label = format!("{m} x {n} x {k}{}", activation.map_or(String::new(), |a| format!(" {}", a.name)));
    let mut case = Case::new(label, parameters, operands);
    case.variant = activation.map_or(Variant::Plain, Variant::Activation);
    case.terms = k;
    case.replicas = replicas;
    case
}

/// A product's operands where what it writes are slices.
fn sliced(operands: Vec<Operand>, slices: usize) -> Vec<Operand> {
    let of = |(at, operand)| match operand {
        Operand::Output(count) => Operand::Output(slices * count),
        Operand::Reals(_) if at == 2 => Operand::Unbound,
        other => other,
    };
    operands.into_iter().enumerate().map(of).collect()
}
