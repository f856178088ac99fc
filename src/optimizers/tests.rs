use rand::RngExt;

use super::*;
use crate::{
    random::{Purpose, Stream},
    schedules::{Run, Schedule},
};

fn config(optimizer: &str) -> config::OptimizerConfig {
    let text = format!(
        "[data]\nsource = 'digits'\n[model]\nloss = 'normal'\nlayers = [{{ op = 'relu' }}]\n[optimizer]\n{optimizer}\n"
    );
    config::Config::read("c.toml", &text, &[]).expect("an outline").optimizer
}

fn rule(optimizer: &str) -> Arc<dyn Rule> {
    read(&config(optimizer)).unwrap_or_else(|error| panic!("{error}\n{optimizer}"))
}

/// One parameter's walk in f64: its rule, its state, its updates.
struct Walk {
    rule: Arc<dyn Rule>,
    state: Vec<f64>,
    updates: u64,
}

impl Walk {
    fn new(optimizer: &str) -> Self {
        let rule = rule(optimizer);
        Walk { state: rule.initial_state(), rule, updates: 0 }
    }

    /// The change that a gradient makes.
    fn step(&mut self, learning_rate: f64, gradient: f64) -> f64 {
        let scalars = self.rule.scalars(learning_rate, self.updates);
        let mut change = [gradient];
        let mut state: Vec<&mut [f64]> = self.state.chunks_mut(1).collect();
        let updates = accumulate(self.rule.as_ref(), &scalars, &mut change, &mut state);
        self.updates += 1;
        if !updates {
            return 0.0;
        }
        update(self.rule.as_ref(), &scalars, &mut change, &mut state);
        change[0]
    }
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * b.abs().max(1e-300)
}

#[test]
fn the_first_step_of_adam_is_the_sign_of_the_gradient() {
    for dialect in ["lecture", "pytorch"] {
        for gradient in [-30.0, -0.02, 0.5, 1e3] {
            let step = Walk::new(&format!("type = 'adam'\ndialect = '{dialect}'")).step(1e-3, gradient);
            assert!(close(step, -1e-3 * f64::signum(gradient), 1e-5), "{dialect} {gradient}: {step}");
        }
    }
}

#[test]
fn bias_corrected_means_of_a_constant_are_that_constant() {
    let (gradient, mut walk) = (0.37, Walk::new("type = 'adam'"));
    for t in 1..=200 {
        walk.step(1e-3, gradient);
        assert!(close(walk.state[0] / (1.0 - 0.9f64.powi(t)), gradient, 1e-12), "s at {t}");
        assert!(close(walk.state[1] / (1.0 - 0.999f64.powi(t)), gradient * gradient, 1e-12), "r at {t}");
        // The mean is the lecture's sum (1−β) Σ β^(t−i) g, whose weights sum to 1 − βᵗ.
        let sum: f64 = (1..=t).map(|i| 0.1 * 0.9f64.powi(t - i) * gradient).sum();
        assert!(close(walk.state[0], sum, 1e-12), "the sum at {t}");
    }
}

#[test]
fn the_first_mean_of_rmsprop_is_a_tenth_of_the_square() {
    let mut walk = Walk::new("type = 'rmsprop'");
    walk.step(1e-3, 3.0);
    assert!(close(walk.state[0], 0.1 * 9.0, 1e-15));
    (1..50).for_each(|_| _ = walk.step(1e-3, 3.0));
    // What the 0 at the beginning leaves decays as βᵗ.
    assert!(close(9.0 - walk.state[0], 9.0 * 0.9f64.powi(50), 1e-12));
}

#[test]
fn adagrad_on_a_constant_gradient_steps_like_one_over_the_root_of_t() {
    let (rate, gradient, epsilon) = (0.01, 0.3, 1e-7);
    let mut walk = Walk::new("type = 'adagrad'");
    for t in 1..=1000 {
        let root = f64::from(t).sqrt();
        let lecture = -(rate / root) * gradient / (gradient + epsilon / root);
        assert!(close(walk.step(rate, gradient), lecture, 1e-12), "{t}");
    }
}

