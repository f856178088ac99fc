//! What keeps shaders within their buffers: they run without checks of their own, so that plans, steps and indices are
//! looked at before. See the comment on safety in `pipeline.rs`.

use crate::{
    device::error::Error,
    kernels::{Element, Step, statistics::FIGURES},
    plan::{BufferId, Launch, Plan, Slice},
};

/// Bytes for one launch's parameters: the alignment that every adapter accepts.
pub(super) const UNIFORM_STRIDE: usize = 256;

/// How far the numbers go that a plan's shaders are given from step to step.
#[derive(Debug)]
pub(super) struct Bounds {
    /// Rows of the statistics, and flags.
    slots: usize,
    /// Entries of the order of examples.
    order: usize,
    /// Buffers whose words are indices: what they are the numbers of, and how many there are.
    words: Vec<(BufferId, &'static str, usize)>,
}

impl Bounds {
    /// Checks a plan, and finds its bounds.
    ///
    /// # Errors
    /// A launch whose bindings or parameters are not its kernel's, or whose slices are not within their buffers.
    pub fn of(plan: &Plan) -> Result<Bounds, Error> {
        let mut bounds = Bounds { slots: usize::MAX, order: usize::MAX, words: vec![] };
        for launch in plan.train.iter().chain(&plan.evaluate) {
            check(plan, launch).map_err(|what| {
                let (node, kernel) = (launch.node.clone(), launch.kernel.name);
                Error::Plan { node, kernel, what }
            })?;
            bounds.add(plan, launch);
        }
        Ok(bounds)
    }

    /// What a launch bounds by the lengths of its buffers. Only these names are indexed by numbers that are no
    /// parameters; an embedding's words are reals, which its shader brings into the vocabulary.
    fn add(&mut self, plan: &Plan, launch: &Launch) {
        let bound = |name: &str| {
            let at = launch.kernel.bindings.iter().position(|binding| binding.name == name)?;
            launch.bindings[at]
        };
        let words = |slice: &Slice| plan.buffers[slice.buffer].element == Element::Word;
        if let Some(statistics) = bound("statistics") {
            self.slots = self.slots.min(statistics.length / FIGURES);
        }
        if let Some(flags) = bound("flags") {
            self.slots = self.slots.min(flags.length);
        }
        let Some(order) = bound("order") else { return };
        self.order = self.order.min(order.length);
        if let (Some(data), Some(features)) = (bound("data"), parameter(launch, "features")) {
            // Four bytes to a word.
            let numbers = if words(&data) { 4 * data.length } else { data.length };
            self.words.push((order.buffer, "example", numbers / features.max(1)));
        }
        if let (Some(targets), Some(outputs)) = (bound("targets"), parameter(launch, "outputs")) {
            let labels = words(&targets);
            let examples = if labels { targets.length } else { targets.length / outputs.max(1) };
            self.words.push((order.buffer, "example", examples));
            if labels {
                self.words.push((targets.buffer, "class", outputs));
            }
        }
    }

    /// Checks the numbers of a step.
    ///
    /// # Errors
    /// It would lead out of a buffer.
    pub fn step(&self, step: &Step) -> Result<(), Error> {
        let [slot, end] = [u64::from(step.slot), u64::from(step.first) + u64::from(step.rows)];
        let [slots, order] = [self.slots, self.order].map(|count| count as u64);
        if slot >= slots {
            return Err(Error::OutOfRange { what: "slot of the statistics", number: slot, count: slots });
        }
        if end > order {
            return Err(Error::OutOfRange { what: "place in the order of examples", number: end - 1, count: order });
        }
        Ok(())
    }

