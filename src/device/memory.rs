//! How much memory this machine can still give, and whether that is enough.

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use super::error::{Error, SMALLER};

/// What is taken of the memory that is free, in percent: the last of it is only had by swapping.
const USABLE: u64 = 95;

/// Whether so many bytes find room in the machine's memory.
///
/// # Errors
/// They do not, with both sizes.
pub(super) fn check(bytes: u64, device: &str) -> Result<(), Error> {
    let free = free();
    match bytes <= free {
        true => Ok(()),
        false => Err(Error::TooMuch { bytes, free, device: device.into(), advice: SMALLER.into() }),
    }
}

/// Bytes that can be had: of the machine, and of the container if that has a limit. A machine that does
/// not tell is taken to have enough.
fn free() -> u64 {
    let ram = MemoryRefreshKind::nothing().with_ram();
    let Ok(system) = System::new_with_specifics(RefreshKind::nothing().with_memory(ram)) else { return u64::MAX };
    // A container's free memory leaves out what its files occupy, which it would give back.
    let container = system.cgroup_limits().map(|limits| limits.total_memory.saturating_sub(limits.rss));
    system.available_memory().min(container.unwrap_or(u64::MAX)) / 100 * USABLE
}
