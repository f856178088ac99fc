//! Cells of a plane, one around each place of a grid.

use plotters::prelude::*;

use super::{
    Drawn,
    axis::{Axis, Scale},
    curves::Context,
    legend,
};
use crate::report::contours::Grid;

/// The cells around the places of a grid: where they end, in places along the axes.
pub(super) struct Cells {
    pub x: Scale,
    pub y: Scale,
    columns: Vec<f64>,
    rows: Vec<f64>,
}

/// How far a cell reaches into the next one, in pixels.
const REACH: f64 = 1.5;

impl Cells {
    /// The cells of a grid; `None` if it has none, or a place that an axis has not.
    pub fn new([x, y]: [&Axis; 2], grid: &Grid, ticks: f64) -> Option<Cells> {
        let (columns, rows) = (ends(x, &grid.x)?, ends(y, &grid.y)?);
        let scale = |axis: &Axis, ends: &[f64]| Scale::exact(axis, ends[0], ends[ends.len() - 1], ticks);
        Some(Cells { x: scale(x, &columns), y: scale(y, &rows), columns, rows })
    }

    /// Pixels beside the plane for the names of its rows and what they are: more where names are long.
    pub fn margin(&self) -> u32 {
        let letters = self.y.ticks.iter().map(|tick| tick.1.chars().count()).max().unwrap_or(0);
        (legend::LETTER * letters as f64) as u32 + 32
    }

    /// Fills the cells, by column and row. Neighbours of one colour are one rectangle; each reaches into the next one,
    /// which covers that: between two edges no white may shine through.
    pub fn fill(&self, context: &mut Context, colour: impl Fn(usize, usize) -> RGBColor) -> Drawn {
        let (width, height) = context.plotting_area().dim_in_pixel();
        let reach = |scale: &Scale, pixels: u32| REACH * (scale.high - scale.low) / f64::from(pixels.max(1));
        let (over, up) = (reach(&self.x, width), reach(&self.y, height));
        let mut rectangles = vec![];
        for (row, ends) in self.rows.windows(2).enumerate() {
            let colours: Vec<RGBColor> = (0..self.columns.len() - 1).map(|column| colour(column, row)).collect();
            let mut first = 0;
            for run in colours.chunk_by(|a, b| a == b) {
                let end = first + run.len();
                let opposite = ((self.columns[end] + over).min(self.x.high), (ends[1] + up).min(self.y.high));
                rectangles.push(Rectangle::new([(self.columns[first], ends[0]), opposite], run[0].filled()));
                first = end;
            }
        }
        context.draw_series(rectangles)?;
        Ok(())
    }
}

/// Half-way between neighbours, and as far beyond the first and the last.
fn ends(axis: &Axis, values: &[f64]) -> Option<Vec<f64>> {
    let places: Vec<f64> = values.iter().map(|&value| axis.place(value)).collect();
    let (&first, &last) = (places.first()?, places.last()?);
    if !places.iter().all(|place| place.is_finite()) || places.windows(2).any(|pair| pair[1] <= pair[0]) {
        return None;
    }
    let half = |pair: Option<&[f64]>| pair.map_or(0.5, |pair| (pair[1] - pair[0]) / 2.0);
    let before = first - half(places.get(..2));
    let after = last + half(places.get(places.len().wrapping_sub(2)..));
    let between = places.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0);
    Some([before].into_iter().chain(between).chain([after]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_ends_half_way_to_its_neighbours() {
        assert_eq!(ends(&Axis::new(""), &[0.0, 1.0, 3.0]), Some(vec![-0.5, 0.5, 2.0, 4.0]));
        assert_eq!(ends(&Axis::new(""), &[2.0]), Some(vec![1.5, 2.5]));
        let log = Axis { log: true, ..Axis::new("") };
        assert_eq!(ends(&log, &[1.0, 100.0]), Some(vec![-1.0, 1.0, 3.0]));
        assert_eq!(ends(&log, &[0.0, 1.0]), None);
        assert_eq!(ends(&Axis::new(""), &[1.0, 1.0]), None);
    }
}
