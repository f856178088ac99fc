//! What was changed when a run was resumed: which keys may be, and from which step on a change holds.

use serde_json::json;

use super::{ReadError, RunDirectory, lines, record::flatten};
use crate::{checksum, train::Error};

/// The file that says so, a line a change: step, key, from, to.
const FILE: &str = "changes.jsonl";

/// A key and its values before and after; what is not there is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its dotted path.
    pub key: String,
    /// What it was.
    pub from: String,
    /// What it is now.
    pub to: String,
}

/// The keys in which two configs differ.
pub fn changes(from: &toml::Table, to: &toml::Table) -> Vec<Change> {
    let (from, to) = (flatten(from), flatten(to));
    let value = |all: &[(String, String)], key: &str| {
        all.iter().find(|(other, _)| other == key).map_or(String::new(), |(_, value)| value.clone())
    };
    let new = to.iter().filter(|(key, _)| from.iter().all(|(other, _)| other != key));
    let keys = from.iter().chain(new).map(|(key, _)| key);
    let change = |key: &String| Change { key: key.clone(), from: value(&from, key), to: value(&to, key) };
    keys.map(change).filter(|change| change.from != change.to).collect()
}

impl Change {
    /// Whether the run would be asked to do more, or to end elsewhere: then one that has ended goes on.
    pub fn lengthens(&self) -> bool {
        ["train.epochs", "train.steps"].contains(&&self.key[..]) || self.key.starts_with("train.stop.")
    }

    /// What makes an epoch the best one, which is the loss where nothing is said.
    fn changes_judge(&self) -> bool {
        let is_loss = |value: &str| ["", "loss"].contains(&value);
        self.key.starts_with("train.stop.metric") && !(is_loss(&self.from) && is_loss(&self.to))
    }

    /// Why a run keeps this key's value to its end, if it does: what was counted and remembered with it would mean
    /// something else.
    pub fn refusal(&self) -> Option<&'static str> {
        let below = |section: &str| self.key.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'));
        match &self.key[..] {
            "name" | "data.path" | "train.epochs" | "train.steps" | "train.log_steps" => None,
            "train.metrics" | "train.measure" => None,
            "train.stop.restore_best" => {
                Some("the weights of its best epoch are kept from the beginning, or not at all")
            }
            _ if self.changes_judge() => Some("its best epoch was judged by it"),
            _ if below("train.checkpoint") || below("train.metrics") || below("train.stop") => None,
            "seed" => Some("all that was drawn came from it"),
            "train.batch_size" => Some("its steps are counted in batches of that size"),
            _ if below("train") => Some("its steps were counted with it"),
            _ if below("data") => Some("its steps are counted over these examples"),
            _ if below("model") => Some("its weights belong to that network"),
            "optimizer.accumulate" => Some("its updates are counted with it"),
            "optimizer.type" | "optimizer.dialect" | "optimizer.amsgrad" | "optimizer.centered" => {
                Some("what the optimizer remembers belongs to it")
            }
            _ => None,
        }
    }
}

/// Whether a key was changed before.
///
/// # Errors
/// The file is damaged.
pub fn was_changed(directory: &RunDirectory, key: &str) -> Result<bool, ReadError> {
    Ok(read(directory)?.iter().any(|line| line["key"] == key))
}

/// Writes down that these hold from a step on. Earlier changes that the run has gone back behind hold from there.
///
/// # Errors
/// The file is damaged, or what the system says.
pub fn record(directory: &RunDirectory, changes: &[Change], step: u64) -> Result<Result<(), Error>, ReadError> {
    let mut lines = read(directory)?;
    let before = lines.clone();
    for line in &mut lines {
        line["step"] = line["step"].as_u64().unwrap_or(step).min(step).into();
    }
    for Change { key, from, to } in changes {
        let line = json!({"step": step, "key": key, "from": from, "to": to});
        // The same command may have been killed before.
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    if lines == before {
        return Ok(Ok(()));
    }
    let text: String = lines.iter().map(|line| checksum::line(&line.to_string()) + "\n").collect();
    Ok(directory.write(FILE, text.as_bytes()))
}

fn read(directory: &RunDirectory) -> Result<Vec<serde_json::Value>, ReadError> {
    let path = directory.file(FILE);
    let wrong = |line, message| ReadError { path: path.clone(), line, message };
    let text = match std::fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
        text => text.map_err(|error| wrong(None, error.to_string()))?,
    };
    let read = |(at, line): (usize, &[u8])| {
        let mut value = lines::read_line(line).map_err(|message| wrong(Some(at + 1), message))?;
        value.as_object_mut().map(|object| object.remove("crc32"));
        Ok(value)
    };
    text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).enumerate().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_may_not_lie() {
        let config = |text: &str| text.parse::<toml::Table>().expect("TOML");
        let from = config("seed = 1\n[train]\nepochs = 4\nbatch_size = 32\n[optimizer]\nlearning_rate = 0.1");
        let to = config("seed = 1\n[train]\nepochs = 8\nbatch_size = 32\n[optimizer.learning_rate]\ninitial = 0.1");
        let found = changes(&from, &to);
        let keys: Vec<&str> = found.iter().map(|change| &change.key[..]).collect();
        assert_eq!(keys, ["train.epochs", "optimizer.learning_rate", "optimizer.learning_rate.initial"]);
        assert!(found.iter().all(|change| change.refusal().is_none()), "{found:?}");
        for key in ["train.batch_size", "data.dev", "model.layers.0.units", "seed", "optimizer.accumulate"] {
            let change = Change { key: key.into(), from: "1".into(), to: "2".into() };
            assert!(change.refusal().is_some(), "{key}");
        }
    }
}