#[test]
fn where_epsilon_stands_matters_for_small_gradients() {
    let step = |keys: &str| -Walk::new(&format!("type = 'adam'\nepsilon = 1e-7\n{keys}")).step(1.0, 1e-4);
    let (outside, inside) = (step(""), step("epsilon_placement = 'inside'"));
    assert!((outside - 0.999).abs() < 1e-4 && (inside - 0.30).abs() < 2e-3, "{outside} {inside}");
    // Keras's ε weighs 1/√(1−β₂) = 31.6 times as much in the first step.
    let keras = step("dialect = 'keras'");
    assert!(close(keras, 1e-4 / (1e-4 + 1e-7 / 0.001f64.sqrt()), 1e-12), "{keras}");
}

/// The stored parameters of Nesterov's method are the lecture's, shifted by βv.
#[test]
fn shifted_nesterov_walks_the_lectures_two_steps() {
    let gradient = |theta: f64| 3.0 * theta - 1.0;
    let (rate, beta) = (0.05, 0.9);
    for velocity in ["step", "gradient"] {
        let mut walk = Walk::new(&format!("type = 'nesterov'\nvelocity = '{velocity}'"));
        let (mut theta, mut v, mut stored) = (2.0, 0.0, 2.0);
        for step in 0..100 {
            stored += walk.step(rate, gradient(stored));
            theta += beta * v;
            let g = gradient(theta);
            v = beta * v - rate * g;
            theta -= rate * g;
            assert!((stored - (theta + beta * v)).abs() < 1e-12, "{velocity} {step}: {stored} {theta} {v}");
        }
    }
}

/// Robbins and Monro's conditions on a noisy quadratic ½(θ − 1)², gradient θ − 1 + n with n normal of
/// deviation 1, from θ = 6, 20 seeds, 20,000 steps. α = 1/i is the mean of what was seen: deviation
/// 1/√20,000 = 0.007. A constant α = 0.5 keeps a variance of α/(2−α) = ⅓. With α = ½/i² all steps
/// together reach less than π²/12 = 0.82 of the way in the exponent: half of it is left.
#[test]
fn rates_that_sum_to_infinity_with_finite_squares_reach_the_optimum() {
    let distance = |schedule: &str| -> f64 {
        let optimizer = config(&format!("type = 'sgd'\nlearning_rate = {schedule}"));
        let rule = read(&optimizer).expect("sgd");
        let run = Run { steps: 20_000, steps_per_epoch: 100, stride: 1, learning_rate: 1.0 };
        let schedule = Schedule::read(&optimizer, &run).expect("a schedule");
        let of = |seed| {
            let mut stream = Stream::new(seed, Purpose::Test.stream(7), 0);
            let mut theta = 6.0;
            for t in 0..run.steps {
                let noise: f64 = stream.sample(rand_distr::StandardNormal);
                theta += rule.scalars(schedule.at(t), t)[0] * (theta - 1.0 + noise);
            }
            (theta - 1.0f64).powi(2)
        };
        ((0..20).map(of).sum::<f64>() / 20.0).sqrt()
    };
    let reached = distance("{ schedule = 'robbins_monro', initial = 1.0 }");
    let plateau = distance("0.5");
    let stalled = distance("{ schedule = 'robbins_monro', initial = 0.5, power = 2 }");
    assert!(reached < 0.02, "1/i comes within {reached}");
    assert!((0.3..0.9).contains(&plateau), "a constant rate stays {plateau} away, not 0.58");
    assert!(stalled > 1.5, "1/i² stops {stalled} away");
}

