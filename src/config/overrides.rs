//! `--set KEY=VALUE`: one value put into the tree before anything reads it.

use std::sync::Arc;

use super::error::{Error, Place};
use super::table::Table;
use super::value::{self, Kind, Value, parse_value};

/// Puts the value of one `KEY=VALUE` where its dotted key says. Numbers in the key are indices
/// into lists (`model.layers.0.units=64`); tables that aren't there yet are made, so that any key
/// can be set. The value is TOML, or else the bare text (`optimizer.type=sgd`).
pub(crate) fn apply(root: &mut Table, text: &str) -> Result<(), Error> {
    let Some((path, value)) = text.split_once('=') else {
        let place = Place::Override(text.trim().into());
        return Err(Error::new(&place, "no value").help("write --set KEY=VALUE"));
    };
    let path = path.trim();
    let place = Place::Override(Arc::from(path));
    let keys: Vec<&str> = path.split('.').collect();
    if keys.iter().any(|key| key.is_empty()) {
        let message = "a key is empty";
        return Err(Error::new(&place, message).help("keys are joined by single dots: model.layers.0.units"));
    }
    if keys.len() > value::PARTS {
        return Err(value::deep(&place));
    }
    let value = value_of(value.trim(), &place)?;
    set(root, &keys, 0, value, &place)
}

/// TOML where it is TOML, else the bare text; what begins like a quotation, a list or a table was
/// meant as TOML, so its mistakes are reported.
pub(super) fn value_of(text: &str, place: &Place) -> Result<Value, Error> {
    let bare = || Value { kind: Kind::String(text.to_string()), place: place.clone() };
    if text.is_empty() {
        return Ok(bare());
    }
    match parse_value(place, text) {
        Ok(value) => Ok(value),
        Err(error) if text.starts_with(['"', '\'', '[', '{']) => Err(error),
        Err(_) => Ok(bare()),
    }
}

fn set(table: &mut Table, path: &[&str], depth: usize, value: Value, place: &Place) -> Result<(), Error> {
    let key = path[depth];
    if depth + 1 == path.len() {
        table.set(key, place.clone(), value);
        return Ok(());
    }
    let inner = table.value_or_new_table(key, place);
    set_in(inner, path, depth + 1, value, place)
}

/// Goes on inside `inner`, the value of `path[depth - 1]`.
fn set_in(inner: &mut Value, path: &[&str], depth: usize, value: Value, place: &Place) -> Result<(), Error> {
    let described = inner.describe();
    let parent = path[..depth].join(".");
    match &mut inner.kind {
        Kind::Table(table) => set(table, path, depth, value, place),
        Kind::List(items) => {
            let length = items.len();
            let index = path[depth];
            let Some(item) = index.parse().ok().and_then(|i: usize| items.get_mut(i)) else {
                let message = format!("`{parent}` has {length} items, and `{index}` is none");
                let help = match length {
                    0 => "it is empty".to_string(),
                    _ => format!("indices run from 0 to {}", length - 1),
                };
                return Err(Error::new(place, message).help(help));
            };
            if depth + 1 == path.len() {
                *item = value;
                Ok(())
            } else {
                set_in(item, path, depth + 1, value, place)
            }
        }
        _ => {
            let message = format!("`{parent}` is {described}, which has no keys");
            Err(Error::new(place, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::value::parse_document;

    const TEXT: &str = "[optimizer]\ntype = 'adam'\n[model]\nlayers = [{ units = 1 }, { units = 2 }]";

    fn after(overrides: &[&str]) -> Result<String, String> {
        let mut root = parse_document(&"c.toml".into(), TEXT).map_err(|e| e.to_string())?;
        for text in overrides {
            apply(&mut root, text).map_err(|error| error.to_string())?;
        }
        Ok(toml::to_string(&root.to_toml()).unwrap())
    }

    #[test]
    fn a_dotted_path_reaches_keys_and_list_items() {
        let text = after(&["model.layers.1.units=64", "optimizer.type=sgd"]).unwrap();
        let expected: toml::Table = "[optimizer]\ntype = 'sgd'\n[model]\n\
            layers = [{ units = 1 }, { units = 64 }]"
            .parse()
            .unwrap();
        assert_eq!(text.parse::<toml::Table>().unwrap(), expected);
    }

    #[test]
    fn values_are_toml_or_bare_words() {
        for (given, written) in [
            ("x=1e-3", "x = 0.001"),
            ("x=true", "x = true"),
            ("x=[1, 2]", "x = [1, 2]"),
            ("x=\"1\"", "x = \"1\""),
            ("x=/data/set one", "x = \"/data/set one\""),
            ("x=", "x = \"\""),
            ("x = a=b", "x = \"a=b\""),
            ("x.y.z=1", "[x.y]\nz = 1"),
        ] {
            let text = after(&[given]).unwrap();
            assert!(text.contains(written), "{given} gave {text}");
        }
    }

    #[test]
    fn the_last_one_wins() {
        let text = after(&["optimizer.type=sgd", "optimizer.type=lion"]).unwrap();
        assert!(text.contains("type = \"lion\""), "{text}");
        assert!(!text.contains("sgd"), "{text}");
    }

    #[test]
    fn wrong_overrides_say_what_is_wrong() {
        for (given, message) in [
            (
                "model.layers.2.units=1",
                "--set model.layers.2.units: `model.layers` has 2 items, and `2` is none; \
                 indices run from 0 to 1",
            ),
            (
                "model.layers.first.units=1",
                "--set model.layers.first.units: `model.layers` has 2 items, and `first` is none; \
                 indices run from 0 to 1",
            ),
            (
                "optimizer.type.x=1",
                "--set optimizer.type.x: `optimizer.type` is the string \"adam\", which has no keys",
            ),
            ("seed", "--set seed: no value; write --set KEY=VALUE"),
            ("a..b=1", "--set a..b: a key is empty; keys are joined by single dots: model.layers.0.units"),
        ] {
            assert_eq!(after(&[given]).unwrap_err(), message);
        }
        let broken = after(&["x=[1, 2"]).unwrap_err();
        assert!(broken.starts_with("--set x: not valid TOML"), "{broken}");
    }
}
