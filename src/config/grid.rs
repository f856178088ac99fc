//! `--grid KEY=V1,V2`: the values of one key that a sweep goes through.

use std::sync::Arc;

use super::error::{Error, Place};
use super::overrides::value_of;

/// Values of a key at most.
const MOST: usize = 10_000;

/// A key and the values that it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// The dotted key, as `--set` takes it.
    pub key: String,
    /// Its values, each another.
    pub values: Vec<toml::Value>,
    /// The same as they were written.
    texts: Vec<String>,
}

impl Grid {
    /// Reads `KEY=V1,V2,…`. A value is what `--set` takes; a comma inside brackets, braces or quotes
    /// belongs to the value.
    ///
    /// # Errors
    /// No value, an empty one, one that is not TOML where it begins like it, one that is there twice.
    pub fn read(text: &str) -> Result<Grid, Error> {
        let (key, values) = text.split_once('=').unwrap_or((text, ""));
        let key = key.trim();
        let place = Place::Grid(Arc::from(key));
        let wrong = |message: String| Err(Error::new(&place, message).help("write --grid KEY=VALUE,VALUE,…"));
        if key.is_empty() || values.trim().is_empty() {
            return wrong(if key.is_empty() { "no key".into() } else { "no values".into() });
        }
        let mut grid = Grid { key: key.to_owned(), values: vec![], texts: vec![] };
        let values = split(values);
        if values.len() > MOST {
            return wrong(format!("{} values, where {MOST} are possible", values.len()));
        }
        for text in values {
            if text.is_empty() {
                return wrong("a value is empty (\"\" is the empty text)".into());
            }
            let value = value_of(text, &place)?.to_toml();
            if grid.values.contains(&value) {
                return wrong(format!("{text} is there twice"));
            }
            grid.values.push(value);
            grid.texts.push(text.to_owned());
        }
        Ok(grid)
    }

    /// What `--set` would be given for one of the values.
    pub fn setting(&self, at: usize) -> String {
        format!("{}={}", self.key, self.texts[at])
    }

    /// Every choice of one value from each grid, as indices; the last grid's changes fastest.
    pub fn product(grids: &[Grid]) -> Vec<Vec<usize>> {
        let start = vec![vec![]];
        grids.iter().fold(start, |chosen, grid| {
            let extend = |choice: Vec<usize>| (0..grid.values.len()).map(move |at| [&choice[..], &[at]].concat());
            chosen.into_iter().flat_map(extend).collect()
        })
    }
}

/// The parts between commas that are not inside brackets, braces or quotes.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quote, mut escaped) = (vec![], 0, 0, None, false);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            _ if escaped => escaped = false,
            (Some('"'), '\\') => escaped = true,
            (Some(open), _) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            (None, ',') if depth <= 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            (None, _) => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        Grid::read(text).expect("a grid").values.iter().map(toml::Value::to_string).collect()
    }

    #[test]
    fn values_are_those_of_set_and_keep_their_commas() {
        assert_eq!(values("optimizer.learning_rate=1e-3, 0.01"), ["0.001", "0.01"]);
        assert_eq!(values("optimizer.type=sgd,adam"), ["\"sgd\"", "\"adam\""]);
        assert_eq!(values("x=[1, 2],[3]"), ["[1, 2]", "[3]"]);
        assert_eq!(values("x={ a = 1, b = \"},\" },2"), ["{ a = 1, b = \"},\" }", "2"]);
        assert_eq!(values("x='a,b',\"c\\\",d\""), ["\"a,b\"", "'c\",d'"]);
        assert_eq!(Grid::read("x=1e-3,2").expect("a grid").setting(0), "x=1e-3");
    }

    #[test]
    fn wrong_grids_say_what_is_wrong() {
        for (text, message) in [
            ("seed", "--grid seed: no values"),
            ("seed=", "--grid seed: no values"),
            ("=1", "--grid : no key"),
            ("seed=1,,2", "--grid seed: a value is empty"),
            ("x=1e-3,0.001", "--grid x: 0.001 is there twice"),
            ("x=[1,2", "--grid x: not valid TOML"),
        ] {
            let error = Grid::read(text).expect_err(text).to_string();
            assert!(error.starts_with(message), "{text}: {error}");
        }
    }

    #[test]
    fn a_product_has_every_choice_once() {
        let grids = ["a=1,2", "b=1,2,3"].map(|text| Grid::read(text).expect("a grid"));
        let product = Grid::product(&grids);
        assert_eq!(product, [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]);
    }
}
