//! The observer of a run on the command line: keeps the run directory, shows progress, hears
//! signals.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Interrupts, Progress, RunDirectory, Shown, checkpoints, draw, lines::Lines, pace::Pace, pictures, record,
    shadow_table, shadow_warning,
};
use crate::{
    plan::{Plan, Program},
    train::{Compared, EpochRecord, Error, Figures, Observer, Session, Snapshot, StepRecord},
};

/// How long the curves stay as they are.
const REDRAW: Duration = Duration::from_secs(5);

/// However short epochs are, they are saved no more often than this.
const SAVE: Duration = Duration::from_secs(1);
/// Saving waits for the disk: this many times as long as the last one took, the next one is put off.
const SAVE_SHARE: u32 = 64;
/// But epochs that take longer than this are saved each.
const SAVE_ALWAYS: Duration = Duration::from_secs(10);

/// The observer of a run on the command line.
pub struct Watcher {
    directory: RunDirectory,
    name: String,
    plan: Arc<Plan>,
    progress: Progress,
    interrupts: Interrupts,
    training: Pace,
    evaluation: Pace,
    log_steps: bool,
    epochs: usize,
    examples_per_epoch: u64,
    steps_per_epoch: u64,
    epoch_began: Instant,
    /// Examples of the epoch under way that were trained on before this process.
    before: u64,
    /// Seconds that were spent in training steps, evaluation and saving left out.
    pub training_seconds: f64,
    /// Every line of metrics.jsonl so far.
    history: Vec<serde_json::Value>,
    drawn: Option<Instant>,
    plots_fail: bool,
    metrics: Lines,
    steps: Lines,
    saving: Saving,
}

/// What is not saved yet, and when it is to be.
struct Saving {
    /// A run may be lost from here on.
    last: Option<Instant>,
    /// How long to wait from there.
    wait: Duration,
    /// The same within an epoch.
    within: Duration,
    /// Whether the newest checkpoint is worth keeping.
    keep_before: bool,
    snapshot: Option<Snapshot>,
    best: Option<Vec<u8>>,
}

impl Watcher {
    /// Watches a session that trains into this directory, from the beginning or from a checkpoint.
    pub fn new(directory: RunDirectory, session: &Session, interrupts: Interrupts) -> Self {
        let config = session.config();
        let steps = session.steps_per_epoch() as u64;
        let examples = session.examples(crate::train::Split::Train) as u64;
        let history = record::written_epochs(directory.path());
        let epochs_done = session.epochs_done() as u64;
        let within = (session.updates() - epochs_done * steps) * session.model().plan.batch as u64;
        let mut progress = Progress::new(steps * config.train.epochs as u64, config.train.epochs);
        progress.restart(examples * epochs_done + within.min(examples));
        Watcher {
            name: config.name.clone(),
            plan: session.model().plan.clone(),
            progress,
            interrupts,
            training: Pace::default(),
            evaluation: Pace::default(),
            log_steps: config.train.log_steps,
            epochs: config.train.epochs,
            examples_per_epoch: examples,
            steps_per_epoch: steps,
            epoch_began: Instant::now(),
            before: within.min(examples),
            training_seconds: history.iter().filter_map(|line| line["seconds"].as_f64()).sum(),
            history,
            drawn: None,
            plots_fail: false,
            metrics: Lines::new("metrics.jsonl"),
            steps: Lines::new("steps.jsonl"),
            saving: Saving {
                last: None,
                wait: SAVE,
                within: Duration::from_secs_f64(60.0 * config.train.checkpoint.minutes),
                keep_before: true,
                snapshot: None,
                best: None,
            },
            directory,
        }
    }

    /// The newest checkpoint is damaged: the one before stays until there is a better one.
    pub fn over_damage(mut self, damaged: bool) -> Self {
        self.saving.keep_before = !damaged;
        self
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

    /// The last epoch's figures on the training and the development set, however long ago that was.
    pub fn last_figures(&self, session: &Session) -> [Option<Figures>; 2] {
        use crate::train::Split::{Dev, Train};
        let last = self.history.last();
        [("train", Train), ("dev", Dev)].map(|(name, split)| {
            let figure = |what: &str| last?[format!("{name}_{what}")].as_f64();
            let examples = session.examples(split);
            Some(Figures { loss: figure("loss")?, accuracy: figure("accuracy"), examples })
        })
    }

    /// Takes the progress bar away, saves what is not saved yet, and draws the curves a last time.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.progress.finish();
        let saved = match self.saving.snapshot.take() {
            Some(snapshot) => self.save(&snapshot),
            None => self.metrics.flush(&self.directory).and_then(|()| self.steps.flush(&self.directory)),
        };
        self.plots();
        saved
    }

