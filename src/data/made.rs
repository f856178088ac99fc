//! Data sets that are made up from the config's seed: there are no files.
//!
//! Every example has a stream of its own, so that the first of many are those of few. In front of all noise, classes take
//! turns: the example i is of the class i mod n.

pub(super) mod circles;
pub(super) mod clusters;
pub(super) mod moons;
pub(super) mod polynomial;
pub(super) mod sine;
pub(super) mod spiral;

use rand_distr::{Distribution, StandardNormal};

use super::dataset::{Inputs, Origin, Targets, numbers};
use super::error::DataError;
use super::signature::Predicted;
use super::source::{Examples, Known, Request, Source};
use crate::config::{DataConfig, Error};
use crate::random::{Purpose, Stream};

/// How many examples there are where `data.examples` is left out.
const EXAMPLES: usize = 1000;
/// Numbers of all inputs together at most: a gigabyte.
const MOST: usize = 1 << 28;

/// How a source makes its examples up, with the values that its keys have where they are left out.
#[derive(Debug)]
pub struct Made {
    /// `data.noise`: the standard deviation of what is added to the target, or to each input of an example of a class.
    pub noise: f64,
    /// How many inputs an example has; `data.dimensions` where the source reads it.
    pub dimensions: usize,
    /// `data.coefficients`, where the source reads it.
    pub coefficients: &'static [f64],
    /// Draws an example without its noise.
    pub draw: Draw,
}

/// Draws the inputs of an example.
#[derive(Debug)]
pub enum Draw {
    /// And gives its target, a number.
    Value(fn(&Wanted, &mut Stream, &mut [f64]) -> f64),
    /// Of an example of a class.
    Class {
        /// How many classes there are; `data.classes` says otherwise.
        count: usize,
        /// Whether there can't be others.
        fixed: bool,
        /// Draws one of a class.
        draw: fn(&Wanted, usize, &mut Stream, &mut [f64]),
    },
}

/// What is wanted of a source: its keys, complete.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// All is drawn from it.
    pub seed: u64,
    /// How many examples.
    pub examples: usize,
    /// The standard deviation of the noise.
    pub noise: f64,
    /// Inputs of an example.
    pub dimensions: usize,
    /// A polynomial's, that of x⁰ first.
    pub coefficients: Vec<f64>,
    /// Classes; 0 where targets are numbers.
    pub classes: usize,
}

impl Made {
    fn wanted(&self, config: &DataConfig, seed: u64) -> Wanted {
        let classes = match self.draw {
            Draw::Value(_) => 0,
            Draw::Class { count, .. } => config.classes.unwrap_or(count),
        };
        Wanted {
            seed,
            examples: config.examples.unwrap_or(EXAMPLES),
            noise: config.noise.unwrap_or(self.noise),
            dimensions: config.dimensions.unwrap_or(self.dimensions),
            coefficients: config.coefficients.clone().unwrap_or(self.coefficients.to_vec()),
            classes,
        }
    }

    /// A key's value where it is left out, as a config writes it.
    pub(crate) fn default(&self, key: &str) -> Option<String> {
        Some(match key {
            "examples" => EXAMPLES.to_string(),
            "noise" => self.noise.to_string(),
            "dimensions" => self.dimensions.to_string(),
            "coefficients" => format!("{:?}", self.coefficients),
            _ => return None,
        })
    }
}

/// The source of a config, if it is a made-up one.
fn of(config: &DataConfig) -> Option<(&'static Source, &'static Made)> {
    let source = Source::named(&config.source)?;
    Some((source, source.made?))
}

/// Writes into a config what its source does where keys are left out: a run keeps to it.
pub(crate) fn settle(config: &mut DataConfig) {
    let Some((source, made)) = of(config) else { return };
    let Wanted { examples, noise, dimensions, coefficients, classes, .. } = made.wanted(config, 0);
    (config.examples, config.noise) = (Some(examples), Some(noise));
    if source.keys.contains(&"dimensions") {
        config.dimensions = Some(dimensions);
    }
    if source.keys.contains(&"coefficients") {
        config.coefficients = Some(coefficients);
    }
    if classes > 0 {
        config.classes = Some(classes);
    }
}

