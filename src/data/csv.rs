//! Tables as CSV, one example a row, one column the target; plain or gzip.
//!
//! `text` finds rows and columns in bytes, `columns` says which are which, `target` reads the target's.

mod columns;
mod target;
mod text;

use std::path::Path;

use super::dataset::{Inputs, Origin};
use super::error::DataError;
use super::files;
use super::signature::{Signature, Table};
use super::source::{Examples, Request, Source};
use crate::config::DataConfig;
use columns::{Ask, Columns};
use target::{Column, no_number};
use text::{Text, number};

/// Any CSV file of numbers.
pub const CSV: Source = Source {
    name: "csv",
    doc: "a file of numbers, one example a row; data.target is the column to predict, whose words are classes. Between \
          columns stands a comma, a semicolon, a tab, a bar or a space, found by the first rows where data.delimiter \
          does not say which. A first row of words over numbers names the columns; data.header says so, too",
    pictures: Some(false),
    keys: &["path", "test", "largest", "header", "delimiter", "target"],
    known: |_| None,
    made: None,
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
    target: Column,
    /// The line that each example stands on, since blank lines are skipped.
    lines: Vec<u64>,
    table: Table,
}

/// Parses the bytes of a CSV file, `file` in errors. Rows in errors are lines of the file.
pub(crate) fn parse(file: &str, packed: &[u8], request: &Request<'_>) -> Result<Examples, DataError> {
    let rows = rows(packed, &Ask { file, config: request.config, known: request.known, labelled: true })?;
    let features = rows.inputs.len() / rows.lines.len();
    let (table, lines) = (&rows.table, &rows.lines);
    let error = |at: usize, message: String| {
        let column = named(table.position, table.target.as_deref());
        DataError::new(file, format!("{column}: {message}")).row(lines[at])
    };
    let targets = rows.target.targets(request.categorical, request.classes(), error)?;
    Ok(Examples {
        shape: vec![features],
        inputs: Inputs::Floats(rows.inputs),
        targets,
        test: None,
        origin: Origin { file: file.into(), lines: rows.lines, table: Some(rows.table), ..Origin::default() },
    })
}

/// Parses examples for a run's network. Without targets wanted, their column may be there or not.
pub(crate) fn unlabelled(
    file: &str,
    packed: &[u8],
    config: &DataConfig,
    known: &Signature,
) -> Result<(Vec<f32>, Origin), DataError> {
    let rows = rows(packed, &Ask { file, config, known: Some(known), labelled: false })?;
    let origin = Origin { file: file.into(), lines: rows.lines, table: Some(rows.table), ..Origin::default() };
    Ok((rows.inputs, origin))
}

/// Reads all rows.
fn rows(packed: &[u8], ask: &Ask<'_>) -> Result<Rows, DataError> {
    let file = ask.file;
    let usual = ask.known.and_then(|known| known.table.as_ref()).map(|table| table.delimiter);
    let text = Text::read(file, packed, ask.config, usual)?;
    let first = text.first(2)?;
    let empty = || DataError::new(file, "there are no rows");
    let width = first.first().ok_or_else(empty)?.fields.len();
    let header = ask.has_header(&first)?.then(|| first[0].fields.iter().map(|name| name_of(name)).collect::<Vec<_>>());
    if let (Some(_), Some(second)) = (&header, first.get(1)) {
        check_width(file, second.line, second.fields.len(), width)?;
    }
    if header.is_some() && first.len() < 2 {
        return Err(empty());
    }
    let columns = ask.columns(width, header.as_deref())?;
    if let (Some(names), None) = (&header, ask.known)
        && let Some(at) = columns.inputs.iter().find(|&&at| names[at].is_empty())
    {
        log::warn!("{file}: column {} has no name: is it the index of a table, and no input?", at + 1);
    }
    let name = |at: usize| named(at, header.as_ref().map(|names| names[at].as_str()));
    let mut rows =
        Rows { inputs: vec![], target: Column::Empty, lines: vec![], table: table(&text, &columns, header.as_deref()) };
    text.rows(usize::from(header.is_some()), |line, record| {
        check_width(file, line, record.len(), width)?;
        let hint = if rows.lines.is_empty() && header.is_none() { HEADER } else { "" };
        let error = |at: usize, message: String| DataError::new(file, format!("{}: {message}", name(at))).row(line);
        for &at in &columns.inputs {
            let number = number(&record[at]).ok_or_else(|| error(at, no_number(&record[at], hint)))?;
            rows.inputs.push(number);
        }
        if let Some(at) = columns.target.filter(|_| ask.labelled) {
            rows.target.add(&record[at]).map_err(|message| error(at, message))?;
        }
        rows.lines.push(line);
        Ok(true)
    })?;
    Ok(rows)
}

/// What a first row without numbers may be.
const HEADER: &str = "; if this row names the columns, set data.header = true";

fn check_width(file: &str, line: u64, found: usize, wanted: usize) -> Result<(), DataError> {
    match found == wanted {
        true => Ok(()),
        false => Err(DataError::new(file, format!("{found} columns, where {wanted} are wanted")).row(line)),
    }
}

/// A column as messages call it.
fn named(at: usize, name: Option<&str>) -> String {
    format!("column {}{}", at + 1, name.map_or(String::new(), |name| format!(" (`{name}`)")))
}

/// A column's name; it may have been written over two lines, and is written on one.
fn name_of(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// What a run keeps of its table.
fn table(text: &Text<'_>, columns: &Columns, header: Option<&[String]>) -> Table {
    let name = |at: usize| header.map(|names| names[at].clone());
    Table {
        delimiter: char::from(text.delimiter),
        header: header.is_some(),
        inputs: columns.inputs.iter().filter_map(|&at| name(at)).collect(),
        target: columns.target.and_then(name),
        position: columns.target.unwrap_or(columns.inputs.len()),
    }
}

#[cfg(test)]
mod tests;
