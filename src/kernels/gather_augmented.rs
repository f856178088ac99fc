//! The batch of pictures, each moved, mirrored and covered at random: the random crop and the flip of
//! He et al., "Deep residual learning for image recognition", 2015, section 4.2, and the cutout of
//! DeVries and Taylor, "Improved regularization of convolutional neural networks with cutout", 2017.
//!
//! The draws depend on (seed, step, row of the batch) alone. What a crop shows beside the picture is
//! the pixel value 0, before normalisation, as PyTorch's RandomCrop pads; the square of a cutout is 0
//! after it: the mean, where pixels are standardised.

use rayon::prelude::*;

use super::{
    Arguments, Case, Cost, Grid, Kernel, LARGEST_GRID, Operand, Parameters, Shader, Slot, Step, case, product, read,
    reads, reads_words, wgsl, writes, wrong_bindings,
};
use crate::{parameters, random, real::Real, twin};

parameters! {
    /// The gather's parameters.
    AugmentedParameters {
        /// Rows of the batch that the plan was built for.
        rows: u32,
        /// Numbers in one picture.
        features: u32,
        /// Pixels of a channel, which share one scale and offset.
        plane: u32,
        /// Pixels of a line.
        width: u32,
        /// Pixels of padding on every side, from which a part of the picture's size is cut.
        crop: u32,
        /// 1: every second picture, by chance, is mirrored; 0: none.
        flip: u32,
        /// The side of the square that is covered; 0: none.
        cutout: u32,
        /// The stream of random numbers.
        stream: u32,
    }
}

/// x[row] = cutout(flip(crop(bytes[order[first + row]])) · scale + offset); 0 for rows past the batch
pub const GATHER_AUGMENTED: Kernel = Kernel {
    name: "gather_augmented",
    formula: "x[r] = cutout(flip(crop(bytes[order[r]])) * scale + offset)",
    bindings: &[reads_words("data"), reads_words("order"), reads("affine"), writes("x")],
    parameters: AugmentedParameters::FIELDS,
    source: |recipe| {
        let shader = Shader::of(recipe, wgsl!("gather_augmented.wgsl")).with(wgsl!("random.wgsl")).step();
        shader.grid(grid(read(recipe.parameters)))
    },
    cpu: twin!(gather_augmented),
    cost: |p| {
        let p: AugmentedParameters = read(p);
        let count = product(&[p.rows, p.features]);
        Cost { flops: 2 * count, bytes: 5 * count }
    },
    cases,
    tolerance: 2.0,
};

/// What happens to one picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Draw {
    /// Lines and columns of the padded picture before the part that is shown.
    top: u32,
    left: u32,
    mirrored: bool,
    /// The centre of the covered square, line and column.
    centre: [u32; 2],
}

impl Draw {
    fn new(p: &AugmentedParameters, key: [u32; 2], step: u32, row: u32) -> Draw {
        let bits = |which: u32| random::threefry(key, [step, 3 * row + which]);
        let [top, left] = bits(0).map(|bits| below(bits, 2 * p.crop + 1));
        let [y, x] = bits(2);
        let mirrored = (bits(1)[0] >> 31) * p.flip == 1;
        Draw { top, left, mirrored, centre: [below(y, p.plane / p.width), below(x, p.width)] }
    }
}

/// A workgroup for a row, or several for a long one.
fn grid(p: AugmentedParameters) -> Grid {
    let [across, down] = [p.rows, p.features.div_ceil(1 << 14)].map(|count| count.clamp(1, LARGEST_GRID));
    let rows = Grid::new([across, down], 1 + u64::from(p.rows.div_ceil(across)));
    rows.with(u64::from(p.features.div_ceil(256)).div_ceil(down.into()))
}

/// An integer in 0..count from the upper 16 bits; `count` is below 65,536.
fn below(bits: u32, count: u32) -> u32 {
    ((bits >> 16) * count) >> 16
}

/// The key of a replica's draws. The first replica's is [`random::key`].
fn key(step: &Step, stream: u32, replica: u32) -> [u32; 2] {
    random::threefry([step.seed as u32, (step.seed >> 32) as u32], [stream, replica])
}

