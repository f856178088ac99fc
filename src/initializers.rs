//! How parameters begin. The lecture names none: the default is He for ReLU-like activations and
//! Glorot otherwise ([`crate::activations::Activation::initializer`]); biases begin at 0. The names and their meanings are Keras's where Keras has
//! them: its `he_normal` and the like are truncated, PyTorch's `kaiming_normal` is not.

use rand::{RngExt, distr::Distribution};

use crate::{config, random::Stream};

/// A rule for first values.
#[derive(Clone, Copy)]
pub struct Initializer {
    /// The name in configs.
    pub name: &'static str,
    /// The distribution, with its source.
    pub formula: &'static str,
    /// The keys of its numbers in a table: `{ type = "normal", deviation = 0.01 }`.
    pub keys: &'static [&'static str],
    /// The numbers, in the order of the keys; the defaults in [`ALL`].
    pub numbers: [f64; 2],
    /// The fans where they are not those of the tensor itself: a bias has its weight's.
    pub fans: Option<Fans>,
    /// The values of a tensor of this shape.
    draw: fn(&Initializer, &[usize], &mut Stream, &mut [f32]),
}

/// How many connections a weight's input and output have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fans {
    /// Into one output.
    pub r#in: f64,
    /// Out of one input.
    pub out: f64,
}

