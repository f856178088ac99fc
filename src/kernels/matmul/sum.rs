//! The slices of a product with many terms added up, with what follows the product.

use rayon::prelude::*;

use crate::{
    activations,
    kernels::{
        Arguments, Case, Cost, Kernel, Lanes, Operand, Parameters, Recipe, Shader, Slot, Source, Variant, activation,
        case, read, reads, wgsl, writes, wrong_bindings,
    },
    parameters,
    real::Real,
    twin,
};

parameters! {
    /// The sum's parameters.
    MatmulSumParameters {
        /// Elements of c.
        count: u32,
        /// Columns of c.
        columns: u32,
        /// Slices.
        slices: u32,
    }
}

/// c[i] = f(Σ partials[slice][i] + bias[column]), or the sum times f′(v[i])
pub const MATMUL_SUM: Kernel = Kernel {
    name: "matmul_sum",
    formula: "c[i] = f(sum_slice partials[slice][i] + bias[column]), or sum * f'(v[i])",
    bindings: &[reads("partials"), reads("bias").optional(), reads("v").optional(), writes("c")],
    parameters: MatmulSumParameters::FIELDS,
    source,
    cpu: twin!(matmul_sum),
    cost: |p| {
        let MatmulSumParameters { count, slices, .. } = read(p);
        let count = u64::from(count);
        Cost { flops: count * u64::from(slices), bytes: 4 * count * (u64::from(slices) + 1) }
    },
    cases,
    tolerance: 8.0,
};

fn source(recipe: &Recipe) -> Source {
    let p: MatmulSumParameters = read(recipe.parameters);
    let lanes = Lanes::alone(p.slices);
    let shader = Shader::of(recipe, wgsl!("matmul_sum.wgsl")).sum(lanes).finish();
    shader.strided(p.count, 64).with(u64::from(p.slices.div_ceil(lanes.each)) + 1)
}

fn matmul_sum<T: Real>(arguments: &mut Arguments<T>) {
    let MatmulSumParameters { count, columns, .. } = arguments.parameters();
    let [Slot::Real(partials), Slot::Real(bias), Slot::Real(v), Slot::RealMut(c)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    let (variant, size) = (arguments.variant, columns as usize * 256);
    c.par_chunks_mut(size).enumerate().for_each_init(
        || vec![0.0f64; size],
        |sums, (at, c)| {
            let sums = &mut sums[..c.len()];
            sums.fill(0.0);
            for slice in partials.chunks_exact(count as usize) {
                sums.iter_mut().zip(&slice[at * size..]).for_each(|(sum, part)| *sum += part.f64());
            }
            let bias = bias.iter().copied().chain(std::iter::repeat(T::zero())).take(columns as usize).cycle();
            c.iter_mut().zip(sums).zip(bias).for_each(|((c, sum), bias)| *c = T::of(*sum + bias.f64()));
            match variant.activation() {
                Some(f) if v.is_empty() => activation::map(&f.forward, c),
                Some(f) => activation::slope(f.slope(), c, &v[at * size..][..c.len()]),
                None => {}
            }
        },
    );
}

/// (rows, columns, slices)
const SHAPES: &[(usize, usize, usize)] = &[
    (1, 1, 1),
    (1, 1, 2),
    (1, 7, 3),
    (2, 1, 4),
    (3, 5, 5),
    (5, 13, 8),
    (7, 64, 9),
    (16, 65, 15),
    (31, 10, 2),
    (63, 3, 17),
    (128, 10, 245),
    (257, 1, 31),
    (70_001, 1, 2),
    (3, 70_001, 3),
];

fn cases() -> Vec<Case> {
    let of = |(at, &(rows, columns, slices)): (usize, &(usize, usize, usize))| {
        let count = rows * columns;
        let scale = 1.0 / (slices as f64).sqrt();
        let partials = case::reals("partials", slices * count).iter().map(|x| f64::from((x * scale) as f32)).collect();
        // In turn: nothing more, a bias, bias and activation, a derivative.
        let activation = [&activations::SIGMOID, &activations::TANH, &activations::RELU][at % 3];
        let bias = match at % 4 {
            1 | 2 => Operand::Reals(case::reals("bias", columns)),
            _ => Operand::Unbound,
        };
        let mut values = case::reals("v", count);
        (activation.forward.f64)(&mut values);
        let values = values.into_iter().map(|v| f64::from(v as f32)).collect();
        let v = if at % 4 == 3 { Operand::Reals(values) } else { Operand::Unbound };
        let [count, columns, slices] = [count, columns, slices].map(|extent| extent as u32);
        let parameters = MatmulSumParameters { count, columns, slices };
        let operands = vec![Operand::Reals(partials), bias, v, Operand::Output(count as usize)];
        let mut case = Case::new(format!("{rows} x {columns} in {slices}"), parameters, operands);
        case.variant = if at % 4 >= 2 { Variant::Activation(activation) } else { Variant::Plain };
        case.terms = slices as usize;
        case.replicas = if at == 5 { 3 } else { 1 };
        case
    };
    SHAPES.iter().enumerate().map(of).collect()
}
