//! Optimizers in code are made as freely as by their names, do the same, and are checked for the same.

use gradus::optimizers::{
    Configured, Counts, Dialect, Placement, Regularization, Rule, SCALARS, Velocity,
    adadelta::Adadelta,
    adagrad::Adagrad,
    adam::Adam,
    adamw::AdamW,
    amsgrad::AmsGrad,
    lion::Lion,
    momentum::Momentum,
    nadam::Nadam,
    nesterov::Nesterov,
    regularization::{Clip, Group},
    rmsprop::RmsProp,
    sgd::Sgd,
};

use super::*;

/// A rule of another crate.
#[derive(Debug)]
struct Mine(Sgd);

impl Rule for Mine {
    fn name(&self) -> &'static str {
        "mine"
    }
    fn formula(&self) -> String {
        self.0.formula()
    }
    fn keys(&self) -> gradus::toml::Table {
        gradus::toml::Table::from_iter([("haste".to_owned(), 7.into())])
    }
    fn default_learning_rate(&self) -> f64 {
        self.0.default_learning_rate()
    }
    fn state_names(&self) -> Vec<&'static str> {
        self.0.state_names()
    }
    fn scalars(&self, learning_rate: f64, updates: u64) -> [f64; SCALARS] {
        self.0.scalars(learning_rate, updates)
    }
    fn wgsl(&self) -> &'static str {
        self.0.wgsl()
    }
    fn update_f32(&self, scalars: &[f32; SCALARS], g: &mut [f32], state: &mut [&mut [f32]]) {
        self.0.update_f32(scalars, g, state);
    }
    fn update_f64(&self, scalars: &[f64; SCALARS], g: &mut [f64], state: &mut [&mut [f64]]) {
        self.0.update_f64(scalars, g, state);
    }
}

/// Ten epochs of two steps.
fn model(descent: Descent) -> Result<Model, train::BuildError> {
    Model::of(net(&[3], 3), &CATEGORICAL, descent, dataset(), Settings::of(10, 2))
}

fn wrong(rule: impl Rule + 'static) -> String {
    let descent = Descent::of(Arc::new(rule), Schedule::constant(0.1));
    placed(model(descent).map(|_| ()).expect_err("a mistake").to_string())
}

fn adam() -> Configured {
    Configured::new(Arc::new(Adam::default()), Dialect::Lecture)
}

#[test]
fn numbers_of_rules_are_those_that_a_config_may_have() {
    let message = wrong(Adam { beta1: 2.0, ..Adam::default() });
    assert_eq!(message, "`beta1` must be a number of at least 0 and below 1, found 2.0");
    assert!(wrong(Adam { epsilon: f64::NAN, ..Adam::default() }).starts_with("`epsilon` must be"));
    let nadam = Nadam { epsilon_placement: Placement::Uncorrected, ..Nadam::of(Dialect::Lecture) };
    assert!(wrong(nadam).contains("`uncorrected`"));
    assert!(wrong(adam().average(f64::NAN)).starts_with("`ema` must be"));
    assert_eq!(wrong(adam().accumulate(0)), "`accumulate` must be an integer of at least 1, found 0");
    let pytorch = Configured::new(Arc::new(Sgd::default()), Dialect::Pytorch);
    assert_eq!(wrong(pytorch.accumulate(0)), "`accumulate` must be an integer of at least 1, found 0");
    assert!(wrong(adam().average(0.9).overwrite(0)).starts_with("`ema_overwrite` must be"));
    assert!(wrong(adam().weight_decay(-1.0)).starts_with("`weight_decay` must be"));
    assert!(wrong(adam().clip(Clip::GlobalNorm(0.0))).starts_with("`clip_global_norm` must be"));
    let message = wrong(adam().accumulate(1000));
    assert!(message.starts_with("accumulate = 1000 batches make an update, but the run has 20"), "{message}");
    let groups = vec![Group::of("layers.7.*")];
    let message = wrong(adam().regularized(Regularization { groups, ..Regularization::default() }));
    assert!(message.starts_with("no parameter's name matches `layers.7.*`"), "{message}");
}

#[test]
fn learning_rates_are_numbers_above_zero_whatever_the_rule() {
    let rules = [Arc::new(Sgd::default()) as Arc<dyn Rule>, Arc::new(Mine(Sgd::default()))];
    for (rule, rate) in rules.iter().flat_map(|rule| [f64::NAN, -1.0, 0.0, 1e60].map(|rate| (rule, rate))) {
        let message = model(Descent::of(rule.clone(), Schedule::constant(rate))).map(|_| ()).expect_err("no rate");
        let message = placed(message.to_string());
        assert!(message.starts_with("`learning_rate` must be a number above 0 and of at most 3.4e38"), "{message}");
    }
    for (schedule, keys) in [("cosin", &["initial=0.1"]), ("cosine", &["inital=0.1"]), ("cosine", &["initial=-1"])] {
        Descent::scheduled(rules[1].clone(), schedule, keys).expect_err("a mistake");
    }
    let growing = Descent::scheduled(rules[1].clone(), "exponential", &["initial=1e20", "rate=1e30", "steps=20"])
        .expect("it is right");
    let message = placed(model(growing).map(|_| ()).expect_err("too large").to_string());
    assert!(message.starts_with("the learning rate of step 14 of 20 is 3.16"), "{message}");
    let plateau = Descent::scheduled(rules[0].clone(), "plateau", &["initial=0.1"]).expect("it is right");
    let message = placed(model(plateau).map(|_| ()).expect_err("no development set").to_string());
    assert!(message.starts_with("`plateau` looks at the development set's loss"), "{message}");
    assert!(model(Descent::of(rules[1].clone(), Schedule::constant(0.1))).is_ok(), "its keys are its own");
}

