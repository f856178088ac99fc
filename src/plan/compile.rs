//! Graph to plan: the training program and the evaluation program over the same buffers.

use std::sync::Arc;

use super::{
    builder::{Builder, Common, Draft, Home, HostTensors, Tensor, TensorId},
    layout::{DataLayout, Options},
    placement,
    steps::{Contents, Launch, Learned, Plan, Ports, Program, Running, Slice},
    trace::{self, Trace},
    update,
};
use crate::{
    graph::{Graph, elements},
    kernels::{ALIGNMENT, Element, Variant, loss::LossParameters, statistics, statistics::StatisticsParameters},
    losses::{Loss, Targets},
    optimizers::Rule,
};

/// Compiles a network, its loss and its optimizer.
pub fn compile(graph: &Graph, loss: &Loss, rule: Arc<dyn Rule>, layout: &DataLayout, options: &Options) -> Plan {
    compiled(graph, loss, rule, layout, options, false).0
}

/// The same where every node's output and gradient can be looked at after a training step.
pub fn traced(
    graph: &Graph,
    loss: &Loss,
    rule: Arc<dyn Rule>,
    layout: &DataLayout,
    options: &Options,
) -> (Plan, Trace) {
    let (plan, trace) = compiled(graph, loss, rule, layout, options, true);
    (plan, trace.expect("it was asked for"))
}

fn compiled(
    graph: &Graph,
    loss: &Loss,
    rule: Arc<dyn Rule>,
    layout: &DataLayout,
    options: &Options,
    traces: bool,
) -> (Plan, Option<Trace>) {
    let mut tensors = vec![];
    let (learned, weights, count) = parameters(graph, &mut tensors);
    let (figures, running) = running(graph, &mut tensors);
    let host = host_tensors(graph, loss, rule.as_ref(), layout, options, count, &figures, &mut tensors);
    let common = Common { host, weights, running };

    let mut train = Builder::new(graph, Program::Train, options.batch, layout, common.clone(), tensors);
    if traces {
        train.trace();
    }
    let output = train.forward();
    let dy = finish(&mut train, loss, output);
    let forward = train.launches.len();
    let input_gradient = train.backward(dy);
    let before = train.launches.len();
    let contents = update::update(&mut train, rule.clone(), &learned, count);
    train.launches[before..].iter_mut().for_each(|launch| launch.node = "optimizer".into());
    let notes = train.notes.take();
    let (train, tensors) = (train.launches, train.tensors);
    let traced = (0..if traces { tensors.len() } else { 0 }).map(TensorId);

    let mut evaluate = Builder::new(graph, Program::Evaluate, options.evaluate_batch, layout, common, tensors);
    let output = evaluate.forward();
    finish(&mut evaluate, loss, output);
    let (mut evaluate, tensors) = (evaluate.launches, evaluate.tensors);
    // The host reads the output after the step: it must not be overwritten within it.
    let keep: Vec<TensorId> = input_gradient.into_iter().chain([output]).chain(traced).collect();

    let placed = placement::place(&tensors, &[&train, &evaluate], &keep, options.replicas);
    let place = |drafts: &mut Vec<Draft>| drafts.drain(..).map(|draft| placed.launch(draft)).collect();
    let learned = learned.into_iter().map(|(learned, id)| Learned { slice: placed.slice(id), ..learned }).collect();
    let running = figures.into_iter().map(|(running, id)| Running { slice: placed.slice(id), ..running }).collect();
    let buffer = |id: TensorId| placed.slice(id).buffer;
    let ports = Ports {
        parameters: buffer(host.parameters),
        gradients: buffer(host.gradients),
        running: host.running.map(buffer),
        state: host.state.map(buffer),
        average: update::average(rule.as_ref(), host.state.map(|id| placed.slice(id)), count),
        data: buffer(host.data),
        targets: buffer(host.targets),
        order: buffer(host.order),
        affine: buffer(host.affine),
        statistics: buffer(host.statistics),
        flags: buffer(host.flags),
        output: placed.slice(output),
        input_gradient: input_gradient.map(|id| placed.slice(id)),
    };
    let contents = contents.into_iter().map(|(id, values)| Contents { slice: placed.slice(id), values }).collect();
    let mut evaluate: Vec<Launch> = place(&mut evaluate);
    if let Some(average) = ports.average {
        update::read_average(&mut evaluate, ports.parameters, average);
    }
    let trace = notes.map(|notes| trace::placed(notes, &placed, forward, before));
    let plan = Plan {
        contents,
        train: place(&mut { train }),
        evaluate,
        learned,
        running,
        ports,
        batch: options.batch,
        evaluate_batch: options.evaluate_batch,
        replicas: options.replicas,
        slots: options.slots,
        buffers: placed.buffers,
    };
    (plan, trace)
}

