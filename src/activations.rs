//! The activations: formula, CPU twin and shader of each in one const. To add one, write its
//! const, its file in `shaders/activations/` and its place in [`ALL`]; the configs, the docs,
//! parity and the gradient checks then have it.

use crate::{
    config,
    initializers::{self, Initializer},
    onnx::exporter::{Attribute, Exporter, Value},
    real::Real,
};

/// Every activation, in increasing complexity.
pub const ALL: &[&Activation] =
    &[&RELU, &LEAKY_RELU, &HARD_SWISH, &SIGMOID, &TANH, &ELU, &SELU, &SOFTPLUS, &SILU, &GELU_TANH, &GELU];

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
    /// Its values are never below the one and never above the other, to four digits.
    pub range: [f64; 2],
    /// Its limits at ∞ and −∞.
    pub limits: [f64; 2],
    /// Those of its derivative.
    pub slopes: [f64; 2],
    /// What a layer's weight in front of it begins with when the config does not say.
    pub initializer: Initializer,
    /// Defines `fn forward(x: f32) -> f32` and `fn derivative(v: f32) -> f32`, where v is what
    /// [`Derivative`] says.
    pub wgsl: &'static str,
    /// Writes f(x) down as operations of ONNX, and names the result.
    pub onnx: fn(&mut Exporter, &str) -> Value,
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

    /// What a weight begins with in front of an activation, or of none, when the config does not say.
    pub fn initializer(activation: Option<&Activation>) -> Initializer {
        activation.map_or(initializers::GLOROT_UNIFORM, |activation| activation.initializer)
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

/// Rectified linear unit; its derivative at 0 is 0. NaN stays, so that it is not hidden.
pub const RELU: Activation = Activation {
    name: "relu",
    formula: "max(0, x)",
    forward: map!(|x| if x <= 0.0 { 0.0 } else { x }),
    derivative: Derivative::OfOutput(slope!(|y| if y > 0.0 { 1.0 } else { 0.0 })),
    range: [0.0, f64::INFINITY],
    limits: [f64::INFINITY, 0.0],
    slopes: [1.0, 0.0],
    initializer: initializers::HE_UNIFORM,
    wgsl: include_str!("../shaders/activations/relu.wgsl"),
    onnx: |exporter, x| exporter.op("Relu", &[x], vec![]),
};

/// The logistic function; σ′ = σ(1 − σ).
pub const SIGMOID: Activation = Activation {
    name: "sigmoid",
    formula: "1 / (1 + e^-x)",
    forward: map!(|x| 1.0 / (1.0 + (-x).exp())),
    derivative: Derivative::OfOutput(slope!(|y| y * (1.0 - y))),
    range: [0.0, 1.0],
    limits: [1.0, 0.0],
    slopes: [0.0, 0.0],
    initializer: initializers::GLOROT_UNIFORM,
    wgsl: include_str!("../shaders/activations/sigmoid.wgsl"),
    onnx: |exporter, x| exporter.op("Sigmoid", &[x], vec![]),
};

/// Hyperbolic tangent; tanh′ = 1 − tanh².
pub const TANH: Activation = Activation {
    name: "tanh",
    formula: "tanh(x)",
    forward: map!(|x| x.tanh()),
    derivative: Derivative::OfOutput(slope!(|y| 1.0 - y * y)),
    range: [-1.0, 1.0],
    limits: [1.0, -1.0],
    slopes: [0.0, 0.0],
    initializer: initializers::GLOROT_UNIFORM,
    wgsl: include_str!("../shaders/activations/tanh.wgsl"),
    onnx: |exporter, x| exporter.op("Tanh", &[x], vec![]),
};

/// max(x, x/100): Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic
/// models", 2013. Its derivative at 0 is 1/100, as in PyTorch.
pub const LEAKY_RELU: Activation = Activation {
    name: "leaky_relu",
    formula: "x > 0 ? x : 0.01 x",
    forward: map!(|x| if x > 0.0 { x } else { 0.01 * x }),
    derivative: Derivative::OfOutput(slope!(|y| if y > 0.0 { 1.0 } else { 0.01 })),
    range: [f64::NEG_INFINITY, f64::INFINITY],
    limits: [f64::INFINITY, f64::NEG_INFINITY],
    slopes: [1.0, 0.01],
    initializer: initializers::HE_UNIFORM,
    wgsl: include_str!("../shaders/activations/leaky_relu.wgsl"),
    onnx: |exporter, x| exporter.op("LeakyRelu", &[x], vec![("alpha", Attribute::Real(0.01))]),
};

/// Silu of straight pieces: Howard et al., "Searching for MobileNetV3", 2019. Its derivative is 0 at
/// -3 and 1 at 3.
pub const HARD_SWISH: Activation = Activation {
    name: "hard_swish",
    formula: "x min(max(x + 3, 0), 6) / 6",
    forward: map!(|x| share(x, (x + 3.0).clamp(0.0, 6.0) / 6.0)),
    derivative: Derivative::OfInput(slope!(|x| match x {
        x if x <= -3.0 => 0.0,
        x if x >= 3.0 => 1.0,
        x => x / 3.0 + 0.5,
    })),
    range: [-0.375, f64::INFINITY],
    limits: [f64::INFINITY, 0.0],
    slopes: [1.0, 0.0],
    initializer: initializers::HE_UNIFORM,
    wgsl: include_str!("../shaders/activations/hard_swish.wgsl"),
    onnx: |exporter, x| exporter.op("HardSwish", &[x], vec![]),
};

/// Exponential linear unit, α = 1: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep
/// network learning by exponential linear units", 2016. Below 0, f′ = f + 1.
pub const ELU: Activation = Activation {
    name: "elu",
    formula: "x > 0 ? x : e^x - 1",
    forward: map!(|x| if x > 0.0 { x } else { x.exp_m1() }),
    derivative: Derivative::OfOutput(slope!(|y| if y > 0.0 { 1.0 } else { y + 1.0 })),
    range: [-1.0, f64::INFINITY],
    limits: [f64::INFINITY, -1.0],
    slopes: [1.0, 0.0],
    initializer: initializers::HE_UNIFORM,
    wgsl: include_str!("../shaders/activations/elu.wgsl"),
    onnx: |exporter, x| exporter.op("Elu", &[x], vec![("alpha", Attribute::Real(1.0))]),
};

/// Selu's λ, and λα; from the paper's fixed point of mean 0 and variance 1.
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;
const SELU_BELOW: f64 = SELU_SCALE * 1.673_263_242_354_377_2;

/// Self-normalising elu: Klambauer et al., "Self-normalizing neural networks", 2017. Its derivative
/// at 0 is that from below, λα.
pub const SELU: Activation = Activation {
    name: "selu",
    formula: "1.0507 (x > 0 ? x : 1.6733 (e^x - 1))",
    forward: map!(|x| selu(x)),
    derivative: Derivative::OfOutput(slope!(|y| selu_slope(y))),
    range: [-1.7581, f64::INFINITY],
    limits: [f64::INFINITY, -SELU_BELOW],
    slopes: [SELU_SCALE, 0.0],
    initializer: initializers::LECUN_NORMAL,
    wgsl: include_str!("../shaders/activations/selu.wgsl"),
    onnx: |exporter, x| {
        let alpha = Attribute::Real((SELU_BELOW / SELU_SCALE) as f32);
        exporter.op("Selu", &[x], vec![("alpha", alpha), ("gamma", Attribute::Real(SELU_SCALE as f32))])
    },
};

/// A smooth relu: Dugas et al., 2001. Its derivative is the logistic function of x, 1 − e^-y.
pub const SOFTPLUS: Activation = Activation {
    name: "softplus",
    formula: "log(1 + e^x)",
    forward: map!(|x| x.max(0.0) + (-x.abs()).exp().ln_1p()),
    derivative: Derivative::OfOutput(slope!(|y| -(-y).exp_m1())),
    range: [0.0, f64::INFINITY],
    limits: [f64::INFINITY, 0.0],
    slopes: [1.0, 0.0],
    initializer: initializers::HE_UNIFORM,
    wgsl: include_str!("../shaders/activations/softplus.wgsl"),
    onnx: |exporter, x| exporter.op("Softplus", &[x], vec![]),
};

/// x σ(x), also called swish: Elfwing, Uchibe and Doya, 2017.
pub const SILU: Activation = Activation {
    name: "silu",
    formula: "x / (1 + e^-x)",
    forward: map!(|x| share(x, logistic(x))),
    derivative: Derivative::OfInput(slope!(|x| logistic(x) + share(x, logistic(x) * logistic(-x)))),
    range: [-0.2785, f64::INFINITY],
    limits: [f64::INFINITY, 0.0],
    slopes: [1.0, 0.0],
    initializer: initializers::HE_UNIFORM,
    wgsl: include_str!("../shaders/activations/silu.wgsl"),
    onnx: |exporter, x| {
        let share = exporter.op("Sigmoid", &[x], vec![]);
        exporter.op("Mul", &[x, &share], vec![])
    },
};

/// √(8/π): the tanh form is x σ(√(8/π) (x + 0.044715 x³)).
const GELU_SCALE: f64 = 1.595_769_121_605_730_7;

/// Gelu with its normal distribution approximated by tanh: Hendrycks and Gimpel, "Gaussian error
/// linear units", 2016; GPT-2's.
pub const GELU_TANH: Activation = Activation {
    name: "gelu_tanh",
    formula: "x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))",
    forward: map!(|x| share(x, logistic(gelu_argument(x)))),
    derivative: Derivative::OfInput(slope!(|x| gelu_tanh_slope(x))),
    range: [-0.1701, f64::INFINITY],
    limits: [f64::INFINITY, 0.0],
    slopes: [1.0, 0.0],
    initializer: initializers::HE_UNIFORM,
    wgsl: include_str!("../shaders/activations/gelu_tanh.wgsl"),
    onnx: |exporter, x| {
        let square = exporter.op("Mul", &[x, x], vec![]);
        let factor = exporter.with("Mul", &square, (GELU_SCALE * 0.044_715) as f32);
        let factor = exporter.with("Add", &factor, GELU_SCALE as f32);
        let argument = exporter.op("Mul", &[x, &factor], vec![]);
        let share = exporter.op("Sigmoid", &[&argument], vec![]);
        exporter.op("Mul", &[x, &share], vec![])
    },
};

/// x Φ(x), Φ the normal distribution: Hendrycks and Gimpel, 2016; PyTorch's default form.
pub const GELU: Activation = Activation {
    name: "gelu",
    formula: "x/2 (1 + erf(x / sqrt 2))",
    forward: map!(|x| share(x, normal_distribution(x))),
    derivative: Derivative::OfInput(slope!(|x| normal_distribution(x) + share(x, normal_density(x)))),
    range: [-0.1701, f64::INFINITY],
    limits: [f64::INFINITY, 0.0],
    slopes: [1.0, 0.0],
    initializer: initializers::HE_UNIFORM,
    wgsl: include_str!("../shaders/activations/gelu.wgsl"),
    onnx: |exporter, x| {
        let scaled = exporter.with("Mul", x, std::f32::consts::FRAC_1_SQRT_2);
        let erf = exporter.op("Erf", &[&scaled], vec![]);
        let twice = exporter.with("Add", &erf, 1.0);
        let share = exporter.with("Mul", &twice, 0.5);
        exporter.op("Mul", &[x, &share], vec![])
    },
};

/// x times a share of it that is 0 at an infinity, where the product's limit is 0 and not NaN.
fn share<T: Real>(x: T, share: T) -> T {
    if x.is_infinite() && share.is_zero() { T::zero() } else { x * share }
}

fn selu<T: Real>(x: T) -> T {
    if x > T::zero() { T::of(SELU_SCALE) * x } else { T::of(SELU_BELOW) * x.exp_m1() }
}

fn selu_slope<T: Real>(y: T) -> T {
    if y > T::zero() { T::of(SELU_SCALE) } else { y + T::of(SELU_BELOW) }
}

fn gelu_argument<T: Real>(x: T) -> T {
    T::of(GELU_SCALE) * (x + T::of(0.044_715) * x * x * x)
}

/// (x σ(u))′ = σ(u) (1 + x σ(-u) u′), u = [`gelu_argument`]. Beyond 15 σ is 0 or 1, but u′ grows.
fn gelu_tanh_slope<T: Real>(x: T) -> T {
    let (u, c) = (gelu_argument(x), x.max(T::of(-15.0)).min(T::of(15.0)));
    let slope = T::of(GELU_SCALE) * (T::one() + T::of(3.0 * 0.044_715) * c * c);
    logistic(u) * (T::one() + c * logistic(-u) * slope)
}

/// 1 / (1 + e^-x), without the infinity of e^-x for large negative x.
pub(crate) fn logistic<T: Real>(x: T) -> T {
    let e = (-x.abs()).exp();
    if x >= T::zero() { T::one() / (T::one() + e) } else { e / (T::one() + e) }
}

/// Φ(x) = erfc(-x/√2) / 2: erfc keeps its digits where 1 + erf would cancel.
fn normal_distribution<T: Real>(x: T) -> T {
    T::of(0.5 * libm::erfc(-x.f64() * std::f64::consts::FRAC_1_SQRT_2))
}

/// e^(-x²/2) / √(2π)
fn normal_density<T: Real>(x: T) -> T {
    T::of(0.398_942_280_401_432_7) * (-x * x * T::of(0.5)).exp()
}
