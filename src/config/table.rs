//! Reading a table: every key is asked for by name, and what nobody asked for is an error.

mod unknown;

use std::cell::RefCell;

use super::bounds::Bounds;
use super::error::{Error, Place};
use super::value::{Kind, Value};

/// A table of a config. Its reader asks for each key that it knows with the typed getters and
/// ends with [`Table::finish`], which refuses every key that was never asked for; so the list of
/// allowed keys is the code that reads them and can't fall behind it.
#[derive(Clone, Debug)]
pub struct Table {
    place: Place,
    entries: Vec<Entry>,
    /// The keys asked for so far. They are notes for error messages and no part of the value,
    /// hence behind a cell: readers share the table.
    asked: RefCell<Vec<String>>,
}

#[derive(Clone, Debug)]
struct Entry {
    key: String,
    key_place: Place,
    value: Value,
}

/// Tables are equal when they hold the same values, in any order and from any place.
impl PartialEq for Table {
    fn eq(&self, other: &Table) -> bool {
        self.entries.len() == other.entries.len()
            && self.entries.iter().all(|entry| other.entry(&entry.key).is_some_and(|o| o.value == entry.value))
    }
}

impl Table {
    /// An empty table that stands at `place`.
    pub fn new(place: Place) -> Table {
        Table { place, entries: Vec::new(), asked: RefCell::default() }
    }

    /// Adds a key that isn't there yet.
    pub(crate) fn push(&mut self, key: &str, key_place: Place, value: Value) {
        self.entries.push(Entry { key: key.to_string(), key_place, value });
    }

    /// The value of `key`, to be changed; where it isn't there, an empty table is made at `place`.
    pub(crate) fn value_or_new_table(&mut self, key: &str, place: &Place) -> &mut Value {
        let known = self.entries.iter().position(|entry| entry.key == key);
        let index = known.unwrap_or_else(|| {
            self.push(key, place.clone(), Table::new(place.clone()).into());
            self.entries.len() - 1
        });
        &mut self.entries[index].value
    }

    /// Sets a key, whose place becomes `place`.
    pub(crate) fn set(&mut self, key: &str, place: Place, value: Value) {
        self.entries.retain(|entry| entry.key != key);
        self.push(key, place, value);
    }

