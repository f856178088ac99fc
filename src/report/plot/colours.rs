//! Colours: some that stay apart, and a scale of them for numbers.

use plotters::{prelude::*, style::colors::colormaps::ViridisRGB};

use super::axis::{Axis, Scale, fits};

/// Colours that stay apart for most eyes: Okabe and Ito, "Color universal design", 2008.
pub(crate) const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];

/// The grid's lines at ticks.
pub(super) const BOLD: RGBColor = RGBColor(225, 225, 225);
/// Those between.
pub(super) const LIGHT: RGBColor = RGBColor(244, 244, 244);
/// What has no number.
pub(super) const NOTHING: RGBColor = RGBColor(170, 170, 170);

/// One of so many colours.
pub(super) fn one_of(at: usize, of: usize) -> RGBColor {
    if of <= COLOURS.len() {
        return COLOURS[at];
    }
    // Too many to stay apart: neighbours are alike, as the runs that they stand for.
    let (r, g, b) = HSLColor(0.8 * at as f64 / (of - 1) as f64, 0.75, 0.42).rgb();
    RGBColor(r, g, b)
}

/// A colour as it looks over white, so much of it.
pub(super) fn pale(colour: RGBColor, share: f64) -> RGBColor {
    let mix = |value: u8| (255.0 + share * (f64::from(value) - 255.0)).round() as u8;
    RGBColor(mix(colour.0), mix(colour.1), mix(colour.2))
}

/// Numbers as colours: viridis, whose lightness alone tells them apart too (Smith and van der Walt, 2015).
pub(super) struct Shades<'a> {
    axis: &'a Axis,
    /// The range and the ticks of the bar.
    pub scale: Scale,
}

impl<'a> Shades<'a> {
    /// The scale of these numbers, or of a range that is given; `None` if there is nothing to show.
    pub fn new(
        axis: &'a Axis,
        range: Option<[f64; 2]>,
        values: impl Iterator<Item = f64>,
        ticks: f64,
    ) -> Option<Shades<'a>> {
        let values = values.filter(|&value| fits(axis, value));
        let [low, high] = range.or_else(|| {
            values.fold(None, |range: Option<[f64; 2]>, value| {
                let [low, high] = range.unwrap_or([value; 2]);
                Some([value.min(low), value.max(high)])
            })
        })?;
        let [low, high] = [low, high].map(|value| axis.place(value));
        // One value alone still has a colour.
        let (low, high) = if high > low { (low, high) } else { (low - 0.5, low + 0.5) };
        Some(Shades { axis, scale: Scale::exact(axis, low, high, ticks) })
    }

    /// How far up the scale a number is, 0 to 1; `None` where it is none.
    pub fn share(&self, value: f64) -> Option<f64> {
        let Scale { low, high, .. } = self.scale;
        fits(self.axis, value).then(|| ((self.axis.place(value) - low) / (high - low)).clamp(0.0, 1.0))
    }

    /// The colour of a number.
    pub fn colour(&self, value: f64) -> RGBColor {
        self.share(value).map_or(NOTHING, shade)
    }
}

/// The colour so far up the scale, one of 256.
pub(super) fn shade(share: f64) -> RGBColor {
    ViridisRGB.get_color((share * 255.0).round() / 255.0)
}

/// What is seen over a colour of the scale.
pub(super) fn over(share: f64) -> RGBColor {
    if share < 0.6 { WHITE } else { BLACK }
}
