//! Settings that contradict each other: what can never be right is an error at its place, what is only
//! suspicious a warning. Each setting by itself is in order, or its reader would have refused it.

use super::{Model, Settings, Stop, model::fit};
use crate::{
    config::{self, Config, Part, Place, Portion},
    data::{self, Targets},
    graph::{Graph, LARGEST, Node, Shape, elements, order},
    losses::{self, Link},
    metrics,
    ops::Effect,
    optimizers,
    schedules::{Run, Schedule},
};

/// Whether the names in a config's sections are known, and its keys those of what is named; layers and optimizer are
/// left to [`check`].
///
/// # Errors
/// Whatever is unknown, misspelt, or does not go with the rest of its section.
pub fn check_sections(config: &Config) -> Result<(), config::Error> {
    data::check(&config.data)?;
    let loss = losses::of(&config.model)?;
    metrics::check(&metrics::read(&config.train)?, loss)?;
    Stop::read(&config.train)?.map_or(Ok(()), |stop| stop.check(loss, |key| config.train.stop_place(key)))
}

/// Whether a config makes sense as far as it can be said without any data, not even their shape.
///
/// # Errors
/// Whatever in it is unknown, misspelt or out of its range.
pub fn check(config: &Config) -> Result<(), config::Error> {
    check_sections(config)?;
    let drafts = Graph::drafts(&config.model)?;
    let sorted = order::sorted(&drafts)?;
    order::all_used(&drafts, &sorted)?;
    if fit::takes_words(&drafts, &sorted) {
        data::check_words(&config.data)?;
    }
    let rule = optimizers::read(&config.optimizer)?;
    Schedule::read(&config.optimizer, &Run::any(rule.as_ref())).map(|_| ())
}

/// Whether a config that is to train has a development set where it needs one, as far as that can be
/// said without data.
///
/// # Errors
/// It takes none, but looks at its loss or asks for metrics of it.
pub fn check_development(config: &Config) -> Result<(), config::Error> {
    let none = matches!(config.data.dev, Portion::Count(0)) || config.data.dev == Portion::Fraction(0.0);
    let dev = config.data.places.place("data", "dev");
    if none { development(&Settings::read(config)?, &config.optimizer.keys, Some(dev)) } else { Ok(()) }
}

/// What in a model that is to train, or between it and its data, contradicts itself; the warnings, each one line with its place.
///
/// # Errors
/// What can never be right.
pub fn contradictions(model: &Model) -> Result<Vec<String>, config::Error> {
    if model.dataset.dev.is_empty() {
        let dev = model.config.as_ref().map(|config| config.data.places.place("data", "dev"));
        development(&model.settings, &model.keys, dev)?;
    }
    if model.dataset.test.is_empty() && model.settings.train.measure.contains(&Part::Test) {
        let place = model.settings.train.places.place("train", "measure");
        let error = config::Error::new(&place, "the test set is to be measured, but there is no test set");
        return Err(error.help("give data.test examples, or leave \"test\" out"));
    }
    metrics::check_outputs(&model.settings.metrics, model.outputs())?;
    rates(model)?;
    let mut warnings = fit::doubts(&model.dataset, model.loss);
    warnings.extend(accumulation(model)?);
    warnings.extend(output(model));
    warnings.extend(last_batch(model));
    warnings.extend(patience(model));
    warnings.extend(stop_patience(model));
    Ok(warnings)
}

/// The table of a schedule, and whether it is a plateau.
fn plateau(optimizer: &config::Table) -> Option<&config::Table> {
    let table = optimizer.table("learning_rate").ok().flatten()?;
    (table.string("schedule").ok().flatten() == Some("plateau")).then_some(table)
}

