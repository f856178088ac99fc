//! A small bitmap to draw on: smooth lines, discs and letters, enough for the frames of an animation.

use std::convert::Infallible;

use embedded_graphics::{
    Drawable, Pixel,
    draw_target::DrawTarget,
    geometry::{OriginDimensions, Point, Size},
    mono_font::{MonoTextStyle, iso_8859_1},
    pixelcolor::{Rgb888, RgbColor},
    text::{Baseline, Text},
};

/// Red, green, blue.
pub(crate) type Colour = [u8; 3];

/// Pixels, row by row from the top.
#[derive(Clone)]
pub(crate) struct Canvas {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<Colour>,
}

impl Canvas {
    /// A white one.
    pub fn new(width: usize, height: usize) -> Self {
        Canvas { width, height, pixels: vec![[255; 3]; width * height] }
    }

    /// A line with round ends, from centre to centre.
    pub fn line(&mut self, [from, to]: [[f64; 2]; 2], width: f64, colour: Colour) {
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let square = (dx * dx + dy * dy).max(1e-12);
        let reach = width / 2.0 + 1.0;
        let range = |a: f64, b: f64, end: usize| {
            let low = (a.min(b) - reach).floor().clamp(0.0, end as f64) as usize;
            low..((a.max(b) + reach).ceil().clamp(0.0, end as f64) as usize)
        };
        for y in range(from[1], to[1], self.height) {
            for x in range(from[0], to[0], self.width) {
                let (px, py) = (x as f64 + 0.5 - from[0], y as f64 + 0.5 - from[1]);
                let along = ((px * dx + py * dy) / square).clamp(0.0, 1.0);
                let distance = (px - along * dx).hypot(py - along * dy);
                // A pixel is covered as far as the line's edge reaches into it.
                let cover = (width / 2.0 + 0.5 - distance).clamp(0.0, width.min(1.0));
                let pixel = &mut self.pixels[y * self.width + x];
                for (old, new) in pixel.iter_mut().zip(colour) {
                    *old = (f64::from(*old) + cover * (f64::from(new) - f64::from(*old))).round() as u8;
                }
            }
        }
    }

    /// A disc.
    pub fn disc(&mut self, centre: [f64; 2], radius: f64, colour: Colour) {
        self.line([centre, centre], 2.0 * radius, colour);
    }

    /// Letters of 6 by 12 pixels, from their upper left corner.
    pub fn text(&mut self, x: usize, y: usize, text: &str, [r, g, b]: Colour) {
        let style = MonoTextStyle::new(&iso_8859_1::FONT_6X12, Rgb888::new(r, g, b));
        let place = Point::new(x as i32, y as i32);
        let Ok(_) = Text::with_baseline(text, place, style, Baseline::Top).draw(self);
    }

    /// Width of a text in pixels.
    pub fn text_width(text: &str) -> usize {
        6 * text.chars().count()
    }
}

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        Size::new(self.width as u32, self.height as u32)
    }
}

impl DrawTarget for Canvas {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(Point { x, y }, colour) in pixels {
            if (0..self.width as i32).contains(&x) && (0..self.height as i32).contains(&y) {
                self.pixels[y as usize * self.width + x as usize] = [colour.r(), colour.g(), colour.b()];
            }
        }
        Ok(())
    }
}
