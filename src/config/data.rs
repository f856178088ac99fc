//! `[data]`: which examples, how they are split and scaled.

use serde::{Serialize, Serializer};

use super::bounds::{FRACTION, NOT_NEGATIVE, POSITIVE};
use super::error::Error;
use super::features::Features;
use super::part::Part;
use super::places::Places;
use super::table::Table;
use super::value::{Kind, Value};

/// Pixels along a side of a picture at most.
pub(crate) const LARGEST_SIDE: usize = 1 << 14;

/// Numbers of an example, and classes, at most.
const LARGEST_EXTENT: usize = 1 << 24;

/// The section `[data]`, complete: what the user left out has its default.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DataConfig {
    /// The name of one of [`crate::data::ALL`]; "" where none is given.
    pub source: String,
    /// A file or folder; "" means `$GRADUS_DATA`, else where the system's package puts the set.
    pub path: String,
    /// Held out of the training examples as the development set.
    pub dev: Portion,
    /// Held out as the test set, before anything else, where the source has none of its own.
    pub test: Portion,
    /// How inputs are scaled.
    pub normalize: Normalize,
    /// After `normalize = "unit"`: subtracted from each channel, as PyTorch's Normalize does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<Vec<f64>>,
    /// After the mean: what each channel is divided by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deviation: Option<Vec<f64>>,
    /// The share of labels that is replaced, once, by a random incorrect one.
    pub label_noise: f64,
    /// In which parts: the training set alone, unless more are named.
    pub label_noise_in: Vec<Part>,
    /// 0 = all; else only N training examples, taken before the development set is held out of them.
    pub train_limit: usize,
    /// Which N those are.
    pub train_subset: Subset,
    /// csv: whether the first row names the columns; where it isn't given, the first rows tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
    /// csv: what stands between columns; where it isn't given, the first rows tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// How many classes there are, where not each of them need be among the labels or the data are not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classes: Option<usize>,
    /// csv: the column to predict.
    pub target: Target,
    /// npy: which axis of an example's array is its channels; where it isn't given, three axes are
    /// pictures without any, and of more the first is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<Channels>,
    /// The most bytes that a file may hold, unpacked where it is packed; where it isn't given, a packed file
    /// or picture may hold 64 MiB or a hundred times its own size, and no file 4 GiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub largest: Option<u64>,
    /// images: whether pictures that can't be decoded are left out; else they are an error.
    pub allow_broken: bool,
    /// images: one channel for all, or three; as the files have it where it isn't given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grayscale: Option<bool>,
    /// images: the height and width that every picture is brought to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resize: Option<[usize; 2]>,
    /// Pictures: what happens to each at random whenever it is trained on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub augment: Option<Augment>,
    /// The shape of an example in its file, where it is to be known without the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<Vec<usize>>,
    /// Made-up sources: how many examples there are, all splits together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub examples: Option<usize>,
    /// Made-up sources: the standard deviation of the noise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noise: Option<f64>,
    /// clusters: how many numbers an example has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<usize>,
    /// polynomial: its coefficients, that of x⁰ first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coefficients: Option<Vec<f64>>,
    /// Numbers of tables: what they are mapped to before they are scaled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Features>,
    /// Where the keys stand.
    #[serde(skip)]
    pub places: Places,
}

/// `augment = { crop = 4, flip = true, cutout = 8 }`: random changes of training pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Augment {
    /// Pixels of padding on every side, from which a part of the picture's size is cut at random.
    pub crop: usize,
    /// Whether every second picture, by chance, is mirrored left to right.
    pub flip: bool,
    /// The side of a square that is covered at random; 0: none.
    pub cutout: usize,
}

/// So many examples, or such a share of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Portion {
    /// `dev = 5000`
    Count(usize),
    /// `dev = 0.1`, at least 0 and below 1
    Fraction(f64),
}

/// Which training examples a limit leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Subset {
    /// The first of the file.
    First,
    /// Drawn by the seed: those of a smaller limit are among those of a larger one.
    Random,
}

/// How inputs are scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Normalize {
    /// What suits the inputs: `unit` for bytes, `standard` for other numbers, `none` for those of words. A model
    /// that is built has one of these.
    Auto,
    /// As they are in the file.
    None,
    /// Pixels divided by the largest that is possible.
    Unit,
    /// Mean 0 and deviation 1 over the training set, per channel of pictures and per column of
    /// tables.
    Standard,
}

