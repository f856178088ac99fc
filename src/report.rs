//! What a training run leaves behind and shows: its directory, its progress, its curves.

pub(crate) mod canvas;
pub(crate) mod contours;
mod directory;
pub(crate) mod plot;
mod predictions;
mod progress;
mod reference;
mod watcher;

pub use directory::RunDirectory;
pub(crate) use directory::{file_name, replace};
pub use plot::{Curve, curves};
pub use predictions::Predictions;
pub use progress::{Patience, Progress};
pub use reference::reference;
pub use watcher::{Interrupts, Watcher};
