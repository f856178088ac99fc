//! The walks as an animation: a frame for the start and one for every step.

use png::EncodingError;

use super::{
    Path, Point, Surface,
    picture::{contours, shade},
};
use crate::report::{
    canvas::{Canvas, Colour},
    contours::clip,
    film::Film,
    plot::COLOURS,
};

/// How long a frame stays, as in Radford's animations.
pub const FRAME_MILLISECONDS: u16 = 40;
/// How long the last one stays.
const LAST_MILLISECONDS: u16 = 2000;
/// Pixels of a frame.
const SIZE: [usize; 2] = [600, 600];
/// Pixels left of, right of, above and below the axes.
const MARGINS: [usize; 4] = [44, 12, 28, 30];

const BLACK: Colour = [0; 3];
const GREY: Colour = [110; 3];

/// The animation's bytes. `drawn` is told the frames that are done.
///
/// # Errors
/// None for fewer than 4 billion steps.
pub fn animation(surface: &Surface, paths: &[Path], mut drawn: impl FnMut(usize)) -> Result<Vec<u8>, EncodingError> {
    let view = View { surface };
    let steps = paths.iter().map(|path| path.points.len() - 1).max().unwrap_or(0);
    // Trails grow step by step on one canvas; the points themselves are on their frame alone.
    let mut trails = view.background(paths);
    let mut whole = trails.clone();
    (1..=steps).for_each(|step| view.trails(&mut whole, paths, step));
    let mut bytes = vec![];
    let mut film = Film::begin(&mut bytes, steps as u32 + 1, &view.frame(&whole, paths, steps))?;
    for step in 0..=steps {
        view.trails(&mut trails, paths, step);
        let milliseconds = if step == steps { LAST_MILLISECONDS } else { FRAME_MILLISECONDS };
        film.show(view.frame(&trails, paths, step), milliseconds)?;
        drawn(step + 1);
    }
    film.end()?;
    Ok(bytes)
}

/// How a place becomes pixels.
struct View<'a> {
    surface: &'a Surface,
}

