//! Seeded changes of bytes: the same ones on every machine.

/// A generator (SplitMix64) and the words that a format is made of.
pub struct Mutator {
    pub state: u64,
    pub words: &'static [&'static str],
}

/// Numbers at which sizes, signs and products go wrong.
const EDGES: &[u64] = &[
    0,
    1,
    2,
    3,
    7,
    8,
    16,
    64,
    100,
    127,
    128,
    255,
    256,
    1000,
    32_767,
    32_768,
    65_535,
    65_536,
    1 << 20,
    1 << 24,
    (1 << 31) - 1,
    1 << 31,
    (1 << 32) - 1,
    1 << 32,
    (1 << 32) + 1,
    1 << 53,
    (1 << 62) + 1,
    (1 << 63) - 1,
    1 << 63,
    u64::MAX - 1,
    u64::MAX,
];

const DECIMALS: &[&str] = &[
    "-1",
    "0",
    "1",
    "",
    "00",
    "0.5",
    "1e9",
    "1e39",
    "-1e400",
    "4294967296",
    "9223372036854775807",
    "18446744073709551615",
    "99999999999999999999",
    "0x10",
    "1_000",
];

impl Mutator {
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.state;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// One of the seeds with a few changes.
    pub fn mutate(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = seeds[self.below(seeds.len())].clone();
        for _ in 0..1 + self.below(4) {
            self.change(&mut bytes, seeds);
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let at = self.below(bytes.len() + 1);
        // Headers matter more than what they announce.
        let at = if self.below(2) == 0 { at.min(self.below(64)) } else { at };
        let most = if self.below(4) == 0 { 64 } else { 4 };
        let length = (1 + self.below(most)).min(bytes.len() - at);
        match self.below(10) {
            0 | 1 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            2 if at < bytes.len() => bytes[at] = self.next() as u8,
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(at..at + length)),
            5 => {
                let part = bytes[at..at + length].to_vec();
                let copies = if self.below(20) == 0 { 500 } else { 1 + self.below(3) };
                bytes.splice(at..at, part.repeat(copies));
            }
            6 => {
                let other = &seeds[self.below(seeds.len())];
                let start = self.below(other.len());
                let end = (start + 1 + self.below(48)).min(other.len());
                bytes.splice(at..at + length, other[start..end].iter().copied());
            }
            7 => {
                let edge = self.of(EDGES);
                let edge = if self.below(2) == 0 { edge.to_le_bytes() } else { edge.to_be_bytes() };
                let size = self.of(&[1, 2, 4, 8]).min(bytes.len() - at);
                let edge = if edge[0] == 0 && edge[7] != 0 { &edge[8 - size..] } else { &edge[..size] };
                bytes[at..at + size].copy_from_slice(edge);
            }
            8 => self.digits(bytes, at),
            _ if !self.words.is_empty() => {
                let word = self.of(self.words).as_bytes();
                let word = if self.below(30) == 0 { word.repeat(2_000) } else { word.to_vec() };
                let end = if self.below(2) == 0 { at } else { at + length };
                bytes.splice(at..end, word);
            }
            _ => bytes.insert(at, self.of(&[0, b'0', 0xff])),
        }
    }

    /// Replaces the next number in digits.
    fn digits(&mut self, bytes: &mut Vec<u8>, at: usize) {
        let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|start| at + start) else { return };
        let length = bytes[start..].iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(bytes.len() - start);
        let number = self.of(DECIMALS).bytes();
        bytes.splice(start..start + length, number);
    }
}
