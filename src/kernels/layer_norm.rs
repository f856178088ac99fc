//! Normalisation within an example, of each group of its elements: layer normalisation (Ba, Kiros and
//! Hinton, 2016) is one group, group normalisation (Wu and He, 2018) some channels a group.

use rayon::prelude::*;

use super::{
    Arguments, Case, Cost, Kernel, Lanes, Operand, Parameters, Recipe, Shader, Slot, Source, Step, Variant, activation,
    case, product, read, reads, wgsl, writes, wrong_bindings,
};
use crate::{
    activations, parameters,
    real::{Real, lane_sums, sums},
    twin,
};

parameters! {
    /// The parameters of all three kernels.
    LayerNormParameters {
        /// Rows of the batch.
        rows: u32,
        /// Groups of each row, each normalised by itself.
        groups: u32,
        /// Elements of a group.
        size: u32,
        /// Neighbouring elements that share a weight; a divisor of the size.
        inner: u32,
        /// ε, added to the variance.
        epsilon: f32,
    }
}

/// y = f((x − mean) / deviation · weight + bias)
pub const FORWARD: Kernel = Kernel {
    name: "layer_norm_forward",
    formula: "y = f((x - mean) / sqrt(var + epsilon) weight + bias), moments of each group",
    bindings: &[reads("x"), reads("weight").optional(), reads("bias").optional(), writes("moments"), writes("y")],
    parameters: LayerNormParameters::FIELDS,
    source: |recipe| activated(recipe, wgsl!("layer_norm_forward.wgsl")),
    cpu: twin!(forward),
    cost: |p| cost(p, 9, 8),
    cases: || cases(Which::Forward),
    tolerance: 8.0,
};

/// dx = (d − mean d − x̂ mean(d·x̂)) / deviation · f′(x), d = dy · weight
pub const BACKWARD: Kernel = Kernel {
    name: "layer_norm_backward",
    formula: "dx = (d - mean d - xhat mean(d xhat)) / deviation f'(x), d = dy weight",
    bindings: &[reads("dy"), reads("x"), reads("moments"), reads("weight").optional(), writes("dx")],
    parameters: LayerNormParameters::FIELDS,
    source: |recipe| activated(recipe, wgsl!("layer_norm_backward.wgsl")),
    cpu: twin!(backward),
    cost: |p| cost(p, 11, 12),
    cases: || cases(Which::Backward),
    tolerance: 8.0,
};

/// dweight = Σ dy·x̂, dbias = Σ dy, over the rows
pub const GRADIENTS: Kernel = Kernel {
    name: "layer_norm_gradients",
    formula: "dweight = sum dy xhat; dbias = sum dy",
    bindings: &[reads("dy"), reads("x"), reads("moments"), writes("dweight"), writes("dbias")],
    parameters: LayerNormParameters::FIELDS,
    source: |recipe| {
        let p: LayerNormParameters = read(recipe.parameters);
        let (sums, terms) = (u64::from(p.groups * p.size / p.inner), u64::from(p.rows) * u64::from(p.inner));
        let lanes = Lanes::of(terms);
        let shader = Shader::of(recipe, wgsl!("layer_norm_gradients.wgsl")).sum(lanes).step();
        shader.items(lanes.grid(sums, terms, 1))
    },
    cpu: twin!(gradients),
    cost: |p| cost(p, 5, 8),
    cases: || cases(Which::Gradients),
    tolerance: 8.0,
};

fn activated(recipe: &Recipe, file: &str) -> Source {
    let p: LayerNormParameters = read(recipe.parameters);
    let lanes = Lanes::of(p.size.into());
    let shader = Shader::of(recipe, file).set("affine", recipe.binds("weight")).sum(lanes).puts().activation();
    shader.items(lanes.grid(u64::from(p.rows) * u64::from(p.groups), p.size.into(), 3))
}

