//! A bar on stderr for whoever waits.

use std::{
    sync::Once,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long it waits before it shows itself.
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
