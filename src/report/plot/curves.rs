//! Curves over one pair of axes, the legend beside them, where it covers nothing.

use plotters::{element::DashedPathElement, prelude::*};

use super::{
    Area, Drawn, Ready, Size,
    axis::{Axis, Scale, fits},
    colours::{BOLD, LIGHT, one_of},
    legend,
};

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

/// A chart with the ranges of its axes.
struct Scaled<'a> {
    chart: &'a Chart,
    x: Scale,
    y: Scale,
    size: Size,
}

impl Chart {
    /// The chart with what drawing it takes, if it has a point.
    pub(super) fn ready(&self, size: Size) -> Option<Box<dyn Ready + '_>> {
        let shown = |(x, y): &&(f64, f64)| fits(&self.x, *x) && fits(&self.y, *y);
        let across = |line: Line| move |curve: &&Curve| curve.line != line;
        let of = |without: Line| self.curves.iter().filter(across(without)).flat_map(|curve| &curve.points);
        // What has no y still has its place beside the others; a threshold along one axis has none on the other.
        let all_x = of(Line::Level).map(|point| point.0);
        let all_y = || of(Line::Upright).filter(shown).map(|point| point.1);
        all_y().next()?;
        let (x, y) = (Scale::new(&self.x, all_x, size.ticks)?, Scale::new(&self.y, all_y(), size.ticks)?);
        Some(Box::new(Scaled { chart: self, x, y, size }))
    }
}

impl Ready for Scaled<'_> {
    fn extent(&self) -> (u32, u32) {
        let (width, height) = self.size.chart;
        (width + legend::width(&self.chart.curves), height)
    }

    fn draw(&self, area: &Area) -> Drawn {
        let Scaled { chart, x, y, size } = self;
        let (left, right) = area.split_horizontally(size.chart.0);
        let (left, _) = left.split_vertically(size.chart.1);
        let mut context = ChartBuilder::on(&left)
            .caption(&chart.title, ("sans-serif", size.title))
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
            draw(&mut context, [&chart.x, &chart.y], curve, style(&chart.curves, curve))?;
        }
        legend::beside(&right, &chart.curves)
    }
}

/// Where curves are drawn.
pub(super) type Context<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Scale, Scale>>;

/// Draws a curve over these axes.
pub(super) fn draw(context: &mut Context, [x, y]: [&Axis; 2], curve: &Curve, style: ShapeStyle) -> Drawn {
    let place = |&(px, py): &(f64, f64)| (x.place(px), y.place(py));
    let shown = |(px, py): &&(f64, f64)| fits(x, *px) && fits(y, *py);
    let points: Vec<(f64, f64)> = curve.points.iter().filter(shown).map(place).collect();
    let (across, up) = (context.plotting_area().get_x_range(), context.plotting_area().get_y_range());
    match curve.line {
        // A line needs two points.
        Line::Solid | Line::Dashed if points.len() < 2 => {
            context.draw_series(
                points.into_iter().map(|at| Circle::new(at, 3 + style.stroke_width / 2, style.filled())),
            )?;
        }
        Line::Solid => {
            context.draw_series(std::iter::once(PathElement::new(points, style)))?;
        }
        Line::Dashed => {
            context.draw_series(std::iter::once(DashedPathElement::new(points, 6, 4, style)))?;
        }
        Line::Dots => {
            context.draw_series(
                points.into_iter().map(|at| Circle::new(at, 2 + style.stroke_width / 2, style.filled())),
            )?;
        }
        Line::Band => {
            context.draw_series(std::iter::once(Polygon::new(points, style.color.mix(0.2).filled())))?;
        }
        Line::Upright | Line::Level => {
            let ends = curve.points.iter().map(|&(px, py)| match curve.line {
                Line::Upright => [(x.place(px), up.start), (x.place(px), up.end)],
                _ => [(across.start, y.place(py)), (across.end, y.place(py))],
            });
            let thin = style.stroke_width(1);
            context.draw_series(ends.map(|ends| DashedPathElement::new(ends.to_vec(), 4, 4, thin)))?;
        }
        Line::Crosses => {
            let top = |point: &(f64, f64)| Cross::new((x.place(point.0), up.end), 5, style);
            context.draw_series(curve.points.iter().map(top))?;
        }
    }
    Ok(())
}

/// How a curve among others looks.
pub(super) fn style(curves: &[Curve], curve: &Curve) -> ShapeStyle {
    let colours = curves.iter().filter_map(|curve| curve.colour).max().map_or(0, |most| most + 1);
    curve.colour.map_or(BLACK, |at| one_of(at, colours)).stroke_width(2)
}
