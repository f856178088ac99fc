//! Mean, variance and limits of every initializer, over a large tensor.

use super::*;
use crate::random::Purpose;

/// [out, in, kernel]: in = 300, out = 600.
const SHAPE: [usize; 3] = [200, 100, 3];

fn draw(initializer: Initializer) -> Vec<f64> {
    let mut values = vec![f32::NAN; SHAPE.iter().product()];
    initializer.draw(&SHAPE, &mut Stream::new(7, Purpose::Test.stream(0), 0), &mut values);
    values.into_iter().map(f64::from).collect()
}

/// The mean is within five of its deviations, the variance within 3%.
fn check(initializer: Initializer, mean: f64, variance: f64, limit: f64) {
    let values = draw(initializer);
    let count = values.len() as f64;
    let actual = values.iter().sum::<f64>() / count;
    let square = values.iter().map(|value| (value - actual).powi(2)).sum::<f64>() / count;
    let name = initializer.name;
    assert!((actual - mean).abs() <= 5.0 * (variance / count).sqrt(), "{name}: mean {actual}");
    assert!((square - variance).abs() <= 0.03 * variance, "{name}: variance {square}, not {variance}");
    let largest = values.iter().map(|value| (value - mean).abs()).fold(0.0, f64::max);
    assert!(largest <= limit * (1.0 + 1e-6), "{name}: {largest} is beyond {limit}");
    assert!(limit.is_infinite() || largest >= 0.98 * limit, "{name}: nothing is near {limit}");
}

fn uniform(initializer: Initializer, limit: f64) {
    check(initializer, 0.0, limit * limit / 3.0, limit);
}

#[test]
fn every_initializer_has_its_mean_variance_and_limits() {
    check(ZEROS, 0.0, 0.0, 0.0);
    check(ONES, 1.0, 0.0, 0.0);
    check(Initializer { numbers: [0.5, 0.0], ..CONSTANT }, 0.5, 0.0, 0.0);
    check(Initializer { numbers: [1.0, 3.0], ..UNIFORM }, 2.0, 1.0 / 3.0, 1.0);
    check(Initializer { numbers: [0.1, 2.0], ..NORMAL }, 2.0, 0.01, f64::INFINITY);
    uniform(GLOROT_UNIFORM, (6.0f64 / 900.0).sqrt());
    uniform(HE_UNIFORM, (6.0f64 / 300.0).sqrt());
    uniform(LECUN_UNIFORM, (3.0f64 / 300.0).sqrt());
    uniform(PYTORCH, 1.0 / 300.0f64.sqrt());
    uniform(PYTORCH.for_bias_of(&[3, 25]), 0.2);
    for (initializer, variance) in [(GLOROT_NORMAL, 2.0 / 900.0), (HE_NORMAL, 2.0 / 300.0), (LECUN_NORMAL, 1.0 / 300.0)]
    {
        check(initializer, 0.0, variance, 2.0 * f64::sqrt(variance) / TRUNCATED);
    }
    check(KAIMING_NORMAL, 0.0, 2.0 / 300.0, f64::INFINITY);
}

#[test]
fn orthogonal_vectors_are_orthogonal_and_as_long_as_the_gain() {
    for shape in [[5, 7], [7, 5], [64, 64], [1, 9], [9, 1]] {
        let mut values = vec![0.0; shape[0] * shape[1]];
        let initializer = Initializer { numbers: [2.0, 0.0], ..ORTHOGONAL };
        initializer.draw(&shape, &mut Stream::new(3, Purpose::Test.stream(0), 0), &mut values);
        let [rows, columns] = shape;
        let at = |vector: usize, element: usize| match rows <= columns {
            true => f64::from(values[vector * columns + element]),
            false => f64::from(values[element * columns + vector]),
        };
        for (a, b) in (0..rows.min(columns)).flat_map(|a| (0..=a).map(move |b| (a, b))) {
            let product: f64 = (0..rows.max(columns)).map(|element| at(a, element) * at(b, element)).sum();
            let expected = if a == b { 4.0 } else { 0.0 };
            assert!((product - expected).abs() < 1e-5, "{shape:?}: {a}·{b} = {product}");
        }
    }
}
