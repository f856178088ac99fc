//! The loops of the convolutions' software shaders, written out: arrays of registers that are indexed in loops would go
//! to memory. This is the only place where the text of a shader is changed; the files are WGSL but for the lines that
//! begin with `//@`:
//!
//! | line                       | becomes                                                                 |
//! |----------------------------|-------------------------------------------------------------------------|
//! | `//@for row: TEXT`         | the text for each row, `@` its number                                    |
//! | `//@for row, tap: TEXT`    | the text for each row and tap, `@` and `#` their numbers                 |
//! | `//@loads`                 | `fourTAP`, what four neighbours meet at each tap, by the file's `source` |
//! | `//@starts WHERE`          | `startROW`, where the row `@` of the shared operand begins               |
//! | `//@shared VALUE`          | `sROW_NUMBER`, that operand's numbers: `@` is where one lies, `#` which  |

use std::{collections::BTreeMap, fmt::Write};

/// Writes out the `//@` lines of a software shader for so many rows and taps. `offset` tells where the j-th of four
/// neighbours meets a tap, from where the first meets the first.
pub fn unrolled(text: &str, rows: u32, taps: u32, shared: Shared, offset: &dyn Fn(u32, u32) -> i64) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let trimmed = line.trim_start();
        if trimmed == "//@loads" {
            loads(&mut out, taps, offset);
        } else if let Some(pattern) = trimmed.strip_prefix("//@starts ") {
            shared.starts(&mut out, rows, pattern);
        } else if let Some(pattern) = trimmed.strip_prefix("//@shared ") {
            shared.loads(&mut out, rows, pattern);
        } else if let Some(pattern) = trimmed.strip_prefix("//@for row, tap: ") {
            for (row, tap) in (0..rows).flat_map(|row| (0..taps).map(move |tap| (row, tap))) {
                out += &pattern.replace('@', &row.to_string()).replace('#', &tap.to_string());
                out.push('\n');
            }
        } else if let Some(pattern) = trimmed.strip_prefix("//@for row: ") {
            for row in 0..rows {
                out += &pattern.replace('@', &row.to_string());
                out.push('\n');
            }
        } else {
            out += line;
            out.push('\n');
        }
    }
    out
}

/// The operand that is the same for all threads of a workgroup: `each` neighbouring numbers for each
/// row. A software driver loads it once for every thread all the same; where a subgroup is the whole
/// workgroup, each thread loads its share and broadcasts it.
#[derive(Clone, Copy)]
pub struct Shared {
    /// Numbers for each row.
    pub each: u32,
    /// Whether a subgroup is the whole workgroup.
    pub broadcast: bool,
}

impl Shared {
    /// Where rows begin, or what a thread loads for the others: `@` stands for the row.
    fn starts(self, out: &mut String, rows: u32, pattern: &str) {
        let each = self.each;
        if self.broadcast {
            for load in 0..(rows * each).div_ceil(8) {
                let number = format!("({}u + thread)", 8 * load);
                let start = pattern.replace('@', &format!("{number} / {each}u"));
                let _ =
                    writeln!(out, "let within{load} = {number} % {each}u;\nlet start{load} = {start} + within{load};");
            }
        } else {
            for row in 0..rows {
                let _ = writeln!(out, "let start{row} = {};", pattern.replace('@', &format!("{row}u")));
            }
        }
    }

    /// `sROW_NUMBER`: `@` stands for where it lies, `#` for its number.
    fn loads(self, out: &mut String, rows: u32, pattern: &str) {
        let load = |start: String, number: String| pattern.replace('@', &start).replace('#', &number);
        if self.broadcast {
            for at in 0..(rows * self.each).div_ceil(8) {
                let _ = writeln!(out, "let share{at} = {};", load(format!("start{at}"), format!("within{at}")));
            }
        }
        for (row, number) in (0..rows).flat_map(|row| (0..self.each).map(move |number| (row, number))) {
            let at = row * self.each + number;
            let value = match self.broadcast {
                true => format!("subgroupBroadcast(share{}, {}u)", at / 8, at % 8),
                false => load(format!("(start{row} + {number}u)"), format!("{number}u")),
            };
            let _ = writeln!(out, "let s{row}_{number} = {value};");
        }
    }
}

/// `fourN`, what four neighbours meet at tap N: neighbouring taps share most of it.
fn loads(out: &mut String, taps: u32, offset: &dyn Fn(u32, u32) -> i64) {
    let mut names = BTreeMap::new();
    for (tap, j) in (0..taps).flat_map(|tap| (0..4).map(move |j| (tap, j))) {
        let count = names.len();
        names.entry(offset(j, tap)).or_insert(count);
    }
    for (at, name) in &names {
        // Unsigned numbers wrap: left of the first is far right of the last.
        let _ = writeln!(out, "let e{name} = source(line, w + {}u, inside);", *at as u32);
    }
    for tap in 0..taps {
        let [a, b, c, d] = [0, 1, 2, 3].map(|j| names[&offset(j, tap)]);
        let _ = writeln!(out, "let four{tap} = vec4<f32>(e{a}, e{b}, e{c}, e{d});");
    }
}
