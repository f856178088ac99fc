//! One plane's pooling on the CPU: its windows, and which pixels they hold.

use std::ops::Range;

use super::pool::PoolParameters;
use crate::real::{Real, lane_sums};

/// No pixel.
pub(super) const NOWHERE: u32 = u32::MAX;

/// One plane's walk over windows.
#[derive(Clone, Copy)]
pub(super) struct Plane {
    pub(super) input: [usize; 3],
    output: [usize; 3],
    pub(super) kernel: [usize; 3],
    pub(super) stride: [usize; 3],
    pad: [usize; 3],
    count_padding: bool,
}

impl From<PoolParameters> for Plane {
    fn from(p: PoolParameters) -> Self {
        let triple = |d: u32, h: u32, w: u32| [d as usize, h as usize, w as usize];
        Plane {
            input: triple(p.in_d, p.in_h, p.in_w),
            output: triple(p.out_d, p.out_h, p.out_w),
            kernel: triple(p.kernel_d, p.kernel_h, p.kernel_w),
            stride: triple(p.stride_d, p.stride_h, p.stride_w),
            pad: triple(p.pad_d, p.pad_h, p.pad_w),
            count_padding: p.count_padding > 0,
        }
    }
}

impl Plane {
    pub(super) fn inputs(&self) -> usize {
        self.input.iter().product()
    }

    pub(super) fn outputs(&self) -> usize {
        self.output.iter().product()
    }

    /// What the windows' values are multiplied by in a mean, or their gradients: the reciprocals of taps.
    pub(super) fn share<T: Real>(&self, values: &mut [T]) {
        let of = |taps: usize| T::one() / T::of(taps as f64);
        if self.count_padding {
            let share = of(self.kernel.iter().product());
            return values.iter_mut().for_each(|value| *value *= share);
        }
        let lengths = |axis: usize| (0..self.output[axis]).map(move |at| self.span(axis, at).len());
        let [_, _, line] = self.output;
        let lines = lengths(0).flat_map(|depth| lengths(1).map(move |height| depth * height));
        for (values, lines) in values.chunks_mut(line).zip(lines) {
            values.iter_mut().zip(lengths(2)).for_each(|(value, width)| *value *= of(lines * width));
        }
    }

    /// The pixels of a window along one axis, without the padding.
    pub(super) fn span(&self, axis: usize, position: usize) -> Range<usize> {
        let start = position * self.stride[axis];
        let end = (start + self.kernel[axis]).saturating_sub(self.pad[axis]);
        start.saturating_sub(self.pad[axis])..end.min(self.input[axis])
    }

    /// The windows of a line whose tap meets a pixel and not padding.
    pub(super) fn covered(&self, tap: usize) -> Range<usize> {
        let ([_, _, extent], [_, _, stride], [_, _, pad]) = (self.input, self.stride, self.pad);
        let start = pad.saturating_sub(tap).div_ceil(stride);
        let end = (extent + pad).saturating_sub(tap).div_ceil(stride).min(self.output[2]);
        start.min(end)..end
    }

    /// The sum over a window.
    pub(super) fn sum<T: Real>(&self, x: &[T], o: usize) -> T {
        let ([_, in_h, in_w], [_, out_h, out_w]) = (self.input, self.output);
        let [d, h, w] = [o / (out_w * out_h), o / out_w % out_h, o % out_w];
        let across = self.span(2, w);
        let lines = self.span(0, d).flat_map(|d| self.span(1, h).map(move |h| (d * in_h + h) * in_w));
        let lines = lines.map(|line| &x[line + across.start..line + across.end]);
        lane_sums(lines.map(|line| (line, line)), |x, _| [x])[0]
    }

