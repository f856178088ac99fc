//! A residual network for the digits, written in Rust: layers are values, and what takes them names them.
//!
//!     cargo run --release --example 02_network_in_code

use std::error::Error;

use gradus::{
    Config, Descent, Device, Model, Network, Session, Settings, Split,
    activations::RELU,
    block_on, data,
    graph::{Layer, show},
    losses::CATEGORICAL,
    ops::{
        add::Add,
        batch_norm::BatchNorm,
        conv::Conv,
        dense::Dense,
        window::{Padding, Window},
    },
    train,
};

/// Two convolutions around a shortcut.
fn block(net: &mut Network, x: Layer, filters: usize) -> Layer {
    let window = || Window { padding: Padding::Same, ..Window::new(&[3, 3]) };
    let a = net.add(Conv::new(filters, window(), None), &[x]);
    let a = net.add(BatchNorm { activation: Some(&RELU), ..BatchNorm::default() }, &[a]);
    let b = net.add(Conv::new(filters, window(), None), &[a]);
    let b = net.add(BatchNorm::default(), &[b]);
    net.add(Add { activation: Some(&RELU) }, &[b, x])
}

fn main() -> Result<(), Box<dyn Error>> {
    let digits = Config::default_with(&[])?;
    let dataset = data::load(&digits.data, true, 42)?;

    let mut net = Network::new([1, 8, 8]);
    let stem = net.named("stem", Conv::new(8, Window::new(&[1, 1]), None), &[net.input()]);
    let blocks = (0..2).fold(stem, |x, _| block(&mut net, x, 8));
    net.named("head", Dense::new(10, None), &[blocks]);
    // Whatever does not fit is told here, with its line.
    let graph = net.build()?;
    for node in &graph.nodes {
        println!("{:12} {:12} {}", node.name, node.op.name(), show(&node.shape));
    }

    let schedule = "learning_rate={ schedule = 'cosine', initial = 1e-2 }";
    let model = Model::of(graph, &CATEGORICAL, Descent::named("adam", &[schedule])?, dataset, Settings::of(3, 64))?;
    let mut session = block_on(Session::new(model, &Device::cpu()))?;
    block_on(train(&mut session, &mut []))?;
    let test = block_on(session.evaluate(Split::Test))?.expect("a fifth of the digits");
    println!("test: accuracy {:.1}%", 100.0 * test.accuracy.expect("classes are right or wrong"));
    Ok(())
}
