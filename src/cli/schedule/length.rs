//! Whether a schedule is as long as the run, and counts what its writer counted.

use crate::schedules::Schedule;

/// How long a schedule is: what it still changes after, and what it stays at its last value after.
struct Length {
    least: u64,
    most: Option<u64>,
}

/// What the keys say of the length; `None` where every run is long enough and none too long.
fn length(keys: &toml::Table) -> Option<Length> {
    let warmup = number(keys, "warmup").unwrap_or(0);
    let exactly = |steps: u64| {
        let steps = warmup.saturating_add(steps);
        Some(Length { least: steps, most: Some(steps) })
    };
    let at_least = |steps: u64| Some(Length { least: warmup.saturating_add(steps), most: None });
    let cycles = keys.get("cycle").and_then(toml::Value::as_bool) == Some(true);
    match keys.get("schedule")?.as_str()? {
        "linear" | "cosine" | "cosine_squared" | "one_cycle" => exactly(number(keys, "steps")?),
        "polynomial" if !cycles => exactly(number(keys, "steps")?),
        "piecewise" => at_least(last_boundary(keys)?.saturating_add(1)),
        "restarts" => at_least(number(keys, "period")?),
        "sequence" => {
            let parts = keys.get("parts")?.as_array()?.iter();
            let lengths = parts.filter_map(|part| part.get("length")?.as_integer());
            at_least(lengths.fold(0, |sum, length| sum.saturating_add(length as u64)))
        }
        _ => (warmup > 0).then_some(Length { least: warmup, most: None }),
    }
}

fn number(keys: &toml::Table, key: &str) -> Option<u64> {
    keys.get(key).and_then(toml::Value::as_integer).map(|steps| steps as u64)
}

fn last_boundary(keys: &toml::Table) -> Option<u64> {
    Some(keys.get("boundaries")?.as_array()?.last()?.as_integer()? as u64)
}

/// What is suspicious about a schedule in a run of so many steps, of which an epoch has `epoch`; one line.
pub(super) fn warning(rate: &Schedule, steps: u64, epoch: u64) -> Option<String> {
    let toml::Value::Table(keys) = rate.to_toml() else { return None };
    let warmup = number(&keys, "warmup").unwrap_or(0);
    if warmup >= steps {
        return Some(format!("the run ends after {steps} steps, within the schedule's warmup of {warmup}"));
    }
    match length(&keys) {
        Some(Length { least, .. }) if least > steps => Some(format!(
            "the run ends after {steps} steps, but the schedule needs {least}: its last {} are left out",
            least - steps
        )),
        Some(Length { most: Some(most), .. }) if most < steps => Some(format!(
            "the schedule ends after {most} steps, but the run takes {steps}: the last {} have the schedule's final \
             rate{}",
            steps - most,
            if meant_epochs(most - warmup, steps, epoch) { COUNTED } else { "" }
        )),
        _ => counted_as_epochs(&keys, steps, epoch).or_else(|| vanishes(rate, steps)),
    }
}

const COUNTED: &str = " (`steps` counts updates; `epochs` in its place counts epochs)";

/// Whether so many steps were more probably meant as epochs: they are at most as many as the run has of
/// those, and an epoch has many steps.
fn meant_epochs(count: u64, steps: u64, epoch: u64) -> bool {
    epoch >= 10 && count <= steps.div_ceil(epoch)
}

/// Boundaries and periods that lie in the first of many epochs.
fn counted_as_epochs(keys: &toml::Table, steps: u64, epoch: u64) -> Option<String> {
    let (what, count) = match keys.get("schedule")?.as_str()? {
        "piecewise" => ("last boundary", last_boundary(keys)?),
        "restarts" => ("period", number(keys, "period")?),
        "exponential" if keys.get("staircase")?.as_bool()? => ("stair", number(keys, "steps")?),
        _ => return None,
    };
    (count > 1 && meant_epochs(count, steps, epoch)).then(|| {
        format!(
            "the schedule's {what} is {count}, which counts updates: an epoch has {epoch} of them, so that it is over \
             in the first one"
        )
    })
}

/// A share of the largest rate that trains nothing.
const NOTHING: f64 = 1e-6;

/// A rate that has died out long before the run's end.
fn vanishes(rate: &Schedule, steps: u64) -> Option<String> {
    let dead = |t: u64| rate.at(t) < NOTHING * rate.at(0);
    let (mut low, mut high) = (0, steps.saturating_sub(1) / 4 * 3);
    if high == 0 || !dead(high) || rate.at(0) == 0.0 {
        return None;
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if dead(middle) { high = middle } else { low = middle }
    }
    let step = high + 1;
    Some(format!(
        "from step {step} of {steps} on, the learning rate is less than a millionth of the first: nothing is learned any more"
    ))
}
