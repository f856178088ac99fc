//! Single launches over numbers that are traps, with every family of shaders that the adapter can run and
//! on the CPU device, against the CPU twins in f64.

use std::sync::{Arc, OnceLock};

use gradus::{
    cpu::Cpu,
    device::{Device, Executor},
    kernels::{Access, Case, Kernel, Operand, Parameters, Step, Variant},
    plan::{Plan, Program},
    verify,
};

use crate::common::gpu;

/// The CPU device, and the first adapter with each of its families of shaders; opened once, since an
/// adapter keeps its pipelines.
pub fn devices() -> &'static [Device] {
    static DEVICES: OnceLock<Vec<Device>> = OnceLock::new();
    DEVICES.get_or_init(|| [vec![Device::Cpu], gpu().every_tile()].concat())
}

/// A launch with its numbers.
pub struct Trap {
    /// What computes.
    pub kernel: &'static Kernel,
    case: Case,
}

impl Trap {
    /// A launch of one step over `rows` examples.
    pub fn new<P: Parameters>(
        kernel: &'static Kernel,
        variant: Variant,
        parameters: P,
        operands: Vec<Operand>,
        rows: usize,
    ) -> Trap {
        let case = Case { variant, step: Step::over(rows), ..Case::new(kernel.name.into(), parameters, operands) };
        Trap { kernel, case }
    }

    /// The same launch in another step.
    pub fn at(self, step: Step) -> Trap {
        Trap { case: Case { step, ..self.case }, ..self }
    }

    fn plan(&self) -> Arc<Plan> {
        Arc::new(verify::plan_of(self.kernel, &self.case))
    }

    /// What it writes on a device: one list for each binding that it writes.
    pub fn on(&self, device: &Device) -> Vec<Vec<f64>> {
        pollster::block_on(async {
            let plan = self.plan();
            let mut executor = Executor::new(device, plan.clone()).await.expect("room");
            verify::fill(&mut executor, &plan, &self.case);
            executor.run(Program::Train, std::slice::from_ref(&self.case.step)).await.expect("the device works");
            let mut written = vec![];
            for (at, length) in self.written(&plan) {
                let mut values = executor.read_any(at, &plan.buffers[at]).await.expect("the device works");
                values.truncate(length);
                written.push(values);
            }
            written
        })
    }

    /// What it writes in f64.
    pub fn exact(&self) -> Vec<Vec<f64>> {
        let plan = self.plan();
        let mut cpu = Cpu::<f64>::new(plan.clone());
        let bound = plan.train[0].bindings.iter().zip(&self.case.operands);
        for (slice, operand) in bound.filter_map(|(slice, operand)| slice.map(|slice| (slice, operand))) {
            match operand {
                Operand::Reals(values) => cpu.write_reals(slice.buffer, 0, values),
                Operand::Words(values) => cpu.write_words(slice.buffer, 0, values),
                Operand::Output(_) | Operand::OutputWords(_) | Operand::Unbound => {}
            }
        }
        cpu.run(Program::Train, std::slice::from_ref(&self.case.step));
        let read = |(at, length): (usize, usize)| match plan.buffers[at].element {
            gradus::kernels::Element::Real => cpu.reals(at)[..length].to_vec(),
            gradus::kernels::Element::Word => cpu.words(at)[..length].iter().map(|&word| word.into()).collect(),
        };
        self.written(&plan).into_iter().map(read).collect()
    }

    /// The buffers that it writes, with their lengths.
    fn written(&self, plan: &Plan) -> Vec<(usize, usize)> {
        let bound = self.kernel.bindings.iter().zip(&plan.train[0].bindings);
        let written = bound.filter(|(binding, _)| binding.access == Access::Write);
        written.filter_map(|(_, slice)| slice.map(|slice| (slice.buffer, slice.length))).collect()
    }

    /// Compares every device with the twins in f64. A result that f32 cannot hold must be an infinity of
    /// its sign; NaN is never one.
    pub fn agrees(&self, name: &str) {
        let exact = self.exact();
        for device in devices() {
            for (which, (actual, exact)) in self.on(device).iter().zip(&exact).enumerate() {
                for (at, (&actual, &exact)) in actual.iter().zip(exact).enumerate() {
                    self.near(&format!("{name}, result {which} [{at}] on {}", device.describe()), actual, exact);
                }
            }
        }
    }

    /// Compares one result with what it should be.
    pub fn near(&self, name: &str, actual: f64, exact: f64) {
        self.near_among(name, actual, exact, f64::from(exact as f32).abs());
    }

    /// The same for a result that is what remains of terms of this size: it has their rounding.
    pub fn near_among(&self, name: &str, actual: f64, exact: f64, size: f64) {
        let rounded = f64::from(exact as f32);
        let allowed = self.kernel.tolerance * f64::from(f32::EPSILON) * (1.0 + size);
        let near = actual == rounded || (actual - rounded).abs() <= allowed;
        assert!(near, "{} of {name} is {actual}, not {exact}", self.kernel.name);
    }
}
