//! `cargo bench`: what this machine reaches, as `gradus bench` prints it. `cargo bench -- kernels` or `-- step` for a
//! part of it.

use gradus::{
    bench::{What, devices, measure},
    device,
};

fn main() -> Result<(), device::Error> {
    // Cargo adds flags of its own.
    let what = std::env::args().find_map(|argument| match argument.as_str() {
        "kernels" => Some(What::Kernels),
        "step" => Some(What::Step),
        _ => None,
    });
    pollster::block_on(async {
        for device in devices().await {
            let mut report = |measurement: gradus::bench::Measurement| {
                println!("{}", measurement.line(&device));
                Ok::<(), device::Error>(())
            };
            measure(&device, what, &mut report).await?;
        }
        Ok(())
    })
}
