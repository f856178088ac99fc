//! Heat maps: values over a plane as colours, with a bar that says what they are, and lines and points over them.

use plotters::{
    prelude::*,
    style::{
        FontTransform,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::{
    Area, Drawn, Ready, Size,
    axis::Axis,
    cells::Cells,
    colours::{NOTHING, Shades, over, shade},
    curves::{self, Context, Curve},
    legend,
};
use crate::report::contours::Grid;

/// Values over a plane as colours. Each is the middle of a cell; what is no number, or has none on a logarithmic scale,
/// is grey.
#[derive(Debug, Clone)]
pub struct Heat {
    /// What stands above.
    pub title: String,
    /// The horizontal axis: linear, logarithmic, or steps with names ([`Axis::marks`]).
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What the colours say.
    pub height: Axis,
    /// The values.
    pub grid: Grid,
    /// The ends of the colours, beyond which they stay the same; those of the values if it is left out.
    pub range: Option<[f64; 2]>,
    /// Whether the bar of colours stands beside.
    pub bar: bool,
    /// Values whose contour lines are drawn.
    pub contours: Vec<f64>,
    /// Lines and points over the colours.
    pub curves: Vec<Curve>,
}

impl Heat {
    /// A heat map with its bar and nothing over it.
    pub fn new(title: impl Into<String>, [x, y, height]: [Axis; 3], grid: Grid) -> Heat {
        Heat { title: title.into(), x, y, height, grid, range: None, bar: true, contours: vec![], curves: vec![] }
    }

    /// The same maps on one scale, the bar beside the last.
    pub fn on_one_scale(mut maps: Vec<Heat>) -> Vec<Heat> {
        let values = maps.iter().flat_map(|map| map.grid.values.iter().map(move |&value| (map, value)));
        let shown = values.filter(|(map, value)| map.height.place(*value).is_finite()).map(|(_, value)| value);
        let range = shown.fold(None, |range: Option<[f64; 2]>, value| {
            let [low, high] = range.unwrap_or([value; 2]);
            Some([value.min(low), value.max(high)])
        });
        let last = maps.len().saturating_sub(1);
        for (at, map) in maps.iter_mut().enumerate() {
            (map.range, map.bar) = (range, at == last);
        }
        maps
    }

    /// The map with what drawing it takes, if it has a value.
    pub(super) fn ready(&self, size: Size) -> Option<Box<dyn Ready + '_>> {
        let shades = Shades::new(&self.height, self.range, self.grid.values.iter().copied(), size.ticks)?;
        let cells = Cells::new([&self.x, &self.y], &self.grid, size.ticks)?;
        Some(Box::new(Scaled { heat: self, cells, shades, size }))
    }
}

/// Pixels of the bar with its ticks and its name.
const BAR: u32 = 92;
/// Pixels of the bar alone.
const STRIP: i32 = 16;

/// A heat map with its scales.
struct Scaled<'a> {
    heat: &'a Heat,
    cells: Cells,
    shades: Shades<'a>,
    size: Size,
}

impl Ready for Scaled<'_> {
    fn extent(&self) -> (u32, u32) {
        let (width, height) = self.size.square;
        let lines = legend::named(&self.heat.curves).count() as u32 + u32::from(self.has_gaps());
        let beside = self.cells.margin() + if self.heat.bar { BAR } else { 0 };
        (width + beside, height + legend::LINE_HEIGHT * lines)
    }

    fn draw(&self, area: &Area) -> Drawn {
        let Scaled { heat, cells, shades, size } = self;
        let (plot, below) = area.split_vertically(size.square.1);
        let (left, right) = plot.split_horizontally(size.square.0 + cells.margin());
        let mut context = ChartBuilder::on(&left)
            .caption(&heat.title, ("sans-serif", size.title))
            .margin(10)
            .x_label_area_size(42)
            .y_label_area_size(cells.margin())
            .build_cartesian_2d(cells.x.clone(), cells.y.clone())?;
        cells.fill(&mut context, |column, row| shades.colour(heat.grid.value(column, row)))?;
        self.contours(&mut context)?;
        for curve in &heat.curves {
            let style = curves::style(&heat.curves, curve);
            // Over dark colours and light ones.
            curves::draw(&mut context, [&heat.x, &heat.y], curve, WHITE.stroke_width(style.stroke_width + 3))?;
            curves::draw(&mut context, [&heat.x, &heat.y], curve, style)?;
        }
        context
            .configure_mesh()
            .disable_mesh()
            .x_desc(&heat.x.label)
            .y_desc(&heat.y.label)
            .label_style(("sans-serif", 13))
            .axis_desc_style(("sans-serif", 15))
            .draw()?;
        if heat.bar {
            let (_, rows) = context.plotting_area().get_pixel_range();
            let above = right.get_base_pixel().1;
            self.bar(&right, [rows.start - above, rows.end - above])?;
        }
        self.legend(&below)
    }
}

