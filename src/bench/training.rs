//! Whole training steps.

use std::time::Instant;

use super::{Measurement, REPEATS, RUN, median};
use crate::{
    config::Config,
    data::{Dataset, Inputs, Normalization, Origin, Targets},
    device::{self, Device},
    kernels::{Step, case},
    plan::Program,
    train::{Model, Session},
};

/// Configs of the repository, and the shape of their pictures.
const CONFIGS: &[(&str, &str, [usize; 3])] = &[
    ("digits", include_str!("../../configs/digits.toml"), [1, 8, 8]),
    ("fashion-mlp", include_str!("../../configs/fashion-mlp.toml"), [1, 28, 28]),
    ("fashion-cnn", include_str!("../../configs/fashion-cnn.toml"), [1, 28, 28]),
    ("resnet20-cifar10", include_str!("../../configs/resnet20-cifar10.toml"), [3, 32, 32]),
];

/// Batches of the made-up data.
const BATCHES: usize = 64;

/// Examples a second that each of some configs trains, on made-up pictures.
///
/// # Errors
/// The device fails, or `report` does.
pub async fn training<E: From<device::Error>>(
    device: &Device,
    report: &mut impl FnMut(Measurement) -> Result<(), E>,
) -> Result<(), E> {
    for (name, text, shape) in CONFIGS {
        let config = Config::read(name, text, &[]).expect("a valid config");
        let batch = config.train.batch_size;
        let model = Model::build(config, pictures(shape, BATCHES * batch)).expect("the layers fit the pictures");
        let value = examples_per_second(device, model).await?;
        let shape = format!("{name}, batch {batch}");
        report(Measurement { bench: "train".into(), shape, value, unit: "examples/s" })?;
    }
    Ok(())
}

async fn examples_per_second(device: &Device, model: Model) -> Result<f64, device::Error> {
    let batch = model.plan.batch;
    let mut session = Session::new(model, device).await?;
    let fresh = session.snapshot().await?;
    let mut timed = async |count: usize| {
        // From fresh weights each time: a network that knows its few pictures by heart computes with gradients of 0.
        session.restore(&fresh);
        let steps: Vec<Step> = session.begin_epoch(1);
        let begin = Instant::now();
        session.run(Program::Train, &steps[..count]).await?;
        // What is waited for; whether made-up classes can be learned is no matter.
        session.read_steps(1, &steps[..count]).await.ok();
        Ok::<f64, device::Error>(begin.elapsed().as_secs_f64())
    };
    timed(1).await?;
    let count = ((RUN.as_secs_f64() / timed(1).await?).ceil() as usize).clamp(1, BATCHES);
    let mut rates = vec![];
    for _ in 0..REPEATS {
        rates.push((count * batch) as f64 / timed(count).await?);
    }
    Ok(median(rates))
}

/// Made-up pictures of ten classes.
fn pictures(shape: &[usize; 3], examples: usize) -> Dataset {
    let [channels, height, width] = *shape;
    let count = channels * height * width * examples;
    Dataset {
        name: "bench".into(),
        shape: shape.to_vec(),
        inputs: Inputs::Bytes {
            values: case::words("pixels", count, 256).into_iter().map(|word| word as u8).collect(),
            maximum: 255.0,
        },
        targets: Targets::Classes { labels: case::words("labels", examples, 10), count: 10, names: None },
        train: (0..examples as u32).collect(),
        dev: vec![],
        test: vec![],
        normalization: Normalization {
            scale: vec![1.0 / 255.0; channels],
            offset: vec![0.0; channels],
            plane: height * width,
        },
        origin: Origin::default(),
    }
}
