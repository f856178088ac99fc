//! The progress bar on stderr; lines instead where stderr is no terminal.

use std::{
    io::{IsTerminal, Write},
    sync::Once,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::train::{EpochRecord, Figures};

/// How often the bar of a run moves, and how long others wait before they show themselves.
const INTERVAL: Duration = Duration::from_secs(1);

/// A bar over things that may be done at once; it shows itself only if they are not done within a second.
pub struct Patience {
    bar: ProgressBar,
    begun: Instant,
    shown: Once,
}

impl Patience {
    /// A bar for so many things, and what is done to them.
    pub fn new(what: &str, things: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(things), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{msg} {bar:28} {pos}/{len} {eta}").expect("a valid template");
        bar.set_style(style.progress_chars("=> "));
        bar.set_message(what.to_owned());
        Patience { bar, begun: Instant::now(), shown: Once::new() }
    }

    /// So many more are done.
    pub fn advance(&self, things: u64) {
        if self.begun.elapsed() > INTERVAL {
            self.shown.call_once(|| self.bar.set_draw_target(ProgressDrawTarget::stderr()));
        }
        self.bar.inc(things);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A progress bar over all steps of a run.
pub struct Progress {
    bar: ProgressBar,
    epochs: usize,
    lines: bool,
    shown: Instant,
    /// When the examples of this count were done, for the rate.
    since: (Instant, u64),
}

impl Progress {
    /// A bar for so many steps in so many epochs.
    pub fn new(steps: u64, epochs: usize) -> Self {
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(steps) } else { ProgressBar::hidden() };
        let template = "{bar:28} {pos}/{len} {elapsed} < {eta}  {msg}";
        bar.set_style(ProgressStyle::with_template(template).expect("a valid template").progress_chars("=> "));
        Progress { bar, epochs, lines: true, shown: Instant::now(), since: (Instant::now(), 0) }
    }

    /// Leaves out the lines; the bar stays.
    pub fn quiet(&mut self) {
        self.lines = false;
    }

    /// Whether a second passed since the last look.
    pub fn is_due(&self) -> bool {
        self.shown.elapsed() >= INTERVAL
    }

    /// Shows where the run is.
    pub fn show(&mut self, step: u64, epoch: usize, figures: &Figures, examples_per_second: f64) {
        self.shown = Instant::now();
        self.bar.set_position(step);
        let accuracy = figures.accuracy.map_or(String::new(), |a| format!(" accuracy {:.1}%", 100.0 * a));
        let (epochs, loss) = (self.epochs, figures.loss);
        self.bar.set_message(format!("epoch {epoch}/{epochs} loss {loss:.4}{accuracy} {examples_per_second:.0} ex/s"));
    }

    /// Examples a second since the last epoch began; `done` counts from the run's begin.
    pub fn rate(&self, done: u64) -> f64 {
        let (since, before) = self.since;
        (done - before) as f64 / since.elapsed().as_secs_f64().max(1e-9)
    }

    /// Starts the clock of an epoch.
    pub fn restart(&mut self, done: u64) {
        self.since = (Instant::now(), done);
    }

    /// A line for an epoch that ended.
    pub fn epoch(&self, record: &EpochRecord, seconds: f64, examples_per_second: f64) {
        if !self.lines {
            return;
        }
        let show = |name: &str, figures: &Figures| {
            let accuracy = figures.accuracy.map_or(String::new(), |a| format!(" {:.2}%", 100.0 * a));
            format!("{name} {:.4}{accuracy}", figures.loss)
        };
        let dev = record.dev.as_ref().map_or(String::new(), |dev| format!("  {}", show("dev", dev)));
        let (epoch, epochs, train) = (record.epoch, self.epochs, show("train", &record.train));
        self.line(&format!(
            "epoch {epoch:3}/{epochs}  {train}{dev}  {seconds:.2} s  {examples_per_second:.0} examples/s"
        ));
    }

    /// A line above the bar.
    pub fn line(&self, line: &str) {
        let line = &*super::visible(line);
        if self.bar.is_hidden() {
            let _ = writeln!(std::io::stderr(), "{line}");
        } else {
            self.bar.println(line);
        }
    }

    /// Lines on stdout, above the bar.
    pub fn result(&self, lines: &[String]) {
        let mut out = std::io::stdout().lock();
        // Nobody reads a closed stdout, and the run goes on.
        self.bar.suspend(|| lines.iter().try_for_each(|line| writeln!(out, "{}", super::visible(line))).unwrap_or(()));
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
