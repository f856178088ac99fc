//! Numbers that are traps: infinities, NaN, both zeros, numbers without leading digits, and sizes at which
//! a careless exponential, square or quotient overflows. WGSL promises little of these, so that each is
//! tried on every family of shaders that the adapter can run.
//!
//! What holds: a finite result that f32 can hold is right, and never NaN; an infinite argument gives
//! the limit; NaN comes out of every function as something that is not finite, and stops training.

mod launch;
mod norms;

use gradus::{
    activations::{self, Activation},
    kernels::{Operand, Step, Variant, activation, loss::LossParameters, matmul, optimizer, softmax},
    losses::{self, Loss, Targets},
    optimizers::{self, Gradient, LEARNING_RATE},
};
use launch::{Trap, devices};

/// Finite numbers, each with both signs; the last is the largest that f32 can hold.
const SIZES: [f32; 20] = [
    0.0,
    1e-45,
    1e-40,
    f32::MIN_POSITIVE,
    1e-30,
    1e-8,
    0.1,
    0.25,
    1.0,
    3.0,
    10.0,
    20.0,
    87.0,
    89.0,
    104.0,
    1e4,
    1e6,
    1e18,
    1e37,
    f32::MAX,
];

fn points() -> Vec<f64> {
    SIZES.iter().flat_map(|&size| [f64::from(size), -f64::from(size)]).collect()
}

fn forward(activation: &'static Activation, x: Vec<f64>) -> Trap {
    let parameters = activation::ActivationParameters { count: x.len() as u32 };
    let operands = vec![Operand::Output(x.len())];
    let operands = [vec![Operand::Reals(x)], operands].concat();
    Trap::new(&activation::FORWARD, Variant::Activation(activation), parameters, operands, 1)
}

/// The product of a column with 1, which a product's shader takes through the activation at once.
fn fused(activation: &'static Activation, x: Vec<f64>) -> Trap {
    let count = x.len();
    let parameters = matmul::MatmulParameters::whole(count as u32, 1, 1);
    let operands = vec![Operand::Reals(x), Operand::Reals(vec![1.0]), Operand::Unbound, Operand::Output(count)];
    Trap::new(&matmul::NT, Variant::Activation(activation), parameters, operands, count)
}

fn backward(activation: &'static Activation, dy: Vec<f64>, v: Vec<f64>) -> Trap {
    let count = v.len();
    let parameters = activation::ActivationParameters { count: count as u32 };
    let operands = vec![Operand::Reals(dy), Operand::Reals(v), Operand::Output(count)];
    Trap::new(&activation::BACKWARD, Variant::Activation(activation), parameters, operands, 1)
}

