//! The update of ALL parameters in one launch, whatever the number of tensors: they lie in one
//! buffer, as do their gradients and the optimizer's state. The update rule itself is the
//! optimizer's; see `src/optimizers/` and `shaders/optimizers/`.

use rayon::prelude::*;

use super::{
    Arguments, Case, Cost, Kernel, Operand, Parameters, SCALARS, STEP_WGSL, Slot, Source, Step, Variant, case,
};
use super::{WIDTH, is_finite, read, reads, strided, writes, writes_words, wrong_bindings};
use crate::{optimizers, parameters, real::Real, twin};

parameters! {
    /// The update's parameters.
    OptimizerParameters {
        /// Parameters, padding included: a multiple of 4.
        count: u32,
    }
}

/// θ ← update(θ, g, state); flags[slot] is set if a gradient is NaN or infinite
pub const OPTIMIZER: Kernel = Kernel {
    name: "optimizer",
    formula: "p, state = update(p, g, state); flags[slot] |= g is not finite",
    bindings: &[writes("parameters"), reads("gradients"), writes("state"), writes_words("flags")],
    parameters: OptimizerParameters::FIELDS,
    source: |recipe| {
        let Variant::Update(rule) = recipe.variant else { unreachable!("an update rule fills this kernel") };
        Source {
            label: format!("optimizer {}", rule.name()),
            wgsl: [include_str!("../../shaders/optimizer.wgsl"), rule.wgsl(), STEP_WGSL].concat(),
            constants: vec![],
            workgroups: strided(read::<OptimizerParameters>(recipe.parameters).count / 4, WIDTH),
        }
    },
    cpu: twin!(optimizer),
    cost: |p| {
        let count = u64::from(read::<OptimizerParameters>(p).count);
        Cost { flops: 10 * count, bytes: 28 * count }
    },
    cases,
    tolerance: 8.0,
};

/// Parameters whose update one CPU thread takes at a time.
const CHUNK: usize = 1 << 14;

fn optimizer<T: Real>(arguments: &mut Arguments<T>) {
    let count = arguments.parameters::<OptimizerParameters>().count as usize;
    let Variant::Update(rule) = arguments.variant else { unreachable!("an update rule fills this kernel") };
    let [Slot::RealMut(p), Slot::Real(g), Slot::RealMut(state), Slot::WordMut(flags)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    let scalars = arguments.step.scalars.map(T::of);
    // The state's tensors lie one behind the other; a chunk takes its part of each.
    let mut parts: Vec<Vec<&mut [T]>> = (0..count.div_ceil(CHUNK)).map(|_| vec![]).collect();
    for tensor in state.chunks_exact_mut(count).take(rule.states()) {
        parts.iter_mut().zip(tensor.chunks_mut(CHUNK)).for_each(|(part, chunk)| part.push(chunk));
    }
    let finite = p
        .par_chunks_mut(CHUNK)
        .zip(g.par_chunks(CHUNK))
        .zip(&mut parts)
        .map(|((p, g), state)| {
            optimizers::update(rule.as_ref(), &scalars, p, g, state);
            g.iter().all(|&g| is_finite(g))
        })
        .reduce(|| true, |a, b| a && b);
    if !finite {
        flags[arguments.step.slot as usize] |= 1;
    }
}

fn cases() -> Vec<Case> {
    let mut cases = vec![];
    for rule in optimizers::samples() {
        for (at, &count) in [4, 8, 12, 60, 64, 252, 256, 260, 1020, 1024, 1028, 4 * 70_001].iter().enumerate() {
            // A second moment is never negative; the same holds for every sum of squares.
            let state = case::reals("state", count * rule.states()).iter().map(|s| s.abs()).collect();
            let mut gradients = case::reals("gradients", count);
            if count == 252 {
                gradients[17] = f64::NAN;
            }
            let state = if rule.states() == 0 { Operand::Unbound } else { Operand::Reals(state) };
            let operands = vec![
                Operand::Reals(case::reals("parameters", count)),
                Operand::Reals(gradients),
                state,
                Operand::OutputWords(3),
            ];
            let parameters = OptimizerParameters { count: count as u32 };
            let mut case = Case::new(format!("{} {count}", rule.name()), parameters, operands);
            let update = at as u64 * 100;
            let mut scalars = rule.scalars(1e-2, update);
            // Both devices must start from the same numbers.
            scalars[..SCALARS].iter_mut().for_each(|s| *s = f64::from(*s as f32));
            case.step = Step { index: update as u32, slot: at as u32 % 3, scalars, ..Step::over(1) };
            case.variant = Variant::Update(rule.clone());
            case.replicas = if count == 60 { 3 } else { 1 };
            cases.push(case);
        }
    }
    cases
}
