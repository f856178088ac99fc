//! The update of ALL parameters in one launch, whatever the number of tensors: they lie in one
//! buffer, as do their gradients and the optimizer's state. The update rule itself is the
//! optimizer's; see `src/optimizers/` and `shaders/optimizers/`. Decay, clipping and parameter
//! groups take part in the same launch; see [`crate::optimizers::regularization`].

use rayon::prelude::*;

use super::{
    Arguments, Case, Cost, Grid, Kernel, Operand, Parameters, Recipe, SCALARS, Shader, Slot, Source, Step, Variant,
    WIDTH, case, is_finite, read, reads, reads_words, wgsl, writes, writes_words, wrong_bindings,
};
use crate::{
    optimizers::{self, LEARNING_RATE, LIMIT, regularization::GROUP},
    parameters,
    real::Real,
    twin,
};

parameters! {
    /// The update's parameters.
    OptimizerParameters {
        /// Parameters, padding included: a multiple of 4; of [`BLOCK`] where there are groups.
        count: u32,
        /// The rule's tensors of state, each as long.
        states: u32,
    }
}

/// Neighbouring parameters that belong to one tensor, and so to one group: the alignment of
/// tensors.
pub const BLOCK: usize = super::ALIGNMENT;

/// θ ← θ + f·update(g, state), with g clipped and decay added; flags[slot] is set if a gradient is
/// NaN or infinite.
///
/// The last three bindings are there together or not at all, `factors` only where norms are
/// clipped. `blocks` holds for every block of parameters its group and the place of its factor,
/// `groups` for every group its [`GROUP`] numbers: f, decoupled decay, L2, L1, the L2 and L1 that are
/// clipped with the gradient, and two that mean nothing.
pub const OPTIMIZER: Kernel = Kernel {
    name: "optimizer",
    formula: "p, state = update(p, g, state); flags[slot] |= g is not finite",
    bindings: &[
        writes("parameters"),
        reads("gradients"),
        writes("state").optional(),
        writes_words("flags"),
        reads_words("blocks").optional(),
        reads("groups").optional(),
        reads("factors").optional(),
    ],
    parameters: OptimizerParameters::FIELDS,
    source,
    cpu: twin!(optimizer),
    cost: |p| {
        let OptimizerParameters { count, states, .. } = read(p);
        let (count, states) = (u64::from(count), u64::from(states));
        // A gradient is read; a parameter and its state are read and written.
        Cost { flops: 2 * (1 + 2 * states) * count, bytes: 4 * (3 + 2 * states) * count }
    },
    cases,
    tolerance: 8.0,
};

fn source(recipe: &Recipe) -> Source {
    let Variant::Update(rule) = recipe.variant else { unreachable!("an update rule fills this kernel") };
    let shader = Shader::of(recipe, wgsl!("optimizer.wgsl")).part(rule.name(), rule.wgsl()).step();
    let shader = rule.constants().into_iter().fold(shader, |shader, (name, value)| shader.set(name, value));
    let shader = shader.set("grouped", recipe.binds("blocks")).set("clipped", recipe.binds("factors"));
    let count = read::<OptimizerParameters>(recipe.parameters).count;
    shader.constant("WIDTH", WIDTH).grid(Grid::strided(count / 4, WIDTH))
}

/// Parameters whose update one CPU thread takes at a time: whole blocks.
const CHUNK: usize = 1 << 14;

fn optimizer<T: Real>(arguments: &mut Arguments<T>) {
    let parameters: OptimizerParameters = arguments.parameters();
    let count = parameters.count as usize;
    let Variant::Update(rule) = arguments.variant else { unreachable!("an update rule fills this kernel") };
    let [
        Slot::RealMut(p),
        Slot::Real(g),
        Slot::RealMut(state),
        Slot::WordMut(flags),
        Slot::Word(blocks),
        Slot::Real(groups),
        Slot::Real(factors),
    ] = &mut arguments.slots[..]
    else {
        wrong_bindings()
    };
    let scalars = arguments.step.scalars.map(T::of);
    let regularize = Regularize { blocks, groups, factors, limit: scalars[LIMIT] };
    // The state's tensors are consecutive; a chunk takes its part of each.
    let mut parts: Vec<Vec<&mut [T]>> = (0..count.div_ceil(CHUNK)).map(|_| vec![]).collect();
    for tensor in state.chunks_exact_mut(count).take(rule.states()) {
        parts.iter_mut().zip(tensor.chunks_mut(CHUNK)).for_each(|(part, chunk)| part.push(chunk));
    }
    let finite = p
        .par_chunks_mut(CHUNK)
        .zip(g.par_chunks(CHUNK))
        .zip(&mut parts)
        .enumerate()
        .map(|(chunk, ((p, g), state))| {
            let mut change = g.to_vec();
            let rule = rule.as_ref();
            if optimizers::accumulate(rule, &scalars, &mut change, state) {
                if blocks.is_empty() {
                    optimizers::update(rule, &scalars, &mut change, state);
                    p.iter_mut().zip(&change).for_each(|(p, &change)| *p += change);
                } else {
                    let first = chunk * CHUNK / BLOCK;
                    regularize.before(first, p, &mut change);
                    optimizers::update(rule, &scalars, &mut change, state);
                    regularize.after(first, p, &change, scalars[LEARNING_RATE]);
                }
            }
            optimizers::average(rule, &scalars, p, state);
            g.iter().all(|&g| is_finite(g))
        })
        .reduce(|| true, |a, b| a && b);
    if !finite {
        flags[arguments.step.slot as usize] |= 1;
    }
}

