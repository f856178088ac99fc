//! The observer of a run on the command line: keeps the run directory, shows progress, hears
//! signals.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

use super::{Progress, RunDirectory, Shown, draw, pictures, shadow_table, shadow_warning};
use crate::{
    plan::Plan,
    train::{
        Compared, EpochRecord, Error, Figures, Observer, Session, Snapshot, StepRecord, write_average, write_weights,
    },
};

/// How long the curves stay as they are.
const REDRAW: Duration = Duration::from_secs(5);

/// Set by the first SIGINT or SIGTERM; a second one ends the process at once.
#[derive(Clone, Default)]
pub struct Interrupts {
    interrupted: Arc<AtomicBool>,
    terminated: Arc<AtomicBool>,
}

impl Interrupts {
    /// Begins to listen.
    pub fn listen() -> Self {
        let interrupts = Interrupts::default();
        for (signal, flag) in [(SIGINT, &interrupts.interrupted), (SIGTERM, &interrupts.terminated)] {
            // In this order: the first signal finds the flag unset, and sets it.
            let registered = flag::register_conditional_shutdown(signal, 128 + signal, flag.clone())
                .and_then(|_| flag::register(signal, flag.clone()));
            // Without a handler a signal ends the process, which loses no more than one epoch.
            if let Err(error) = registered {
                log::warn!("signal {signal} will not be heard: {error}");
            }
        }
        interrupts
    }

    /// The exit code of the signal that came.
    pub fn came(&self) -> Option<u8> {
        let came = |flag: &AtomicBool| flag.load(Ordering::SeqCst);
        match (came(&self.interrupted), came(&self.terminated)) {
            (true, _) => Some(128 + SIGINT as u8),
            (_, true) => Some(128 + SIGTERM as u8),
            _ => None,
        }
    }
}

/// The observer of a run on the command line.
pub struct Watcher {
    directory: RunDirectory,
    name: String,
    plan: Arc<Plan>,
    progress: Progress,
    interrupts: Interrupts,
    log_steps: bool,
    examples_per_epoch: u64,
    steps_per_epoch: u64,
    epoch_began: Instant,
    best: f64,
    /// Seconds that were spent in training steps, evaluation and saving left out.
    pub training_seconds: f64,
    /// Every epoch of this run so far.
    pub records: Vec<EpochRecord>,
    history: Vec<serde_json::Value>,
    drawn: Option<Instant>,
}

impl Watcher {
    /// Watches a session that trains into this directory.
    pub fn new(directory: RunDirectory, session: &Session, interrupts: Interrupts) -> Self {
        let config = session.config();
        let steps = session.steps_per_epoch() as u64;
        let examples = session.examples(crate::train::Split::Train) as u64;
        let history = history(&directory);
        let best = history.iter().filter_map(|line| line["dev_loss"].as_f64().or(line["train_loss"].as_f64()));
        let mut progress = Progress::new(steps * config.train.epochs as u64, config.train.epochs);
        progress.restart(examples * (session.updates() / steps.max(1)));
        Watcher {
            name: config.name.clone(),
            plan: session.model().plan.clone(),
            progress,
            interrupts,
            log_steps: config.train.log_steps,
            examples_per_epoch: examples,
            steps_per_epoch: steps,
            epoch_began: Instant::now(),
            best: best.fold(f64::INFINITY, f64::min),
            training_seconds: 0.0,
            records: vec![],
            history,
            drawn: None,
            directory,
        }
    }

    /// Says nothing of its own at an epoch's end: a sweep has a line for the whole run.
    pub fn quiet(mut self) -> Self {
        self.progress.quiet();
        self
    }

    /// The directory.
    pub fn directory(&self) -> &RunDirectory {
        &self.directory
    }

    /// The exit code of the signal that stopped the run, if one did.
    pub fn interrupted(&self) -> Option<u8> {
        self.interrupts.came()
    }

