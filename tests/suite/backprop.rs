//! The lecture's backpropagation node by node: on five graphs every g is the derivative that forward passes alone give.

use crate::common::{
    binary::{folder, run, stderr, stdout, text},
    model,
};
use gradus::backprop::{Kind, Machine, Refused, TOLERANCE, Tape, picture};

const CHAIN: &str =
    "{op='dense',units=5,activation='tanh'},{op='dense',units=4,activation='sigmoid'},{op='dense',units=10}";

/// `a` is used three times.
const FORK: &str = "{op='dense',name='a',units=6,activation='tanh'},{op='dense',name='b',units=6,activation='silu'},\
    {op='multiply',name='c',inputs=['a','b']},{op='add',name='d',inputs=['c','a']},{op='dense',name='e',units=10}";

const RESIDUAL: &str = "{op='conv2d',filters=3,kernel=3,padding='same'},{op='batch_norm',name='x',activation='relu'},\
    {op='conv2d',filters=3,kernel=3,padding='same'},{op='batch_norm'},{op='relu'},\
    {op='conv2d',name='f',filters=3,kernel=3,padding='same'},{op='batch_norm',name='g'},\
    {op='add',inputs=['g','x'],activation='relu'},{op='global_avg_pool'},{op='dense',units=10}";

const POOLS: &str = "{op='conv2d',filters=3,kernel=3,activation='tanh'},{op='max_pool2d',kernel=2},\
    {op='conv2d',filters=4,kernel=2},{op='avg_pool2d',kernel=2},{op='flatten'},{op='dense',units=10}";

/// The input is used as it is and flattened, which is the same tensor in the plan that trains.
const CONCAT: &str = "{op='flatten'},{op='dense',name='a',units=5,activation='relu',inputs=['input']},\
    {op='dense',name='b',units=4,activation='gelu',inputs=['layers.0']},{op='concat',inputs=['a','b']},\
    {op='dense',units=10}";

/// Digits through these layers.
fn machine(layers: &str, examples: usize) -> Machine {
    let model = model("configs/digits.toml", &[&format!("model.layers=[{layers}]"), "data.normalize='standard'"]);
    Machine::new(&model, examples, None).expect("a small network")
}

fn tape(layers: &str, examples: usize, most: Option<usize>) -> Tape {
    let mut machine = machine(layers, examples);
    let mut tape = machine.tape();
    machine.differences(&mut tape, most, || ());
    tape
}

#[test]
fn every_gradient_of_five_graphs_is_its_difference() {
    for (layers, examples) in [(CHAIN, 3), (FORK, 2), (RESIDUAL, 3), (POOLS, 2), (CONCAT, 2)] {
        let tape = tape(layers, examples, Some(40));
        for node in tape.nodes.iter().filter(|node| node.kind != Kind::Loss) {
            let off = node.off().expect("every node has a gradient, and differences beside it");
            assert!(off < TOLERANCE, "{layers}\n{}: {off:e}", node.name);
        }
        let (node, worst) = tape.worst().expect("differences");
        assert!(worst > 0.0 && worst < TOLERANCE, "{}: {worst:e}", node.name);
        let compared: usize = tape.nodes.iter().filter_map(|node| Some(node.differences.as_ref()?.of.len())).sum();
        assert!(4 * tape.corners() < compared, "{layers}: {} corners of {compared}", tape.corners());
        assert!(tape.fused < 1e-12, "{layers}: the plan that trains differs by {:e}", tape.fused);
    }
}

#[test]
fn a_forks_gradient_is_the_sum_of_what_its_users_hand_down() {
    let tape = tape(FORK, 2, Some(10));
    let fork = tape.nodes.iter().find(|node| node.name == "a").expect("it is one of the layers");
    let users: Vec<&str> = fork.parts.iter().map(|part| tape.nodes[part.user].name.as_str()).collect();
    assert!(fork.forks());
    assert_eq!(users, ["d", "c", "b"], "from the loss up");
    let g = fork.g.as_ref().expect("a gradient");
    for (at, g) in g.iter().enumerate() {
        let sum: f64 = fork.parts.iter().map(|part| part.g[at]).sum();
        assert!((g - sum).abs() < 1e-15, "{g} and {sum}");
    }
    let others = tape.nodes.iter().filter(|node| node.name != "a");
    assert!(others.into_iter().all(|node| !node.forks()));
}

#[test]
fn nodes_come_after_their_predecessors_and_the_loss_has_the_gradient_1() {
    let tape = tape(RESIDUAL, 3, Some(1));
    for (at, node) in tape.nodes.iter().enumerate() {
        assert!(node.inputs.iter().all(|&input| input < at), "{}", node.name);
    }
    let loss = tape.nodes.last().expect("the loss");
    assert_eq!((loss.kind, loss.g.as_deref(), &loss.u[..]), (Kind::Loss, Some(&[1.0][..]), &[tape.loss][..]));
    // An activation behind a layer is a node of its own, though the plan that trains fuses it.
    let relu = tape.nodes.iter().find(|node| node.op == "relu").expect("a node");
    let before = &tape.nodes[relu.inputs[0]];
    let clipped: Vec<f64> = before.u.iter().map(|u| u.max(0.0)).collect();
    assert!(before.u.iter().any(|&u| u < 0.0) && relu.u == clipped);
}

