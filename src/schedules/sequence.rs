//! One schedule after the other: `parts` is a list of schedules, each with its `length` in steps and
//! a t of its own; the last one may leave its length out, and goes on for ever.

use std::sync::Arc;

use super::{Curve, Kind, Run, write};
use crate::config;

/// One after the other.
pub(super) const SEQUENCE: Kind =
    Kind { name: "sequence", formula: "the part in which t lies, from that part's beginning", keys: "parts", read };

#[derive(Debug)]
struct Sequence {
    /// Each with its length.
    parts: Vec<(Option<u64>, Arc<dyn Curve>)>,
}

fn read(table: &config::Table, run: &Run) -> Result<Arc<dyn Curve>, config::Error> {
    table.require("parts")?;
    let tables = table.tables("parts")?.unwrap_or_default();
    if tables.is_empty() {
        return Err(table.error("parts", "a sequence has at least one part"));
    }
    let (mut parts, mut left) = (vec![], run.steps);
    for (at, part) in tables.iter().enumerate() {
        let length = match at + 1 == tables.len() {
            true => part.integer("length", 1..)?,
            false => Some(part.require_integer("length", 1..)?),
        };
        let length = length.map(|length| length as u64);
        let curve = super::read(part, &Run { steps: length.unwrap_or(left), ..*run })?;
        if curve.plateau().is_some() {
            let error = part.error("schedule", "a plateau can't be part of a sequence");
            return Err(error.help("it looks at losses, not at the step; `warmup = N` may stand in front of it"));
        }
        left = left.saturating_sub(length.unwrap_or(left));
        parts.push((length, curve));
    }
    Ok(Arc::new(Sequence { parts }))
}

impl Curve for Sequence {
    fn name(&self) -> &'static str {
        SEQUENCE.name
    }
    fn at(&self, mut t: u64) -> f64 {
        let (last, others) = self.parts.split_last().expect("a sequence has parts");
        for (length, curve) in others {
            let length = length.expect("just the last has none");
            if t < length {
                return curve.at(t);
            }
            t -= length;
        }
        last.1.at(t)
    }
    fn keys(&self) -> toml::Table {
        let part = |(length, curve): &(Option<u64>, Arc<dyn Curve>)| {
            let mut keys = write(curve.as_ref());
            if let Some(length) = length {
                keys.insert("length".into(), (*length as i64).into());
            }
            toml::Value::Table(keys)
        };
        let parts: Vec<toml::Value> = self.parts.iter().map(part).collect();
        toml::Table::from_iter([("parts".to_owned(), parts.into())])
    }
}
