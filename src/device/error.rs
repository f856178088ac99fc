//! What can go wrong with a device.

/// What can go wrong with a device.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// There is none, or none of that name.
    #[error("{0}")]
    NoDevice(String),
    /// A buffer that no launch could bind.
    #[error("`{buffer}` needs {}, but {device} binds at most {}: {advice}", sized(bytes), sized(largest))]
    TooLarge {
        /// The buffer's role.
        buffer: String,
        /// Its size.
        bytes: u64,
        /// The device's limit.
        largest: u64,
        /// The device.
        device: String,
        /// What to do about it.
        advice: String,
    },
    /// Buffers that find no room together.
    #[error("the network needs {} of memory, but {device} has {} left: {advice}", sized(bytes), sized(free))]
    TooMuch {
        /// What all buffers need.
        bytes: u64,
        /// What is left.
        free: u64,
        /// The device.
        device: String,
        /// What to do about it.
        advice: String,
    },
    /// Loops that the device's driver would end early, and sums that would lack terms.
    #[error(
        "`{node}` needs loops of {turns} turns ({kernel}), but the driver of {device} ends them after {most} and says nothing: {advice}"
    )]
    TooLong {
        /// Whose launch.
        node: String,
        /// The kernel.
        kernel: &'static str,
        /// The most turns of one of its threads.
        turns: u64,
        /// What the driver does.
        most: u64,
        /// The device.
        device: String,
        /// What to do about it.
        advice: String,
    },
    /// No memory for something small.
    #[error("the GPU is out of memory: {0}")]
    OutOfMemory(String),
    /// A GPU's driver has no room for the buffers.
    #[error("the network needs {} of memory, which {device} has not left ({report}): {advice}", sized(bytes))]
    NoRoom {
        /// What all buffers need.
        bytes: u64,
        /// The device.
        device: String,
        /// What the driver says.
        report: String,
        /// What to do about it.
        advice: String,
    },
    /// A model that was built to be looked at.
    #[error("the model was built without its examples: there is nothing to run it on")]
    NoExamples,
    /// It does not answer any more.
    #[error("the GPU was lost: {0}")]
    Lost(String),
    /// A plan that shaders could leave the buffers of: a mistake of whoever made the plan.
    #[error("the plan is wrong at `{node}` ({kernel}): {what}")]
    Plan {
        /// Whose launch.
        node: String,
        /// The kernel.
        kernel: &'static str,
        /// What is wrong about it.
        what: String,
    },
    /// A number by which a shader would leave a buffer.
    #[error("{what} {number} is none of the {count} that there are")]
    OutOfRange {
        /// What it is the number of.
        what: &'static str,
        /// The number.
        number: u64,
        /// How many there are.
        count: u64,
    },
    /// The driver refused something.
    #[error("the GPU's driver reports: {0}")]
    Driver(String),
}

impl Error {
    /// What to do about it, where a smaller plan would help.
    pub fn advice(&mut self) -> Option<&mut String> {
        match self {
            Error::TooLarge { advice, .. }
            | Error::TooMuch { advice, .. }
            | Error::TooLong { advice, .. }
            | Error::NoRoom { advice, .. } => Some(advice),
            _ => None,
        }
    }
}

fn sized(bytes: &u64) -> String {
    let mebibytes = *bytes as f64 / f64::from(1 << 20);
    if mebibytes < 1024.0 { format!("{mebibytes:.1} MiB") } else { format!("{:.1} GiB", mebibytes / 1024.0) }
}

/// What to do about a plan that finds no room, where nobody knows more of it.
pub(crate) const SMALLER: &str = "take a smaller network, batch or data set";
