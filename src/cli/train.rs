//! `gradus train`: from a config to a run directory.

mod resume;

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    Failure, bytes, code,
    load::{self, ConfigArguments, DeviceArguments},
    run, say, schedule,
};
use crate::{
    checksum,
    device::Device,
    report::{self, Interrupts, Manner, RunDirectory, Watcher, checkpoints},
    train::{self, Figures, Model, Observers, Outcome, Session, Split, Weights},
};
use resume::Resumed;

/// Train a network
#[derive(Args)]
pub struct Train {
    #[command(flatten)]
    config: ConfigArguments,
    #[command(flatten)]
    device: DeviceArguments,
    /// The run directory; without it, a new one below runs/
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on with the run in --out where it was stopped
    #[arg(long, requires = "out")]
    resume: bool,
    /// Build everything and run one step, but write nothing
    #[arg(long)]
    dry_run: bool,
    /// Let the CPU run the first K steps, too, in f64, and say how far the device is from that
    #[arg(long, value_name = "K", conflicts_with = "dry_run", value_parser = clap::value_parser!(u32).range(1..))]
    shadow_cpu: Option<u32>,
}

impl Train {
    /// Trains.
    pub fn run(self) -> Result<(), Failure> {
        let resumed = self.resumed()?;
        let model = match &resumed {
            Some(resumed) => run::resumed(resumed.path(), resumed.config.clone())?,
            None => self.config.model()?,
        };
        let resolved = toml::to_string(&model.resolved().expect("it is a config's")).expect("a config is TOML");
        let name = model.settings.name.clone();
        train::contradictions(&model)?.iter().for_each(|warning| log::warn!("{warning}"));
        let initial = initial_weights(&model)?;
        let device = self.device.open()?;
        let mut session = session(model, initial, &device)?;
        schedule::warn_of_length(session.model());
        if self.dry_run {
            return dry_run(&mut session);
        }
        // From here on a signal saves.
        let interrupts = Interrupts::listen();
        let (directory, damaged) = match resumed {
            Some(resumed) => resumed.go_on(&mut session, &resolved)?,
            None => {
                let directory = self.new_directory(&name)?;
                directory.write("config.toml", report::seal_config(&resolved).as_bytes())?;
                (directory, false)
            }
        };
        run::sign(&directory, &session)?;
        if let Some(steps) = self.shadow_cpu {
            pollster::block_on(session.begin_shadow(steps as usize))?;
        }
        let manner = Manner { damaged, ..Manner::default() };
        let mut watcher = Watcher::new(directory, &session, interrupts, manner);
        let before = session.epochs_done();
        let outcome = pollster::block_on(train::train(&mut session, &mut watcher.observers()));
        match outcome.map_err(|error| kept(error, &watcher))? {
            Outcome::Finished | Outcome::StoppedEarly => finish(&mut session, &mut watcher, &device, before),
            Outcome::Stopped => Err(stopped(&session, &watcher)),
        }
    }

    /// The run to go on with, if it is to be one.
    fn resumed(&self) -> Result<Option<Resumed>, Failure> {
        let Some(run) = self.out.as_deref().filter(|_| self.resume) else { return Ok(None) };
        if self.config.config.is_some() {
            let message = "--resume takes the run's own config: leave CONFIG out (--set train.epochs=N may change it)";
            return Err(Failure::new(code::USAGE, message));
        }
        Resumed::open(run, &self.config.overrides, !self.dry_run).map(Some)
    }

    fn new_directory(&self, name: &str) -> Result<RunDirectory, Failure> {
        match &self.out {
            Some(path) => RunDirectory::create(path).map_err(|error| Failure::file(code::USAGE, path, error)),
            None => {
                let parent = Path::new("runs");
                RunDirectory::new_below(parent, name).map_err(|error| Failure::file(code::USAGE, parent, error))
            }
        }
    }
}

/// Puts a model on a device, with given weights if there are such.
pub(super) fn session(model: Model, initial: Option<Weights>, device: &Device) -> Result<Session, Failure> {
    let mut session = pollster::block_on(Session::new(model, device))?;
    if let Some(weights) = initial {
        session.restore_weights(&weights);
    }
    Ok(session)
}

/// An error that ended a run, with what is left of the run.
pub(super) fn kept(error: train::Error, watcher: &Watcher) -> Failure {
    let last = watcher.directory().file(checkpoints::LAST);
    let what = match (last.is_file(), &error) {
        (true, train::Error::NotFinite { .. }) => format!("; the last good weights are kept in {}", last.display()),
        (false, train::Error::NotFinite { .. }) => "; no weights had been saved before".into(),
        (true, _) => {
            format!("; what was saved before is whole: --resume --out {}", watcher.directory().path().display())
        }
        (false, _) => String::new(),
    };
    let failure = Failure::from(error);
    Failure { message: failure.message + &what, ..failure }
}

