//! `gradus reference`: docs/reference.md, made from the slices that configs are read by.

mod page;
mod training;

use clap::Args;

pub use page::page;

use super::{Failure, say};

/// Write the reference of all names and keys to stdout, as Markdown
#[derive(Args)]
#[command(hide = true)]
pub struct Reference {}

impl Reference {
    /// Writes it.
    pub fn run(self) -> Result<(), Failure> {
        say(page().trim_end())
    }
}
