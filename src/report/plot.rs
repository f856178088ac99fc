//! Pictures as SVG: curves, heat maps, regions of a plane and surfaces, alone, below each other or side by side.

mod axis;
mod cells;
mod colours;
mod curves;
mod heat;
mod legend;
mod regions;
mod relief;
#[cfg(test)]
mod tests;

use plotters::{coord::Shift, prelude::*};

pub use axis::{Axis, spans_decades};
pub(crate) use colours::COLOURS;
pub use curves::{Chart, Curve, Line};
pub use heat::Heat;
pub use regions::Regions;
pub use relief::Relief;

/// One of a picture's parts.
#[derive(Debug, Clone)]
pub enum Panel {
    /// Curves.
    Chart(Chart),
    /// Values over a plane as colours.
    Heat(Heat),
    /// Which class a network sees where in a plane.
    Regions(Regions),
    /// Values over a plane as heights.
    Relief(Relief),
}

/// Draws charts below each other; `None` if none of them has a point to show.
pub fn draw(charts: &[Chart]) -> Option<String> {
    let size = Size::of(1);
    arrange(&charts.iter().filter_map(|chart| chart.ready(size)).collect::<Vec<_>>(), 1)
}

/// Draws panels in rows of so many columns, in which they are smaller; `None` if none of them has anything to show.
pub fn side_by_side(panels: &[Panel], columns: usize) -> Option<String> {
    let size = Size::of(columns);
    let ready = panels.iter().filter_map(|panel| match panel {
        Panel::Chart(chart) => chart.ready(size),
        Panel::Heat(heat) => heat.ready(size),
        Panel::Regions(regions) => regions.ready(size),
        Panel::Relief(relief) => relief.ready(size),
    });
    arrange(&ready.collect::<Vec<_>>(), columns)
}

macro_rules! panels {
    ($($kind:ident),*) => {
        $(impl From<$kind> for Panel {
            fn from(panel: $kind) -> Panel {
                Panel::$kind(panel)
            }
        })*
    };
}

panels!(Chart, Heat, Regions, Relief);

type Drawn = Result<(), Box<dyn std::error::Error>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// A panel with all that its drawing takes.
trait Ready {
    /// Its width and height in pixels.
    fn extent(&self) -> (u32, u32);
    /// Draws it into an area of that extent.
    fn draw(&self, area: &Area) -> Drawn;
}

/// How large panels are, by how many stand beside each other.
#[derive(Debug, Clone, Copy)]
struct Size {
    /// Pixels of a chart without its legend.
    chart: (u32, u32),
    /// The same where both axes are alike, without what stands to the left.
    square: (u32, u32),
    /// The same of a surface.
    relief: (u32, u32),
    /// Height of the title's letters.
    title: u32,
    /// Ticks along an axis, about.
    ticks: f64,
}

impl Size {
    fn of(columns: usize) -> Size {
        match columns {
            0 | 1 => Size { chart: (720, 440), square: (500, 520), relief: (720, 540), title: 19, ticks: 8.0 },
            2 => Size { chart: (480, 360), square: (345, 390), relief: (480, 420), title: 17, ticks: 6.0 },
            _ => Size { chart: (340, 300), square: (250, 310), relief: (360, 330), title: 15, ticks: 4.0 },
        }
    }
}

/// Draws panels in rows: a column is as wide as its widest, a row as high as its highest.
fn arrange(panels: &[Box<dyn Ready + '_>], columns: usize) -> Option<String> {
    if panels.is_empty() {
        return None;
    }
    let mut svg = String::new();
    all(&mut svg, panels, columns.clamp(1, panels.len())).expect("drawing into a string cannot fail");
    // XML has no place for them.
    Some(super::visible(&svg).into_owned())
}

fn all(svg: &mut String, panels: &[Box<dyn Ready + '_>], columns: usize) -> Drawn {
    let mut widths = vec![0; columns];
    let mut heights = vec![0; panels.len().div_ceil(columns)];
    for (at, panel) in panels.iter().enumerate() {
        let (width, height) = panel.extent();
        widths[at % columns] = width.max(widths[at % columns]);
        heights[at / columns] = height.max(heights[at / columns]);
    }
    let root = SVGBackend::with_string(svg, (widths.iter().sum(), heights.iter().sum())).into_drawing_area();
    root.fill(&WHITE)?;
    for (at, panel) in panels.iter().enumerate() {
        let corner = (widths[..at % columns].iter().sum::<u32>(), heights[..at / columns].iter().sum::<u32>());
        panel.draw(&root.clone().shrink(corner, (widths[at % columns], heights[at / columns])))?;
    }
    root.present()?;
    Ok(())
}
