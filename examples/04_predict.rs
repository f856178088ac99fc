//! Saves a network's weights, reads them back, and shows what it makes of three digits.
//!
//!     cargo run --release --example 04_predict

use std::error::Error;

use gradus::{
    Config, Device, Model, Session, Split, block_on,
    data::{self, Targets},
    train,
    train::read_weights,
};

fn model() -> Result<Model, Box<dyn Error>> {
    let config = Config::default_with(&["train.epochs=4".into(), "optimizer.learning_rate=3e-3".into()])?;
    let dataset = data::load(&config.data, true, config.seed)?;
    Ok(Model::build(config, dataset)?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut session = block_on(Session::new(model()?, &Device::cpu()))?;
    block_on(train(&mut session, &mut []))?;
    let weights = block_on(session.weights())?.to_bytes(session.model().plan());
    let file = std::env::temp_dir().join(format!("gradus-{}.safetensors", std::process::id()));
    std::fs::write(&file, weights)?;

    // Another process would begin here. PyTorch reads the file, too.
    let model = model()?;
    let weights = read_weights(model.plan(), &std::fs::read(&file)?)?;
    std::fs::remove_file(&file)?;
    let mut session = block_on(Session::new(model, &Device::cpu()))?;
    session.restore_weights(&weights);

    let mut logits = vec![];
    block_on(session.predict(Split::Test, |batch| logits.extend_from_slice(batch)))?;
    let dataset = session.model().dataset();
    let Targets::Classes { labels, .. } = &dataset.targets else { unreachable!("digits have classes") };
    for (&example, logits) in dataset.test.iter().zip(logits.chunks(10)).take(3) {
        let mut pixels = vec![0.0; dataset.features()];
        dataset.normalized(example, &mut pixels);
        for line in pixels.chunks(8) {
            println!("{}", line.iter().map(|&ink| [' ', '.', ':', 'o', '#'][(ink * 4.0) as usize]).collect::<String>());
        }
        // The loss's own softmax.
        let sum: f32 = logits.iter().map(|x| x.exp()).sum();
        let (digit, largest) = (0..10).zip(logits).max_by(|a, b| a.1.total_cmp(b.1)).expect("ten classes");
        let label = labels[example as usize];
        println!("predicted {digit} with probability {:.2}, it is {label}\n", largest.exp() / sum);
    }
    Ok(())
}
