//! The parts that examples are split into, as keys name them.

use serde::Serialize;

use super::error::Error;
use super::table::Table;

/// A part of the examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Those that are trained on.
    Train,
    /// Those by which settings and checkpoints are chosen.
    Dev,
    /// Those that nothing is chosen by.
    Test,
}

impl Part {
    const ALL: [Part; 3] = [Part::Train, Part::Dev, Part::Test];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Part::Train => "train",
            Part::Dev => "dev",
            Part::Test => "test",
        }
    }

    fn named(name: &str) -> Part {
        Part::ALL.into_iter().find(|part| part.name() == name).expect("one of the names")
    }

    /// One of these parts.
    pub(super) fn read(table: &Table, key: &str, of: &[Part]) -> Result<Option<Part>, Error> {
        let names: Vec<&str> = of.iter().map(|part| part.name()).collect();
        Ok(table.choice(key, &names)?.map(Part::named))
    }

    /// A list of some of these parts, in the order of all.
    pub(super) fn read_list(table: &Table, key: &str, of: &[Part]) -> Result<Option<Vec<Part>>, Error> {
        let Some(value) = table.value(key) else { return Ok(None) };
        let names: Vec<&str> = of.iter().map(|part| part.name()).collect();
        let items = value.list(key)?.iter().enumerate();
        let named = items.map(|(at, item)| item.choice(&format!("{key}[{at}]"), &names).map(Part::named));
        let given = named.collect::<Result<Vec<_>, _>>()?;
        Ok(Some(Part::ALL.into_iter().filter(|part| given.contains(part)).collect()))
    }
}
