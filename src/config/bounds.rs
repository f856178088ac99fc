//! Ranges that can say in words what they hold.

use std::fmt::{Display, LowerExp};
use std::ops::{Bound, RangeBounds};

/// Numbers above zero.
pub const POSITIVE: (Bound<f64>, Bound<f64>) = (Bound::Excluded(0.0), Bound::Unbounded);
/// Zero and the numbers above it.
pub const NOT_NEGATIVE: (Bound<f64>, Bound<f64>) = (Bound::Included(0.0), Bound::Unbounded);
/// Numbers above zero that devices, which compute in f32, have not for infinity.
pub const RATE: (Bound<f64>, Bound<f64>) = (Bound::Excluded(0.0), Bound::Included(f32::MAX as f64));
/// From 0 to below 1: shares, rates, the decay of a running average.
pub const FRACTION: (Bound<f64>, Bound<f64>) = (Bound::Included(0.0), Bound::Excluded(1.0));

/// What a number may be: any of Rust's ranges (`1..`, `0.0..1.0`, `..`) or a pair of bounds such
/// as [`POSITIVE`].
pub trait Bounds<T>: RangeBounds<T> {
    /// ``an integer of at least 1``
    fn describe(&self, noun: &str) -> String;
}

impl<T: PartialOrd + Display + LowerExp, R: RangeBounds<T>> Bounds<T> for R {
    fn describe(&self, noun: &str) -> String {
        // Nobody counts 39 digits.
        let show = |bound: &T| Some(bound.to_string()).filter(|text| text.len() < 20).unwrap_or(format!("{bound:.1e}"));
        let low = match self.start_bound() {
            Bound::Included(low) => Some(format!("of at least {}", show(low))),
            Bound::Excluded(low) => Some(format!("above {}", show(low))),
            Bound::Unbounded => None,
        };
        let high = match self.end_bound() {
            Bound::Included(high) => Some(format!("of at most {}", show(high))),
            Bound::Excluded(high) => Some(format!("below {}", show(high))),
            Bound::Unbounded => None,
        };
        match (low, high) {
            (Some(low), Some(high)) => format!("{noun} {low} and {high}"),
            (Some(bound), None) | (None, Some(bound)) => format!("{noun} {bound}"),
            (None, None) => noun.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_say_what_they_hold() {
        assert_eq!((1..).describe("an integer"), "an integer of at least 1");
        assert_eq!(POSITIVE.describe("a number"), "a number above 0");
        assert_eq!(RATE.describe("a number"), "a number above 0 and of at most 3.4e38");
        assert_eq!(FRACTION.describe("a number"), "a number of at least 0 and below 1");
        assert_eq!(Bounds::<f64>::describe(&.., "a number"), "a number");
    }
}
