//! Names to positions, and the topological order.

use std::collections::HashMap;

use super::{Draft, INPUT};
use crate::config;

/// Every draft's position with its inputs, in an order in which inputs come first; the network's
/// input is 0 and draft `i` is `i + 1` there. Among drafts that could come next, the config's
/// order decides.
///
/// # Errors
/// Names taken twice, names of nothing (with the nearest right one), and circles, with the
/// names of their nodes.
pub fn topological(drafts: &[Draft]) -> Result<Vec<(usize, Vec<usize>)>, config::Error> {
    let inputs = resolve(drafts)?;
    let mut done = vec![false; drafts.len() + 1];
    done[0] = true;
    let mut sorted: Vec<(usize, Vec<usize>)> = vec![];
    while sorted.len() < drafts.len() {
        let ready = (0..drafts.len()).find(|&at| !done[at + 1] && inputs[at].iter().all(|&input| done[input]));
        let Some(at) = ready else { return Err(circle(drafts, &inputs, &done)) };
        done[at + 1] = true;
        sorted.push((at, inputs[at].clone()));
    }
    Ok(sorted)
}

fn resolve(drafts: &[Draft]) -> Result<Vec<Vec<usize>>, config::Error> {
    let mut positions = HashMap::from([(INPUT, 0)]);
    for (at, draft) in drafts.iter().enumerate() {
        if positions.insert(&draft.name, at + 1).is_some() {
            let message = format!("two layers are named `{}`", draft.name);
            return Err(config::Error::new(&draft.place, message));
        }
    }
    let find = |draft: &Draft, name: &String| {
        positions.get(name.as_str()).copied().ok_or_else(|| {
            let names: Vec<&str> = [INPUT].into_iter().chain(drafts.iter().map(|draft| &draft.name[..])).collect();
            config::Error::unknown(&draft.place, "input", name, &names)
        })
    };
    drafts.iter().map(|draft| draft.inputs.iter().map(|name| find(draft, name)).collect()).collect()
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
            return config::Error::new(&drafts[next].place, message);
        }
        path.push(next);
    }
}