/// Whether a config asks for what its source can make.
pub(super) fn check(config: &DataConfig) -> Result<(), Error> {
    let Some((source, made)) = of(config) else { return Ok(()) };
    let (name, error) = (source.name, |key: &str, what| Error::new(&config.places.place("data", key), what));
    let wanted = made.wanted(config, 0);
    match made.draw {
        Draw::Value(_) if config.classes.is_some() => {
            return Err(error("classes", format!("the targets of `{name}` are numbers")).help("leave it out"));
        }
        Draw::Class { count, fixed: true, .. } if wanted.classes != count => {
            return Err(error("classes", format!("`{name}` has {count}")).help("leave it out"));
        }
        _ => {}
    }
    if wanted.examples.saturating_mul(wanted.dimensions) > MOST {
        let what = format!("{} examples of {} numbers are more than {MOST}", wanted.examples, wanted.dimensions);
        return Err(error(if config.dimensions.is_some() { "dimensions" } else { "examples" }, what));
    }
    Ok(())
}

/// What is known of a made-up source.
pub(super) fn known(config: &DataConfig) -> Option<Known> {
    let (_, made) = of(config)?;
    let wanted = made.wanted(config, 0);
    let targets = match wanted.classes {
        0 => Predicted::Values { width: 1 },
        count => Predicted::Classes { count, names: Some(numbers(count)) },
    };
    Some(Known { shape: vec![wanted.dimensions], targets, examples: wanted.examples, test: None })
}

/// Makes the examples of a config up.
pub(super) fn load(request: &Request<'_>) -> Result<Examples, DataError> {
    let (source, made) = of(request.config).expect("it is made up");
    let wanted = made.wanted(request.config, request.seed);
    let (mut inputs, mut values, mut labels) = (vec![], vec![], vec![]);
    inputs
        .try_reserve_exact(wanted.examples * wanted.dimensions)
        .map_err(|failure| DataError::setting(request.config, "examples", failure.to_string()))?;
    let mut x = vec![0.0; wanted.dimensions];
    for example in 0..wanted.examples {
        let mut stream = Stream::new(wanted.seed, Purpose::Synthetic.stream(0), example as u32);
        let mut target = 0.0;
        match made.draw {
            Draw::Value(draw) => {
                target = draw(&wanted, &mut stream, &mut x) + noise(&wanted, &mut stream);
                values.push(target as f32);
            }
            Draw::Class { draw, .. } => {
                let class = example % wanted.classes;
                draw(&wanted, class, &mut stream, &mut x);
                x.iter_mut().for_each(|x| *x += noise(&wanted, &mut stream));
                labels.push(class as u32);
            }
        }
        if let Some(number) = x.iter().chain([&target]).find(|number| !(**number as f32).is_finite()) {
            let message = format!("{number:e} is beyond 32 bits");
            return Err(DataError::new(source.name, message).row(example as u64 + 1));
        }
        inputs.extend(x.iter().map(|&x| x as f32));
    }
    let targets = match wanted.classes {
        0 => Targets::Values { values, width: 1 },
        count => Targets::Classes { labels, count, names: Some(numbers(count)) },
    };
    Ok(Examples {
        shape: vec![wanted.dimensions],
        inputs: Inputs::Floats(inputs),
        targets,
        test: None,
        origin: Origin { file: source.name.into(), ..Origin::default() },
    })
}

/// Noise of the deviation that is wanted.
fn noise(wanted: &Wanted, stream: &mut Stream) -> f64 {
    let normal: f64 = StandardNormal.sample(stream);
    wanted.noise * normal
}

/// A number that is as likely anywhere from `low` to `high`.
fn uniform(stream: &mut Stream, low: f64, high: f64) -> f64 {
    low + (high - low) * f64::from(stream.uniform())
}

#[cfg(test)]
mod tests;
