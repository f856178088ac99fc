//! Curves as SVG: one chart or several below each other, the legend beside them, where it covers nothing.

mod axis;

use plotters::{
    coord::Shift,
    element::DashedPathElement,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

pub use axis::{Axis, spans_decades};
use axis::{Scale, fits};

/// A named line.
#[derive(Debug, Clone)]
pub struct Curve {
    /// What the legend says; a curve without a name is not in it.
    pub name: String,
    /// (x, y), ascending in x; without any, the curve is in the legend alone.
    pub points: Vec<(f64, f64)>,
    /// Which of the chart's colours; none is black.
    pub colour: Option<usize>,
    /// How it is drawn.
    pub line: Line,
}

/// How a curve is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// From point to point.
    Solid,
    /// The same in dashes.
    Dashed,
    /// Just the points.
    Dots,
    /// Crosses at the chart's upper edge: what has an x, but no y that could be shown.
    Crosses,
    /// An area within its points, pale: see [`Curve::band`].
    Band,
    /// A dashed line across the whole chart at each point's x: a threshold.
    Upright,
    /// The same at each point's y.
    Level,
}

/// Curves over one pair of axes.
#[derive(Debug, Clone)]
pub struct Chart {
    /// What stands above.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The curves, in the legend's order.
    pub curves: Vec<Curve>,
}

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

/// Pixels of one chart without its legend.
const SIZE: (u32, u32) = (720, 440);
/// Pixels between the legend's lines.
const LINE_HEIGHT: i32 = 19;
/// Lines of the legend before it takes another column.
const LEGEND_LINES: usize = 20;
/// Pixels of a letter of the legend, on average and a little more.
const LETTER: f64 = 7.0;

const BOLD: RGBColor = RGBColor(225, 225, 225);
const LIGHT: RGBColor = RGBColor(244, 244, 244);

impl Curve {
    /// A solid line.
    pub fn new(name: impl Into<String>, colour: usize, points: Vec<(f64, f64)>) -> Curve {
        Curve { name: name.into(), points, colour: Some(colour), line: Line::Solid }
    }

    /// What lies within so much of a line, up and down: (x, y, how much), such as a standard error.
    pub fn band(colour: usize, points: &[(f64, f64, f64)]) -> Curve {
        let upper = points.iter().map(|&(x, y, error)| (x, y + error));
        let lower = points.iter().rev().map(|&(x, y, error)| (x, y - error));
        Curve::new("", colour, upper.chain(lower).collect()).drawn(Line::Band)
    }

    /// A line of estimates, (x, (value, standard error)), behind it a band of so many standard errors.
    pub fn estimates(name: impl Into<String>, colour: usize, points: &[(f64, (f64, f64))], errors: f64) -> [Curve; 2] {
        let around: Vec<_> = points.iter().map(|&(x, (value, error))| (x, value, errors * error)).collect();
        let line = points.iter().map(|&(x, (value, _))| (x, value)).collect();
        [Curve::band(colour, &around), Curve::new(name, colour, line)]
    }

    /// A named threshold, black.
    pub fn threshold(name: &str, line: Line, at: f64) -> Curve {
        Curve { name: name.into(), points: vec![(at, at)], colour: None, line }
    }

    /// The same curve drawn in another way.
    pub fn drawn(self, line: Line) -> Curve {
        Curve { line, ..self }
    }

    /// A line of the legend alone, which says what a way of drawing means.
    pub fn key(name: &str, line: Line) -> Curve {
        Curve { name: name.into(), points: vec![], colour: None, line }
    }
}

/// Draws charts below each other; `None` if none of them has a point to show.
pub fn draw(charts: &[Chart]) -> Option<String> {
    let charts: Vec<(&Chart, Scale, Scale)> = charts.iter().filter_map(scaled).collect();
    if charts.is_empty() {
        return None;
    }
    let mut svg = String::new();
    all(&mut svg, &charts).expect("drawing into a string cannot fail");
    // XML has no place for them.
    Some(super::visible(&svg).into_owned())
}

/// A chart with the ranges of its axes, if it has a point.
fn scaled(chart: &Chart) -> Option<(&Chart, Scale, Scale)> {
    let shown = |(x, y): &&(f64, f64)| fits(&chart.x, *x) && fits(&chart.y, *y);
    let across = |line: Line| move |curve: &&Curve| curve.line != line;
    let of = |without: Line| chart.curves.iter().filter(across(without)).flat_map(|curve| &curve.points);
    // What has no y still has its place beside the others; a threshold along one axis has none on the other.
    let all_x = of(Line::Level).map(|point| point.0);
    let all_y = || of(Line::Upright).filter(shown).map(|point| point.1);
    all_y().next()?;
    Some((chart, Scale::new(&chart.x, all_x)?, Scale::new(&chart.y, all_y())?))
}

type Drawn = Result<(), Box<dyn std::error::Error>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

