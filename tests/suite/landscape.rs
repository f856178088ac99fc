//! The loss around weights, and its curvature.

use gradus::{
    Dataset, Descent, Device, Model, Network, Session, Settings, Split,
    activations::{RELU, TANH},
    block_on,
    data::{Inputs, Splits, Targets},
    landscape::{self, Hessian, Plane, Request, Surface, Trajectory, directions},
    losses::CATEGORICAL,
    ops::{
        batch_norm::BatchNorm,
        conv::Conv,
        dense::Dense,
        dropout::Dropout,
        flatten::Flatten,
        window::{Padding, Window},
    },
    train,
    train::Weights,
};
use nalgebra::{DMatrix, SymmetricEigen};

use crate::common::{gpu, session};

/// A trained network of 183 parameters with all that differs between training and evaluation, over 20 pictures in batches
/// of 8.
fn small(device: &Device) -> Session {
    let pixels = (0..20 * 16).map(|at| ((at * 37 % 101) as f32 / 50.0 - 1.0).sin()).collect();
    let labels = Targets::classes((0..20).map(|at| at % 3).collect(), 3);
    let dataset = Dataset::of("mine", [1, 4, 4], Inputs::Floats(pixels), labels, Splits::all(20)).expect("they fit");
    let mut net = Network::new([1, 4, 4]);
    let window = Window { padding: Padding::Same, ..Window::new(&[3, 3]) };
    let conv = net.add(Conv::new(3, window, None), &[net.input()]);
    let norm = net.add(BatchNorm { activation: Some(&TANH), ..BatchNorm::default() }, &[conv]);
    let dropped = net.add(Dropout { rate: 0.4 }, &[norm]);
    let flat = net.add(Flatten, &[dropped]);
    net.add(Dense::new(3, None), &[flat]);
    let descent = Descent::named("adam", &["learning_rate=0.01", "ema=0.5"]).expect("its keys");
    let model = Model::of(net.build().expect("a network"), &CATEGORICAL, descent, dataset, Settings::of(4, 8));
    let mut session = block_on(Session::new(model.expect("they fit"), device)).expect("room");
    block_on(train(&mut session, &mut [])).expect("finite numbers");
    session
}

fn weights(session: &mut Session) -> Weights {
    block_on(session.weights()).expect("they can be read")
}

fn all(session: &Session) -> Vec<u32> {
    landscape::examples(session.model().dataset(), Split::Train, None, 1)
}

#[test]
fn in_the_middle_of_a_surface_is_the_loss_of_the_weights() {
    for device in [Device::cpu(), gpu()] {
        let mut session = small(&device);
        let (before, snapshot) = (
            block_on(session.evaluate(Split::Train)).expect("it runs").expect("examples"),
            block_on(session.snapshot()).expect("it can be read"),
        );
        let request = Request { points: 3, range: 0.5, examples: None, seeds: vec![1, 2] };
        let surfaces = block_on(landscape::surfaces(&mut session, &request, || true)).expect("surfaces");
        assert_eq!(block_on(session.snapshot()).expect("it can be read"), snapshot, "the session is as it was");
        for surface in &surfaces {
            let middle = surface.losses[4].expect("a number");
            assert!((middle - before.loss).abs() < 1e-6, "{middle} {}", before.loss);
            assert!(surface.losses.iter().flatten().filter(|&&loss| loss != middle).count() == 8, "{surface:?}");
        }
        assert_ne!(surfaces[0], surfaces[1], "other directions");
        // Stopped, it is left out, and goes on to the same numbers.
        let none = block_on(landscape::surfaces(&mut session, &request, || false)).expect("nothing");
        assert!(none.is_empty());
        let centre = weights(&mut session);
        let plane = Plane::random(session.model().plan(), centre, 1).expect("filters");
        let mut surface = Surface::square(3, 0.5);
        let examples = all(&session);
        while !surface.is_done() {
            block_on(surface.walk(&mut session, &plane, &examples, |_| false)).expect("it runs");
        }
        assert_eq!(surface, surfaces[0]);
    }
}

