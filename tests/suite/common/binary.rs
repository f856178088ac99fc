//! The binary as a user runs it.

use std::{
    path::Path,
    process::{Command, Output},
};

/// The binary, in the repository's folder.
pub fn gradus() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("gradus"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// What it says and writes there.
pub fn run(arguments: &[&str]) -> Output {
    gradus().args(arguments).output().expect("the binary runs")
}

/// What it says and writes in another folder.
pub fn run_in(folder: &Path, arguments: &[&str]) -> Output {
    gradus().current_dir(folder).args(arguments).output().expect("the binary runs")
}

/// What it wrote to stdout; it must have succeeded.
pub fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", stderr(output));
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// What it wrote to stderr.
pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// A folder that is gone after the test.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}
