//! The progress bar on stderr; lines instead where stderr is no terminal.

use std::{
    collections::BTreeSet,
    ops::ControlFlow,
    rc::Rc,
    time::{Duration, Instant},
};

use super::{scores::shown, shadow_table, shadow_warning, watcher::Watched};
use crate::{
    metrics::Scored,
    train::{Compared, EpochRecord, Error, Figures, Measured, Observer, Session, Snapshot},
};

/// How often the bar moves.
const INTERVAL: Duration = Duration::from_secs(1);

/// Shows where a run is: the bar each second, a line an epoch, the shadow's table.
pub struct Progress {
    run: Rc<Watched>,
    epochs: usize,
    steps_per_epoch: u64,
    /// A sweep has a line for the whole run.
    quiet: bool,
    shown: Instant,
    /// Metrics of which it was said already that they have no value.
    undefined: BTreeSet<String>,
}

impl Progress {
    /// Shows a run, or just its bar.
    pub fn new(run: &Rc<Watched>, session: &Session, quiet: bool) -> Self {
        let steps_per_epoch = session.steps_per_epoch() as u64;
        let epochs = session.settings().train.epochs;
        let undefined = BTreeSet::new();
        Progress { run: run.clone(), epochs, steps_per_epoch, quiet, shown: Instant::now(), undefined }
    }

    fn is_due(&self) -> bool {
        self.shown.elapsed() >= INTERVAL
    }
}

impl Observer for Progress {
    fn wants_progress(&mut self) -> bool {
        self.is_due()
    }

    fn progress(&mut self, epoch: usize, done: usize, _: usize, figures: &Figures) {
        if !self.is_due() {
            return;
        }
        self.shown = Instant::now();
        let accuracy = figures.accuracy.map_or(String::new(), |a| format!(" accuracy {:.1}%", 100.0 * a));
        let (epochs, loss, rate) = (self.epochs, figures.loss, self.run.clock.rate(figures.examples));
        let message = format!("epoch {epoch}/{epochs} loss {loss:.4}{accuracy} {rate:.0} ex/s");
        self.run.screen.show((epoch as u64 - 1) * self.steps_per_epoch + done as u64, message);
    }

    fn shadow(&mut self, compared: &[Compared]) {
        self.run.screen.result(&shadow_table(compared));
        if let Some(warning) = shadow_warning(compared) {
            self.run.screen.line(&warning);
        }
    }

    fn epoch(&mut self, record: &EpochRecord, _: &Snapshot) -> Result<ControlFlow<()>, Error> {
        if !self.quiet {
            self.run.screen.line(&line(record, self.epochs, self.run.clock.last()));
        }
        for scored in &record.metrics {
            if let Some(what) = scored.undefined()
                && self.undefined.insert(scored.key.clone())
            {
                self.run.screen.line(&format!("warning: epoch {}: {what}", record.epoch));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn ended(&mut self) -> Result<(), Error> {
        self.run.screen.finish();
        Ok(())
    }
}

/// The line of an epoch that ended.
fn line(record: &EpochRecord, epochs: usize, (seconds, examples_per_second): (f64, f64)) -> String {
    let show = |name: &str, figures: &Figures| {
        let accuracy = figures.accuracy.map_or(String::new(), |a| format!(" {:.2}%", 100.0 * a));
        format!("{name} {:.4}{accuracy}", figures.loss)
    };
    let part =
        |name, figures: &Option<Figures>| figures.as_ref().map_or(String::new(), |f| format!("  {}", show(name, f)));
    let Measured { train: measured, test } = &record.measured;
    let parts = [("measured", measured), ("dev", &record.dev), ("test", test)];
    let parts: String = parts.map(|(name, figures)| part(name, figures)).concat();
    let metric = |scored: &Scored| format!("  {} {}", scored.key, shown(scored.score.number()));
    let metrics: String = record.metrics.iter().filter(|scored| scored.key != "accuracy").map(metric).collect();
    let (epoch, train) = (record.epoch, show("train", &record.train));
    format!("epoch {epoch:3}/{epochs}  {train}{parts}{metrics}  {seconds:.2} s  {examples_per_second:.0} examples/s")
}
