//! Surfaces as pictures: from above with contour lines, from the side, and along a line. Several share one scale.

use super::Surface;
use crate::report::{Axis, Chart, Curve, Grid, Heat, Line, Panel, Relief, draw, side_by_side, spans_decades};

/// A surface with what tells it apart, and what is drawn over it.
#[derive(Debug, Clone)]
pub struct Shown<'a> {
    /// What stands above it.
    pub title: String,
    /// The surface.
    pub surface: &'a Surface,
    /// Lines and points over it.
    pub curves: Vec<Curve>,
}

/// Contour lines.
const LEVELS: usize = 12;
/// Pictures beside each other at most.
const COLUMNS: usize = 3;

/// The axis of losses: logarithmic where they are decades apart.
fn loss(label: &str, shown: &[Shown]) -> Axis {
    let losses = shown.iter().flat_map(|shown| shown.surface.losses.iter().flatten().copied());
    Axis { log: spans_decades(losses), ..Axis::new(label) }
}

/// Surfaces from above with contour lines, on one scale; `axes` are the names of both directions.
pub fn contours(shown: &[Shown], axes: [&str; 2], label: &str) -> Option<String> {
    side_by_side(&contour_panels(shown, axes, label), shown.len().min(COLUMNS))
}

/// The same as panels.
pub fn contour_panels(shown: &[Shown], axes: [&str; 2], label: &str) -> Vec<Panel> {
    let height = loss(label, shown);
    let heat = |shown: &Shown| {
        let [x, y] = axes.map(Axis::new);
        let heat = Heat::new(shown.title.clone(), [x, y, height.clone()], shown.surface.grid());
        Heat { curves: shown.curves.clone(), ..heat }
    };
    let mut maps = Heat::on_one_scale(shown.iter().map(heat).collect());
    for map in &mut maps {
        map.contours = levels(map.range, height.log);
    }
    maps.into_iter().map(Panel::from).collect()
}

/// Levels evenly spaced along the scale.
fn levels(range: Option<[f64; 2]>, log: bool) -> Vec<f64> {
    let Some([low, high]) = range else { return vec![] };
    let share = |at: usize| (at as f64 + 0.5) / LEVELS as f64;
    match log {
        true => (0..LEVELS).map(|at| low * (high / low).powf(share(at))).collect(),
        false => (0..LEVELS).map(|at| low + (high - low) * share(at)).collect(),
    }
}

/// Surfaces from the side, on one scale.
pub fn reliefs(shown: &[Shown], axes: [&str; 2], label: &str) -> Option<String> {
    side_by_side(&relief_panels(shown, axes, label), shown.len().min(COLUMNS))
}

/// The same as panels.
pub fn relief_panels(shown: &[Shown], axes: [&str; 2], label: &str) -> Vec<Panel> {
    let height = loss(label, shown);
    let losses = shown.iter().flat_map(|shown| shown.surface.losses.iter().flatten().copied());
    let range = losses.filter(|&loss| !height.log || loss > 0.0).fold(None, |range: Option<[f64; 2]>, loss| {
        let [low, high] = range.unwrap_or([loss; 2]);
        Some([loss.min(low), loss.max(high)])
    });
    let relief = |shown: &Shown| {
        let [x, y] = axes.map(Axis::new);
        let (title, grid) = (shown.title.clone(), shown.surface.grid());
        Panel::from(Relief { title, x, y, height: height.clone(), grid, range })
    };
    shown.iter().map(relief).collect()
}

/// Losses along the first direction.
pub fn lines(shown: &[Shown], axis: &str, label: &str) -> Option<String> {
    let curve = |(colour, shown): (usize, &Shown)| {
        let losses = shown.surface.x.iter().zip(&shown.surface.losses);
        Curve::new(shown.title.clone(), colour, losses.filter_map(|(&x, loss)| Some((x, (*loss)?))).collect())
    };
    let mut curves: Vec<Curve> = shown.iter().enumerate().map(curve).collect();
    curves.push(Curve::threshold("the weights", Line::Upright, 0.0));
    let title = "Loss along a random direction".into();
    draw(&[Chart { title, x: Axis::new(axis), y: loss(label, shown), curves }])
}

/// How far the largest eigenvalue's is from the smallest, over a plane: |λmin / λmax|, figure 7 of the paper.
pub fn eigenvalues(shown: &[(String, Grid)], axes: [&str; 2]) -> Option<String> {
    let heat = |(title, grid): &(String, Grid)| {
        let [x, y] = axes.map(Axis::new);
        Heat::new(title.clone(), [x, y, Axis::new("|λmin / λmax|")], grid.clone())
    };
    let mut maps = Heat::on_one_scale(shown.iter().map(heat).collect());
    for map in &mut maps {
        // From convex on, on a scale that others have, too.
        map.range = map.range.map(|[_, high]| [0.0, high.max(1.0)]);
    }
    side_by_side(&maps.into_iter().map(Panel::from).collect::<Vec<_>>(), shown.len().min(COLUMNS))
}
