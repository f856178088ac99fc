//! Surfaces: values over a plane as heights, seen from above one corner.

use plotters::{
    coord::cartesian::Cartesian3d,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use super::{
    Area, Drawn, Ready, Size,
    axis::{Axis, Scale},
    colours::{BOLD, Shades},
};
use crate::report::contours::Grid;

/// Values over a plane as heights, which colours repeat. A cell with a corner that is no number, or has none on a
/// logarithmic scale, is left out.
#[derive(Debug, Clone)]
pub struct Relief {
    /// What stands above.
    pub title: String,
    /// The axis to the right.
    pub x: Axis,
    /// The axis to the back.
    pub y: Axis,
    /// The axis upward.
    pub height: Axis,
    /// The values.
    pub grid: Grid,
    /// The ends of the heights, at which the surface is cut off; those of the values if it is left out.
    pub range: Option<[f64; 2]>,
}

impl Relief {
    /// The surface with what drawing it takes, if it has a cell.
    pub(super) fn ready(&self, size: Size) -> Option<Box<dyn Ready + '_>> {
        let ticks = size.ticks - 1.0;
        let shades = Shades::new(&self.height, self.range, self.grid.values.iter().copied(), ticks)?;
        let plane = |axis: &Axis, values: &[f64]| {
            let (first, last) = (axis.place(*values.first()?), axis.place(*values.last()?));
            (last > first).then(|| Scale::exact(axis, first, last, ticks))
        };
        let (x, y) = (plane(&self.x, &self.grid.x)?, plane(&self.y, &self.grid.y)?);
        // The third axis of plotters comes to the front.
        let mut y = Scale { low: y.high, high: y.low, ..y };
        // In front both axes end in one corner, where there is room for one name.
        y.ticks.retain(|tick| (tick.0 - y.high).abs() > 0.08 * (y.low - y.high));
        let scaled = Scaled { relief: self, x, y, shades, size };
        (0..self.grid.y.len() - 1)
            .flat_map(|row| (0..self.grid.x.len() - 1).map(move |column| (column, row)))
            .any(|(column, row)| scaled.cell(column, row).is_some())
            .then(|| Box::new(scaled) as _)
    }
}

/// A corner: its place to the right, upward and to the back, which is the order that plotters has.
type Corner = (f64, f64, f64);

/// A surface with its scales.
struct Scaled<'a> {
    relief: &'a Relief,
    x: Scale,
    y: Scale,
    shades: Shades<'a>,
    size: Size,
}

type Context<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian3d<Scale, Scale, Scale>>;

impl Ready for Scaled<'_> {
    fn extent(&self) -> (u32, u32) {
        self.size.relief
    }

    fn draw(&self, area: &Area) -> Drawn {
        let Scaled { relief, x, y, shades, size } = self;
        let (area, _) = area.split_vertically(size.relief.1);
        let (area, _) = area.split_horizontally(size.relief.0);
        let mut context = ChartBuilder::on(&area)
            .caption(&relief.title, ("sans-serif", size.title))
            .margin(10)
            .margin_bottom(44)
            .build_cartesian_3d(x.clone(), shades.scale.clone(), y.clone())?;
        context.with_projection(|mut view| {
            (view.yaw, view.pitch, view.scale) = (0.6, 0.5, 0.8);
            view.into_matrix()
        });
        context
            .configure_axes()
            .axis_panel_style(WHITE)
            .bold_grid_style(BOLD)
            .label_style(("sans-serif", 13))
            .tick_size(5)
            .x_formatter(&|place| x.name(*place))
            .y_formatter(&|place| shades.scale.name(*place))
            .z_formatter(&|place| y.name(*place))
            .draw()?;
        self.surface(&mut context)?;
        self.titles(&area, &context)
    }
}

impl Scaled<'_> {
    /// The corners of a cell and its middle height; none if one has no height.
    fn cell(&self, column: usize, row: usize) -> Option<([Corner; 4], f64)> {
        let Relief { x, y, grid, .. } = self.relief;
        let Scale { low, high, .. } = self.shades.scale;
        let corner = |(right, back): (usize, usize)| {
            let (column, row) = (column + right, row + back);
            let share = self.shades.share(grid.value(column, row))?;
            Some((x.place(grid.x[column]), low + share * (high - low), y.place(grid.y[row])))
        };
        let corners = [(0, 0), (1, 0), (1, 1), (0, 1)].map(corner);
        let [Some(a), Some(b), Some(c), Some(d)] = corners else { return None };
        Some(([a, b, c, d], ((a.1 + b.1 + c.1 + d.1) / 4.0 - low) / (high - low)))
    }

    /// Cells from the back to the front, each over those that it hides.
    fn surface(&self, context: &mut Context) -> Drawn {
        let (columns, rows) = (self.relief.grid.x.len() - 1, self.relief.grid.y.len() - 1);
        let all = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
        let mut cells: Vec<_> = all.filter_map(|(column, row)| self.cell(column, row)).collect();
        let view = context.plotting_area().as_coord_spec();
        cells.sort_by_cached_key(|(corners, _)| {
            -corners.iter().map(|(x, _, y)| view.projected_depth(x, &self.shades.scale.low, y)).sum::<i32>()
        });
        // Lines between many cells would be all that one sees.
        let edge = if cells.len() <= 1000 { 0.35 } else { 0.15 };
        for (corners, share) in cells {
            let colour = super::colours::shade(share);
            context.draw_series([Polygon::new(corners.to_vec(), colour.filled())])?;
            let around: Vec<Corner> = corners.iter().chain(&corners[..1]).copied().collect();
            context.draw_series([PathElement::new(around, BLACK.mix(edge).stroke_width(1))])?;
        }
        Ok(())
    }

    /// What is along each axis, beside its middle.
    fn titles(&self, area: &Area, context: &Context) -> Drawn {
        let Scaled { relief, x, y, shades, .. } = self;
        let scale = &shades.scale;
        let letters = ("sans-serif", 15).into_font().color(&BLACK);
        let origin = area.get_base_pixel();
        let at = |corner: Corner, right: i32, down: i32| {
            let (px, py) = context.plotting_area().map_coordinate(&corner);
            (px - origin.0 + right, py - origin.1 + down)
        };
        let middle = |scale: &Scale| (scale.low + scale.high) / 2.0;
        let style = |across: HPos| letters.clone().pos(Pos::new(across, VPos::Top));
        // The reversed axis ends in front.
        let front = at((middle(x), scale.low, y.high), -12, 30);
        area.draw(&Text::new(relief.x.label.clone(), front, style(HPos::Right)))?;
        let side = at((x.high, scale.low, middle(y)), 12, 30);
        area.draw(&Text::new(relief.y.label.clone(), side, style(HPos::Left)))?;
        let top = at((x.low, scale.high, y.high), 0, -28);
        area.draw(&Text::new(relief.height.label.clone(), top, style(HPos::Center)))?;
        Ok(())
    }
}
