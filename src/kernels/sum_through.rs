//! c = (a + b) · f′(v): the gradients of a fork are summed and taken through the activation above it in
//! one launch, which reads the sum from no memory. The last sum of a residual network's joints.

use super::{
    Arguments, Case, Cost, Kernel, Operand, Parameters, Recipe, Shader, Slot, Source, Variant, WIDTH, activation, case,
    read, reads, sum::SumParameters, wgsl, writes, wrong_bindings,
};
use crate::{activations, real::Real, twin};

/// c = (a + b) · f′(v), v the output of f
pub const SUM_THROUGH: Kernel = Kernel {
    name: "sum_through",
    formula: "c = (a + b) · f'(v)",
    bindings: &[reads("a"), reads("b"), reads("v"), writes("c")],
    parameters: SumParameters::FIELDS,
    source,
    cpu: twin!(sum_through),
    cost: |p| {
        let count = u64::from(read::<SumParameters>(p).count);
        Cost { flops: 2 * count, bytes: 16 * count }
    },
    cases,
    tolerance: 4.0,
};

fn source(recipe: &Recipe) -> Source {
    let count = read::<SumParameters>(recipe.parameters).count;
    Shader::of(recipe, wgsl!("sum_through.wgsl")).activation().strided(count, WIDTH)
}

fn sum_through<T: Real>(arguments: &mut Arguments<T>) {
    let function = arguments.variant.activation().expect("an activation fills this kernel");
    let [Slot::Real(a), Slot::Real(b), Slot::Real(v), Slot::RealMut(c)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    for ((c, a), b) in c.iter_mut().zip(*a).zip(*b) {
        *c = *a + *b;
    }
    activation::slope(function.slope(), c, v);
}

fn cases() -> Vec<Case> {
    let of = |(at, &count): (usize, &usize)| {
        let function = [&activations::RELU, &activations::SIGMOID, &activations::LEAKY_RELU][at % 3];
        let mut v = case::reals("v", count);
        (function.forward.f64)(&mut v);
        v.iter_mut().for_each(|v| *v = f64::from(*v as f32));
        let operands = vec![
            Operand::Reals(case::reals("a", count)),
            Operand::Reals(case::reals("b", count)),
            Operand::Reals(v),
            Operand::Output(count),
        ];
        let parameters = SumParameters { count: count as u32 };
        let mut case = Case::new(format!("{} {count}", function.name), parameters, operands);
        case.variant = Variant::Activation(function);
        case.replicas = if count == 65 { 3 } else { 1 };
        case
    };
    [&[4, 508, 280_004], case::COUNTS].concat().iter().enumerate().map(of).collect()
}
