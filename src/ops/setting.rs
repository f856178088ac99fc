//! Settings: small networks around a node, with which [`crate::verify`] proves it. Each op has a dozen or more, and
//! they stand in its file, as a kernel's cases do.

/// What the numbers of the examples are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Examples {
    /// Between −2 and 2, no two of them near each other or near a kink of an activation.
    Smooth,
    /// Few whole numbers, which are often equal and lie on the kinks of activations: finite differences
    /// say nothing there.
    Kinks,
    /// Words below this; there is no gradient with respect to them.
    Words(u32),
}

/// One network around a node.
pub struct Setting {
    /// The shape of an example.
    pub shape: &'static [usize],
    /// The layers as a config writes them, where `@` is the node's own `op = …`; or just its keys.
    pub layers: &'static str,
    /// The numbers.
    pub examples: Examples,
}

/// A setting over smooth examples of this shape.
pub const fn over(shape: &'static [usize], layers: &'static str) -> Setting {
    Setting { shape, layers, examples: Examples::Smooth }
}

/// A setting whose examples lie on kinks, and are often equal.
pub const fn kinked(shape: &'static [usize], layers: &'static str) -> Setting {
    Setting { shape, layers, examples: Examples::Kinks }
}

/// A setting over words.
pub const fn words(shape: &'static [usize], below: u32, layers: &'static str) -> Setting {
    Setting { shape, layers, examples: Examples::Words(below) }
}
