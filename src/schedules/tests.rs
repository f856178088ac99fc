use super::*;

fn schedule(text: &str) -> Result<Schedule, String> {
    let text = format!(
        "[data]\nsource = 'digits'\n[model]\nloss = 'normal'\nlayers = [{{ op = 'relu' }}]\n[optimizer]\ntype = 'sgd'\n{text}\n"
    );
    let config = config::Config::read("c.toml", &text, &[]).expect("an outline");
    let run = Run { steps: 1000, steps_per_epoch: 50, stride: 1, learning_rate: 0.5 };
    Schedule::read(&config.optimizer, &run).map_err(|error| error.to_string())
}

fn of(text: &str) -> Schedule {
    schedule(&format!("learning_rate = {text}")).unwrap_or_else(|error| panic!("{error}"))
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12
}

#[test]
fn the_lectures_curves_have_its_end_points() {
    // 0.1 to 0.001 in 1000 steps, as the lecture draws them.
    let decay = "initial = 0.1, final = 0.001";
    for name in ["linear", "polynomial", "cosine", "cosine_squared"] {
        let schedule = of(&format!("{{ schedule = '{name}', {decay} }}"));
        assert!(close(schedule.at(0), 0.1) && close(schedule.at(1000), 0.001), "{name}");
        assert!(close(schedule.at(10_000), 0.001), "{name} stays at its end");
        assert!((0..1000).all(|t| schedule.at(t + 1) < schedule.at(t)), "{name} falls");
    }
    assert!(close(of("{ schedule = 'exponential', initial = 0.1, rate = 0.01, steps = 1000 }").at(1000), 0.001));
    assert!(close(of("{ schedule = 'inverse_sqrt', initial = 0.1 }").at(9_999), 0.001));
    assert!(close(of("{ schedule = 'robbins_monro', initial = 0.1 }").at(99), 0.001));
}

#[test]
fn exponential_decay_is_by_a_factor_every_step_unless_a_time_is_given() {
    let slide = of("{ schedule = 'exponential', initial = 0.1, rate = 0.99 }");
    assert!((0..500).all(|t| close(slide.at(t), 0.1 * 0.99f64.powi(t as i32))));
    let epochs = of("{ schedule = 'exponential', initial = 0.1, rate = 0.5, epochs = 2, staircase = true }");
    assert!(close(epochs.at(99), 0.1) && close(epochs.at(100), 0.05) && close(epochs.at(299), 0.025));
}

#[test]
fn an_inverse_square_root_goes_on_from_its_warmup() {
    let slide = of("{ schedule = 'inverse_sqrt', initial = 0.2, warmup = 100 }");
    // Steps count from 1.
    assert!((1..=100u32).all(|step| close(slide.at(u64::from(step) - 1), 0.2 * f64::from(step) / 100.0)));
    assert!((100..900u32).all(|step| close(slide.at(u64::from(step) - 1), 0.2 * (100.0 / f64::from(step)).sqrt())));
    // What runs wrote before has a period, and means what it meant.
    let before = of("{ schedule = 'inverse_sqrt', initial = 0.2, period = 1, warmup = 100 }");
    assert!(close(before.at(99), 0.2) && close(before.at(103), 0.1));
    let plain = of("{ schedule = 'inverse_sqrt', initial = 0.2 }");
    assert!((0..900).all(|t| close(plain.at(t), 0.2 / ((t + 1) as f64).sqrt())));
}

#[test]
fn keras_names_are_taken_as_its_documents_print_them() {
    let keys = "initial_learning_rate = 0.1, decay_steps = 100";
    for name in ["CosineDecay", "PolynomialDecay"] {
        let printed = of(&format!("{{ schedule = 'keras.optimizers.schedules.{name}', {keys} }}"));
        assert_eq!(printed, of(&format!("{{ schedule = '{name}', {keys} }}")));
    }
    for name in ["keras.optimizers.schedules.cosine", "keras.optimizers.schedules.CosinDecay"] {
        let error = schedule(&format!("learning_rate = {{ schedule = '{name}' }}")).expect_err(name);
        assert!(error.contains("unknown schedule") && error.contains("CosineDecay"), "{error}");
    }
}

#[test]
fn both_forms_of_the_cosine_agree() {
    let a = of("{ schedule = 'cosine', initial = 0.1, final = 0.001 }");
    let b = of("{ schedule = 'cosine_squared', initial = 0.1, final = 0.001 }");
    assert!((0..1100).all(|t| close(a.at(t), b.at(t))));
}

