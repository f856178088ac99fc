//! Random graphs of every kind of node, over pictures, volumes, lines and vectors, with forks: each gradient
//! of each is checked against finite differences.

use std::collections::BTreeSet;

use gradus::{
    activations,
    config::Config,
    graph::{Graph, elements, show},
    losses, ops,
    random::{Purpose, Stream},
    verify::Network,
};
use rand::{RngExt, seq::IndexedRandom};

const GRAPHS: u64 = 48;

/// Finite differences say nothing at a kink, so the activations are those that have none; max-pooling has, but
/// two numbers of one window are rarely as near as that.
const SMOOTH: [&str; 6] = ["tanh", "sigmoid", "silu", "gelu", "gelu_tanh", "softplus"];

/// A layer that others may take.
#[derive(Clone)]
struct Layer {
    name: String,
    shape: Vec<usize>,
    /// Whether a normalisation or a product is below. Another one would divide by a deviation that may be as
    /// small as the first one's weight, or make a power of a power, and differences would be too coarse.
    steep: bool,
}

/// A config's layers, drawn one after the other.
struct Draw {
    stream: Stream,
    layers: Vec<Layer>,
    text: Vec<String>,
}

impl Draw {
    fn new(seed: u64) -> Draw {
        let mut stream = Stream::new(seed, Purpose::Test.stream(9), 0);
        let axes = stream.random_range(0..4);
        let extents = [vec![stream.random_range(1..4)], (0..axes).map(|_| stream.random_range(2..6)).collect()];
        let input = Layer { name: "input".into(), shape: extents.concat(), steep: false };
        Draw { stream, layers: vec![input], text: vec![] }
    }

    fn below(&mut self, end: usize) -> usize {
        self.stream.random_range(0..end)
    }

    fn extents(&mut self, axes: usize, end: usize) -> Vec<usize> {
        (0..axes).map(|_| 1 + self.below(end)).collect()
    }

    /// Adds a layer: an op that the shape of some layer before allows.
    fn add(&mut self) {
        // The last one most often, or nothing would be deep; else any, which makes forks.
        let recent = self.layers.len() - 1 - self.below(self.layers.len()).min(self.below(3));
        let from = self.layers[recent].clone();
        let activation = *SMOOTH.choose(&mut self.stream).expect("a name");
        let picture = matches!(from.shape.len(), 2..=4);
        let keys = match self.below(if picture { 20 } else { 12 }) {
            0 => self.merge(&from, "add", &format!("activation = \"{activation}\"")),
            1 => self.merge(&from, "add", ""),
            2 if !from.steep => self.merge(&from, "multiply", ""),
            3 => {
                let axis = self.below(from.shape.len());
                self.merge(&from, "concat", &format!("axis = {axis}"))
            }
            4 => one(&from, activation, ""),
            5 => one(&from, "dropout", "rate = 0.3"),
            6 => one(&from, "softmax", ""),
            7 => one(&from, "identity", ""),
            8 | 9 if !from.steep => self.norm(&from, activation),
            10 if elements(&from.shape) > 3 => one(&from, "flatten", ""),
            10 | 11 if !picture => one(&from, "reshape", &format!("shape = {}", folded(elements(&from.shape)))),
            12 | 13 => self.pool(&from),
            14..=17 => self.convolution(&from, activation),
            18 => {
                let (stride, channels) = (1 + self.below(2), from.shape[0] + self.below(3));
                one(&from, "shortcut_pad", &format!("stride = {stride}, channels = {channels}"))
            }
            19 => one(&from, "global_avg_pool", ""),
            _ => {
                let units = 1 + self.below(6);
                one(&from, "dense", &format!("units = {units}, activation = \"{activation}\""))
            }
        };
        self.push(keys);
    }

    /// Keeps the layer, if it fits and stays small.
    fn push(&mut self, keys: String) {
        let name = format!("n{}", self.text.len());
        let layer = format!("{{ name = \"{name}\", {keys} }}");
        let text = [&self.text[..], std::slice::from_ref(&layer)].concat();
        let Ok(graph) = build(&text, &self.layers[0].shape) else { return };
        let node = &graph.nodes[graph.output];
        let steep = |name: &str| self.layers.iter().any(|layer| layer.name == name && layer.steep);
        let op = node.op.name();
        let steep = op == "multiply"
            || op.ends_with("_norm")
            || node.inputs.iter().any(|&input| steep(&graph.nodes[input].name));
        if elements(&node.shape) <= 100 {
            self.layers.push(Layer { name, shape: node.shape.clone(), steep });
            self.text = text;
        }
    }

    /// Two or three inputs of one shape, perhaps the same.
    fn merge(&mut self, from: &Layer, op: &str, keys: &str) -> String {
        let fits = |other: &&Layer| other.shape == from.shape && (op != "multiply" || !other.steep);
        let alike: Vec<String> = self.layers.iter().filter(fits).map(|other| other.name.clone()).collect();
        let others = 1 + self.below(2);
        let names = (0..others).map(|_| format!(", \"{}\"", alike[self.stream.random_range(0..alike.len())]));
        let inputs = format!("inputs = [\"{}\"{}]", from.name, names.collect::<String>());
        format!("op = \"{op}\", {inputs}{}", comma(keys))
    }

    fn norm(&mut self, from: &Layer, activation: &str) -> String {
        let groups: Vec<usize> = (1..=from.shape[0]).filter(|groups| from.shape[0].is_multiple_of(*groups)).collect();
        let groups = groups[self.below(groups.len())];
        let keys = format!("activation = \"{activation}\"");
        match self.below(3) {
            // Of two values or fewer the normalised ones are ±1, whatever they are.
            0 if elements(&from.shape) > 2 => one(from, "layer_norm", &keys),
            1 if elements(&from.shape) / groups > 2 => one(from, "group_norm", &format!("groups = {groups}, {keys}")),
            _ => one(from, "batch_norm", &keys),
        }
    }

