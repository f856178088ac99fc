//! Parse, run, turn an error into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    gradus::cli::main()
}