/// What a run says that a signal stopped.
pub(super) fn stopped(session: &Session, watcher: &Watcher) -> Failure {
    let run = watcher.directory().path().display();
    let message = format!("stopped after step {}; go on with --resume --out {run}", session.updates());
    Failure::new(watcher.interrupted().unwrap_or(code::OTHER), message)
}

/// The weights that the config wants to start from.
pub(super) fn initial_weights(model: &Model) -> Result<Option<Weights>, Failure> {
    let path = model.config.as_ref().map_or("", |config| &config.model.initial_weights);
    if path.is_empty() {
        return Ok(None);
    }
    load::weights(&model.plan, Path::new(path), |_| Ok(())).map(Some)
}

fn dry_run(session: &mut Session) -> Result<(), Failure> {
    let steps = session.begin_epoch(1);
    let first = &steps[..1];
    pollster::block_on(session.run(crate::plan::Program::Train, first))?;
    let records = pollster::block_on(session.read_steps(1, first))?;
    let (memory, launches) = (bytes(session.model().plan.bytes()), session.model().plan.train.len());
    say(format!("dry run: first loss {:.4}, {launches} launches a step, {memory} of memory", records[0].loss))
}

/// The final figures on stdout, too.
fn finish(session: &mut Session, watcher: &mut Watcher, device: &Device, before: usize) -> Result<(), Failure> {
    let (dev, test) = summarize(session, watcher, device, before)?;
    for (name, figures) in [("dev", dev), ("test", test)] {
        let Some(Figures { loss, accuracy, examples }) = figures else { continue };
        let accuracy = accuracy.map_or(String::new(), |accuracy| format!("accuracy {:.2}%, ", 100.0 * accuracy));
        say(format!("{name}: {accuracy}loss {loss:.4} over {examples} examples"))?;
    }
    let (seconds, run) = (watcher.training_seconds(), watcher.directory().path().display());
    if session.ended_early() {
        let why = session.why_ended().map_or(String::new(), |why| format!(": {why}"));
        let (done, of) = (session.epochs_done(), session.settings().train.epochs);
        say(format!("ended early, after epoch {done} of {of}{why}"))?;
    }
    if let Some(best) = session.restored_epoch() {
        say(format!("the weights are those of epoch {best}, the best one"))?;
    }
    say(format!("trained {} steps in {seconds:.2} s; everything is in {run}", session.updates()))
}

/// The final figures in summary.json; returns those on the development and the test set. A summary of the same
/// steps stays: this process, which did none, knows less.
pub(super) fn summarize(
    session: &mut Session,
    watcher: &mut Watcher,
    device: &Device,
    before: usize,
) -> Result<(Option<Figures>, Option<Figures>), Failure> {
    let mut observers = watcher.observers();
    let mut observer = Observers(&mut observers);
    let evaluated = pollster::block_on(session.evaluate_watched(Split::Test, &[], Some(&mut observer)))?;
    let ControlFlow::Continue(test) = evaluated else { return Err(stopped(session, watcher)) };
    let test = test.map(|test| test.figures);
    let [train, dev] = watcher.last_figures(session);
    if test.is_some_and(|test| !test.loss.is_finite()) {
        return Err(Failure::new(code::NOT_FINITE, "the loss on the test set is NaN or infinite"));
    }
    if before == session.epochs_done() && watcher.directory().file(report::SUMMARY).is_file() {
        return Ok((dev, test));
    }
    let figures = |figures: Option<Figures>| serde_json::to_value(figures).expect("numbers");
    let mut summary = serde_json::json!({
        "name": session.settings().name,
        "seed": session.settings().seed,
        "epochs": session.epochs_done(),
        "steps": session.updates(),
        "train": figures(train),
        "dev": figures(dev),
        "test": figures(test),
        "training_seconds": watcher.training_seconds(),
        "saving_seconds": watcher.saving_seconds(),
        "device": device.describe(),
        "version": env!("CARGO_PKG_VERSION"),
        "counters": session.counters(),
    });
    if session.ended_early() {
        summary["stopped_early"] = true.into();
    }
    if let Some(why) = session.why_ended() {
        summary["stopped_because"] = why.into();
    }
    if let Some(best) = session.restored_epoch() {
        summary["restored_epoch"] = best.into();
    }
    let text = checksum::document(&(serde_json::to_string_pretty(&summary).expect("a summary is JSON") + "\n"));
    watcher.directory().write(report::SUMMARY, text.as_bytes())?;
    Ok((dev, test))
}
