//! One launch on a device against the CPU twin in f64, three executions each: some faults show
//! only when a launch is run again.

use std::{collections::BTreeSet, sync::Arc};

use super::verdict::Verdict;
use crate::{
    cpu::Cpu,
    device::{Device, Error, Executor},
    kernels::{Access, COMMON, Case, Element, Kernel, Operand},
    ops,
    plan::{ALIGNMENT, Buffer, Launch, Plan, Program, Slice},
};

/// Executions of each case.
const EXECUTIONS: usize = 3;

/// Every kernel, those of every network first.
pub fn every_kernel() -> Vec<&'static Kernel> {
    let own = ops::ALL.iter().flat_map(|kind| kind.kernels);
    let mut all: Vec<&'static Kernel> = vec![];
    for kernel in COMMON.iter().chain(own) {
        // Several ops may share one.
        if !all.contains(kernel) {
            all.push(kernel);
        }
    }
    all
}

/// Runs every case of a kernel, with every shader that there is for it.
///
/// # Errors
/// The device fails; a case that is over its tolerance is a verdict, not an error.
pub async fn parity(device: &Device, kernel: &'static Kernel) -> Result<Verdict, Error> {
    let mut verdict = Verdict::new(kernel.name, "parity");
    let devices = device.every_tile();
    for case in (kernel.cases)() {
        let plan = Arc::new(plan_of(kernel, &case));
        let expected = reference(&plan, &case);
        let distinct = distinct(&devices, &plan);
        for device in &distinct {
            // Where there are several shaders, the label says which.
            let tile = device.tile().filter(|_| distinct.len() > 1).map_or(String::new(), |tile| format!(" {tile:?}"));
            let label = format!("{}{tile}", case.label);
            compare(device, &plan, &case, &label, &expected, &mut verdict).await?;
        }
    }
    Ok(verdict)
}

/// The devices whose shaders for a plan of one launch differ.
fn distinct<'d>(devices: &'d [Device], plan: &Plan) -> Vec<&'d Device> {
    let mut labels = BTreeSet::new();
    let label = |device: &Device| device.tile().map(|tile| plan.train[0].source(tile, plan.replicas).label);
    devices.iter().filter(|device| labels.insert(label(device))).collect()
}

async fn compare(
    device: &Device,
    plan: &Arc<Plan>,
    case: &Case,
    label: &str,
    expected: &[Vec<f64>],
    verdict: &mut Verdict,
) -> Result<(), Error> {
    let kernel = plan.train[0].kernel;
    let mut executor = Executor::new(device, plan.clone()).await?;
    let mut runs: Vec<Vec<Vec<f64>>> = vec![];
    for _ in 0..EXECUTIONS {
        runs.push(execute(&mut executor, plan, case).await?);
    }
    let bits = |run: &[Vec<f64>]| run.iter().flatten().map(|value| value.to_bits()).collect::<Vec<_>>();
    if runs.iter().any(|run| bits(run) != bits(&runs[0])) {
        verdict.fail(label, "two executions differ".into());
        return Ok(());
    }
    verdict.add(label, error(kernel, case, plan, &runs[EXECUTIONS - 1], expected), "off the CPU twin");
    Ok(())
}

/// A plan whose training step is one launch, a case's.
pub fn plan_of(kernel: &'static Kernel, case: &Case) -> Plan {
    let (mut buffers, mut bindings) = (vec![], vec![]);
    for (binding, operand) in kernel.bindings.iter().zip(&case.operands) {
        let length = operand.len();
        if length == 0 {
            bindings.push(None);
            continue;
        }
        let stride = length.next_multiple_of(ALIGNMENT);
        bindings.push(Some(Slice { buffer: buffers.len(), offset: 0, length, stride }));
        buffers.push(Buffer { name: binding.name.into(), element: binding.element, length: case.replicas * stride });
    }
    let launch = Launch {
        kernel,
        node: case.label.clone(),
        parameters: case.parameters.clone(),
        variant: case.variant.clone(),
        bindings,
    };
    Plan::of_launch(launch, buffers, case.replicas)
}

/// Every replica's numbers: the first's, turned by the replica's number.
fn turned<E: Copy>(values: &[E], replica: usize) -> Vec<E> {
    let mut values = values.to_vec();
    let by = replica % values.len();
    values.rotate_left(by);
    values
}