fn trained(descent: Descent) -> Vec<u32> {
    weights(model(descent).unwrap_or_else(|error| panic!("{error}")))
}

fn given(rule: impl Rule + 'static) -> Vec<u32> {
    trained(Descent::of(Arc::new(rule), Schedule::constant(0.1)))
}

fn named(name: &str, keys: &[&str]) -> Vec<u32> {
    trained(Descent::named(name, &[&["learning_rate=0.1"], keys].concat()).expect("an optimizer"))
}

#[test]
fn adamw_decays_in_code_too() {
    for &dialect in Dialect::ALL {
        let expected = named("adamw", &[&format!("dialect={}", dialect.name())]);
        assert!(expected != named("adam", &[&format!("dialect={}", dialect.name())]), "decay is seen");
        assert!(given(AdamW::of(dialect)) == expected, "{dialect:?}");
        assert!(given(Configured::new(Arc::new(AdamW::of(dialect)), dialect)) == expected, "{dialect:?}");
        let none = Configured::new(Arc::new(AdamW::of(dialect)), dialect).weight_decay(0.0);
        assert!(given(none) == named("adam", &[&format!("dialect={}", dialect.name())]), "{dialect:?}");
    }
}

#[test]
fn what_surrounds_a_rule_is_what_names_have() {
    let rule = adam().weight_decay(0.3).clip(Clip::GlobalNorm(0.5)).accumulate(2).average(0.5).overwrite(3);
    let rule = rule.schedule_counts(Counts::Updates).average_counts(Counts::Batches);
    let descent = Descent::scheduled(Arc::new(rule), "cosine", &["initial=0.1", "warmup=3"]).expect("it is right");
    let keys = [
        "learning_rate={ schedule = 'cosine', initial = 0.1, warmup = 3 }",
        "weight_decay=0.3",
        "clip_global_norm=0.5",
        "accumulate=2",
        "ema=0.5",
        "ema_overwrite=3",
        "schedule_counts=updates",
        "ema_counts=batches",
    ];
    assert!(trained(descent) == trained(Descent::named("adam", &keys).expect("it is right")));
    let groups = vec![Group { learning_rate: 0.0, ..Group::of("*.bias") }];
    let regularization = Regularization { groups, l1: 0.1, ..Regularization::of(Dialect::Pytorch, 0.0) };
    let rule = Configured::new(Arc::new(Sgd { dialect: Dialect::Pytorch }), Dialect::Pytorch);
    let keys = ["dialect=pytorch", "l1=0.1", "groups=[{ pattern = '*.bias', learning_rate = 0 }]"];
    assert!(given(rule.regularized(regularization)) == named("sgd", &keys));
}

#[test]
fn every_rule_is_made_with_numbers_of_ones_own() {
    let lecture = Dialect::Lecture;
    let momentum = || Momentum { momentum: 0.8, velocity: Velocity::Gradient, ..Momentum::of(lecture) };
    let adam = || Adam { beta1: 0.8, ..Adam::of(lecture) };
    let (heavy, beta) = (["momentum=0.8", "velocity=gradient"], ["beta1=0.8"]);
    assert!(given(momentum()) == named("momentum", &heavy));
    assert!(given(Nesterov(momentum())) == named("nesterov", &heavy));
    assert!(
        given(Adagrad { initial_accumulator: 0.2, ..Adagrad::of(lecture) })
            == named("adagrad", &["initial_accumulator=0.2"])
    );
    assert!(given(RmsProp { centered: true, ..RmsProp::of(lecture) }) == named("rmsprop", &["centered=true"]));
    assert!(given(Adadelta { rho: 0.8, ..Adadelta::of(lecture) }) == named("adadelta", &["rho=0.8"]));
    assert!(given(adam()) == named("adam", &beta));
    assert!(given(AmsGrad(Adam { amsgrad: true, ..adam() })) == named("amsgrad", &beta));
    assert!(given(Nadam { beta1: 0.8, ..Nadam::of(lecture) }) == named("nadam", &beta));
    assert!(given(AdamW { adam: adam(), dialect: lecture }) == named("adamw", &beta));
    assert!(given(Lion { beta1: 0.8, ..Lion::of(lecture) }) == named("lion", &beta));
}
