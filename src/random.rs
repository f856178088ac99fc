//! Random numbers from counters: the same (seed, stream, step, index) gives the same bits on the
//! CPU and the GPU, in any order and without any state to save.
//!
//! The generator is Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror and Shaw, "Parallel random
//! numbers: as easy as 1, 2, 3", SC 2011). The key is the seed mixed with the stream, see
//! [`key`]; the counter is (step, index). `shaders/random.wgsl` is the twin of [`threefry`] and
//! [`uniform`]; a shader gets the finished key from the host.

use rand::rand_core::{Infallible, utils};
use rand::{Rng, TryRng};

/// What random numbers are drawn for. Every purpose has a stream of its own, so that more draws
/// for one never shift another's. The numbers are part of what a seed means: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// Initial weights.
    Weights = 1,
    /// An epoch's permutation.
    Shuffle = 2,
    /// Which examples are held out.
    Split = 3,
    /// Which labels are replaced, and by which.
    LabelNoise = 4,
    /// Which units are dropped.
    Dropout = 5,
    /// Crops, flips and the like.
    Augment = 6,
    /// Synthetic data.
    Synthetic = 7,
    /// Made-up numbers in tests and benchmarks.
    Test = 8,
    /// What the lecture's figures draw.
    Experiments = 9,
    /// Random maps of features.
    Features = 12,
    /// Directions in which a loss is looked at.
    Landscape = 13,
}

impl Purpose {
    /// The stream of this purpose that belongs to one item of many: a layer, a parameter.
    pub const fn stream(self, item: u32) -> u32 {
        assert!(item < 1 << 24, "streams are numbered with 24 bits");
        item << 8 | self as u32
    }
}

/// Rotations of the eight rounds after which they repeat.
const ROTATIONS: [u32; 8] = [13, 15, 26, 6, 17, 29, 16, 24];
/// The constant that gives even the key (0, 0) a third word with bits in it ("SKEIN_KS_PARITY").
const PARITY: u32 = 0x1BD1_1BDA;

/// Threefry-2x32-20: 64 random bits from a key and a counter.
pub fn threefry(key: [u32; 2], counter: [u32; 2]) -> [u32; 2] {
    let keys = [key[0], key[1], PARITY ^ key[0] ^ key[1]];
    let mut x = counter[0].wrapping_add(keys[0]);
    let mut y = counter[1].wrapping_add(keys[1]);
    for group in 0..5 {
        for round in 0..4 {
            x = x.wrapping_add(y);
            y = y.rotate_left(ROTATIONS[(group % 2) * 4 + round]) ^ x;
        }
        let injection = group + 1;
        x = x.wrapping_add(keys[injection % 3]);
        y = y.wrapping_add(keys[(injection + 1) % 3]).wrapping_add(injection as u32);
    }
    [x, y]
}

/// The key of one stream of a seed: the seed's two halves, lower first, encrypt (stream, 0). For
/// one seed this is one-to-one, so no two streams share a key.
pub fn key(seed: u64, stream: u32) -> [u32; 2] {
    threefry([seed as u32, (seed >> 32) as u32], [stream, 0])
}

/// The 64 bits at (step, index) of a stream; see [`Purpose::stream`].
pub fn bits(seed: u64, stream: u32, step: u32, index: u32) -> [u32; 2] {
    threefry(key(seed, stream), [step, index])
}

/// A number in [0, 1) from the upper 24 bits: as many as f32 holds, so it is exact and never 1.
pub fn uniform(bits: u32) -> f32 {
    (bits >> 8) as f32 * (1.0 / 16_777_216.0)
}

/// The bits of one (seed, stream, step) at the indices 0, 1, 2, …, one word after the other, for
/// rand's shuffles and distributions.
#[derive(Clone, Debug)]
pub struct Stream {
    key: [u32; 2],
    step: u32,
    /// The index of the next block.
    index: u32,
    /// The second word of the last block, where it isn't used yet.
    left: Option<u32>,
}

impl Stream {
    /// The beginning of a stream. It repeats after 2³³ words, more than any one step draws.
    pub fn new(seed: u64, stream: u32, step: u32) -> Stream {
        Stream { key: key(seed, stream), step, index: 0, left: None }
    }

