//! c = f(a + b): where a tensor is used twice, its gradients are summed; where a residual branch meets
//! its shortcut, an activation may follow at once.

use super::{
    Arguments, Case, Cost, Kernel, Operand, Parameters, Recipe, Shader, Slot, Source, Variant, WIDTH, activation, case,
    read, reads, wgsl, writes, wrong_bindings,
};
use crate::{activations, parameters, real::Real, twin};

parameters! {
    /// The sum's parameters.
    SumParameters {
        /// Elements of each tensor.
        count: u32,
    }
}

/// c = f(a + b), f being the variant's activation or nothing
pub const SUM: Kernel = Kernel {
    name: "sum",
    formula: "c = f(a + b)",
    bindings: &[reads("a"), reads("b"), writes("c")],
    parameters: SumParameters::FIELDS,
    source,
    cpu: twin!(sum),
    cost: |p| {
        let count = u64::from(read::<SumParameters>(p).count);
        Cost { flops: count, bytes: 12 * count }
    },
    cases,
    tolerance: 1.0,
};

fn source(recipe: &Recipe) -> Source {
    let count = read::<SumParameters>(recipe.parameters).count;
    let (shader, wide) = Shader::of(recipe, wgsl!("sum.wgsl")).wide(count);
    shader.activation().strided(count / wide, WIDTH)
}

fn sum<T: Real>(arguments: &mut Arguments<T>) {
    let [Slot::Real(a), Slot::Real(b), Slot::RealMut(c)] = &mut arguments.slots[..] else { wrong_bindings() };
    for ((c, a), b) in c.iter_mut().zip(*a).zip(*b) {
        *c = *a + *b;
    }
    if let Some(function) = arguments.variant.activation() {
        activation::map(&function.forward, c);
    }
}

fn cases() -> Vec<Case> {
    let of = |&count: &usize| {
        let operands = vec![
            Operand::Reals(case::reals("a", count)),
            Operand::Reals(case::reals("b", count)),
            Operand::Output(count),
        ];
        let mut case = Case::new(format!("{count}"), SumParameters { count: count as u32 }, operands);
        case.replicas = if count == 65 { 3 } else { 1 };
        case
    };
    let plain = [&[4, 508, 280_004], case::COUNTS].concat();
    // One activation shows that it is applied; activation_forward proves them all.
    let activated = [1, 4, 65, 508].iter().map(|count| {
        let mut case = of(count);
        case.label = format!("relu {}", case.label);
        case.variant = Variant::Activation(&activations::RELU);
        case
    });
    plain.iter().map(of).chain(activated).collect()
}
