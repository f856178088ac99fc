//! Losses as the negative log-likelihood of the output distribution, one row a thread, or a workgroup
//! where there are many outputs: the figures of the row (its loss, and the share of its outputs that is
//! right) and the gradient of the batch's mean loss, in one launch. Rows past the batch count nothing and
//! get 0.

use super::{
    Arguments, Case, Cost, Kernel, Lanes, Operand, Parameters, Recipe, Shader, Slot, Source, Step, case, product, read,
    reads, reads_words, wgsl, writes, wrong_bindings,
};
use crate::{
    parameters,
    real::{Real, sums},
    twin,
};

parameters! {
    /// A loss's parameters.
    LossParameters {
        /// Rows of the batch that the plan was built for.
        rows: u32,
        /// Outputs of the network: classes, or values.
        outputs: u32,
    }
}

/// The categorical distribution over softmax(x): loss = log Σ e^x − x[label]
pub const CATEGORICAL: Kernel = Kernel {
    name: "loss_categorical",
    formula: "loss = log sum e^x - x[t]; dx = (softmax(x) - [i = t]) / batch",
    bindings: &[reads("x"), reads_words("targets"), reads_words("order"), writes("dx"), writes("figures")],
    parameters: LossParameters::FIELDS,
    source: |recipe| source(recipe, wgsl!("loss_categorical.wgsl"), Shader::largest),
    cpu: twin!(categorical),
    cost,
    cases: categorical_cases,
    tolerance: 16.0,
};

/// A Bernoulli distribution for each output: loss = Σ log(1 + e^x) − t·x
pub const BERNOULLI: Kernel = Kernel {
    name: "loss_bernoulli",
    formula: "loss = sum log(1 + e^x) - t x; dx = (sigmoid(x) - t) / batch",
    bindings: &[reads("x"), reads("targets"), reads_words("order"), writes("dx"), writes("figures")],
    parameters: LossParameters::FIELDS,
    source: |recipe| source(recipe, wgsl!("loss_bernoulli.wgsl"), values),
    cpu: twin!(bernoulli),
    cost,
    cases: || value_cases(true),
    tolerance: 16.0,
};

/// A normal distribution of fixed variance: loss = mean (x − t)², over the outputs
pub const NORMAL: Kernel = Kernel {
    name: "loss_normal",
    formula: "loss = mean (x - t)^2; dx = 2 (x - t) / (outputs batch)",
    bindings: &[reads("x"), reads("targets"), reads_words("order"), writes("dx"), writes("figures")],
    parameters: LossParameters::FIELDS,
    source: |recipe| source(recipe, wgsl!("loss_normal.wgsl"), values),
    cpu: twin!(normal),
    cost,
    cases: || value_cases(false),
    tolerance: 8.0,
};

/// From so many outputs on, all threads of a workgroup take a row together.
const ALONE: u64 = 1024;

/// The shader of a loss: its file, and what else it needs.
fn source<'a>(recipe: &'a Recipe, file: &str, more: fn(Shader<'a>, Lanes) -> Shader<'a>) -> Source {
    let p: LossParameters = read(recipe.parameters);
    let lanes = Lanes::from(ALONE, p.outputs.into());
    let shader = more(Shader::of(recipe, file).sum(lanes), lanes).puts().step();
    shader.items(lanes.grid(p.rows.into(), p.outputs.into(), 3))
}

/// What the two losses over values share.
fn values(shader: Shader, _: Lanes) -> Shader {
    shader.with(wgsl!("loss_values.wgsl"))
}

fn cost(parameters: &[u8]) -> Cost {
    let p: LossParameters = read(parameters);
    let count = product(&[p.rows, p.outputs]);
    Cost { flops: 8 * count, bytes: 8 * count + 12 * u64::from(p.rows) }
}

fn categorical<T: Real>(arguments: &mut Arguments<T>) {
    let p: LossParameters = arguments.parameters();
    let [Slot::Real(x), Slot::Word(targets), Slot::Word(order), Slot::RealMut(dx), Slot::RealMut(figures)] =
        &mut arguments.slots[..]
    else {
        wrong_bindings()
    };
    each_row(p, arguments.step, x, order, dx, figures, |x, example, dx, batch| {
        let target = targets[example] as usize;
        let largest = x.iter().copied().fold(T::neg_infinity(), T::max);
        let [sum] = sums(x.iter().map(|&x| [(x - largest).exp()]));
        for (class, (dx, &x)) in dx.iter_mut().zip(x).enumerate() {
            let expected = if class == target { T::one() } else { T::zero() };
            *dx = ((x - largest).exp() / sum - expected) / batch;
        }
        // The first of the largest logits is the prediction.
        let predicted = x.iter().position(|&x| x == largest);
        let hit = if predicted == Some(target) { T::one() } else { T::zero() };
        (sum.ln() + (largest - x[target]), hit)
    });
}

