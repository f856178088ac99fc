//! What `gradus train` does without a file: the config inside the binary, its data, its network, a device.
//!
//!     cargo run --release --example 01_train_from_config

use std::{error::Error, ops::ControlFlow};

use gradus::{
    Config, Device, Model, Observer, Session, Split, block_on, data, train,
    train::{EpochRecord, Snapshot},
};

/// An observer is told of everything; this one prints the epochs.
struct Print;

impl Observer for Print {
    fn epoch(&mut self, record: &EpochRecord, _: &Snapshot) -> Result<ControlFlow<()>, train::Error> {
        let dev = record.dev.expect("the config holds examples out");
        println!("epoch {}: training loss {:.4}, development loss {:.4}", record.epoch, record.train.loss, dev.loss);
        Ok(ControlFlow::Continue(()))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    // Any key can be changed, as by --set; Config::load reads a file.
    let config = Config::default_with(&["train.epochs=5".into(), "optimizer.learning_rate=3e-3".into()])?;
    let dataset = data::load(&config.data, true, config.seed)?;
    let model = Model::build(config, dataset)?;
    println!("{} steps of {} launches", model.steps(), model.plan().train.len());

    // Device::auto takes a real GPU where there is one.
    let device = block_on(Device::auto())?;
    let mut session = block_on(Session::new(model, &device))?;
    block_on(train(&mut session, &mut [&mut Print]))?;

    let test = block_on(session.evaluate(Split::Test))?.expect("the config holds a test set out");
    let accuracy = test.accuracy.expect("classes are right or wrong");
    println!("test: accuracy {:.1}% over {} digits on {}", 100.0 * accuracy, test.examples, device.describe());
    Ok(())
}
