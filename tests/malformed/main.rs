//! Configs and files that nobody should write: refused at once, in little memory. A program of its own, since Linux
//! counts into the most memory that a process had what its parent had when it began.

// Each program of tests uses its part.
#[allow(dead_code, reason = "the suite uses the rest")]
#[path = "../suite/common/binary.rs"]
mod binary;

mod configs;
#[cfg(unix)]
mod data;
#[cfg(unix)]
mod measured;