    fn window(&mut self, axes: usize) -> String {
        let (kernel, stride) = (self.extents(axes, 3), self.extents(axes, 2));
        let padding: Vec<usize> = kernel.iter().map(|kernel| self.stream.random_range(0..=kernel / 2)).collect();
        let padding = if self.below(3) == 0 { "\"same\"".into() } else { show(&padding) };
        format!("kernel = {}, stride = {}, padding = {padding}", show(&kernel), show(&stride))
    }

    fn pool(&mut self, from: &Layer) -> String {
        let axes = from.shape.len() - 1;
        let window = self.window(axes);
        let measure = ["max", "avg"][self.below(2)];
        one(from, &format!("{measure}_pool{axes}d"), &window)
    }

    fn convolution(&mut self, from: &Layer, activation: &str) -> String {
        let (axes, channels) = (from.shape.len() - 1, from.shape[0]);
        let groups: Vec<usize> = (1..=channels).filter(|groups| channels.is_multiple_of(*groups)).collect();
        let groups = groups[self.below(groups.len())];
        let filters = groups * (1 + self.below(2));
        let keys = format!("filters = {filters}, groups = {groups}, activation = \"{activation}\"");
        if axes == 2 && self.below(3) == 0 {
            let (kernel, stride) = (self.extents(2, 3), self.extents(2, 2));
            let window = format!("kernel = {}, stride = {}", show(&kernel), show(&stride));
            return one(from, "conv_transpose2d", &format!("{keys}, {window}"));
        }
        let (window, dilation) = (self.window(axes), self.extents(axes, 2));
        one(from, &format!("conv{axes}d"), &format!("{keys}, {window}, dilation = {}", show(&dilation)))
    }
}

/// A layer of one input.
fn one(from: &Layer, op: &str, keys: &str) -> String {
    format!("op = \"{op}\", inputs = [\"{}\"]{}", from.name, comma(keys))
}

fn comma(keys: &str) -> String {
    if keys.is_empty() { String::new() } else { format!(", {keys}") }
}

/// A vector as a picture, a line or a volume.
fn folded(count: usize) -> String {
    match (count.is_multiple_of(4), count.is_multiple_of(2)) {
        (true, _) => show(&[count / 4, 2, 2]),
        (false, true) => show(&[2, count / 2]),
        _ => show(&[1, count]),
    }
}

fn build(layers: &[String], input: &[usize]) -> Result<Graph, gradus::config::Error> {
    let text = format!(
        "[data]\nsource = \"digits\"\n[model]\nloss = \"normal\"\nlayers = [\n{}\n]\n[optimizer]\ntype = \"sgd\"\n",
        layers.join(",\n")
    );
    Graph::build(&Config::read("random.toml", &text, &[])?.model, input)
}

/// The graph of a seed, which ends in three outputs of all layers that nothing takes.
fn graph(seed: u64) -> (Graph, String) {
    let mut draw = Draw::new(seed);
    let wanted = 5 + draw.below(8);
    while draw.text.len() < wanted {
        draw.add();
    }
    let text = draw.text.join(",\n");
    let ends = draw.layers.iter().filter(|layer| !text.contains(&format!("\"{}\"]", layer.name)));
    let ends: Vec<String> = ends.filter(|layer| layer.name != "input").map(|layer| layer.name.clone()).collect();
    let mut layers = draw.text;
    for end in &ends {
        layers.push(format!("{{ name = \"of {end}\", op = \"dense\", units = 3, inputs = [\"{end}\"] }}"));
    }
    if ends.len() > 1 {
        let names: Vec<String> = ends.iter().map(|end| format!("\"of {end}\"")).collect();
        layers.push(format!("{{ op = \"add\", inputs = [{}] }}", names.join(", ")));
    }
    let input = draw.layers[0].shape.clone();
    let text = format!("{} in\n{}", show(&input), layers.join(",\n"));
    (build(&layers, &input).unwrap_or_else(|error| panic!("{error}\n{text}")), text)
}

#[test]
fn random_graphs_have_right_gradients() {
    for seed in 0..GRAPHS {
        let (graph, text) = graph(seed);
        let loss = losses::ALL[seed as usize % losses::ALL.len()];
        let verdict = Network::new(&format!("graph {seed}"), graph, loss).differences();
        assert!(verdict.failures.is_empty(), "{verdict:#?}\n{text}");
    }
}

/// They are no family of look-alikes: every op is there but embeddings, whose inputs are words, and forks,
/// and examples of one to four axes.
#[test]
fn random_graphs_have_every_kind_of_node() {
    let (mut seen, mut axes, mut forked) = (BTreeSet::new(), BTreeSet::new(), 0);
    for seed in 0..GRAPHS {
        let (graph, _) = graph(seed);
        seen.extend(graph.nodes.iter().map(|node| node.op.name()));
        axes.extend(graph.nodes.iter().map(|node| node.shape.len()));
        forked += usize::from((0..graph.nodes.len()).any(|node| graph.consumers(node) > 1));
    }
    let missing: Vec<&str> =
        ops::ALL.iter().map(|kind| kind.name).filter(|name| *name != "embedding" && !seen.contains(name)).collect();
    assert!(missing.is_empty(), "never drawn: {missing:?}");
    assert!(SMOOTH.iter().all(|name| seen.contains(name)), "{seen:?}");
    assert!(SMOOTH.iter().all(|name| activations::Activation::named(name).is_some()));
    assert_eq!(axes.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert!(forked > 30, "only {forked} have a fork");
}
