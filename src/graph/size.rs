//! Sizes, before anything is allocated: no tensor of a network may have more elements than kernels
//! count. Products saturate, so that what is far too large is seen to be.

use super::{LARGEST, Shape, elements, show};
use crate::ops::Op;

/// The output's shape, if neither it nor anything that the layer learns or keeps is too large.
///
/// # Errors
/// What is, with its size.
pub(super) fn checked(op: &dyn Op, inputs: &[&[usize]], shape: Shape) -> Result<Shape, String> {
    let learned = op.parameters(inputs).into_iter().map(|parameter| (parameter.name, parameter.shape));
    let kept = op.running(inputs).into_iter().map(|running| (running.name, running.shape));
    for (name, shape) in learned.chain(kept) {
        within(&format!("its {name} {}", show(&shape)), &shape)?;
    }
    within(&format!("the output {} of one example", show(&shape)), &shape)?;
    Ok(shape)
}

/// Whether the network's input is one.
pub(super) fn input(shape: &[usize]) -> Result<(), String> {
    within(&format!("the input {} of one example", show(shape)), shape)
}

fn within(what: &str, shape: &[usize]) -> Result<(), String> {
    match elements(shape) {
        // No config writes such a layer, but code can.
        0 => Err(format!("{what} would have no elements")),
        count if count <= LARGEST => Ok(()),
        usize::MAX => {
            Err(format!("{what} would have more elements than 64 bits count; at most {LARGEST} are possible"))
        }
        count => Err(format!("{what} would have {count} elements; at most {LARGEST} are possible")),
    }
}
