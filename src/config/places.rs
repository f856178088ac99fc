//! Where a section's keys stand, for mistakes that only show later: when the data are there, say.

use super::error::Place;
use super::table::Table;

/// The places of a section's values; no part of what the section says.
#[derive(Clone, Debug, Default)]
pub struct Places {
    section: Option<Place>,
    values: Vec<(String, Place)>,
}

/// Sections are equal wherever they stand.
impl PartialEq for Places {
    fn eq(&self, _: &Places) -> bool {
        true
    }
}

impl Eq for Places {}

impl Places {
    pub(super) fn of(table: &Table) -> Places {
        Places { section: Some(table.place().clone()), values: table.places() }
    }

    /// Where the value of `key` stands, if it is given.
    pub fn given(&self, key: &str) -> Option<&Place> {
        self.values.iter().find(|(known, _)| known == key).map(|(_, place)| place)
    }

    /// Where the value of `key` stands, or its section where it is not given; a section that is not
    /// there has no other place than its key.
    pub fn place(&self, section: &str, key: &str) -> Place {
        let nowhere = || Place::Document(format!("{section}.{key}").into());
        self.given(key).or(self.section.as_ref()).cloned().unwrap_or_else(nowhere)
    }
}
