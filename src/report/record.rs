//! A run directory, read again: its config and the lines that it wrote.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::checksum::{self, BLANK};

/// A run as its directory tells it.
#[derive(Debug, Clone)]
pub struct Record {
    /// The directory.
    pub path: PathBuf,
    /// config.toml.
    pub config: toml::Table,
    /// metrics.jsonl, a line an epoch.
    pub epochs: Vec<Value>,
    /// steps.jsonl, a line a step; empty if the run did not write it.
    pub steps: Vec<Value>,
}

/// A file of a run that is missing or damaged.
#[derive(Debug, thiserror::Error)]
#[error("{}{}: {message}", .path.display(), .line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct ReadError {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1, where it is one.
    pub line: Option<usize>,
    /// What is wrong there.
    pub message: String,
}

/// What a line may have as a number or null, behind the keys that it must have.
const EPOCH: (&[&str], &[&str]) = (
    &["epoch", "step", "train_loss"],
    &[
        "dev_loss",
        "train_accuracy",
        "dev_accuracy",
        "measured_train_loss",
        "measured_train_accuracy",
        "test_loss",
        "test_accuracy",
    ],
);
const STEP: (&[&str], &[&str]) = (&["step", "loss", "learning_rate"], &[]);

impl Record {
    /// Reads a run directory.
    ///
    /// # Errors
    /// A file is missing or damaged.
    pub fn read(path: &Path) -> Result<Record, ReadError> {
        let config = read_config(path)?;
        let epochs = read_epochs(path)?;
        let file = path.join("steps.jsonl");
        let steps = if file.is_file() { read_lines(&file, STEP)? } else { vec![] };
        let logged = config.get("train").and_then(|train| train.get("log_steps")?.as_bool()) == Some(true);
        if logged {
            are_all_there(path, &file, "steps", steps.last().and_then(|line| line["step"].as_u64()))?;
        }
        Ok(Record { path: path.to_owned(), config, epochs, steps })
    }

    /// What the run is called.
    pub fn name(&self) -> String {
        let name = self.config.get("name").and_then(toml::Value::as_str);
        name.map_or_else(|| self.path.display().to_string(), str::to_owned)
    }
}

/// The first line of a run's config, before its checksum is known.
fn first_line() -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!("# crc32 {BLANK}: this is what gradus {version} wrote; keys are changed with --set KEY=VALUE\n")
}

/// The text of a run's config.toml: the resolved config and its checksum.
pub fn seal_config(resolved: &str) -> String {
    checksum::sealed(checksum::CONFIG, first_line() + resolved)
}

/// The text of a run's config, and whether it has its checksum: then all files of the run have.
///
/// # Errors
/// It is missing or damaged.
pub fn read_config_text(path: &Path) -> Result<(String, bool), ReadError> {
    let path = path.join("config.toml");
    let text = read(&path)?;
    match checksum::CONFIG.check(text.as_bytes(), text.len()) {
        Ok(sealed) => Ok((text, sealed)),
        Err(_) => {
            let message = "not what the run wrote: damaged, or edited; keys are changed with --set KEY=VALUE, and without \
                           its first line the file is taken as it is";
            Err(ReadError { path, line: None, message: message.into() })
        }
    }
}

/// The config of a run directory.
///
/// # Errors
/// It is missing or damaged.
pub fn read_config(path: &Path) -> Result<toml::Table, ReadError> {
    let (text, _) = read_config_text(path)?;
    text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let message = format!("not valid TOML: {}", error.message());
        ReadError { line, path: path.join("config.toml"), message }
    })
}

/// The lines of metrics.jsonl, of a run that has ended all of them.
///
/// # Errors
/// It is missing or damaged.
pub fn read_epochs(path: &Path) -> Result<Vec<Value>, ReadError> {
    let file = path.join("metrics.jsonl");
    let lines = read_lines(&file, EPOCH)?;
    are_all_there(path, &file, "epochs", Some(lines.len() as u64))?;
    Ok(lines)
}

/// The lines of metrics.jsonl that are there now.
pub(super) fn written_epochs(path: &Path) -> Vec<Value> {
    read_lines(&path.join("metrics.jsonl"), EPOCH).unwrap_or_default()
}

