//! The boundary as it trains.

use crate::report::{
    Grid,
    canvas::{Canvas, Colour},
    film::Film,
    plot::COLOURS,
};

use super::AXES;

/// Pixels of a frame, and above it for the epoch's number.
const SIZE: usize = 420;
const ABOVE: usize = 22;
/// How long a frame stays, and the last one.
const MILLISECONDS: [u16; 2] = [120, 3_000];
/// How much of a class' colour its area has.
const PALE: f64 = 0.3;

/// Epochs that are shown: each a tenth later than the one before, and the last.
pub fn epochs(last: usize) -> Vec<usize> {
    let mut epochs = vec![1];
    while let Some(&before) = epochs.last().filter(|&&before| before < last) {
        epochs.push((before + 1).max(before * 23 / 20).min(last));
    }
    epochs
}

/// A frame for each epoch, over the training examples.
pub fn film(frames: &[Grid], epochs: &[usize], examples: &[(f64, f64, usize)]) -> Vec<u8> {
    let mut canvases: Vec<Canvas> =
        frames.iter().zip(epochs).map(|(margin, epoch)| frame(margin, *epoch, examples)).collect();
    let mut bytes = vec![];
    let Some(last) = canvases.pop() else { return bytes };
    let mut film = Film::begin(&mut bytes, frames.len() as u32, &last).expect("room in memory");
    for canvas in canvases {
        film.show(canvas, MILLISECONDS[0]).expect("room in memory");
    }
    film.show(last, MILLISECONDS[1]).expect("room in memory");
    film.end().expect("every frame was shown");
    bytes
}

fn frame(margin: &Grid, epoch: usize, examples: &[(f64, f64, usize)]) -> Canvas {
    let mut canvas = Canvas::new(SIZE, SIZE + ABOVE);
    let side = SIZE as f64 / (margin.x.len() - 1) as f64;
    for y in 0..SIZE {
        for x in 0..SIZE {
            let [column, row] = [x, SIZE - 1 - y].map(|pixel| ((pixel as f64 + 0.5) / side).round() as usize);
            let class = usize::from(margin.value(column, row) > 0.0);
            canvas.pixels[(y + ABOVE) * SIZE + x] = mixed(class);
        }
    }
    for line in margin.lines(0.0) {
        for ends in line.windows(2) {
            canvas.line([pixel(ends[0]), pixel(ends[1])], 2.0, [40; 3]);
        }
    }
    for &(x, y, class) in examples {
        canvas.disc(pixel([x, y]), 5.0, [255; 3]);
        canvas.disc(pixel([x, y]), 4.0, colour(class));
    }
    for row in 0..ABOVE {
        canvas.pixels[row * SIZE..][..SIZE].fill([255; 3]);
    }
    canvas.text(6, 5, &format!("epoch {epoch}"), [0; 3]);
    canvas
}

fn pixel([x, y]: [f64; 2]) -> [f64; 2] {
    let share = |value: f64, [low, high]: [f64; 2]| (value - low) / (high - low) * SIZE as f64;
    [share(x, AXES[0]), ABOVE as f64 + SIZE as f64 - share(y, AXES[1])]
}

fn colour(class: usize) -> Colour {
    let colour = COLOURS[class];
    [colour.0, colour.1, colour.2]
}

fn mixed(class: usize) -> Colour {
    colour(class).map(|part| (255.0 - PALE * (255.0 - f64::from(part))) as u8)
}
