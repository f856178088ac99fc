//! Whether network, loss and data fit each other: outputs and classes, targets and their range, words and their
//! vocabulary.

use super::BuildError;
use crate::{
    config::{self, Place},
    data::{DataError, Dataset, Inputs, Targets},
    graph::{Draft, Graph, elements, show},
    losses::{self, Loss},
    ops::Effect,
};

/// Brings the classes of a data set to the network's outputs, and refuses what can't be right. `last` is where the
/// network's last layer is spoken of.
pub(super) fn fit(last: &Place, graph: &Graph, dataset: &mut Dataset, loss: &Loss) -> Result<(), BuildError> {
    check_inputs(last, graph, dataset, loss)?;
    classes(graph, dataset, loss);
    check_outputs(last, graph, dataset, loss)?;
    check_targets(dataset, loss)?;
    Ok(check_words(graph, dataset)?)
}

/// The network is for such examples, and all that a device takes an index from is in its range. Configs and files
/// are read so that this is true.
fn check_inputs(last: &Place, graph: &Graph, dataset: &Dataset, loss: &Loss) -> Result<(), BuildError> {
    dataset.check()?;
    let (takes, shape) = (&graph.nodes[0].shape, &dataset.shape);
    if takes != shape {
        let message = format!("the network takes {}, but an example of the data set is {}", show(takes), show(shape));
        return Err(config::Error::new(last, message).into());
    }
    if loss.targets == losses::Targets::Labels && matches!(dataset.targets, Targets::Values { .. }) {
        let message = format!("the loss `{}` takes classes, and the targets are numbers", loss.name);
        return Err(DataError::new(dataset.name.as_str(), message).into());
    }
    Ok(())
}

/// Labels say at least how many classes there are: the network may know of more. And some count from 1.
fn classes(graph: &Graph, dataset: &mut Dataset, loss: &Loss) {
    let outputs = elements(&graph.nodes[graph.output].shape);
    let Targets::Classes { labels, count, names: names @ None } = &mut dataset.targets else { return };
    if !loss.labels() || dataset.train.is_empty() || labels.is_empty() {
        return;
    }
    if outputs > *count {
        *count = outputs;
    } else if outputs + 1 == *count && *count > 2 && !labels.contains(&0) {
        log::warn!(
            "{}: labels count from 1 to {outputs}, class 0 never occurs: the network's outputs are for 1 to {outputs}",
            dataset.origin.file
        );
        labels.iter_mut().for_each(|label| *label -= 1);
        *count = outputs;
        *names = Some((1..=outputs).map(|class| class.to_string()).collect());
    }
}

fn check_outputs(last: &Place, graph: &Graph, dataset: &Dataset, loss: &Loss) -> Result<(), config::Error> {
    let outputs = elements(&graph.nodes[graph.output].shape);
    let wanted = dataset.targets.width();
    let binary = matches!(dataset.targets, Targets::Classes { count: 2, .. }) && outputs == 1;
    if outputs == wanted || binary && !loss.labels() {
        return Ok(());
    }
    let message = format!(
        "the network ends in {outputs} outputs, but the loss `{}` over the data set `{}` needs {wanted}",
        loss.name, dataset.name
    );
    let few = match &dataset.targets {
        Targets::Classes { labels, names: None, count } => {
            let mut seen = labels.clone();
            seen.sort_unstable();
            seen.dedup();
            match seen.first() {
                // Of an outline no label is known.
                _ if labels.is_empty() || seen.len() == *count => String::new(),
                Some(0) => format!(", or number the {} classes that occur from 0 on", seen.len()),
                _ => format!("; class 0 never occurs: if labels count from 1, {} are enough", wanted - 1),
            }
        }
        _ => String::new(),
    };
    Err(config::Error::new(last, message).help(format!("give the last layer units = {wanted}{few}")))
}

/// Targets that a loss can't be trained on.
fn check_targets(dataset: &Dataset, loss: &Loss) -> Result<(), DataError> {
    let origin = &dataset.origin;
    let column = origin.table.as_ref().and_then(|table| table.target.as_deref());
    let column = column.map_or(String::new(), |name| format!(" in column `{name}`"));
    // An outline of data has no examples.
    if dataset.examples() == 0 {
        return Ok(());
    }
    match (&dataset.targets, loss.targets) {
        (Targets::Values { values, width }, losses::Targets::Probabilities) => {
            if let Some(at) = values.iter().position(|value| !(0.0..=1.0).contains(value)) {
                let message = format!(
                    "the target {}{column} is no probability: the loss `{}` takes targets from 0 to 1, so write labels \
                     as 0 and 1",
                    values[at], loss.name
                );
                return Err(origin.error(at / width, message));
            }
        }
        (Targets::Classes { names: Some(names), .. }, losses::Targets::Values) if origin.table.is_some() => {
            let message = format!(
                "the targets{column} are words, such as {:?}, where the loss `{}` takes numbers; \
                 model.loss = {:?} is for classes",
                names[0],
                loss.name,
                losses::CATEGORICAL.name
            );
            return Err(DataError::new(origin.file.as_str(), message));
        }
        (Targets::Values { .. }, losses::Targets::Labels | losses::Targets::Values) => {}
        (Targets::Classes { .. }, _) => {}
    }
    let all = match &dataset.targets {
        _ if !loss.accuracy => None,
        Targets::Classes { labels, names, .. } => {
            let name = |label: u32| names.as_ref().map_or(label.to_string(), |names| names[label as usize].clone());
            only(&dataset.train, labels).map(name)
        }
        Targets::Values { values, width: 1 } if !loss.labels() => only(&dataset.train, values).map(|x| x.to_string()),
        Targets::Values { .. } => None,
    };
    all.map_or(Ok(()), |class| {
        let message = format!(
            "all {} training examples are of one class, {class}{column}: there is nothing to tell apart",
            dataset.train.len()
        );
        Err(DataError::new(origin.file.as_str(), message))
    })
}