/// Where the channels of an example are among the axes of its array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Channels {
    /// `[channels, height, width]`, PyTorch's order and the one that networks see.
    First,
    /// `[height, width, channels]`, Keras's order.
    Last,
}

/// The column to predict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `target = "last"`
    Last,
    /// `target = "first"`
    First,
    /// `target = 3`, counted from 0
    Index(usize),
    /// `target = "price"`, a name in the header
    Named(String),
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Target::Last => serializer.serialize_str("last"),
            Target::First => serializer.serialize_str("first"),
            Target::Index(index) => serializer.serialize_u64(*index as u64),
            Target::Named(name) => serializer.serialize_str(name),
        }
    }
}

/// Whether a section gives a key another value than the one that it has where it is left out.
type Given = fn(&DataConfig) -> bool;

/// The keys that only some sources read, each with whether it is given. All other keys are every source's.
pub const OWN_KEYS: &[(&str, Given)] = &[
    ("path", |config| !config.path.is_empty()),
    ("test", |config| config.test != DEFAULT_TEST),
    ("header", |config| config.header.is_some()),
    ("delimiter", |config| config.delimiter.is_some()),
    ("target", |config| config.target != Target::Last),
    ("channels", |config| config.channels.is_some()),
    ("largest", |config| config.largest.is_some()),
    ("allow_broken", |config| config.allow_broken),
    ("grayscale", |config| config.grayscale.is_some()),
    ("resize", |config| config.resize.is_some()),
    ("examples", |config| config.examples.is_some()),
    ("noise", |config| config.noise.is_some()),
    ("dimensions", |config| config.dimensions.is_some()),
    ("coefficients", |config| config.coefficients.is_some()),
];

const DEFAULT_TEST: Portion = Portion::Fraction(0.2);

impl DataConfig {
    /// Reads the section. What depends on its source, [`crate::data::check`] looks at.
    pub(crate) fn read(table: &Table) -> Result<DataConfig, Error> {
        let config = DataConfig {
            source: table.string("source")?.unwrap_or("").to_string(),
            path: table.string("path")?.unwrap_or("").to_string(),
            dev: portion(table, "dev")?.unwrap_or(Portion::Fraction(0.1)),
            test: portion(table, "test")?.unwrap_or(DEFAULT_TEST),
            normalize: normalize(table)?,
            mean: table.numbers("mean", ..)?,
            deviation: table.numbers("deviation", POSITIVE)?,
            label_noise: table.number("label_noise", FRACTION)?.unwrap_or(0.0),
            label_noise_in: Part::read_list(table, "label_noise_in", &[Part::Train, Part::Dev, Part::Test])?
                .unwrap_or(vec![Part::Train]),
            train_limit: table.integer("train_limit", ..)?.unwrap_or(0),
            train_subset: match table.choice("train_subset", &["first", "random"])? {
                Some("random") => Subset::Random,
                _ => Subset::First,
            },
            header: table.boolean("header")?,
            delimiter: delimiter(table)?,
            target: table.value("target").map_or(Ok(Target::Last), target)?,
            channels: channels(table)?,
            largest: table.integer("largest", 1..)?.map(|bytes| bytes as u64),
            allow_broken: table.boolean("allow_broken")?.unwrap_or(false),
            grayscale: table.boolean("grayscale")?,
            resize: resize(table)?,
            augment: augment(table)?,
            shape: table.integers("shape", 1..=LARGEST_EXTENT)?,
            classes: table.integer("classes", 1..=LARGEST_EXTENT)?,
            examples: table.integer("examples", 1..=LARGEST_EXTENT)?,
            noise: table.number("noise", NOT_NEGATIVE)?,
            dimensions: table.integer("dimensions", 1..=LARGEST_EXTENT)?,
            coefficients: coefficients(table)?,
            features: table.table("features")?.map(Features::read).transpose()?,
            places: Places::of(table),
        };
        table.finish()?;
        if let Some(shape) = &config.shape
            && let elements = shape.iter().fold(1, |product: usize, &extent| product.saturating_mul(extent))
            && (shape.is_empty() || elements > LARGEST_EXTENT)
        {
            let message = format!("an example has 1 to {LARGEST_EXTENT} numbers, and not {elements}");
            let error =
                table.error("shape", if shape.is_empty() { "an example has a number at least" } else { &message });
            return Err(error.help("such as shape = [3, 32, 32]: channels, height, width"));
        }
        if config.label_noise > 0.0 && config.label_noise_in.is_empty() {
            let error = table.error("label_noise_in", "labels are to be wrong, but in no part");
            return Err(error.help("name \"train\", \"dev\" or \"test\", or leave it out"));
        }
        if config.mean.is_some() != config.deviation.is_some() {
            let key = if config.mean.is_some() { "mean" } else { "deviation" };
            return Err(table.error(key, "mean and deviation are given together or not at all"));
        }
        if config.mean.is_some() && !matches!(config.normalize, Normalize::Unit | Normalize::Auto) {
            let error = table.error("mean", "mean and deviation are those of pixels from 0 to 1");
            return Err(error.help("leave normalize out, or set it to \"unit\""));
        }
        if let (Target::Named(name), false) = (&config.target, config.header.unwrap_or(true)) {
            let message = format!("the column `{name}` can't be found without a header");
            return Err(table
                .error("target", message)
                .help("set header = true, or give \"first\", \"last\" or the column's index from 0"));
        }
        Ok(config)
    }
}