#[test]
fn a_wrong_gradient_is_seen() {
    let mut tape = tape(CHAIN, 2, Some(10));
    let node = &mut tape.nodes[4];
    let at = node.differences.as_ref().expect("differences").of[0].0;
    node.g.as_mut().expect("a gradient")[at] += 1e-4;
    let name = node.name.clone();
    let (worst, off) = tape.worst().expect("differences");
    assert!(worst.name == name && off > TOLERANCE, "{}: {off:e}", worst.name);
}

/// Where a pixel is black, a convolution of one pixel is its bias: exactly 0.
#[test]
fn corners_are_told_and_not_compared() {
    let layers = "{op='conv2d',filters=2,kernel=1,activation='relu'},{op='flatten'},{op='dense',units=10}";
    let model = model("configs/digits.toml", &[&format!("model.layers=[{layers}]")]);
    let mut machine = Machine::new(&model, 2, None).expect("a small network");
    let mut tape = machine.tape();
    machine.differences(&mut tape, None, || ());
    assert!(tape.corners() > 0);
    let (node, worst) = tape.worst().expect("differences");
    assert!(worst < TOLERANCE, "{}: {worst:e}", node.name);
}

#[test]
fn words_have_no_gradient() {
    let layers = "{op='embedding',vocabulary=17,units=2},{op='flatten'},{op='dense',units=10}";
    let set = [&format!("model.layers=[{layers}]")[..], "data.normalize='none'"];
    let mut machine = Machine::new(&model("configs/digits.toml", &set), 2, None).expect("a small network");
    let mut tape = machine.tape();
    machine.differences(&mut tape, Some(30), || ());
    assert!(tape.nodes[0].g.is_none() && tape.nodes[0].differences.is_none());
    assert!(tape.worst().expect("differences").1 < TOLERANCE);
    assert!(picture("words", &tape).contains("no g: the numbers of words"));
}

#[test]
fn what_is_too_large_or_not_there_is_refused() {
    let model = model("configs/digits.toml", &["model.layers=[{op='dense',units=5000},{op='dense',units=10}]"]);
    assert!(matches!(Machine::new(&model, 1000, None), Err(Refused::Large { examples: 1000, .. })));
    assert!(matches!(Machine::new(&model, 5000, None), Err(Refused::Examples { asked: 5000, .. })));
}

#[test]
fn the_command_prints_writes_and_draws() {
    let folder = folder();
    let layers = format!("model.layers=[{FORK}]");
    let arguments = ["backprop", "--set", &layers, "--examples", "1", "--out", text(folder.path())];
    let printed = stdout(&run(&arguments));
    for line in [
        "forward: u(i) = f(i)(A(i)) for i = 1 ... 13, A(i) being the values of P(u(i))",
        "backward: g(13) = 1, then for i = 12 ... 1; d are central differences of u(13)",
        "g(9) du(9)/du(4) + g(8) du(8)/du(4) + g(7) du(7)/du(4)",
        "largest relative difference: ",
    ] {
        assert!(printed.contains(line), "{line} is missing in\n{printed}");
    }
    let read = |file: &str| std::fs::read_to_string(folder.path().join(file)).expect("a file");
    let (nodes, values, svg) = (read("nodes.csv"), read("values.csv"), read("graph.svg"));
    assert!(nodes.starts_with("i,node,op,inputs,shape,u_norm,g_norm,difference_norm,off,corners\n"));
    assert!(nodes.contains("\n8,c,multiply,4 7,1 6,"), "{nodes}");
    assert!(values.starts_with("i,node,index,u,g,difference\n"));
    let number = |text: &str| text.parse::<f64>().expect("a number");
    let rows: Vec<Vec<&str>> = values.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 64 + (6 * 64 + 6 + 6) + (36 + 6 + 6) + 6 + 6 + (60 + 10 + 10) + 1);
    assert!(rows[..rows.len() - 1].iter().all(|row| (number(row[4]) - number(row[5])).abs() < 1e-8));
    assert!(svg.starts_with("<svg") && svg.contains("8  c: multiply") && !svg.contains("NaN"));
}

#[test]
fn the_command_says_what_it_cannot_do() {
    let folder = folder();
    let out = text(folder.path());
    let large = run(&["backprop", "--set", "model.layers.0.units=4096", "--out", out]);
    assert_eq!(large.status.code(), Some(2));
    assert!(stderr(&large).contains("--some 10 takes them for 10 numbers of each tensor"), "{}", stderr(&large));
    let few = run(&["backprop", "--examples", "5000", "--out", out]);
    assert_eq!(few.status.code(), Some(3));
    assert!(stderr(&few).contains("5000 examples are asked for"), "{}", stderr(&few));
    let norm = "model.layers=[{op='flatten'},{op='batch_norm'},{op='dense',units=10}]";
    let alone = run(&["backprop", "--set", norm, "--examples", "1", "--out", out]);
    assert_eq!(alone.status.code(), Some(2));
    assert!(stderr(&alone).contains("take more examples"), "{}", stderr(&alone));
}
