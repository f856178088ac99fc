//! What several tests begin with.

pub mod binary;

use std::path::Path;

use gradus::{
    config::Config,
    data,
    device::Device,
    losses,
    train::{Model, Session},
};

/// The first adapter. A test that needs one fails without it: it never skips.
pub fn gpu() -> Device {
    pollster::block_on(Device::gpu(None)).expect("an adapter; ./test.sh installs a software one")
}

/// A model of one of the repository's configs, with changes.
pub fn model(config: &str, overrides: &[&str]) -> Model {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(config);
    let overrides: Vec<String> = overrides.iter().map(|text| text.to_string()).collect();
    let config = Config::load(&path, &overrides).expect("a valid config");
    let dataset = data::load(&config.data, losses::of(&config.model).expect("a loss").labels(), config.seed)
        .expect("the data is there");
    Model::build(config, dataset).expect("a network that fits")
}

/// A session of one of the repository's configs, with changes.
pub fn session(config: &str, overrides: &[&str], device: &Device) -> Session {
    pollster::block_on(Session::new(model(config, overrides), device)).expect("the device has room")
}
