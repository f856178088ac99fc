//! Every bit of every file flipped, every file cut off everywhere: nothing is taken for what it is not.

use std::collections::BTreeMap;

use super::*;
use gradus::{
    checksum,
    data::Signature,
    report::{Record, Row, checkpoints},
    train::{Weights, read_weights},
};

/// What the commands make of a run directory: `None` where they refuse it.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    config: Option<Config>,
    /// What a resumed run goes on from, and the lines that it keeps.
    resumed: Option<(Snapshot, Vec<serde_json::Value>, Vec<serde_json::Value>)>,
    weights: BTreeMap<&'static str, Option<Weights>>,
    signature: Option<Signature>,
    epochs: Option<Vec<serde_json::Value>>,
    steps: Option<Vec<serde_json::Value>>,
    test: Option<[Option<f64>; 2]>,
}

/// What lines say: a checksum under another name is none, and no figure.
fn figures(lines: Vec<serde_json::Value>) -> Vec<serde_json::Value> {
    let keys = ["epoch", "step", "loss", "learning_rate", "train_loss", "dev_loss", "train_accuracy", "dev_accuracy"];
    lines.into_iter().map(|line| keys.map(|key| line[key].clone()).into_iter().collect()).collect()
}

const WEIGHTS: [&str; 2] = ["checkpoints/last.safetensors", "checkpoints/best.safetensors"];

fn see(run: &Path, session: &mut Session) -> Seen {
    let read = |name: &str| fs::read(run.join(name)).expect("a file");
    let config = report::read_config_text(run).ok();
    let sealed = config.as_ref().is_some_and(|(_, sealed)| *sealed);
    let config = config.and_then(|(text, _)| Config::read("config.toml", &text, &[]).ok());
    let plan = session.model().plan().clone();
    let weights = |name: &'static str| {
        let bytes = read(name);
        let weights = checkpoints::check_sealed(&bytes, sealed).and_then(|()| read_weights(&plan, &bytes));
        (name, weights.ok().filter(|_| config.is_some()))
    };
    let weights = WEIGHTS.map(weights).into_iter().collect();
    let data = read("data.json");
    let signature = checksum::JSON.check(&data, data.len()).ok();
    let signature = signature.and_then(|_| Signature::from_json("data.json", &data).ok());
    let record = Record::read(run).ok();
    let row = Row::read(run.parent().expect("a folder"), "run", vec![]).ok();
    // Last: it cuts lines off that a resumed run writes again.
    let directory = RunDirectory::resumed(run).expect("it is free");
    let resumed = config.as_ref().and_then(|_| report::resume(&directory, session).ok());
    let resumed = resumed.map(|_| {
        let snapshot = pollster::block_on(session.snapshot()).expect("the CPU works");
        let lines = |name: &str| {
            let text = String::from_utf8(read(name)).expect("text");
            figures(text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect())
        };
        (snapshot, lines("metrics.jsonl"), lines("steps.jsonl"))
    });
    Seen {
        config,
        resumed,
        weights,
        signature,
        epochs: record.clone().map(|record| figures(record.epochs)),
        steps: record.map(|record| figures(record.steps)),
        test: row.map(|row| row.test),
    }
}

/// What was accepted is what was written, or the checkpoint before it.
fn accepted(
    seen: &Seen,
    whole: &Seen,
    before: &(Snapshot, Vec<serde_json::Value>, Vec<serde_json::Value>),
) -> Result<(), String> {
    fn same<T: PartialEq>(what: &str, seen: &Option<T>, whole: &Option<T>) -> Result<(), String> {
        match seen.is_none() || seen == whole {
            true => Ok(()),
            false => Err(format!("another {what}")),
        }
    }
    same("config", &seen.config, &whole.config)?;
    same("signature", &seen.signature, &whole.signature)?;
    same("line of metrics", &seen.epochs, &whole.epochs)?;
    same("line of steps", &seen.steps, &whole.steps)?;
    same("test figure", &seen.test, &whole.test)?;
    for name in WEIGHTS {
        same(name, &seen.weights[name], &whole.weights[name])?;
    }
    match &seen.resumed {
        Some(resumed) if resumed != before => same("checkpoint", &seen.resumed, &whole.resumed),
        _ => Ok(()),
    }
}

