//! What the lines of a chart are: beside it, or below.

use plotters::{
    element::DashedPathElement,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use super::{
    Area, Drawn,
    curves::{Curve, Line, style},
};

/// Pixels between the legend's lines.
pub(super) const LINE_HEIGHT: u32 = 19;
/// Lines of the legend before it takes another column.
const LINES: usize = 20;
/// Pixels of a letter of the legend, on average and a little more.
pub(super) const LETTER: f64 = 7.0;
/// Where the first line is, beside a chart.
const TOP: i32 = 52;

/// The curves that are in the legend.
pub(super) fn named(curves: &[Curve]) -> impl Iterator<Item = &Curve> {
    curves.iter().filter(|curve| !curve.name.is_empty())
}

/// Pixels that the legend of curves takes beside their chart.
pub(super) fn width(curves: &[Curve]) -> u32 {
    named(curves).count().div_ceil(LINES) as u32 * column(named(curves).map(|curve| &curve.name[..]))
}

/// Pixels of a column of names.
pub(super) fn column<'a>(names: impl Iterator<Item = &'a str>) -> u32 {
    let letters = names.map(|name| name.chars().count()).max();
    letters.map_or(0, |letters| (LETTER * letters as f64) as u32 + 46)
}

/// Draws the legend of curves beside their chart, in columns.
pub(super) fn beside(area: &Area, curves: &[Curve]) -> Drawn {
    let column = column(named(curves).map(|curve| &curve.name[..])) as i32;
    for (at, curve) in named(curves).enumerate() {
        let x = (at / LINES) as i32 * column;
        line(area, (x, TOP + (at % LINES) as i32 * LINE_HEIGHT as i32), curve, style(curves, curve))?;
    }
    Ok(())
}

/// One line of the legend.
pub(super) fn line(area: &Area, (x, y): (i32, i32), curve: &Curve, style: ShapeStyle) -> Drawn {
    match curve.line {
        Line::Solid => area.draw(&PathElement::new([(x, y), (x + 24, y)], style))?,
        Line::Dashed => area.draw(&DashedPathElement::new([(x, y), (x + 24, y)], 6, 4, style))?,
        Line::Band => area.draw(&Rectangle::new([(x, y - 5), (x + 24, y + 5)], style.color.mix(0.2).filled()))?,
        Line::Upright => {
            area.draw(&DashedPathElement::new([(x + 12, y - 8), (x + 12, y + 8)], 4, 4, style.stroke_width(1)))?;
        }
        Line::Level => {
            area.draw(&DashedPathElement::new([(x, y), (x + 24, y)], 4, 4, style.stroke_width(1)))?;
        }
        Line::Dots => area.draw(&Circle::new((x + 12, y), 4, style.filled()))?,
        Line::Crosses => area.draw(&Cross::new((x + 12, y), 5, style))?,
    }
    name(area, (x, y), &curve.name)
}

/// The text of a line of the legend.
pub(super) fn name(area: &Area, (x, y): (i32, i32), name: &str) -> Drawn {
    let letters = ("sans-serif", 13).into_font().color(&BLACK).pos(Pos::new(HPos::Left, VPos::Center));
    Ok(area.draw(&Text::new(name.to_owned(), (x + 32, y), letters))?)
}

/// Where the line of a legend is that stands beside a chart.
pub(super) fn place(at: usize) -> (i32, i32) {
    (0, TOP + at as i32 * LINE_HEIGHT as i32)
}