fn bernoulli<T: Real>(arguments: &mut Arguments<T>) {
    each_value(arguments, |x, t, _| {
        let e = (-x.abs()).exp();
        let sigmoid = if x >= T::zero() { T::one() / (T::one() + e) } else { e / (T::one() + e) };
        // log(1 + e^x) - t x, where e^x may overflow but e^-|x| may not.
        let loss = x.max(T::zero()) - t * x + e.ln_1p();
        (loss, sigmoid - t)
    });
}

fn normal<T: Real>(arguments: &mut Arguments<T>) {
    each_value(arguments, |x, t, outputs| {
        let distance = x - t;
        (distance * distance / outputs, T::of(2.0) * distance / outputs)
    });
}

/// The two losses whose targets are values: `value` gives an output's loss and its gradient.
fn each_value<T: Real>(arguments: &mut Arguments<T>, value: impl Fn(T, T, T) -> (T, T)) {
    let p: LossParameters = arguments.parameters();
    let [Slot::Real(x), Slot::Real(targets), Slot::Word(order), Slot::RealMut(dx), Slot::RealMut(figures)] =
        &mut arguments.slots[..]
    else {
        wrong_bindings()
    };
    let width = p.outputs as usize;
    let outputs = T::of(width as f64);
    each_row(p, arguments.step, x, order, dx, figures, |x, example, dx, batch| {
        let [loss, right] = sums(x.iter().zip(dx).zip(&targets[example * width..]).map(|((&x, dx), &t)| {
            let (loss, slope) = value(x, t, outputs);
            *dx = slope / batch;
            [loss, if (x > T::zero()) == (t > T::of(0.5)) { T::one() } else { T::zero() }]
        }));
        (loss, right / outputs)
    });
}

/// Calls `row(x, example, dx, batch) -> (loss, hit)` for every row of the batch.
fn each_row<T: Real>(
    p: LossParameters,
    step: &Step,
    x: &[T],
    order: &[u32],
    dx: &mut [T],
    figures: &mut [T],
    row: impl Fn(&[T], usize, &mut [T], T) -> (T, T),
) {
    let width = p.outputs as usize;
    let batch = T::of(step.rows.into());
    let rows = x.chunks_exact(width).zip(dx.chunks_exact_mut(width)).zip(figures.chunks_exact_mut(2));
    for (at, ((x, dx), figures)) in rows.enumerate() {
        if at < step.rows as usize {
            let example = order[step.first as usize + at] as usize;
            (figures[0], figures[1]) = row(x, example, dx, batch);
        } else {
            dx.fill(T::zero());
            figures.fill(T::zero());
        }
    }
}

/// (rows, rows in the batch, outputs, first)
const SHAPES: &[(usize, usize, usize, usize)] = &[
    (1, 1, 1, 0),
    (1, 1, 2, 3),
    (2, 2, 10, 0),
    (7, 5, 3, 1),
    (31, 31, 63, 0),
    (63, 63, 64, 2),
    (64, 64, 65, 0),
    (65, 64, 10, 7),
    (128, 96, 10, 100),
    (128, 128, 100, 0),
    (257, 257, 11, 0),
    (5, 0, 4, 0),
    (509, 500, 1, 0),
    (3, 3, 1009, 0),
    (70_001, 70_000, 2, 1),
    // A workgroup a row, and more outputs than a driver's loops take one by one.
    (3, 2, 1024, 1),
    (3, 2, 40_009, 0),
    (1, 1, 1_000_003, 0),
];

fn categorical_cases() -> Vec<Case> {
    cases(|_, examples, outputs| Operand::Words(case::words("labels", examples, outputs as u32)))
}

fn value_cases(binary: bool) -> Vec<Case> {
    cases(move |_, examples, outputs| {
        let count = examples * outputs;
        Operand::Reals(match binary {
            true => case::words("truth", count, 2).into_iter().map(f64::from).collect(),
            false => case::reals("values", count),
        })
    })
}

fn cases(targets: impl Fn(usize, usize, usize) -> Operand) -> Vec<Case> {
    let mut cases = vec![];
    for &(rows, batch, outputs, first) in SHAPES {
        // Ordinary logits, and logits of ±1e4: a careless exp overflows there.
        for scale in [1.5, 5e3].into_iter().take(if outputs > 1_000_000 { 1 } else { 2 }) {
            let examples = rows + 2;
            let x = case::reals("logits", rows * outputs).iter().map(|x| f64::from((x * scale) as f32)).collect();
            let operands = vec![
                Operand::Reals(x),
                targets(rows, examples, outputs),
                Operand::Words(case::words("order", first + rows, examples as u32)),
                Operand::Output(rows * outputs),
                Operand::Output(rows * 2),
            ];
            let parameters = LossParameters { rows: rows as u32, outputs: outputs as u32 };
            let mut case =
                Case::new(format!("{batch}/{rows} x {outputs}, logits to {}", 2.0 * scale), parameters, operands);
            case.step = Step { first: first as u32, ..Step::over(batch) };
            case.terms = outputs;
            case.replicas = if rows == 31 { 3 } else { 1 };
            cases.push(case);
        }
    }
    cases
}
