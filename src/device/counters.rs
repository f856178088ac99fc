//! What a device did.

/// What was done so far; tests hold a step to these.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counters {
    /// Training steps.
    pub steps: u64,
    /// Kernel launches.
    pub launches: u64,
    /// Submissions to the GPU.
    pub submissions: u64,
    /// Pipelines built.
    pub pipelines: u64,
    /// Bind groups built.
    pub bind_groups: u64,
    /// Buffers allocated.
    pub buffers: u64,
    /// Bytes of those.
    pub allocated_bytes: u64,
    /// Bytes written by the host.
    pub uploaded_bytes: u64,
    /// Times that the host waited to read.
    pub readbacks: u64,
    /// Bytes that it read.
    pub read_bytes: u64,
}