fn make(folder: &Path) -> (String, BTreeMap<String, Vec<u8>>) {
    let config = tiny(folder, PLATEAU, 2);
    let run = folder.join("run");
    let (outcome, _) = go_on(&run, &config, &Device::cpu(), |_| (), None);
    assert_eq!(outcome.expect("it runs"), Outcome::Finished);
    let session = session(&config, &Device::cpu());
    let signature = Signature::of(session.model().dataset()).to_json();
    fs::write(run.join("data.json"), checksum::document(&signature)).expect("a file");
    let summary =
        "{\n  \"epochs\": 2,\n  \"steps\": 10,\n  \"test\": {\n    \"accuracy\": 0.75,\n    \"loss\": 0.5\n  }\n}";
    fs::write(run.join("summary.json"), checksum::document(summary)).expect("a file");
    let names = ["config.toml", "data.json", "metrics.jsonl", "steps.jsonl", "summary.json"];
    let checkpoints = ["resume.safetensors", "resume-previous.safetensors", "last.safetensors", "best.safetensors"];
    let names = names.map(str::to_owned).into_iter().chain(checkpoints.map(|name| format!("checkpoints/{name}")));
    let files = names.map(|name| (name.clone(), fs::read(run.join(name)).expect("a file"))).collect();
    (config, files)
}

#[test]
fn no_flipped_bit_and_no_file_cut_off_is_taken_for_the_run() {
    // In memory where there is such a place: thousands of times, the disk would be waited for.
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
    let (config, files) = make(folder.path());
    let run = folder.path().join("run");
    let mut session = session(&config, &Device::cpu());
    let whole = see(&run, &mut session);
    assert!(whole.resumed.is_some() && whole.weights.values().all(Option::is_some) && whole.signature.is_some());
    let restore = || files.iter().for_each(|(name, bytes)| fs::write(run.join(name), bytes).expect("a file"));
    // The checkpoint before, without the newest.
    fs::remove_file(run.join("checkpoints/resume.safetensors")).expect("it is there");
    let before = see(&run, &mut session).resumed.expect("the one before");
    assert_ne!(Some(&before), whole.resumed.as_ref());
    restore();
    let (mut all, mut noticed) = (0, 0);
    for (name, bytes) in &files {
        let (mut tried, mut refused) = (0, 0);
        let flips = (0..8 * bytes.len()).map(|bit| {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            (format!("bit {bit}"), damaged)
        });
        let cuts = (0..bytes.len()).map(|end| (format!("cut at {end}"), bytes[..end].to_vec()));
        for (what, damaged) in flips.chain(cuts) {
            fs::write(run.join(name), damaged).expect("a file");
            let seen = see(&run, &mut session);
            if let Err(wrong) = accepted(&seen, &whole, &before) {
                panic!("{name}, {what}: {wrong} was accepted");
            }
            tried += 1;
            refused += usize::from(seen != whole);
            // A resumed run cuts its lines, and writes its last weights anew.
            for name in [&name[..], "metrics.jsonl", "steps.jsonl", WEIGHTS[0]] {
                fs::write(run.join(name), &files[name]).expect("a file");
            }
        }
        println!("{name}: {refused} of {tried} damages were noticed");
        // The checkpoint before is not looked at while the newest is whole; elsewhere a flip may leave all figures.
        if name.starts_with("checkpoints/") && !name.contains("previous") {
            assert_eq!(refused, tried, "{name}");
        }
        (all, noticed) = (all + tried, noticed + refused);
    }
    println!("{all} damages, {noticed} noticed, none accepted with other figures or weights");
}
