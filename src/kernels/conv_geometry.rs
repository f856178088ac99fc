//! How the CPU twins of the convolutions walk over pixels: one example's part is unfolded into the
//! matrix of a product, or such a matrix is folded back.

use std::ops::Range;

use super::conv::ConvParameters;
use crate::real::Real;

/// A convolution's parameters as indices; the axes are depth, height and width.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    /// Examples.
    pub batch: usize,
    /// Channels of x.
    pub channels: usize,
    /// Channels of y.
    pub filters: usize,
    /// Groups of both.
    pub groups: usize,
    /// Parts of the batch for the weight gradient.
    pub chunks: usize,
    input: [usize; 3],
    output: [usize; 3],
    kernel: [usize; 3],
    stride: [usize; 3],
    dilation: [usize; 3],
    pad: [usize; 3],
}

impl From<ConvParameters> for Geometry {
    fn from(p: ConvParameters) -> Self {
        let triple = |d: u32, h: u32, w: u32| [d as usize, h as usize, w as usize];
        Geometry {
            batch: p.batch as usize,
            channels: p.channels as usize,
            filters: p.filters as usize,
            groups: p.groups as usize,
            chunks: p.chunks as usize,
            input: triple(p.in_d, p.in_h, p.in_w),
            output: triple(p.out_d, p.out_h, p.out_w),
            kernel: triple(p.kernel_d, p.kernel_h, p.kernel_w),
            stride: triple(p.stride_d, p.stride_h, p.stride_w),
            dilation: triple(p.dilation_d, p.dilation_h, p.dilation_w),
            pad: triple(p.pad_d, p.pad_h, p.pad_w),
        }
    }
}

impl Geometry {
    /// Elements of one channel of x.
    pub fn pixels(&self) -> usize {
        self.input.iter().product()
    }

    /// Elements of one channel of y.
    pub fn positions(&self) -> usize {
        self.output.iter().product()
    }

    /// Terms of one element of y: the channels of a group times the taps.
    pub fn depth(&self) -> usize {
        self.channels / self.groups * self.kernel.iter().product::<usize>()
    }

    /// One group's channels of one example.
    pub fn pixels_of<'x, T>(&self, x: &'x [T], example: usize, group: usize) -> &'x [T] {
        let size = self.channels / self.groups * self.pixels();
        &x[(example * self.groups + group) * size..][..size]
    }

    /// Lines of positions of one example.
    pub fn lines(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// Positions of a line.
    pub fn width(&self) -> usize {
        self.output[2]
    }

    /// columns[c·taps + tap, position] = the pixel of channel c that the tap meets there, or 0, for
    /// the positions of some lines; the rows of the columns begin `pitch` elements from each other.
    pub fn unfold<T: Real>(&self, x: &[T], lines: Range<usize>, pitch: usize, columns: &mut [T]) {
        let stride = self.stride[2];
        self.visit(lines, pitch, |at, line| {
            let columns = &mut columns[at..at + self.output[2]];
            let Some(Line { covered, pixel }) = line else { return columns.fill(T::zero()) };
            columns[..covered.start].fill(T::zero());
            columns[covered.end..].fill(T::zero());
            let columns = &mut columns[covered];
            match stride {
                1 => columns.copy_from_slice(&x[pixel..pixel + columns.len()]),
                _ => columns.iter_mut().zip(x[pixel..].iter().step_by(stride)).for_each(|(c, &x)| *c = x),
            }
        });
    }

    /// Adds every element of the columns to the pixel that it came from.
    pub fn fold<T: Real>(&self, columns: &[T], x: &mut [T]) {
        let stride = self.stride[2];
        self.visit(0..self.lines(), self.positions(), |at, line| {
            let Some(Line { covered, pixel }) = line else { return };
            let columns = &columns[at + covered.start..at + covered.end];
            match stride {
                // The compiler makes vectors of neighbours only.
                1 => x[pixel..].iter_mut().zip(columns).for_each(|(x, &c)| *x += c),
                _ => x[pixel..].iter_mut().step_by(stride).zip(columns).for_each(|(x, &c)| *x += c),
            }
        });
    }

    /// Visits these lines of positions for every row of the unfolded matrix: where the line begins
    /// there, and what it covers, if any of it lies within the pixels.
    fn visit(&self, lines: Range<usize>, pitch: usize, mut visit: impl FnMut(usize, Option<Line>)) {
        let ([in_d, in_h, in_w], [_, out_h, out_w]) = (self.input, self.output);
        let [kernel_d, kernel_h, kernel_w] = self.kernel;
        let mut row = 0;
        for channel in 0..self.channels / self.groups {
            for tap in 0..kernel_d * kernel_h * kernel_w {
                let (kd, kh, kw) = (tap / (kernel_h * kernel_w), tap / kernel_w % kernel_h, tap % kernel_w);
                let covered = self.covered(kw);
                let first = covered.start * self.stride[2] + kw * self.dilation[2];
                for (number, line) in lines.clone().enumerate() {
                    let line = match (self.pixel(0, line / out_h, kd), self.pixel(1, line % out_h, kh)) {
                        (Some(d), Some(h)) if !covered.is_empty() => Some(Line {
                            covered: covered.clone(),
                            pixel: ((channel * in_d + d) * in_h + h) * in_w + first - self.pad[2],
                        }),
                        _ => None,
                    };
                    visit(row + number * out_w, line);
                }
                row += pitch;
            }
        }
    }

    /// The pixel along an axis that a tap meets at a position, unless it is padding.
    fn pixel(&self, axis: usize, position: usize, tap: usize) -> Option<usize> {
        let padded = position * self.stride[axis] + tap * self.dilation[axis];
        padded.checked_sub(self.pad[axis]).filter(|&pixel| pixel < self.input[axis])
    }

    /// The positions along the width where a tap meets a pixel and not padding.
    fn covered(&self, tap: usize) -> Range<usize> {
        let (offset, pad, stride) = (tap * self.dilation[2], self.pad[2], self.stride[2]);
        let start = pad.saturating_sub(offset).div_ceil(stride);
        let end = (self.input[2] + pad).saturating_sub(offset).div_ceil(stride);
        let end = end.min(self.output[2]);
        start.min(end)..end
    }
}

/// A line of positions: those that meet pixels, and the first such pixel.
struct Line {
    covered: Range<usize>,
    pixel: usize,
}