    /// Checks what is to be written to a buffer, where that is indices.
    ///
    /// # Errors
    /// One that leads out of a buffer.
    pub fn words(&self, buffer: BufferId, bytes: &[u8]) -> Result<(), Error> {
        for &(_, what, count) in self.words.iter().filter(|(id, ..)| *id == buffer) {
            let words = bytes.chunks_exact(4).map(|word| u32::from_ne_bytes(word.try_into().expect("four bytes")));
            if let Some(word) = words.max().filter(|&word| word as usize >= count) {
                return Err(Error::OutOfRange { what, number: word.into(), count: count as u64 });
            }
        }
        Ok(())
    }
}

/// A parameter of a launch, by its name.
fn parameter(launch: &Launch, name: &str) -> Option<usize> {
    let at = launch.kernel.parameters.iter().position(|parameter| parameter.name == name)?;
    let word = launch.parameters.get(4 * at..4 * at + 4)?;
    Some(u32::from_ne_bytes(word.try_into().ok()?) as usize)
}

/// Whether a launch gives its kernel what that expects, within the plan's buffers.
fn check(plan: &Plan, launch: &Launch) -> Result<(), String> {
    let kernel = launch.kernel;
    let expected = kernel.bindings.len();
    if launch.bindings.len() != expected {
        return Err(format!("it has {} bindings, not {expected}", launch.bindings.len()));
    }
    if launch.parameters.len() != 4 * kernel.parameters.len() {
        return Err(format!("its parameters are {} bytes, not 4 each", launch.parameters.len()));
    }
    if launch.uniform(0).len() > UNIFORM_STRIDE {
        return Err(format!("its parameters are more than {UNIFORM_STRIDE} bytes"));
    }
    for (binding, slice) in kernel.bindings.iter().zip(&launch.bindings) {
        let name = binding.name;
        let Some(slice) = slice else {
            match binding.optional {
                true => continue,
                false => return Err(format!("`{name}` is not bound")),
            }
        };
        let Some(buffer) = plan.buffers.get(slice.buffer) else {
            return Err(format!("`{name}` is in no buffer"));
        };
        if buffer.element != binding.element {
            return Err(format!("`{name}` is not of the elements of `{}`", buffer.name));
        }
        let end = plan.replicas.checked_sub(1).and_then(|last| last.checked_mul(slice.stride));
        let end = end.and_then(|last| last.checked_add(slice.offset)?.checked_add(slice.length));
        if end.is_none_or(|end| end > buffer.length) {
            return Err(format!("`{name}` does not end within `{}`", buffer.name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kernels::{Kernel, gather, loss, multiply, statistics},
        verify::plan_of,
    };

    /// The plan of a kernel's case with several replicas.
    fn plan(kernel: &'static Kernel) -> Plan {
        let case = (kernel.cases)().into_iter().find(|case| case.replicas > 1).expect("there is one");
        plan_of(kernel, &case)
    }

    /// What is wrong about a plan that was right before a change.
    fn wrong(change: impl Fn(&mut Plan)) -> String {
        let mut plan = plan(&multiply::MULTIPLY);
        assert!(Bounds::of(&plan).is_ok());
        change(&mut plan);
        Bounds::of(&plan).expect_err("it is wrong").to_string()
    }

    #[test]
    fn a_plan_whose_slices_leave_their_buffers_is_refused() {
        let slice = |plan: &mut Plan, change: fn(&mut Slice)| {
            plan.train[0].bindings[1].as_mut().map(change).expect("it is bound");
        };
        assert!(wrong(|plan| slice(plan, |b| b.length += 64)).contains("`b` does not end within `b`"));
        assert!(wrong(|plan| slice(plan, |b| b.offset = 64)).contains("does not end"));
        assert!(wrong(|plan| slice(plan, |b| b.stride += 64)).contains("does not end"));
        assert!(wrong(|plan| slice(plan, |b| b.stride = usize::MAX)).contains("does not end"));
        assert!(wrong(|plan| slice(plan, |b| b.buffer = 9)).contains("in no buffer"));
        assert!(wrong(|plan| plan.replicas = 4).contains("does not end"));
    }

    #[test]
    fn a_plan_whose_launches_are_not_their_kernels_is_refused() {
        assert!(wrong(|plan| plan.buffers[0].element = Element::Word).contains("`a` is not of the elements"));
        assert!(wrong(|plan| plan.train[0].bindings[2] = None).contains("`c` is not bound"));
        assert!(wrong(|plan| plan.train[0].bindings.truncate(2)).contains("2 bindings, not 3"));
        assert!(wrong(|plan| plan.train[0].parameters.extend([0; 4])).contains("8 bytes"));
    }

    #[test]
    fn steps_stay_within_order_and_statistics() {
        let bounds = Bounds::of(&plan(&statistics::STATISTICS)).expect("it is right");
        assert!(bounds.step(&Step { slot: 4, ..Step::over(1) }).is_ok());
        assert!(bounds.step(&Step { slot: 5, ..Step::over(1) }).is_err());
        // Seven rows from the fourth on.
        let bounds = Bounds::of(&plan(&gather::GATHER_FLOATS)).expect("it is right");
        assert!(bounds.step(&Step { first: 3, ..Step::over(7) }).is_ok());
        assert!(bounds.step(&Step { first: 4, ..Step::over(7) }).is_err());
        assert!(bounds.step(&Step { first: u32::MAX, ..Step::over(7) }).is_err());
    }

    #[test]
    fn indices_name_examples_and_classes_that_there_are() {
        let plan = plan(&loss::CATEGORICAL);
        let bounds = Bounds::of(&plan).expect("it is right");
        let [targets, order] = [1, 2].map(|at| plan.train[0].bindings[at].expect("it is bound"));
        let write = |buffer, word: usize| bounds.words(buffer, bytemuck::cast_slice(&[0, word as u32]));
        let outputs = parameter(&plan.train[0], "outputs").expect("a loss has outputs");
        assert!(write(targets.buffer, outputs - 1).is_ok() && write(targets.buffer, outputs).is_err());
        assert!(write(order.buffer, targets.length - 1).is_ok() && write(order.buffer, targets.length).is_err());
        assert!(write(plan.train[0].bindings[0].expect("it is bound").buffer, usize::MAX).is_ok());
    }
}
