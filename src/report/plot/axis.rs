//! An axis: what it says, whether it is logarithmic, and where its ticks are.

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

/// An axis of a chart.
#[derive(Debug, Clone, Default)]
pub struct Axis {
    /// What is along it.
    pub label: String,
    /// Equal ratios are equally far; what is not above 0 is left out.
    pub log: bool,
    /// Nothing lies between whole numbers.
    pub whole: bool,
    /// Ticks with what they say, where it is known which matter; else they are round numbers.
    pub marks: Vec<(f64, String)>,
    /// How far the axis goes beyond its values, at least.
    pub pad: f64,
}

impl Axis {
    /// A linear axis.
    pub fn new(label: impl Into<String>) -> Axis {
        Axis { label: label.into(), ..Axis::default() }
    }

    /// An axis that counts.
    pub fn counting(label: impl Into<String>) -> Axis {
        Axis { whole: true, ..Axis::new(label) }
    }

    /// Where a value lies along the axis.
    pub(super) fn place(&self, value: f64) -> f64 {
        if self.log { value.log10() } else { value }
    }
}

/// Whether an axis can show the value.
pub(super) fn fits(axis: &Axis, value: f64) -> bool {
    axis.place(value).is_finite()
}

/// Whether values are so far apart that just a logarithmic axis shows them all: by more than two
/// decades, and all above 0.
pub fn spans_decades(values: impl Iterator<Item = f64>) -> bool {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, 0.0), |(low, high), value| (value.min(low), value.max(high)));
    low > 0.0 && high > 100.0 * low
}

/// An axis' range and ticks, in places.
#[derive(Clone)]
pub(super) struct Scale {
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<(f64, String)>,
    pub light: Vec<f64>,
}

impl Scale {
    /// The scale that shows the values with about so many ticks; `None` if there is none to show.
    pub fn new(axis: &Axis, values: impl Iterator<Item = f64>, ticks: f64) -> Option<Scale> {
        let marks = axis.marks.iter().map(|mark| mark.0);
        let places = values.chain(marks).filter(|&value| fits(axis, value)).map(|value| axis.place(value));
        let (low, high) = places.fold(None, |range, place| {
            let (low, high): (f64, f64) = range.unwrap_or((place, place));
            Some((place.min(low), place.max(high)))
        })?;
        // One epoch, or a loss that stays: an axis still needs a length.
        let margin = match high > low {
            true => 0.03 * (high - low),
            false if axis.log => 0.3,
            false => 0.5 * low.abs().max(1.0),
        };
        let margin = margin.max(axis.pad);
        Some(Scale::exact(axis, low - margin, high + margin, ticks))
    }

