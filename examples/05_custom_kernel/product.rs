//! c = s a b: how one launch computes it, on the CPU; `product.wgsl` is the same for GPUs.

use gradus::{
    kernels::{
        Arguments, Case, Cost, Kernel, Operand, Parameters, Shader, Slot, WIDTH, case, read, reads, writes,
        wrong_bindings,
    },
    parameters,
    real::Real,
    twin,
};

parameters! {
    /// What the plan fixes for a launch.
    ProductParameters {
        /// Elements of each operand.
        count: u32,
        /// s
        scale: f32,
    }
}

/// c = s a b
pub const PRODUCT: Kernel = Kernel {
    name: "product",
    formula: "c = s a b",
    bindings: &[reads("a"), reads("b"), writes("c")],
    parameters: ProductParameters::FIELDS,
    source: |recipe| {
        let count = read::<ProductParameters>(recipe.parameters).count;
        Shader::of(recipe, include_str!("product.wgsl")).strided(count, WIDTH)
    },
    cpu: twin!(product),
    cost: |p| {
        let count = u64::from(read::<ProductParameters>(p).count);
        Cost { flops: 2 * count, bytes: 12 * count }
    },
    cases: || case::COUNTS.iter().map(|&count| one(count)).collect(),
    tolerance: 2.0,
};

fn product<T: Real>(arguments: &mut Arguments<T>) {
    let scale = T::of(arguments.parameters::<ProductParameters>().scale.into());
    let [Slot::Real(a), Slot::Real(b), Slot::RealMut(c)] = &mut arguments.slots[..] else { wrong_bindings() };
    c.iter_mut().zip(a.iter().zip(*b)).for_each(|(c, (&a, &b))| *c = scale * a * b);
}

/// A launch for the proof.
fn one(count: usize) -> Case {
    let [a, b] = ["a", "b"].map(|name| Operand::Reals(case::reals(name, count)));
    let parameters = ProductParameters { count: count as u32, scale: 0.75 };
    Case::new(count.to_string(), parameters, vec![a, b, Operand::Output(count)])
}
