//! Trainings that figures ask for: each is done once, and kept by the hash of its config.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    cli::{Failure, load, save},
    config::Config,
    device::Device,
    experiments::{Cell, Epochs, Failed, Trainer, places},
    report::{Interrupts, Patience},
    train::{self, Outcome, Session},
};

/// A folder of trainings that are done.
pub struct Cells {
    folder: PathBuf,
    device: Device,
    interrupts: Interrupts,
    bar: Option<Patience>,
    done: u64,
    name: &'static str,
}

/// A training and its config, as they lie in the folder.
#[derive(serde::Serialize, serde::Deserialize)]
struct Kept {
    config: String,
    cell: Cell,
}

impl Cells {
    pub fn new(folder: PathBuf, device: Device, interrupts: Interrupts) -> Cells {
        Cells { folder, device, interrupts, bar: None, done: 0, name: "" }
    }

    /// A figure begins.
    pub fn begin(&mut self, name: &'static str) {
        (self.bar, self.done, self.name) = (None, 0, name);
    }

    /// It is done.
    pub fn end(&mut self) {
        self.bar = None;
    }

    /// The training of this config, if it was done before: by this version, on this device.
    fn kept(&self, path: &Path, config: &str) -> Option<Cell> {
        let kept: Kept = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        (kept.config == config).then_some(kept.cell)
    }

    fn trained(&self, config: Config) -> Result<Cell, Failure> {
        let model = load::model(config)?;
        let mut epochs = Epochs::default();
        let device = &self.device;
        let mut interrupts = self.interrupts.clone();
        pollster::block_on(async {
            let mut session = Session::new(model, device).await?;
            let outcome = train::train(&mut session, &mut [&mut epochs, &mut interrupts]).await?;
            if outcome == Outcome::Stopped {
                return Err(Failure::new(interrupts.came().unwrap_or(1), ""));
            }
            Ok(Cell::of(&mut session, epochs).await?)
        })
    }
}

impl Trainer for Cells {
    fn train(&mut self, config: Config) -> Result<Cell, Failed> {
        if let Some(signal) = self.interrupts.came() {
            return Err(Failed::Stopped(signal));
        }
        let about =
            BTreeMap::from([("version", env!("CARGO_PKG_VERSION").to_owned()), ("device", self.device.describe())]);
        let text = format!("{}\n{about:?}", config.to_toml());
        let path = self.folder.join(format!("{:08x}.json", crc32fast::hash(text.as_bytes())));
        if let Some(cell) = self.kept(&path, &text) {
            return Ok(cell);
        }
        let cell = match self.trained(config) {
            Ok(cell) => cell,
            Err(failure) => {
                return Err(match self.interrupts.came() {
                    Some(signal) => Failed::Stopped(signal),
                    None => Failed::Training(failure.message().to_owned()),
                });
            }
        };
        let kept = serde_json::to_vec(&Kept { config: text, cell: cell.clone() }).expect("numbers and text");
        let written = fs::create_dir_all(&self.folder).map_err(|error| error.to_string());
        let written = written.and_then(|()| save(&path, &kept).map_err(|failure| failure.message().to_owned()));
        written.map_err(Failed::Training)?;
        Ok(cell)
    }

    fn gradients(&mut self, config: Config, batches: &[Vec<u32>]) -> Result<Vec<Vec<f32>>, Failed> {
        let failed = |failure: Failure| Failed::Training(failure.message().to_owned());
        let model = load::model(config).map_err(failed)?;
        let all = pollster::block_on(async {
            let mut session = Session::new(model, &self.device).await?;
            let mut all = vec![];
            for batch in batches {
                all.push(session.gradient(batch).await?);
            }
            Ok(all)
        });
        all.map_err(failed)
    }

    fn outputs(&mut self, config: Config, places: &[f32], epochs: &[usize]) -> Result<Vec<Vec<f32>>, Failed> {
        let model = load::model(config).map_err(|failure| Failed::Training(failure.message().to_owned()))?;
        let mut interrupts = self.interrupts.clone();
        let outputs = pollster::block_on(places::outputs(model, &self.device, places, epochs, &mut interrupts))?;
        outputs.ok_or_else(|| Failed::Stopped(interrupts.came().unwrap_or(1)))
    }

    fn progress(&mut self, done: usize, of: usize) {
        let bar = self.bar.get_or_insert_with(|| Patience::new(self.name, of as u64));
        bar.advance((done as u64).saturating_sub(self.done));
        self.done = done as u64;
    }
}
