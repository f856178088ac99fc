//! Whose formula and defaults. The lecture, Keras and PyTorch call different updates by one name:
//! ε stands in other places with other values, the learning rate enters the momentum's buffer or
//! not, a mean of squares begins at 0 or not. A dialect sets all of these; every key overrides it.

use serde::Serialize;

use crate::config;

/// Whose formula and defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// The lecture's.
    #[default]
    Lecture,
    /// Keras 3's.
    Keras,
    /// PyTorch 2's.
    Pytorch,
}

/// Where ε stands beside the root of the squares r.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Placement {
    /// √r + ε
    Outside,
    /// √(r + ε)
    Inside,
    /// Keras's Adam: √r + ε where r still has its bias, so that ε weighs 1/√(1−β₂ᵗ) times as much.
    Uncorrected,
}

/// What a buffer of momentum holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Velocity {
    /// Steps: the learning rate is in it, and an older gradient keeps the rate of its time.
    Step,
    /// Gradients: the learning rate is multiplied when the buffer is used.
    Gradient,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: &[Dialect] = &[Dialect::Lecture, Dialect::Keras, Dialect::Pytorch];

    /// The name in configs.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Lecture => "lecture",
            Dialect::Keras => "keras",
            Dialect::Pytorch => "pytorch",
        }
    }

    /// Reads the key `dialect`.
    pub(super) fn read(table: &config::Table) -> Result<Self, config::Error> {
        let names: Vec<&str> = Dialect::ALL.iter().map(|dialect| dialect.name()).collect();
        let name = table.choice("dialect", &names)?;
        Ok(Dialect::ALL.iter().copied().find(|dialect| Some(dialect.name()) == name).unwrap_or_default())
    }

    /// One of three values: the lecture's, Keras's, PyTorch's.
    pub fn of<T>(self, lecture: T, keras: T, pytorch: T) -> T {
        match self {
            Dialect::Lecture => lecture,
            Dialect::Keras => keras,
            Dialect::Pytorch => pytorch,
        }
    }

    /// What the dialect's momentum buffer holds.
    pub(super) fn velocity(self) -> Velocity {
        self.of(Velocity::Step, Velocity::Step, Velocity::Gradient)
    }
}

impl Placement {
    /// Reads the key `epsilon_placement`.
    pub(super) fn read(table: &config::Table) -> Result<Option<Self>, config::Error> {
        let placement = table.choice("epsilon_placement", &["outside", "inside"])?;
        Ok(placement.map(|name| if name == "inside" { Placement::Inside } else { Placement::Outside }))
    }

    /// ε as the scalars (outside the root, inside it).
    pub(super) fn split(self, epsilon: f64) -> (f64, f64) {
        match self {
            Placement::Inside => (0.0, epsilon),
            Placement::Outside | Placement::Uncorrected => (epsilon, 0.0),
        }
    }

    /// The root of `radicand` with its ε, for formulas.
    pub(super) fn formula(self, radicand: &str, epsilon: f64) -> String {
        match self {
            Placement::Inside => format!("sqrt({radicand} + {epsilon:e})"),
            Placement::Outside | Placement::Uncorrected => format!("(sqrt({radicand}) + {epsilon:e})"),
        }
    }
}

impl Velocity {
    /// Reads the key `velocity`.
    pub(super) fn read(table: &config::Table) -> Result<Option<Self>, config::Error> {
        let velocity = table.choice("velocity", &["step", "gradient"])?;
        Ok(velocity.map(|name| if name == "step" { Velocity::Step } else { Velocity::Gradient }))
    }

    /// (what a gradient is multiplied by on its way into the buffer, what the buffer is multiplied
    /// by on its way into the parameter); their product is −α.
    pub(super) fn factors(self, learning_rate: f64) -> (f64, f64) {
        match self {
            Velocity::Step => (-learning_rate, 1.0),
            Velocity::Gradient => (1.0, -learning_rate),
        }
    }
}

/// Reads `epsilon`: so large at least that its square root is a normal f32, since where all
/// gradients were 0 it is all that the step is divided by.
pub(super) fn epsilon(table: &config::Table, default: f64) -> Result<f64, config::Error> {
    Ok(table.number("epsilon", 1e-30..)?.unwrap_or(default))
}

/// Reads a decay rate or a momentum.
pub(super) fn fraction(table: &config::Table, key: &str, default: f64) -> Result<f64, config::Error> {
    Ok(table.number(key, config::FRACTION)?.unwrap_or(default))
}
