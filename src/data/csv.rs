//! Tables of numbers as CSV, one example a row, one column the target; plain or gzip.

use std::path::Path;

use super::dataset::{Inputs, Targets};
use super::error::DataError;
use super::files;
use super::gzip;
use super::source::{Examples, Request, Source};
use crate::config::{DataConfig, Target};

/// Any CSV file of numbers.
pub const CSV: Source = Source {
    name: "csv",
    doc: "a file of comma-separated numbers, one example a row; data.target is the column to predict",
    pictures: Some(false),
    load: |request| {
        let config = request.config;
        if config.path.is_empty() {
            let message = "no path: set data.path to the file";
            return Err(DataError::new("csv", message));
        }
        let packed = files::read_within(Path::new(&config.path), config.largest)?;
        parse(&config.path, &packed, request)
    },
};

/// The numbers of a file, those of the target's column apart.
struct Rows {
    inputs: Vec<f32>,
    targets: Vec<f32>,
    /// The line that each example stands on, since blank lines are skipped.
    lines: Vec<u64>,
}

/// Parses the bytes of a CSV file, `file` in errors. Rows in errors are lines of the file.
pub(crate) fn parse(file: &str, packed: &[u8], request: &Request<'_>) -> Result<Examples, DataError> {
    let target = |columns, header: Option<&[String]>| find_target(file, request.config, header, columns).map(Some);
    let Rows { inputs, targets, lines } = rows(file, packed, request.config, target)?;
    let features = inputs.len() / lines.len();
    Ok(Examples {
        shape: vec![features],
        inputs: Inputs::Floats(inputs),
        targets: match request.categorical {
            true => classes(file, &targets, &lines)?,
            false => Targets::Values { values: targets, width: 1 },
        },
        test: None,
    })
}

/// Parses examples of so many features without targets; the target's column may be there, and is left out.
pub(crate) fn unlabelled(
    file: &str,
    packed: &[u8],
    config: &DataConfig,
    shape: &[usize],
) -> Result<Vec<f32>, DataError> {
    let features: usize = shape.iter().product();
    let target = |columns: usize, header: Option<&[String]>| match columns {
        _ if columns == features => Ok(None),
        _ if columns == features + 1 => find_target(file, config, header, columns).map(Some),
        _ => {
            let message = format!(
                "examples of [{columns}] columns, where the network takes {shape:?}: {features} columns, or {} with \
                 the target's",
                features + 1
            );
            Err(DataError::new(file, message))
        }
    };
    Ok(rows(file, packed, config, target)?.inputs)
}

/// Reads all rows. `find_target` is asked once for the target's column, with how many there are and their names.
fn rows(
    file: &str,
    packed: &[u8],
    config: &DataConfig,
    find_target: impl Fn(usize, Option<&[String]>) -> Result<Option<usize>, DataError>,
) -> Result<Rows, DataError> {
    let has_header = config.header;
    let bytes = gzip::unpack(file, packed, config.largest)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(has_header)
        .trim(csv::Trim::All)
        // Rows of unequal length are our error, which names the row.
        .flexible(true)
        .from_reader(bytes.as_slice());
    let mut header = None;
    if has_header {
        let names = reader.headers().map_err(|error| damaged(file, &bytes, &error))?;
        header = Some(names.iter().map(str::to_string).collect::<Vec<_>>());
    }
    let mut expected = header.as_ref().map(Vec::len);
    let mut target = None;
    let mut rows = Rows { inputs: vec![], targets: vec![], lines: vec![] };
    for record in reader.records() {
        let record = record.map_err(|error| damaged(file, &bytes, &error))?;
        let line = record.position().map_or(0, |start| line_of(&bytes, start));
        let expected = *expected.get_or_insert(record.len());
        if record.len() != expected {
            let message = format!("{} columns, where {expected} are wanted", record.len());
            return Err(DataError::new(file, message).row(line));
        }
        if rows.lines.is_empty() {
            target = find_target(expected, header.as_deref())?;
        }
        let hint = if rows.lines.is_empty() && header.is_none() { HEADER } else { "" };
        rows.add(&record, target, hint).map_err(|message| DataError::new(file, message).row(line))?;
        rows.lines.push(line);
    }
    if rows.lines.is_empty() {
        return Err(DataError::new(file, "there are no rows"));
    }
    Ok(rows)
}

/// What a first row without numbers may be.
const HEADER: &str = "; if this row names the columns, set data.header = true";

impl Rows {
    fn add(&mut self, record: &csv::StringRecord, target: Option<usize>, hint: &str) -> Result<(), String> {
        for (column, text) in record.iter().enumerate() {
            let number =
                number(text).ok_or_else(|| format!("column {}: {text:?} is not a finite number{hint}", column + 1))?;
            if Some(column) == target {
                self.targets.push(number);
            } else {
                self.inputs.push(number);
            }
        }
        Ok(())
    }
}

/// Rust reads "nan" and "inf" as numbers, and 1e99 as infinity of f32; none of them is data.
fn number(text: &str) -> Option<f32> {
    text.parse().ok().filter(|number: &f32| number.is_finite())
}

fn find_target(file: &str, config: &DataConfig, header: Option<&[String]>, columns: usize) -> Result<usize, DataError> {
    if columns < 2 {
        let message = "one column only, where at least one input and the target are wanted";
        return Err(DataError::new(file, message));
    }
    match &config.target {
        Target::First => Ok(0),
        Target::Last => Ok(columns - 1),
        Target::Index(index) if *index < columns => Ok(*index),
        Target::Index(index) => {
            let last = columns - 1;
            let message = format!("no column {index} for the target; they count from 0 to {last}");
            Err(DataError::new(file, message))
        }
        Target::Named(name) => {
            let names = header.unwrap_or_default();
            let found = names.iter().position(|column| column == name);
            found.ok_or_else(|| {
                let help = crate::config::suggestion(name, names);
                DataError::new(file, format!("no column `{name}` for the target; {help}")).row(1)
            })
        }
    }
}

fn classes(file: &str, targets: &[f32], lines: &[u64]) -> Result<Targets, DataError> {
    let mut labels = Vec::with_capacity(targets.len());
    for (target, line) in targets.iter().zip(lines) {
        // More classes than rows can only be a column that isn't a class.
        if target.fract() != 0.0 || *target < 0.0 || *target >= lines.len() as f32 {
            let message = format!(
                "{target} is no class: with a categorical loss, targets are whole numbers from 0, \
                 fewer than the {} rows",
                lines.len()
            );
            return Err(DataError::new(file, message).row(*line));
        }
        labels.push(*target as u32);
    }
    let count = labels.iter().max().map_or(0, |label| *label as usize + 1);
    Ok(Targets::Classes { labels, count, names: None })
}

fn damaged(file: &str, bytes: &[u8], error: &csv::Error) -> DataError {
    let message = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "this is not UTF-8 text".to_string(),
        _ => error.to_string(),
    };
    let damaged = DataError::new(file, message);
    match error.position() {
        Some(start) => damaged.row(line_of(bytes, start)),
        None => damaged,
    }
}

/// The line of the row that starts at `start`, where the reader counts the empty lines before a
/// row to the row.
fn line_of(bytes: &[u8], start: &csv::Position) -> u64 {
    let rest = bytes.get(start.byte() as usize..).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    start.line() + empty.filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests;