/// The development set is empty: nobody may look at its loss or its metrics. `dev` is where a config says how
/// many examples it takes.
fn development(settings: &Settings, optimizer: &config::Table, dev: Option<Place>) -> Result<(), config::Error> {
    let give = dev.map_or("give the data set such a split".into(), |dev| format!("give data.dev examples ({dev})"));
    if let Some(key) = settings.stop.as_ref().and_then(Stop::key_of_development) {
        let message = format!("`{key}` looks at the development set, but there is no development set");
        let help = format!("{give}, or leave it out");
        return Err(config::Error::new(&settings.train.stop_place(key), message).help(help));
    }
    if let Some(asked) = settings.metrics.first() {
        let message = format!("`{}` is of the development set, but there is no development set", asked.key());
        let help = format!("{give}, or leave train.metrics out");
        return Err(config::Error::new(&asked.place, message).help(help));
    }
    let Some(table) = plateau(optimizer) else { return Ok(()) };
    let message =
        "`plateau` looks at the development set's loss, but there is no development set: the rate would never change";
    Err(table.error("schedule", message).help(format!("{give}, or take another schedule")))
}

/// A plateau that waits longer than the run lasts.
fn patience(model: &Model) -> Option<String> {
    let table = plateau(&model.keys)?;
    let patience = table.integer("patience", ..).ok().flatten().unwrap_or(10);
    let epochs = model.settings.train.epochs;
    (patience >= epochs).then(|| {
        let place = table.place_of("patience");
        format!("{place}: the rate can never fall: patience is {patience} epochs, and the run has {epochs}")
    })
}

/// The same of what is to end the run.
fn stop_patience(model: &Model) -> Option<String> {
    let (train, patience) = (&model.settings.train, model.settings.stop.as_ref()?.patience?);
    (patience >= train.epochs && model.steps() > 0).then(|| {
        let place = train.stop_place("patience");
        format!("{place}: the run can't end early: patience is {patience} epochs, and it has {}", train.epochs)
    })
}

/// Points of a run at which its rate is looked at.
const POINTS: u64 = 4096;

/// The rate is a number of 32 bits in every step.
fn rates(model: &Model) -> Result<(), config::Error> {
    let steps = model.steps();
    let stride = steps.div_ceil(POINTS).max(1);
    let points = (0..steps).step_by(stride as usize).chain(steps.checked_sub(1));
    for t in points {
        let rate = model.schedule.at(t);
        if !(rate as f32).is_finite() || rate < 0.0 {
            let message = format!("the learning rate of step {} of {steps} is {rate:e}, beyond 32 bits", t + 1);
            return Err(model.keys.error("learning_rate", message));
        }
    }
    Ok(())
}

/// Gradients that are summed up, but for too long.
fn accumulation(model: &Model) -> Result<Option<String>, config::Error> {
    let keys = &model.keys;
    let batches = keys.integer("accumulate", 1..)?.unwrap_or(1) as u64;
    let (steps, epoch) = (model.steps(), model.steps_per_epoch());
    if batches > steps && steps > 0 {
        let message =
            format!("accumulate = {batches} batches make an update, but the run has {steps}: nothing would be learned");
        return Err(keys.error("accumulate", message).help("take fewer, or more train.epochs"));
    }
    let place = keys.place_of("accumulate");
    Ok((batches > epoch && epoch > 0).then(|| {
        format!(
            "{place}: accumulate = {batches} batches make an update, but an epoch has {epoch}: not every epoch has one"
        )
    }))
}

/// What the network's last layers do to its output.
struct End<'m> {
    node: &'m Node,
    /// The last function, and the range of its values.
    function: Option<(&'static str, [f64; 2])>,
    /// A dropout behind everything that is learned.
    dropout: Option<&'m Node>,
}