#[test]
fn activations_are_right_everywhere() {
    for &activation in activations::ALL {
        let (infinite, nan) = (vec![f64::INFINITY, f64::NEG_INFINITY], vec![f64::NAN; 3]);
        let forms: &[fn(&'static Activation, Vec<f64>) -> Trap] = &[forward, fused];
        for form in if activation.of_output() { forms } else { &forms[..1] } {
            form(activation, points()).agrees(activation.name);
            let (trap, undefined) = (form(activation, infinite.clone()), form(activation, nan.clone()));
            for device in devices() {
                let name = format!("{} of infinity on {}", activation.name, device.describe());
                let found = &trap.on(device)[0];
                activation.limits.iter().zip(found).for_each(|(&limit, &found)| trap.near(&name, found, limit));
                let found = &undefined.on(device)[0];
                assert!(found.iter().all(|y| !y.is_finite()), "{} of NaN is {found:?}", activation.name);
            }
        }
    }
}

#[test]
fn derivatives_are_right_everywhere() {
    for &activation in activations::ALL {
        // Of the output or of the input, as the derivative wants; what f cannot give is not asked.
        let of = |x: Vec<f64>| match activation.of_output() {
            true => forward(activation, x).exact().remove(0).iter().map(|&y| f64::from(y as f32)).collect(),
            false => x,
        };
        let v: Vec<f64> = of(points()).into_iter().filter(|v| v.is_finite()).collect();
        backward(activation, vec![1.0; v.len()], v).agrees(activation.name);
        let ends =
            if activation.of_output() { activation.limits.to_vec() } else { vec![f64::INFINITY, f64::NEG_INFINITY] };
        let ends = ends.iter().map(|&v| f64::from(v as f32)).collect();
        let trap = backward(activation, vec![1.0; 2], ends);
        let undefined = backward(activation, vec![f64::NAN; 2], of(vec![1.0, -1.0]));
        for device in devices() {
            let name = format!("{}' at infinity on {}", activation.name, device.describe());
            activation.slopes.iter().zip(&trap.on(device)[0]).for_each(|(&slope, &dx)| trap.near(&name, dx, slope));
            let found = &undefined.on(device)[0];
            assert!(found.iter().all(|dx| !dx.is_finite()), "NaN through {}' is {found:?}", activation.name);
        }
    }
}

/// Squares of larger numbers, and their sums, are no f32: there is no variance then.
const LARGEST_SQUARED: f64 = 1e18;

/// Rows of three logits: every pair of extremes up to some size, and the third between them.
fn logits(largest: f64) -> Vec<f64> {
    let points: Vec<f64> = points().into_iter().filter(|point| point.abs() <= largest).collect();
    points.iter().flat_map(|&a| points.iter().rev().step_by(3).flat_map(move |&b| [a, b, 0.5])).collect()
}

fn softmax_of(x: Vec<f64>) -> Trap {
    let (rows, count) = (x.len() / 3, x.len());
    let parameters = softmax::SoftmaxParameters { rows: rows as u32, channels: 3, positions: 1 };
    Trap::new(&softmax::FORWARD, Variant::Plain, parameters, vec![Operand::Reals(x), Operand::Output(count)], rows)
}

#[test]
fn softmax_is_right_everywhere() {
    softmax_of(logits(f64::INFINITY)).agrees("logits");
    let (lowest, highest, nan) = (f64::NEG_INFINITY, f64::INFINITY, f64::NAN);
    let one = softmax_of(vec![lowest, 2.0, 2.0]);
    let hopeless = softmax_of(vec![nan, 1.0, 2.0, 1.0, nan, 2.0, 1.0, 2.0, nan, highest, 1.0, 2.0, nan, nan, nan]);
    for device in devices() {
        one.on(device)[0].iter().zip([0.0, 0.5, 0.5]).for_each(|(&y, limit)| one.near("an infinite logit", y, limit));
        let found = &hopeless.on(device)[0];
        assert!(found.chunks(3).all(|row| row.iter().any(|y| !y.is_finite())), "{found:?}");
    }
}

/// A loss over rows of logits, the label or value of each row in turn.
fn loss_of(loss: &Loss, x: Vec<f64>) -> Trap {
    let (rows, count) = (x.len() / 3, x.len());
    let targets = match loss.targets {
        Targets::Labels => Operand::Words((0..rows as u32).map(|row| row % 3).collect()),
        Targets::Probabilities | Targets::Values => {
            Operand::Reals((0..count).map(|at| f64::from(u32::from(at % 4 == 1))).collect())
        }
    };
    let order = Operand::Words((0..rows as u32).collect());
    let parameters = LossParameters { rows: rows as u32, outputs: 3 };
    let operands = vec![Operand::Reals(x), targets, order, Operand::Output(count), Operand::Output(2 * rows)];
    Trap::new(loss.kernel, Variant::Plain, parameters, operands, rows)
}

#[test]
fn losses_are_right_everywhere() {
    for &loss in losses::ALL {
        // A square that f32 cannot hold makes the loss infinite, whatever its gradient is.
        let largest = if loss.targets == Targets::Values { LARGEST_SQUARED } else { f64::INFINITY };
        loss_of(loss, logits(largest)).agrees("logits");
        for (at, planted) in (0..3).flat_map(|at| [f64::NAN, f64::INFINITY].map(|planted| (at, planted))) {
            let mut x = vec![1.0, -0.5, 2.0];
            x[at] = planted;
            let trap = loss_of(loss, x);
            for device in devices() {
                let found = &trap.on(device)[1];
                assert!(!found[0].is_finite(), "{} of {planted} at {at} is {found:?}", trap.kernel.name);
            }
        }
    }
}

/// Gradients of every size, by every rule, from a fresh state.
#[test]
fn updates_are_right_everywhere() {
    for rule in optimizers::samples() {
        let optimizer = optimizers::ALL.iter().find(|optimizer| optimizer.name == rule.name()).expect("a rule's");
        // A change may be some times its gradient on the way; the sign of a number that a shader may take for 0
        // is left open.
        let (largest, smallest) = match optimizer.gradient {
            Gradient::Linear => (1e37, 0.0),
            Gradient::Sign => (1e37, 1e-36),
            Gradient::Squared => (LARGEST_SQUARED, 0.0),
        };
        let fits = |g: &f64| g.abs() <= largest;
        let sign = |g: &f64| *g == 0.0 || g.abs() > smallest;
        let mut gradients: Vec<f64> = points().into_iter().filter(|g| fits(g) && sign(g)).collect();
        gradients.resize(gradients.len().next_multiple_of(optimizer::BLOCK), 0.0);
        let trap = update(&rule, gradients.clone());
        trap.agrees(rule.name());
        for planted in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            gradients[7] = planted;
            let trap = update(&rule, gradients.clone());
            for device in devices() {
                let flags = trap.on(device).pop().expect("it writes flags");
                assert_eq!(flags[0], 1.0, "{}: {planted} is not seen on {}", rule.name(), device.describe());
            }
        }
    }
}

fn update(rule: &std::sync::Arc<dyn optimizers::Rule>, gradients: Vec<f64>) -> Trap {
    let (count, states) = (gradients.len(), rule.states());
    let mut scalars = rule.scalars(1e-2, 0);
    scalars[LEARNING_RATE] = 1e-2;
    let scalars = scalars.map(|scalar| f64::from(scalar as f32));
    let fresh = rule.initial_state().into_iter().flat_map(|value| vec![f64::from(value as f32); count]).collect();
    let mut operands = vec![
        Operand::Reals(vec![0.5; count]),
        Operand::Reals(gradients),
        if states == 0 { Operand::Unbound } else { Operand::Reals(fresh) },
        Operand::OutputWords(1),
    ];
    operands.extend([Operand::Unbound, Operand::Unbound, Operand::Unbound]);
    let parameters = optimizer::OptimizerParameters { count: count as u32, states: states as u32 };
    Trap::new(&optimizer::OPTIMIZER, Variant::Update(rule.clone()), parameters, operands, 1)
        .at(Step { scalars, ..Step::over(1) })
}