fn cost(parameters: &[u8], flops: u64, bytes: u64) -> Cost {
    let p: LayerNormParameters = read(parameters);
    let count = product(&[p.rows, p.groups, p.size]);
    Cost { flops: flops * count, bytes: bytes * count }
}

impl LayerNormParameters {
    /// The weights of the group at this place among all rows' groups; 1 where there are none.
    fn weight<'a, T: Real>(&self, weights: &'a [T], group: usize, without: T) -> impl Fn(usize) -> T + 'a {
        let per_group = (self.size / self.inner) as usize;
        let (first, inner) = (group % self.groups as usize * per_group, self.inner as usize);
        move |element| weights.get(first + element / inner).copied().unwrap_or(without)
    }
}

fn forward<T: Real>(arguments: &mut Arguments<T>) {
    let p: LayerNormParameters = arguments.parameters();
    let [Slot::Real(x), Slot::Real(weight), Slot::Real(bias), Slot::RealMut(moments), Slot::RealMut(y)] =
        &mut arguments.slots[..]
    else {
        wrong_bindings()
    };
    let (size, count, variant) = (p.size as usize, T::of(p.size.into()), arguments.variant);
    let groups = y.par_chunks_exact_mut(size).zip(x.par_chunks_exact(size)).zip(moments.par_chunks_exact_mut(2));
    groups.enumerate().for_each(|(group, ((y, x), moments))| {
        let sums = |near: T| lane_sums(std::iter::once((x, x)), |x, _| [x - near, (x - near) * (x - near)]);
        let near = lane_sums(std::iter::once((x, x)), |x, _| [x])[0] / count;
        let [distance, square] = sums(near).map(|sum| sum / count);
        let mean = near + distance;
        // Where squares overflow, this is NaN, which training looks for; 1 / √∞ would be 0, and y too.
        let variance = (square - distance * distance).max(T::zero()) + T::of(p.epsilon.into());
        let rate = variance.sqrt() / variance;
        (moments[0], moments[1]) = (mean, rate);
        let (weight, bias) = (p.weight(weight, group, T::one()), p.weight(bias, group, T::zero()));
        for (element, (y, &x)) in y.iter_mut().zip(x).enumerate() {
            *y = (x - mean) * rate * weight(element) + bias(element);
        }
        if let Variant::Activation(f) = variant {
            activation::map(&f.forward, y);
        }
    });
}

fn backward<T: Real>(arguments: &mut Arguments<T>) {
    let p: LayerNormParameters = arguments.parameters();
    let [Slot::Real(dy), Slot::Real(x), Slot::Real(moments), Slot::Real(weight), Slot::RealMut(dx)] =
        &mut arguments.slots[..]
    else {
        wrong_bindings()
    };
    let (size, count, variant) = (p.size as usize, T::of(p.size.into()), arguments.variant);
    let inputs = dy.par_chunks_exact(size).zip(x.par_chunks_exact(size)).zip(moments.par_chunks_exact(2));
    dx.par_chunks_exact_mut(size).zip(inputs).enumerate().for_each(|(group, (dx, ((dy, x), moments)))| {
        let (mean, rate, weight) = (moments[0], moments[1], p.weight(weight, group, T::one()));
        let normal = |element: usize| (x[element] - mean) * rate;
        let d = |element: usize| dy[element] * weight(element);
        let [sum, slope] = sums((0..size).map(|element| [d(element), d(element) * normal(element)]));
        let (sum, slope) = (sum / count, slope / count);
        (0..size).for_each(|element| dx[element] = (d(element) - sum - normal(element) * slope) * rate);
        if let Variant::Activation(f) = variant {
            activation::slope(f.slope(), dx, x);
        }
    });
}