    /// The largest pixel of each window.
    pub(super) fn maxima<T: Real>(&self, x: &[T], y: &mut [T]) {
        // NaN counts as the largest, so that it is not hidden. To ask every pixel is a branch that nothing
        // can predict, and most planes have none.
        match x.iter().fold(false, |found, x| found | x.is_nan()) {
            true => self.maxima_by(x, y, |x, y| x > y || x.is_nan()),
            false => self.maxima_by(x, y, |x, y| x > y),
        }
    }

    pub(super) fn maxima_by<T: Real>(&self, x: &[T], y: &mut [T], larger: impl Fn(T, T) -> bool) {
        y.fill(T::neg_infinity());
        self.taps(|windows, pixel| {
            let x = x[pixel..].iter().step_by(self.stride[2]);
            y[windows].iter_mut().zip(x).for_each(|(y, &x)| *y = if larger(x, *y) { x } else { *y });
        });
    }

    /// The first of the largest pixels of each window.
    pub(super) fn find<T: Real>(&self, x: &[T], y: &[T], pixels: &mut [u32]) {
        pixels.fill(NOWHERE);
        self.taps(|windows, pixel| {
            let windows = pixels[windows.clone()].iter_mut().zip(&y[windows]);
            for ((place, &y), (at, &x)) in windows.zip((pixel..).zip(&x[pixel..]).step_by(self.stride[2])) {
                // The first of several that are equal. A window of NaN has no largest pixel.
                *place = (*place).min(if x == y { at as u32 } else { NOWHERE });
            }
        });
    }

    /// The number of each window's pixel among all of the window; −1 for none.
    pub(super) fn number<T: Real>(&self, pixels: &[u32], places: &mut [T]) {
        let (input, [_, out_h, out_w]) = (self.input.map(|extent| extent as u32), self.output);
        for (o, (&pixel, place)) in pixels.iter().zip(places).enumerate() {
            let line = pixel / input[2];
            let at = [line / input[1], line % input[1], pixel % input[2]].map(|at| at as usize);
            let window = [o / (out_w * out_h), o / out_w % out_h, o % out_w];
            let tap = |axis: usize| at[axis] + self.pad[axis] - window[axis] * self.stride[axis];
            *place = match pixel {
                NOWHERE => -T::one(),
                _ => T::of(((tap(0) * self.kernel[1] + tap(1)) * self.kernel[2] + tap(2)) as f64),
            };
        }
    }

    /// The pixel of this number among all of a window.
    pub(super) fn pixel(&self, o: usize, tap: usize) -> usize {
        let [_, out_h, out_w] = self.output;
        let window = [o / (out_w * out_h), o / out_w % out_h, o % out_w];
        let line = tap / self.kernel[2];
        let tap = [line / self.kernel[1], line % self.kernel[1], tap % self.kernel[2]];
        let at = |axis: usize| window[axis] * self.stride[axis] + tap[axis] - self.pad[axis];
        (at(0) * self.input[1] + at(1)) * self.input[2] + at(2)
    }

    /// Visits all pixels of all windows, the same tap of a line of windows at once: the windows, and the
    /// first one's pixel; the next ones' are a stride apart. Every window meets its pixels in order.
    pub(super) fn taps(&self, mut visit: impl FnMut(Range<usize>, usize)) {
        let ([_, in_h, in_w], [out_d, out_h, out_w]) = (self.input, self.output);
        let covered: Vec<Range<usize>> = (0..self.kernel[2]).map(|tap| self.covered(tap)).collect();
        for (od, oh) in (0..out_d).flat_map(|od| (0..out_h).map(move |oh| (od, oh))) {
            let first = (od * out_h + oh) * out_w;
            for (d, h) in self.span(0, od).flat_map(|d| self.span(1, oh).map(move |h| (d, h))) {
                for (tap, Range { start, end }) in covered.iter().cloned().enumerate().filter(|(_, c)| !c.is_empty()) {
                    let across = start * self.stride[2] + tap - self.pad[2];
                    visit(first + start..first + end, (d * in_h + h) * in_w + across);
                }
            }
        }
    }
}
