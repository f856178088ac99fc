//! How the CPU twins of the convolutions walk over pixels: one example's part is unfolded into the
//! matrix of a product, or such a matrix is folded back.

use std::ops::Range;

use super::ConvParameters;
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
        if self.keeps_lines() {
            return self.unfold_planes(x, lines, pitch, columns);
        }
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

    /// Adds every element of the columns to the pixel that it came from; the columns are lost.
    pub fn fold<T: Real>(&self, columns: &mut [T], x: &mut [T]) {
        if self.keeps_lines() {
            return self.fold_planes(columns, x);
        }
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

    /// Whether positions lie as far from each other as the pixels that they meet, line ends included: then
    /// what a tap meets is the picture itself, shifted. Most convolutions are such.
    fn keeps_lines(&self) -> bool {
        self.input[2] == self.output[2] && self.stride[1..] == [1, 1] && self.input[0] == 1 && self.output[0] == 1
    }

    /// [`Geometry::unfold`] by a copy for each tap instead of each line.
    fn unfold_planes<T: Real>(&self, x: &[T], lines: Range<usize>, pitch: usize, columns: &mut [T]) {
        let (shifts, count) = (self.shifts(&lines), lines.len() * self.width());
        for (columns, x) in columns.chunks_mut(pitch * shifts.len()).zip(x.chunks_exact(self.pixels())) {
            for (columns, shift) in columns.chunks_mut(pitch).zip(&shifts) {
                let columns = &mut columns[..count];
                let Some(shift) = shift else {
                    columns.fill(T::zero());
                    continue;
                };
                columns[..shift.run.start].fill(T::zero());
                columns[shift.run.end..].fill(T::zero());
                let run = &mut columns[shift.run.clone()];
                run.copy_from_slice(&x[shift.pixel..shift.pixel + run.len()]);
                shift.clear_padding(run, self.width());
            }
        }
    }

    /// [`Geometry::fold`] by an addition for each tap instead of each line.
    fn fold_planes<T: Real>(&self, columns: &mut [T], x: &mut [T]) {
        let shifts = self.shifts(&(0..self.lines()));
        let channels = columns.chunks_mut(self.positions() * shifts.len()).zip(x.chunks_exact_mut(self.pixels()));
        for (columns, x) in channels {
            for (columns, shift) in columns.chunks_mut(self.positions()).zip(&shifts) {
                let Some(shift) = shift else { continue };
                let run = &mut columns[shift.run.clone()];
                shift.clear_padding(run, self.width());
                x[shift.pixel..].iter_mut().zip(run).for_each(|(x, &mut c)| *x += c);
            }
        }
    }

    /// What each tap of a filter meets of a channel at these lines, where lines are kept; none if that is
    /// padding alone.
    fn shifts(&self, lines: &Range<usize>) -> Vec<Option<Shift>> {
        let [kernel_d, kernel_h, kernel_w] = self.kernel;
        let taps = (0..kernel_d * kernel_h * kernel_w)
            .map(|tap| [tap / (kernel_h * kernel_w), tap / kernel_w % kernel_h, tap % kernel_w]);
        taps.map(|tap| self.shift(tap, lines)).collect()
    }

    fn shift(&self, [kd, kh, kw]: [usize; 3], lines: &Range<usize>) -> Option<Shift> {
        let [_, in_h, width] = self.input;
        // There is one plane, and taps before or behind it meet padding.
        self.pixel(0, 0, kd)?;
        let (covered, down) = (self.covered(kw), kh * self.dilation[1]);
        let first = lines.start.max(self.pad[1].saturating_sub(down));
        let last = lines.end.min((in_h + self.pad[1]).saturating_sub(down));
        if first >= last || covered.is_empty() {
            return None;
        }
        let at = |line: usize, place: usize| (line - lines.start) * width + place;
        let across = covered.start + kw * self.dilation[2] - self.pad[2];
        Some(Shift {
            run: at(first, covered.start)..at(last - 1, covered.end),
            pixel: (first + down - self.pad[1]) * width + across,
            covered: covered.len(),
        })
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

/// Positions that meet neighbouring pixels, from the first that meets one to the last.
struct Shift {
    /// The positions, counted from the first line's first.
    run: Range<usize>,
    /// The first one's pixel.
    pixel: usize,
    /// Of each line's length of them, those that meet its pixels; the others meet padding.
    covered: usize,
}

impl Shift {
    /// Writes zeros where the run went on to the next line's pixels.
    fn clear_padding<T: Real>(&self, run: &mut [T], width: usize) {
        if self.covered < width {
            run.chunks_mut(width).for_each(|line| line.iter_mut().skip(self.covered).for_each(|c| *c = T::zero()));
        }
    }
}

/// A line of positions: those that meet pixels, and the first such pixel.
struct Line {
    covered: Range<usize>,
    pixel: usize,
}