fn reference(plan: &Arc<Plan>, case: &Case) -> Vec<Vec<f64>> {
    let mut cpu = Cpu::<f64>::new(plan.clone());
    for (slice, operand) in slices(plan, case) {
        for replica in 0..case.replicas {
            let at = replica * slice.stride;
            match operand {
                Operand::Reals(values) => cpu.write_reals(slice.buffer, at, &turned(values, replica)),
                Operand::Words(values) => cpu.write_words(slice.buffer, at, &turned(values, replica)),
                Operand::Output(length) => cpu.write_reals(slice.buffer, at, &vec![f64::NAN; *length]),
                Operand::OutputWords(_) | Operand::Unbound => {}
            }
        }
    }
    cpu.run(Program::Train, std::slice::from_ref(&case.step));
    let read = |buffer: usize| match plan.buffers[buffer].element {
        Element::Real => cpu.reals(buffer).to_vec(),
        Element::Word => cpu.words(buffer).iter().map(|&word| word.into()).collect(),
    };
    (0..plan.buffers.len()).map(read).collect()
}

/// Writes a case's operands to their places.
pub fn fill(executor: &mut Executor, plan: &Plan, case: &Case) {
    for (slice, operand) in slices(plan, case) {
        for replica in 0..case.replicas {
            let at = replica * slice.stride;
            match operand {
                Operand::Reals(values) => {
                    let values: Vec<f32> = turned(values, replica).into_iter().map(|value| value as f32).collect();
                    executor.write_reals(slice.buffer, at, &values);
                }
                Operand::Words(values) => executor.write_words(slice.buffer, at, &turned(values, replica)),
                // What the launch leaves unwritten stays NaN, and fails.
                Operand::Output(length) => executor.write_reals(slice.buffer, at, &vec![f32::NAN; *length]),
                Operand::OutputWords(length) => executor.write_words(slice.buffer, at, &vec![0; *length]),
                Operand::Unbound => {}
            }
        }
    }
}

async fn execute(executor: &mut Executor, plan: &Plan, case: &Case) -> Result<Vec<Vec<f64>>, Error> {
    fill(executor, plan, case);
    executor.run(Program::Train, std::slice::from_ref(&case.step)).await?;
    let mut contents = vec![];
    for (at, buffer) in plan.buffers.iter().enumerate() {
        contents.push(executor.read_any(at, buffer).await?);
    }
    Ok(contents)
}

/// The bound operands of a case and their places.
fn slices<'a>(plan: &'a Plan, case: &'a Case) -> impl Iterator<Item = (Slice, &'a Operand)> {
    let bindings = plan.train[0].bindings.iter().zip(&case.operands);
    bindings.filter_map(|(slice, operand)| slice.map(|slice| (slice, operand)))
}

/// The largest error of a case as a share of the kernel's tolerance; NaN where nothing was written.
fn error(kernel: &Kernel, case: &Case, plan: &Plan, actual: &[Vec<f64>], expected: &[Vec<f64>]) -> f64 {
    let allowed = kernel.tolerance * f64::from(f32::EPSILON) * (case.terms.max(1) as f64).sqrt();
    let mut worst = 0.0f64;
    for (binding, (slice, operand)) in
        kernel.bindings.iter().zip(&plan.train[0].bindings).filter_map(|(b, s)| s.map(|_| b)).zip(slices(plan, case))
    {
        // What is read must not change at all; what lies beyond a replica's part neither.
        for replica in 0..case.replicas {
            let from = replica * slice.stride;
            for at in from..from + slice.stride {
                let (a, e) = (actual[slice.buffer][at], expected[slice.buffer][at]);
                let written = binding.access == Access::Write && at < from + slice.length;
                let error = match (written, binding.element) {
                    (true, Element::Real) => {
                        // Nothing is promised of a parameter whose gradient was NaN.
                        if e.is_nan() && matches!(operand, Operand::Reals(_)) {
                            continue;
                        }
                        (a - e).abs() / (allowed * (1.0 + e.abs()))
                    }
                    _ if a.to_bits() == e.to_bits() || a.is_nan() && e.is_nan() => 0.0,
                    _ => f64::INFINITY,
                };
                if error.is_nan() {
                    return f64::NAN;
                }
                worst = worst.max(error);
            }
        }
    }
    worst
}