#[test]
fn each_filter_of_a_direction_is_as_long_as_that_of_the_weights() {
    let mut session = session("configs/fashion-cnn.toml", &["data.source=digits", "data.test=100"], &Device::cpu());
    let (weights, plan) = (weights(&mut session), session.model().plan().clone());
    let direction = directions::random(&plan, &weights, 7, 0);
    let length = |numbers: &[f32]| numbers.iter().map(|&number| f64::from(number).powi(2)).sum::<f64>().sqrt();
    let mut filters = 0;
    for learned in &plan.learned {
        let range = learned.slice.offset..learned.slice.offset + learned.slice.length;
        let (direction, weights) = (&direction[range.clone()], &weights.parameters[range]);
        if learned.shape.len() == 1 {
            assert!(direction.iter().all(|&number| number == 0.0), "{}", learned.name);
            continue;
        }
        let size = learned.shape[1..].iter().product();
        for (direction, weights) in direction.chunks(size).zip(weights.chunks(size)) {
            assert!((length(direction) / length(weights) - 1.0).abs() < 1e-6, "{}", learned.name);
            filters += 1;
        }
    }
    assert!(filters > 40, "{filters}");
    assert_eq!(direction, directions::random(&plan, &weights, 7, 0));
    for (seed, which) in [(7, 1), (8, 0)] {
        let other = directions::random(&plan, &weights, seed, which);
        let along: f64 = direction.iter().zip(&other).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
        assert!((along / length(&direction).powi(2)).abs() < 0.1, "almost at right angles: {along}");
    }
}

#[test]
fn a_gradient_in_evaluation_is_that_of_the_loss_that_is_evaluated() {
    let mut session = small(&Device::cpu());
    let figures = block_on(session.evaluate(Split::Train)).expect("it runs").expect("examples");
    let (weights, examples) = (weights(&mut session), all(&session));
    let mut hessian = block_on(Hessian::new(&mut session, &examples)).expect("room");
    let at = hessian.place(&weights);
    let (loss, gradient) = hessian.gradient(&at);
    assert!((loss - figures.loss).abs() < 1e-6, "{loss} {}", figures.loss);
    assert_eq!(hessian.gradient(&at).1, gradient, "nothing is updated");
    for parameter in 0..hessian.parameters() {
        let mut beside = |step: f64| {
            let mut at = at.clone();
            at[parameter] += step;
            hessian.gradient(&at).0
        };
        let difference = (beside(1e-5) - beside(-1e-5)) / 2e-5;
        let error = (difference - gradient[parameter]).abs();
        assert!(error < 1e-8 * (1.0 + difference.abs()), "{parameter}: {difference} {}", gradient[parameter]);
    }
}

#[test]
fn the_ends_of_the_spectrum_are_those_of_the_whole_hessian() {
    let mut session = small(&Device::cpu());
    let (centre, examples) = (weights(&mut session), all(&session));
    let plane = Plane::random(session.model().plan(), centre, 3).expect("filters");
    let mut hessian = block_on(Hessian::new(&mut session, &examples)).expect("room");
    for place in [[0.0, 0.0], [0.7, -0.4]] {
        let weights = plane.at(place);
        let at = hessian.place(&weights);
        let count = at.len();
        assert_eq!(count, 183, "about 200 parameters");
        let mut dense = DMatrix::zeros(count, count);
        for column in 0..count {
            let mut unit = vec![0.0; count];
            unit[column] = 1.0;
            dense.set_column(column, &nalgebra::DVector::from_vec(hessian.product(&at, &unit)));
        }
        let asymmetry = (&dense - dense.transpose()).amax() / dense.amax();
        assert!(asymmetry < 1e-6, "a Hessian is symmetric: {asymmetry}");
        let eigen = SymmetricEigen::new((&dense + dense.transpose()) / 2.0).eigenvalues;
        let found = hessian.extremes(&weights, 1);
        for (found, right) in [(found.smallest, eigen.min()), (found.largest, eigen.max())] {
            assert!((found - right).abs() < 0.02 * right.abs(), "{found} {right}");
        }
        assert!(found.smallest < 0.0 && found.products < count, "{found:?}");
    }
}

