//! Maps of features: what an example's numbers become before they are scaled and a network sees them.

use std::f64::consts::TAU;

use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use super::dataset::{Inputs, Origin};
use super::error::DataError;
use super::source::{Examples, Request};
use crate::config::Features;
use crate::random::{Purpose, Stream};

/// The maps: name, formula, keys.
pub(crate) const MAPS: &[[&str; 3]] = &[
    ["polynomial", "`x₁, x₁², …, x₁^degree, x₂, …`", "`degree`"],
    [
        "fourier",
        "`√(2/count)·cos(w·x + b)`, w from the normal distribution with the deviation 1/bandwidth, b from 0 to 2π: drawn from \
         the seed (Rahimi and Recht, 2007)",
        "`count`, `bandwidth = 1.0`",
    ],
];

/// A map with all that its numbers depend on: a run keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeatureMap {
    /// Which one.
    pub features: Features,
    /// How many numbers an example has before.
    pub inputs: usize,
    /// What a random one is drawn from.
    pub seed: u64,
}

/// What `x` is multiplied by and moved by in a random map.
pub(crate) struct Waves {
    /// `[count, inputs]`.
    pub weights: Vec<f64>,
    /// `[count]`.
    pub offsets: Vec<f64>,
}

impl FeatureMap {
    /// The map of examples of this shape.
    ///
    /// # Errors
    /// They are no columns, or would become too many features.
    pub(super) fn of(features: Features, shape: &[usize], seed: u64) -> Result<FeatureMap, String> {
        let &[inputs] = shape else {
            return Err(format!("a map of features is for the columns of tables, and the examples are {shape:?}"));
        };
        let map = FeatureMap { features, inputs, seed };
        match map.width() {
            0 => Err(format!("{inputs} columns would become too many features")),
            _ => Ok(map),
        }
    }

    /// How many numbers an example has behind it; 0 if they are too many.
    pub fn width(&self) -> usize {
        self.features.width(self.inputs).unwrap_or(0)
    }

    /// The random numbers of a Fourier map, each feature's from a stream of its own: those of few are the first of many.
    pub(crate) fn waves(&self, count: usize, bandwidth: f64) -> Waves {
        let mut waves = Waves { weights: vec![], offsets: vec![] };
        for feature in 0..count as u32 {
            let mut stream = Stream::new(self.seed, Purpose::Features.stream(0), feature);
            waves.offsets.push(TAU * f64::from(stream.uniform()));
            let weight = |_| StandardNormal.sample(&mut stream);
            waves.weights.extend((0..self.inputs).map(weight).map(|normal: f64| normal / bandwidth));
        }
        waves
    }

    /// Maps all examples.
    ///
    /// # Errors
    /// Pixels; a feature beyond 32 bits, with its example; more features than there is room for.
    pub fn apply(&self, inputs: &Inputs, origin: &Origin) -> Result<Inputs, DataError> {
        let Inputs::Floats(values) = inputs else {
            let message = "pictures of bytes, where data.features maps the numbers of tables";
            return Err(DataError::new(origin.file.as_str(), message));
        };
        if values.is_empty() {
            return Ok(Inputs::Floats(vec![]));
        }
        let (examples, width) = (values.len() / self.inputs.max(1), self.width());
        let mut mapped: Vec<f32> = vec![];
        let room = examples.checked_mul(width).filter(|_| width > 0);
        if room.is_none_or(|numbers| mapped.try_reserve_exact(numbers).is_err()) {
            let message = format!("{examples} examples of {width} features are more than there is room for");
            return Err(DataError::new(origin.file.as_str(), message));
        }
        match self.features {
            Features::Polynomial { degree } => powers(values, degree, &mut mapped),
            Features::Fourier { count, bandwidth } => self.waves(count, bandwidth).apply(values, &mut mapped),
        }
        match mapped.iter().position(|feature| !feature.is_finite()) {
            Some(at) => Err(origin.error(at / width, format!("its feature {} is beyond 32 bits", at % width + 1))),
            None => Ok(Inputs::Floats(mapped)),
        }
    }
}

/// The powers of each number, computed in 64 bits.
fn powers(values: &[f32], degree: usize, mapped: &mut Vec<f32>) {
    for &value in values {
        let x = f64::from(value);
        let mut power = 1.0;
        mapped.extend((0..degree).map(|_| {
            power *= x;
            power as f32
        }));
    }
}

impl Waves {
    /// How high the waves are: then the mean of a feature's square is that of 1/count.
    pub fn scale(&self) -> f64 {
        (2.0 / self.offsets.len() as f64).sqrt()
    }

    fn apply(&self, values: &[f32], mapped: &mut Vec<f32>) {
        let (scale, inputs) = (self.scale(), self.weights.len() / self.offsets.len());
        for x in values.chunks_exact(inputs) {
            let wave = |(weights, offset): (&[f64], &f64)| {
                let turned: f64 = weights.iter().zip(x).map(|(weight, &x)| weight * f64::from(x)).sum();
                (scale * (turned + offset).cos()) as f32
            };
            mapped.extend(self.weights.chunks_exact(inputs).zip(&self.offsets).map(wave));
        }
    }
}

