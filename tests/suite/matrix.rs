//! Every op and every activation, over shapes and settings of all kinds: on the first adapter and on the
//! CPU device against the CPU twins in f64, and against finite differences.

use std::collections::BTreeSet;

use crate::common;
use gradus::{
    activations,
    device::Device,
    ops,
    verify::{self, Examples, Node, Verdict},
};

fn holds(verdict: &Verdict, node: &Node) {
    assert!(verdict.failures.is_empty(), "{}: {:#?}", verdict.name, verdict.failures);
    println!("{:32} {:3} cases, worst {:.3} ({})", verdict.name, verdict.cases, verdict.worst, verdict.worst_case);
    assert!(verdict.cases >= 12, "{} has only {} cases", node.name, verdict.cases);
}

fn on(device: &Device) {
    for node in verify::every_node() {
        holds(&pollster::block_on(node.compare(device)).expect("the device works"), &node);
    }
}

#[test]
fn nodes_agree_with_the_twins_on_the_gpu() {
    on(&common::gpu());
}

#[test]
fn nodes_in_f32_agree_with_the_twins_in_f64() {
    on(&Device::Cpu);
}

#[test]
fn nodes_have_the_gradients_of_finite_differences() {
    for node in verify::every_node() {
        holds(&node.differences(), &node);
    }
}

/// Twelve settings beside those on kinks; none of them is the same as another.
#[test]
fn every_op_and_every_activation_has_a_dozen_settings() {
    let nodes = verify::every_node();
    let names: Vec<&str> = nodes.iter().map(|node| node.name).collect();
    let ops = ops::ALL.iter().map(|kind| kind.name);
    assert_eq!(names, ops.chain(activations::ALL.iter().map(|activation| activation.name)).collect::<Vec<_>>());
    for node in &nodes {
        let networks = node.networks();
        let smooth = networks.iter().filter(|network| network.examples != Examples::Kinks).count();
        assert!(smooth >= 12, "{} has only {smooth} settings", node.name);
        let contains = |network: &verify::Network| network.graph.nodes.iter().any(|of| of.op.name() == node.name);
        assert!(networks.iter().all(contains), "{} has a setting without it", node.name);
        let distinct: BTreeSet<&str> = networks.iter().map(|network| network.name.as_str()).collect();
        assert_eq!(distinct.len(), networks.len(), "{} has a setting twice", node.name);
    }
}

/// What no list has, nobody proves.
#[test]
fn every_kernel_that_a_node_launches_is_proven() {
    let proven = verify::every_kernel();
    for node in verify::every_node() {
        for network in node.networks() {
            let plan = verify::Probe::new(&network).plan;
            for launch in plan.train.iter().chain(&plan.evaluate) {
                assert!(proven.contains(&launch.kernel), "{} launches {}", node.name, launch.kernel.name);
            }
        }
    }
}
