//! Byte offsets of a text to lines and columns, without counting from its beginning each time: a
//! config of one long line with a value at every other byte is read as fast as any.

use std::sync::Arc;

use super::error::Place;

/// Bytes from one known position to the next.
const STRIDE: usize = 256;

/// A text and positions in it, one for about every [`STRIDE`] bytes.
pub(super) struct Positions<'t> {
    text: &'t str,
    /// Offset, line and column, ascending; the first is the text's beginning.
    known: Vec<(usize, usize, usize)>,
}

impl<'t> Positions<'t> {
    pub fn of(text: &'t str) -> Self {
        let (mut known, mut line, mut column) = (vec![(0, 1, 1)], 1, 1);
        for (offset, letter) in text.char_indices() {
            if offset >= known.len() * STRIDE {
                known.push((offset, line, column));
            }
            (line, column) = after(letter, line, column);
        }
        Positions { text, known }
    }

    /// The position of a byte; a parser's span may end inside a character or behind the text.
    pub fn place(&self, file: &Arc<str>, offset: usize) -> Place {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let (start, line, column) = self.known[self.known.partition_point(|known| known.0 <= offset) - 1];
        let letters = self.text[start..offset].chars();
        let (line, column) = letters.fold((line, column), |(line, column), letter| after(letter, line, column));
        Place::Text { file: file.clone(), line, column }
    }
}

fn after(letter: char, line: usize, column: usize) -> (usize, usize) {
    if letter == '\n' { (line + 1, 1) } else { (line, column + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let positions = Positions::of("a = 1\nü = 2\n");
        let at = |offset| positions.place(&"c.toml".into(), offset).to_string();
        assert_eq!(at(0), "c.toml:1:1");
        assert_eq!(at(6), "c.toml:2:1");
        // ü takes two bytes and one column; its second byte is rounded down.
        assert_eq!(at(7), "c.toml:2:1");
        assert_eq!(at(8), "c.toml:2:2");
        assert_eq!(at(999), "c.toml:3:1");
    }

    #[test]
    fn positions_far_behind_are_those_counted_one_by_one() {
        let text: String = (0..700).map(|at| if at % 97 == 0 { "\n" } else { "ü€" }).collect();
        let positions = Positions::of(&text);
        for offset in (0..=text.len()).filter(|&offset| text.is_char_boundary(offset)) {
            let before = &text[..offset];
            let column = before.chars().rev().take_while(|&letter| letter != '\n').count() + 1;
            let expected = format!("c.toml:{}:{column}", before.matches('\n').count() + 1);
            assert_eq!(positions.place(&"c.toml".into(), offset).to_string(), expected);
        }
    }
}