/// Maps examples as a config wants it.
pub(super) fn map(request: &Request<'_>, examples: Examples) -> Result<Examples, DataError> {
    let Some(features) = request.config.features else { return Ok(examples) };
    let wrong = |message: String| DataError::setting(request.config, "features", message);
    if matches!(examples.inputs, Inputs::Bytes { .. }) {
        return Err(wrong("a map of features is for numbers, and these are pixels, from 0 to 255".into()));
    }
    by(FeatureMap::of(features, &examples.shape, request.seed).map_err(wrong)?, examples)
}

/// Maps examples by a map that a run keeps.
pub(super) fn by(map: FeatureMap, examples: Examples) -> Result<Examples, DataError> {
    let inputs = map.apply(&examples.inputs, &examples.origin)?;
    let origin = Origin { map: Some(map), ..examples.origin };
    Ok(Examples { shape: vec![map.width()], inputs, origin, ..examples })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::load;
    use crate::data::tests::config;

    fn apply(features: Features, inputs: usize, values: &[f32]) -> Vec<f32> {
        let map = FeatureMap { features, inputs, seed: 3 };
        let Inputs::Floats(mapped) = map.apply(&Inputs::Floats(values.to_vec()), &Origin::default()).unwrap() else {
            panic!("features are numbers");
        };
        mapped
    }

    #[test]
    fn powers_are_of_each_column_in_turn() {
        let mapped = apply(Features::Polynomial { degree: 3 }, 2, &[2.0, -0.5, 0.0, 1.0]);
        assert_eq!(mapped, [2.0, 4.0, 8.0, -0.5, 0.25, -0.125, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
    }

    #[test]
    fn a_power_beyond_32_bits_is_an_error_with_its_example() {
        let map = FeatureMap { features: Features::Polynomial { degree: 4 }, inputs: 1, seed: 0 };
        let origin = Origin { file: "t.csv".into(), lines: vec![2, 5], ..Origin::default() };
        let error = map.apply(&Inputs::Floats(vec![1.0, 1e13]), &origin).unwrap_err().to_string();
        assert_eq!(error, "t.csv, row 5: its feature 3 is beyond 32 bits");
    }

    /// The mean of the products over many features is the kernel exp(−|x − y|²/(2·bandwidth²)): Rahimi and Recht.
    #[test]
    fn products_of_fourier_features_are_the_kernel() {
        const COUNT: usize = 20_000;
        let (x, y) = ([0.3_f32, -1.0, 2.0], [1.0_f32, 0.5, 1.5]);
        let square: f32 = x.iter().zip(&y).map(|(x, y)| (x - y) * (x - y)).sum();
        for bandwidth in [0.5, 2.0] {
            let mapped = apply(Features::Fourier { count: COUNT, bandwidth }, 3, &[x, y].concat());
            let product: f32 = mapped[..COUNT].iter().zip(&mapped[COUNT..]).map(|(x, y)| x * y).sum();
            let kernel = (-f64::from(square) / (2.0 * bandwidth * bandwidth)).exp();
            // The deviation of a product of two waves is below 1.
            let error = 4.0 / (COUNT as f64).sqrt();
            assert!((f64::from(product) - kernel).abs() < error, "{bandwidth}: {product} {kernel}");
        }
        let few = apply(Features::Fourier { count: 2, bandwidth: 0.5 }, 3, &x);
        let many = apply(Features::Fourier { count: 8, bandwidth: 0.5 }, 3, &x);
        assert!(few.iter().zip(&many).all(|(few, many)| (few - 2.0 * many).abs() < 1e-6), "{few:?} {many:?}");
    }

    #[test]
    fn a_map_comes_before_the_scale() {
        let powers = "features={map='polynomial',degree=2}";
        let sine = load(&config("sine", &[powers, "examples=40"]), false, 7).unwrap();
        let plain = load(&config("sine", &["normalize=none", "examples=40"]), false, 7).unwrap();
        assert_eq!((&sine.shape[..], sine.origin.map.map(|map| map.inputs)), (&[2][..], Some(1)));
        assert_eq!(sine.train, plain.train);
        // Each power has mean 0 and deviation 1 over the training set.
        let mut features = [0.0; 2];
        let mut squares = [0.0; 2];
        for &example in &sine.train {
            sine.normalized(example, &mut features);
            assert_eq!(sine.inputs.get(2 * example as usize + 1), plain.inputs.get(example as usize).powi(2));
            (0..2).for_each(|at| squares[at] += f64::from(features[at]).powi(2) / sine.train.len() as f64);
        }
        assert!(squares.iter().all(|square| (square - 1.0).abs() < 1e-4), "{squares:?}");
        // The same data by their fingerprint, whatever they are mapped to.
        assert_eq!(sine.origin.fingerprint, plain.origin.fingerprint);
    }

    #[test]
    fn only_columns_of_numbers_are_mapped() {
        let powers = "features={map='polynomial',degree=2}";
        let error = load(&config("digits", &[powers]), true, 7).unwrap_err().to_string();
        assert!(error.contains("data.features: a map of features is for numbers, and these are pixels"), "{error}");
    }
}