impl Scaled<'_> {
    /// Whether a value has no colour.
    fn has_gaps(&self) -> bool {
        self.heat.grid.values.iter().any(|&value| self.shades.share(value).is_none())
    }

    fn contours(&self, context: &mut Context) -> Drawn {
        let Heat { x, y, height, grid, contours, .. } = self.heat;
        let placed = grid.map([&|value| x.place(value), &|value| y.place(value), &|value| height.place(value)]);
        for &level in contours {
            let Some(share) = self.shades.share(level) else { continue };
            let lines = placed.lines(height.place(level)).into_iter().map(|line| {
                let points: Vec<(f64, f64)> = line.into_iter().map(|[x, y]| (x, y)).collect();
                PathElement::new(points, over(share).mix(0.8).stroke_width(1))
            });
            context.draw_series(lines)?;
        }
        Ok(())
    }

    /// The bar from a row of pixels down to another, contour lines marked in it.
    fn bar(&self, area: &Area, [top, bottom]: [i32; 2]) -> Drawn {
        let (scale, height) = (&self.shades.scale, bottom - top);
        let row = |share: f64| bottom - (share * f64::from(height)).round() as i32;
        // Each down to the bottom, where the next ones cover it.
        for at in (1..=64).map(f64::from).rev() {
            area.draw(&Rectangle::new([(0, row(at / 64.0)), (STRIP, bottom)], shade((at - 0.5) / 64.0).filled()))?;
        }
        for share in self.heat.contours.iter().filter_map(|&level| self.shades.share(level)) {
            area.draw(&PathElement::new([(0, row(share)), (STRIP, row(share))], over(share).stroke_width(1)))?;
        }
        area.draw(&Rectangle::new([(0, top), (STRIP, bottom)], BLACK.stroke_width(1)))?;
        let letters = ("sans-serif", 13).into_font().color(&BLACK).pos(Pos::new(HPos::Left, VPos::Center));
        for (place, name) in scale.ticks.iter().filter(|(place, _)| (scale.low..=scale.high).contains(place)) {
            let at = row((place - scale.low) / (scale.high - scale.low));
            area.draw(&PathElement::new([(STRIP, at), (STRIP + 4, at)], BLACK))?;
            area.draw(&Text::new(name.clone(), (STRIP + 8, at), letters.clone()))?;
        }
        let upright = ("sans-serif", 15).into_font().transform(FontTransform::Rotate90);
        let upright = upright.color(&BLACK).pos(Pos::new(HPos::Center, VPos::Top));
        area.draw(&Text::new(self.heat.height.label.clone(), (BAR as i32 - 8, (top + bottom) / 2), upright))?;
        Ok(())
    }

    /// What the lines are, and the grey.
    fn legend(&self, area: &Area) -> Drawn {
        let row = |at: usize| (self.cells.margin() as i32 + 10, legend::LINE_HEIGHT as i32 * at as i32 + 6);
        for (at, curve) in legend::named(&self.heat.curves).enumerate() {
            legend::line(area, row(at), curve, curves::style(&self.heat.curves, curve))?;
        }
        if self.has_gaps() {
            let (x, y) = row(legend::named(&self.heat.curves).count());
            area.draw(&Rectangle::new([(x, y - 6), (x + 24, y + 6)], NOTHING.filled()))?;
            legend::name(area, (x, y), "not a number, or infinite")?;
        }
        Ok(())
    }
}
