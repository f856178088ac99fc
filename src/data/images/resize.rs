//! Pillow's `resize(size, BILINEAR)`, to the same bytes: a triangle as wide as the pixels that become one, so
//! that shrinking averages them all; columns first, then rows, each result rounded to eight bits.

/// Bits behind the point of a weight: as many as fit beside eight bits and a sign.
const PRECISION: u32 = 22;

/// Where the pixels that become one begin, and their weights.
struct Window {
    start: usize,
    weights: Vec<i32>,
}

/// Brings pixels of so many interleaved channels from one `[height, width]` to another.
pub(super) fn resize(pixels: Vec<u8>, channels: usize, from: [usize; 2], to: [usize; 2]) -> Vec<u8> {
    let ([height, width], [rows, columns]) = (from, to);
    let pixels = match columns == width {
        true => pixels,
        // Neighbours are a pixel apart, in each row.
        false => stretched(&pixels, channels, &windows(width, columns), height, (width * channels, channels)),
    };
    match rows == height {
        true => pixels,
        // Neighbours are a row apart; all of a row are channels of one.
        false => stretched(&pixels, columns * channels, &windows(height, rows), 1, (0, columns * channels)),
    }
}

/// `lines` lines, each `strides.0` after the last, in which groups of so many bytes, `strides.1` apart, are
/// weighed by the windows.
fn stretched(pixels: &[u8], group: usize, windows: &[Window], lines: usize, strides: (usize, usize)) -> Vec<u8> {
    let mut result = Vec::with_capacity(lines * windows.len() * group);
    let mut sums = vec![0_i32; group];
    for line in 0..lines {
        for Window { start, weights } in windows {
            sums.fill(1 << (PRECISION - 1));
            for (tap, weight) in weights.iter().enumerate() {
                let at = line * strides.0 + (start + tap) * strides.1;
                for (sum, pixel) in sums.iter_mut().zip(&pixels[at..at + group]) {
                    *sum += i32::from(*pixel) * weight;
                }
            }
            result.extend(sums.iter().map(|sum| (sum >> PRECISION).clamp(0, 255) as u8));
        }
    }
    result
}

fn windows(from: usize, to: usize) -> Vec<Window> {
    let scale = from as f64 / to as f64;
    let radius = scale.max(1.0);
    let window = |at: usize| {
        let centre = (at as f64 + 0.5) * scale;
        // Rounded towards 0, as C does.
        let start = (centre - radius + 0.5).max(0.0) as usize;
        let end = ((centre + radius + 0.5) as usize).min(from);
        let weight = |tap: usize| 1.0 - ((tap as f64 - centre + 0.5) * (1.0 / radius)).abs().min(1.0);
        let weights: Vec<f64> = (start..end).map(weight).collect();
        let sum: f64 = weights.iter().sum();
        let fixed = |weight: &f64| (0.5 + weight / sum * f64::from(1 << PRECISION)) as i32;
        Window { start, weights: weights.iter().map(fixed).collect() }
    };
    (0..to).map(window).collect()
}
