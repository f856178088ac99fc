//! A file's checksum, kept in the file itself: CRC-32, which finds every flipped bit, every damaged run of up to
//! 32 of them, and all but one in 4·10⁹ of everything else. Eight hexadecimal digits stand behind a mark that each
//! kind of file has in a place where its other readers expect a remark, a key more, or metadata; the sum is that of
//! the whole file with zeros for the digits.

/// Where a kind of file has its checksum: behind this text, where that is first found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark(&'static str);

/// safetensors: an entry of `__metadata__`.
pub const WEIGHTS: Mark = Mark("\"crc32\":\"");
/// A line of JSON: its last key.
pub const LINE: Mark = Mark("\"crc32\":\"");
/// A JSON file: its first key.
pub const JSON: Mark = Mark("\"crc32\": \"");
/// A run's config.toml: a comment in its first line, so that nothing can be cut off behind it unseen.
pub const CONFIG: Mark = Mark("# crc32 ");

/// The digits before the sum is known.
pub const BLANK: &str = "00000000";

/// Contents that are not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("damaged: its checksum is wrong")]
pub struct Damaged;

impl Mark {
    /// Puts the sum where `bytes` have blanks behind the mark.
    ///
    /// # Panics
    /// There are none.
    pub fn seal(self, bytes: &mut [u8]) {
        let at = self.digits(bytes).expect("a writer leaves room for the sum");
        let digits = &mut bytes[at..at + BLANK.len()];
        digits.copy_from_slice(BLANK.as_bytes());
        let sum = format!("{:08x}", crc32fast::hash(bytes));
        bytes[at..at + BLANK.len()].copy_from_slice(sum.as_bytes());
    }

    /// Whether `bytes` have a checksum, within their first `head` bytes.
    ///
    /// # Errors
    /// They have one, and it is not theirs.
    pub fn check(self, bytes: &[u8], head: usize) -> Result<bool, Damaged> {
        let Some(at) = self.digits(&bytes[..head.min(bytes.len())]) else { return Ok(false) };
        let (before, after) = (&bytes[..at], &bytes[at + BLANK.len()..]);
        let mut sum = crc32fast::Hasher::new();
        [before, BLANK.as_bytes(), after].iter().for_each(|part| sum.update(part));
        // As text: other digits of the same number are damage, too.
        match bytes[at..].starts_with(format!("{:08x}", sum.finalize()).as_bytes()) {
            true => Ok(true),
            false => Err(Damaged),
        }
    }

    fn digits(self, bytes: &[u8]) -> Option<usize> {
        let mark = self.0.as_bytes();
        let at = bytes.windows(mark.len()).position(|window| window == mark)? + mark.len();
        (at + BLANK.len() <= bytes.len()).then_some(at)
    }
}

/// An object of JSON on several lines, with its checksum as the first key.
pub fn document(object: &str) -> String {
    let rest = object.strip_prefix('{').expect("an object");
    sealed(JSON, format!("{{\n  \"crc32\": \"{BLANK}\",{rest}"))
}

/// An object of JSON on one line, with its checksum as the last key.
pub fn line(object: &str) -> String {
    let rest = object.strip_suffix('}').expect("an object");
    sealed(LINE, format!("{rest},\"crc32\":\"{BLANK}\"}}"))
}

/// A text with the sum behind its mark.
pub fn sealed(mark: Mark, text: String) -> String {
    let mut bytes = text.into_bytes();
    mark.seal(&mut bytes);
    String::from_utf8(bytes).expect("digits for digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_and_every_end_cut_off_is_found_or_leaves_no_sum() {
        let texts = [
            (JSON, document("{\n  \"a\": 1.5,\n  \"b\": \"ß\"\n}\n")),
            (LINE, line("{\"epoch\":1,\"loss\":0.25}")),
            (CONFIG, sealed(CONFIG, format!("# crc32 {BLANK}: as it was written\nseed = 1\n"))),
        ];
        for (mark, text) in texts {
            let bytes = text.as_bytes();
            assert_eq!(mark.check(bytes, bytes.len()), Ok(true), "{text}");
            let marked = mark.digits(bytes).expect("it is there") - mark.0.len()..mark.digits(bytes).expect("a sum");
            for bit in 0..8 * bytes.len() {
                let mut flipped = bytes.to_vec();
                flipped[bit / 8] ^= 1 << (bit % 8);
                let found = mark.check(&flipped, flipped.len());
                assert!(
                    found == Err(Damaged) || marked.contains(&(bit / 8)) && found == Ok(false),
                    "bit {bit}: {text}"
                );
            }
            for end in 0..bytes.len() {
                assert_ne!(mark.check(&bytes[..end], end), Ok(true), "the first {end} bytes of {text}");
            }
        }
    }
}
