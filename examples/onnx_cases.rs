//! Writes every op's and activation's small networks as ONNX models, with examples and what the CPU twins make
//! of them in f64: what tests/onnx_check.py compares another runtime with.
//!
//!     cargo run --example onnx_cases -- FOLDER

use std::{fs, path::Path};

use gradus::{
    cpu::Cpu,
    data::{Normalization, Predicted, Signature},
    graph::elements,
    onnx,
    plan::Program,
    verify::{Examples, Network, Probe, every_node},
};

fn main() {
    let folder = std::env::args().nth(1).expect("a folder is wanted");
    let folder = Path::new(&folder);
    fs::create_dir_all(folder).expect("a folder that can be made");
    for node in every_node() {
        for (at, network) in node.networks().iter().enumerate() {
            let (model, case) = case(node.name, network);
            let stem = format!("{}-{at:02}", node.name);
            fs::write(folder.join(format!("{stem}.onnx")), model).expect("room");
            fs::write(folder.join(format!("{stem}.json")), case).expect("room");
        }
    }
}

/// The bytes of the model, and the case as JSON.
fn case(op: &str, network: &Network) -> (Vec<u8>, String) {
    let graph = &network.graph;
    let probe = Probe::new(network);
    let plan = probe.plan.clone();
    let mut cpu = Cpu::<f64>::new(plan.clone());
    probe.fill_twins(&mut cpu);
    // Figures that are not those of a network that has never seen anything.
    for running in &plan.running {
        let initial = f64::from(running.initial);
        let values: Vec<f64> = (0..running.slice.length).map(|at| initial + 0.125 * (at % 5) as f64).collect();
        cpu.write_reals(running.slice.buffer, running.slice.offset, &values);
    }
    // Words stay whole numbers.
    let (scale, offset) = if matches!(network.examples, Examples::Words(_)) { (1.0, 0.0) } else { (0.75, -0.125) };
    cpu.write_reals(plan.ports.affine, 0, &[f64::from(scale), f64::from(offset)]);
    cpu.run(Program::Evaluate, std::slice::from_ref(&probe.step));

    let shape = graph.nodes[0].shape.clone();
    let output = plan.ports.output;
    let outputs = network.batch * elements(&graph.nodes[graph.output].shape);
    let expected = &cpu.reals(output.buffer)[output.offset..][..outputs];
    let input = &cpu.reals(plan.ports.data)[..network.batch * elements(&shape)];
    let extents = [&[network.batch], &shape[..]].concat();
    let case = serde_json::json!({
        "op": op,
        "network": network.name,
        "shape": extents,
        "input": input,
        "expected": expected,
    });

    let signature = Signature {
        name: "cases".into(),
        normalization: Normalization { scale: vec![scale], offset: vec![offset], plane: elements(&shape) },
        table: None,
        map: None,
        fingerprint: None,
        shape,
        maximum: None,
        targets: Predicted::Values { width: outputs / network.batch },
    };
    let learned = plan.learned.iter().map(|learned| (&learned.name, &learned.shape, learned.slice));
    let running = plan.running.iter().map(|running| (&running.name, &running.shape, running.slice));
    let values: Vec<(&str, &[usize], Vec<f32>)> = learned
        .chain(running)
        .map(|(name, shape, slice)| {
            let values = &cpu.reals(slice.buffer)[slice.offset..][..slice.length];
            (&name[..], &shape[..], values.iter().map(|&value| value as f32).collect())
        })
        .collect();
    let tensors = values.iter().map(|(name, shape, values)| (*name, *shape, &values[..])).collect();
    let network = onnx::Network { name: op, graph, tensors, loss: network.loss, signature: &signature };
    (onnx::encode(&network).expect("a small network"), case.to_string())
}
