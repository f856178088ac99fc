//! A config as a tree in which every key and value knows its place.
//!
//! serde loses the places of values inside tagged lists (which `[[model.layers]]` is), so the
//! tree is built from toml's own spanned document instead.

use std::num::IntErrorKind;
use std::ops::Bound;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::bounds::Bounds;
use super::error::{Error, Place, shortened};
use super::positions::Positions;
use super::table::Table;

/// A value and where it was written.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Where it was written.
    pub place: Place,
}

/// What a value can be. Dates have no meaning in a config and are refused when it is read.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `"adam"`
    String(String),
    /// `64`
    Integer(i64),
    /// `1e-3`; may still be NaN or infinite, which [`Value::number`] refuses.
    Float(f64),
    /// `true`
    Boolean(bool),
    /// `[1, 2]` or `[[model.layers]]`
    List(Vec<Value>),
    /// `[optimizer]` or `{ schedule = "cosine" }`
    Table(Table),
}

/// Values are equal whatever their places are: a config written and read again equals itself.
impl serde::Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_toml().serialize(serializer)
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        self.kind == other.kind
    }
}

/// The tree of a whole TOML document.
pub(crate) fn parse_document(file: &Arc<str>, text: &str) -> Result<Table, Error> {
    // Some editors begin a file with a mark that it is UTF-8.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let positions = Positions::of(text);
    let place = |offset: usize| positions.place(file, offset);
    check_keys(text).map_err(|at| deep(&place(at)))?;
    let document = DeTable::parse(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        syntax_error(&place(start), &error)
    })?;
    table(document.get_ref(), place(0), &place)
}

/// The tree of one TOML value, which lies at `place` from end to end.
pub(crate) fn parse_value(place: &Place, text: &str) -> Result<Value, Error> {
    check_keys(text).map_err(|_| deep(place))?;
    let parsed = DeValue::parse(text).map_err(|error| syntax_error(place, &error))?;
    value(&parsed, &|_| place.clone())
}

/// Parts of a dotted key at most: each is a table within a table, through which everything goes by recursion. The
/// parser itself bounds brackets within brackets, but not these.
pub(super) const PARTS: usize = 24;

/// Where too many parts are joined by dots, whatever they are: no text or number of a config has so many dots either.
fn check_keys(text: &str) -> Result<(), usize> {
    let (mut dots, mut last) = (0, b' ');
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'=' | b',' | b'{' | b'}' | b'[' | b']' | b'\n' => dots = 0,
            // `../..` are no parts.
            b'.' if last != b'.' => dots += 1,
            _ => {}
        }
        last = byte;
        if dots > PARTS {
            return Err(at);
        }
    }
    Ok(())
}

/// The error of a key with too many parts.
pub(super) fn deep(place: &Place) -> Error {
    Error::new(place, format!("a key of more than {PARTS} parts, joined by dots"))
}

fn syntax_error(place: &Place, error: &toml::de::Error) -> Error {
    Error::new(place, format!("not valid TOML: {}", error.message()))
}

fn table(parsed: &DeTable<'_>, place: Place, place_of: &impl Fn(usize) -> Place) -> Result<Table, Error> {
    let mut entries: Vec<_> = parsed.iter().collect();
    // toml sorts by name; the order of the file reads better in messages.
    entries.sort_by_key(|(key, _)| key.span().start);
    let mut table = Table::new(place);
    for (key, parsed) in entries {
        let key_place = place_of(key.span().start);
        table.push(key.get_ref(), key_place, value(parsed, place_of)?);
    }
    Ok(table)
}

fn value(parsed: &Spanned<DeValue<'_>>, place_of: &impl Fn(usize) -> Place) -> Result<Value, Error> {
    let place = place_of(parsed.span().start);
    let kind = match parsed.get_ref() {
        DeValue::String(text) => Kind::String(text.to_string()),
        DeValue::Boolean(boolean) => Kind::Boolean(*boolean),
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(integer) => Kind::Integer(integer),
            Err(error) => {
                let beyond = matches!(error.kind(), IntErrorKind::PosOverflow | IntErrorKind::NegOverflow);
                let message = if beyond { "an integer beyond TOML's 64 bits with sign" } else { "not a number" };
                return Err(Error::new(&place, message));
            }
        },
        DeValue::Float(float) => match float.as_str().parse() {
            Ok(float) => Kind::Float(float),
            Err(_) => return Err(Error::new(&place, "not a number")),
        },
        DeValue::Datetime(_) => {
            return Err(Error::new(&place, "a date has no meaning here").help("a text goes in quotes"));
        }
        DeValue::Array(items) => {
            let items = items.iter().map(|item| value(item, place_of));
            Kind::List(items.collect::<Result<_, _>>()?)
        }
        DeValue::Table(entries) => Kind::Table(table(entries, place.clone(), place_of)?),
    };
    Ok(Value { kind, place })
}

impl Table {
    /// What code has written as keys, as if it stood at `place`: then the reader of a config can check it.
    pub(crate) fn written(place: &Place, keys: &toml::Table) -> Table {
        let mut table = Table::new(place.clone());
        keys.iter().for_each(|(key, value)| table.push(key, place.clone(), Value::written(place, value)));
        table
    }
}

