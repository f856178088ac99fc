//! What is wrong in a config, where, and what would be right.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Where a key or value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A config file as a whole, for example one that can't be read.
    Document(Arc<str>),
    /// A position in a config file; lines and columns (in characters) count from 1.
    Text {
        /// The file's name, as the user wrote it.
        file: Arc<str>,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
    },
    /// A `--set KEY=VALUE` on the command line; the whole dotted key.
    Override(Arc<str>),
    /// A `--grid KEY=V1,V2` on the command line; the whole dotted key, with the value if it is one.
    Grid(Arc<str>),
}

impl Place {
    /// Where in the code a function was called that is `#[track_caller]`.
    #[track_caller]
    pub(crate) fn here() -> Place {
        let place = std::panic::Location::caller();
        Place::Text { file: place.file().into(), line: place.line() as usize, column: place.column() as usize }
    }

    /// Whether it is on the command line.
    pub fn is_override(&self) -> bool {
        matches!(self, Place::Override(_) | Place::Grid(_))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Document(file) => write!(f, "{file}"),
            Place::Text { file, line, column } => write!(f, "{file}:{line}:{column}"),
            Place::Override(key) => write!(f, "--set {key}"),
            Place::Grid(key) => write!(f, "--grid {key}"),
        }
    }
}

/// A config that can't be used. It is shown on one line:
/// `configs/x.toml:7:9: unknown key `unit`; did you mean `units`?`
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", on_one_line(.place, .message, .help.as_deref()))]
pub struct Error {
    /// Where.
    pub place: Place,
    /// What is wrong there.
    pub message: String,
    /// What would be right, where that is known.
    pub help: Option<String>,
}

/// A name in a message may hold anything, but no control character reaches a terminal.
fn on_one_line(place: &Place, message: &str, help: Option<&str>) -> String {
    let text = match help {
        Some(help) => format!("{place}: {message}; {help}"),
        None => format!("{place}: {message}"),
    };
    printable(text)
}

/// A text with its control characters written out.
pub(crate) fn printable(text: String) -> String {
    let letter = |letter: char| match letter.is_control() {
        true => letter.escape_default().to_string(),
        false => letter.to_string(),
    };
    if text.contains(char::is_control) { text.chars().map(letter).collect() } else { text }
}

/// Letters of a name or text that a message shows.
const SHOWN: usize = 80;

/// The beginning of a text that is too long for a message.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

impl Error {
    /// An error without help.
    pub fn new(place: &Place, message: impl Into<String>) -> Error {
        Error { place: place.clone(), message: message.into(), help: None }
    }

    /// The same error with a sentence on what would be right.
    pub fn help(mut self, help: impl Into<String>) -> Error {
        self.help = Some(help.into());
        self
    }

    /// The same error with this sentence, unless it has one.
    pub fn or_help(self, help: &str) -> Error {
        if self.help.is_some() { self } else { self.help(help) }
    }

    /// A name that is none of `known`: ``unknown op `dens`; did you mean `dense`?`` with all the
    /// right ones behind. `what` is the kind of name ("key", "op", "optimizer").
    pub fn unknown<S: AsRef<str>>(place: &Place, what: &str, name: &str, known: &[S]) -> Error {
        Error::new(place, format!("unknown {what} `{}`", shortened(name))).help(suggestion(name, known))
    }
}

impl Error {
    /// The value of `key` is none of `known`, or not given at all where it is empty.
    pub fn choice(place: &Place, key: &str, name: &str, known: &[&str]) -> Error {
        match name {
            "" => Error::new(place, format!("the key `{key}` is missing")).help(suggestion("", known)),
            _ => Error::unknown(place, key, name, known),
        }
    }
}

/// Right names that a message lists at most.
const LISTED: usize = 60;

/// ``did you mean `dense`? (one of: …)``, without the question where nothing is near.
pub fn suggestion<S: AsRef<str>>(name: &str, known: &[S]) -> String {
    let all: Vec<Cow<str>> = known.iter().take(LISTED).map(|name| shortened(name.as_ref())).collect();
    let more = if known.len() > LISTED { format!(" and {} more", known.len() - LISTED) } else { String::new() };
    let list = all.join(", ") + &more;
    match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`? (one of: {list})"),
        None => format!("it is one of: {list}"),
    }
}

/// Bytes of a name that is still compared with others.
const LONGEST: usize = 200;

/// The candidate that `name` is most probably a misspelling of, if any is near enough.
///
/// Slips of the finger come first; then abbreviations, which share a beginning (Jaro–Winkler):
/// `fashion` for `fashion-mnist`.
pub fn nearest<'a, S: AsRef<str>>(name: &str, candidates: &'a [S]) -> Option<&'a str> {
    // Comparing costs the product of both lengths, and so long a name is no misspelt one.
    if name.len() > LONGEST {
        return None;
    }
    let abbreviated = || {
        let name = name.to_lowercase();
        candidates
            .iter()
            .map(|candidate| candidate.as_ref())
            .filter(|candidate| candidate.len() <= LONGEST)
            .map(|candidate| (strsim::jaro_winkler(&name, &candidate.to_lowercase()), candidate))
            .filter(|(score, _)| *score >= 0.88)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, candidate)| candidate)
    };
    slip(name, candidates).or_else(abbreviated)
}

/// The candidate that a slip of the finger turns into `name`: a third of the letters at most is
/// left out, put in, replaced or swapped (Damerau–Levenshtein).
pub(crate) fn slip<'a, S: AsRef<str>>(name: &str, candidates: &'a [S]) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let name = name.to_lowercase();
    let length = name.chars().count();
    candidates
        .iter()
        .map(|candidate| candidate.as_ref())
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| {
            let edits = strsim::damerau_levenshtein(&name, &candidate.to_lowercase());
            (edits, candidate)
        })
        .filter(|(edits, candidate)| {
            let longest = length.max(candidate.chars().count());
            // Two different single letters are one edit apart and yet unrelated.
            *edits <= longest.div_ceil(3) && *edits < longest
        })
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_find_the_one_meant() {
        let names = ["dense", "conv2d", "relu", "elu", "dropout", "fashion-mnist"];
        assert_eq!(nearest("dens", &names), Some("dense"));
        assert_eq!(nearest("relru", &names), Some("relu"));
        assert_eq!(nearest("rleu", &names), Some("relu"));
        assert_eq!(nearest("Conv2D", &names), Some("conv2d"));
        assert_eq!(nearest("fashion", &names), Some("fashion-mnist"));
        assert_eq!(nearest("transformer", &names), None);
        assert_eq!(nearest("x", &["y", "z"]), None);
        assert_eq!(nearest("", &names), None);
        assert_eq!(nearest::<&str>("dense", &[]), None);
    }

    #[test]
    fn an_error_is_one_line() {
        let place = Place::Override("model.layers.0.op".into());
        let error = Error::unknown(&place, "op", "dens", &["dense", "relu"]);
        assert_eq!(
            error.to_string(),
            "--set model.layers.0.op: unknown op `dens`; did you mean `dense`? (one of: dense, relu)"
        );
        let error = Error::new(&place, "unknown key `\u{1b}[31m\n`");
        assert_eq!(error.to_string(), "--set model.layers.0.op: unknown key `\\u{1b}[31m\\n`");
        let error = Error::unknown(&place, "op", &"x".repeat(10_000), &["dense"]).to_string();
        assert!(error.len() < 200, "{error}");
    }
}