    /// The next number in [0, 1).
    pub fn uniform(&mut self) -> f32 {
        uniform(self.next_u32())
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        if let Some(word) = self.left.take() {
            return Ok(word);
        }
        let [first, second] = threefry(self.key, [self.step, self.index]);
        self.index = self.index.wrapping_add(1);
        self.left = Some(second);
        Ok(first)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        utils::next_u64_via_u32(self)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        utils::fill_bytes_via_next_word(bytes, || self.try_next_u32())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;
    use rand::seq::SliceRandom;

    /// From `kat_vectors` of the authors' Random123 distribution.
    #[test]
    fn threefry_gives_the_known_answers() {
        for (key, counter, expected) in [
            ([0, 0], [0, 0], [0x6b20_0159, 0x99ba_4efe]),
            ([!0, !0], [!0, !0], [0x1cb9_96fc, 0xbb00_2be7]),
            ([0x1319_8a2e, 0x0370_7344], [0x243f_6a88, 0x85a3_08d3], [0xc492_3a9c, 0x483d_f7a0]),
        ] {
            assert_eq!(threefry(key, counter), expected);
        }
    }

    #[test]
    fn every_part_of_the_address_changes_the_bits() {
        let base = bits(42, Purpose::Weights.stream(0), 3, 4);
        assert_eq!(base, bits(42, Purpose::Weights.stream(0), 3, 4));
        for other in [
            bits(43, Purpose::Weights.stream(0), 3, 4),
            bits(42 | 1 << 40, Purpose::Weights.stream(0), 3, 4),
            bits(42, Purpose::Shuffle.stream(0), 3, 4),
            bits(42, Purpose::Weights.stream(1), 3, 4),
            bits(42, Purpose::Weights.stream(0), 4, 4),
            bits(42, Purpose::Weights.stream(0), 3, 5),
            bits(42, Purpose::Weights.stream(0), 4, 3),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn uniform_stays_below_one() {
        assert_eq!(uniform(0), 0.0);
        assert_eq!(uniform(1 << 31), 0.5);
        assert_eq!(uniform(u32::MAX), 1.0 - f32::EPSILON / 2.0);
    }

    #[test]
    fn uniform_numbers_fill_the_interval_evenly() {
        let mut stream = Stream::new(1, Purpose::Test.stream(0), 0);
        let mut counts = [0; 10];
        for _ in 0..100_000 {
            counts[(stream.uniform() * 10.0) as usize] += 1;
        }
        // The deviation of a count is √(10⁵ · 0.1 · 0.9) ≈ 95; five of them are allowed.
        assert!(counts.iter().all(|c| (9_525..=10_475).contains(c)), "{counts:?}");
    }

    #[test]
    fn a_stream_is_its_blocks_one_after_the_other() {
        let stream = Purpose::Dropout.stream(2);
        let mut words = Stream::new(7, stream, 5);
        for index in 0..3 {
            let [first, second] = bits(7, stream, 5, index);
            assert_eq!((words.next_u32(), words.next_u32()), (first, second));
        }
        let mut bytes = [0; 8];
        words.fill_bytes(&mut bytes);
        let [first, second] = bits(7, stream, 5, 3);
        assert_eq!(bytes[..4], first.to_le_bytes());
        assert_eq!(bytes[4..], second.to_le_bytes());
    }

    #[test]
    fn rand_shuffles_and_distributions_draw_from_it() {
        let mut numbers: Vec<u32> = (0..100).collect();
        numbers.shuffle(&mut Stream::new(1, Purpose::Test.stream(0), 0));
        assert!(!numbers.is_sorted());
        let mut stream = Stream::new(1, Purpose::Test.stream(1), 0);
        let normal = rand_distr::StandardNormal;
        let draws: Vec<f64> = (0..10_000).map(|_| stream.sample(normal)).collect();
        let mean = draws.iter().sum::<f64>() / 1e4;
        let square = draws.iter().map(|x| x * x).sum::<f64>() / 1e4;
        assert!(mean.abs() < 0.05 && (square - 1.0).abs() < 0.07, "{mean} {square}");
    }

    /// The shader must be valid, offer both functions and hold this file's constants; that it
    /// computes the same numbers is tested where there is a GPU.
    #[test]
    fn the_shader_is_valid_and_has_the_same_constants() {
        let source = include_str!("../shaders/random.wgsl");
        let module = naga::front::wgsl::parse_str(source).unwrap();
        let flags = naga::valid::ValidationFlags::all();
        let capabilities = naga::valid::Capabilities::empty();
        naga::valid::Validator::new(flags, capabilities).validate(&module).unwrap();
        let names: Vec<&str> = module.functions.iter().filter_map(|(_, function)| function.name.as_deref()).collect();
        assert!(names.contains(&"threefry") && names.contains(&"uniform_number"), "{names:?}");
        for four in ROTATIONS.chunks(4) {
            let words: Vec<String> = four.iter().map(|r| format!("{r}u")).collect();
            let vector = format!("vec4<u32>({})", words.join(", "));
            assert!(source.contains(&vector), "{vector}");
        }
        assert!(source.contains("0x1BD11BDAu"));
    }
}
