//! Numbers by which a shader would leave its buffers are refused before it runs: release builds check nothing there.

use std::sync::Arc;

use gradus::{
    device::{Error, Executor},
    kernels::{Kernel, Step, gather, loss},
    plan::{Plan, Program},
    verify,
};

use crate::common::gpu;

/// The plan of a kernel's first case of a few rows, on the first adapter, and its step.
fn executor(kernel: &'static Kernel) -> (Executor, Arc<Plan>, Step) {
    let case = (kernel.cases)().into_iter().find(|case| case.replicas > 1).expect("there is one");
    let plan = Arc::new(verify::plan_of(kernel, &case));
    let mut executor = pollster::block_on(Executor::new(&gpu(), plan.clone())).expect("the adapter has room");
    verify::fill(&mut executor, &plan, &case);
    (executor, plan, case.step)
}

fn run(executor: &mut Executor, step: Step) -> Result<(), Error> {
    pollster::block_on(executor.run(Program::Train, &[step]))
}

#[test]
fn labels_and_examples_that_there_are_not_are_refused() {
    for (binding, what) in [(1, "class"), (2, "example")] {
        let (mut executor, plan, step) = executor(&loss::CATEGORICAL);
        assert!(run(&mut executor, step.clone()).is_ok());
        let buffer = plan.train[0].bindings[binding].expect("it is bound").buffer;
        executor.write_words(buffer, 3, &[1_000_000]);
        let error = run(&mut executor, step).expect_err("it is refused");
        assert!(matches!(error, Error::OutOfRange { what: is, number: 1_000_000, .. } if is == what), "{error}");
        // What a refused write would have led to is not read, either.
        assert!(pollster::block_on(executor.read_words(buffer, 0, 1)).is_err());
    }
}

#[test]
fn steps_behind_the_order_of_examples_are_refused() {
    let (mut executor, plan, step) = executor(&gather::GATHER_BYTES);
    let order = plan.train[0].bindings[1].expect("it is bound").length as u32;
    assert!(run(&mut executor, Step { first: order - step.rows, ..step.clone() }).is_ok());
    let error = run(&mut executor, Step { first: order - step.rows + 1, ..step }).expect_err("it is refused");
    assert!(matches!(error, Error::OutOfRange { number, .. } if number == u64::from(order)), "{error}");
}

#[test]
fn plans_whose_slices_leave_their_buffers_are_refused() {
    let (_, plan, _) = executor(&gather::GATHER_FLOATS);
    let mut plan = Arc::unwrap_or_clone(plan);
    plan.train[0].bindings[3].as_mut().expect("it is bound").length += 64;
    let error = pollster::block_on(Executor::new(&gpu(), Arc::new(plan))).err().expect("it is refused");
    assert!(error.to_string().contains("(gather_floats): `x` does not end within `x`"), "{error}");
}
