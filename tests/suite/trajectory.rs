//! Optimizers on functions of two parameters: the functions are what they say, and the walks tell the
//! lecture's story.

use gradus::experiments::trajectory::{self, ALL, Path, SEVEN, Surface, Walker, animation, picture};

fn surface(name: &str) -> &'static Surface {
    trajectory::named(name).expect("it is in ALL")
}

fn walk(surface: &Surface, optimizer: &str, keys: &[&str], steps: usize) -> Path {
    let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    let walker = Walker::new(surface, optimizer, &keys, steps).expect("valid keys");
    walker.walk(surface, surface.start, steps, || ())
}

fn seven(surface: &Surface) -> Vec<Path> {
    SEVEN.iter().map(|optimizer| walk(surface, optimizer, &[], surface.steps)).collect()
}

/// The largest error of a central difference, as a share of 1 + |slope|: the square of its width and
/// the rounding of values that go up to 10⁵.
const DIFFERENCE_TOLERANCE: f64 = 1e-6;

#[test]
fn every_gradient_is_the_derivative_of_its_function() {
    for surface in ALL {
        let [[left, right], [bottom, top]] = surface.axes;
        for at in 0..100 {
            // Places spread over the picture without a pattern: multiples of the golden ratio.
            let share = |number: usize| (number as f64 * 0.618_033_988_749_895).fract();
            let point = [left + (right - left) * share(at), bottom + (top - bottom) * share(7 * at + 3)];
            let gradient = (surface.gradient)(point);
            for axis in 0..2 {
                let width = 1e-5;
                let moved = |by: f64| {
                    let mut point = point;
                    point[axis] += by;
                    (surface.f)(point)
                };
                let slope = (moved(width) - moved(-width)) / (2.0 * width);
                let error = (gradient[axis] - slope).abs() / (1.0 + slope.abs());
                assert!(error < DIFFERENCE_TOLERANCE, "{} at {point:?}: {gradient:?}, {slope}", surface.name);
            }
        }
    }
}

#[test]
fn every_minimum_is_one_and_every_start_is_shown() {
    for surface in ALL {
        assert!(surface.shows(surface.start), "{}", surface.name);
        assert!(!surface.of_x || surface.start[1] == 0.0);
        for &[x, y] in surface.minima {
            assert!(surface.shows([x, y]), "{}", surface.name);
            let slope = (surface.gradient)([x, y]);
            assert!(slope[0].hypot(slope[1]) < 1e-6, "{}: {slope:?}", surface.name);
            let here = (surface.f)([x, y]);
            let apart = |[dx, _]: &[f64; 2]| !surface.of_x || *dx != 0.0;
            for [dx, dy] in
                [[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0], [0.7, 0.7], [-0.7, 0.7]].into_iter().filter(apart)
            {
                assert!((surface.f)([x + 0.01 * dx, y + 0.01 * dy]) > here, "{}", surface.name);
            }
        }
    }
}

#[test]
fn the_first_steps_are_those_that_one_computes_by_hand() {
    let saddle = surface("saddle");
    let [x, y] = saddle.start;
    let sgd = walk(saddle, "sgd", &["learning_rate=0.1"], 2);
    assert_eq!(sgd.points[1], [x - 0.1 * 2.0 * x, y + 0.1 * 2.0 * y]);
    // Adam's first step is the learning rate, whatever the gradient; AdaGrad's too.
    for optimizer in ["adam", "adagrad"] {
        let path = walk(saddle, optimizer, &["learning_rate=0.1"], 1);
        assert!((path.points[1][0] - (x - 0.1)).abs() < 1e-6, "{optimizer}");
        assert!((path.points[1][1] - (y + 0.1)).abs() < 1e-5, "{optimizer}");
    }
    // Nesterov's first step is the gradient's, and from there it looks ahead. What Keras stores is the place ahead.
    for (dialect, steps) in [("lecture", 1.0), ("keras", 1.9)] {
        let nesterov = walk(saddle, "nesterov", &["learning_rate=0.1", &format!("dialect={dialect}")], 1);
        assert!((nesterov.points[1][0] - (x - steps * 0.1 * 2.0 * x)).abs() < 1e-12, "{dialect}");
    }
    // An average beside it has a tensor of state of its own.
    let averaged = walk(saddle, "nesterov", &["learning_rate=0.1", "ema=0.9", "accumulate=2"], 4);
    let plain = walk(saddle, "nesterov", &["learning_rate=0.1"], 2);
    assert!((averaged.points[2][0] - plain.points[1][0]).abs() < 1e-12);
}