impl Fans {
    /// Of a PyTorch-shaped tensor: [out, in, kernel…]. A bias has what it is itself.
    pub fn of(shape: &[usize]) -> Self {
        // In f64 no product of extents overflows: whether it is too large for a tensor is asked elsewhere.
        let receptive: f64 = shape.iter().skip(2).map(|&extent| extent as f64).product();
        let out = shape.first().map_or(1.0, |&out| out as f64 * receptive);
        let r#in = shape.get(1).map_or(out, |&inputs| inputs as f64 * receptive);
        Fans { r#in, out }
    }
}

/// Every initializer.
pub const ALL: &[Initializer] = &[
    ZEROS,
    ONES,
    CONSTANT,
    UNIFORM,
    NORMAL,
    GLOROT_UNIFORM,
    GLOROT_NORMAL,
    HE_UNIFORM,
    HE_NORMAL,
    LECUN_UNIFORM,
    LECUN_NORMAL,
    KAIMING_NORMAL,
    PYTORCH,
    ORTHOGONAL,
];

/// 0
pub const ZEROS: Initializer = plain("zeros", "0", |_, _, _, values| values.fill(0.0));

/// 1
pub const ONES: Initializer = plain("ones", "1", |_, _, _, values| values.fill(1.0));

/// A number, 0 if it is not given.
pub const CONSTANT: Initializer = Initializer {
    keys: &["value"],
    ..plain("constant", "value", |own, _, _, values| values.fill(own.numbers[0] as f32))
};

/// U(low, high); Keras's ±0.05 if they are not given.
pub const UNIFORM: Initializer = Initializer {
    keys: &["low", "high"],
    numbers: [-0.05, 0.05],
    ..plain("uniform", "U(low, high)", |own, _, stream, values| {
        let [low, high] = own.numbers;
        values.fill_with(|| (low + (high - low) * stream.random::<f64>()) as f32);
    })
};

/// N(mean, deviation²), N(0, 1) if they are not given.
pub const NORMAL: Initializer = Initializer {
    keys: &["deviation", "mean"],
    numbers: [1.0, 0.0],
    ..plain("normal", "N(mean, deviation^2)", |own, _, stream, values| {
        let [deviation, mean] = own.numbers;
        values.fill_with(|| (mean + deviation * standard_normal(stream)) as f32);
    })
};

/// U(±√(6 / (in + out))): Glorot and Bengio, "Understanding the difficulty of training deep
/// feedforward neural networks", 2010.
pub const GLOROT_UNIFORM: Initializer =
    plain("glorot_uniform", "U(+-sqrt(6 / (in + out))), Glorot and Bengio 2010", |own, shape, stream, values| {
        let fans = own.fans(shape);
        symmetric((6.0 / (fans.r#in + fans.out)).sqrt(), stream, values);
    });

/// Variance 2 / (in + out), truncated: Glorot and Bengio, 2010.
pub const GLOROT_NORMAL: Initializer = plain(
    "glorot_normal",
    "N(0, 2 / (in + out)) truncated at 2 deviations, Glorot and Bengio 2010",
    |own, shape, stream, values| {
        let fans = own.fans(shape);
        truncated((2.0 / (fans.r#in + fans.out)).sqrt(), stream, values);
    },
);

/// U(±√(6 / in)): He et al., "Delving deep into rectifiers", 2015.
pub const HE_UNIFORM: Initializer =
    plain("he_uniform", "U(+-sqrt(6 / in)), He et al. 2015", |own, shape, stream, values| {
        symmetric((6.0 / own.fans(shape).r#in).sqrt(), stream, values);
    });

/// Variance 2 / in, truncated: He et al., 2015.
pub const HE_NORMAL: Initializer =
    plain("he_normal", "N(0, 2 / in) truncated at 2 deviations, He et al. 2015", |own, shape, stream, values| {
        truncated((2.0 / own.fans(shape).r#in).sqrt(), stream, values)
    });

/// U(±√(3 / in)): LeCun et al., "Efficient backprop", 1998.
pub const LECUN_UNIFORM: Initializer =
    plain("lecun_uniform", "U(+-sqrt(3 / in)), LeCun et al. 1998", |own, shape, stream, values| {
        symmetric((3.0 / own.fans(shape).r#in).sqrt(), stream, values);
    });

/// Variance 1 / in, truncated: LeCun et al., 1998; selu's.
pub const LECUN_NORMAL: Initializer =
    plain("lecun_normal", "N(0, 1 / in) truncated at 2 deviations, LeCun et al. 1998", |own, shape, stream, values| {
        truncated((1.0 / own.fans(shape).r#in).sqrt(), stream, values)
    });

/// N(0, 2 / in), not truncated: He et al., 2015, as PyTorch has it.
pub const KAIMING_NORMAL: Initializer =
    plain("kaiming_normal", "N(0, 2 / in), PyTorch", |own, shape, stream, values| {
        let deviation = (2.0 / own.fans(shape).r#in).sqrt();
        values.fill_with(|| (deviation * standard_normal(stream)) as f32);
    });

/// U(±1/√in), for a bias with its weight's in: what PyTorch's linear and convolutional layers begin with.
pub const PYTORCH: Initializer = plain(
    "pytorch",
    "U(+-1 / sqrt(in)), for a bias with its weight's in: PyTorch's default",
    |own, shape, stream, values| symmetric(own.fans(shape).r#in.sqrt().recip(), stream, values),
);

/// Rows, or columns if there are fewer, that are orthogonal and of length gain: Saxe, McClelland and
/// Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks",
/// 2014. By Gram-Schmidt, modified and done twice.
pub const ORTHOGONAL: Initializer = Initializer {
    keys: &["gain"],
    numbers: [1.0, 0.0],
    ..plain("orthogonal", "orthogonal rows or columns, Saxe et al. 2014", |own, shape, stream, values| {
        orthogonal(own.numbers[0], shape, stream, values);
    })
};

const fn plain(
    name: &'static str,
    formula: &'static str,
    draw: fn(&Initializer, &[usize], &mut Stream, &mut [f32]),
) -> Initializer {
    Initializer { name, formula, keys: &[], numbers: [0.0; 2], fans: None, draw }
}

impl Initializer {
    /// First values for a tensor of this shape.
    pub fn draw(&self, shape: &[usize], stream: &mut Stream, values: &mut [f32]) {
        (self.draw)(self, shape, stream, values);
    }

    /// The same rule for the bias of a weight of this shape, whose fans it takes.
    pub fn for_bias_of(self, weight: &[usize]) -> Initializer {
        Initializer { fans: Some(Fans::of(weight)), ..self }
    }

    /// As a config names it: its name, or a table where it has numbers.
    pub fn to_toml(&self) -> toml::Value {
        if self.keys.is_empty() {
            return self.name.into();
        }
        let numbers = self.keys.iter().zip(self.numbers).map(|(&key, number)| (key.to_owned(), number.into()));
        toml::Table::from_iter([("type".to_owned(), self.name.into())].into_iter().chain(numbers)).into()
    }

    fn fans(&self, shape: &[usize]) -> Fans {
        self.fans.unwrap_or(Fans::of(shape))
    }
}

fn symmetric(limit: f64, stream: &mut Stream, values: &mut [f32]) {
    values.fill_with(|| (limit * (2.0 * stream.random::<f64>() - 1.0)) as f32);
}

fn standard_normal(stream: &mut Stream) -> f64 {
    rand_distr::StandardNormal.sample(stream)
}

/// A normal distribution's share of its deviation once it is cut off at ±2.
const TRUNCATED: f64 = 0.879_625_661_034_239_8;

/// This deviation after numbers beyond two of the normal distribution's are drawn anew.
fn truncated(deviation: f64, stream: &mut Stream, values: &mut [f32]) {
    values.fill_with(|| {
        let mut draws = std::iter::repeat_with(|| standard_normal(stream));
        let value = draws.find(|value| value.abs() <= 2.0).expect("19 of 20 numbers are within two deviations");
        (value * deviation / TRUNCATED) as f32
    });
}

fn orthogonal(gain: f64, shape: &[usize], stream: &mut Stream, values: &mut [f32]) {
    let rows = shape.first().copied().unwrap_or(1).max(1);
    let columns = values.len() / rows;
    // The shorter side's vectors are made orthogonal.
    let (count, length) = (rows.min(columns), rows.max(columns));
    let mut vectors: Vec<Vec<f64>> = vec![];
    while vectors.len() < count {
        let mut vector: Vec<f64> = (0..length).map(|_| standard_normal(stream)).collect();
        for other in vectors.iter().chain(&vectors) {
            let share: f64 = vector.iter().zip(other).map(|(a, b)| a * b).sum();
            vector.iter_mut().zip(other).for_each(|(a, b)| *a -= share * b);
        }
        let norm = vector.iter().map(|a| a * a).sum::<f64>().sqrt();
        // One that lay among the others, which never happens, is drawn anew.
        if norm > 1e-6 {
            vectors.push(vector.into_iter().map(|a| a / norm).collect());
        }
    }
    for (at, value) in values.iter_mut().enumerate() {
        let (row, column) = (at / columns, at % columns);
        *value = (gain * if rows <= columns { vectors[row][column] } else { vectors[column][row] }) as f32;
    }
}

/// Reads the optional key of an initializer: a name, or a table with the name as its `type` and the
/// initializer's own numbers.
///
/// # Errors
/// An unknown name, with the nearest right one; unknown or wrong numbers.
pub fn read(table: &config::Table, key: &str) -> Result<Option<Initializer>, config::Error> {
    let names: Vec<&str> = ALL.iter().map(|initializer| initializer.name).collect();
    let named = |name: &str| *ALL.iter().find(|initializer| initializer.name == name).expect("one of the names");
    match table.value(key) {
        None => Ok(None),
        Some(value) if matches!(value.kind, config::Kind::Table(_)) => {
            let table = value.table(key)?;
            let mut initializer = named(table.require_choice("type", &names)?);
            for (&key, number) in initializer.keys.iter().zip(&mut initializer.numbers) {
                *number = table.number(key, ..)?.unwrap_or(*number);
            }
            table.finish()?;
            if initializer.name == UNIFORM.name && initializer.numbers[0] >= initializer.numbers[1] {
                return Err(table.error("low", "`low` must be below `high`"));
            }
            Ok(Some(initializer))
        }
        Some(value) => Ok(Some(named(value.choice(key, &names)?))),
    }
}

impl std::fmt::Debug for Initializer {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests;
