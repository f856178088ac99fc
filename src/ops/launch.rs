//! Launches that take the work of a neighbouring activation along: forward a node's own, backward the
//! derivative of the one below.

use crate::{
    graph::NodeId,
    kernels::{Kernel, Parameters, Variant},
    plan::builder::{Builder, TensorId},
};

/// A launch that writes a node's output, the last of its bindings, with the node's activation applied. An
/// activation that needs its argument in the backward pass gets a launch of its own. Returns the output.
pub(super) fn activated<P: Parameters>(
    builder: &mut Builder,
    node: NodeId,
    kernel: &'static Kernel,
    parameters: P,
    bindings: &[Option<TensorId>],
) -> TensorId {
    let y = bindings.last().copied().flatten().expect("the output is bound last");
    let activation = builder.activation(node);
    let fused = activation.filter(|activation| activation.of_output());
    builder.launch(node, kernel, parameters, fused.map_or(Variant::Plain, Variant::Activation), bindings);
    match activation {
        Some(activation) if fused.is_none() => builder.activate(node, activation, y),
        _ => y,
    }
}

/// A launch that writes the gradient of a node's only input, if that is needed, multiplied by f′ of the
/// activation below where that is possible: it is cheapest where the gradient is written anyway. `bindings`
/// are those but the last, given the input where f′ is asked for.
pub(super) fn through<P: Parameters, const N: usize>(
    builder: &mut Builder,
    node: NodeId,
    kernel: &'static Kernel,
    parameters: P,
    bindings: impl FnOnce(Option<TensorId>) -> [Option<TensorId>; N],
) {
    if !builder.needs_gradient(node, 0) {
        return;
    }
    let below = builder.fusable(node, 0);
    let dx = builder.scratch_like(node, "dx", builder.graph().nodes[node].inputs[0]);
    let v = below.map(|_| builder.input(node, 0));
    let bindings: Vec<Option<TensorId>> = bindings(v).into_iter().chain([Some(dx)]).collect();
    builder.launch(node, kernel, parameters, below.map_or(Variant::Plain, Variant::Activation), &bindings);
    match below {
        Some(_) => builder.add_gradient_through(node, 0, dx),
        None => builder.add_gradient(node, 0, dx),
    }
}
