//! What a section `[data]` says against its source, before anything is read.

use super::{ALL, Source, made};
use crate::config::{DataConfig, Error, Normalize, OWN_KEYS, Place};

/// Whether a section makes sense for its source.
///
/// # Errors
/// An unknown source, with the nearest right name; a key that does nothing for it, a scale or an augmentation that
/// only pictures have.
pub fn check(config: &DataConfig) -> Result<(), Error> {
    let names: Vec<&str> = ALL.iter().map(|source| source.name).collect();
    let place = |key: &str| config.places.place("data", key);
    let name = &config.source;
    let source = Source::named(name).ok_or_else(|| Error::choice(&place("source"), "source", name, &names))?;
    if source.pictures == Some(false) {
        if config.normalize == Normalize::Unit {
            let message = format!("`unit` is for pictures, and `{name}` has none");
            return Err(Error::new(&place("normalize"), message).help("take \"standard\" or \"none\""));
        }
        if config.augment.is_some() {
            let message = format!("only pictures can be augmented, and `{name}` has none");
            return Err(Error::new(&place("augment"), message));
        }
        if config.mean.is_some() {
            let error = Error::new(&place("mean"), "mean and deviation are those of pixels from 0 to 1");
            return Err(error.help(format!("`{name}` has no pictures: leave them out")));
        }
    }
    if let (Some(true), Some(_)) = (source.pictures, config.features) {
        let message = format!("a map of features is for the columns of tables, and `{name}` has pictures");
        return Err(Error::new(&place("features"), message).help("leave it out"));
    }
    idle(config, source)?;
    made::check(config)
}

/// Keys that do nothing for the source. Values that they have where they are left out are in every run's config, and
/// those of a file's own source are left there when `--set` takes another.
fn idle(config: &DataConfig, source: &Source) -> Result<(), Error> {
    let other = config.places.given("source").is_some_and(Place::is_override);
    for (key, given) in OWN_KEYS {
        let place = config.places.place("data", key);
        if source.keys.contains(key) || !given(config) || other && !place.is_override() {
            continue;
        }
        let takers: Vec<&str> = ALL.iter().filter(|other| other.keys.contains(key)).map(|other| other.name).collect();
        let message = format!("`{key}` does nothing for the source `{}`", source.name);
        return Err(Error::new(&place, message).help(format!("leave it out; these take it: {}", takers.join(", "))));
    }
    Ok(())
}

/// Whether a section makes sense where the inputs are the numbers of words, for an embedding.
///
/// # Errors
/// It scales or maps them.
pub fn check_words(config: &DataConfig) -> Result<(), Error> {
    const WHY: &str = "the inputs go into an embedding, which takes the numbers of words as they are";
    let error = |key: &str| Error::new(&config.places.place("data", key), WHY);
    if config.mean.is_some() {
        return Err(error("mean"));
    }
    if config.features.is_some() {
        return Err(error("features"));
    }
    match config.normalize {
        Normalize::Auto | Normalize::None => Ok(()),
        Normalize::Unit | Normalize::Standard => {
            Err(error("normalize").help("leave normalize out, or set it to \"none\""))
        }
    }
}

/// How inputs are scaled, as far as that can be said without the source's files.
pub fn settled(config: &DataConfig) -> Normalize {
    match (config.normalize, Source::named(&config.source).and_then(|source| source.pictures)) {
        (Normalize::Auto, Some(true)) => Normalize::Unit,
        (Normalize::Auto, Some(false)) => Normalize::Standard,
        (normalize, _) => normalize,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn of(data: &str, overrides: &[&str]) -> Result<(), String> {
        let text = format!(
            "[data]\n{data}\n[model]\nloss = 'normal'\n[[model.layers]]\nop = 'relu'\n[optimizer]\ntype = 'sgd'"
        );
        let overrides: Vec<String> = overrides.iter().map(|text| text.to_string()).collect();
        let config = Config::read("c.toml", &text, &overrides).expect("sections");
        check(&config.data).map_err(|error| error.to_string())
    }

    #[test]
    fn every_key_of_a_source_is_known_and_another_sources_is_an_error() {
        for (key, _) in OWN_KEYS {
            assert!(ALL.iter().any(|source| source.keys.contains(key)), "no source takes {key}");
        }
        for source in ALL {
            assert!(source.keys.iter().all(|key| OWN_KEYS.iter().any(|(known, _)| known == key)), "{}", source.name);
        }
        let error = of("source = 'digits'\nheader = true", &[]).expect_err("no table");
        assert_eq!(
            error,
            "c.toml:3:10: `header` does nothing for the source `digits`; leave it out; these take it: csv"
        );
    }

    #[test]
    fn a_runs_config_is_read_again() {
        // As every run writes them.
        assert_eq!(of("source = 'digits'\npath = ''\ntarget = 'last'\nallow_broken = false\ntest = 0.2", &[]), Ok(()));
        // Another source for the same network: what the file says of its own is not the command line's fault.
        let table = "source = 'csv'\npath = 'a.csv'\nheader = true";
        assert_eq!(of(table, &["data.source=npy", "data.path=b"]), Ok(()));
        let error = of(table, &["data.source=npy", "data.delimiter=;"]).expect_err("no table");
        assert!(error.starts_with("--set data.delimiter: `delimiter` does nothing"), "{error}");
    }
}
