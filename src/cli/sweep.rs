//! `gradus sweep`: a run for every choice of values, and a table of what they came to.

mod plan;

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    Failure, code,
    load::{ConfigArguments, DeviceArguments},
    note, run, save, say, train,
};
use crate::{
    config::Grid,
    device::Device,
    report::{self, DIVERGED, Interrupts, Manner, Row, RunDirectory, Status, Watcher, mean_and_deviation},
    train::{self as training, Outcome},
};
use plan::{Datasets, Planned, Shard};

/// Train a network for every choice of some keys' values
///
/// Each choice is a run directory of its own below --out, named after what it changes. The same command
/// again leaves finished runs alone and goes on with interrupted ones. After each run, sweep.csv has a row
/// a run, and sweep.svg shows loss and accuracy.
#[derive(Args)]
pub struct Sweep {
    #[command(flatten)]
    config: ConfigArguments,
    /// A key and its values, again for each key more; seeds are drawn as points around their mean
    #[arg(long = "grid", value_name = "KEY=V1,V2,...", required = true)]
    grids: Vec<String>,
    /// Just this part of the runs: job I of N, where I counts from 1 (1/4, 2/4, 3/4, 4/4)
    #[arg(long, value_name = "I/N", value_parser = Shard::read)]
    shard: Option<Shard>,
    /// The folder of the runs; without it, sweeps/NAME
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    device: DeviceArguments,
}

/// Lines of the table on stdout.
const SHOWN: usize = 10;

/// A sweep that was found free of mistakes.
struct Checked {
    name: String,
    folder: PathBuf,
    keys: Vec<String>,
    runs: Vec<Planned>,
    /// The complete config of each run.
    resolved: Vec<String>,
    datasets: Datasets,
}

impl Sweep {
    /// Trains what is left to train.
    pub fn run(self) -> Result<(), Failure> {
        let shard = self.shard.unwrap_or(Shard::WHOLE);
        let grids = self.grids.iter().map(|grid| Grid::read(grid)).collect::<Result<Vec<_>, _>>()?;
        let runs = plan::plan(&self.config, &grids)?;
        let device = self.device.open()?;
        let mut sweep = self.checked(grids, runs, &device)?;
        fs::create_dir_all(&sweep.folder).map_err(|error| Failure::file(code::OTHER, &sweep.folder, error))?;
        let interrupts = Interrupts::listen();
        let mine: Vec<usize> = (0..sweep.runs.len()).filter(|&at| shard.has(at)).collect();
        for (done, &at) in mine.iter().enumerate() {
            if let Some(signal) = interrupts.came() {
                return Err(Failure::new(signal, "stopped; the same command goes on"));
            }
            let before = Status::of(&sweep.run(at));
            if !before.is_final() {
                let trained = sweep.train(at, before, &device, &interrupts);
                // What was interrupted or failed has its row, too.
                sweep.report()?;
                trained?;
            }
            let row = sweep.row(at)?;
            let then = if before.is_final() { ", before" } else { "" };
            note(format!("{}/{} {}: {}{then}", done + 1, mine.len(), row.name, outcome(&row)));
        }
        let rows = sweep.report()?;
        sweep.table(&rows)
    }

    /// Finds every mistake before the first run.
    fn checked(&self, grids: Vec<Grid>, runs: Vec<Planned>, device: &Device) -> Result<Checked, Failure> {
        let mut datasets = Datasets::default();
        let resolved = datasets.check(&runs, device)?;
        // The sweep is called what its config is, even where the name is one of the keys.
        let name = self.config.config()?.name;
        let folder = self.out.clone().unwrap_or_else(|| Path::new("sweeps").join(report::file_name(&name)));
        let keys = grids.into_iter().map(|grid| grid.key).collect();
        let sweep = Checked { name, folder, keys, runs, resolved, datasets };
        for (at, resolved) in sweep.resolved.iter().enumerate() {
            if sweep.run(at).join("config.toml").is_file() {
                plan::is_of(&sweep.run(at), resolved)?;
            }
        }
        Ok(sweep)
    }
}

impl Checked {
    fn run(&self, at: usize) -> PathBuf {
        self.folder.join(&self.runs[at].name)
    }

    fn row(&self, at: usize) -> Result<Row, Failure> {
        Ok(Row::read(&self.folder, &self.runs[at].name, self.runs[at].values.clone())?)
    }

