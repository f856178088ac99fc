//! The target's column: numbers, or words that are classes.

use std::collections::HashMap;

use super::text::{has_decimal_comma, is_missing, number};
use crate::data::dataset::{Targets, label_of};
use crate::data::error::DataError;

/// More words than this are no classes.
const WORDS: usize = 1 << 16;

/// What the column holds, row for row. The first row settles which.
#[derive(Default)]
pub(super) enum Column {
    #[default]
    Empty,
    Numbers(Vec<f32>),
    Words {
        /// Of each row, its word's place in `words`.
        rows: Vec<u32>,
        words: Vec<String>,
        places: HashMap<String, u32>,
    },
}

impl Column {
    /// Adds the field of a row.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        let number = number(text);
        if matches!(self, Column::Empty) {
            *self = match number {
                Some(_) => Column::Numbers(vec![]),
                None => Column::Words { rows: vec![], words: vec![], places: HashMap::new() },
            };
        }
        match (self, number) {
            (Column::Numbers(numbers), Some(number)) => numbers.push(number),
            (Column::Numbers(_), None) => return Err(no_number(text, "")),
            (Column::Words { words, .. }, Some(_)) => {
                return Err(format!("{text} is a number, where the rows before have words, such as {:?}", words[0]));
            }
            (_, None) if is_missing(text) || has_decimal_comma(text) => return Err(no_number(text, "")),
            (_, None) if text.chars().any(char::is_control) => {
                return Err(format!("{text:?} is no name of a class: there are control characters in it"));
            }
            (Column::Words { rows, words, places }, None) => {
                let place = *places.entry(text.to_string()).or_insert_with(|| {
                    words.push(text.to_string());
                    words.len() as u32 - 1
                });
                if words.len() > WORDS {
                    return Err(format!("{text:?} is the {}th word: too many to be classes", words.len()));
                }
                rows.push(place);
            }
            (Column::Empty, _) => unreachable!("it was settled above"),
        }
        Ok(())
    }

    /// As targets; classes if the loss wants such, or they are words.
    pub fn targets(
        self,
        categorical: bool,
        limit: Option<usize>,
        error: impl Fn(usize, String) -> DataError,
    ) -> Result<Targets, DataError> {
        let numbers = match self {
            Column::Empty => vec![],
            Column::Words { rows, words, .. } => return Ok(named(&rows, words)),
            Column::Numbers(numbers) if !categorical => return Ok(Targets::Values { values: numbers, width: 1 }),
            Column::Numbers(numbers) => numbers,
        };
        let mut labels = Vec::with_capacity(numbers.len());
        for (at, &number) in numbers.iter().enumerate() {
            labels.push(label_of(number, limit).map_err(|message| error(at, message))?);
        }
        let count = labels.iter().max().map_or(0, |label| *label as usize + 1);
        Ok(Targets::Classes { labels, count, names: None })
    }
}

/// Words as classes, in their alphabet's order.
fn named(rows: &[u32], words: Vec<String>) -> Targets {
    let mut order: Vec<u32> = (0..words.len() as u32).collect();
    order.sort_unstable_by_key(|&place| &words[place as usize]);
    let mut class = vec![0; words.len()];
    order.iter().zip(0..).for_each(|(&place, at)| class[place as usize] = at);
    let labels = rows.iter().map(|&place| class[place as usize]).collect();
    let count = words.len();
    let mut names = words;
    names.sort_unstable();
    Targets::Classes { labels, count, names: Some(names) }
}

/// Why a field is no number.
pub(super) fn no_number(text: &str, hint: &str) -> String {
    let why = if is_missing(text) {
        ": the value is missing".to_string()
    } else if has_decimal_comma(text) {
        format!(": a decimal comma? {} would be read", text.replace(',', "."))
    } else {
        String::new()
    };
    format!("{text:?} is not a finite number{why}{hint}")
}
