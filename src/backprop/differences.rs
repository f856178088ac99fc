//! g without backpropagation: the loss a little to the left and to the right of each number.

use super::{Kind, Machine, Tape};
use crate::random::{Purpose, Stream};

/// The largest distance from a difference, as a share of a tensor's largest, with which a gradient is right.
pub const TOLERANCE: f64 = 1e-6;

/// Central differences of fourth order step so far, as a share of numbers above 1, and twice as far. Their own error is
/// then about 1e-12 of the loss. Where a corner, such as ReLU's, lies as near, shorter ones go before it.
const STEPS: [f64; 3] = [1e-4, 1e-5, 1e-6];

/// How far the two halves of a difference may disagree for it to be taken, as a share of it.
const AGREED: f64 = 1e-6;

/// What is left of that at the shortest step is a corner.
const CORNER: f64 = 1e-5;

/// A gradient below this share of the loss is compared as if it were so large: differences know no better.
const SMALLEST: f64 = 1e-5;

/// Differences of the loss with respect to some numbers of one tensor, or all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Differences {
    /// Which number, and the difference; none where the loss has a corner: to the left of the number it has another
    /// slope than to the right.
    pub of: Vec<(usize, Option<f64>)>,
    /// The least that the largest counts as.
    floor: f64,
}

impl Differences {
    /// The largest distance of a gradient from them, as a share of the largest of either in the tensor. What is no
    /// number is infinitely far.
    pub fn off(&self, g: &[f64]) -> f64 {
        let known = || self.of.iter().filter_map(|&(at, difference)| Some((g[at], difference?)));
        let largest = known().map(|(g, difference)| g.abs().max(difference.abs())).fold(self.floor, f64::max);
        let far = |(g, difference): (f64, f64)| (g - difference).abs() / largest;
        known().map(far).fold(0.0, |most, far| if far.is_nan() { f64::INFINITY } else { far.max(most) })
    }

    /// Numbers at which the loss has a corner.
    pub fn corners(&self) -> usize {
        self.of.iter().filter(|(_, difference)| difference.is_none()).count()
    }
}

impl Machine {
    /// How many numbers [`Machine::differences`] differentiates by, with at most so many of each tensor.
    pub fn count(&self, tape: &Tape, most: Option<usize>) -> u64 {
        let lengths = tape.nodes.iter().filter(|node| is_differentiated(node)).map(|node| node.u.len());
        lengths.map(|length| most.map_or(length, |most| most.min(length)) as u64).sum()
    }

    /// Adds the differences of every node but the loss: of all its numbers, or of so many that are drawn by the seed.
    /// `done` is told of each.
    pub fn differences(&mut self, tape: &mut Tape, most: Option<usize>, mut done: impl FnMut()) {
        let seed = self.seed();
        for (at, node) in tape.nodes.iter_mut().enumerate().filter(|(_, node)| is_differentiated(node)) {
            let length = node.u.len();
            let chosen: Vec<usize> = match most {
                Some(most) if most < length => {
                    let mut stream = Stream::new(seed, Purpose::Experiments.stream(at as u32), 0);
                    let mut chosen = rand::seq::index::sample(&mut stream, length, most).into_vec();
                    chosen.sort_unstable();
                    chosen
                }
                _ => (0..length).collect(),
            };
            let (slice, from) = self.places[at];
            let mut of = vec![];
            for number in chosen {
                of.push((number, self.difference(slice.buffer, slice.offset + number, from, tape.loss)));
                done();
            }
            // Nothing behind it is as it was.
            self.forward(from);
            node.differences = Some(Differences { of, floor: SMALLEST * tape.loss.abs().max(1.0) });
        }
    }

    /// The derivative of the loss by one number, which the launches from `from` on use.
    fn difference(&mut self, buffer: usize, at: usize, from: usize, here: f64) -> Option<f64> {
        let value = self.numbers(buffer)[at];
        let mut best: (f64, f64) = (f64::INFINITY, 0.0);
        for step in STEPS.map(|step| step * value.abs().max(1.0)) {
            let [near, far] = [step, 2.0 * step].map(|step| {
                [step, -step].map(|distance| {
                    self.numbers(buffer)[at] = value + distance;
                    self.forward(from)
                })
            });
            let across = |[right, left]: [f64; 2]| right - left;
            let estimate = (8.0 * across(near) - across(far)) / (12.0 * step);
            // Both are 0 but for powers of the step where the loss is smooth this far.
            let slopes = across(near) / (2.0 * step) - across(far) / (4.0 * step);
            let bent = |[right, left]: [f64; 2], step: f64| (right - here + left - here) / step;
            let bends = 2.0 * bent(near, step) - bent(far, 2.0 * step);
            let doubt = slopes.abs().max(bends.abs()) / (estimate.abs() + 1e-3 * here.abs());
            if doubt < best.0 || best.0.is_infinite() {
                best = (doubt, estimate);
            }
            if doubt <= AGREED {
                break;
            }
        }
        self.numbers(buffer)[at] = value;
        (best.0 <= CORNER).then_some(best.1)
    }
}

fn is_differentiated(node: &super::Node) -> bool {
    node.kind != Kind::Loss && node.g.is_some()
}
