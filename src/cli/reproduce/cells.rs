//! Trainings that figures ask for: each is done once, and kept by the hash of its config.

use std::{collections::BTreeMap, fs, path::PathBuf, time::Instant};

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    cli::{Failure, load, note, save},
    config::Config,
    device::Device,
    experiments::{Cell, Epochs, Failed, Trainer, places},
    landscape::{self, Request, Surface},
    plan::Program,
    report::{Interrupts, Patience},
    train::{self, Outcome, Session},
};

/// Steps that are timed, at most.
const MEASURED: usize = 5;

/// A folder of trainings that are done.
pub struct Cells {
    folder: PathBuf,
    device: Device,
    interrupts: Interrupts,
    bar: Option<Patience>,
    done: u64,
    name: &'static str,
}

/// What came of a training and its config, as they lie in the folder.
#[derive(serde::Serialize, serde::Deserialize)]
struct Kept<T> {
    config: String,
    cell: T,
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

    /// What comes of a config, unless it was computed before: by this version, on this device. `what` tells it from what
    /// else may come of the config.
    fn once<T: Clone + Serialize + DeserializeOwned>(
        &self,
        config: Config,
        what: &str,
        compute: impl FnOnce(Config) -> Result<T, Failure>,
    ) -> Result<T, Failed> {
        if let Some(signal) = self.interrupts.came() {
            return Err(Failed::Stopped(signal));
        }
        let about =
            BTreeMap::from([("version", env!("CARGO_PKG_VERSION").to_owned()), ("device", self.device.describe())]);
        let text = format!("{}\n{about:?}{what}", config.to_toml());
        let path = self.folder.join(format!("{:08x}.json", crc32fast::hash(text.as_bytes())));
        let kept = fs::read(&path).ok().and_then(|kept| serde_json::from_slice::<Kept<T>>(&kept).ok());
        if let Some(kept) = kept.filter(|kept| kept.config == text) {
            return Ok(kept.cell);
        }
        let cell = compute(config).map_err(|failure| match self.interrupts.came() {
            Some(signal) => Failed::Stopped(signal),
            None => Failed::Training(failure.message().to_owned()),
        })?;
        let kept = serde_json::to_vec(&Kept { config: text, cell: cell.clone() }).expect("numbers and text");
        let written = fs::create_dir_all(&self.folder).map_err(|error| error.to_string());
        let written = written.and_then(|()| save(&path, &kept).map_err(|failure| failure.message().to_owned()));
        written.map_err(Failed::Training)?;
        Ok(cell)
    }

    /// A session that is trained to its end, and what came of each epoch.
    fn trained(&self, config: Config) -> Result<(Session, Epochs), Failure> {
        let model = load::model(config)?;
        let mut epochs = Epochs::default();
        let mut interrupts = self.interrupts.clone();
        pollster::block_on(async {
            let mut session = Session::new(model, &self.device).await?;
            let outcome = train::train(&mut session, &mut [&mut epochs, &mut interrupts]).await?;
            match outcome {
                Outcome::Stopped => Err(Failure::new(interrupts.came().unwrap_or(1), "")),
                _ => Ok((session, epochs)),
            }
        })
    }
}

impl Trainer for Cells {
    fn train(&mut self, config: Config) -> Result<Cell, Failed> {
        self.once(config, "", |config| {
            let (mut session, epochs) = self.trained(config)?;
            Ok(pollster::block_on(Cell::of(&mut session, epochs))?)
        })
    }

    fn surfaces(&mut self, config: Config, request: &Request) -> Result<Vec<Surface>, Failed> {
        self.once(config, &format!("{request:?}"), |config| {
            let (mut session, _) = self.trained(config)?;
            let go_on = || self.interrupts.came().is_none();
            let surfaces = pollster::block_on(landscape::surfaces(&mut session, request, go_on))?;
            self.interrupts.came().map_or(Ok(surfaces), |signal| Err(Failure::new(signal, "")))
        })
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

    fn seconds_per_step(&mut self, config: Config) -> Result<f64, Failed> {
        let measured = pollster::block_on(async {
            let mut session = Session::new(load::model(config)?, &self.device).await?;
            let steps = session.begin_epoch(1);
            // The first builds what the others use again.
            let (first, others) = steps.split_at(1);
            let others = &others[..others.len().min(MEASURED)];
            session.run(Program::Train, first).await?;
            session.read_steps(1, first).await?;
            let begun = Instant::now();
            session.run(Program::Train, others).await?;
            session.read_steps(1, others).await?;
            Ok(begun.elapsed().as_secs_f64() / others.len().max(1) as f64)
        });
        measured.map_err(|failure: Failure| Failed::Training(failure.message().to_owned()))
    }

    fn announce(&mut self, line: &str) {
        note(line);
    }

    fn progress(&mut self, done: usize, of: usize) {
        let bar = self.bar.get_or_insert_with(|| Patience::new(self.name, of as u64));
        bar.advance((done as u64).saturating_sub(self.done));
        self.done = done as u64;
    }
}