impl Value {
    fn written(place: &Place, value: &toml::Value) -> Value {
        let kind = match value {
            toml::Value::String(text) => Kind::String(text.clone()),
            toml::Value::Integer(integer) => Kind::Integer(*integer),
            toml::Value::Float(float) => Kind::Float(*float),
            toml::Value::Boolean(boolean) => Kind::Boolean(*boolean),
            toml::Value::Datetime(date) => Kind::String(date.to_string()),
            toml::Value::Array(items) => Kind::List(items.iter().map(|item| Value::written(place, item)).collect()),
            toml::Value::Table(keys) => Kind::Table(Table::written(place, keys)),
        };
        Value { kind, place: place.clone() }
    }

    /// The value as a user sees it, for messages: ``the string "x"``, ``3.5``, `a table`.
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::String(text) => format!("the string {:?}", shortened(text)),
            Kind::Integer(integer) => integer.to_string(),
            Kind::Float(float) => format!("{float:?}"),
            Kind::Boolean(boolean) => boolean.to_string(),
            Kind::List(_) => "a list".to_string(),
            Kind::Table(_) => "a table".to_string(),
        }
    }

    /// The error that `key` must be `wanted` and isn't.
    pub fn mismatch(&self, key: &str, wanted: &str) -> Error {
        let found = self.describe();
        Error::new(&self.place, format!("`{key}` must be {wanted}, found {found}"))
    }

    /// An integer within `range`, as the value of `key` (which is named in the error).
    pub fn integer(&self, key: &str, range: impl Bounds<usize>) -> Result<usize, Error> {
        let integer = match self.kind {
            Kind::Integer(integer) => usize::try_from(integer).ok(),
            _ => None,
        };
        integer.filter(|integer| range.contains(integer)).ok_or_else(|| {
            let low = match range.start_bound() {
                // What counts something never runs below zero.
                Bound::Unbounded => Bound::Included(&0),
                low => low,
            };
            let range = (low.cloned(), range.end_bound().cloned());
            self.mismatch(key, &Bounds::<usize>::describe(&range, "an integer"))
        })
    }

    /// A finite number within `range`; an integer counts as a number.
    pub fn number(&self, key: &str, range: impl Bounds<f64>) -> Result<f64, Error> {
        let number = match self.kind {
            Kind::Integer(integer) => integer as f64,
            Kind::Float(float) => float,
            _ => f64::NAN,
        };
        // Comparisons with NaN are false, but a range without bounds compares nothing.
        if !number.is_finite() || !range.contains(&number) {
            return Err(self.mismatch(key, &range.describe("a number")));
        }
        // Kernels compute in f32, and some GPUs take what is below its normal numbers for 0.
        let size = number.abs() as f32;
        match size.is_infinite() || (number != 0.0 && size < f32::MIN_POSITIVE) {
            true => {
                let became = if size.is_infinite() { "infinite" } else { "0" };
                let message = format!("`{key}` is {}, which is {became} in 32 bits", self.describe());
                Err(Error::new(&self.place, message).help("sizes from 1.2e-38 to 3.4e38 are possible, and 0"))
            }
            false => Ok(number),
        }
    }

    /// `true` or `false`.
    pub fn boolean(&self, key: &str) -> Result<bool, Error> {
        match self.kind {
            Kind::Boolean(boolean) => Ok(boolean),
            _ => Err(self.mismatch(key, "true or false")),
        }
    }

    /// A text.
    pub fn string(&self, key: &str) -> Result<&str, Error> {
        match &self.kind {
            Kind::String(text) => Ok(text),
            _ => Err(self.mismatch(key, "a string")),
        }
    }

    /// A text that is one of `choices`.
    pub fn choice<'c>(&self, key: &str, choices: &[&'c str]) -> Result<&'c str, Error> {
        let text = self.string(key)?;
        choices
            .iter()
            .find(|choice| **choice == text)
            .copied()
            .ok_or_else(|| Error::unknown(&self.place, key, text, choices))
    }

    /// A list of anything.
    pub fn list(&self, key: &str) -> Result<&[Value], Error> {
        match &self.kind {
            Kind::List(items) => Ok(items),
            _ => Err(self.mismatch(key, "a list")),
        }
    }

    /// A table, to be read and finished like any other.
    pub fn table(&self, key: &str) -> Result<&Table, Error> {
        match &self.kind {
            Kind::Table(table) => Ok(table),
            _ => Err(self.mismatch(key, "a table")),
        }
    }

    /// The value as plain TOML, to be written.
    pub fn to_toml(&self) -> toml::Value {
        match &self.kind {
            Kind::String(text) => toml::Value::String(text.clone()),
            Kind::Integer(integer) => toml::Value::Integer(*integer),
            Kind::Float(float) => toml::Value::Float(*float),
            Kind::Boolean(boolean) => toml::Value::Boolean(*boolean),
            Kind::List(items) => toml::Value::Array(items.iter().map(Value::to_toml).collect()),
            Kind::Table(table) => toml::Value::Table(table.to_toml()),
        }
    }
}
