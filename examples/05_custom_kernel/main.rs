//! An op of one's own on the GPU: y = x²/2, a quadratic unit. `product.rs` is its kernel and `product.wgsl` the same
//! for GPUs; `quadratic.rs` is the op. Here both are proved as the house proves its own, and then trained.
//!
//!     cargo run --release --example 05_custom_kernel

mod product;
mod quadratic;

use std::error::Error;

use gradus::{
    Config, Descent, Device, Model, Network, Session, Settings, Split, block_on, config, data, graph::Graph,
    losses::CATEGORICAL, ops::dense::Dense, train, verify,
};

/// The new op between two dense layers.
fn network(input: &[usize], hidden: usize, outputs: usize) -> Result<Graph, config::Error> {
    let mut net = Network::new(input);
    let x = net.add(Dense::new(hidden, None), &[net.input()]);
    let y = net.add(quadratic::Quadratic, &[x]);
    net.add(Dense::new(outputs, None), &[y]);
    net.build()
}

fn main() -> Result<(), Box<dyn Error>> {
    // Any adapter, a software one too; without one, only the twin runs.
    let gpu = block_on(Device::gpu(None)).ok();
    if let Some(gpu) = &gpu {
        let parity = block_on(verify::parity(gpu, &product::PRODUCT))?;
        println!("parity: {} cases, {} failures", parity.cases, parity.failures.len());
    }
    let check = verify::Network::new("quadratic", network(&[2, 3], 4, 3)?, &CATEGORICAL).differences();
    println!("gradients: {} tensors, {} failures", check.cases, check.failures.len());

    for device in gpu.into_iter().chain([Device::cpu()]) {
        let dataset = data::load(&Config::default_with(&[])?.data, true, 42)?;
        let graph = network(&dataset.shape, 32, 10)?;
        let descent = Descent::named("adam", &["learning_rate=0.003"])?;
        let model = Model::of(graph, &CATEGORICAL, descent, dataset, Settings::of(5, 64))?;
        let mut session = block_on(Session::new(model, &device))?;
        block_on(train(&mut session, &mut []))?;
        let test = block_on(session.evaluate(Split::Test))?.expect("a fifth of the digits");
        let accuracy = 100.0 * test.accuracy.expect("classes are right or wrong");
        println!("test: accuracy {accuracy:.1}%, loss {:.4} on {}", test.loss, device.describe());
    }
    Ok(())
}
