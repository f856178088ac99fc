//! What a run shows: a bar on stderr where that is a terminal, and lines above it.

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};

/// A progress bar over all steps of a run; lines stand above it.
pub struct Screen {
    bar: ProgressBar,
}

impl Screen {
    /// A bar for so many steps.
    pub fn new(steps: u64) -> Screen {
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(steps) } else { ProgressBar::hidden() };
        let template = "{bar:28} {pos}/{len} {elapsed} < {eta}  {msg}";
        bar.set_style(ProgressStyle::with_template(template).expect("a valid template").progress_chars("=> "));
        Screen { bar }
    }

    /// Moves the bar to a step, and says what is behind it.
    pub fn show(&self, step: u64, message: String) {
        self.bar.set_position(step);
        self.bar.set_message(message);
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
