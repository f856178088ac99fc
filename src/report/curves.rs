//! The curves of a run, drawn while it runs.

use std::{
    ops::ControlFlow,
    rc::Rc,
    time::{Duration, Instant},
};

use super::{Shown, draw, pictures, watcher::Watched};
use crate::train::{EpochRecord, Error, Observer, Session, Snapshot};

/// How long the curves stay as they are.
const REDRAW: Duration = Duration::from_secs(5);

/// Draws the curves every few seconds, and at the end.
pub struct Curves {
    run: Rc<Watched>,
    /// What the run is called.
    name: String,
    drawn: Option<Instant>,
    fail: bool,
}

impl Curves {
    /// Those of a run.
    pub fn new(run: &Rc<Watched>, session: &Session) -> Self {
        Curves { run: run.clone(), name: session.settings().name.clone(), drawn: None, fail: false }
    }

    /// Pictures are no reason to lose a run.
    fn draw(&mut self) {
        let run = &self.run;
        let shown = Shown { label: &self.name, epochs: &run.history.borrow(), steps: &[] };
        for (name, chart) in pictures(&self.name, &[shown]) {
            let Some(svg) = draw(&[chart]) else { continue };
            let written = run.directory.write(&format!("plots/{name}.svg"), svg.as_bytes());
            if let Err(error) = written
                && !std::mem::replace(&mut self.fail, true)
            {
                run.screen.line(&format!("warning: {error}; training goes on without new pictures"));
            }
        }
        self.drawn = Some(Instant::now());
    }
}

impl Observer for Curves {
    fn epoch(&mut self, _: &EpochRecord, _: &Snapshot) -> Result<ControlFlow<()>, Error> {
        // Short epochs need no picture each.
        if self.drawn.is_none_or(|drawn| drawn.elapsed() > REDRAW) {
            self.draw();
        }
        Ok(ControlFlow::Continue(()))
    }

    fn ended(&mut self) -> Result<(), Error> {
        self.draw();
        Ok(())
    }
}
