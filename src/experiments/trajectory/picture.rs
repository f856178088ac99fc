//! All walks over the contour lines of their function, as SVG.

use plotters::prelude::*;

use super::{Path, Point, Surface};
use crate::report::{
    self, Axis, Chart, Curve, Line,
    contours::{Grid, clip},
    plot::COLOURS,
};

/// Cells of the grid along each axis.
const CELLS: usize = 160;
/// Contour lines.
pub(super) const LEVELS: usize = 14;

/// The contour lines, the lowest first.
pub(super) fn contours(surface: &Surface) -> Vec<Vec<Vec<Point>>> {
    let grid = Grid::new(surface.f, surface.axes, CELLS);
    let floor = surface.minima.first().map(|&minimum| (surface.f)(minimum));
    grid.levels(floor, LEVELS).into_iter().map(|level| grid.lines(level)).collect()
}

/// The colour of a contour line: low ones are darker.
pub(super) fn shade(at: usize) -> [u8; 3] {
    let share = at as f64 / (LEVELS - 1) as f64;
    [150.0 + 70.0 * share, 165.0 + 62.0 * share, 185.0 + 50.0 * share].map(|value| value as u8)
}

/// Draws walks over their function.
pub fn picture(surface: &Surface, paths: &[Path]) -> String {
    if surface.of_x {
        return report::draw(&charts(surface, paths)).unwrap_or_default();
    }
    let mut svg = String::new();
    draw(&mut svg, surface, paths).expect("drawing into a string cannot fail");
    svg
}

/// Points of a function of x alone.
const POINTS: usize = 400;

/// The walks down a function of x alone, and step by step.
fn charts(surface: &Surface, paths: &[Path]) -> [Chart; 2] {
    let [low, high] = surface.axes[0];
    let line = (0..=POINTS).map(|at| low + (high - low) * at as f64 / POINTS as f64);
    let line = line.map(|x| (x, (surface.f)([x, 0.0]))).collect();
    let mut down = vec![Curve { colour: None, ..Curve::new(surface.formula, 0, line) }];
    let mut along = vec![];
    for (colour, path) in paths.iter().enumerate() {
        let shown = path.points.iter().zip(&path.losses).filter(|(point, _)| (low..=high).contains(&point[0]));
        let places = shown.map(|(point, &value)| (point[0], value)).collect();
        down.push(Curve::new(path.optimizer.as_str(), colour, places).drawn(Line::Dots));
        let steps = (0..).map(f64::from).zip(path.points.iter().map(|point| point[0])).collect();
        along.push(Curve::new(path.optimizer.as_str(), colour, steps));
    }
    for (at, &[x, _]) in surface.minima.iter().enumerate() {
        // One line of the legend is enough for all.
        along.push(Curve::threshold(if at == 0 { "minimum" } else { "" }, Line::Level, x));
    }
    let title = surface.name.replace('_', " ");
    [
        Chart { title, x: Axis::new("x"), y: Axis::new("f(x)"), curves: down },
        Chart { title: "Step by step".into(), x: Axis::counting("steps"), y: Axis::new("x"), curves: along },
    ]
}

fn draw(svg: &mut String, surface: &Surface, paths: &[Path]) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::with_string(svg, (720, 640)).into_drawing_area();
    root.fill(&WHITE)?;
    let [[left, right], [bottom, top]] = surface.axes;
    let mut chart = ChartBuilder::on(&root)
        .caption(surface.name.replace('_', " "), ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(44)
        .build_cartesian_2d(left..right, bottom..top)?;
    chart.configure_mesh().disable_mesh().x_desc("x").y_desc("y").draw()?;
    for (at, lines) in contours(surface).into_iter().enumerate() {
        let [r, g, b] = shade(at);
        let line = |line: Vec<Point>| {
            let points: Vec<(f64, f64)> = line.into_iter().map(|[x, y]| (x, y)).collect();
            PathElement::new(points, RGBColor(r, g, b).stroke_width(1))
        };
        chart.draw_series(lines.into_iter().map(line))?;
    }
    let minima = surface.minima.iter().map(|&[x, y]| Cross::new((x, y), 6, BLACK.stroke_width(2)));
    chart.draw_series(minima)?;
    for (path, colour) in paths.iter().zip(COLOURS.iter().cycle()) {
        let style = colour.stroke_width(2);
        chart
            .draw_series(visible(surface, &path.points).into_iter().map(|line| PathElement::new(line, style)))?
            // The box is as wide as plotters believes the letters to be, which is too narrow.
            .label(format!("{}  ", path.optimizer))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    // The places where walks end lie over all lines.
    for (path, colour) in paths.iter().zip(COLOURS.iter().cycle()) {
        let end = path.points.last().copied().filter(|&end| surface.shows(end));
        chart.draw_series(end.map(|[x, y]| Circle::new((x, y), 5, colour.filled())))?;
    }
    if let Some([x, y]) = paths.first().map(|path| path.points[0]).filter(|&start| surface.shows(start)) {
        chart.draw_series([Circle::new((x, y), 5, BLACK.stroke_width(2))])?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.9))
        .border_style(RGBColor(225, 225, 225))
        .draw()?;
    root.present()?;
    Ok(())
}

/// The parts of a walk that the picture shows.
fn visible(surface: &Surface, points: &[Point]) -> Vec<Vec<(f64, f64)>> {
    let mut lines: Vec<Vec<(f64, f64)>> = vec![];
    for step in points.windows(2) {
        let Some([from, to]) = clip([step[0], step[1]], surface.axes) else { continue };
        let (from, to) = ((from[0], from[1]), (to[0], to[1]));
        match lines.last_mut().filter(|line| line.last() == Some(&from)) {
            Some(line) => line.push(to),
            None => lines.push(vec![from, to]),
        }
    }
    lines
}