fn end(graph: &Graph) -> End<'_> {
    let (mut at, mut dropout) = (graph.output, None);
    loop {
        let node = &graph.nodes[at];
        let activation = node.op.activation().map(|activation| (activation.name, activation.range));
        let (function, passes) = match node.op.effect() {
            Effect::Within(range) => (activation.or(Some((node.op.name(), range))), false),
            Effect::View => (activation, true),
            Effect::Drops => {
                dropout = Some(node);
                (activation, true)
            }
            Effect::Joins | Effect::Words(_) | Effect::Others => (activation, false),
        };
        match (function, passes, node.inputs.first()) {
            (None, true, Some(&below)) => at = below,
            _ => return End { node, function, dropout },
        }
    }
}

/// The last activation against the loss and its targets; one warning at most.
fn output(model: &Model) -> Option<String> {
    let End { node, function, dropout } = end(&model.graph);
    let name = |node: &Node| {
        let place = node.place.as_ref().map(Place::to_string).unwrap_or_default();
        format!("{place}: layer `{}` ({})", node.name, node.op.name())
    };
    if let Some(node) = dropout {
        return Some(format!("{} drops outputs of the network itself: put it in front of the last layer", name(node)));
    }
    let (function, [low, high]) = function?;
    let (name, loss) = (name(node), model.loss.name);
    let Some(own) = model.loss.link.function() else {
        let Targets::Values { values, .. } = &model.dataset.targets else { return None };
        let beyond = values.iter().map(|&value| f64::from(value)).find(|value| *value < low || *value > high)?;
        return Some(format!(
            "{name} ends the network in {function}, which can't reach the target {beyond}: it gives {low} to {high}; \
             leave the activation out"
        ));
    };
    if function == own {
        return Some(format!(
            "{name} ends the network in a {own}, and the loss `{loss}` has its own: taken twice, the loss can't fall \
             below {}; leave the {own} out",
            floor(model.loss.link, model.outputs())
        ));
    }
    low.is_finite().then(|| {
        format!(
            "{name} ends the network in {function}, whose outputs are never below {low}{}, but the loss `{loss}` takes \
             any number and has its own {own}; leave the activation out",
            if high.is_finite() { format!(" or above {high}") } else { String::new() }
        )
    })
}

/// What a loss can't fall below where its link is taken twice.
fn floor(link: Link, outputs: usize) -> String {
    match link {
        Link::Identity => "0".into(),
        Link::Sigmoid => format!("{:.2} an output", (1.0 + (-1.0_f64).exp()).ln()),
        Link::Softmax => format!("{:.2}", (1.0_f64.exp() + outputs as f64 - 1.0).ln() - 1.0),
    }
}

/// The last batch of an epoch is what the others leave: too few, maybe, for a norm over the batch.
fn last_batch(model: &Model) -> Option<String> {
    let rest = model.dataset.train.len() % model.plan.batch.max(1);
    if rest == 0 {
        return None;
    }
    let wrong = |at: usize, node: &Node| node.op.check_rows(&model.graph.input_shapes(at), rest).err();
    let (node, why) = model.graph.nodes.iter().enumerate().find_map(|(at, node)| Some((node, wrong(at, node)?)))?;
    let place = node.place.as_ref().map(Place::to_string).unwrap_or_default();
    Some(format!(
        "{place}: layer `{}` ({}): the last batch of every epoch has {rest} example: {why}, or another data.train_limit",
        node.name,
        node.op.name()
    ))
}

/// Whether batches of so many rows can be counted.
pub(super) fn check_counts(graph: &Graph, rows: usize) -> Result<(), config::Error> {
    let count = |shape: &Shape| rows.saturating_mul(elements(shape));
    let Some(node) = graph.nodes.iter().find(|node| count(&node.shape) > LARGEST) else { return Ok(()) };
    let most = LARGEST / elements(&node.shape);
    let place = node.place.clone().unwrap_or(Place::Document("train.batch_size".into()));
    let message = format!(
        "layer `{}` ({}): a batch of {rows} gives {} numbers, and 32 bits count {}",
        node.name,
        node.op.name(),
        count(&node.shape),
        LARGEST
    );
    Err(config::Error::new(&place, message).help(format!("train.batch_size={most} is the largest that can be")))
}