    /// Takes the progress bar away, and draws the curves a last time.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(&self) -> Result<(), Error> {
        self.progress.finish();
        self.plots()
    }

    fn save(&self, snapshot: &Snapshot) -> Result<(), Error> {
        self.directory.write("checkpoints/last.safetensors", &write_weights(&self.plan, snapshot))?;
        if let Some(average) = write_average(&self.plan, snapshot) {
            self.directory.write("checkpoints/ema.safetensors", &average)?;
        }
        self.directory.write("checkpoints/resume.safetensors", &snapshot.to_bytes(&self.plan))
    }

    fn plots(&self) -> Result<(), Error> {
        let run = Shown { label: &self.name, epochs: &self.history, steps: &[] };
        for (name, chart) in pictures(&self.name, &[run]) {
            if let Some(svg) = draw(&[chart]) {
                self.directory.write(&format!("plots/{name}.svg"), svg.as_bytes())?;
            }
        }
        Ok(())
    }
}

/// The lines of metrics.jsonl that a resumed run left.
fn history(directory: &RunDirectory) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(directory.file("metrics.jsonl")).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn line(record: &EpochRecord, seconds: f64, examples_per_second: f64) -> serde_json::Value {
    let mut line = serde_json::json!({
        "epoch": record.epoch,
        "step": record.step,
        "learning_rate": record.learning_rate,
        "train_loss": record.train.loss,
        "dev_loss": record.dev.map(|dev| dev.loss),
    });
    let mut put = |key: &str, value: Option<f64>| {
        if let Some(value) = value {
            line[key] = value.into();
        }
    };
    put("train_accuracy", record.train.accuracy);
    put("dev_accuracy", record.dev.and_then(|dev| dev.accuracy));
    put("seconds", Some(seconds));
    put("examples_per_second", Some(examples_per_second));
    line
}

impl Observer for Watcher {
    fn wants_progress(&mut self) -> bool {
        self.progress.is_due()
    }

    fn progress(&mut self, epoch: usize, done: usize, of: usize, figures: &Figures) {
        let examples = (epoch as u64 - 1) * self.examples_per_epoch + figures.examples as u64;
        let step = (epoch as u64 - 1) * self.steps_per_epoch + done as u64;
        self.progress.show(step, epoch, figures, self.progress.rate(examples));
        if done == of {
            self.training_seconds += self.epoch_began.elapsed().as_secs_f64();
        }
    }

    fn steps(&mut self, steps: &[StepRecord]) -> Result<(), Error> {
        if !self.log_steps {
            return Ok(());
        }
        let line = |step: &StepRecord| serde_json::to_string(step).expect("numbers") + "\n";
        self.directory.append("steps.jsonl", &steps.iter().map(line).collect::<String>())
    }

    fn shadow(&mut self, compared: &[Compared]) {
        self.progress.result(&shadow_table(compared));
        if let Some(warning) = shadow_warning(compared) {
            self.progress.line(&warning);
        }
    }

    fn epoch(&mut self, record: &EpochRecord, snapshot: &Snapshot) -> Result<(), Error> {
        let seconds = self.epoch_began.elapsed().as_secs_f64();
        let rate = record.train.examples as f64 / seconds.max(1e-9);
        let line = line(record, seconds, rate);
        self.directory.append("metrics.jsonl", &format!("{line}\n"))?;
        self.history.push(line);
        let judged = record.dev.map_or(record.train.loss, |dev| dev.loss);
        if judged < self.best {
            self.best = judged;
            // The best are those that were evaluated.
            let best = write_average(&self.plan, snapshot).unwrap_or_else(|| write_weights(&self.plan, snapshot));
            self.directory.write("checkpoints/best.safetensors", &best)?;
        }
        self.save(snapshot)?;
        self.progress.epoch(record, seconds, rate);
        // Short epochs need no picture each.
        if self.drawn.is_none_or(|drawn| drawn.elapsed() > REDRAW) {
            self.plots()?;
            self.drawn = Some(Instant::now());
        }
        self.records.push(record.clone());
        self.epoch_began = Instant::now();
        self.progress.restart(record.epoch as u64 * self.examples_per_epoch);
        Ok(())
    }

    fn stop(&mut self) -> bool {
        self.interrupts.came().is_some()
    }

    fn stopped(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        self.save(snapshot)
    }
}
