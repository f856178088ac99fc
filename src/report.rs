//! What a training run leaves behind and shows: its directory, its progress, its curves.

pub(crate) mod canvas;
pub mod changes;
pub mod checkpoints;
pub(crate) mod contours;
mod directory;
mod interrupts;
pub mod lines;
mod pace;
mod pictures;
pub(crate) mod plot;
mod predictions;
mod progress;
mod record;
mod reference;
mod resume;
mod shadow;
mod sweep;
mod visible;
mod watcher;

pub use directory::RunDirectory;
pub(crate) use directory::{file_name, replace};
pub use interrupts::Interrupts;
pub use pictures::{Shown, labels, pictures};
pub use plot::{Axis, Chart, Curve, Line, draw};
pub use predictions::Predictions;
pub use progress::{Patience, Progress};
pub use record::{ReadError, Record, flatten, read_config, read_config_text, seal_config, short_keys};
pub use reference::reference;
pub use resume::resume;
pub use shadow::{shadow_table, shadow_warning};
pub use sweep::{DIVERGED, Row, SUMMARY, Status, csv, groups, mean_and_deviation, picture, plain};
pub(crate) use visible::visible;
pub use watcher::Watcher;