impl View<'_> {
    fn pixel(&self, [x, y]: Point) -> [f64; 2] {
        let [horizontal, vertical] = self.surface.axes;
        let [left, right, above, below] = MARGINS;
        let share = |value: f64, [low, high]: [f64; 2]| (value - low) / (high - low);
        let (width, height) = ((SIZE[0] - left - right) as f64, (SIZE[1] - above - below) as f64);
        [left as f64 + width * share(x, horizontal), above as f64 + height * (1.0 - share(y, vertical))]
    }

    fn line(&self, canvas: &mut Canvas, step: [Point; 2], width: f64, colour: Colour) {
        if let Some(step) = clip(step, self.surface.axes) {
            canvas.line(step.map(|point| self.pixel(point)), width, colour);
        }
    }

    /// Contour lines, axes, minima, legend.
    fn background(&self, paths: &[Path]) -> Canvas {
        let mut canvas = Canvas::new(SIZE[0], SIZE[1]);
        for (at, lines) in contours(self.surface).iter().enumerate() {
            for step in lines.iter().flat_map(|line| line.windows(2)) {
                self.line(&mut canvas, [step[0], step[1]], 1.0, shade(at));
            }
        }
        self.axes(&mut canvas);
        for &[x, y] in self.surface.minima {
            let [x, y] = self.pixel([x, y]);
            canvas.line([[x - 5.0, y - 5.0], [x + 5.0, y + 5.0]], 2.0, BLACK);
            canvas.line([[x - 5.0, y + 5.0], [x + 5.0, y - 5.0]], 2.0, BLACK);
        }
        let title = self.surface.name.replace('_', " ");
        canvas.text((SIZE[0] - Canvas::text_width(&title)) / 2, 8, &title, BLACK);
        let corner = self.legend(paths);
        for y in corner[1]..corner[1] + 16 * paths.len() + 6 {
            let row = y * SIZE[0];
            canvas.pixels[row + corner[0]..row + SIZE[0] - MARGINS[1] - 6].fill([255; 3]);
        }
        for ((path, colour), at) in paths.iter().zip(colours()).zip(0..) {
            let [x, y] = [corner[0] + 10, corner[1] + 16 * at + 10];
            canvas.disc([x as f64, y as f64], 5.0, colour);
            canvas.text(x + 12, y - 6, &path.optimizer, BLACK);
        }
        canvas
    }

    /// The legend's upper left corner.
    fn legend(&self, paths: &[Path]) -> [usize; 2] {
        let widest = paths.iter().map(|path| Canvas::text_width(&path.optimizer)).max().unwrap_or(0);
        let accuracy = if self.surface.accuracy.is_some() { Canvas::text_width(" 100.0%") } else { 0 };
        [SIZE[0] - MARGINS[1] - widest - accuracy - 34, MARGINS[2] + 8]
    }

    fn axes(&self, canvas: &mut Canvas) {
        let [[left, right], [bottom, top]] = self.surface.axes;
        let corners = [[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]];
        for side in corners.windows(2) {
            self.line(canvas, [side[0], side[1]], 1.0, GREY);
        }
        for quarter in 0..=4 {
            let share = f64::from(quarter) / 4.0;
            let (x, y) = (left + (right - left) * share, bottom + (top - bottom) * share);
            let [px, py] = self.pixel([x, y]).map(|pixel| pixel as usize);
            let (text, end) = (format!("{x}"), SIZE[1] - MARGINS[3]);
            canvas.line([[px as f64 + 0.5, end as f64], [px as f64 + 0.5, end as f64 + 4.0]], 1.0, GREY);
            let begin = (px - Canvas::text_width(&text) / 2).min(SIZE[0] - Canvas::text_width(&text) - 2);
            canvas.text(begin, end + 7, &text, GREY);
            let text = format!("{y}");
            canvas.line([[MARGINS[0] as f64 - 4.0, py as f64 + 0.5], [MARGINS[0] as f64, py as f64 + 0.5]], 1.0, GREY);
            canvas.text(MARGINS[0].saturating_sub(Canvas::text_width(&text) + 7), py - 6, &text, GREY);
        }
    }

    /// What the trails grow by in a step.
    fn trails(&self, canvas: &mut Canvas, paths: &[Path], step: usize) {
        for (path, colour) in paths.iter().zip(colours()) {
            if let (Some(&from), Some(&to)) = (path.points.get(step.wrapping_sub(1)), path.points.get(step)) {
                self.line(canvas, [from, to], 1.5, colour);
            }
        }
    }

    /// The trails with the points of a step.
    fn frame(&self, trails: &Canvas, paths: &[Path], step: usize) -> Canvas {
        let mut canvas = trails.clone();
        for (path, colour) in paths.iter().zip(colours()) {
            let point = path.points.get(step).copied().filter(|&point| self.surface.shows(point));
            if let Some(centre) = point.map(|point| self.pixel(point)) {
                canvas.disc(centre, 6.5, [255; 3]);
                canvas.disc(centre, 5.0, colour);
            }
        }
        canvas.text(MARGINS[0], 8, &format!("step {step}"), GREY);
        if let Some(accuracy) = self.surface.accuracy {
            let top = self.legend(paths)[1];
            for (path, at) in paths.iter().zip(0..) {
                let point = path.points.get(step).or(path.points.last()).copied().unwrap_or(self.surface.start);
                let text = format!("{:5.1}%", 100.0 * accuracy(point));
                let x = SIZE[0] - MARGINS[1] - 10 - Canvas::text_width(&text);
                canvas.text(x, top + 16 * at + 4, &text, BLACK);
            }
        }
        canvas
    }
}

fn colours() -> impl Iterator<Item = Colour> {
    COLOURS.iter().cycle().map(|colour| [colour.0, colour.1, colour.2])
}
