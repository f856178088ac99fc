//! c = a ∘ b: the product node's forward pass, and both of its gradients.

use super::{
    Arguments, Case, Cost, Kernel, Operand, Parameters, Shader, Slot, WIDTH, case, read, reads, wgsl, writes,
    wrong_bindings,
};
use crate::{parameters, real::Real, twin};

parameters! {
    /// The product's parameters.
    MultiplyParameters {
        /// Elements of each tensor.
        count: u32,
    }
}

/// c = a ∘ b
pub const MULTIPLY: Kernel = Kernel {
    name: "multiply",
    formula: "c = a b",
    bindings: &[reads("a"), reads("b"), writes("c")],
    parameters: MultiplyParameters::FIELDS,
    source: |recipe| {
        let count = read::<MultiplyParameters>(recipe.parameters).count;
        Shader::of(recipe, wgsl!("multiply.wgsl")).strided(count, WIDTH)
    },
    cpu: twin!(multiply),
    cost: |p| {
        let count = u64::from(read::<MultiplyParameters>(p).count);
        Cost { flops: count, bytes: 12 * count }
    },
    cases,
    tolerance: 1.0,
};

fn multiply<T: Real>(arguments: &mut Arguments<T>) {
    let [Slot::Real(a), Slot::Real(b), Slot::RealMut(c)] = &mut arguments.slots[..] else { wrong_bindings() };
    for ((c, a), b) in c.iter_mut().zip(*a).zip(*b) {
        *c = *a * *b;
    }
}

fn cases() -> Vec<Case> {
    let of = |&count: &usize| {
        let operands = vec![
            Operand::Reals(case::reals("a", count)),
            Operand::Reals(case::reals("b", count)),
            Operand::Output(count),
        ];
        let mut case = Case::new(format!("{count}"), MultiplyParameters { count: count as u32 }, operands);
        case.replicas = if count == 65 { 3 } else { 1 };
        case
    };
    case::COUNTS.iter().map(of).collect()
}
