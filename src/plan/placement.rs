//! Tensors to buffers. Parameters lie contiguous in one buffer, gradients in another, at the same
//! places; running figures in a third; a tensor of the host's has a buffer of its own. Activations and gradients of
//! activations share scratch buffers by lifetime: a buffer serves a tensor from the launch that
//! writes it to the last that reads it, then the next tensor. So no launch reads and writes one
//! buffer, which a GPU would refuse.

use super::{
    builder::{Draft, Home, Tensor, TensorId},
    steps::{Buffer, Launch, Slice},
};
use crate::kernels::{ALIGNMENT, Element};

/// Tensors with addresses.
pub(super) struct Placed {
    pub buffers: Vec<Buffer>,
    slices: Vec<Option<Slice>>,
}

impl Placed {
    /// A tensor's address.
    pub fn slice(&self, id: TensorId) -> Slice {
        self.slices[id.0].expect("a tensor that is used has a place")
    }

    /// A launch with addresses.
    pub fn launch(&self, draft: Draft) -> Launch {
        Launch {
            kernel: draft.kernel,
            node: draft.node,
            parameters: draft.parameters,
            variant: draft.variant,
            bindings: draft.bindings.into_iter().map(|id| id.map(|id| self.slice(id))).collect(),
        }
    }
}

/// Places every tensor. Scratch buffers serve all programs in turn; the tensors in `keep` stay
/// until their program's end.
pub(super) fn place(tensors: &[Tensor], programs: &[&[Draft]], keep: &[TensorId], replicas: usize) -> Placed {
    let mut placed = Placed { buffers: vec![], slices: vec![None; tensors.len()] };
    fixed(tensors, replicas, &mut placed);
    let mut scratch: Vec<Scratch> = vec![];
    for program in programs {
        let chosen = share(tensors, program, keep, &mut scratch);
        for (tensor, choice) in chosen {
            // The buffer's number is known once the fixed ones are counted.
            let length = tensors[tensor].elements;
            let stride = length.next_multiple_of(ALIGNMENT);
            let buffer = placed.buffers.len() + choice;
            placed.slices[tensor] = Some(Slice { buffer, offset: 0, length, stride });
        }
    }
    for (at, scratch) in scratch.iter().enumerate() {
        let length = replicas * scratch.length.next_multiple_of(ALIGNMENT);
        placed.buffers.push(Buffer { name: format!("scratch {at}"), element: Element::Real, length });
    }
    placed
}

/// Parameters, gradients and the host's tensors.
fn fixed(tensors: &[Tensor], replicas: usize, placed: &mut Placed) {
    let total = |wanted: fn(Home) -> Option<usize>| {
        let ends = tensors.iter().filter_map(|t| wanted(t.home).map(|offset| offset + t.elements));
        ends.max().unwrap_or(0).next_multiple_of(ALIGNMENT)
    };
    let count = total(|home| if let Home::Parameters(offset) = home { Some(offset) } else { None });
    for name in ["parameters", "gradients"] {
        placed.buffers.push(Buffer { name: name.into(), element: Element::Real, length: replicas * count });
    }
    let figures = total(|home| if let Home::Running(offset) = home { Some(offset) } else { None });
    let running = placed.buffers.len();
    if figures > 0 {
        let length = replicas * figures;
        placed.buffers.push(Buffer { name: "running".into(), element: Element::Real, length });
    }
    for (at, tensor) in tensors.iter().enumerate() {
        let length = tensor.elements;
        let alone = Slice { buffer: placed.buffers.len(), offset: 0, length, stride: 0 };
        let slice = match tensor.home {
            Home::Parameters(offset) => Slice { buffer: 0, offset, length, stride: count },
            Home::Gradients(offset) => Slice { buffer: 1, offset, length, stride: count },
            Home::Running(offset) => Slice { buffer: running, offset, length, stride: figures },
            Home::Shared => alone,
            Home::Own => Slice { stride: length.next_multiple_of(ALIGNMENT), ..alone },
            Home::Scratch => continue,
        };
        if slice.buffer == placed.buffers.len() {
            let copies = if tensor.home == Home::Own { replicas * slice.stride } else { length };
            placed.buffers.push(Buffer { name: tensor.name.clone(), element: tensor.element, length: copies });
        }
        placed.slices[at] = Some(slice);
    }
}

/// A scratch buffer: the elements of the largest tensor that it serves, and the last launch that
/// uses the present one.
struct Scratch {
    length: usize,
    until: Option<usize>,
}

/// Chooses a scratch buffer for every scratch tensor of a program: the smallest free one that is
/// large enough, else the largest free one, which grows, else a new one.
fn share(tensors: &[Tensor], program: &[Draft], keep: &[TensorId], scratch: &mut Vec<Scratch>) -> Vec<(usize, usize)> {
    let mut last_use = vec![0; tensors.len()];
    for (at, launch) in program.iter().enumerate() {
        launch.bindings.iter().flatten().for_each(|id| last_use[id.0] = at);
    }
    keep.iter().for_each(|id| last_use[id.0] = program.len());
    scratch.iter_mut().for_each(|buffer| buffer.until = None);
    let mut chosen: Vec<(usize, usize)> = vec![];
    for (at, launch) in program.iter().enumerate() {
        for id in launch.bindings.iter().flatten().map(|id| id.0) {
            if tensors[id].home != Home::Scratch || chosen.iter().any(|&(tensor, _)| tensor == id) {
                continue;
            }
            let free = |buffer: &Scratch| buffer.until.is_none_or(|until| until < at);
            let candidates = || (0..scratch.len()).filter(|&choice| free(&scratch[choice]));
            let wanted = tensors[id].elements;
            let fitting = candidates().filter(|&c| scratch[c].length >= wanted).min_by_key(|&c| scratch[c].length);
            let choice = fitting.or_else(|| candidates().max_by_key(|&c| scratch[c].length)).unwrap_or(scratch.len());
            if choice == scratch.len() {
                scratch.push(Scratch { length: 0, until: None });
            }
            scratch[choice].length = scratch[choice].length.max(wanted);
            scratch[choice].until = Some(last_use[id]);
            chosen.push((id, choice));
        }
    }
    chosen
}