#[test]
fn decay_clipping_and_schedules_act_as_in_training() {
    let bowl = surface("ill_conditioned");
    let [x, y] = bowl.start;
    let [gx, gy] = (bowl.gradient)(bowl.start);
    let norm = gx.hypot(gy);
    let clipped = walk(bowl, "sgd", &["learning_rate=1", "clip_norm=0.5"], 1);
    assert!((clipped.points[1][0] - (x - gx * 0.5 / norm)).abs() < 1e-12);
    let decayed = walk(bowl, "sgd", &["learning_rate=0.1", "weight_decay=0.2"], 1);
    assert!((decayed.points[1][1] - (y - 0.1 * (gy + 0.2 * y))).abs() < 1e-12);
    let decoupled = walk(bowl, "sgd", &["learning_rate=0.1", "weight_decay=0.2", "decay=decoupled"], 1);
    assert!((decoupled.points[1][1] - (y - 0.1 * 0.2 * y - 0.1 * gy)).abs() < 1e-12);
    // Keras clips the penalty's gradient with the function's.
    let keras = ["dialect=keras", "learning_rate=1", "clip_global_norm=0.5", "decay=l2", "weight_decay=0.2"];
    let penalized = [gx + 0.2 * x, gy + 0.2 * y];
    let all = walk(bowl, "sgd", &keras, 1);
    let expected = x - penalized[0] * 0.5 / penalized[0].hypot(penalized[1]);
    assert!((all.points[1][0] - expected).abs() < 1e-12, "{:?}", all.points[1]);
    // Two equal gradients have that gradient as their mean.
    let accumulated = walk(bowl, "sgd", &["learning_rate=1", "clip_norm=0.5", "accumulate=2"], 2);
    assert!((accumulated.points[2][0] - clipped.points[1][0]).abs() < 1e-12, "{:?}", accumulated.points);
    let scheduled = walk(bowl, "sgd", &["learning_rate={ schedule = \"linear\", initial = 1.0 }"], 2);
    let second = (bowl.gradient)(scheduled.points[1]);
    assert!((scheduled.points[2][0] - (scheduled.points[1][0] - 0.5 * second[0])).abs() < 1e-12);
}

#[test]
fn plain_sgd_leaves_the_saddle_last_and_the_adaptive_ones_first() {
    let saddle = surface("saddle");
    let leaves = seven(saddle).iter().map(|path| path.leaves(saddle).expect("all leave")).collect::<Vec<_>>();
    let [sgd, momentum, nesterov, adaptive @ ..] = &leaves[..] else { panic!("seven") };
    assert!(sgd > momentum && sgd > nesterov, "{leaves:?}");
    assert!(adaptive.iter().all(|step| step < momentum && step < nesterov), "{leaves:?}");
}

#[test]
fn plain_sgd_finds_the_end_of_the_long_valley_last() {
    let valley = surface("long_valley");
    let reaches = seven(valley).iter().map(|path| path.reaches(0.05)).collect::<Vec<_>>();
    let sgd = reaches[0].unwrap_or(usize::MAX);
    assert!(reaches[1..].iter().all(|step| step.is_some_and(|step| step < sgd)), "{reaches:?}");
    let [_, momentum, nesterov, adaptive @ ..] = &reaches[..] else { panic!("seven") };
    assert!(adaptive.iter().all(|step| step < momentum && step < nesterov), "{reaches:?}");
}

#[test]
fn momentum_overshoots_on_beale_and_comes_back() {
    let beale = surface("beale");
    let paths = seven(beale);
    let farthest = |path: &Path| path.points.iter().map(|point| point[0]).fold(f64::MIN, f64::max);
    let (sgd, momentum) = (&paths[0], &paths[1]);
    assert!(farthest(sgd) < 3.0, "plain SGD comes from one side: {}", farthest(sgd));
    assert!(farthest(momentum) > 3.5, "{}", farthest(momentum));
    let end = *momentum.points.last().expect("a start at least");
    assert!(beale.distance(end).expect("a minimum") < 0.2, "{end:?}");
    assert!(momentum.losses.last() < sgd.losses.last());
}

#[test]
fn momentum_needs_fewer_steps_than_sgd_where_each_has_its_best_rate() {
    let canyon = surface("ill_conditioned");
    let best = |optimizer: &str| {
        let rates = (1..40).map(|at| format!("learning_rate={}", 0.05 * f64::from(at)));
        rates.filter_map(|rate| walk(canyon, optimizer, &[&rate], 600).reaches(1e-4)).min().expect("some rate is good")
    };
    let (sgd, momentum) = (best("sgd"), best("momentum"));
    assert!(2 * momentum < sgd, "momentum {momentum} steps, SGD {sgd}");
}

#[test]
fn all_walks_stay_finite_with_the_rates_of_their_function() {
    for surface in ALL {
        for path in seven(surface) {
            assert_eq!(path.points.len(), surface.steps + 1, "{} on {}", path.optimizer, surface.name);
            assert_eq!(path.losses.len(), path.points.len());
            let (start, end) = (path.losses[0], path.losses[surface.steps]);
            assert!(end < start, "{} on {}: {start} to {end}", path.optimizer, surface.name);
        }
    }
}