/// A kink between the two gradients of a difference is a jump that has nothing to do with the curvature around it. A
/// Hessian is symmetric; what jumps are taken for it is not.
#[test]
fn kinks_are_not_taken_for_curvature() {
    let pixels = (0..40 * 64).map(|at| ((at * 37 % 101) as f32 / 50.0 - 1.0).sin()).collect();
    let labels = Targets::classes((0..40).map(|at| at % 3).collect(), 3);
    let dataset = Dataset::of("mine", [1, 8, 8], Inputs::Floats(pixels), labels, Splits::all(40)).expect("they fit");
    let mut net = Network::new([1, 8, 8]);
    let mut last = net.input();
    for _ in 0..4 {
        let window = Window { padding: Padding::Same, ..Window::new(&[3, 3]) };
        last = net.add(Conv::new(16, window, Some(&RELU)), &[last]);
    }
    let flat = net.add(Flatten, &[last]);
    net.add(Dense::new(3, None), &[flat]);
    let descent = Descent::named("sgd", &[]).expect("its defaults");
    let model = Model::of(net.build().expect("a network"), &CATEGORICAL, descent, dataset, Settings::of(1, 40));
    let mut session = block_on(Session::new(model.expect("they fit"), &Device::cpu())).expect("room");
    let (weights, examples) = (weights(&mut session), all(&session));
    let mut hessian = block_on(Hessian::new(&mut session, &examples)).expect("room");
    let at = hessian.place(&weights);
    let unit = |seed: usize| {
        let numbers: Vec<f64> = (0..at.len()).map(|at| ((at * (seed + 7) * 31 % 1009) as f64).sin()).collect();
        let length = numbers.iter().map(|number| number * number).sum::<f64>().sqrt();
        numbers.into_iter().map(|number| number / length).collect::<Vec<f64>>()
    };
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    for seed in 0..4 {
        let (a, b) = (unit(2 * seed), unit(2 * seed + 1));
        let (of_a, of_b) = (hessian.product(&at, &a), hessian.product(&at, &b));
        let (there, back) = (dot(&b, &of_a), dot(&a, &of_b));
        let size = dot(&of_a, &of_a).sqrt();
        assert!((there - back).abs() < 1e-3 * size, "{there} {back}, of {size}");
    }
}

#[test]
fn principal_directions_hold_the_way_and_say_how_much_of_it() {
    let mut session = small(&Device::cpu());
    let (centre, plan) = (weights(&mut session), session.model().plan().clone());
    // A way in a plane, whose first direction has most of it.
    let plane = Plane::random(&plan, centre.clone(), 5).expect("filters");
    let places: Vec<[f64; 2]> =
        (0..8).map(|at| f64::from(at) / 7.0).map(|t| [1.0 - t, 0.2 * (6.0 * t).sin()]).collect();
    let path: Vec<Weights> = places.iter().map(|&place| plane.at(place)).collect();
    let way = Trajectory::new(&plan, centre.clone(), &path).expect("a plane");
    let [first, second] = way.explained;
    assert!(first > 0.5 && second < first && (first + second - 1.0).abs() < 1e-6, "{:?}", way.explained);
    // Nothing of it is lost: the places' weights are those of the way.
    for (weights, &place) in path.iter().zip(&way.places) {
        let back = way.plane.at(place);
        let far = |(a, b): (&f32, &f32)| (a - b).abs();
        let far = weights.parameters.iter().zip(&back.parameters).map(far).fold(0.0, f32::max);
        assert!(far < 1e-5, "{far}");
    }
    for axis in 0..2 {
        let [low, high] = way.axes(1.0)[axis];
        assert!(low < 0.0 && high > 0.0 && way.places.iter().all(|place| (low..high).contains(&place[axis])));
    }
    let error = Trajectory::new(&plan, centre.clone(), &path[..2]).expect_err("too few");
    assert_eq!(error.to_string(), "principal components take the weights of 3 epochs at least, and 2 are there");
    let line: Vec<Weights> = (0..5).map(|at| plane.at([f64::from(at), 0.0])).collect();
    let error = Trajectory::new(&plan, centre.clone(), &line).expect_err("a line");
    assert!(error.to_string().contains("they span no plane"), "{error}");
    let same = vec![centre.clone(); 4];
    assert!(Trajectory::new(&plan, centre, &same).is_err());
}

#[test]
fn what_has_no_landscape_says_why() {
    let labels = Targets::classes(vec![0, 1], 2);
    let dataset = Dataset::of("mine", [2], Inputs::Floats(vec![1.0, 0.0, 0.0, 1.0]), labels, Splits::all(2));
    let mut net = Network::new([2]);
    net.add(BatchNorm { activation: Some(&RELU), ..BatchNorm::default() }, &[net.input()]);
    let descent = Descent::named("sgd", &[]).expect("its defaults");
    let dataset = dataset.expect("they fit");
    let model = Model::of(net.build().expect("a network"), &CATEGORICAL, descent, dataset, Settings::of(1, 2));
    let mut session = block_on(Session::new(model.expect("they fit"), &Device::cpu())).expect("room");
    let request = Request { points: 3, range: 1.0, examples: None, seeds: vec![1] };
    let error = block_on(landscape::surfaces(&mut session, &request, || true)).expect_err("no filters");
    assert!(error.to_string().starts_with("the network has no weights of two axes or more"), "{error}");
    let Err(error) = block_on(Hessian::new(&mut session, &[])) else { panic!("no examples") };
    assert_eq!(error.to_string(), "the split is empty");
}