#[test]
fn every_key_is_written_and_read_back() {
    for optimizer in ALL {
        for dialect in Dialect::ALL {
            let rule = rule(&format!("type = '{}'\ndialect = '{}'", optimizer.name, dialect.name()));
            let mut keys = rule.keys();
            keys.insert("type".into(), optimizer.name.into());
            // Keys alone decide: another dialect's defaults must not come through.
            for other in Dialect::ALL {
                keys.insert("dialect".into(), other.name().into());
                let again = self::rule(&keys.to_string());
                // Each dialect says Nesterov's steps in its own words.
                assert!(rule.formula() == again.formula() || optimizer.name == "nesterov" && other != dialect);
                assert_eq!(rule.initial_state(), again.initial_state());
                for updates in [0, 1, 50] {
                    assert_eq!(rule.scalars(0.1, updates), again.scalars(0.1, updates), "{}", optimizer.name);
                }
            }
        }
    }
    let text = "type = 'adam'\nweight_decay = 0.1\nl1 = 0.2\ndecay_all = true\nl1_all = false\nclip_norm = 2.0\n\
                clip_penalties = 'all'\naccumulate = 2\nschedule_counts = 'updates'\nema = 0.9\nema_overwrite = 3\n\
                groups = [{ pattern = 'a.*', learning_rate = 0.5, weight_decay = 0.0 }]";
    let mut keys = rule(text).keys();
    keys.insert("type".into(), "adam".into());
    let again = rule(&keys.to_string().replace("[[groups]]", "[[optimizer.groups]]"));
    assert_eq!(again.keys(), rule(text).keys());
    assert!(again.formula().contains("g = g + 0.1 p"), "{}", again.formula());
}

#[test]
fn the_slides_l2_is_of_all_parameters() {
    let (weight, bias) = (&[2, 3][..], &[2][..]);
    let slide = rule("type = 'sgd'\nl2 = 0.1");
    let regularization = slide.regularization().expect("a penalty");
    for (name, shape) in [("a.weight", weight), ("a.bias", bias)] {
        assert_eq!(regularization.factors(name, shape)[..3], [1.0, 0.0, 0.1], "{name}");
    }
    let mut written = slide.keys();
    written.insert("type".into(), "sgd".into());
    assert!(!written.contains_key("l2") && written["decay_all"].as_bool() == Some(true));
    assert_eq!(rule(&written.to_string()).regularization(), Some(regularization));
    let weights = rule("type = 'adamw'\nl2 = 0.1\ndecay_all = false");
    let weights = weights.regularization().expect("a penalty");
    assert_eq!(
        (weights.factors("a.bias", bias)[2], weights.factors("a.weight", weight)[..3].to_vec()),
        (0.0, vec![1.0, 0.0, 0.1])
    );
}

#[test]
fn rmsprops_beta_is_its_rho() {
    let keys = |text: &str| rule(&format!("type = 'rmsprop'\n{text}")).keys();
    assert_eq!(keys("beta = 0.8"), keys("rho = 0.8"));
    assert!(keys("rho = 0.8")["beta"].as_float() == Some(0.8) && !keys("").contains_key("rho"));
    assert_eq!(keys("dialect = 'keras'\nbeta = 0.8")["rho"].as_float(), Some(0.8));
}

/// f, decoupled decay, L2, L1, and the L2 and L1 that are clipped with the gradient.
fn factors(text: &str, name: &str, shape: &[usize]) -> [f64; 6] {
    let rule = rule(&format!("type = 'sgd'\nweight_decay = 0.1\nl1 = 0.2\n{text}"));
    let factors = rule.regularization().expect("it is active").factors(name, shape);
    assert_eq!(factors[6..], [0.0; 2]);
    factors[..6].try_into().expect("six")
}