    /// The scale from one place to another.
    pub fn exact(axis: &Axis, low: f64, high: f64, wanted: f64) -> Scale {
        let (ticks, light) = match (axis.marks.is_empty(), axis.log) {
            (false, _) => (axis.marks.iter().map(|(at, name)| (axis.place(*at), name.clone())).collect(), vec![]),
            (true, true) => logarithmic(low, high, wanted),
            (true, false) => linear(low, high, axis.whole, wanted),
        };
        Scale { low, high, ticks, light }
    }
}

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (first, last): (i32, i32)) -> i32 {
        let share = (value - self.low) / (self.high - self.low);
        first + (share * f64::from(last - first)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        let bold = self.ticks.iter().map(|tick| tick.0);
        match hint.weight().allow_light_points() {
            true => self.light.iter().copied().chain(bold).collect(),
            false => bold.collect(),
        }
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Scale {
    fn format(place: &f64) -> String {
        format!("{place}")
    }

    fn format_ext(&self, place: &f64) -> String {
        self.name(*place)
    }
}

impl Scale {
    /// What the tick at a place says.
    pub fn name(&self, place: f64) -> String {
        self.ticks.iter().find(|tick| tick.0 == place).map_or(String::new(), |tick| tick.1.clone())
    }
}

type Ticks = (Vec<(f64, String)>, Vec<f64>);

/// Multiples of 1, 2 or 5 times a power of ten.
fn linear(low: f64, high: f64, whole: bool, ticks: f64) -> Ticks {
    let wanted = (high - low) / ticks;
    let power = 10f64.powf(wanted.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= wanted * 0.999).unwrap_or(10.0);
    let step = if whole { (factor * power).max(1.0) } else { factor * power };
    let multiples =
        |step: f64| ((low / step).ceil() as i64..=(high / step).floor() as i64).map(move |at| at as f64 * step);
    let largest = low.abs().max(high.abs());
    let digits = (-step.log10() - 1e-9).ceil();
    let name = |value: f64| match (1e-4..1e6).contains(&largest) || value == 0.0 {
        true => format!("{value:.*}", if largest < 1e-4 { 0 } else { digits.max(0.0) as usize }),
        false => format!("{value:.*e}", (largest.log10().floor() + digits).clamp(0.0, 9.0) as usize),
    };
    let light = if whole && step < 2.0 { vec![] } else { multiples(step / 2.0).collect() };
    (multiples(step).map(|value| (value, name(value))).collect(), light)
}

/// Powers of ten; between them, where there are few.
fn logarithmic(low: f64, high: f64, wanted: f64) -> Ticks {
    let powers = low.floor() as i32..=high.floor() as i32;
    let decades = high - low;
    let bold: &[u32] = match decades {
        ..1.0 => &[1, 2, 3, 4, 5, 6, 7, 8, 9],
        1.0..2.0 => &[1, 2, 5],
        2.0..3.5 => &[1, 3],
        _ => &[1],
    };
    let stride = (decades / wanted).ceil().max(1.0) as i32;
    let inside = |place: &f64| (low..=high).contains(place);
    let place = |digit: u32, power: i32| f64::from(digit).log10() + f64::from(power);
    let name = |digit: u32, power: i32| match power {
        -4..=4 => format!("{}", format!("{digit}e{power}").parse::<f64>().expect("a number")),
        _ => format!("{digit}e{power}"),
    };
    let at = |power: i32| bold.iter().map(move |&digit| (place(digit, power), name(digit, power)));
    let ticks = powers.clone().filter(|power| power % stride == 0).flat_map(at).filter(|tick| inside(&tick.0));
    let light = powers.flat_map(|power| (1..=9).map(move |digit| place(digit, power))).filter(inside);
    // Lines that are closer than a few pixels are grey, not a scale.
    (ticks.collect(), if stride == 1 { light.collect() } else { vec![] })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(axis: &Axis, values: &[f64]) -> Vec<String> {
        Scale::new(axis, values.iter().copied(), 8.0).expect("values").ticks.into_iter().map(|tick| tick.1).collect()
    }

    #[test]
    fn ticks_are_round_and_say_no_more_than_they_know() {
        assert_eq!(names(&Axis::new(""), &[0.0, 0.3]), ["0.00", "0.05", "0.10", "0.15", "0.20", "0.25", "0.30"]);
        assert_eq!(names(&Axis::new(""), &[0.0, 3e-5]).first().expect("one"), "0");
        assert_eq!(names(&Axis::new(""), &[0.0, 3e-5]).last().expect("one"), "3.0e-5");
        assert_eq!(names(&Axis::counting(""), &[1.0, 3.0]), ["1", "2", "3"]);
        assert_eq!(names(&Axis::counting(""), &[5.0]), ["3", "4", "5", "6", "7"]);
    }

    #[test]
    fn a_logarithmic_axis_has_decades_and_leaves_out_zero() {
        let log = Axis { log: true, ..Axis::new("") };
        assert_eq!(names(&log, &[0.0, 1e-3, 10.0]), ["0.001", "0.01", "0.1", "1", "10"]);
        assert_eq!(names(&log, &[1.5, 6.0]), ["2", "3", "4", "5", "6"]);
        assert!(Scale::new(&log, [0.0, -1.0].into_iter(), 8.0).is_none());
    }

    #[test]
    fn two_decades_are_too_many_for_a_linear_axis() {
        assert!(spans_decades([0.01, 2.0].into_iter()));
        assert!(!spans_decades([0.01, 0.9].into_iter()));
        assert!(!spans_decades([0.0, 2.0].into_iter()));
    }
}
