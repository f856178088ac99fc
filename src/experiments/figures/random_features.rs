//! Random Fourier features: as many as examples is the worst number.

use nalgebra::{DMatrix, DVector};

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, sample},
    report::{Axis, Chart, Curve, Line},
};

/// Item 53, the paper's own model.
pub const RANDOM_FEATURES: Figure = Figure {
    name: "random-features",
    items: &[53],
    figure: "",
    title: "Double descent of random Fourier features",
    claim: "of all weights that fit the examples the shortest are taken: the test error has its peak where the features N are as many as the examples n, where the training error reaches 0, and falls again behind it (Belkin et al. 2019)",
    fault: "a little weight decay, which takes the peak away",
    run,
};

/// Examples, and their dimensions.
const EXAMPLES: usize = 100;
const INPUTS: usize = 5;
const NOISE: f64 = 0.3;
const FEATURES: [usize; 11] = [5, 10, 20, 40, 70, 100, 140, 200, 300, 500, 800];
/// Training sets.
const SETS: u32 = 15;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["features", "log10_test_mse", "error", "train_mse"]);
    let (mut test, mut train) = (vec![vec![]; FEATURES.len()], vec![vec![]; FEATURES.len()]);
    for set in 0..SETS {
        let mut stream = sample::stream(lab.seed, set);
        let truth = DVector::from_vec(sample::normals(&mut stream, INPUTS)).normalize();
        let mut draw = |count: usize, noise: f64| {
            let x = DMatrix::from_fn(count, INPUTS, |_, _| sample::normal(&mut stream));
            let y = (&x * &truth).map(|at| (1.5 * at).sin())
                + DVector::from_fn(count, |_, _| noise * sample::normal(&mut stream));
            (x, y)
        };
        let ((x, y), (new_x, new_y)) = (draw(EXAMPLES, NOISE), draw(300, 0.0));
        for (at, features) in FEATURES.into_iter().enumerate() {
            let directions = DMatrix::from_fn(INPUTS, features, |_, _| 0.5 * sample::normal(&mut stream));
            let turns: Vec<f64> = (0..features).map(|_| std::f64::consts::TAU * f64::from(stream.uniform())).collect();
            let map = |x: &DMatrix<f64>| {
                let mut phases = x * &directions;
                phases
                    .column_iter_mut()
                    .zip(&turns)
                    .for_each(|(mut column, turn)| column.apply(|v| *v = (*v + turn).cos()));
                phases
            };
            let (seen, unseen) = (map(&x), map(&new_x));
            let weights = shortest(&seen, &y, if lab.broken { 1.0 } else { 0.0 });
            let error = |x: &DMatrix<f64>, y: &DVector<f64>| (x * &weights - y).norm_squared() / y.len() as f64;
            test[at].push(error(&unseen, &new_y).log10());
            train[at].push(error(&seen, &y));
        }
        lab.progress(set as usize + 1, SETS as usize);
    }
    for (at, features) in FEATURES.iter().enumerate() {
        let (test, train) = (sample::estimate(&test[at]), sample::mean(&train[at]));
        findings.row(&[features, &test.0, &test.1, &train]);
    }
    let position = |features: usize| FEATURES.iter().position(|&at| at == features).expect("one of them");
    let over = |features: usize| sample::difference(&test[position(EXAMPLES)], &test[position(features)]);
    findings.claim("log10 of the test error: N = 100 over N = 20", over(20), Need::AtLeast(0.5));
    findings.claim("log10 of the test error: N = 100 over N = 800", over(800), Need::AtLeast(0.5));
    findings.claim("training error, N = 140", (sample::mean(&train[position(140)]), 0.0), Need::AtMost(1e-9));
    let points: Vec<_> = FEATURES.iter().zip(&test).map(|(&n, test)| (n as f64, sample::estimate(test))).collect();
    let [band, line] = Curve::estimates("test", 0, &points, 3.0);
    findings.picture(
        "test-error",
        &[Chart {
            title: "Test error by number of features, 100 examples".into(),
            x: Axis { log: true, ..Axis::new("random features, N") },
            y: Axis::new("log10 of the mean squared error"),
            curves: vec![band, line, Curve::threshold("as many as examples", Line::Upright, EXAMPLES as f64)],
        }],
    );
    Ok(findings)
}

/// The weights of least squared error + decay‖w‖²; without decay, the shortest of those. By QR, never by the square of
/// the matrix, whose digits are gone where N is near n.
fn shortest(x: &DMatrix<f64>, y: &DVector<f64>, decay: f64) -> DVector<f64> {
    let (rows, columns) = x.shape();
    if decay > 0.0 {
        let below = DMatrix::from_fn(rows + columns, columns, |row, column| f64::from(u8::from(row == rows + column)));
        let x = x.clone().resize_vertically(rows + columns, 0.0) + decay.sqrt() * below;
        return shortest(&x, &y.clone().resize_vertically(rows + columns, 0.0), 0.0);
    }
    if rows >= columns {
        let qr = x.clone().qr();
        return qr.r().solve_upper_triangular(&(qr.q().transpose() * y)).expect("features are independent");
    }
    // xᵀ = QR: the shortest w with Rᵀ Qᵀ w = y.
    let qr = x.transpose().qr();
    qr.q() * qr.r().transpose().solve_lower_triangular(y).expect("examples are independent")
}
