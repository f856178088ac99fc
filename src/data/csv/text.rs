//! The text of a table: its encoding, what stands between its columns, and the line of each row.

use crate::config::DataConfig;
use crate::data::error::DataError;
use crate::data::gzip;

/// A file's text, and how its rows are cut into columns.
pub(super) struct Text<'a> {
    file: &'a str,
    bytes: Vec<u8>,
    /// What stands between columns.
    pub delimiter: u8,
}

/// A row and the line that it stands on.
pub(super) struct Row {
    pub line: u64,
    pub fields: Vec<String>,
}

/// What people put between columns, the most usual first.
const DELIMITERS: [u8; 5] = [b',', b';', b'\t', b'|', b' '];

/// Bytes and rows that are looked at to find out which.
const HEAD: usize = 1 << 16;
const LOOKED_AT: usize = 20;

/// Rust reads "nan" and "inf" as numbers, and 1e99 as infinity of f32; none of them is data.
pub(super) fn number(text: &str) -> Option<f32> {
    text.parse().ok().filter(|number: &f32| number.is_finite())
}

/// Whether this is how a number is written where the comma is the decimal point.
pub(super) fn has_decimal_comma(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    text.split_once(',').is_some_and(|(whole, rest)| digits(whole) && digits(rest))
}

/// How files say that a value is not there.
pub(super) fn is_missing(text: &str) -> bool {
    ["", "?", "na", "n/a", "nan", "null"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

impl<'a> Text<'a> {
    /// Unpacks and decodes a file. The delimiter is the one that is given, else the one by which the first rows
    /// agree; `usual` is tried first.
    pub fn read(file: &'a str, packed: &[u8], config: &DataConfig, usual: Option<char>) -> Result<Self, DataError> {
        let mut bytes = decoded(file, gzip::unpack(file, packed, config.largest)?)?;
        // Spreadsheets say so in a line of its own; its end stays, so that lines are counted as they are.
        let said = match bytes[..] {
            [b's', b'e', b'p', b'=', said, b'\r' | b'\n', ..] => Some(char::from(said)),
            _ => None,
        };
        if said.is_some() {
            bytes.drain(..b"sep=;".len());
        }
        let delimiter = config.delimiter.or(said).map_or_else(|| found(&bytes, usual), |given| given as u8);
        Ok(Text { file, bytes, delimiter })
    }

    /// The first rows, at most so many.
    pub fn first(&self, count: usize) -> Result<Vec<Row>, DataError> {
        let mut rows = vec![];
        self.rows(0, |line, record| {
            rows.push(Row { line, fields: record.iter().map(str::to_string).collect() });
            Ok(rows.len() < count)
        })?;
        Ok(rows)
    }

    /// Hands over every row but the first `skip`, with its line, until `take` has enough.
    pub fn rows(
        &self,
        skip: usize,
        mut take: impl FnMut(u64, &csv::StringRecord) -> Result<bool, DataError>,
    ) -> Result<(), DataError> {
        let mut reader = reader(&self.bytes, self.delimiter);
        let mut record = csv::StringRecord::new();
        let mut lines = Lines { bytes: &self.bytes, at: 0, line: 1 };
        for at in 0.. {
            let line_of = |start: &csv::Position, lines: &mut Lines| lines.of(start.byte() as usize);
            match reader.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {
                    let line = record.position().map_or(0, |start| line_of(start, &mut lines));
                    if at >= skip && !take(line, &record)? {
                        break;
                    }
                }
                Err(error) => {
                    let message = match error.kind() {
                        csv::ErrorKind::Utf8 { .. } => "this is not UTF-8 text: save it as such".to_string(),
                        _ => error.to_string(),
                    };
                    let damaged = DataError::new(self.file, message);
                    let line = error.position().map(|start| line_of(start, &mut lines));
                    return Err(line.into_iter().fold(damaged, DataError::row));
                }
            }
        }
        Ok(())
    }
}

fn reader(bytes: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        // Rows of unequal length are our error, which names the row.
        .flexible(true)
        .from_reader(bytes)
}

/// Counts lines up to where rows begin, whichever of the three ends lines have.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the row that starts here, where the reader counts the empty lines before a row to the row.
    fn of(&mut self, start: usize) -> u64 {
        let empty = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        let start = start + self.bytes.get(start..).unwrap_or_default().iter().take_while(empty).count();
        while self.at < start {
            let end = match self.bytes[self.at] {
                b'\r' => self.bytes.get(self.at + 1) != Some(&b'\n'),
                byte => byte == b'\n',
            };
            self.line += u64::from(end);
            self.at += 1;
        }
        self.line
    }
}

/// As UTF-8, without a mark at the beginning. UTF-16 is known by its mark alone.
fn decoded(file: &str, mut bytes: Vec<u8>) -> Result<Vec<u8>, DataError> {
    let from: fn([u8; 2]) -> u16 = match bytes[..] {
        [0xef, 0xbb, 0xbf, ..] => {
            bytes.drain(..3);
            return Ok(bytes);
        }
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        [b'P', b'K', 3, 4, ..] => {
            let message = "this is a ZIP archive or a spreadsheet, and no text: save the table as CSV";
            return Err(DataError::new(file, message));
        }
        _ if bytes.iter().take(HEAD).any(|&byte| byte == 0) => {
            let message = "this is no text, or text in UTF-16 without its mark: save it as UTF-8";
            return Err(DataError::new(file, message));
        }
        _ => return Ok(bytes),
    };
    let (pairs, rest) = bytes[2..].as_chunks::<2>();
    let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|&pair| from(pair))).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok(text.into_bytes()),
        _ => Err(DataError::new(file, "the text in UTF-16 is damaged: save it as UTF-8")),
    }
}

/// The delimiter by which the first rows agree best, and by which most of them are numbers.
fn found(bytes: &[u8], usual: Option<char>) -> u8 {
    let head = &bytes[..bytes.len().min(HEAD)];
    let first = usual.map(|usual| usual as u8);
    let mut best = (b',', (0.0, 0.0));
    for delimiter in first.into_iter().chain(DELIMITERS) {
        let rows: Vec<csv::StringRecord> =
            reader(head, delimiter).records().take(LOOKED_AT).map_while(Result::ok).collect();
        // The last row of a head that was cut off may be cut off, too.
        let rows = &rows[..rows.len() - usize::from(rows.len() > 1 && rows.len() < LOOKED_AT && head.len() == HEAD)];
        let Some(width) = rows.first().map(csv::StringRecord::len).filter(|&width| width > 1) else { continue };
        let share = |part: usize, of: usize| part as f64 / of.max(1) as f64;
        let agree = rows.iter().filter(|row| row.len() == width).count();
        let fields = || rows.iter().flat_map(csv::StringRecord::iter);
        let is_number = |text: &&str| number(text).is_some() || has_decimal_comma(text);
        let score = (share(agree, rows.len()), share(fields().filter(is_number).count(), fields().count()));
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}
