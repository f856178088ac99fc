//! How parameters begin. The lecture names none: the default is He for ReLU-like activations and
//! Glorot otherwise; biases begin at 0.

use rand::distr::Distribution;

use crate::{activations::Activation, config, random::Stream};

/// A rule for first values.
#[derive(Clone, Copy)]
pub struct Initializer {
    /// The name in configs.
    pub name: &'static str,
    /// The distribution, with its source.
    pub formula: &'static str,
    /// The values of one tensor.
    pub draw: fn(Fans, &mut Stream, &mut [f32]),
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
        let receptive: usize = shape.iter().skip(2).product();
        let out = shape.first().map_or(1, |&out| out * receptive);
        let r#in = shape.get(1).map_or(out, |&inputs| inputs * receptive);
        Fans { r#in: r#in as f64, out: out as f64 }
    }
}

/// Every initializer.
pub const ALL: &[Initializer] = &[ZEROS, ONES, GLOROT_UNIFORM, GLOROT_NORMAL, HE_UNIFORM, HE_NORMAL];

/// 0
pub const ZEROS: Initializer = Initializer { name: "zeros", formula: "0", draw: |_, _, values| values.fill(0.0) };

/// 1
pub const ONES: Initializer = Initializer { name: "ones", formula: "1", draw: |_, _, values| values.fill(1.0) };

/// U(±√(6 / (in + out))): Glorot and Bengio, "Understanding the difficulty of training deep
/// feedforward neural networks", 2010.
pub const GLOROT_UNIFORM: Initializer = Initializer {
    name: "glorot_uniform",
    formula: "U(+-sqrt(6 / (in + out))), Glorot and Bengio 2010",
    draw: |fans, stream, values| uniform((6.0 / (fans.r#in + fans.out)).sqrt(), stream, values),
};

/// N(0, 2 / (in + out)): Glorot and Bengio, 2010.
pub const GLOROT_NORMAL: Initializer = Initializer {
    name: "glorot_normal",
    formula: "N(0, 2 / (in + out)), Glorot and Bengio 2010",
    draw: |fans, stream, values| normal((2.0 / (fans.r#in + fans.out)).sqrt(), stream, values),
};

/// U(±√(6 / in)): He et al., "Delving deep into rectifiers", 2015.
pub const HE_UNIFORM: Initializer = Initializer {
    name: "he_uniform",
    formula: "U(+-sqrt(6 / in)), He et al. 2015",
    draw: |fans, stream, values| uniform((6.0 / fans.r#in).sqrt(), stream, values),
};

/// N(0, 2 / in): He et al., 2015.
pub const HE_NORMAL: Initializer = Initializer {
    name: "he_normal",
    formula: "N(0, 2 / in), He et al. 2015",
    draw: |fans, stream, values| normal((2.0 / fans.r#in).sqrt(), stream, values),
};

fn uniform(limit: f64, stream: &mut Stream, values: &mut [f32]) {
    let distribution = rand_distr::Uniform::new(-limit, limit).expect("a positive limit");
    values.fill_with(|| distribution.sample(stream) as f32);
}

fn normal(deviation: f64, stream: &mut Stream, values: &mut [f32]) {
    let distribution = rand_distr::Normal::new(0.0, deviation).expect("a positive deviation");
    values.fill_with(|| distribution.sample(stream) as f32);
}

/// What a weight begins with when the config does not say.
pub fn default_for(activation: Option<&Activation>) -> Initializer {
    match activation {
        Some(activation) if activation.name.ends_with("elu") => HE_UNIFORM,
        _ => GLOROT_UNIFORM,
    }
}

/// Reads the optional key of an initializer.
///
/// # Errors
/// An unknown name, with the nearest right one.
pub fn read(table: &config::Table, key: &str) -> Result<Option<Initializer>, config::Error> {
    let names: Vec<&str> = ALL.iter().map(|initializer| initializer.name).collect();
    let name = table.choice(key, &names)?;
    Ok(name.and_then(|name| ALL.iter().find(|initializer| initializer.name == name)).copied())
}

impl std::fmt::Debug for Initializer {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
