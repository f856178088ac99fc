//! Every kernel against its CPU twin in f64, on the first adapter and on the CPU device.

use crate::common::gpu;
use gradus::{device::Device, verify};

#[test]
fn kernels_agree_with_their_twins_on_the_gpu() {
    let device = gpu();
    for kernel in verify::every_kernel() {
        let verdict = pollster::block_on(verify::parity(&device, kernel)).expect("the device works");
        assert!(verdict.failures.is_empty(), "{}: {:#?}", verdict.name, verdict.failures);
        assert!(verdict.cases >= 12, "{} has only {} cases", verdict.name, verdict.cases);
        println!("{:24} {:3} cases, worst {:.3} ({})", verdict.name, verdict.cases, verdict.worst, verdict.worst_case);
    }
}

#[test]
fn twins_in_f32_agree_with_twins_in_f64() {
    for kernel in verify::every_kernel() {
        let verdict = pollster::block_on(verify::parity(&Device::Cpu, kernel)).expect("the CPU works");
        assert!(verdict.failures.is_empty(), "{}: {:#?}", verdict.name, verdict.failures);
        println!("{:24} {:3} cases, worst {:.3} ({})", verdict.name, verdict.cases, verdict.worst, verdict.worst_case);
    }
}
