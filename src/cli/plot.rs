//! `gradus plot`: the curves of one run, or of several over each other.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Failure, code, note, save};
use crate::report::{Record, Shown, draw, labels, pictures, plot::Chart};

/// Draw the curves of runs over each other
#[derive(Args)]
pub struct Plot {
    /// Run directories
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// A folder for the pictures, or a file ending in .svg for all in one; without it, plots/ in the
    /// only run, and ./plots for several
    #[arg(long, value_name = "DIR|FILE.svg")]
    out: Option<PathBuf>,
}

impl Plot {
    /// Reads and draws.
    pub fn run(self) -> Result<(), Failure> {
        let records = self.runs.iter().map(|run| read(run)).collect::<Result<Vec<_>, _>>()?;
        let labels = labels(&records);
        let shown: Vec<Shown> = records
            .iter()
            .zip(&labels)
            .map(|(record, label)| Shown { label, epochs: &record.epochs, steps: &record.steps })
            .collect();
        let title = if let [only] = &records[..] { only.name() } else { String::new() };
        let charts = pictures(&title, &shown);
        if charts.is_empty() {
            let message = "there is nothing to draw: no run has ended its first epoch";
            return Err(Failure::new(code::DATA, message));
        }
        let out = self.out.unwrap_or_else(|| match &self.runs[..] {
            [run] => run.join("plots"),
            _ => PathBuf::from("plots"),
        });
        match out.extension().is_some_and(|extension| extension == "svg") && !out.is_dir() {
            true => write(&out, &charts.into_iter().map(|(_, chart)| chart).collect::<Vec<_>>()),
            false => {
                std::fs::create_dir_all(&out).map_err(|error| Failure::file(code::OTHER, &out, error))?;
                charts.into_iter().try_for_each(|(name, chart)| write(&out.join(format!("{name}.svg")), &[chart]))
            }
        }
    }
}

fn read(run: &Path) -> Result<Record, Failure> {
    if !run.join("config.toml").is_file() {
        return Err(Failure::new(code::USAGE, format!("{}: no run directory (no config.toml)", run.display())));
    }
    Ok(Record::read(run)?)
}

fn write(file: &Path, charts: &[Chart]) -> Result<(), Failure> {
    let Some(svg) = draw(charts) else { return Ok(()) };
    save(file, svg.as_bytes())?;
    note(format!("drawn: {}", file.display()));
    Ok(())
}
