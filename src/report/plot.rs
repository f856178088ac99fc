//! Curves as SVG.

use plotters::prelude::*;

/// A named line.
#[derive(Debug, Clone)]
pub struct Curve {
    /// What the legend says.
    pub name: String,
    /// (x, y), ascending in x.
    pub points: Vec<(f64, f64)>,
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

/// Draws curves over one pair of axes; `None` if no curve has a finite point.
pub fn curves(title: &str, x_label: &str, y_label: &str, curves: &[Curve]) -> Option<String> {
    let points = || curves.iter().flat_map(|curve| &curve.points).filter(|(x, y)| x.is_finite() && y.is_finite());
    let (mut x, mut y) = (extent(points().map(|p| p.0))?, extent(points().map(|p| p.1))?);
    // One epoch, or a loss that stays: an axis still needs a length.
    for axis in [&mut x, &mut y] {
        let margin = if axis.1 > axis.0 { 0.03 * (axis.1 - axis.0) } else { 0.5 * axis.0.abs().max(1.0) };
        *axis = (axis.0 - margin, axis.1 + margin);
    }
    let mut svg = String::new();
    draw(&mut svg, title, (x_label, y_label), (x, y), curves).expect("drawing into a string cannot fail");
    Some(svg)
}

type Range = (f64, f64);

fn draw(
    svg: &mut String,
    title: &str,
    (x_label, y_label): (&str, &str),
    (x, y): (Range, Range),
    curves: &[Curve],
) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::with_string(svg, (720, 440)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(42)
        .y_label_area_size(58)
        .build_cartesian_2d(x.0..x.1, y.0..y.1)?;
    let (bold, light) = (RGBColor(225, 225, 225), RGBColor(245, 245, 245));
    let number = |value: &f64| format!("{value}");
    chart
        .configure_mesh()
        .x_label_formatter(&number)
        .x_desc(x_label)
        .y_desc(y_label)
        .bold_line_style(bold)
        .light_line_style(light)
        .draw()?;
    for (curve, colour) in curves.iter().zip(COLOURS.iter().cycle()) {
        let style = colour.stroke_width(2);
        let finite = curve.points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite());
        chart
            .draw_series(LineSeries::new(finite, style).point_size(if curve.points.len() < 3 { 3 } else { 0 }))?
            .label(&curve.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    // Where the curves do not end.
    let ends: Vec<f64> = curves.iter().filter_map(|curve| curve.points.last()).map(|point| point.1).collect();
    let high = ends.iter().sum::<f64>() / ends.len().max(1) as f64 > (y.0 + y.1) / 2.0;
    let corner = if high { SeriesLabelPosition::LowerRight } else { SeriesLabelPosition::UpperRight };
    chart.configure_series_labels().position(corner).background_style(WHITE.mix(0.85)).border_style(bold).draw()?;
    root.present()?;
    Ok(())
}

fn extent(values: impl Iterator<Item = f64>) -> Option<Range> {
    values.fold(None, |range, value| {
        let (low, high) = range.unwrap_or((value, value));
        Some((value.min(low), value.max(high)))
    })
}
