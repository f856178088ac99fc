//! Cases: one launch with its operands, small enough to compare and awkward enough to fail.

use rand::RngExt;

use super::{Step, Variant};
use crate::random::{Purpose, Stream};

/// One launch with its operands.
pub struct Case {
    /// What is awkward about it, for the table.
    pub label: String,
    /// The kernel's parameters as bytes.
    pub parameters: Vec<u8>,
    /// What fills the kernel's open place.
    pub variant: Variant,
    /// One operand for each of the kernel's bindings.
    pub operands: Vec<Operand>,
    /// The step's numbers.
    pub step: Step,
    /// Terms summed into one value: the tolerance grows with its root.
    pub terms: usize,
    /// Copies of the operands, each with other numbers, computed in one launch.
    pub replicas: usize,
}

/// What a case binds.
#[derive(Clone, Debug)]
pub enum Operand {
    /// Nothing: an optional binding left out.
    Unbound,
    /// Reals.
    Reals(Vec<f64>),
    /// Words.
    Words(Vec<u32>),
    /// Reals that the launch must write, every one.
    Output(usize),
    /// Words that the launch writes into zeros.
    OutputWords(usize),
}

impl Operand {
    /// Elements for one replica.
    pub fn len(&self) -> usize {
        match self {
            Operand::Unbound => 0,
            Operand::Reals(values) => values.len(),
            Operand::Words(values) => values.len(),
            Operand::Output(len) | Operand::OutputWords(len) => *len,
        }
    }

    /// Whether nothing is bound.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Case {
    /// A case of one replica with a plain variant.
    pub fn new<P: super::Parameters>(label: String, parameters: P, operands: Vec<Operand>) -> Self {
        Case {
            label,
            parameters: bytemuck::bytes_of(&parameters).to_vec(),
            variant: Variant::Plain,
            operands,
            step: Step::over(1),
            terms: 1,
            replicas: 1,
        }
    }
}

/// Sizes of a list of elements that catch wrong bounds: one, primes, around a workgroup, and
/// more than an axis of the grid has workgroups.
pub const COUNTS: &[usize] = &[1, 2, 3, 5, 7, 31, 63, 64, 65, 127, 255, 256, 257, 509, 1031, 70_001];

/// Numbers between −2 and 2, the same for the same name.
pub fn reals(name: &str, count: usize) -> Vec<f64> {
    let mut stream = stream(name);
    // Rounded to f32 first: both devices must start from the same numbers.
    (0..count).map(|_| f64::from(stream.random_range(-2.0f32..2.0))).collect()
}

/// Words below `end`, the same for the same name.
pub fn words(name: &str, count: usize, end: u32) -> Vec<u32> {
    let mut stream = stream(name);
    (0..count).map(|_| stream.random_range(0..end)).collect()
}

fn stream(name: &str) -> Stream {
    let seed = name.bytes().fold(7u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    Stream::new(seed, Purpose::Test.stream(0), 0)
}
