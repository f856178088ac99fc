//! The shaders for real GPUs, on whatever adapter there is: a software driver would never choose them.

use std::sync::Arc;

use gradus::{
    device::Device,
    kernels::{Tile, conv},
    verify,
};

#[test]
fn convolutions_for_real_gpus_and_for_software_drivers_agree_with_their_twins() {
    for tile in [Tile::Hardware, Tile::Software] {
        let mut device = pollster::block_on(Device::gpu(None)).expect("an adapter: see README.md for what to install");
        let Device::Gpu(gpu) = &mut device else { unreachable!("a GPU was asked for") };
        Arc::get_mut(gpu).expect("nobody else has it yet").tile = tile;
        for kernel in [&conv::FORWARD, &conv::BACKWARD_INPUT, &conv::BACKWARD_WEIGHT] {
            let verdict = pollster::block_on(verify::parity(&device, kernel)).expect("the device works");
            assert!(verdict.failures.is_empty(), "{tile:?} {}: {:#?}", verdict.name, verdict.failures);
            println!("{tile:?} {} worst {:.3} ({})", verdict.name, verdict.worst, verdict.worst_case);
        }
    }
}