#[test]
fn weights_decay_and_in_the_lecture_biases_do_not() {
    let (weight, bias) = (&[2, 3][..], &[2][..]);
    assert_eq!(factors("", "a.weight", weight), [1.0, 0.0, 0.1, 0.2, 0.0, 0.0]);
    assert_eq!(factors("", "a.bias", bias), [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(factors("decay_all = true", "a.bias", bias), [1.0, 0.0, 0.1, 0.2, 0.0, 0.0]);
    assert_eq!(factors("decay_all = true\nl1_all = false", "a.bias", bias), [1.0, 0.0, 0.1, 0.0, 0.0, 0.0]);
    assert_eq!(factors("decay = 'decoupled'", "a.weight", weight), [1.0, 0.1, 0.0, 0.2, 0.0, 0.0]);
    let groups = "groups = [{ pattern = 'a.*', learning_rate = 0.5, weight_decay = 0.0 }, { pattern = '*' }]";
    assert_eq!(factors(groups, "a.weight", weight), [0.5, 0.0, 0.0, 0.2, 0.0, 0.0]);
    assert_eq!(factors(groups, "b.weight", weight), [1.0, 0.0, 0.1, 0.2, 0.0, 0.0]);
    assert!(rule("type = 'adam'").regularization().is_none());
    assert_eq!(rule("type = 'adamw'").regularization().expect("its own decay").weight_decay, 0.01);
    assert!(rule("type = 'adamw'\nweight_decay = 0").regularization().is_none());
}

#[test]
fn dialects_decay_what_their_frameworks_do() {
    let (weight, bias) = (&[2, 3][..], &[2][..]);
    // torch.optim takes all that it is given; its decay is after the clipping, an L1 term of the loss before.
    assert_eq!(factors("dialect = 'pytorch'", "a.bias", bias), [1.0, 0.0, 0.1, 0.0, 0.0, 0.0]);
    assert_eq!(factors("dialect = 'pytorch'\ndecay_all = false", "a.bias", bias), [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let clipped = "dialect = 'pytorch'\nclip_norm = 1";
    assert_eq!(factors(clipped, "a.weight", weight), [1.0, 0.0, 0.1, 0.0, 0.0, 0.2]);
    // Keras's `weight_decay` takes every variable; its regularizers are a kernel's, and clipped.
    assert_eq!(factors("dialect = 'keras'", "a.weight", weight), [1.0, 0.1, 0.0, 0.2, 0.0, 0.0]);
    assert_eq!(factors("dialect = 'keras'", "a.bias", bias), [1.0, 0.1, 0.0, 0.0, 0.0, 0.0]);
    let penalties = "dialect = 'keras'\ndecay = 'l2'\nclip_value = 1";
    assert_eq!(factors(penalties, "a.weight", weight), [1.0, 0.0, 0.0, 0.0, 0.1, 0.2]);
    assert_eq!(factors(penalties, "a.bias", bias), [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let other = format!("{penalties}\nclip_penalties = 'none'\ndecay_all = true");
    assert_eq!(factors(&other, "a.bias", bias), [1.0, 0.0, 0.1, 0.2, 0.0, 0.0]);
}

/// PyTorch's recipes step the scheduler beside the optimizer; Keras's schedules and the lecture's see batches.
#[test]
fn schedules_count_what_the_dialect_counts() {
    let rates = |keys: &str| -> Vec<f64> {
        let optimizer = config(&format!("type = 'sgd'\naccumulate = 3\n{keys}"));
        let stride = read(&optimizer).expect("sgd").schedule_stride();
        let run = Run { steps: 12, steps_per_epoch: 4, stride, learning_rate: 1.0 };
        let schedule = Schedule::read(&optimizer, &run).expect("a schedule");
        (0..12).map(|step| schedule.at(step)).collect()
    };
    let linear = "learning_rate = { schedule = 'linear', initial = 1.0, final = 0.0 }";
    let epochs = "learning_rate = { schedule = 'linear', initial = 1.0, final = 0.0, epochs = 3 }";
    let batches: Vec<f64> = (0..12).map(|step| 1.0 - f64::from(step) / 12.0).collect();
    let updates: Vec<f64> = (0..12).map(|step| 1.0 - f64::from(step / 3) / 4.0).collect();
    for (keys, expected) in [
        ("", &batches),
        ("dialect = 'keras'", &batches),
        ("dialect = 'pytorch'", &updates),
        ("schedule_counts = 'updates'", &updates),
        ("dialect = 'pytorch'\nschedule_counts = 'batches'", &batches),
    ] {
        // A schedule that is as long as the run, by itself or because its epochs say so.
        for schedule in [linear, epochs] {
            let rates = rates(&format!("{schedule}\n{keys}"));
            assert!(rates.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{schedule}, {keys}: {rates:?}");
        }
    }
}

#[test]
fn accumulated_batches_are_one_batch() {
    let gradients = [0.3, -0.8, 0.25, 0.9, -0.1, 0.4, 0.7, 0.2];
    let mut parts = Walk::new("type = 'adam'\naccumulate = 4");
    let mut whole = Walk::new("type = 'adam'");
    for four in gradients.chunks(4) {
        let steps: Vec<f64> = four.iter().map(|&gradient| parts.step(1e-3, gradient)).collect();
        assert_eq!(steps[..3], [0.0; 3]);
        assert!(close(steps[3], whole.step(1e-3, four.iter().sum::<f64>() / 4.0), 1e-12));
    }
}

#[test]
fn patterns_match_whole_names() {
    for (pattern, name, expected) in [
        ("layers.0.weight", "layers.0.weight", true),
        ("layers.0", "layers.0.weight", false),
        ("layers.0.*", "layers.0.weight", true),
        ("layers.1.*", "layers.11.weight", false),
        ("*.bias", "layers.0.bias", true),
        ("*", "", true),
        ("a*b*c", "aXbYc", true),
        ("a*b*c", "acb", false),
        ("*é*", "aéb", true),
    ] {
        assert_eq!(regularization::matches(pattern, name), expected, "{pattern} {name}");
    }
    let names = ["layers.0.weight", "layers.0.bias"];
    let of =
        |pattern: &str| check(rule(&format!("type = 'sgd'\ngroups = [{{ pattern = '{pattern}' }}]")).as_ref(), &names);
    assert!(of("*.bias").is_ok());
    let error = of("layer.0.*").unwrap_err().to_string();
    assert!(error.contains("no parameter's name matches `layer.0.*`; did you mean `layers.0."), "{error}");
}

#[test]
fn whatever_is_wrong_is_said_with_its_place() {
    for (text, expected) in [
        ("type = 'adan'", "c.toml:7:8: unknown optimizer `adan`; did you mean `adam`?"),
        ("type = 'adam'\ndialect = 'torch'", "c.toml:8:11: unknown dialect `torch`; did you mean `pytorch`?"),
        ("type = 'adam'\nbeta = 0.9", "unknown key `beta`; did you mean `beta1`?"),
        ("type = 'adam'\nbeta1 = 1.0", "c.toml:8:9: `beta1` must be a number of at least 0 and below 1, found 1.0"),
        ("type = 'adam'\nepsilon = 0", "`epsilon` must be a number of at least"),
        ("type = 'adagrad'\nepsilon_placement = 'uncorrected'", "unknown epsilon_placement `uncorrected`"),
        ("type = 'sgd'\nclip_norm = 1\nclip_value = 2", "gradients are clipped in one way"),
        ("type = 'sgd'\nema_overwrite = 5", "c.toml:8:17: `ema_overwrite` means nothing where the parameters"),
        ("type = 'sgd'\nema_counts = 'batches'", "`ema_counts` means nothing"),
        ("type = 'sgd'\nclip_epsilon = 1e-6", "`clip_epsilon` means nothing where nothing is clipped"),
        ("type = 'sgd'\nclip_norm = 1\nclip_epsilon = -1", "`clip_epsilon` must be a number of at least 0"),
        ("type = 'sgd'\nclip_norm = 1\nclip_penalties = 'l2'", "unknown clip_penalties `l2`"),
        ("type = 'sgd'\nema = 1", "`ema` must be a number of at least 0 and below 1"),
        ("type = 'sgd'\naccumulate = 0", "`accumulate` must be an integer of at least 1"),
        ("type = 'sgd'\nclip_norm = 0", "`clip_norm` must be a number above 0"),
        ("type = 'sgd'\nl2 = 0.1\nweight_decay = 0.1", "`l2` says all that `weight_decay` could"),
        ("type = 'sgd'\nl2 = 0.1\ndialect = 'keras'", "`l2` is the lecture's penalty, and the dialect is keras"),
        ("type = 'rmsprop'\nbeta = 0.9\nrho = 0.9", "two names of one number"),
        ("type = 'sgd'\nweight_decay = -1", "`weight_decay` must be a number of at least 0"),
        ("type = 'sgd'\ngroups = [{ patern = 'a' }]", "unknown key `patern`; did you mean `pattern`?"),
    ] {
        let error = read(&config(text)).expect_err(text).to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}
