//! What a figure is, and what it gets to work with.

use std::{
    ops::ControlFlow,
    sync::{Arc, LazyLock},
};

use crate::{
    config::{self, Config},
    device,
    landscape::{Request, Surface},
    report::{Chart, Panel, draw, side_by_side},
    train::{self, EpochRecord, Figures, Observer, Session, Snapshot, Split},
};

/// One of the lecture's figures or claims, as something that runs and may turn out wrong.
pub struct Figure {
    /// The name on the command line.
    pub name: &'static str,
    /// The items of the lecture that it shows; see `gradus reproduce --list`.
    pub items: &'static [u8],
    /// Which of the lecture's numbered figures it is, such as `fig-5.2`; "" where the slide has no number.
    pub figure: &'static str,
    /// A heading.
    pub title: &'static str,
    /// The formula or the sentence of the lecture, and where it is from.
    pub claim: &'static str,
    /// What `--break` does: with it the verdict must turn.
    pub fault: &'static str,
    /// Computes it.
    pub run: fn(&mut Lab) -> Result<Findings, Failed>,
}

/// How much is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Minutes on two cores.
    Small,
    /// The papers' own settings: hours on a large GPU.
    Full,
}

/// Where a figure is computed.
pub struct Lab<'a> {
    /// All random numbers come from it.
    pub seed: u64,
    /// How much is computed.
    pub scale: Scale,
    /// Whether the figure's fault is put in.
    pub broken: bool,
    trainer: &'a mut dyn Trainer,
}

/// Trains networks for figures: the same graph, plan and session as `train`.
pub trait Trainer {
    /// Trains a config to its end, unless that was done before.
    ///
    /// # Errors
    /// The config, its data or the device are at fault.
    fn train(&mut self, config: Config) -> Result<Cell, Failed>;
    /// The gradients of batches of examples with a config's first weights: nothing is trained.
    ///
    /// # Errors
    /// See [`Trainer::train`].
    fn gradients(&mut self, config: Config, batches: &[Vec<u32>]) -> Result<Vec<Vec<f32>>, Failed>;
    /// What a config's network makes of places, rows of raw inputs, after each of these epochs of its training; see
    /// [`super::places::outputs`].
    ///
    /// # Errors
    /// See [`Trainer::train`].
    fn outputs(&mut self, config: Config, places: &[f32], epochs: &[usize]) -> Result<Vec<Vec<f32>>, Failed>;
    /// The loss around the weights of a config that was trained to its end, unless that was done before.
    ///
    /// # Errors
    /// See [`Trainer::train`].
    fn surfaces(&mut self, config: Config, request: &Request) -> Result<Vec<Surface>, Failed>;
    /// The seconds that a training step of a config takes here.
    ///
    /// # Errors
    /// See [`Trainer::train`].
    fn seconds_per_step(&mut self, config: Config) -> Result<f64, Failed>;
    /// Tells something before it is begun.
    fn announce(&mut self, line: &str);
    /// So many of a figure's parts are done.
    fn progress(&mut self, done: usize, of: usize);
}

/// What came of one training.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Cell {
    /// The mean loss over each epoch, as it was trained on.
    pub losses: Vec<f64>,
    /// What each epoch came to.
    #[serde(default)]
    pub epochs: Vec<EpochFigures>,
    /// The training examples after the last epoch.
    pub train: Option<Figures>,
    /// The development set.
    pub dev: Option<Figures>,
    /// The test set.
    pub test: Option<Figures>,
    /// Parameters of the network.
    pub parameters: usize,
}

/// What an epoch of a training came to, with the weights after it; `train.measure` says what of it is measured.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct EpochFigures {
    /// Updates so far.
    pub step: u64,
    /// The training examples.
    pub train: Option<Figures>,
    /// The development set.
    pub dev: Option<Figures>,
    /// The test set.
    pub test: Option<Figures>,
}

/// Keeps every epoch's loss and figures.
#[derive(Debug, Default)]
pub struct Epochs {
    losses: Vec<f64>,
    figures: Vec<EpochFigures>,
}

