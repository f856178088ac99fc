//! Names to positions, and the topological order.

use std::collections::HashMap;

use super::{Draft, INPUT};
use crate::config;

/// Every draft's position with its inputs, in an order in which inputs come first; the network's
/// input is 0 and draft `i` is `i + 1` there. Among drafts that could come next, the config's
/// order decides.
///
/// # Errors
/// Names taken twice, names of nothing (with the nearest right one), circles, with the names of
/// their nodes.
pub fn sorted(drafts: &[Draft]) -> Result<Vec<(usize, Vec<usize>)>, config::Error> {
    let inputs = resolve(drafts)?;
    let mut done = vec![false; drafts.len() + 1];
    done[0] = true;
    let mut sorted: Vec<(usize, Vec<usize>)> = vec![];
    // All before it are done: mostly the config's order is right, and nothing is searched twice.
    let mut begin = 0;
    while sorted.len() < drafts.len() {
        let ready = (begin..drafts.len()).find(|&at| !done[at + 1] && inputs[at].iter().all(|&input| done[input]));
        let Some(at) = ready else { return Err(circle(drafts, &inputs, &done)) };
        done[at + 1] = true;
        sorted.push((at, inputs[at].clone()));
        while begin < drafts.len() && done[begin + 1] {
            begin += 1;
        }
    }
    Ok(sorted)
}

/// The network ends in its last layer: another whose output nobody takes was not meant so.
///
/// # Errors
/// All such layers, with their places.
pub fn all_used(drafts: &[Draft], sorted: &[(usize, Vec<usize>)]) -> Result<(), config::Error> {
    let mut used = vec![false; drafts.len() + 1];
    sorted.iter().flat_map(|(_, inputs)| inputs).for_each(|&input| used[input] = true);
    let (Some(last), unused) = (drafts.last(), (0..drafts.len()).filter(|&at| !used[at + 1])) else { return Ok(()) };
    let ends: Vec<&Draft> = unused.map(|at| &drafts[at]).filter(|draft| draft.name != last.name).collect();
    let Some(first) = ends.first() else { return Ok(()) };
    let name = |draft: &&Draft| format!("`{}` ({}, {})", draft.name, draft.op.name(), draft.place);
    let shown: Vec<String> = ends.iter().take(SHOWN).map(name).collect();
    let more = if ends.len() > SHOWN { format!(" and {} more", ends.len() - SHOWN) } else { String::new() };
    let message = format!(
        "nothing uses the output of {}{more}, and the network has one output, that of its last layer {}",
        shown.join(", "),
        name(&last)
    );
    let help = "name it in the `inputs` of a layer behind it, or leave it out";
    Err(config::Error::new(&first.place, message).help(help))
}

/// Names that an error lists at most.
const SHOWN: usize = 10;

fn resolve(drafts: &[Draft]) -> Result<Vec<Vec<usize>>, config::Error> {
    let mut positions = HashMap::from([(INPUT, 0)]);
    for (at, draft) in drafts.iter().enumerate() {
        let Some(before) = positions.insert(&draft.name, at + 1) else { continue };
        let error = match before {
            0 => config::Error::new(&draft.name_place, format!("`{INPUT}` is what the network itself is given"))
                .help("give the layer another name"),
            before => {
                let first = &drafts[before - 1].name_place;
                let message = format!("two layers are named `{}`, the other one at {first}", draft.name);
                config::Error::new(&draft.name_place, message)
            }
        };
        return Err(error);
    }
    let find = |draft: &Draft, at: usize, name: &String| {
        positions.get(name.as_str()).copied().ok_or_else(|| {
            let names: Vec<&str> = [INPUT].into_iter().chain(drafts.iter().map(|draft| &draft.name[..])).collect();
            config::Error::unknown(draft.input_places.get(at).unwrap_or(&draft.place), "input", name, &names)
        })
    };
    let of = |draft: &Draft| draft.inputs.iter().enumerate().map(|(at, name)| find(draft, at, name)).collect();
    drafts.iter().map(of).collect()
}

/// Follows inputs that are not done until one comes again.
fn circle(drafts: &[Draft], inputs: &[Vec<usize>], done: &[bool]) -> config::Error {
    let waits = |at: usize| inputs[at].iter().copied().find(|&input| !done[input]).map(|input| input - 1);
    let mut path = vec![(0..drafts.len()).find(|&at| !done[at + 1]).expect("something is not done")];
    loop {
        let next = waits(path[path.len() - 1]).expect("a draft that is not ready waits for another");
        if let Some(start) = path.iter().position(|&at| at == next) {
            let mut names: Vec<&str> = path[start..].iter().map(|&at| drafts[at].name.as_str()).collect();
            names.push(&drafts[next].name);
            names.reverse();
            let message = format!("the layers form a circle: {}", names.join(" -> "));
            // Where the layer names what it waits for, if it does.
            let input = inputs[next].iter().position(|&input| !done[input]);
            let place = input.and_then(|input| drafts[next].input_places.get(input)).unwrap_or(&drafts[next].place);
            return config::Error::new(place, message);
        }
        path.push(next);
    }
}