/// Every node's parameters and gradients, 256-byte aligned among their like; what is learned, and
/// the elements of all, padding included.
#[allow(clippy::type_complexity, reason = "one caller, three results")]
fn parameters(
    graph: &Graph,
    tensors: &mut Vec<Tensor>,
) -> (Vec<(Learned, TensorId)>, Vec<Vec<(TensorId, TensorId)>>, usize) {
    let (mut learned, mut weights, mut offset) = (vec![], vec![], 0);
    for (at, node) in graph.nodes.iter().enumerate() {
        let mut own = vec![];
        for parameter in node.op.parameters(&graph.input_shapes(at)) {
            let name = format!("{}.{}", node.name, parameter.name);
            let size = elements(&parameter.shape);
            let mut add = |home: Home| {
                tensors.push(Tensor { name: name.clone(), element: Element::Real, elements: size, home });
                TensorId(tensors.len() - 1)
            };
            let pair = (add(Home::Parameters(offset)), add(Home::Gradients(offset)));
            own.push(pair);
            let slice = NOWHERE;
            learned.push((Learned { name, shape: parameter.shape, initializer: parameter.initializer, slice }, pair.0));
            offset += size.next_multiple_of(ALIGNMENT);
        }
        weights.push(own);
    }
    // A network that learns nothing still has a buffer to bind.
    (learned, weights, offset.max(ALIGNMENT))
}

/// An address that placement fills in.
const NOWHERE: Slice = Slice { buffer: 0, offset: 0, length: 0, stride: 0 };

/// Every node's running figures, aligned among their like.
#[allow(clippy::type_complexity, reason = "one caller, two results")]
fn running(graph: &Graph, tensors: &mut Vec<Tensor>) -> (Vec<(Running, TensorId)>, Vec<Vec<TensorId>>) {
    let (mut figures, mut running, mut offset) = (vec![], vec![], 0);
    for (at, node) in graph.nodes.iter().enumerate() {
        let mut own = vec![];
        for kept in node.op.running(&graph.input_shapes(at)) {
            let name = format!("{}.{}", node.name, kept.name);
            let (size, home) = (elements(&kept.shape), Home::Running(offset));
            tensors.push(Tensor { name: name.clone(), element: Element::Real, elements: size, home });
            let id = TensorId(tensors.len() - 1);
            own.push(id);
            figures.push((Running { name, shape: kept.shape, initial: kept.initial, slice: NOWHERE }, id));
            offset += size.next_multiple_of(ALIGNMENT);
        }
        running.push(own);
    }
    (figures, running)
}

#[allow(clippy::too_many_arguments, reason = "one caller; all that tensors depend on")]
fn host_tensors(
    graph: &Graph,
    loss: &Loss,
    rule: &dyn Rule,
    layout: &DataLayout,
    options: &Options,
    count: usize,
    figures: &[(Running, TensorId)],
    tensors: &mut Vec<Tensor>,
) -> HostTensors {
    let features = elements(&graph.nodes[0].shape);
    let outputs = elements(&graph.nodes[graph.output].shape);
    let mut add = |name: &str, element: Element, elements: usize, home: Home| {
        tensors.push(Tensor { name: name.into(), element, elements, home });
        TensorId(tensors.len() - 1)
    };
    let data = match layout.bytes {
        true => add("data", Element::Word, (layout.examples * features).div_ceil(4), Home::Shared),
        false => add("data", Element::Real, layout.examples * features, Home::Shared),
    };
    let targets = match loss.targets {
        Targets::Labels => add("targets", Element::Word, layout.examples, Home::Shared),
        Targets::Probabilities | Targets::Values => {
            add("targets", Element::Real, layout.examples * outputs, Home::Shared)
        }
    };
    HostTensors {
        data,
        targets,
        order: add("order", Element::Word, layout.order, Home::Shared),
        affine: add("affine", Element::Real, 2 * features / layout.plane, Home::Shared),
        statistics: add("statistics", Element::Real, options.slots * statistics::FIGURES, Home::Own),
        flags: add("flags", Element::Word, options.slots, Home::Own),
        state: (rule.states() > 0).then(|| add("state", Element::Real, rule.states() * count, Home::Own)),
        parameters: add("parameters", Element::Real, count, Home::Parameters(0)),
        gradients: add("gradients", Element::Real, count, Home::Gradients(0)),
        running: figures.first().map(|(_, id)| *id),
    }
}

/// Loss and figures; returns the gradient of the output.
fn finish(builder: &mut Builder, loss: &Loss, output: TensorId) -> TensorId {
    let node = builder.graph().output;
    let outputs = elements(&builder.graph().nodes[node].shape);
    let rows = builder.rows();
    let dy = builder.scratch(node, "dy", rows * outputs);
    let figures = builder.scratch(node, "figures", rows * statistics::FIGURES);
    let parameters = LossParameters { rows: rows as u32, outputs: outputs as u32 };
    let host = builder.host;
    let bindings = [Some(output), Some(host.targets), Some(host.order), Some(dy), Some(figures)];
    builder.launch(node, loss.kernel, parameters, Variant::Plain, &bindings);
    name_last(&mut builder.launches, "loss");
    let parameters = StatisticsParameters { rows: rows as u32 };
    let bindings = [Some(figures), Some(host.statistics)];
    builder.launch(node, &statistics::STATISTICS, parameters, Variant::Plain, &bindings);
    name_last(&mut builder.launches, "loss");
    dy
}

fn name_last(launches: &mut [Draft], name: &str) {
    if let Some(last) = launches.last_mut() {
        last.node = name.into();
    }
}