impl Observer for Epochs {
    fn epoch(&mut self, record: &EpochRecord, _: &Snapshot) -> Result<ControlFlow<()>, train::Error> {
        let EpochRecord { step, dev, measured, .. } = *record;
        self.losses.push(record.train.loss);
        self.figures.push(EpochFigures { step, train: measured.train, dev, test: measured.test });
        Ok(ControlFlow::Continue(()))
    }
}

impl Cell {
    /// What came of a session that is trained, with what was seen of its epochs.
    ///
    /// # Errors
    /// The device fails.
    pub async fn of(session: &mut Session, Epochs { losses, figures }: Epochs) -> Result<Cell, device::Error> {
        let parameters = session.model().plan().learned.iter().map(|learned| learned.slice.length).sum();
        let train = session.evaluate(Split::Train).await?;
        let dev = session.evaluate(Split::Dev).await?;
        let test = session.evaluate(Split::Test).await?;
        Ok(Cell { losses, epochs: figures, train, dev, test, parameters })
    }

    /// The share of wrong answers on the training examples, as they are labelled.
    pub(crate) fn train_error(&self) -> f64 {
        wrong(self.train)
    }

    /// The share of wrong answers on the test examples.
    pub(crate) fn test_error(&self) -> f64 {
        wrong(self.test)
    }
}

/// The share of wrong answers.
fn wrong(figures: Option<Figures>) -> f64 {
    figures.and_then(|figures| figures.error()).expect("classes, and examples of each split")
}

/// What a figure found.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// The columns of the table.
    pub columns: Vec<String>,
    /// Its rows, as many texts each as there are columns.
    pub rows: Vec<Vec<String>>,
    /// Pictures as SVG, by their file's name without its end.
    pub pictures: Vec<(&'static str, String)>,
    /// Pictures that move, as PNG files with several frames, by their file's name without its end.
    pub animations: Vec<(&'static str, Film)>,
    /// What was to be shown.
    pub claims: Vec<Claim>,
}

/// The bytes of an animation, drawn when they are first asked for.
pub type Film = Arc<LazyLock<Vec<u8>, Box<dyn FnOnce() -> Vec<u8> + Send>>>;

/// One number, and what it must be.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Claim {
    /// What the number is.
    pub text: String,
    /// The number.
    pub value: f64,
    /// Its standard error; 0 where nothing is drawn at random.
    pub error: f64,
    /// What it must be.
    pub need: Need,
}

/// What a number must be.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
    /// No farther from `target` than `tolerance`.
    Near {
        /// What it should be.
        target: f64,
        /// How far it may be from there.
        tolerance: f64,
    },
}

/// Standard errors by which a number must clear its bound.
const ERRORS: f64 = 3.0;

/// Why a figure could not be computed.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// A config that a figure trains is wrong: where a data set is missing, or the device too small.
    #[error("{0}")]
    Training(String),
    /// The run was to stop: the same command goes on.
    #[error("stopped")]
    Stopped(u8),
}

impl From<config::Error> for Failed {
    fn from(error: config::Error) -> Failed {
        Failed::Training(error.to_string())
    }
}