fn gradients<T: Real>(arguments: &mut Arguments<T>) {
    let (p, step) = (arguments.parameters::<LayerNormParameters>(), arguments.step);
    let [Slot::Real(dy), Slot::Real(x), Slot::Real(moments), Slot::RealMut(dweight), Slot::RealMut(dbias)] =
        &mut arguments.slots[..]
    else {
        wrong_bindings()
    };
    let (groups, size, inner) = (p.groups as usize, p.size as usize, p.inner as usize);
    let features = groups * size;
    dweight.par_iter_mut().zip(dbias.par_iter_mut()).enumerate().for_each(|(w, (dweight, dbias))| {
        let places = (0..step.rows.min(p.rows) as usize).flat_map(|r| (0..inner).map(move |i| (r, w * inner + i)));
        [*dweight, *dbias] = sums(places.map(|(row, feature)| {
            let moment = 2 * (row * groups + feature / size);
            let at = row * features + feature;
            [dy[at] * (x[at] - moments[moment]) * moments[moment + 1], dy[at]]
        }));
    });
}

/// (rows, rows in the batch, groups, size, inner)
const SHAPES: &[(usize, usize, usize, usize, usize)] = &[
    (1, 1, 1, 1, 1),
    (1, 1, 1, 2, 1),
    (2, 1, 1, 31, 1),
    (7, 5, 3, 4, 2),
    (31, 31, 2, 10, 5),
    (63, 60, 1, 64, 1),
    (64, 64, 4, 65, 13),
    (5, 0, 1, 7, 1),
    (3, 2, 8, 98, 49),
    (2, 2, 1, 1031, 1),
    (17, 16, 2, 255, 5),
    (1, 1, 1, 70_001, 1),
    (70_001, 70_000, 1, 3, 1),
    (3, 3, 70_001, 1, 1),
];

#[derive(Clone, Copy, PartialEq)]
enum Which {
    Forward,
    Backward,
    Gradients,
}

fn cases(which: Which) -> Vec<Case> {
    let mut cases = vec![];
    // Longer than a driver's loops: a row, and what shares a weight.
    let long: &[_] =
        if which == Which::Gradients { &[(3, 3, 1, 1_400_003, 1_400_003)] } else { &[(1, 1, 1, 1_500_003, 1)] };
    for (number, &(rows, batch, groups, size, inner)) in SHAPES.iter().chain(long).enumerate() {
        let (count, weights) = (rows * groups * size, groups * size / inner);
        let tensor = |name: &str, scale: f64| {
            Operand::Reals(case::reals(name, count).iter().map(|value| f64::from((value * scale) as f32)).collect())
        };
        // Every other case has weights.
        let affine = |name: &str| match number % 2 {
            0 => Operand::Reals(case::reals(name, weights)),
            _ => Operand::Unbound,
        };
        // The gradients are sums over rows, to be about 1.
        let scale = 1.0 / ((rows * inner) as f64).sqrt();
        let moments = || {
            let near = |value: &f64| f64::from((value.abs() / 4.0 + 0.25) as f32);
            Operand::Reals(case::reals("moments", 2 * rows * groups).iter().map(near).collect())
        };
        let x = tensor("x", 1.0);
        let operands = match which {
            Which::Forward => {
                vec![x, affine("weight"), affine("bias"), Operand::Output(2 * rows * groups), Operand::Output(count)]
            }
            Which::Backward => vec![tensor("dy", 1.0), x, moments(), affine("weight"), Operand::Output(count)],
            Which::Gradients => {
                vec![tensor("dy", scale), x, moments(), Operand::Output(weights), Operand::Output(weights)]
            }
        };
        let parameters = LayerNormParameters {
            rows: rows as u32,
            groups: groups as u32,
            size: size as u32,
            inner: inner as u32,
            epsilon: 1e-5,
        };
        let label = format!("{batch}/{rows} x {groups} x {size} by {inner}");
        let mut case = Case::new(label, parameters, operands);
        case.step = Step::over(batch);
        case.terms = if which == Which::Gradients { rows * inner } else { size };
        case.replicas = if rows == 31 { 3 } else { 1 };
        if which != Which::Gradients && number % 3 == 0 {
            case.variant = Variant::Activation(&activations::SIGMOID);
        }
        cases.push(case);
    }
    cases
}