fn gather_augmented<T: Real>(arguments: &mut Arguments<T>) {
    let (p, step) = (arguments.parameters::<AugmentedParameters>(), arguments.step);
    let key = key(step, p.stream, arguments.replica);
    let [Slot::Word(data), Slot::Word(order), Slot::Real(affine), Slot::RealMut(x)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    let bytes: &[u8] = bytemuck::cast_slice(data);
    x.par_chunks_exact_mut(p.features as usize).enumerate().for_each(|(row, x)| {
        if row >= step.rows as usize {
            x.fill(T::zero());
            return;
        }
        let draw = Draw::new(&p, key, step.index, row as u32);
        let first = order[step.first as usize + row] as usize * p.features as usize;
        for (feature, x) in x.iter_mut().enumerate() {
            let (channel, pixel) = (feature / p.plane as usize, feature as u32 % p.plane);
            let value = seen(&p, &draw, pixel).map_or(0, |from| bytes[first + channel * p.plane as usize + from]);
            let normalised = T::of(value.into()) * affine[2 * channel] + affine[2 * channel + 1];
            *x = if covered(&p, &draw, pixel) { T::zero() } else { normalised };
        }
    });
}

/// The pixel of the picture that is seen at `pixel`; none where that is padding.
fn seen(p: &AugmentedParameters, draw: &Draw, pixel: u32) -> Option<usize> {
    let (height, y, x) = (p.plane / p.width, pixel / p.width, pixel % p.width);
    let x = if draw.mirrored { p.width - 1 - x } else { x };
    let y = (y + draw.top).checked_sub(p.crop).filter(|&y| y < height)?;
    let x = (x + draw.left).checked_sub(p.crop).filter(|&x| x < p.width)?;
    Some((y * p.width + x) as usize)
}

/// Whether the square lies over `pixel`.
fn covered(p: &AugmentedParameters, draw: &Draw, pixel: u32) -> bool {
    [pixel / p.width, pixel % p.width].into_iter().zip(draw.centre).all(|(at, centre)| {
        let edge = at + p.cutout / 2;
        edge >= centre && edge < centre + p.cutout
    })
}

fn cases() -> Vec<Case> {
    // (rows, rows in the batch, channels, height, width, crop, flip, cutout, first)
    type Shape = (usize, usize, usize, usize, usize, u32, u32, u32, usize);
    let shapes: &[Shape] = &[
        (1, 1, 1, 1, 1, 0, 0, 0, 0),
        (2, 2, 3, 1, 1, 1, 1, 1, 1),
        (7, 5, 1, 5, 3, 2, 1, 2, 3),
        (16, 16, 1, 8, 8, 1, 1, 4, 0),
        (13, 1, 3, 7, 3, 0, 1, 0, 2),
        (64, 64, 5, 13, 1, 4, 0, 3, 0),
        (65, 64, 1, 1, 31, 9, 1, 5, 9),
        (5, 0, 1, 17, 1, 2, 1, 2, 0),
        (33, 33, 1, 28, 28, 4, 0, 0, 40),
        (128, 96, 3, 4, 4, 3, 1, 40, 100),
        (9, 9, 3, 32, 32, 4, 1, 8, 0),
        (70_001, 70_000, 2, 1, 1, 1, 1, 0, 1),
        (257, 255, 3, 5, 11, 20, 1, 1, 0),
    ];
    let of = |(at, &(rows, batch, channels, height, width, crop, flip, cutout, first)): (usize, &Shape)| {
        let (plane, examples) = (height * width, rows + 3);
        let features = channels * plane;
        let parameters = AugmentedParameters {
            rows: rows as u32,
            features: features as u32,
            plane: plane as u32,
            width: width as u32,
            crop,
            flip,
            cutout,
            stream: random::Purpose::Augment.stream(at as u32),
        };
        let operands = vec![
            Operand::Words(case::words("bytes", (examples * features).div_ceil(4), u32::MAX)),
            Operand::Words(case::words("order", first + rows, examples as u32)),
            Operand::Reals(case::reals("affine", 2 * channels)),
            Operand::Output(rows * features),
        ];
        let label = format!("{batch}/{rows} x {channels}x{height}x{width}, {crop} {flip} {cutout}");
        let mut case = Case::new(label, parameters, operands);
        let seed = 42u64.rotate_left(5 * at as u32);
        case.step = Step { first: first as u32, index: 7 * at as u32, seed, ..Step::over(batch) };
        // A byte times a scale is as large as 510, which the offset may cancel.
        case.terms = 256;
        case.replicas = if rows == 7 { 3 } else { 1 };
        case
    };
    shapes.iter().enumerate().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const P: AugmentedParameters =
        AugmentedParameters { rows: 1, features: 48, plane: 16, width: 4, crop: 4, flip: 1, cutout: 2, stream: 6 };

    #[test]
    fn every_offset_and_both_sides_occur_about_equally_often() {
        let (mut tops, mut lefts, mut mirrored) = ([0; 9], [0; 9], 0);
        for row in 0..9000 {
            let draw = Draw::new(&P, [1, 2], row / 128, row % 128);
            tops[draw.top as usize] += 1;
            lefts[draw.left as usize] += 1;
            mirrored += i32::from(draw.mirrored);
            assert!(draw.centre.iter().all(|&centre| centre < 4));
        }
        // Deviations are √(9000 · 1/9 · 8/9) ≈ 30 and √(9000/4) ≈ 47; five of each are allowed.
        assert!(tops.iter().chain(&lefts).all(|count: &i32| (count - 1000).abs() < 150), "{tops:?} {lefts:?}");
        assert!((mirrored - 4500).abs() < 240, "{mirrored}");
    }

    #[test]
    fn a_picture_is_moved_then_mirrored_and_covered() {
        let still = Draw { top: 4, left: 4, mirrored: false, centre: [0, 3] };
        assert!((0..16).all(|pixel| seen(&P, &still, pixel) == Some(pixel as usize)));
        // One line further down and two columns to the right in the picture.
        let moved = Draw { top: 5, left: 6, ..still };
        assert_eq!([0, 1, 2, 12].map(|pixel| seen(&P, &moved, pixel)), [Some(6), Some(7), None, None]);
        let mirrored = Draw { mirrored: true, ..still };
        assert_eq!([0, 3, 4].map(|pixel| seen(&P, &mirrored, pixel)), [Some(3), Some(0), Some(7)]);
        // A square of two around (0, 3) begins one line and one column before it.
        let square: Vec<u32> = (0..16).filter(|&pixel| covered(&P, &still, pixel)).collect();
        assert_eq!(square, [2, 3]);
    }
}