fn portion(table: &Table, key: &str) -> Result<Option<Portion>, Error> {
    let Some(value) = table.value(key) else {
        return Ok(None);
    };
    let wanted = "a count of examples or a share of at least 0 and below 1";
    match value.kind {
        Kind::Integer(_) => value.integer(key, ..).map(Portion::Count),
        _ => value.number(key, FRACTION).map(Portion::Fraction),
    }
    .map(Some)
    .map_err(|_| value.mismatch(key, wanted))
}

fn coefficients(table: &Table) -> Result<Option<Vec<f64>>, Error> {
    let coefficients = table.numbers("coefficients", ..)?;
    if coefficients.as_ref().is_some_and(Vec::is_empty) {
        let error = table.error("coefficients", "a polynomial has one at least");
        return Err(error.help("such as coefficients = [0.5, 0.5, -1.5]: that of x⁰ first"));
    }
    Ok(coefficients)
}

fn delimiter(table: &Table) -> Result<Option<char>, Error> {
    let Some(text) = table.string("delimiter")? else {
        return Ok(None);
    };
    match text.as_bytes() {
        &[byte] if byte.is_ascii_punctuation() && byte != b'"' || byte == b'\t' || byte == b' ' => {
            Ok(Some(byte.into()))
        }
        _ => {
            let error = table.error("delimiter", format!("{text:?} is not one character that stands between columns"));
            Err(error.help("take \",\", \";\", \"\\t\" or \"|\", or leave it out"))
        }
    }
}

fn resize(table: &Table) -> Result<Option<[usize; 2]>, Error> {
    let Some(sizes) = table.integers("resize", 1..=LARGEST_SIDE)? else {
        return Ok(None);
    };
    let [height, width] = sizes[..] else {
        return Err(table.error("resize", "a height and a width are wanted: resize = [32, 32]"));
    };
    Ok(Some([height, width]))
}

fn channels(table: &Table) -> Result<Option<Channels>, Error> {
    let choice = table.choice("channels", &["first", "last"])?;
    Ok(choice.map(|choice| if choice == "first" { Channels::First } else { Channels::Last }))
}

fn augment(table: &Table) -> Result<Option<Augment>, Error> {
    let Some(keys) = table.table("augment")? else {
        return Ok(None);
    };
    let augment = Augment {
        crop: keys.integer("crop", 0..=LARGEST_SIDE)?.unwrap_or(0),
        flip: keys.boolean("flip")?.unwrap_or(false),
        cutout: keys.integer("cutout", 0..=LARGEST_SIDE)?.unwrap_or(0),
    };
    keys.finish()?;
    Ok(Some(augment))
}

fn normalize(table: &Table) -> Result<Normalize, Error> {
    let choice = table.choice("normalize", &["auto", "none", "unit", "standard"])?;
    Ok(match choice {
        Some("none") => Normalize::None,
        Some("unit") => Normalize::Unit,
        Some("standard") => Normalize::Standard,
        _ => Normalize::Auto,
    })
}

fn target(value: &Value) -> Result<Target, Error> {
    match &value.kind {
        Kind::Integer(_) => value.integer("target", ..).map(Target::Index),
        Kind::String(name) => Ok(match name.as_str() {
            "last" => Target::Last,
            "first" => Target::First,
            _ => Target::Named(name.clone()),
        }),
        _ => {
            let wanted = "\"last\", \"first\", a column's name or its index from 0";
            Err(value.mismatch("target", wanted))
        }
    }
}