impl<'a> Lab<'a> {
    /// A lab that trains with `trainer`.
    pub fn new(seed: u64, scale: Scale, broken: bool, trainer: &'a mut dyn Trainer) -> Lab<'a> {
        Lab { seed, scale, broken, trainer }
    }

    /// Trains the digits' network with these changes, given as `--set` takes them; each is trained once, however
    /// often it is asked for.
    ///
    /// # Errors
    /// The changes are wrong, or the device is.
    pub fn digits(&mut self, changes: &[String]) -> Result<Cell, Failed> {
        self.trainer.train(Config::default_with(changes)?)
    }

    /// The gradients of batches of the digits, by the examples' numbers, with a network's first weights.
    ///
    /// # Errors
    /// The changes are wrong, or the device is.
    pub fn gradients(&mut self, changes: &[String], batches: &[Vec<u32>]) -> Result<Vec<Vec<f32>>, Failed> {
        self.trainer.gradients(Config::default_with(changes)?, batches)
    }

    /// Trains a config to its end; each is trained once, however often it is asked for.
    ///
    /// # Errors
    /// The config is wrong, or the device is.
    pub fn train(&mut self, config: Config) -> Result<Cell, Failed> {
        self.trainer.train(config)
    }

    /// What a config's network makes of places after each of these epochs, `[places, outputs]`.
    ///
    /// # Errors
    /// The config is wrong, or the device is.
    pub fn outputs(&mut self, config: Config, places: &[f32], epochs: &[usize]) -> Result<Vec<Vec<f32>>, Failed> {
        self.trainer.outputs(config, places, epochs)
    }

    /// The loss around the weights of a config that was trained to its end.
    ///
    /// # Errors
    /// The config is wrong, or the device is.
    pub fn surfaces(&mut self, config: Config, request: &Request) -> Result<Vec<Surface>, Failed> {
        self.trainer.surfaces(config, request)
    }

    /// The seconds that a training step of a config takes on the device, as some steps have it.
    ///
    /// # Errors
    /// The config is wrong, or the device is.
    pub fn seconds_per_step(&mut self, config: Config) -> Result<f64, Failed> {
        self.trainer.seconds_per_step(config)
    }

    /// Tells something before it is begun, such as how long it will take.
    pub fn announce(&mut self, line: &str) {
        self.trainer.announce(line);
    }

    /// Says that so many parts of the figure are done.
    pub fn progress(&mut self, done: usize, of: usize) {
        self.trainer.progress(done, of);
    }
}

impl Findings {
    /// Findings whose table has these columns.
    pub fn new(columns: &[&str]) -> Findings {
        Findings { columns: columns.iter().map(|&column| column.to_owned()).collect(), ..Findings::default() }
    }

    /// Adds a row to the table.
    pub fn row(&mut self, values: &[&dyn std::fmt::Display]) {
        self.rows.push(values.iter().map(|value| value.to_string()).collect());
    }

    /// Adds a picture of charts below each other.
    pub fn picture(&mut self, name: &'static str, charts: &[Chart]) {
        self.pictures.extend(draw(charts).map(|svg| (name, svg)));
    }

    /// Adds a picture of panels of any kind in rows of so many.
    pub fn panels(&mut self, name: &'static str, panels: &[Panel], columns: usize) {
        self.pictures.extend(side_by_side(panels, columns).map(|svg| (name, svg)));
    }

    /// Adds an animation, which `film` draws.
    pub fn animation(&mut self, name: &'static str, film: impl FnOnce() -> Vec<u8> + Send + 'static) {
        self.animations.push((name, Arc::new(LazyLock::new(Box::new(film)))));
    }

    /// Adds something to be shown: a number with its standard error, and what it must be.
    pub fn claim(&mut self, text: impl Into<String>, (value, error): (f64, f64), need: Need) {
        self.claims.push(Claim { text: text.into(), value, error, need });
    }

    /// Whether all that was to be shown holds.
    pub fn hold(&self) -> bool {
        !self.claims.is_empty() && self.claims.iter().all(Claim::holds)
    }
}

impl Need {
    /// Near a value.
    pub fn near(target: f64, tolerance: f64) -> Need {
        Need::Near { target, tolerance }
    }
}

impl Claim {
    /// Whether the number clears its bound by three standard errors.
    pub fn holds(&self) -> bool {
        let (value, margin) = (self.value, ERRORS * self.error);
        match self.need {
            Need::AtMost(bound) => value + margin <= bound,
            Need::AtLeast(bound) => value - margin >= bound,
            Need::Near { target, tolerance } => (value - target).abs() + margin <= tolerance,
        }
    }
}

impl std::fmt::Display for Need {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Need::AtMost(bound) => write!(f, "at most {}", short(*bound)),
            Need::AtLeast(bound) => write!(f, "at least {}", short(*bound)),
            Need::Near { target, tolerance } => write!(f, "{} ± {}", short(*target), short(*tolerance)),
        }
    }
}

/// A number with no more digits than one reads.
pub fn short(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || !size.is_finite() {
        return format!("{value}");
    }
    // Four digits that say something.
    let digits = 3 - size.log10().floor() as i32;
    match digits {
        -3..=7 => {
            let text = format!("{value:.*}", digits.max(0) as usize);
            if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
        }
        _ => format!("{value:.3e}"),
    }
}