#[test]
fn logistic_regression_tells_the_moons_apart_as_well_as_a_line_can() {
    let moons = surface("noisy_moons");
    let accuracy = moons.accuracy.expect("a classifier");
    assert!(accuracy(moons.start) < 0.5, "{}", accuracy(moons.start));
    let best = accuracy(moons.minima[0]);
    assert!((0.75..0.95).contains(&best), "{best}");
    for optimizer in ["sgd", "momentum", "nesterov", "rmsprop", "adam"] {
        let end = *walk(moons, optimizer, &[], moons.steps).points.last().expect("a start at least");
        assert!(accuracy(end) > best - 0.02, "{optimizer}: {}", accuracy(end));
    }
}

#[test]
fn functions_of_one_parameter_show_what_they_are_for() {
    // Figure 4.1: below α = 2 every step descends.
    let parabola = walk(surface("parabola"), "sgd", &["learning_rate=1.9"], 20);
    assert!(parabola.losses.windows(2).all(|pair| pair[1] < pair[0]));
    let up = walk(surface("parabola"), "sgd", &["learning_rate=2.1"], 20);
    assert!(up.losses.windows(2).all(|pair| pair[1] > pair[0]));
    // A constant rate never comes nearer to a corner than its steps.
    let kink = walk(surface("kink"), "sgd", &[], 60);
    let ends: Vec<f64> = kink.points[40..].iter().map(|point| point[0].abs()).collect();
    assert!(ends.iter().all(|&end| (0.01..0.1).contains(&end)), "{ends:?}");
    // Gradient descent finds the nearer minimum, momentum swings over to the lower one.
    let well = surface("double_well");
    let [lower, nearer] = [well.minima[0], well.minima[1]];
    assert!((well.f)(lower) < (well.f)(nearer));
    let end = |optimizer: &str| walk(well, optimizer, &[], well.steps).points[well.steps][0];
    assert!((end("sgd") - nearer[0]).abs() < 0.01 && (end("momentum") - lower[0]).abs() < 0.1);
    // AdaGrad's way on a slope without end is α Σ 1/√t along both, however steep.
    let slope = walk(surface("slope"), "adagrad", &["learning_rate=1"], 50).points[50];
    let sum: f64 = (1..=50).map(|t| 1.0 / f64::from(t).sqrt()).sum();
    assert!((slope[0] + sum).abs() < 1e-3 && (slope[1] + sum).abs() < 1e-3, "{slope:?}");
    for name in ["parabola", "kink", "double_well"] {
        let svg = picture(surface(name), &seven(surface(name)));
        assert!(svg.starts_with("<svg") && svg.contains("adam") && !svg.contains("NaN"), "{name}");
    }
}

#[test]
fn a_walk_ends_where_it_is_no_longer_finite() {
    let path = walk(surface("beale"), "sgd", &["learning_rate=10"], 50);
    assert!(path.points.len() < 50);
    assert!(path.losses.iter().all(|loss| loss.is_finite()));
}

#[test]
fn the_picture_shows_every_walk_and_stays_within_its_axes() {
    let saddle = surface("saddle");
    let svg = picture(saddle, &seven(saddle));
    for name in SEVEN {
        assert!(svg.contains(name), "{name} is missing in the legend");
    }
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
    // Momentum is at 10⁹ in the end; no line may go there.
    let lines = svg.split("points=\"").skip(1).map(|text| text.split('"').next().unwrap_or_default());
    let numbers: Vec<i64> = lines.flat_map(|line| line.split([' ', ','])).filter_map(|n| n.parse().ok()).collect();
    assert!(numbers.len() > 1000 && numbers.iter().all(|number| (0..=720).contains(number)));
}

#[test]
fn the_animation_has_a_frame_for_every_step_and_40_milliseconds_each() {
    let valley = surface("long_valley");
    let paths: Vec<Path> = SEVEN.iter().map(|optimizer| walk(valley, optimizer, &[], 12)).collect();
    let mut frames = 0;
    let bytes = animation(valley, &paths, |done| frames = done).expect("few steps");
    assert_eq!(frames, 13);
    let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().expect("a PNG file");
    let control = *reader.info().animation_control().expect("an animation");
    assert_eq!((control.num_frames, control.num_plays), (13, 0));
    let mut still = vec![0; reader.output_buffer_size().expect("its size fits")];
    reader.next_frame(&mut still).expect("the still picture");
    // Frames put over one another come to the still picture, which shows the end.
    let (width, mut shown) = (reader.info().width as usize, vec![]);
    for number in 0..13 {
        let mut frame = vec![0; still.len()];
        let info = reader.next_frame(&mut frame).expect("a frame");
        let place = *reader.info().frame_control().expect("a frame has its place");
        if number == 0 {
            shown = frame[..still.len()].to_vec();
        }
        if number < 12 {
            assert_eq!((place.delay_num, place.delay_den), (40, 1000));
        }
        for (row, line) in frame.chunks(info.line_size).take(info.height as usize).enumerate() {
            for (column, pixel) in line.chunks(4).enumerate().filter(|(_, pixel)| pixel[3] == 255) {
                let at = 4 * ((place.y_offset as usize + row) * width + place.x_offset as usize + column);
                shown[at..at + 4].copy_from_slice(pixel);
            }
        }
    }
    assert!(shown == still);
}
