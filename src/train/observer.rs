//! Who watches a training run: one observer, or several at once.

use std::ops::ControlFlow;

use super::{Compared, EpochRecord, Error, Figures, Snapshot, StepRecord};
use crate::plan::Program;

/// Who watches a training run. The loop has no clock, no files and no terminal: those are here. Each method does
/// nothing by itself: an observer writes those that it is for.
pub trait Observer {
    /// An epoch begins, or what is left of it after a stop; it counts from 1.
    fn begin(&mut self, _epoch: usize) {}
    /// How many steps the device is handed at once, of at most `most`: so few that it is soon heard when
    /// the run is to stop. What is computed does not depend on it.
    fn portion(&mut self, _program: Program, most: usize) -> usize {
        most
    }
    /// The device has done so many steps since the last call: the host waited for them.
    fn waited(&mut self, _program: Program, _steps: usize) {}
    /// Whether it would like to see [`Observer::progress`] now: that makes the host wait for the
    /// device, so it should say yes about once a second.
    fn wants_progress(&mut self) -> bool {
        false
    }
    /// Steps done in this epoch, and the figures of those. Another observer may have wanted it.
    fn progress(&mut self, _epoch: usize, _done: usize, _of: usize, _figures: &Figures) {}
    /// Steps that were read since the last call.
    fn steps(&mut self, _steps: &[StepRecord]) -> Result<(), Error> {
        Ok(())
    }
    /// The steps that the CPU twins ran beside the device are done, if there were to be such.
    fn shadow(&mut self, _compared: &[Compared]) {}
    /// Whether it would like to keep the run as it is now, within an epoch.
    fn wants_snapshot(&mut self) -> bool {
        false
    }
    /// The run as it is now, within an epoch. Another observer may have wanted it.
    fn within(&mut self, _snapshot: &Snapshot) -> Result<(), Error> {
        Ok(())
    }
    /// An epoch ended. A break ends the run here, early and well: as if it had no more epochs.
    fn epoch(&mut self, _record: &EpochRecord, _snapshot: &Snapshot) -> Result<ControlFlow<()>, Error> {
        Ok(ControlFlow::Continue(()))
    }
    /// Whether to stop after the submission that is under way; a resumed run goes on there.
    fn stop(&mut self) -> bool {
        false
    }
    /// The run stops here, ends early, or ends with the weights of another epoch: what a resumed one begins with.
    fn stopped(&mut self, _snapshot: &Snapshot) -> Result<(), Error> {
        Ok(())
    }
    /// The run is over, in whatever way: after an error, too.
    fn ended(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// Several observers as one. Each is asked and told everything, in their order; what one wants is done. An error of
/// one is the run's, and those behind it are not told any more, but for the end.
pub struct Observers<'a, 'o>(pub &'a mut [&'o mut dyn Observer]);

impl Observers<'_, '_> {
    /// Whether any says yes; all are asked.
    fn any(&mut self, mut ask: impl FnMut(&mut dyn Observer) -> bool) -> bool {
        self.0.iter_mut().fold(false, |yes, observer| ask(*observer) | yes)
    }

    fn each(&mut self, mut tell: impl FnMut(&mut dyn Observer)) {
        self.0.iter_mut().for_each(|observer| tell(*observer));
    }

    fn try_each(&mut self, mut tell: impl FnMut(&mut dyn Observer) -> Result<(), Error>) -> Result<(), Error> {
        self.0.iter_mut().try_for_each(|observer| tell(*observer))
    }
}

impl Observer for Observers<'_, '_> {
    fn begin(&mut self, epoch: usize) {
        self.each(|observer| observer.begin(epoch));
    }
    /// As few as any of them wants.
    fn portion(&mut self, program: Program, most: usize) -> usize {
        self.0.iter_mut().fold(most, |least, observer| observer.portion(program, most).min(least))
    }
    fn waited(&mut self, program: Program, steps: usize) {
        self.each(|observer| observer.waited(program, steps));
    }
    fn wants_progress(&mut self) -> bool {
        self.any(|observer| observer.wants_progress())
    }
    fn progress(&mut self, epoch: usize, done: usize, of: usize, figures: &Figures) {
        self.each(|observer| observer.progress(epoch, done, of, figures));
    }
    fn steps(&mut self, steps: &[StepRecord]) -> Result<(), Error> {
        self.try_each(|observer| observer.steps(steps))
    }
    fn shadow(&mut self, compared: &[Compared]) {
        self.each(|observer| observer.shadow(compared));
    }
    fn wants_snapshot(&mut self) -> bool {
        self.any(|observer| observer.wants_snapshot())
    }
    fn within(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        self.try_each(|observer| observer.within(snapshot))
    }
    /// A break if any of them breaks; the others are told of the epoch all the same.
    fn epoch(&mut self, record: &EpochRecord, snapshot: &Snapshot) -> Result<ControlFlow<()>, Error> {
        let mut flow = ControlFlow::Continue(());
        for observer in self.0.iter_mut() {
            if observer.epoch(record, snapshot)?.is_break() {
                flow = ControlFlow::Break(());
            }
        }
        Ok(flow)
    }
    fn stop(&mut self) -> bool {
        self.any(|observer| observer.stop())
    }
    fn stopped(&mut self, snapshot: &Snapshot) -> Result<(), Error> {
        self.try_each(|observer| observer.stopped(snapshot))
    }
    /// All of them, whatever errors there are; the first is returned.
    fn ended(&mut self) -> Result<(), Error> {
        let all: Vec<_> = self.0.iter_mut().map(|observer| observer.ended()).collect();
        all.into_iter().collect()
    }
}
