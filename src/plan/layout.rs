//! What a plan is built for, beside the network.

/// How the examples lie in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct DataLayout {
    /// Pictures: one byte a feature, four to a word. Else reals.
    pub bytes: bool,
    /// Examples, all splits together.
    pub examples: usize,
    /// Features that share one scale and offset.
    pub plane: usize,
    /// Entries of the order: batches of all splits are taken from there.
    pub order: usize,
    /// Pictures: how the training program changes them at random.
    pub augmentation: Option<Augmentation>,
    /// Whether the gradient with respect to the examples is computed too.
    pub differentiate_input: bool,
}

/// Random changes of training pictures; see [`crate::config::Augment`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Augmentation {
    /// Pixels of a line.
    pub width: usize,
    /// Pixels of padding.
    pub crop: usize,
    /// Whether pictures are mirrored.
    pub flip: bool,
    /// The side of the covered square.
    pub cutout: usize,
}

/// What a plan is built for, beside the network and its data.
#[derive(Clone, Debug)]
pub struct Options {
    /// Rows of a training step.
    pub batch: usize,
    /// Rows of an evaluation step.
    pub evaluate_batch: usize,
    /// Copies of the network, trained in the same launches.
    pub replicas: usize,
    /// Rows of the statistics: steps between two readings.
    pub slots: usize,
}
