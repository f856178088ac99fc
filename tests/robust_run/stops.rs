//! Stopped anywhere, above all at the ends of epochs: the resumed run gives the same bits and lines.

use std::path::Path;

use super::*;

/// Every schedule with the keys that it must have.
fn schedules() -> Vec<String> {
    let keys = |name: &str| {
        match name {
            "plateau" => return PLATEAU.to_owned(),
            "exponential" => ", rate = 0.9",
            "piecewise" => ", boundaries = [5, 9], values = [0.1, 0.05, 0.01]",
            "keras_piecewise_constant" | "PiecewiseConstantDecay" => {
                ", boundaries = [5, 9], values = [0.1, 0.05, 0.01]"
            }
            "sequence" => {
                ", parts = [{ schedule = 'linear', initial = 0.1, steps = 5 }, { schedule = 'cosine', initial = 0.1 }]"
            }
            "restarts" => ", period = 5",
            _ => "",
        }
        .to_owned()
    };
    let names = gradus::schedules::ALL.iter().map(|kind| kind.name);
    names
        .map(|name| match keys(name) {
            whole if whole.starts_with('{') => whole,
            keys => format!("{{ schedule = '{name}'{keys} }}"),
        })
        .collect()
}

fn stopped_and_resumed(run: &Path, config: &str, device: &Device, at: usize) {
    let (outcome, _) = go_on(run, config, device, |_| (), Some(at));
    assert_eq!(outcome.expect("it runs"), Outcome::Stopped, "at look {at}");
    let (outcome, _) = go_on(run, config, device, |_| (), None);
    assert_eq!(outcome.expect("it runs"), Outcome::Finished);
}

#[test]
fn stopped_at_the_ends_of_epochs_under_every_schedule_a_run_gives_the_same_bits() {
    println!("{:?}", schedules());
}

#[test]
fn a_run_stopped_at_each_look_gives_the_same_bits() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = tiny(folder.path(), PLATEAU, 4);
    let whole = folder.path().join("whole");
    go_on(&whole, &config, &Device::cpu(), |_| (), None).0.expect("it runs");
    for at in 1..=16 {
        let run = folder.path().join(format!("stopped-{at}"));
        stopped_and_resumed(&run, &config, &Device::cpu(), at);
        assert_eq!(left(&run), left(&whole), "stopped at look {at}");
        assert_tidy(&run);
    }
}
