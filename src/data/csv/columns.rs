//! Which columns of a table are the inputs, and which is the target.

use super::text::{Row, is_missing, number};
use crate::config::{DataConfig, Target, suggestion};
use crate::data::error::DataError;
use crate::data::signature::{Signature, Table};

/// What is known before rows are read.
pub(super) struct Ask<'a> {
    pub file: &'a str,
    pub config: &'a DataConfig,
    /// What a run knows of its data, where these are for a run.
    pub known: Option<&'a Signature>,
    /// Whether targets are wanted.
    pub labelled: bool,
}

/// Columns by their places in a row, from 0.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Columns {
    /// In the order in which the network takes them.
    pub inputs: Vec<usize>,
    /// The target's, where it is there.
    pub target: Option<usize>,
}

impl Ask<'_> {
    fn error(&self, message: impl Into<String>) -> DataError {
        DataError::new(self.file, message)
    }

    fn table(&self) -> Option<&Table> {
        self.known.and_then(|known| known.table.as_ref())
    }

    /// Whether a run was trained on a table, though it may not know its columns.
    fn was_table(&self) -> bool {
        self.known.is_some_and(|known| known.name == super::CSV.name)
    }

    /// Whether the first row names the columns: as the config says, else as a run's own data had it, else by what
    /// stands there.
    pub fn has_header(&self, rows: &[Row]) -> Result<bool, DataError> {
        let Some(first) = rows.first() else { return Ok(false) };
        let numbers = first.fields.iter().filter(|text| number(text).is_some()).count();
        let known = self.table();
        match self.config.header.or(known.map(|table| table.header)) {
            Some(true) if numbers > 0 => match known {
                Some(table)
                    if numbers == first.fields.len() && table.inputs.iter().any(|name| number(name).is_none()) =>
                {
                    let message = "numbers only, where the run's data had the names of the columns: put them there, \
                                   or set data.header = false if the columns are in the run's order";
                    Err(self.error(message).row(first.line))
                }
                Some(_) => Ok(true),
                None => {
                    log::warn!(
                        "{}, row {}: taken for the names of the columns, since data.header = true, but {numbers} of them \
                         are numbers",
                        self.file,
                        first.line
                    );
                    Ok(true)
                }
            },
            Some(header) => Ok(header),
            None => Ok(matches!(self.config.target, Target::Named(_)) || names_columns(rows)),
        }
    }

    /// Finds the columns among so many with these names.
    pub fn columns(&self, width: usize, header: Option<&[String]>) -> Result<Columns, DataError> {
        match (self.table(), header) {
            (Some(table), Some(names)) if !table.inputs.is_empty() => self.by_name(table, names),
            (Some(table), _) => self.by_place(width, |_| Ok(table.position)),
            (None, _) if self.labelled => {
                let target = self.target(header, width)?;
                Ok(Columns { inputs: others(width, Some(target)), target: Some(target) })
            }
            (None, _) => self.by_place(width, |width| {
                let target = self.target(header, width)?;
                match (header, &self.config.target) {
                    (Some(names), Target::First | Target::Last) if !self.was_table() => Err(self.error(format!(
                        "which of the columns {} is no input? Say it with --set data.target=NAME, or leave it out",
                        list(names)
                    ))),
                    _ => Ok(target),
                }
            }),
        }
    }

    /// By their order: all that the network takes, and perhaps the target.
    fn by_place(&self, width: usize, target: impl Fn(usize) -> Result<usize, DataError>) -> Result<Columns, DataError> {
        let shape = self.known.map_or(&[][..], |known| &known.shape);
        let features: usize = shape.iter().product();
        if width == features && !self.labelled {
            return Ok(Columns { inputs: others(width, None), target: None });
        }
        if width == features + 1 {
            let target = target(width)?;
            return Ok(Columns { inputs: others(width, Some(target)), target: Some(target) });
        }
        let with = format!("{} with the target's", features + 1);
        let wanted = if self.labelled { with } else { format!("{features} columns, or {with}") };
        Err(self.error(format!("examples of [{width}] columns, where the network takes {shape:?}: {wanted}")))
    }

    /// By the names that they had where the network was trained, in whatever order they are here.
    fn by_name(&self, table: &Table, names: &[String]) -> Result<Columns, DataError> {
        let target = match &self.config.target {
            Target::Named(name) => Some(name),
            _ => table.target.as_ref(),
        };
        let place = |name: &String| names.iter().position(|other| other == name);
        let mut sorted = table.inputs.clone();
        sorted.sort_unstable();
        let twice = |name: &String| names.iter().filter(|other| *other == name).count() > 1;
        let wanted = || table.inputs.iter().chain(target.filter(|_| self.labelled));
        if let Some(name) = sorted.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| &pair[0]) {
            // Names that do not tell columns apart: then their order has to.
            let inputs: Vec<usize> = (0..names.len()).filter(|&at| table.inputs.contains(&names[at])).collect();
            if inputs.iter().map(|&at| &names[at]).eq(&table.inputs) {
                return self.with_target(inputs, target.and_then(place), target);
            }
            let message = format!(
                "`{name}` names several columns of the run's data, so that order counts: {}",
                list(&table.inputs)
            );
            return Err(self.error(message).row(1));
        }
        if let Some(name) = wanted().find(|name| twice(name)) {
            return Err(self
                .error(format!("`{name}` names several columns, and the run takes one of that name"))
                .row(1));
        }
        let missing: Vec<&String> = table.inputs.iter().filter(|name| place(name).is_none()).collect();
        if let [first, ..] = missing[..] {
            let message = format!("no column {}; {}", list(&missing), suggestion(first, names));
            return Err(self.error(message).row(1));
        }
        let inputs: Vec<usize> = table.inputs.iter().filter_map(place).collect();
        let strange = |name: &&String| !table.inputs.contains(name) && Some(*name) != target;
        let strange: Vec<&String> = names.iter().filter(strange).collect();
        if !strange.is_empty() {
            log::warn!("{}: left out, since the run's data had no such columns: {}", self.file, list(&strange));
        }
        self.with_target(inputs, target.and_then(place), target)
    }

    fn with_target(
        &self,
        inputs: Vec<usize>,
        found: Option<usize>,
        name: Option<&String>,
    ) -> Result<Columns, DataError> {
        match (found, name) {
            (None, name) if self.labelled => {
                let name = name.map_or("", |name| name);
                Err(self.error(format!("no column `{name}` for the target, which the run predicts")).row(1))
            }
            _ => Ok(Columns { inputs, target: found }),
        }
    }

    /// The target's column as the config has it.
    fn target(&self, header: Option<&[String]>, columns: usize) -> Result<usize, DataError> {
        if columns < 2 {
            let message = "one column only, where at least one input and the target are wanted";
            let help = match self.config.delimiter {
                Some(given) => format!("; data.delimiter is {given:?}"),
                None => String::new(),
            };
            return Err(self.error(format!("{message}{help}")));
        }
        match &self.config.target {
            Target::First => Ok(0),
            Target::Last => Ok(columns - 1),
            Target::Index(index) if *index < columns => Ok(*index),
            Target::Index(index) => {
                let last = columns - 1;
                Err(self.error(format!("no column {index} for the target; they count from 0 to {last}")))
            }
            Target::Named(name) => {
                let names = header.unwrap_or_default();
                let places: Vec<usize> = (0..names.len()).filter(|&at| names[at] == *name).collect();
                match places[..] {
                    [place] => Ok(place),
                    [] => {
                        let help = suggestion(name, names);
                        Err(self.error(format!("no column `{name}` for the target; {help}")).row(1))
                    }
                    _ => {
                        let message = format!("{} columns are named `{name}`: which is the target?", places.len());
                        Err(self.error(format!("{message} Give its index from 0")).row(1))
                    }
                }
            }
        }
    }
}

/// Whether the first row of a file is words over numbers: then it names the columns. One number in it, and it may
/// be a row with a mistake.
fn names_columns(rows: &[Row]) -> bool {
    let [first, second] = rows else { return false };
    let is_number = |text: &String| number(text).is_some();
    let word = |text: &String| !is_missing(text) && !super::text::has_decimal_comma(text);
    !first.fields.iter().any(is_number) && first.fields.iter().any(word) && second.fields.iter().any(is_number)
}

fn others(width: usize, target: Option<usize>) -> Vec<usize> {
    (0..width).filter(|&at| Some(at) != target).collect()
}

/// Names that a message lists at most.
const NAMED: usize = 10;

fn list(names: &[impl std::fmt::Display]) -> String {
    let mut shown: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    if names.len() > NAMED {
        shown.push("…".into());
    }
    shown.join(", ")
}
