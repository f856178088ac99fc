//! A network is an acyclic graph over tensors of one to four dimensions.

use rand::{RngExt, seq::SliceRandom};

use crate::{
    backprop::{self, Machine},
    experiments::{Failed, Figure, Findings, Lab, Need, sample, small},
    graph::{Draft, Graph, INPUT},
    losses::CATEGORICAL,
    ops::{Op, add::Add, identity::Identity},
    random::Stream,
};

/// Item 1.
pub const NETWORK_GRAPH: Figure = Figure {
    name: "network-graph",
    items: &[1],
    figure: "",
    title: "Networks are acyclic graphs over tensors of 1 to 4 dimensions",
    claim: "nodes are composed in an acyclic graph; the input is usually a vector, but it can be a 2D, 3D or 4D tensor",
    fault: "leaves out the edge that closes each circle",
    run,
};

/// Graphs that are drawn at random.
const GRAPHS: usize = 200;
/// Layers of each at most.
const LAYERS: usize = 12;

/// An input's shape, and layers for it.
const NETWORKS: [(&[usize], &str); 4] = [
    (&[5], "{op='dense',units=4,activation='tanh'},{op='dense',units=3}"),
    (&[2, 6], "{op='conv1d',filters=3,kernel=3,activation='tanh'},{op='flatten'},{op='dense',units=3}"),
    (
        &[2, 5, 5],
        "{op='conv2d',name='a',filters=2,kernel=3,padding='same',activation='tanh'},{op='conv2d',name='b',filters=2,\
         kernel=3,padding='same'},{op='add',inputs=['b','a']},{op='max_pool2d',kernel=2},{op='flatten'},\
         {op='dense',units=3}",
    ),
    (
        &[1, 4, 4, 4],
        "{op='conv3d',filters=2,kernel=2,activation='tanh'},{op='avg_pool3d',kernel=2},{op='flatten'},\
         {op='dense',units=3}",
    ),
];

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["input", "nodes", "loss", "largest_share_off_a_difference"]);
    let mut stream = sample::stream(lab.seed, 0);
    let (mut accepted, mut refused, mut early) = (0, 0, 0);
    for _ in 0..GRAPHS {
        let (layers, edges) = drawn(&mut stream);
        match Graph::of(drafts(layers, &edges, &mut stream), &[2]) {
            Ok(graph) => {
                accepted += 1;
                let nodes = graph.nodes.iter().enumerate();
                early += nodes.flat_map(|(at, node)| node.inputs.iter().filter(move |&&input| input >= at)).count();
            }
            Err(error) => return Err(error.into()),
        }
        let closed = close(&edges, &mut stream);
        let edges = if lab.broken { edges } else { [edges, vec![closed]].concat() };
        let circle = Graph::of(drafts(layers, &edges, &mut stream), &[2]);
        refused += usize::from(circle.is_err_and(|error| error.message.contains("circle")));
    }
    let share = |count: usize| (count as f64 / GRAPHS as f64, 0.0);
    findings.claim(format!("of {GRAPHS} acyclic graphs, accepted"), share(accepted), Need::near(1.0, 0.0));
    findings.claim("inputs that do not stand before their nodes", (early as f64, 0.0), Need::near(0.0, 0.0));
    findings.claim("the same with an edge that closes a circle, refused", share(refused), Need::near(1.0, 0.0));
    for (at, (shape, layers)) in NETWORKS.into_iter().enumerate() {
        let model = small::network(lab.seed, shape, layers, &CATEGORICAL, 3)?;
        let mut machine = Machine::new(&model, 2, None).map_err(|error| Failed::Training(error.to_string()))?;
        let mut tape = machine.tape();
        machine.differences(&mut tape, Some(20), || ());
        let (_, off) = tape.worst().expect("differences");
        findings.row(&[&format!("{shape:?}"), &tape.nodes.len(), &tape.loss, &off]);
        let name = format!("{}D input: largest share of a gradient off its difference", shape.len());
        findings.claim(name, (off, 0.0), Need::AtMost(1e-6));
        let name = ["vector", "sequence", "picture", "volume"][at];
        findings.pictures.push((name, backprop::picture(&format!("A {name}, {shape:?}"), &tape)));
    }
    Ok(findings)
}

/// An edge from a layer, or from the input, which is 0, to a layer behind it.
type Edge = (usize, usize);

/// An acyclic graph whose last layer is its end: how many layers, counted from 1, and their edges.
fn drawn(stream: &mut Stream) -> (usize, Vec<Edge>) {
    let layers = stream.random_range(3..=LAYERS);
    let mut edges: Vec<Edge> = vec![];
    for to in 1..=layers {
        // A chain through all but some, and others.
        let first = if to > 2 { stream.random_range(to - 2..to) } else { to - 1 };
        edges.push((first, to));
        for from in (0..to).filter(|&from| from != first) {
            if stream.random_range(0..4) == 0 {
                edges.push((from, to));
            }
        }
    }
    let unused: Vec<usize> = (1..layers).filter(|&at| edges.iter().all(|edge| edge.0 != at)).collect();
    edges.extend(unused.into_iter().map(|from| (from, layers)));
    (layers, edges)
}

/// An edge back along one of a graph's.
fn close(edges: &[Edge], stream: &mut Stream) -> Edge {
    let between: Vec<&Edge> = edges.iter().filter(|edge| edge.0 > 0).collect();
    let &&(from, to) = &between[stream.random_range(0..between.len())];
    (to, from)
}

/// The layers in any order, but the last.
fn drafts(layers: usize, edges: &[Edge], stream: &mut Stream) -> Vec<Draft> {
    let name = |at: usize| if at == 0 { INPUT.to_owned() } else { format!("u{at}") };
    let draft = |at: usize| {
        let inputs: Vec<String> = edges.iter().filter(|edge| edge.1 == at).map(|edge| name(edge.0)).collect();
        let op: Box<dyn Op> = if inputs.len() > 1 { Box::new(Add::default()) } else { Box::new(Identity) };
        Draft::new(name(at), op, &inputs.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let mut all: Vec<Draft> = (1..layers).map(draft).collect();
    all.shuffle(stream);
    all.push(draft(layers));
    all
}
