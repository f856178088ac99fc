//! Decision regions: which class a network sees where in a plane, and the examples that it learned from.

use plotters::prelude::*;

use super::{
    Area, Drawn, Ready, Size,
    axis::Axis,
    cells::Cells,
    colours::{one_of, pale},
    curves::Context,
    legend,
};
use crate::report::contours::Grid;

/// Which class has the highest score at each place: its area is pale, the boundary a line, and examples are points whose
/// shape, too, says their class.
#[derive(Debug, Clone)]
pub struct Regions {
    /// What stands above.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The classes' names.
    pub classes: Vec<String>,
    /// A grid of scores for each class, over the same places. Of two classes one may do: above 0 is the second.
    pub scores: Vec<Grid>,
    /// Examples, and which class each is of.
    pub examples: Vec<(f64, f64, usize)>,
}

/// How much of a class' colour its area has.
const PALE: f64 = 0.28;

impl Regions {
    /// The regions with what drawing them takes, if there is a plane.
    pub(super) fn ready(&self, size: Size) -> Option<Box<dyn Ready + '_>> {
        let plane = self.scores.first()?;
        let cells = Cells::new([&self.x, &self.y], plane, size.ticks)?;
        let same = |grid: &Grid| (&grid.x, &grid.y) == (&plane.x, &plane.y);
        let enough = self.scores.len() == self.classes.len() || (self.scores.len() == 1 && self.classes.len() == 2);
        (enough && self.scores.iter().all(same)).then(|| Box::new(Scaled { regions: self, cells, size }) as _)
    }

    /// The score of a class at a place, less that of the best other one.
    fn margin(&self, class: usize, place: usize) -> f64 {
        if let [only] = &self.scores[..] {
            return if class == 1 { only.values[place] } else { -only.values[place] };
        }
        let others = self.scores.iter().enumerate().filter(|(other, _)| *other != class);
        self.scores[class].values[place] - others.map(|(_, grid)| grid.values[place]).fold(f64::NEG_INFINITY, f64::max)
    }

    /// The class at a place; none where scores are no numbers.
    fn class(&self, place: usize) -> Option<usize> {
        if self.scores.iter().any(|grid| grid.values[place].is_nan()) {
            return None;
        }
        (0..self.classes.len()).find(|&class| self.margin(class, place) >= 0.0)
    }
}

/// Regions with their scales.
struct Scaled<'a> {
    regions: &'a Regions,
    cells: Cells,
    size: Size,
}

impl Ready for Scaled<'_> {
    fn extent(&self) -> (u32, u32) {
        let (width, height) = self.size.square;
        (width + self.cells.margin() + legend::column(self.regions.classes.iter().map(String::as_str)), height)
    }

    fn draw(&self, area: &Area) -> Drawn {
        let Scaled { regions, cells, size } = self;
        let (left, right) = area.split_horizontally(size.square.0 + cells.margin());
        let (left, _) = left.split_vertically(size.square.1);
        let mut context = ChartBuilder::on(&left)
            .caption(&regions.title, ("sans-serif", size.title))
            .margin(10)
            .x_label_area_size(42)
            .y_label_area_size(cells.margin())
            .build_cartesian_2d(cells.x.clone(), cells.y.clone())?;
        let area = |class: Option<usize>| class.map_or(WHITE, |class| pale(self.colour(class), PALE));
        let columns = regions.scores[0].x.len();
        cells.fill(&mut context, |column, row| area(regions.class(row * columns + column)))?;
        self.boundaries(&mut context)?;
        for &(x, y, class) in &regions.examples {
            let at = (regions.x.place(x), regions.y.place(y));
            if (cells.x.low..=cells.x.high).contains(&at.0) && (cells.y.low..=cells.y.high).contains(&at.1) {
                let pixel = context.plotting_area().map_coordinate(&at);
                let origin = left.get_base_pixel();
                shape(&left, (pixel.0 - origin.0, pixel.1 - origin.1), class, self.colour(class))?;
            }
        }
        context
            .configure_mesh()
            .disable_mesh()
            .x_desc(&regions.x.label)
            .y_desc(&regions.y.label)
            .label_style(("sans-serif", 13))
            .axis_desc_style(("sans-serif", 15))
            .draw()?;
        for (class, name) in regions.classes.iter().enumerate() {
            let (x, y) = legend::place(class);
            shape(&right, (x + 12, y), class, self.colour(class))?;
            legend::name(&right, (x, y), name)?;
        }
        Ok(())
    }
}

impl Scaled<'_> {
    fn colour(&self, class: usize) -> RGBColor {
        one_of(class, self.regions.classes.len().max(class + 1))
    }

    /// Where the best class' lead over the next is 0. The last class has no boundary that another has not.
    fn boundaries(&self, context: &mut Context) -> Drawn {
        let Regions { x, y, scores, classes, .. } = self.regions;
        let [x, y] = [(x, &scores[0].x), (y, &scores[0].y)]
            .map(|(axis, values)| values.iter().map(|&value| axis.place(value)).collect::<Vec<f64>>());
        for class in 0..classes.len().saturating_sub(1) {
            let margins = (0..scores[0].values.len()).map(|place| self.regions.margin(class, place)).collect();
            let lines = Grid::of(x.clone(), y.clone(), margins).lines(0.0).into_iter().map(|line| {
                let points: Vec<(f64, f64)> = line.into_iter().map(|[x, y]| (x, y)).collect();
                PathElement::new(points, BLACK.stroke_width(1))
            });
            context.draw_series(lines)?;
        }
        Ok(())
    }
}

/// A point of a class: a filled shape with a dark edge, told apart without its colour, too.
fn shape(area: &Area, (x, y): (i32, i32), class: usize, colour: RGBColor) -> Drawn {
    let corners: &[(i32, i32)] = match class % 5 {
        0 => {
            area.draw(&Circle::new((x, y), 4, colour.filled()))?;
            area.draw(&Circle::new((x, y), 4, BLACK.stroke_width(1)))?;
            return Ok(());
        }
        1 => &[(-4, -4), (4, -4), (4, 4), (-4, 4)],
        2 => &[(0, -5), (5, 4), (-5, 4)],
        3 => &[(0, -6), (5, 0), (0, 6), (-5, 0)],
        _ => &[(0, 5), (5, -4), (-5, -4)],
    };
    let mut points: Vec<(i32, i32)> = corners.iter().map(|(right, down)| (x + right, y + down)).collect();
    area.draw(&Polygon::new(points.clone(), colour.filled()))?;
    points.push(points[0]);
    area.draw(&PathElement::new(points, BLACK.stroke_width(1)))?;
    Ok(())
}