    /// Every key with its value, to be changed.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = (&str, &mut Value)> {
        self.entries.iter_mut().map(|entry| (entry.key.as_str(), &mut entry.value))
    }

    fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Where the table begins.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Where the value of `key` stands, or the table where it has no such key.
    pub fn place_of(&self, key: &str) -> &Place {
        self.entry(key).map_or(&self.place, |entry| &entry.value.place)
    }

    /// Every key with the place of its value.
    pub(crate) fn places(&self) -> Vec<(String, Place)> {
        self.entries.iter().map(|entry| (entry.key.clone(), entry.value.place.clone())).collect()
    }

    /// An error about the value of `key` (at the table's beginning where it isn't given).
    pub fn error(&self, key: &str, message: impl Into<String>) -> Error {
        Error::new(self.place_of(key), message)
    }

    /// Whether `key` is given. This counts as asking for it.
    pub fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// The value of `key`, whatever its type: for keys that take a number or a table.
    pub fn value(&self, key: &str) -> Option<&Value> {
        let mut asked = self.asked.borrow_mut();
        if !asked.iter().any(|known| known == key) {
            asked.push(key.to_string());
        }
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value of a key that must be given.
    pub fn require(&self, key: &str) -> Result<&Value, Error> {
        self.value(key).ok_or_else(|| self.missing(key))
    }

    /// An integer within `range`: `table.integer("units", 1..)?`.
    pub fn integer(&self, key: &str, range: impl Bounds<usize>) -> Result<Option<usize>, Error> {
        let value = self.value(key);
        value.map(|value| value.integer(key, range)).transpose()
    }

    /// An integer that must be given.
    pub fn require_integer(&self, key: &str, range: impl Bounds<usize>) -> Result<usize, Error> {
        self.require(key)?.integer(key, range)
    }

    /// A finite number within `range`; an integer counts as one.
    pub fn number(&self, key: &str, range: impl Bounds<f64>) -> Result<Option<f64>, Error> {
        let value = self.value(key);
        value.map(|value| value.number(key, range)).transpose()
    }

    /// A number that must be given.
    pub fn require_number(&self, key: &str, range: impl Bounds<f64>) -> Result<f64, Error> {
        self.require(key)?.number(key, range)
    }

    /// `true` or `false`.
    pub fn boolean(&self, key: &str) -> Result<Option<bool>, Error> {
        let value = self.value(key);
        value.map(|value| value.boolean(key)).transpose()
    }

    /// A text.
    pub fn string(&self, key: &str) -> Result<Option<&str>, Error> {
        let value = self.value(key);
        value.map(|value| value.string(key)).transpose()
    }

    /// A text that must be given.
    pub fn require_string(&self, key: &str) -> Result<&str, Error> {
        self.require(key)?.string(key)
    }

    /// One of `choices`; the error names the nearest.
    pub fn choice<'c>(&self, key: &str, choices: &[&'c str]) -> Result<Option<&'c str>, Error> {
        let value = self.value(key);
        value.map(|value| value.choice(key, choices)).transpose()
    }

    /// One of `choices`, which must be given.
    pub fn require_choice<'c>(&self, key: &str, choices: &[&'c str]) -> Result<&'c str, Error> {
        match self.value(key) {
            Some(value) => value.choice(key, choices),
            None => {
                let error = self.missing(key);
                Err(match error.help {
                    Some(_) => error,
                    None => error.help(format!("it is one of: {}", choices.join(", "))),
                })
            }
        }
    }

    /// A list of integers, each within `range`.
    pub fn integers(&self, key: &str, range: impl Bounds<usize> + Clone) -> Result<Option<Vec<usize>>, Error> {
        self.list(key, |item, name| item.integer(name, range.clone()))
    }

    /// A list of numbers, each within `range`.
    pub fn numbers(&self, key: &str, range: impl Bounds<f64> + Clone) -> Result<Option<Vec<f64>>, Error> {
        self.list(key, |item, name| item.number(name, range.clone()))
    }

    /// A list of texts, each with its place, since a text in a list is mostly a name of something.
    pub fn strings(&self, key: &str) -> Result<Option<Vec<(String, Place)>>, Error> {
        self.list(key, |item, name| Ok((item.string(name)?.to_string(), item.place.clone())))
    }

    /// A list of tables, as `[[model.layers]]` writes them.
    pub fn tables(&self, key: &str) -> Result<Option<Vec<&Table>>, Error> {
        match self.value(key) {
            Some(value) if matches!(value.kind, Kind::Table(_)) => {
                let error = value.mismatch(key, "a list of tables");
                Err(error.help("double brackets [[…]] begin each table of a list"))
            }
            _ => self.list(key, |item, name| item.table(name)),
        }
    }

    /// Reads every item of a list; an item is called `key[2]` in errors.
    fn list<'t, T>(
        &'t self,
        key: &str,
        read: impl Fn(&'t Value, &str) -> Result<T, Error>,
    ) -> Result<Option<Vec<T>>, Error> {
        let Some(value) = self.value(key) else {
            return Ok(None);
        };
        let items = value.list(key)?.iter().enumerate();
        items.map(|(index, item)| read(item, &format!("{key}[{index}]"))).collect::<Result<_, _>>().map(Some)
    }

    /// A table within this one.
    pub fn table(&self, key: &str) -> Result<Option<&Table>, Error> {
        let value = self.value(key);
        value.map(|value| value.table(key)).transpose()
    }

    /// The table as plain TOML, to be written.
    pub fn to_toml(&self) -> toml::Table {
        self.entries.iter().map(|entry| (entry.key.clone(), entry.value.to_toml())).collect()
    }
}

impl From<Table> for Value {
    fn from(table: Table) -> Value {
        Value { place: table.place.clone(), kind: Kind::Table(table) }
    }
}

#[cfg(test)]
mod tests;