/// What happens around the rule where there are groups.
struct Regularize<'a, T> {
    blocks: &'a [u32],
    groups: &'a [T],
    factors: &'a [T],
    limit: T,
}

impl<T: Real> Regularize<'_, T> {
    /// The numbers of a block's group, and what its gradients are multiplied by.
    fn of(&self, block: usize) -> (&[T; GROUP], T) {
        let factor = self.factors.get(self.blocks[2 * block + 1] as usize).copied();
        (group(self.groups, self.blocks, block), factor.unwrap_or(T::one()))
    }

    fn before(&self, first: usize, p: &[T], g: &mut [T]) {
        for (at, (p, g)) in p.chunks(BLOCK).zip(g.chunks_mut(BLOCK)).enumerate() {
            let (&[_, _, l2, l1, l2_within, l1_within, ..], factor) = self.of(first + at);
            for (&p, g) in p.iter().zip(g) {
                *g += penalty([l2_within, l1_within], p);
                *g *= factor;
                if self.limit > T::zero() && self.factors.is_empty() {
                    *g = g.max(-self.limit).min(self.limit);
                }
                *g += penalty([l2, l1], p);
            }
        }
    }

    fn after(&self, first: usize, p: &mut [T], change: &[T], learning_rate: T) {
        for (at, (p, change)) in p.chunks_mut(BLOCK).zip(change.chunks(BLOCK)).enumerate() {
            let (&[rate, decay, ..], _) = self.of(first + at);
            let decay = learning_rate * rate * decay;
            for (p, &change) in p.iter_mut().zip(change) {
                *p = *p - decay * *p + rate * change;
            }
        }
    }
}

/// The numbers of a block's group.
pub(super) fn group<'a, T>(groups: &'a [T], blocks: &[u32], block: usize) -> &'a [T; GROUP] {
    let first = GROUP * blocks[2 * block] as usize;
    groups[first..first + GROUP].try_into().expect("as many")
}

/// The gradient of the penalties with these L2 and L1.
pub(crate) fn penalty<T: Real>([l2, l1]: [T; 2], p: T) -> T {
    l2 * p + l1 * if p.is_zero() { p } else { p.signum() }
}

/// Numbers of parameters; every rule takes some of them, and all of them are taken.
const COUNTS: [usize; 12] = [4, 8, 12, 60, 64, 252, 256, 260, 1020, 1024, 1028, 4 * 70_001];
const CASES_OF_A_RULE: usize = 5;

fn cases() -> Vec<Case> {
    let mut cases = vec![];
    for (at, rule) in optimizers::samples().into_iter().enumerate() {
        for number in 0..CASES_OF_A_RULE {
            let turn = at * CASES_OF_A_RULE + number;
            let count = COUNTS[turn % COUNTS.len()];
            let mut case = case_of(&rule, count, turn as u64, &[]);
            case.replicas = if count == 60 { 3 } else { 1 };
            cases.push(case);
        }
        let groups = 3;
        for (number, blocks) in [1, 17, 257].into_iter().enumerate() {
            // Any number that a replica's turn brings to another place must be valid there.
            let operands = [
                Operand::Words(case::words("blocks", 2 * blocks, groups)),
                Operand::Reals(case::reals("groups", GROUP * groups as usize)),
                Operand::Reals(case::reals("factors", groups as usize)),
            ];
            let bound = if number == 2 { &operands[..2] } else { &operands[..] };
            let mut case = case_of(&rule, BLOCK * blocks, 10 * number as u64, bound);
            case.replicas = if blocks == 17 { 3 } else { 1 };
            cases.push(case);
        }
    }
    cases
}

/// A case of a rule: `update` updates after the first, with the operands of the last bindings.
pub fn case_of(rule: &std::sync::Arc<dyn optimizers::Rule>, count: usize, update: u64, groups: &[Operand]) -> Case {
    let states = rule.states();
    // A second moment is never negative; the same holds for every sum of squares. RMSProp's first
    // tensor is larger than the square of its second, or the difference would be all rounding.
    let mut state: Vec<f64> = case::reals("state", count * states).iter().map(|s| s.abs()).collect();
    if rule.name() == "rmsprop" {
        state[..count].iter_mut().for_each(|r| *r += 5.0);
    }
    let mut gradients = case::reals("gradients", count);
    if count == 252 {
        gradients[17] = f64::NAN;
    }
    let mut operands = vec![
        Operand::Reals(case::reals("parameters", count)),
        Operand::Reals(gradients),
        if states == 0 { Operand::Unbound } else { Operand::Reals(state) },
        Operand::OutputWords(3),
    ];
    operands.extend((0..3).map(|at| groups.get(at).cloned().unwrap_or(Operand::Unbound)));
    let parameters = OptimizerParameters { count: count as u32, states: states as u32 };
    let label = format!("{} {count}{}", rule.name(), if groups.is_empty() { "" } else { " in groups" });
    let mut case = Case::new(label, parameters, operands);
    let mut scalars = rule.scalars(1e-2, update);
    scalars[LEARNING_RATE] = 1e-2;
    scalars[LIMIT] = 1.5;
    // Both devices must start from the same numbers.
    scalars[..SCALARS].iter_mut().for_each(|s| *s = f64::from(*s as f32));
    case.step = Step { index: update as u32, slot: update as u32 % 3, scalars, ..Step::over(1) };
    case.variant = Variant::Update(rule.clone());
    case
}
