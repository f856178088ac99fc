//! The activations: formula, CPU twin and shader of each in one const. To add one, write its
//! const, its file in `shaders/activations/` and its place in [`ALL`]; the configs, the docs,
//! parity and the gradient checks then have it.

use crate::config;

/// Every activation, in increasing complexity.
pub const ALL: &[&Activation] = &[&RELU, &SIGMOID, &TANH];

/// An element-wise function and its derivative.
pub struct Activation {
    /// The name in configs.
    pub name: &'static str,
    /// The formula.
    pub formula: &'static str,
    /// y = f(x), in place.
    pub forward: Map,
    /// f′, of the output or of the input.
    pub derivative: Derivative,
    /// Defines `fn forward(x: f32) -> f32` and `fn derivative(v: f32) -> f32`, where v is what
    /// [`Derivative`] says.
    pub wgsl: &'static str,
}

/// A function over all elements of a slice, in place.
pub struct Map {
    /// In f32.
    pub f32: fn(&mut [f32]),
    /// In f64.
    pub f64: fn(&mut [f64]),
}

/// dx = f′ ∘ dy, in place over dy; the second slice is what f′ is computed from.
pub struct Slope {
    /// In f32.
    pub f32: fn(&mut [f32], &[f32]),
    /// In f64.
    pub f64: fn(&mut [f64], &[f64]),
}

/// What f′ is computed from.
pub enum Derivative {
    /// The output y: x need not be kept, and a matrix product can apply it to its result.
    OfOutput(Slope),
    /// The input x.
    OfInput(Slope),
}

impl Activation {
    /// Whether the derivative needs just the output.
    pub fn of_output(&self) -> bool {
        matches!(self.derivative, Derivative::OfOutput(_))
    }

    /// The slope, whatever it is computed from.
    pub fn slope(&self) -> &Slope {
        match &self.derivative {
            Derivative::OfOutput(slope) | Derivative::OfInput(slope) => slope,
        }
    }

    /// The activation of this name.
    pub fn named(name: &str) -> Option<&'static Activation> {
        ALL.iter().find(|activation| activation.name == name).copied()
    }

    /// Reads the optional key `activation` of a layer.
    pub fn read(table: &config::Table) -> Result<Option<&'static Activation>, config::Error> {
        let names: Vec<&str> = ALL.iter().map(|activation| activation.name).collect();
        Ok(table.choice("activation", &names)?.and_then(Activation::named))
    }
}

impl std::fmt::Debug for Activation {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// One expression, in f32 and in f64.
macro_rules! map {
    (|$x:ident| $body:expr) => {
        Map {
            f32: |values| {
                values.iter_mut().for_each(|v| {
                    *v = {
                        let $x: f32 = *v;
                        $body
                    }
                })
            },
            f64: |values| {
                values.iter_mut().for_each(|v| {
                    *v = {
                        let $x: f64 = *v;
                        $body
                    }
                })
            },
        }
    };
}

macro_rules! slope {
    (|$x:ident| $body:expr) => {
        Slope {
            f32: |dy, from| {
                dy.iter_mut().zip(from).for_each(|(d, v)| {
                    *d *= {
                        let $x: f32 = *v;
                        $body
                    }
                })
            },
            f64: |dy, from| {
                dy.iter_mut().zip(from).for_each(|(d, v)| {
                    *d *= {
                        let $x: f64 = *v;
                        $body
                    }
                })
            },
        }
    };
}

/// Rectified linear unit; its derivative at 0 is 0.
pub const RELU: Activation = Activation {
    name: "relu",
    formula: "max(0, x)",
    forward: map!(|x| if x > 0.0 { x } else { 0.0 }),
    derivative: Derivative::OfOutput(slope!(|y| if y > 0.0 { 1.0 } else { 0.0 })),
    wgsl: include_str!("../shaders/activations/relu.wgsl"),
};

/// The logistic function; σ′ = σ(1 − σ).
pub const SIGMOID: Activation = Activation {
    name: "sigmoid",
    formula: "1 / (1 + e^-x)",
    forward: map!(|x| 1.0 / (1.0 + (-x).exp())),
    derivative: Derivative::OfOutput(slope!(|y| y * (1.0 - y))),
    wgsl: include_str!("../shaders/activations/sigmoid.wgsl"),
};

/// Hyperbolic tangent; tanh′ = 1 − tanh².
pub const TANH: Activation = Activation {
    name: "tanh",
    formula: "tanh(x)",
    forward: map!(|x| x.tanh()),
    derivative: Derivative::OfOutput(slope!(|y| 1.0 - y * y)),
    wgsl: include_str!("../shaders/activations/tanh.wgsl"),
};