fn all(svg: &mut String, charts: &[(&Chart, Scale, Scale)]) -> Drawn {
    let legend = charts.iter().map(|(chart, ..)| columns(chart) * column_width(chart)).max().unwrap_or(0);
    let (width, height) = SIZE;
    let root = SVGBackend::with_string(svg, (width + legend, height * charts.len() as u32)).into_drawing_area();
    root.fill(&WHITE)?;
    for ((chart, x, y), area) in charts.iter().zip(root.split_evenly((charts.len(), 1))) {
        let (left, right) = area.split_horizontally(width);
        one(&left, chart, x, y)?;
        draw_legend(&right, chart)?;
    }
    root.present()?;
    Ok(())
}

fn one(area: &Area, chart: &Chart, x: &Scale, y: &Scale) -> Drawn {
    let mut context = ChartBuilder::on(area)
        .caption(&chart.title, ("sans-serif", 19))
        .margin(12)
        .x_label_area_size(42)
        .y_label_area_size(66)
        .build_cartesian_2d(x.clone(), y.clone())?;
    context
        .configure_mesh()
        .x_desc(&chart.x.label)
        .y_desc(&chart.y.label)
        .label_style(("sans-serif", 13))
        .axis_desc_style(("sans-serif", 15))
        .bold_line_style(BOLD)
        .light_line_style(LIGHT)
        .draw()?;
    for curve in &chart.curves {
        let style = style(chart, curve);
        let place = |&(px, py): &(f64, f64)| (chart.x.place(px), chart.y.place(py));
        let shown = |(px, py): &&(f64, f64)| fits(&chart.x, *px) && fits(&chart.y, *py);
        let points: Vec<(f64, f64)> = curve.points.iter().filter(shown).map(place).collect();
        match curve.line {
            // A line needs two points.
            Line::Solid | Line::Dashed if points.len() < 2 => {
                context.draw_series(points.into_iter().map(|at| Circle::new(at, 4, style.filled())))?;
            }
            Line::Solid => {
                context.draw_series(std::iter::once(PathElement::new(points, style)))?;
            }
            Line::Dashed => {
                context.draw_series(std::iter::once(DashedPathElement::new(points, 6, 4, style)))?;
            }
            Line::Dots => {
                context.draw_series(points.into_iter().map(|at| Circle::new(at, 3, style.filled())))?;
            }
            Line::Band => {
                context.draw_series(std::iter::once(Polygon::new(points, style.color.mix(0.2).filled())))?;
            }
            Line::Upright | Line::Level => {
                let ends = curve.points.iter().map(|&(px, py)| match curve.line {
                    Line::Upright => [(chart.x.place(px), y.low), (chart.x.place(px), y.high)],
                    _ => [(x.low, chart.y.place(py)), (x.high, chart.y.place(py))],
                });
                let thin = style.stroke_width(1);
                context.draw_series(ends.map(|ends| DashedPathElement::new(ends.to_vec(), 4, 4, thin)))?;
            }
            Line::Crosses => {
                let top = |point: &(f64, f64)| Cross::new((chart.x.place(point.0), y.high), 5, style);
                context.draw_series(curve.points.iter().map(top))?;
            }
        }
    }
    Ok(())
}

fn style(chart: &Chart, curve: &Curve) -> ShapeStyle {
    let colours = chart.curves.iter().filter_map(|curve| curve.colour).max().map_or(0, |most| most + 1);
    let colour = match curve.colour {
        None => BLACK,
        Some(at) if colours <= COLOURS.len() => COLOURS[at],
        // Too many to stay apart: neighbours are alike, as the runs that they stand for.
        Some(at) => {
            let (r, g, b) = HSLColor(0.8 * at as f64 / (colours - 1) as f64, 0.75, 0.42).rgb();
            RGBColor(r, g, b)
        }
    };
    colour.stroke_width(2)
}

fn named(chart: &Chart) -> Vec<&Curve> {
    chart.curves.iter().filter(|curve| !curve.name.is_empty()).collect()
}

fn columns(chart: &Chart) -> u32 {
    named(chart).len().div_ceil(LEGEND_LINES) as u32
}

fn column_width(chart: &Chart) -> u32 {
    let letters = named(chart).iter().map(|curve| curve.name.chars().count()).max().unwrap_or(0);
    (LETTER * letters as f64) as u32 + 46
}

fn draw_legend(area: &Area, chart: &Chart) -> Drawn {
    let letters = ("sans-serif", 13).into_font().color(&BLACK).pos(Pos::new(HPos::Left, VPos::Center));
    for (at, curve) in named(chart).into_iter().enumerate() {
        let style = style(chart, curve);
        let x = (at / LEGEND_LINES) as i32 * column_width(chart) as i32;
        let y = 52 + (at % LEGEND_LINES) as i32 * LINE_HEIGHT;
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
        area.draw(&Text::new(curve.name.clone(), (x + 32, y), letters.clone()))?;
    }
    Ok(())
}