/// Compares how far lines go with what the run came to, if it came to its end.
fn are_all_there(run: &Path, file: &Path, what: &str, reached: Option<u64>) -> Result<(), ReadError> {
    if !run.join(super::SUMMARY).is_file() {
        return Ok(());
    }
    let ended = read_summary(run)?[what].as_u64();
    match ended.filter(|&ended| reached.unwrap_or(0) < ended) {
        Some(ended) => {
            let message = format!("cut off: the run ended after {ended} {what}, but the lines of some are missing");
            Err(ReadError { path: file.to_owned(), line: None, message })
        }
        None => Ok(()),
    }
}

/// Reads a run's final figures.
///
/// # Errors
/// They are missing or damaged.
pub fn read_summary(run: &Path) -> Result<Value, ReadError> {
    let path = run.join(super::SUMMARY);
    let text = std::fs::read(&path).map_err(|error| error.to_string());
    let text = text.and_then(|text| match checksum::JSON.check(&text, text.len()) {
        Ok(_) => Ok(text),
        Err(error) => Err(error.to_string()),
    });
    let summary = text.and_then(|text| serde_json::from_slice(&text).map_err(|error| error.to_string()));
    summary.map_err(|message| ReadError { path, line: None, message })
}

fn read(path: &Path) -> Result<String, ReadError> {
    std::fs::read_to_string(path).map_err(|error| ReadError {
        path: path.to_owned(),
        line: None,
        message: match error.kind() {
            std::io::ErrorKind::NotFound => "missing: a run writes it when its first epoch ends".into(),
            _ => error.to_string(),
        },
    })
}

/// The objects of a JSON-lines file. A last line without its end is one that a run is writing now.
fn read_lines(path: &Path, (must, may): (&[&str], &[&str])) -> Result<Vec<Value>, ReadError> {
    let text = read(path)?;
    let complete = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
    let mut lines: Vec<Value> = vec![];
    for (at, line) in complete.lines().enumerate() {
        let wrong = |message: String| ReadError { path: path.to_owned(), line: Some(at + 1), message };
        let value = super::lines::read_line(line.as_bytes()).map_err(wrong)?;
        if let Some(key) = must.iter().find(|key| !value[**key].is_number()) {
            return Err(wrong(format!("`{key}` must be a number, found {}", value[*key])));
        }
        if let Some(key) = may.iter().find(|key| !value[**key].is_number() && !value[**key].is_null()) {
            return Err(wrong(format!("`{key}` must be a number or null, found {}", value[*key])));
        }
        lines.push(value);
    }
    Ok(lines)
}

/// Every value of a config by its dotted path, in the order of the config.
pub fn flatten(config: &toml::Table) -> Vec<(String, String)> {
    fn walk(path: &str, value: &toml::Value, into: &mut Vec<(String, String)>) {
        let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match value {
            toml::Value::Table(table) => table.iter().for_each(|(key, value)| walk(&below(key), value, into)),
            toml::Value::Array(items) if items.iter().any(toml::Value::is_table) => {
                items.iter().enumerate().for_each(|(at, value)| walk(&below(&at.to_string()), value, into));
            }
            toml::Value::String(text) => into.push((path.to_owned(), text.clone())),
            value => into.push((path.to_owned(), value.to_string())),
        }
    }
    let mut flat = vec![];
    config.iter().for_each(|(key, value)| walk(key, value, &mut flat));
    flat
}

/// The last parts of dotted keys, as many as it takes to tell them apart.
pub fn short_keys<S: AsRef<str>>(keys: &[S]) -> Vec<String> {
    let tail = |key: &str, parts: usize| {
        let all: Vec<&str> = key.split('.').collect();
        all[all.len().saturating_sub(parts)..].join(".")
    };
    let short = |key: &S| {
        let key = key.as_ref();
        let alone =
            |parts: &usize| keys.iter().filter(|other| tail(other.as_ref(), *parts) == tail(key, *parts)).count() == 1;
        (1..=key.split('.').count()).find(alone).map_or(key.to_owned(), |parts| tail(key, parts))
    };
    keys.iter().map(short).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configs_are_flat_and_keys_as_short_as_they_can_be() {
        let config =
            "a = 1\n[b]\nlist = [1, 2]\n[[b.layers]]\nunits = 3\n[[b.layers]]\nunits = 4".parse().expect("TOML");
        let flat = flatten(&config);
        let keys: Vec<&str> = flat.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["a", "b.list", "b.layers.0.units", "b.layers.1.units"]);
        assert_eq!(flat[1].1, "[1, 2]");
        assert_eq!(short_keys(&keys), ["a", "list", "0.units", "1.units"]);
        assert_eq!(short_keys(&["optimizer.learning_rate", "seed"]), ["learning_rate", "seed"]);
    }
}
