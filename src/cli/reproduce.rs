//! `gradus reproduce`: the lecture's figures and claims, each with a verdict that can fail.

mod cells;
mod page;

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};

use super::{Failure, code, load::DeviceArguments, note, save, say, unknown};
use crate::{
    experiments::{Failed, Figure, Findings, Lab, Scale, figures, lecture, short},
    report::Interrupts,
};
use cells::Cells;
use page::Shown;

/// Compute a figure of the lecture, and say whether what it shows holds
///
/// Each figure leaves rows.csv, pictures and verdict.json in a folder of its own below --out. What it claims must hold
/// by three standard errors. The networks that it trains are kept there, so that the same command goes on where it was
/// stopped.
#[derive(Args)]
pub struct Reproduce {
    /// A figure by its name, its number (fig-5.2) or an item of the lecture (31); see --list
    #[arg(required_unless_present_any = ["list", "all"])]
    name: Option<String>,
    /// Every item of the lecture with the figures that show it
    #[arg(long, conflicts_with_all = ["name", "all"])]
    list: bool,
    /// Every figure, one after the other
    #[arg(long, conflicts_with = "name")]
    all: bool,
    /// How much is computed
    #[arg(long, value_enum, default_value = "small")]
    scale: Size,
    /// Other random numbers
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Put in the figure's fault: its verdict must turn, or this fails
    #[arg(long = "break")]
    broken: bool,
    /// The folder of the figures
    #[arg(long, value_name = "DIR", default_value = "reproduced")]
    out: PathBuf,
    /// Write the lecture with these figures as one page, lecture.html, and as lecture.md, into a folder
    #[arg(long, value_name = "DIR", conflicts_with = "broken")]
    report: Option<PathBuf>,
    #[command(flatten)]
    device: DeviceArguments,
}

/// The values of `--scale`.
#[derive(Clone, Copy, ValueEnum)]
enum Size {
    /// Minutes on two cores.
    Small,
    /// The papers' own settings: hours on a large GPU.
    Full,
}

impl Reproduce {
    /// Computes, prints and draws.
    pub fn run(self) -> Result<(), Failure> {
        if self.list {
            return list();
        }
        let wanted: Vec<&Figure> = match &self.name {
            Some(name) => vec![figure(name)?],
            None => figures::ALL.to_vec(),
        };
        for folder in [Some(&self.out), self.report.as_ref()].into_iter().flatten() {
            fs::create_dir_all(folder).map_err(|error| Failure::file(code::OTHER, folder, error))?;
        }
        let device = self.device.open()?;
        let interrupts = Interrupts::listen();
        let mut cells = Cells::new(self.out.join("cells"), device, interrupts.clone());
        let (mut wrong, mut shown) = (vec![], vec![]);
        for (at, figure) in wanted.iter().enumerate() {
            if at > 0 {
                say("")?;
            }
            let findings = self.one(figure, &mut cells)?;
            if findings.hold() == self.broken {
                wrong.push(figure.name);
            }
            shown.push(Shown { figure, findings });
            if let Some(signal) = interrupts.came() {
                return Err(Failure::new(signal, "stopped; the same command goes on"));
            }
        }
        if let Some(folder) = &self.report {
            page::write(folder, &shown)?;
            say(format!("\nthe lecture: {}", folder.join("lecture.html").display()))?;
        }
        match (&wrong[..], self.broken) {
            ([], _) => Ok(()),
            (_, false) => Err(Failure::new(code::OTHER, format!("does not hold: {}", wrong.join(", ")))),
            (_, true) => Err(Failure::new(code::OTHER, format!("holds although it is broken: {}", wrong.join(", ")))),
        }
    }

