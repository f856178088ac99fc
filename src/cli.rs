//! The command line: one command, one file. Results go to stdout, progress and logs to stderr.

mod backprop;
mod bench;
mod devices;
mod evaluate;
mod explain;
mod export;
mod landscape;
mod load;
mod plot;
mod predict;
mod reference;
mod reproduce;
mod run;
mod schedule;
mod shell;
mod summary;
mod sweep;
mod train;
mod trajectory;
mod verify;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use crate::{config, data, device, report, train as training};
pub use reference::page;

/// Train neural networks on any GPU through compute shaders, and prove the GPU right.
#[derive(Parser)]
#[command(name = "gradus", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// The commands: what clap reads, and what runs. To add one, write its file, and its line here.
macro_rules! commands {
    ($($name:ident($arguments:ty)),* $(,)?) => {
        #[derive(Subcommand)]
        enum Command {
            $($name($arguments)),*
        }

        impl Command {
            fn run(self) -> Result<(), Failure> {
                match self {
                    $(Command::$name(command) => command.run()),*
                }
            }
        }
    };
}

commands! {
    Train(train::Train),
    Evaluate(evaluate::Evaluate),
    Predict(predict::Predict),
    Export(export::Export),
    Summary(summary::Summary),
    Explain(explain::Explain),
    Devices(devices::Devices),
    Verify(verify::Verify),
    Backprop(backprop::Backprop),
    Bench(bench::Bench),
    Schedule(schedule::Schedule),
    Trajectory(trajectory::Trajectory),
    Reproduce(reproduce::Reproduce),
    Sweep(sweep::Sweep),
    Landscape(landscape::Landscape),
    Plot(plot::Plot),
    Completions(shell::Completions),
    Man(shell::Man),
    Reference(reference::Reference),
}

/// One message for the user, and the code to exit with.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
}

/// The exit codes that scripts rely on.
mod code {
    pub const OTHER: u8 = 1;
    pub const USAGE: u8 = 2;
    pub const DATA: u8 = 3;
    pub const DEVICE: u8 = 4;
    pub const NOT_FINITE: u8 = 5;
    // 129, 130, 138 and 143 are 128 plus the signal that stopped a run.
}

impl Failure {
    fn new(code: u8, message: impl Into<String>) -> Self {
        Failure { code, message: message.into() }
    }

    /// What it says.
    fn message(&self) -> &str {
        &self.message
    }

    /// The same with another way out.
    fn or(self, help: &str) -> Self {
        Failure { message: format!("{}; {help}", self.message), ..self }
    }

    /// A file that could not be read or written.
    fn file(code: u8, path: &std::path::Path, error: impl std::fmt::Display) -> Self {
        Failure::new(code, format!("{}: {error}", path.display()))
    }
}

impl From<config::Error> for Failure {
    fn from(error: config::Error) -> Self {
        Failure::new(code::USAGE, error.to_string())
    }
}

impl From<data::DataError> for Failure {
    fn from(error: data::DataError) -> Self {
        Failure::new(code::DATA, error.to_string())
    }
}

impl From<training::BuildError> for Failure {
    fn from(error: training::BuildError) -> Self {
        match error {
            training::BuildError::Config(error) => error.into(),
            training::BuildError::Data(error) => error.into(),
        }
    }
}

impl From<report::ReadError> for Failure {
    fn from(error: report::ReadError) -> Self {
        Failure::new(code::DATA, error.to_string())
    }
}

impl From<device::Error> for Failure {
    fn from(error: device::Error) -> Self {
        Failure::new(code::DEVICE, error.to_string())
    }
}

impl From<training::Error> for Failure {
    fn from(error: training::Error) -> Self {
        match error {
            training::Error::Device(error) => error.into(),
            training::Error::NotFinite { .. } => Failure::new(code::NOT_FINITE, error.to_string()),
            training::Error::File { .. } => Failure::new(code::OTHER, error.to_string()),
        }
    }
}

impl From<crate::landscape::Error> for Failure {
    fn from(error: crate::landscape::Error) -> Self {
        match error {
            crate::landscape::Error::Device(error) => error.into(),
            error => Failure::new(code::USAGE, error.to_string()),
        }
    }
}

/// A closed stdout is no crash: whoever closed it has read enough.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::new(0, ""),
            _ => Failure::new(code::OTHER, format!("stdout: {error}")),
        }
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    env_logger::Builder::from_env(
        env_logger::Env::default().default_filter_or("warn,wgpu_hal=off,wgpu_core=off,naga=off"),
    )
    .format(|line, record| {
        let what =
            if record.level() == log::Level::Warn { "warning".into() } else { record.level().as_str().to_lowercase() };
        writeln!(line, "{what}: {}", config::printable(record.args().to_string()))
    })
    .init();
    let result = Cli::parse().command.run();
    let Err(failure) = result else { return ExitCode::SUCCESS };
    if !failure.message.is_empty() {
        // Nothing is left to do if stderr is closed too.
        let _ = writeln!(io::stderr(), "error: {}", report::visible(&failure.message));
    }
    ExitCode::from(failure.code)
}

/// Writes a line to stdout.
fn say(line: impl AsRef<str>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", report::visible(line.as_ref()))?;
    Ok(out.flush()?)
}

/// Writes a whole text to stdout.
fn write(text: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    Ok(out.flush()?)
}

/// Writes a file, whole or not at all.
fn save(path: &std::path::Path, contents: &[u8]) -> Result<(), Failure> {
    crate::report::replace(path, contents).map_err(|error| Failure::file(code::OTHER, path, error))
}

/// A name on the command line that means nothing, with the nearest right one.
fn unknown(what: &str, name: &str, known: &[&str]) -> Failure {
    Failure::new(code::USAGE, format!("{what} {name}: unknown; {}", config::suggestion(name, known)))
}

/// Writes a line to stderr, for people.
fn note(line: impl AsRef<str>) {
    let _ = writeln!(io::stderr(), "{}", config::printable(line.as_ref().to_owned()));
}

/// 1234567 as 1,234,567.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|g| std::str::from_utf8(g).expect("digits")).collect();
    groups.join(",")
}

/// Bytes in the unit that suits them.
fn bytes(bytes: u64) -> String {
    indicatif::BinaryBytes(bytes).to_string()
}
