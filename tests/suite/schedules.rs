//! Schedules against Keras's and PyTorch's at every step. `golden/schedules.py` made the numbers.

use gradus::{
    config::Config,
    schedules::{Run, Schedule},
};

/// The largest relative error: some of PyTorch's rates are computed from the last one.
const TOLERANCE: f64 = 1e-12;

#[derive(serde::Deserialize)]
struct Case {
    schedule: String,
    /// At t = 0, 1, …; for a plateau after 0, 1, … losses.
    rates: Vec<f64>,
    losses: Option<Vec<f64>>,
}

fn read(schedule: &str) -> Result<Schedule, String> {
    let text = format!(
        "[data]\nsource = 'digits'\n[model]\nloss = 'normal'\nlayers = [{{ op = 'relu' }}]\n[optimizer]\ntype = 'sgd'\nlearning_rate = {schedule}\n"
    );
    let config = Config::read("golden.toml", &text, &[]).map_err(|error| error.to_string())?;
    let run = Run { steps: 200, steps_per_epoch: 20, stride: 1, learning_rate: 0.1 };
    Schedule::read(&config.optimizer, &run).map_err(|error| error.to_string())
}

fn golden() -> Vec<Case> {
    serde_json::from_str(include_str!("../golden/schedules.json")).expect("the script writes JSON")
}

#[test]
fn schedules_are_those_of_keras_and_pytorch() {
    let mut failures = vec![];
    for case in golden() {
        let mut schedule = read(&case.schedule).unwrap_or_else(|error| panic!("{error}\n{}", case.schedule));
        for (t, &expected) in case.rates.iter().enumerate() {
            let actual = schedule.at(t as u64);
            // A rate of almost 0 is the difference of larger ones.
            if (actual - expected).abs() > TOLERANCE * expected.max(0.1) {
                failures.push(format!("t = {t}: {actual} and not {expected}: {}", case.schedule));
                break;
            }
            if let Some(&loss) = case.losses.as_ref().and_then(|losses| losses.get(t)) {
                schedule.observe(loss);
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_schedule_is_written_as_it_is_read() {
    let more = [
        "0.25",
        "{ schedule = 'constant' }",
        "{ schedule = 'linear', warmup = 7 }",
        "{ schedule = 'cosine', epochs = 3, warmup = 7, warmup_start = 0.001 }",
        "{ schedule = 'plateau', warmup = 5 }",
        "{ schedule = 'sequence', parts = [{ schedule = 'constant', initial = 0.3, length = 10 }, { schedule = 'cosine' }] }",
    ];
    for text in golden().into_iter().map(|case| case.schedule).chain(more.map(str::to_owned)) {
        let schedule = read(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let written = schedule.to_toml().to_string();
        let again = read(&written).unwrap_or_else(|error| panic!("{error}\n{written}"));
        assert_eq!(schedule, again, "{text} became {written}");
        assert!((0..300).all(|t| schedule.at(t).to_bits() == again.at(t).to_bits()), "{text} became {written}");
    }
}
