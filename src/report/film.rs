//! Canvases as an animation: a PNG file with several frames. Viewers that know no animations show one picture.

use png::{BitDepth, BlendOp, ColorType, Compression, Encoder, EncodingError, Writer};

use super::canvas::Canvas;

/// An animation that is being written.
pub(crate) struct Film<'b> {
    writer: Writer<&'b mut Vec<u8>>,
    before: Option<Canvas>,
}

impl<'b> Film<'b> {
    /// An animation of so many frames; `still` is what viewers show that know no animations.
    pub fn begin(bytes: &'b mut Vec<u8>, frames: u32, still: &Canvas) -> Result<Film<'b>, EncodingError> {
        let mut encoder = Encoder::new(bytes, still.width as u32, still.height as u32);
        encoder.set_color(ColorType::Rgba);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::Balanced);
        encoder.set_animated(frames, 0)?;
        encoder.set_sep_def_img(true)?;
        encoder.set_blend_op(BlendOp::Over)?;
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&opaque(still))?;
        Ok(Film { writer, before: None })
    }

    /// The next frame, of the still's size, and how long it stays.
    pub fn show(&mut self, frame: Canvas, milliseconds: u16) -> Result<(), EncodingError> {
        let (place, size, data) = match &self.before {
            None => ([0, 0], [frame.width, frame.height], opaque(&frame)),
            Some(before) => changes(before, &frame),
        };
        // The size goes back to the whole before the place moves, or the two would not fit for a moment.
        self.writer.reset_frame_position()?;
        self.writer.set_frame_dimension(size[0] as u32, size[1] as u32)?;
        self.writer.set_frame_position(place[0] as u32, place[1] as u32)?;
        self.writer.set_frame_delay(milliseconds, 1000)?;
        self.writer.write_image_data(&data)?;
        self.before = Some(frame);
        Ok(())
    }

    /// All frames were shown.
    pub fn end(self) -> Result<(), EncodingError> {
        self.writer.finish()
    }
}

fn opaque(canvas: &Canvas) -> Vec<u8> {
    canvas.pixels.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect()
}

/// The smallest rectangle that holds all changes: its place, its size, its pixels; those that did not
/// change are transparent.
fn changes(before: &Canvas, after: &Canvas) -> ([usize; 2], [usize; 2], Vec<u8>) {
    let changed = |x: usize, y: usize| before.pixels[y * after.width + x] != after.pixels[y * after.width + x];
    let (mut low, mut high) = ([usize::MAX; 2], [0; 2]);
    for y in 0..after.height {
        for x in (0..after.width).filter(|&x| changed(x, y)) {
            low = [low[0].min(x), low[1].min(y)];
            high = [high[0].max(x), high[1].max(y)];
        }
    }
    if low[0] > high[0] {
        // Nothing moved: a frame still has a pixel.
        return ([0, 0], [1, 1], vec![0; 4]);
    }
    let mut data = vec![];
    for y in low[1]..=high[1] {
        for x in low[0]..=high[0] {
            let [r, g, b] = after.pixels[y * after.width + x];
            data.extend(if changed(x, y) { [r, g, b, 255] } else { [0; 4] });
        }
    }
    (low, [high[0] - low[0] + 1, high[1] - low[1] + 1], data)
}
