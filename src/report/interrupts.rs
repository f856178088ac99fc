//! Signals that stop a run: it saves, and says so at once.

#[cfg(unix)]
use std::io::{IsTerminal, Write};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

#[cfg(unix)]
use signal_hook::iterator::Signals;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

use crate::train::Observer;

/// Those that stop a run, by name. SIGHUP comes when a terminal closes, SIGUSR1 when a batch system warns that
/// a job's time is nearly over.
#[cfg(unix)]
const SIGNALS: &[(i32, &str)] = &[
    (SIGINT, "SIGINT"),
    (SIGTERM, "SIGTERM"),
    (signal_hook::consts::SIGHUP, "SIGHUP"),
    (signal_hook::consts::SIGUSR1, "SIGUSR1"),
];
#[cfg(not(unix))]
const SIGNALS: &[(i32, &str)] = &[(SIGINT, "Ctrl-C"), (SIGTERM, "SIGTERM")];

/// The signal that came. A second SIGINT or SIGTERM ends the process at once, which loses nothing that was
/// saved.
#[derive(Clone, Default)]
pub struct Interrupts {
    /// Its number; 0 before.
    came: Arc<AtomicUsize>,
}

impl Interrupts {
    /// Begins to listen.
    pub fn listen() -> Self {
        let interrupts = Interrupts::default();
        let heard: Vec<i32> = SIGNALS.iter().map(|(signal, _)| *signal).filter(|signal| !is_ignored(*signal)).collect();
        for &signal in &heard {
            let before = Arc::new(AtomicBool::new(false));
            let again = match signal {
                // In this order: the first signal finds the flag unset, and sets it.
                SIGINT | SIGTERM => flag::register_conditional_shutdown(signal, 128 + signal, before.clone())
                    .and_then(|_| flag::register(signal, before)),
                _ => flag::register(signal, before),
            };
            let registered = again.and_then(|_| flag::register_usize(signal, interrupts.came.clone(), signal as usize));
            // Without a handler a signal ends the process, which loses what was not saved yet.
            if let Err(error) = registered {
                log::warn!("signal {signal} will not be heard: {error}");
            }
        }
        #[cfg(unix)]
        if let Ok(signals) = Signals::new(heard) {
            std::thread::spawn(move || tell(signals));
        }
        interrupts
    }

    /// The exit code of the signal that came.
    pub fn came(&self) -> Option<u8> {
        let signal = self.came.load(Ordering::SeqCst);
        (signal != 0).then_some(128 + signal as u8)
    }
}

impl Observer for Interrupts {
    fn stop(&mut self) -> bool {
        self.came().is_some()
    }
}

/// Says at once that a signal was heard, whatever the run is at.
#[cfg(unix)]
fn tell(mut signals: Signals) {
    let Some(signal) = signals.forever().next() else { return };
    let name = SIGNALS.iter().find(|(number, _)| *number == signal).map_or("a signal", |(_, name)| name);
    let mut out = std::io::stderr().lock();
    // A progress bar stands in this line.
    let clear = if out.is_terminal() { "\r\x1b[K" } else { "" };
    // Nobody is left to read it where a terminal was closed.
    let _ = writeln!(out, "{clear}{name}: saving, then stopping (a second Ctrl-C stops at once)");
}

/// Whether whoever started this process wants it not to hear SIGHUP, as `nohup` does.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    if signal != signal_hook::consts::SIGHUP {
        return false;
    }
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: with no new action this only writes the present one to where the pointer leads.
    unsafe {
        libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) == 0
            && action.assume_init().sa_sigaction == libc::SIG_IGN
    }
}

#[cfg(not(unix))]
fn is_ignored(_: i32) -> bool {
    false
}