    /// Computes a figure, prints what it came to and leaves its files.
    fn one(&self, figure: &'static Figure, cells: &mut Cells) -> Result<Findings, Failure> {
        say(format!("{}: {}", figure.name, figure.title))?;
        say(format!("  {}", figure.claim))?;
        if self.broken {
            say(format!("  broken: {}", figure.fault))?;
        }
        cells.begin(figure.name);
        let scale = match self.scale {
            Size::Small => Scale::Small,
            Size::Full => Scale::Full,
        };
        let found = (figure.run)(&mut Lab::new(self.seed, scale, self.broken, cells));
        cells.end();
        let findings = found.map_err(|error| match error {
            Failed::Stopped(signal) => Failure::new(signal, "stopped; the same command goes on"),
            error => Failure::new(code::OTHER, format!("{}: {error}", figure.name)),
        })?;
        print(&findings)?;
        let name = if self.broken { format!("{}-broken", figure.name) } else { figure.name.to_owned() };
        let folder = self.out.join(name);
        write(&folder, figure, &findings, self)?;
        let verdict = match (findings.hold(), self.broken) {
            (true, _) => "holds",
            (false, false) => "DOES NOT HOLD",
            (false, true) => "turns, as it must",
        };
        say(format!("  verdict: {verdict}; {}", folder.display()))?;
        Ok(findings)
    }
}

/// The figure that a name stands for.
fn figure(name: &str) -> Result<&'static Figure, Failure> {
    figures::named(name).ok_or_else(|| {
        let names: Vec<&str> = figures::ALL.iter().map(|figure| figure.name).collect();
        unknown("reproduce", name, &names).or("gradus reproduce --list has all")
    })
}

fn list() -> Result<(), Failure> {
    let width = lecture::items().map(|item| item.title.chars().count()).max().unwrap_or(0);
    for part in lecture::PARTS {
        say(part.title)?;
        for item in part.items {
            let figures: Vec<&str> = lecture::shown_by(item).map(|figure| figure.name).collect();
            say(format!("{:4}  {:width$}  {}", item.number, item.title, figures.join(", ")))?;
        }
    }
    Ok(())
}

/// Every claim in a line.
fn print(findings: &Findings) -> Result<(), Failure> {
    let width = findings.claims.iter().map(|claim| claim.text.chars().count()).max().unwrap_or(0);
    for claim in &findings.claims {
        let outcome = if claim.holds() { "holds" } else { "FAILS" };
        let error = if claim.error > 0.0 { format!(" ± {}", short(claim.error)) } else { String::new() };
        let value = format!("{}{error}", short(claim.value));
        say(format!("  {outcome}  {:width$}  {value:24}  {}", claim.text, claim.need))?;
    }
    Ok(())
}

/// The figure's files.
fn write(folder: &Path, figure: &Figure, findings: &Findings, asked: &Reproduce) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::file(code::OTHER, folder, error))?;
    let mut rows = csv::Writer::from_writer(vec![]);
    let records = std::iter::once(&findings.columns).chain(&findings.rows);
    records
        .into_iter()
        .try_for_each(|row| rows.write_record(row))
        .map_err(|error| Failure::new(code::OTHER, error.to_string()))?;
    let rows = rows.into_inner().map_err(|error| Failure::new(code::OTHER, error.to_string()))?;
    save(&folder.join("rows.csv"), &rows)?;
    for (name, svg) in &findings.pictures {
        save(&folder.join(format!("{name}.svg")), svg.as_bytes())?;
    }
    for (name, png) in &findings.animations {
        save(&folder.join(format!("{name}.png")), png)?;
    }
    let claims: Vec<serde_json::Value> = findings
        .claims
        .iter()
        .map(|claim| {
            let mut value = serde_json::to_value(claim).expect("numbers and text");
            value["holds"] = claim.holds().into();
            value
        })
        .collect();
    let verdict = serde_json::json!({
        "figure": figure.name, "items": figure.items, "claim": figure.claim, "seed": asked.seed,
        "broken": asked.broken, "holds": findings.hold(), "claims": claims,
    });
    let text = serde_json::to_string_pretty(&verdict).expect("numbers and text") + "\n";
    save(&folder.join("verdict.json"), text.as_bytes())?;
    if findings.pictures.is_empty() {
        note(format!("{}: no picture", figure.name));
    }
    Ok(())
}