    /// Trains one run to its end, or until the loss is no number any more.
    fn train(&mut self, at: usize, status: Status, device: &Device, interrupts: &Interrupts) -> Result<(), Failure> {
        let model = self.datasets.model(&self.runs[at].config)?;
        let initial = train::initial_weights(&model)?;
        let mut session = train::session(model, initial, device)?;
        let directory = self.directory(at, status)?;
        let damaged = report::resume(&directory, &mut session)?;
        run::sign(&directory, &session)?;
        let before = session.epochs_done();
        let mut watcher = Watcher::new(directory, &session, interrupts.clone(), Manner { damaged, quiet: true });
        match pollster::block_on(training::train(&mut session, &mut watcher.observers())) {
            Ok(Outcome::Finished | Outcome::StoppedEarly) => {
                train::summarize(&mut session, &mut watcher, device, before).map(|_| ())
            }
            Ok(Outcome::Stopped) => {
                let message = format!(
                    "stopped in {} after step {}; the same command goes on",
                    self.runs[at].name,
                    session.updates()
                );
                Err(Failure::new(watcher.interrupted().unwrap_or(code::OTHER), message))
            }
            Err(error @ training::Error::NotFinite { step, epoch, .. }) => {
                let said = serde_json::json!({"step": step, "epoch": epoch, "message": error.to_string()});
                Ok(watcher.directory().write(DIVERGED, format!("{said}\n").as_bytes())?)
            }
            Err(error) => Err(train::kept(error, &watcher)),
        }
    }

    fn directory(&self, at: usize, status: Status) -> Result<RunDirectory, Failure> {
        let run = self.run(at);
        let wrong = |error| Failure::file(code::USAGE, &run, error);
        if status != Status::Waiting {
            return RunDirectory::resumed(&run).map_err(wrong);
        }
        let directory = RunDirectory::create(&run).map_err(wrong)?;
        directory.write("config.toml", report::seal_config(&self.resolved[at]).as_bytes())?;
        Ok(directory)
    }

    /// Writes table and picture of the whole sweep, other jobs' runs too.
    fn report(&self) -> Result<Vec<Row>, Failure> {
        let rows = (0..self.runs.len()).map(|at| self.row(at)).collect::<Result<Vec<_>, _>>()?;
        save(&self.folder.join("sweep.csv"), &report::csv(&self.keys, &rows))?;
        if let Some(svg) = report::picture(&self.name, &self.keys, &rows) {
            save(&self.folder.join("sweep.svg"), svg.as_bytes())?;
        }
        Ok(rows)
    }

    /// The best choices on stdout, the seeds of each together.
    fn table(&self, rows: &[Row]) -> Result<(), Failure> {
        let mut lines = vec![];
        for group in report::groups(&self.keys, rows) {
            let finished: Vec<&Row> = group.into_iter().filter(|row| row.status == Status::Finished).collect();
            let Some(first) = finished.first() else { continue };
            let judge = first.judge();
            let figures = |what: &str| {
                let values: Vec<f64> = finished.iter().filter_map(|row| row.last(&format!("{judge}_{what}"))).collect();
                (!values.is_empty()).then(|| mean_and_deviation(&values))
            };
            let Some((loss, deviation)) = figures("loss") else { continue };
            let name = self.described(first);
            let spread = |value: f64, digits: usize| match finished.len() {
                1 => String::new(),
                count => format!(" ± {value:.digits$} ({count} seeds)"),
            };
            let accuracy = figures("accuracy").map_or(String::new(), |(mean, deviation)| {
                format!(", accuracy {:.2}%{}", 100.0 * mean, spread(100.0 * deviation, 2))
            });
            lines.push((loss, format!("{name}: {judge} loss {loss:.4}{}{accuracy}", spread(deviation, 4))));
        }
        lines.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (_, line) in lines.iter().take(SHOWN) {
            say(line)?;
        }
        let count = |status: Status| rows.iter().filter(|row| row.status == status).count();
        let (finished, diverged) = (count(Status::Finished), count(Status::Diverged));
        let left = rows.len() - finished - diverged;
        let file = self.folder.join("sweep.csv");
        say(format!("{finished} runs finished, {diverged} diverged, {left} are left; all are in {}", file.display()))
    }

    /// What a row has, but for its seed.
    fn described(&self, row: &Row) -> String {
        let values = self.keys.iter().zip(&row.values).filter(|(key, _)| *key != "seed");
        let parts: Vec<String> = values.map(|(key, value)| format!("{key}={}", report::plain(value))).collect();
        if parts.is_empty() { self.name.clone() } else { parts.join(" ") }
    }
}

/// What a run came to, in a few words.
fn outcome(row: &Row) -> String {
    let judge = row.judge();
    let figure = |what: &str| row.last(&format!("{judge}_{what}"));
    let (epochs, seconds) = (row.epochs.len(), row.seconds());
    match (row.status, figure("loss")) {
        (Status::Finished, Some(loss)) => {
            let accuracy = figure("accuracy").map_or(String::new(), |accuracy| format!(" {:.2}%", 100.0 * accuracy));
            format!("{judge} {loss:.4}{accuracy}  {seconds:.2} s")
        }
        (status, _) => format!("{} after {epochs} epochs", status.name()),
    }
}
