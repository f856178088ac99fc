//! Keys that nobody knows, and keys that should be there.

use super::{Entry, Table};
use crate::config::error::{Error, nearest, shortened, slip};

impl Table {
    /// Refuses the first key that was never asked for: the last call of a table's reader.
    pub fn finish(&self) -> Result<(), Error> {
        let asked = self.asked.borrow();
        match self.entries.iter().find(|entry| !asked.contains(&entry.key)) {
            Some(entry) => {
                // A key that is already given is not what another one was meant to be, unless
                // nothing else is near.
                let free: Vec<&String> = asked.iter().filter(|known| self.entry(known).is_none()).collect();
                let near = nearest(&entry.key, &free).or_else(|| nearest(&entry.key, &asked));
                Err(unknown_key(entry, near, &asked))
            }
            None => Ok(()),
        }
    }

    /// The error that `key` must be given. A misspelt key is the likeliest reason, so where one
    /// is near that nobody has asked for, the error is about that.
    pub fn missing(&self, key: &str) -> Error {
        let asked = self.asked.borrow();
        let strays: Vec<&Entry> = self
            .entries
            .iter()
            .filter(|entry| !asked.contains(&entry.key))
            // `beta2` is no misspelt `beta1`, only not asked for yet.
            .filter(|entry| without_digits(&entry.key) != without_digits(key))
            .collect();
        let names: Vec<&str> = strays.iter().map(|entry| entry.key.as_str()).collect();
        let near = slip(key, &names);
        match strays.iter().find(|entry| Some(entry.key.as_str()) == near) {
            Some(entry) => unknown_key(entry, Some(key), &[]),
            None => Error::new(&self.place, format!("the key `{key}` is missing")),
        }
    }
}

fn unknown_key(entry: &Entry, near: Option<&str>, allowed: &[String]) -> Error {
    let error = Error::new(&entry.key_place, format!("unknown key `{}`", shortened(&entry.key)));
    let list = allowed.join(", ");
    match (near, list.is_empty()) {
        (Some(near), false) => error.help(format!("did you mean `{near}`? (the keys here: {list})")),
        (Some(near), true) => error.help(format!("did you mean `{near}`?")),
        (None, false) => error.help(format!("the keys here: {list}")),
        (None, true) => error.help("there are no keys here"),
    }
}

fn without_digits(key: &str) -> &str {
    key.trim_end_matches(|c: char| c.is_ascii_digit())
}
