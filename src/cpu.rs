//! The CPU device: runs a plan with the kernels' CPU twins, in f32 to train and in f64 to prove.

use crate::{
    kernels::{Access, Arguments, Element, Slot, Step, Twinned},
    plan::{BufferId, Launch, Plan, Program, Slice},
    real::Real,
};

/// What a buffer holds here.
#[derive(Debug, Clone)]
enum Storage<T> {
    Real(Vec<T>),
    Word(Vec<u32>),
}

/// A plan with its buffers in memory.
#[derive(Debug)]
pub struct Cpu<T> {
    plan: std::sync::Arc<Plan>,
    buffers: Vec<Storage<T>>,
}

impl<T: Twinned> Cpu<T> {
    /// Allocates the plan's buffers, with their first contents or zeros.
    pub fn new(plan: std::sync::Arc<Plan>) -> Self {
        let storage = |buffer: &crate::plan::Buffer| match buffer.element {
            Element::Real => Storage::Real(vec![T::zero(); buffer.length]),
            Element::Word => Storage::Word(vec![0; buffer.length]),
        };
        let mut cpu = Cpu { buffers: plan.buffers.iter().map(storage).collect(), plan: plan.clone() };
        for (buffer, offset, values) in plan.first_contents() {
            match values.element() {
                Element::Real => cpu.write_reals(buffer, offset, &values.reals()),
                Element::Word => cpu.write_words(buffer, offset, &values.words()),
            }
        }
        cpu
    }

    /// Runs one program, once for each step.
    pub fn run(&mut self, program: Program, steps: &[Step]) {
        let plan = self.plan.clone();
        for step in steps {
            for launch in plan.program(program) {
                self.launch(launch, step);
            }
        }
    }

    /// Runs a part of one program, once.
    pub fn run_part(&mut self, program: Program, launches: std::ops::Range<usize>, step: &Step) {
        let plan = self.plan.clone();
        plan.program(program)[launches].iter().for_each(|launch| self.launch(launch, step));
    }

    fn launch(&mut self, launch: &Launch, step: &Step) {
        let twin = T::twin(&launch.kernel.cpu);
        for replica in 0..self.plan.replicas {
            // Written buffers leave their place for the launch, so that the others can be read.
            let mut taken = self.take(launch);
            let slots = slots(launch, replica, &self.buffers, &mut taken);
            let (parameters, variant) = (&launch.parameters[..], &launch.variant);
            twin(&mut Arguments { parameters, step, replica: replica as u32, variant, slots });
            for (id, storage) in taken {
                self.buffers[id] = storage;
            }
        }
    }

    fn take(&mut self, launch: &Launch) -> Vec<(BufferId, Storage<T>)> {
        let mut taken: Vec<(BufferId, Storage<T>)> = vec![];
        for (binding, slice) in launch.kernel.bindings.iter().zip(&launch.bindings) {
            let Some(slice) = slice.filter(|_| binding.access == Access::Write) else { continue };
            if taken.iter().all(|(id, _)| *id != slice.buffer) {
                let storage = std::mem::replace(&mut self.buffers[slice.buffer], Storage::Word(vec![]));
                taken.push((slice.buffer, storage));
            }
        }
        taken
    }

    /// Overwrites reals from `offset` on.
    pub fn write_reals(&mut self, buffer: BufferId, offset: usize, values: &[T]) {
        self.reals_mut(buffer)[offset..offset + values.len()].copy_from_slice(values);
    }

    /// Overwrites words from `offset` on.
    pub fn write_words(&mut self, buffer: BufferId, offset: usize, values: &[u32]) {
        match &mut self.buffers[buffer] {
            Storage::Word(words) => words[offset..offset + values.len()].copy_from_slice(values),
            Storage::Real(_) => unreachable!("a buffer of reals"),
        }
    }

    /// A buffer of reals.
    pub fn reals(&self, buffer: BufferId) -> &[T] {
        match &self.buffers[buffer] {
            Storage::Real(reals) => reals,
            Storage::Word(_) => unreachable!("a buffer of words"),
        }
    }

    /// A buffer of reals, to change.
    pub fn reals_mut(&mut self, buffer: BufferId) -> &mut [T] {
        match &mut self.buffers[buffer] {
            Storage::Real(reals) => reals,
            Storage::Word(_) => unreachable!("a buffer of words"),
        }
    }

    /// A buffer of words.
    pub fn words(&self, buffer: BufferId) -> &[u32] {
        match &self.buffers[buffer] {
            Storage::Word(words) => words,
            Storage::Real(_) => unreachable!("a buffer of reals"),
        }
    }
}

/// One replica's view of a launch's buffers, in the order of the kernel's bindings.
fn slots<'a, T: Real>(
    launch: &Launch,
    replica: usize,
    buffers: &'a [Storage<T>],
    taken: &'a mut [(BufferId, Storage<T>)],
) -> Vec<Slot<'a, T>> {
    let range = |slice: &Slice| {
        let start = slice.offset + replica * slice.stride;
        start..start + slice.length
    };
    let mut slots: Vec<Option<Slot<'a, T>>> = launch
        .kernel
        .bindings
        .iter()
        .zip(&launch.bindings)
        .map(|(binding, slice)| match (slice, binding.access, binding.element) {
            (None, Access::Read, Element::Real) => Some(Slot::Real(&[])),
            (None, Access::Read, Element::Word) => Some(Slot::Word(&[])),
            (None, Access::Write, Element::Real) => Some(Slot::RealMut(&mut [])),
            (None, Access::Write, Element::Word) => Some(Slot::WordMut(&mut [])),
            (Some(slice), Access::Read, _) => Some(match &buffers[slice.buffer] {
                Storage::Real(reals) => Slot::Real(&reals[range(slice)]),
                Storage::Word(words) => Slot::Word(&words[range(slice)]),
            }),
            (Some(_), Access::Write, _) => None,
        })
        .collect();
    for (id, storage) in taken {
        let written: Vec<usize> = (0..slots.len())
            .filter(|&at| slots[at].is_none() && launch.bindings[at].is_some_and(|slice| slice.buffer == *id))
            .collect();
        let ranges: Vec<_> = written.iter().map(|&at| range(&launch.bindings[at].expect("it is bound"))).collect();
        match storage {
            Storage::Real(reals) => {
                for (at, part) in written.into_iter().zip(disjoint(reals, &ranges)) {
                    slots[at] = Some(Slot::RealMut(part));
                }
            }
            Storage::Word(words) => {
                for (at, part) in written.into_iter().zip(disjoint(words, &ranges)) {
                    slots[at] = Some(Slot::WordMut(part));
                }
            }
        }
    }
    slots.into_iter().map(|slot| slot.expect("every binding is read or written")).collect()
}

/// Several parts of one slice, which do not overlap.
fn disjoint<'a, E>(mut whole: &'a mut [E], ranges: &[std::ops::Range<usize>]) -> Vec<&'a mut [E]> {
    let mut order: Vec<usize> = (0..ranges.len()).collect();
    order.sort_by_key(|&at| ranges[at].start);
    let mut parts: Vec<(usize, &'a mut [E])> = vec![];
    let mut start = 0;
    for at in order {
        let (_, rest) = whole.split_at_mut(ranges[at].start - start);
        let (part, rest) = rest.split_at_mut(ranges[at].len());
        (whole, start) = (rest, ranges[at].end);
        parts.push((at, part));
    }
    parts.sort_by_key(|(at, _)| *at);
    parts.into_iter().map(|(_, part)| part).collect()
}
