//! One plane's pooling on the CPU: its windows, and which pixels they hold.

use std::ops::Range;

use super::PoolParameters;
use crate::real::{Real, lane_sums};

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
        self.taps(|windows, pixel, _| {
            let x = x[pixel..].iter().step_by(self.stride[2]);
            y[windows].iter_mut().zip(x).for_each(|(y, &x)| *y = if larger(x, *y) { x } else { *y });
        });
    }

    /// The largest pixel of each window, and which it is; see [`Plane::find`].
    pub(super) fn placed<T: Real>(&self, x: &[T], y: &mut [T], places: &mut [T]) {
        // What is not larger than anything is looked for apart: mostly there is none, and one comparison does for both.
        if x.iter().fold(false, |found, x| found | x.is_nan() | (*x == T::neg_infinity())) {
            self.maxima(x, y);
            return self.find(x, y, places);
        }
        y.fill(T::neg_infinity());
        places.fill(-T::one());
        self.taps(|windows, pixel, tap| {
            let (tap, windows) = (T::of(tap as f64), y[windows.clone()].iter_mut().zip(&mut places[windows]));
            for ((y, place), &x) in windows.zip(x[pixel..].iter().step_by(self.stride[2])) {
                let larger = x > *y;
                *y = if larger { x } else { *y };
                *place = if larger { tap } else { *place };
            }
        });
    }

    /// Which pixel of each window is the first of its largest: its number among all of the window, padding
    /// included, or −1 where none is, as in a window of NaN.
    fn find<T: Real>(&self, x: &[T], y: &[T], places: &mut [T]) {
        places.fill(-T::one());
        self.taps(|windows, pixel, tap| {
            let tap = T::of(tap as f64);
            let windows = places[windows.clone()].iter_mut().zip(&y[windows]);
            for ((place, &y), &x) in windows.zip(x[pixel..].iter().step_by(self.stride[2])) {
                // Taps come in order, so that the first of several that are equal stays.
                *place = if x == y && *place < T::zero() { tap } else { *place };
            }
        });
    }

    /// Visits all pixels of all windows, the same tap of a line of windows at once: the windows, and the
    /// first one's pixel, the next ones' being a stride apart, and the pixel's number among all of a window, padding
    /// included. Every window meets its pixels in order.
    pub(super) fn taps(&self, mut visit: impl FnMut(Range<usize>, usize, usize)) {
        let ([_, in_h, in_w], [out_d, out_h, out_w]) = (self.input, self.output);
        let covered: Vec<Range<usize>> = (0..self.kernel[2]).map(|tap| self.covered(tap)).collect();
        for (od, oh) in (0..out_d).flat_map(|od| (0..out_h).map(move |oh| (od, oh))) {
            let first = (od * out_h + oh) * out_w;
            for (d, h) in self.span(0, od).flat_map(|d| self.span(1, oh).map(move |h| (d, h))) {
                let [tap_d, tap_h] =
                    [(0, d, od), (1, h, oh)].map(|(axis, at, o)| at + self.pad[axis] - o * self.stride[axis]);
                let line = (tap_d * self.kernel[1] + tap_h) * self.kernel[2];
                for (tap, Range { start, end }) in covered.iter().cloned().enumerate().filter(|(_, c)| !c.is_empty()) {
                    let across = start * self.stride[2] + tap - self.pad[2];
                    visit(first + start..first + end, (d * in_h + h) * in_w + across, line + tap);
                }
            }
        }
    }
}
