//! A run directory against everything that may happen to it: damage, signals, a disk that fails, links, two writers.

mod damage;
mod disk;
mod early;
mod stops;

use std::{fs, ops::ControlFlow, path::Path};

use crate::common::gpu;
use gradus::{
    config::Config,
    data,
    device::Device,
    plan::Program,
    report::{self, Interrupts, Manner, RunDirectory, Watcher},
    train::{self, EpochRecord, Error, Figures, Model, Observer, Observers, Outcome, Session, Snapshot, StepRecord},
};

/// A run small enough to flip every bit of its files, with a schedule that remembers and a state.
const TINY: &str = "
name = 'tiny'
seed = 1
[data]
source = 'csv'
path = 'PATH'
dev = 0.2
test = 0.2
[model]
loss = 'categorical'
layers = [{ op = 'dense', units = 2 }]
[optimizer]
type = 'momentum'
learning_rate = SCHEDULE
[train]
epochs = EPOCHS
batch_size = 8
log_steps = true
";

const PLATEAU: &str = "{ schedule = 'plateau', initial = 0.5, factor = 0.5, patience = 0, threshold = 0.2 }";

/// Two clouds of points in a table.
fn table(folder: &Path) -> String {
    let file = folder.join("tiny.csv");
    let row = |at: u32| {
        let wave = |phase: f64| (f64::from(at) * 0.7 + phase).sin();
        let class = at % 2;
        format!("{:.3},{:.3},{class}\n", wave(0.0) + f64::from(class), wave(1.3) - f64::from(class))
    };
    fs::write(&file, (0..60).map(row).collect::<String>()).expect("a file");
    file.display().to_string()
}

/// A config for so many epochs under a schedule, over that table.
fn tiny(folder: &Path, schedule: &str, epochs: usize) -> String {
    TINY.replace("PATH", &table(folder)).replace("SCHEDULE", schedule).replace("EPOCHS", &epochs.to_string())
}

fn session(config: &str, device: &Device) -> Session {
    let config = Config::read("c.toml", config, &[]).expect("a valid config");
    let dataset = data::load(&config.data, true, config.seed).expect("the table is there");
    let model = Model::build(config, dataset).expect("a network that fits");
    pollster::block_on(Session::new(model, device)).expect("the device has room")
}

/// Begins or goes on with a run as the command line does, with something that may be done to its directory
/// before, and an observer around the watcher.
fn go_on(
    run: &Path,
    config: &str,
    device: &Device,
    prepare: impl FnOnce(&RunDirectory),
    stop_at: Option<usize>,
) -> (Result<Outcome, Error>, bool) {
    let mut session = session(config, device);
    let begun = run.join("config.toml").is_file();
    let directory = if begun { RunDirectory::resumed(run) } else { RunDirectory::create(run) };
    let directory = directory.expect("the directory is free");
    prepare(&directory);
    if !begun && let Err(error) = directory.write("config.toml", report::seal_config(config).as_bytes()) {
        return (Err(error), directory.has_failed());
    }
    let damaged = match report::resume(&directory, &mut session) {
        Ok(damaged) => damaged,
        // What a full disk was in the way of.
        Err(error) if directory.has_failed() => {
            let error = std::io::Error::other(error.to_string());
            return (Err(Error::File { path: String::new(), error }), true);
        }
        Err(error) => panic!("{error}"),
    };
    let manner = Manner { damaged, quiet: true };
    let mut watcher = Watcher::new(directory, &session, Interrupts::default(), manner);
    let mut stopping = Stopping { watcher: &mut watcher, looks: 0, stop_at };
    let outcome = pollster::block_on(train::train(&mut session, &mut [&mut stopping]));
    (outcome, watcher.directory().has_failed())
}

/// The watcher but for its pace and its signals, and a signal that comes at one of its looks.
struct Stopping<'w> {
    watcher: &'w mut Watcher,
    looks: usize,
    stop_at: Option<usize>,
}

impl Stopping<'_> {
    fn with<T>(&mut self, act: impl FnOnce(&mut Observers) -> T) -> T {
        act(&mut Observers(&mut self.watcher.observers()))
    }
}

impl Observer for Stopping<'_> {
    fn begin(&mut self, epoch: usize) {
        self.with(|watcher| watcher.begin(epoch));
    }
    /// Fewer than an epoch's, so that some looks are within epochs.
    fn portion(&mut self, _: Program, _: usize) -> usize {
        2
    }
    fn wants_progress(&mut self) -> bool {
        self.with(|watcher| watcher.wants_progress())
    }
    fn progress(&mut self, epoch: usize, done: usize, of: usize, figures: &Figures) {
        self.with(|watcher| watcher.progress(epoch, done, of, figures));
    }
    fn steps(&mut self, steps: &[StepRecord]) -> Result<(), Error> {
        self.with(|watcher| watcher.steps(steps))
    }
    fn wants_snapshot(&mut self) -> bool {
        self.with(|watcher| watcher.wants_snapshot())
    }
    fn within(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        self.with(|watcher| watcher.within(snapshot))
    }
    fn epoch(&mut self, record: &EpochRecord, snapshot: &Snapshot) -> Result<ControlFlow<()>, Error> {
        self.with(|watcher| watcher.epoch(record, snapshot))
    }
    fn stop(&mut self) -> bool {
        self.looks += 1;
        self.stop_at.is_some_and(|at| self.looks >= at)
    }
    fn stopped(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        self.with(|watcher| watcher.stopped(snapshot))
    }
    fn ended(&mut self) -> Result<(), Error> {
        self.with(|watcher| watcher.ended())
    }
}

/// All that two runs of the same config have alike: weights to the bit, and every line but for its times.
#[derive(PartialEq, Debug)]
struct Left {
    last: Vec<u8>,
    best: Vec<u8>,
    metrics: Vec<serde_json::Value>,
    steps: Vec<u8>,
}

fn left(run: &Path) -> Left {
    let read = |name: &str| fs::read(run.join(name)).unwrap_or_default();
    let record = report::Record::read(run).expect("the lines are whole");
    let without_times = |mut line: serde_json::Value| {
        let object = line.as_object_mut().expect("an object");
        let _ = ["seconds", "examples_per_second", "crc32"].map(|key| object.remove(key));
        line
    };
    Left {
        last: read("checkpoints/last.safetensors"),
        best: read("checkpoints/best.safetensors"),
        metrics: record.epochs.into_iter().map(without_times).collect(),
        steps: read("steps.jsonl"),
    }
}

/// No file of a run that a write was interrupted in is left.
fn assert_tidy(run: &Path) {
    for folder in [run.to_owned(), run.join("checkpoints"), run.join("plots")] {
        for entry in fs::read_dir(folder).expect("a folder") {
            let name = entry.expect("readable").file_name().into_string().expect("UTF-8");
            assert!(!name.starts_with('.'), "{name} is left behind");
        }
    }
}