#[test]
fn a_restart_begins_where_the_first_period_began() {
    let schedule = of("{ schedule = 'restarts', initial = 0.05, period = 10, multiplier = 2 }");
    for start in [0, 10, 30, 70, 150] {
        assert!(close(schedule.at(start), 0.05), "{start}");
    }
    assert!(schedule.at(9) < 0.002 && schedule.at(29) < 0.001);
}

#[test]
fn warmup_rises_linearly_and_then_the_schedule_begins() {
    let schedule = of("{ schedule = 'linear', initial = 0.4, warmup = 200 }");
    assert!((0..200).all(|t| close(schedule.at(t), 0.4 * (t + 1) as f64 / 200.0)));
    assert!(close(schedule.at(200), 0.4));
    // What is left of the run is the decay's.
    assert!(close(schedule.at(600), 0.2) && close(schedule.at(1000), 0.0));
    let keras = of("{ schedule = 'constant', initial = 0.4, warmup = 4, warmup_start = 0.0 }");
    assert_eq!((0..6).map(|t| keras.at(t)).collect::<Vec<_>>(), [0.0, 0.1, 0.2, 0.30000000000000004, 0.4, 0.4]);
}

#[test]
fn a_sequence_gives_each_part_its_own_time() {
    let schedule = of(
        "{ schedule = 'sequence', parts = [{ schedule = 'linear', initial = 0.2, length = 10 }, { schedule = 'linear', initial = 0.1 }] }",
    );
    assert!(close(schedule.at(5), 0.1) && close(schedule.at(10), 0.1) && close(schedule.at(505), 0.05));
}

#[test]
fn times_are_steps_or_epochs_or_the_whole_run() {
    let half = |text: &str, t: u64| assert!(close(of(text).at(t), 0.25), "{text}");
    half("{ schedule = 'linear' }", 500);
    half("{ schedule = 'linear', epochs = 2 }", 50);
    half("{ schedule = 'linear', steps = 30 }", 15);
    assert!(close(schedule("").expect("the optimizer's own").at(7), 0.5));
}

#[test]
fn a_plateau_goes_on_from_what_it_remembered() {
    let losses = [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5];
    let mut whole = of("{ schedule = 'plateau', patience = 1, factor = 0.5 }");
    losses.iter().for_each(|&loss| whole.observe(loss));
    let mut first = of("{ schedule = 'plateau', patience = 1, factor = 0.5 }");
    losses[..4].iter().for_each(|&loss| first.observe(loss));
    let mut second = of("{ schedule = 'plateau', patience = 1, factor = 0.5 }");
    second.remember(&first.memory());
    losses[4..].iter().for_each(|&loss| second.observe(loss));
    assert_eq!(whole, second);
    assert!(close(whole.at(0), 0.125));
}

#[test]
fn whatever_is_wrong_is_said_with_its_place() {
    for (text, expected) in [
        ("learning_rate = -1", "`learning_rate` must be a number above 0 and of at most 3.4e38, found -1"),
        ("learning_rate = nan", "`learning_rate` must be a number above 0 and of at most 3.4e38, found NaN"),
        ("learning_rate = 'high'", "`learning_rate` must be a number above 0, or a schedule"),
        ("learning_rate = { schedule = 'cosin' }", "did you mean `cosine`?"),
        ("learning_rate = { initial = 0.1 }", "the key `schedule` is missing"),
        ("learning_rate = { schedule = 'cosine', intial = 0.1 }", "unknown key `intial`; did you mean `initial`?"),
        (
            "learning_rate = { schedule = 'cosine', initial = -0.1 }",
            "`initial` must be a number above 0 and of at most 3.4e38, found -0.1",
        ),
        ("learning_rate = { schedule = 'cosine', steps = 0 }", "`steps` must be an integer of at least 1, found 0"),
        ("learning_rate = { schedule = 'cosine', steps = 1, epochs = 1 }", "give `steps` or `epochs`, not both"),
        ("learning_rate = { schedule = 'exponential' }", "the key `rate` is missing"),
        (
            "learning_rate = { schedule = 'piecewise', boundaries = [5, 5], values = [1, 2, 3] }",
            "boundaries must ascend, but 5 stands before 5",
        ),
        (
            "learning_rate = { schedule = 'piecewise', boundaries = [5], values = [1, 2, 3] }",
            "1 boundaries make 2 pieces, but there are 3 values",
        ),
        ("learning_rate = { schedule = 'sequence', parts = [] }", "a sequence has at least one part"),
        ("learning_rate = { schedule = 'constant', warmup_start = 0.1 }", "`warmup_start` needs `warmup`"),
    ] {
        let error = schedule(text).expect_err(text);
        assert!(error.starts_with("c.toml:8:") && error.contains(expected), "{text}: {error}");
    }
}