    /// Everything that a resumed run needs, in an order in which each file may be the last that is written.
    fn save(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        let begun = Instant::now();
        self.saving.snapshot = None;
        self.metrics.flush(&self.directory)?;
        self.steps.flush(&self.directory)?;
        if let Some(best) = self.saving.best.take() {
            checkpoints::save_best(&self.directory, &best)?;
        }
        checkpoints::save(&self.directory, &self.plan, snapshot, self.saving.keep_before)?;
        self.saving.keep_before = true;
        self.saving.last = Some(Instant::now());
        self.saving.wait = (SAVE_SHARE * begun.elapsed()).clamp(SAVE, SAVE_ALWAYS);
        Ok(())
    }

    /// Pictures are no reason to lose a run.
    fn plots(&mut self) {
        let run = Shown { label: &self.name, epochs: &self.history, steps: &[] };
        for (name, chart) in pictures(&self.name, &[run]) {
            let Some(svg) = draw(&[chart]) else { continue };
            let written = self.directory.write(&format!("plots/{name}.svg"), svg.as_bytes());
            if let Err(error) = written
                && !std::mem::replace(&mut self.plots_fail, true)
            {
                self.progress.line(&format!("warning: {error}; training goes on without new pictures"));
            }
        }
        self.drawn = Some(Instant::now());
    }
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
    fn portion(&mut self, program: Program, most: usize) -> usize {
        self.pace(program).portion(most)
    }

    fn waited(&mut self, program: Program, steps: usize) {
        self.pace(program).waited(steps);
    }

    fn wants_progress(&mut self) -> bool {
        self.progress.is_due() || self.training.is_learning()
    }

    fn progress(&mut self, epoch: usize, done: usize, of: usize, figures: &Figures) {
        let examples = (epoch as u64 - 1) * self.examples_per_epoch + figures.examples as u64;
        let step = (epoch as u64 - 1) * self.steps_per_epoch + done as u64;
        if self.progress.is_due() {
            self.progress.show(step, epoch, figures, self.progress.rate(examples));
        }
        if done == of {
            self.training_seconds += self.epoch_began.elapsed().as_secs_f64();
        }
    }

    fn steps(&mut self, steps: &[StepRecord]) -> Result<(), Error> {
        if self.log_steps {
            steps.iter().for_each(|step| self.steps.push(step));
            if self.steps.are_many() {
                self.steps.flush(&self.directory)?;
            }
        }
        Ok(())
    }

    fn shadow(&mut self, compared: &[Compared]) {
        self.progress.result(&shadow_table(compared));
        if let Some(warning) = shadow_warning(compared) {
            self.progress.line(&warning);
        }
    }

    fn wants_snapshot(&mut self) -> bool {
        self.saving.last.unwrap_or(self.epoch_began).elapsed() >= self.saving.within.max(self.saving.wait)
    }

    fn within(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        self.save(snapshot)
    }

    fn epoch(&mut self, record: &EpochRecord, snapshot: &Snapshot) -> Result<(), Error> {
        let seconds = self.epoch_began.elapsed().as_secs_f64();
        let rate = (record.train.examples as u64 - self.before) as f64 / seconds.max(1e-9);
        let line = line(record, seconds, rate);
        self.metrics.push(&line);
        self.history.push(line);
        if record.best {
            self.saving.best = Some(checkpoints::best(&self.plan, snapshot));
        }
        let due = self.saving.last.is_none_or(|last| last.elapsed() >= self.saving.wait);
        if due || record.epoch == self.epochs {
            self.save(snapshot)?;
        } else {
            self.saving.snapshot = Some(snapshot.clone());
        }
        self.progress.epoch(record, seconds, rate);
        // Short epochs need no picture each.
        if self.drawn.is_none_or(|drawn| drawn.elapsed() > REDRAW) {
            self.plots();
        }
        (self.epoch_began, self.before) = (Instant::now(), 0);
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

impl Watcher {
    fn pace(&mut self, program: Program) -> &mut Pace {
        match program {
            Program::Train => &mut self.training,
            Program::Evaluate => &mut self.evaluation,
        }
    }
}