/// What all of at least two examples have, if it is the same.
fn only<T: Copy + PartialEq>(examples: &[u32], values: &[T]) -> Option<T> {
    let mut values = examples.iter().map(|&example| values[example as usize]);
    let first = values.next().filter(|_| examples.len() > 1)?;
    values.all(|value| value == first).then_some(first)
}

/// Numbers of words must be numbers of words, wherever an embedding takes the input.
fn check_words(graph: &Graph, dataset: &Dataset) -> Result<(), DataError> {
    let Some(vocabulary) = vocabulary(graph) else { return Ok(()) };
    let is_word = |value: f32| value.fract() == 0.0 && value >= 0.0 && value < vocabulary as f32;
    let wrong = match &dataset.inputs {
        Inputs::Bytes { values, .. } => values.iter().position(|&value| !is_word(value.into())),
        Inputs::Floats(values) => values.iter().position(|&value| !is_word(value)),
    };
    let Some(at) = wrong else { return Ok(()) };
    let (example, feature) = (at / dataset.features(), at % dataset.features());
    let table = dataset.origin.table.as_ref();
    let column = match table.and_then(|table| table.inputs.get(feature)) {
        Some(name) => format!("`{name}`"),
        // The target's column counts where it stands before this one.
        None => (feature + 1 + usize::from(table.is_some_and(|table| table.position <= feature))).to_string(),
    };
    let message = format!(
        "column {column}: {} is no word's number: the embedding's vocabulary of {vocabulary} takes whole numbers \
         from 0 to {}",
        dataset.inputs.get(at),
        vocabulary - 1
    );
    Err(dataset.origin.error(example, message))
}

/// Whether the network's input goes into an embedding, as it is or in another shape: then it is the numbers of words,
/// and no scale makes sense of them.
pub(in crate::train) fn takes_words(drafts: &[Draft], sorted: &[(usize, Vec<usize>)]) -> bool {
    let mut raw = vec![0];
    for (at, inputs) in sorted {
        if !inputs.iter().any(|input| raw.contains(input)) {
            continue;
        }
        match drafts[*at].op.effect() {
            Effect::Words(_) => return true,
            Effect::View | Effect::Joins => raw.push(at + 1),
            Effect::Drops | Effect::Within(_) | Effect::Others => {}
        }
    }
    false
}

/// The smallest vocabulary of the embeddings that take the network's input.
pub(super) fn vocabulary(graph: &Graph) -> Option<usize> {
    let mut raw = vec![0];
    let mut smallest = None;
    for (at, node) in graph.nodes.iter().enumerate().filter(|(_, node)| !node.inputs.is_empty()) {
        if !node.inputs.iter().any(|input| raw.contains(input)) {
            continue;
        }
        match node.op.effect() {
            Effect::Words(words) => smallest = Some(smallest.unwrap_or(usize::MAX).min(words)),
            Effect::View | Effect::Joins => raw.push(at),
            Effect::Drops | Effect::Within(_) | Effect::Others => {}
        }
    }
    smallest
}

/// Names that a warning lists at most.
const NAMED: usize = 10;

/// What in a data set may be right, but is mostly a mistake.
pub(in crate::train) fn doubts(dataset: &Dataset, loss: &Loss) -> Vec<String> {
    // Of an outline no example is there.
    if dataset.targets.is_empty() {
        return vec![];
    }
    let file = &dataset.origin.file;
    match &dataset.targets {
        Targets::Classes { labels, count, names } => {
            let mut seen = vec![false; *count];
            dataset.train.iter().for_each(|&example| seen[labels[example as usize] as usize] = true);
            let never: Vec<usize> = (0..*count).filter(|&class| !seen[class]).collect();
            if never.is_empty() {
                return vec![];
            }
            let name = |&class: &usize| names.as_ref().map_or(class.to_string(), |names| names[class].clone());
            let mut list: Vec<String> = never.iter().take(NAMED).map(name).collect();
            if never.len() > NAMED {
                list.push("…".into());
            }
            let (none, of, examples) = (never.len(), count, dataset.train.len());
            let list = list.join(", ");
            if names.is_none() && never == [0] {
                return vec![format!("{file}: class 0 of {of} never occurs: do the labels count from 1?")];
            }
            vec![format!("{file}: {none} of {of} classes never occur among the {examples} training examples: {list}")]
        }
        Targets::Values { values, width } if loss.targets == losses::Targets::Values => {
            let constant = |at: &usize| {
                let mut column = dataset.train.iter().map(|&example| values[example as usize * width + at]);
                let first = column.next();
                dataset.train.len() > 1 && column.all(|value| Some(value) == first)
            };
            let same: Vec<String> = (0..*width).filter(constant).map(|at| at.to_string()).collect();
            match &same[..] {
                [] => vec![],
                _ if *width == 1 => vec![format!("{file}: the target is the same number in all training examples")],
                _ => vec![format!("{file}: these targets are the same in all training examples: {}", same.join(", "))],
            }
        }
        Targets::Values { .. } => vec![],
    }
}
