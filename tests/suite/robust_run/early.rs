//! A run that an observer ends early is a success with nothing left to do, until more epochs are asked for.

use super::*;
use crate::common::binary;

/// Ends a run after so many epochs.
struct EndsAfter(usize);

impl Observer for EndsAfter {
    fn epoch(&mut self, record: &EpochRecord, _: &Snapshot) -> Result<ControlFlow<()>, Error> {
        Ok(if record.epoch >= self.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}

/// A new run that is watched as on the command line, and ended after so many epochs.
fn ended_after(run: &Path, config: &str, epochs: usize) -> Outcome {
    let mut session = session(config, &Device::cpu());
    let directory = RunDirectory::create(run).expect("it is new");
    directory.write("config.toml", report::seal_config(config).as_bytes()).expect("a file");
    let manner = Manner { quiet: true, ..Manner::default() };
    let mut watcher = Watcher::new(directory, &session, Interrupts::default(), manner);
    let mut ends = EndsAfter(epochs);
    let mut observers = watcher.observers();
    observers.insert(0, &mut ends);
    pollster::block_on(train::train(&mut session, &mut observers)).expect("it runs")
}

fn resume(run: &Path, arguments: &[&str]) -> (String, serde_json::Value) {
    let resume = ["train", "--device", "cpu", "--resume", "--out", binary::text(run)];
    let said = binary::stdout(&binary::run(&[&resume[..], arguments].concat()));
    let summary = fs::read(run.join("summary.json")).expect("a summary");
    (said, serde_json::from_slice(&summary).expect("JSON"))
}

#[test]
fn a_run_that_is_ended_early_has_saved_all_and_is_a_success() {
    let folder = tempfile::tempdir().expect("a folder");
    let [early, short, long] = ["early", "short", "long"].map(|name| folder.path().join(name));
    let config = |epochs| tiny(folder.path(), PLATEAU, epochs);
    assert_eq!(ended_after(&early, &config(4), 2), Outcome::StoppedEarly);
    assert_eq!(ended_after(&short, &config(2), 2), Outcome::Finished, "it was the last epoch anyway");
    assert_tidy(&early);
    assert_eq!(left(&early), left(&short), "two epochs of four are the two of two");
    assert!(early.join("plots/loss.svg").is_file());

    // Nothing is left to do; that is a success each time, and the summary stays.
    for _ in 0..2 {
        let (said, summary) = resume(&early, &[]);
        assert!(said.contains("ended early, after epoch 2 of 4"), "{said}");
        assert_eq!(
            (&summary["stopped_early"], &summary["epochs"], &summary["steps"]),
            (&true.into(), &2.into(), &10.into())
        );
        assert_eq!(left(&early), left(&short));
    }
    let (said, summary) = resume(&short, &[]);
    assert!(!said.contains("ended early") && summary.get("stopped_early").is_none(), "{said} {summary}");

    // More epochs are asked for: it goes on as if it had never been ended.
    let (said, summary) = resume(&early, &["--set", "train.epochs=5"]);
    assert!(!said.contains("ended early") && summary.get("stopped_early").is_none(), "{said} {summary}");
    assert_eq!(ended_after(&long, &config(5), 9), Outcome::Finished);
    assert_eq!(left(&early), left(&long));
}
