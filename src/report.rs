//! What a training run leaves behind and shows: its directory, its progress, its curves.

mod directory;
mod plot;
mod progress;
mod watcher;

pub use directory::RunDirectory;
pub use plot::{Curve, curves};
pub use progress::Progress;
pub use watcher::{Interrupts, Watcher};
