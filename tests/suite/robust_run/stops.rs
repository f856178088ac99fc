//! Stopped anywhere, above all at the ends of epochs: the resumed run gives the same bits and lines.

use std::path::Path;

use super::*;

/// Every schedule with the keys that it must have.
fn schedules() -> impl Iterator<Item = String> {
    let keys = |name: &str| match name {
        "plateau" => ", initial = 0.5, factor = 0.5, patience = 0, threshold = 0.2",
        "exponential" => ", rate = 0.9",
        "piecewise" => ", boundaries = [5, 9], values = [0.1, 0.05, 0.01]",
        "restarts" => ", period = 5",
        "sequence" => {
            ", parts = [{ schedule = 'linear', initial = 0.1, length = 5 }, { schedule = 'cosine', initial = 0.1 }]"
        }
        "PiecewiseConstantDecay" => ", boundaries = [5, 9], values = [0.1, 0.05, 0.01]",
        "PolynomialDecay" => ", initial_learning_rate = 0.1, decay_steps = 12",
        "ExponentialDecay" | "InverseTimeDecay" => ", initial_learning_rate = 0.1, decay_steps = 5, decay_rate = 0.9",
        "CosineDecay" => ", initial_learning_rate = 0.1, decay_steps = 12",
        "CosineDecayRestarts" => ", initial_learning_rate = 0.1, first_decay_steps = 5",
        _ => "",
    };
    gradus::schedules::ALL.iter().map(move |kind| format!("{{ schedule = '{}'{} }}", kind.name, keys(kind.name)))
}

fn stopped_and_resumed(run: &Path, config: &str, device: &Device, at: usize) {
    let (outcome, _) = go_on(run, config, device, |_| (), Some(at));
    assert_eq!(outcome.expect("it runs"), Outcome::Stopped, "at look {at}");
    let (outcome, _) = go_on(run, config, device, |_| (), None);
    assert_eq!(outcome.expect("it runs"), Outcome::Finished);
}

#[test]
fn stopped_at_the_ends_of_epochs_under_every_schedule_a_run_gives_the_same_bits() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut tried = 0;
    for device in [Device::cpu(), gpu()] {
        for (at, schedule) in schedules().enumerate() {
            let config = tiny(folder.path(), &schedule, 3);
            let name = |what: &str| folder.path().join(format!("{}-{at}-{what}", device.tile().is_some()));
            let whole = name("whole");
            go_on(&whole, &config, &device, |_| (), None).0.expect("it runs");
            // An epoch of five steps is three looks, the last at its end; its evaluation is another.
            for look in [3, 4, 7] {
                let run = name(&look.to_string());
                stopped_and_resumed(&run, &config, &device, look);
                assert_eq!(left(&run), left(&whole), "{schedule}, stopped at look {look}");
                tried += 1;
            }
        }
    }
    println!("{tried} runs stopped at the ends of epochs");
    assert!(tried > 50, "{tried}");
}

#[test]
fn a_run_stopped_at_each_look_gives_the_same_bits() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = tiny(folder.path(), PLATEAU, 4) + "metrics = ['f1', 'log_loss']\n";
    let whole = folder.path().join("whole");
    go_on(&whole, &config, &Device::cpu(), |_| (), None).0.expect("it runs");
    for at in 1..=16 {
        let run = folder.path().join(format!("stopped-{at}"));
        stopped_and_resumed(&run, &config, &Device::cpu(), at);
        assert_eq!(left(&run), left(&whole), "stopped at look {at}");
        assert_tidy(&run);
    }
}

/// A run of steps that ends within an epoch, with minibatches that are drawn, parts that are measured, and best weights
/// that are kept: all of it is where it was.
#[test]
fn a_run_of_steps_stopped_at_each_look_gives_the_same_bits() {
    const LENGTH: &str = "steps = 17\nsampling = 'independent'\nmeasure = ['train', 'test']";
    const STOP: &str = "[train.stop]\npatience = 9\nmetric = 'f1'\nrestore_best = true\n";
    let folder = tempfile::tempdir().expect("a folder");
    let config = tiny(folder.path(), PLATEAU, 4).replace("epochs = 4", LENGTH) + STOP;
    for (device, stride) in [(Device::cpu(), 1), (gpu(), 5)] {
        let name = |what: &str| folder.path().join(format!("{}-{what}", device.tile().is_some()));
        let whole = name("whole");
        go_on(&whole, &config, &device, |_| (), None).0.expect("it runs");
        let mut looks = 0;
        for at in (1..).step_by(stride) {
            let run = name(&at.to_string());
            let (outcome, _) = go_on(&run, &config, &device, |_| (), Some(at));
            if outcome.expect("it runs") == Outcome::Finished {
                break;
            }
            let (outcome, _) = go_on(&run, &config, &device, |_| (), None);
            assert_eq!(outcome.expect("it runs"), Outcome::Finished);
            assert_eq!(left(&run), left(&whole), "stopped at look {at}");
            looks = at;
        }
        assert!(looks > 15, "{looks}");
    }
}
