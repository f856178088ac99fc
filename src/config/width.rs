//! `[model] width`: one number for how wide a network is. A layer's `filters`, `units` and `channels`
//! are then written as a string of a factor and k, `"4k"` or `"k"`, and `--set model.width=8` scales them
//! all:
//!
//! ```toml
//! [model]
//! width = 64
//! [[model.layers]]
//! op = "conv2d"
//! filters = "2k"                 # 128
//! ```
//!
//! That is all there is: no other names, no sums. A run directory keeps the numbers that came out.

use super::error::Error;
use super::table::Table;
use super::value::{Kind, Value};

/// The keys that count channels or units.
const KEYS: &[&str] = &["filters", "units", "channels"];

/// Puts the numbers for `width` into a layer's table and those of the layers inside it; returns how
/// many there were.
pub(super) fn fill(table: &mut Table, width: Option<usize>) -> Result<usize, Error> {
    let mut filled = 0;
    for (key, value) in table.values_mut() {
        match &mut value.kind {
            Kind::Table(inner) => filled += fill(inner, width)?,
            Kind::List(items) => {
                for item in items {
                    if let Kind::Table(inner) = &mut item.kind {
                        filled += fill(inner, width)?;
                    }
                }
            }
            Kind::String(text) if KEYS.contains(&key) => {
                let Some(factor) = factor(text) else { continue };
                value.kind = Kind::Integer(number(key, value, factor, width)?);
                filled += 1;
            }
            _ => {}
        }
    }
    Ok(filled)
}

/// 4 of `4k`, 1 of `k`; anything else is left to the key's reader, which wants a number.
fn factor(text: &str) -> Option<usize> {
    match text.strip_suffix('k')? {
        "" => Some(1),
        digits => digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?,
    }
}

fn number(key: &str, value: &Value, factor: usize, width: Option<usize>) -> Result<i64, Error> {
    let error = |message: &str| Error::new(&value.place, format!("`{key}` is {}, {message}", value.describe()));
    let width = width.ok_or_else(|| error("but [model] has no `width`").help("give one: width = 64"))?;
    let product = factor.checked_mul(width).and_then(|product| i64::try_from(product).ok());
    product.ok_or_else(|| error("which is too large a number"))
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn read(model: &str, overrides: &[&str]) -> Result<Config, String> {
        let text = format!(
            "name = 'n'\n[data]\nsource = 'digits'\n[model]\nloss = 'categorical'\n{model}\n[optimizer]\ntype = 'sgd'\n"
        );
        let overrides: Vec<String> = overrides.iter().map(|text| text.to_string()).collect();
        Config::read("c.toml", &text, &overrides).map_err(|error| error.to_string())
    }

    const LAYERS: &str = "layers = [{ op = 'dense', units = '3k' }, { op = 'block', layers = [{ op = 'dense', units = 'k' }] }, { op = 'dense', units = 10 }]";

    #[test]
    fn a_width_scales_every_layer_that_says_so() {
        let config = read(&format!("width = 4\n{LAYERS}"), &["model.width=5"]).unwrap();
        let text = toml::to_string(&config.to_toml()).unwrap();
        assert!(text.contains("units = 15") && text.contains("units = 5") && text.contains("units = 10"), "{text}");
        // What is written needs no width, and is the same config.
        assert!(!text.contains("width"), "{text}");
        assert_eq!(Config::read("again.toml", &text, &[]).unwrap(), config);
    }

    #[test]
    fn mistakes_about_widths_are_told() {
        for (model, message) in [
            (
                LAYERS.to_owned(),
                "c.toml:6:35: `units` is the string \"3k\", but [model] has no `width`; give one: width = 64",
            ),
            (
                "width = 4\nlayers = [{ op = 'dense', units = 10 }]".to_owned(),
                "c.toml:6:9: `width` is given, but no layer says \"k\" or \"2k\" for its filters, units or channels",
            ),
            (
                "width = 9000\nlayers = [{ op = 'dense', units = '99999999999999999k' }]".to_owned(),
                "c.toml:7:35: `units` is the string \"99999999999999999k\", which is too large a number",
            ),
        ] {
            assert_eq!(read(&model, &[]).unwrap_err(), message);
        }
    }
}
