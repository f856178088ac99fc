//! The end of a training step: gradients are clipped where that is asked for, and one launch
//! updates all parameters.

use std::sync::Arc;

use super::{
    BufferId, Launch, Learned, Slice, Values,
    builder::{Builder, Home, Tensor, TensorId},
};
use crate::{
    kernels::{
        ALIGNMENT, Variant, clip, clip::FactorsParameters, clip::SquaresParameters, optimizer,
        optimizer::OptimizerParameters,
    },
    optimizers::{
        Rule,
        regularization::{Clip, GROUP, Regularization},
    },
};

/// Appends the launches that update `count` parameters, padding included; returns what their
/// tensors hold before the first step.
pub(super) fn update(
    builder: &mut Builder,
    rule: Arc<dyn Rule>,
    learned: &[(Learned, TensorId)],
    count: usize,
) -> Vec<(TensorId, Values)> {
    let host = builder.host;
    let mut contents = vec![];
    if let Some(state) = host.state.filter(|_| rule.initial_state().iter().any(|&value| value != 0.0)) {
        let values = rule.initial_state().into_iter().map(|value| (value, count));
        contents.push((state, Values::RunsOfReals(values.collect())));
    }
    let mut bindings = [Some(host.parameters), Some(host.gradients), host.state, Some(host.flags), None, None, None];
    if let Some(regularization) = rule.regularization() {
        let tables = Tables::new(regularization, builder, learned, count);
        bindings[4] = Some(shared(builder, "blocks", Values::RunsOfPairs(tables.blocks), &mut contents));
        bindings[5] = Some(shared(builder, "groups", Values::Reals(tables.groups), &mut contents));
        // Penalties' gradients are in the norm, where they are clipped.
        let penalties = if tables.penalized { [Some(host.parameters), bindings[4], bindings[5]] } else { [None; 3] };
        let segments = match regularization.clip {
            Some(Clip::Norm(_)) => Some(tables.segments),
            Some(Clip::GlobalNorm(_)) => Some(vec![0, (count / ALIGNMENT) as u32]),
            Some(Clip::Value(_)) | None => None,
        };
        bindings[6] =
            segments.map(|segments| factors(builder, rule.as_ref(), segments, penalties, count, &mut contents));
    }
    let parameters = OptimizerParameters { count: count as u32, states: rule.states() as u32 };
    let node = builder.graph().output;
    builder.launch(node, &optimizer::OPTIMIZER, parameters, Variant::Update(rule), &bindings);
    contents
}

/// The norms' squares and what they come to: a factor for every segment.
fn factors(
    builder: &mut Builder,
    rule: &dyn Rule,
    segments: Vec<u32>,
    [parameters, table, groups]: [Option<TensorId>; 3],
    count: usize,
    contents: &mut Vec<(TensorId, Values)>,
) -> TensorId {
    let node = builder.graph().output;
    let number = segments.len() / 2;
    let blocks = segments.chunks_exact(2).map(|segment| segment[1] - segment[0]).max().unwrap_or(0);
    let squares = builder.scratch(node, "squares", count / ALIGNMENT);
    let factors = builder.scratch(node, "factors", number);
    let segments = shared(builder, "segments", Values::Words(segments), contents);
    // What is clipped is the mean over all batches that an update takes.
    let sum = rule.sum_tensor();
    let state = builder.host.state.filter(|_| sum.is_some());
    let bindings = [Some(builder.host.gradients), state, parameters, table, groups, Some(squares)];
    let sizes = SquaresParameters { count: count as u32, sum_tensor: sum.unwrap_or(0) as u32 };
    builder.launch(node, &clip::SQUARES, sizes, Variant::Plain, &bindings);
    let parameters = FactorsParameters { segments: number as u32, blocks };
    let bindings = [Some(squares), Some(segments), Some(factors)];
    builder.launch(node, &clip::FACTORS, parameters, Variant::Plain, &bindings);
    factors
}

/// Where the average of all parameters lies, padding included, if a rule keeps one.
pub(super) fn average(rule: &dyn Rule, state: Option<Slice>, count: usize) -> Option<Slice> {
    let state = state.filter(|_| rule.averages())?;
    Some(Slice { offset: state.offset + (rule.states() - 1) * count, length: count, ..state })
}

/// Lets launches read parameters at their places in the average.
pub(super) fn read_average(launches: &mut [Launch], parameters: BufferId, average: Slice) {
    for slice in launches.iter_mut().flat_map(|launch| &mut launch.bindings).flatten() {
        if slice.buffer == parameters {
            *slice = Slice { offset: average.offset + slice.offset, length: slice.length, ..average };
        }
    }
}

/// A tensor of the host's that never changes.
fn shared(builder: &mut Builder, name: &str, values: Values, contents: &mut Vec<(TensorId, Values)>) -> TensorId {
    let (element, elements) = (values.element(), values.len());
    builder.tensors.push(Tensor { name: name.into(), element, elements, home: Home::Shared });
    let id = TensorId(builder.tensors.len() - 1);
    contents.push((id, values));
    id
}

/// What the optimizer's launch looks up for every block of 64 parameters.
struct Tables {
    /// For every block its group and its segment: a run for every tensor.
    blocks: Vec<([u32; 2], usize)>,
    /// For every group its numbers.
    groups: Vec<f64>,
    /// Whether a penalty is clipped with the gradients.
    penalized: bool,
    /// For every tensor its first block and the one behind its last; empty where segments are not
    /// tensors.
    segments: Vec<u32>,
}

impl Tables {
    fn new(regularization: &Regularization, builder: &Builder, learned: &[(Learned, TensorId)], count: usize) -> Self {
        let by_tensor = matches!(regularization.clip, Some(Clip::Norm(_)));
        let mut groups: Vec<[f64; GROUP]> = vec![];
        let (mut blocks, mut segments, mut first) = (vec![], vec![], 0);
        for (tensor, (learned, id)) in learned.iter().enumerate() {
            let numbers = regularization.factors(&learned.name, &learned.shape);
            let group = groups.iter().position(|known| *known == numbers).unwrap_or_else(|| {
                groups.push(numbers);
                groups.len() - 1
            });
            let segment = if by_tensor { tensor as u32 } else { 0 };
            // Tensors are consecutive, each from a block's beginning.
            let own = builder.tensors[id.0].elements.div_ceil(ALIGNMENT);
            blocks.push(([group as u32, segment], own));
            segments.extend([first as u32, (first + own) as u32]);
            first += own;
        }
        if learned.is_empty() {
            groups.push(regularization.factors("", &[]));
            segments.extend([0, 0]);
        }
        blocks.push(([0, 0], count / ALIGNMENT - first));
        let penalized = groups.iter().any(|numbers| numbers[4..] != [0.0; 4]);
        Tables { blocks, groups: groups.concat(), penalized, segments }
    }
}
