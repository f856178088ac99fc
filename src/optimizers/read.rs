//! From the section `[optimizer]` to a rule with all that surrounds it, and from a rule in code to what that section
//! would say of it.

use std::sync::Arc;

use super::{ALL, Configured, Counts, Dialect, Regularization, Rule, regularization::matches};
use crate::config;

/// Reads the optimizer of a config.
///
/// # Errors
/// An unknown optimizer, dialect or key, with the nearest right one; a value out of its range.
pub fn read(config: &config::OptimizerConfig) -> Result<Arc<dyn Rule>, config::Error> {
    let names: Vec<&str> = ALL.iter().map(|optimizer| optimizer.name).collect();
    let Some(optimizer) = ALL.iter().find(|optimizer| optimizer.name == config.kind) else {
        return Err(config::Error::unknown(&config.place, "optimizer", &config.kind, &names));
    };
    let keys = &config.keys;
    // The type was read to get here, and the learning rate is the schedule's.
    keys.value("type");
    keys.value("learning_rate");
    let dialect = Dialect::read(keys)?;
    let rule = (optimizer.read)(keys, dialect)?;
    let regularization = Regularization::read(keys, dialect, rule.default_weight_decay())?;
    let accumulate = keys.integer("accumulate", 1..)?.unwrap_or(1) as u64;
    let counts = Counts::read(keys, "schedule_counts")?.unwrap_or(Counts::of_schedules(dialect));
    let average_counts = Counts::read(keys, "ema_counts")?.unwrap_or(Counts::of_averages(dialect));
    let average = keys.number("ema", config::FRACTION)?;
    let overwrite = keys.integer("ema_overwrite", 1..)?.map(|updates| updates as u64);
    if let (None, Some(key)) = (average, ["ema_overwrite", "ema_counts"].into_iter().find(|key| keys.has(key))) {
        let error = keys.error(key, format!("`{key}` means nothing where the parameters are not averaged"));
        return Err(error.help("give the average's momentum, too: ema = 0.99 is Keras's default"));
    }
    keys.finish()?;
    Ok(Arc::new(Configured { rule, dialect, regularization, accumulate, counts, average, average_counts, overwrite }))
}

/// Checks that every pattern of a parameter group means something.
///
/// # Errors
/// One that no parameter's name matches.
pub fn check(rule: &dyn Rule, names: &[&str]) -> Result<(), config::Error> {
    let groups = rule.regularization().map_or(&[][..], |regularization| &regularization.groups);
    for group in groups {
        if !names.iter().any(|name| matches(&group.pattern, name)) {
            let message = format!("no parameter's name matches `{}`", group.pattern);
            let help = config::suggestion(&group.pattern, names);
            return Err(config::Error::new(&group.place, message).help(help));
        }
    }
    Ok(())
}

/// Whether a config could have written a rule's settings, here as its keys; those of another crate's rules are their
/// own affair.
///
/// # Errors
/// See [`read`].
pub(crate) fn check_written(config: &config::OptimizerConfig) -> Result<(), config::Error> {
    if ALL.iter().any(|optimizer| optimizer.name == config.kind) { read(config).map(|_| ()) } else { Ok(()) }
}
