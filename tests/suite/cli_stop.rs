//! `[train.stop]`: runs that end early, with which weights, and what a resumed one knows of it.

use std::path::Path;

use gradus::{
    Settings,
    config::Config,
    data,
    device::Device,
    graph::Graph,
    losses::CATEGORICAL,
    train::{self, Judge, Model, Outcome, Session, Split, Stop, Stopping, train as run_training},
};

use crate::{
    cli_length::{epochs, resume, state, summary, train, weights},
    common::binary::{folder, run, stderr, stdout, text},
};

/// Few examples and a large rate: the development set's loss soon rises.
const OVERFITS: [&str; 5] =
    ["data.train_limit=80", "data.dev=30", "train.batch_size=16", "optimizer.learning_rate=0.05", "train.epochs=40"];

/// The epoch with the least loss on the development set, and that loss.
fn best(out: &Path) -> (u64, f64) {
    let losses = epochs(out).into_iter().map(|line| line["dev_loss"].as_f64().expect("a loss"));
    let (at, loss) = losses.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).expect("epochs");
    (at as u64 + 1, loss)
}

#[test]
fn a_bound_ends_a_run_until_another_is_asked_for() {
    let folder = folder();
    let out = folder.path().join("run");
    train(&out, &["train.epochs=40", "train.stop={ error_below = 0.1, of = 'dev' }"]);
    let ended = epochs(&out).len() as u64;
    assert!((1..40).contains(&ended));
    let error = |line: &serde_json::Value| 1.0 - line["dev_accuracy"].as_f64().expect("a share");
    let (last, others) =
        epochs(&out).split_last().map(|(last, others)| (error(last), others.to_vec())).expect("epochs");
    assert!(last <= 0.1 && others.iter().all(|line| error(line) > 0.1));
    let why = summary(&out);
    assert_eq!((&why["stopped_early"], &why["epochs"]), (&true.into(), &ended.into()));
    let why = why["stopped_because"].as_str().expect("a reason").to_owned();
    assert!(why.starts_with("the error on the development set is 0.") && why.ends_with("no more than 0.1"), "{why}");
    // Nothing is left to do, until the bound is another.
    assert!(resume(&out, &[]).contains(&format!("ended early, after epoch {ended} of 40")));
    let said = resume(&out, &["train.stop.error_below=0.06"]);
    assert!(said.contains("no more than 0.06") && epochs(&out).len() as u64 > ended, "{said}");
}

#[test]
fn patience_ends_a_run_and_its_best_weights_are_the_final_ones() {
    let folder = folder();
    let stop = |patience| format!("train.stop={{ patience = {patience}, restore_best = true }}");
    for ema in ["optimizer.type=adam", "optimizer.ema=0.5"] {
        let [short, long] = ["short", "long"].map(|name| folder.path().join(format!("{name} {ema}")));
        train(&short, &[&OVERFITS[..], &[&stop(2), ema]].concat());
        let ((epoch, loss), ended) = (best(&short), epochs(&short).len() as u64);
        assert_eq!(ended, epoch + 2, "two epochs after the best");
        let told = summary(&short);
        assert_eq!((&told["restored_epoch"], &told["dev"]["loss"]), (&epoch.into(), &loss.into()), "{told}");
        let found = stdout(&run(&["evaluate", text(&short), "--split", "dev", "--json", "--device", "cpu"]));
        let found: serde_json::Value = serde_json::from_str(&found).expect("JSON");
        assert_eq!(found["loss"], loss, "the run's weights are those of its best epoch");
        for file in ["last.safetensors", "ema.safetensors"] {
            if short.join("checkpoints").join(file).is_file() {
                assert!(weights(&short, file) == weights(&short, "best.safetensors"), "{file}");
            }
        }
        // A resumed run knows it all: it prints the same figures, and leaves the files as they are.
        let before = [weights(&short, "last.safetensors"), weights(&short, "resume.safetensors")];
        let said = resume(&short, &[]);
        assert!(said.contains(&format!("the weights are those of epoch {epoch}, the best one")), "{said}");
        let test = told["test"]["loss"].as_f64().expect("a loss");
        assert!(said.contains(&format!("loss {test:.4} over")), "{said} {told}");
        assert!(before == [weights(&short, "last.safetensors"), weights(&short, "resume.safetensors")]);

        // With more patience it goes on from its last weights, as if it had never been ended.
        train(&long, &[&OVERFITS[..], &[&stop(5), ema]].concat());
        resume(&short, &["train.stop.patience=5"]);
        assert_eq!(epochs(&short), epochs(&long));
        for file in ["last.safetensors", "best.safetensors"] {
            assert!(weights(&short, file) == weights(&long, file), "{file}");
        }
        assert!(state(&short) == state(&long));
    }
}

#[test]
fn a_run_that_comes_to_its_end_has_its_best_weights_too() {
    let folder = folder();
    let out = folder.path().join("run");
    train(&out, &[&OVERFITS[..4], &["train.epochs=12", "train.stop={ restore_best = true }"]].concat());
    let (epoch, loss) = best(&out);
    assert!(epoch < 12, "it overfits");
    let told = summary(&out);
    assert_eq!((&told["restored_epoch"], &told["dev"]["loss"]), (&epoch.into(), &loss.into()));
    assert!(told.get("stopped_early").is_none());
    assert!(weights(&out, "last.safetensors") == weights(&out, "best.safetensors"));
    // Its last weights are still there to go on from.
    let whole = folder.path().join("whole");
    train(&whole, &[&OVERFITS[..4], &["train.epochs=14", "train.stop={ restore_best = true }"]].concat());
    resume(&out, &["train.epochs=14"]);
    assert_eq!(epochs(&out), epochs(&whole));
    assert!(state(&out) == state(&whole));
}

#[test]
fn a_metric_judges_where_it_is_named() {
    let folder = folder();
    let out = folder.path().join("run");
    train(&out, &[&OVERFITS[..], &["train.stop={ patience = 3, metric = 'f1', restore_best = true }"]].concat());
    let f1: Vec<f64> = epochs(&out).iter().map(|line| line["dev_f1"].as_f64().expect("measured for it")).collect();
    let best = f1.iter().copied().fold(0.0, f64::max);
    let first = f1.iter().position(|&value| value == best).expect("it is there") + 1;
    assert_eq!((f1.len(), &summary(&out)["restored_epoch"]), (first + 3, &first.into()), "{f1:?}");
    let changed = run(&["train", "--resume", "--out", text(&out), "--set", "train.stop.metric=accuracy"]);
    assert!(stderr(&changed).contains("its best epoch was judged by it"), "{}", stderr(&changed));
}

#[test]
fn what_cannot_be_watched_is_refused_at_its_key() {
    let normal = "model.loss=normal";
    for (changes, part) in [
        (
            &["train.stop={ patience = 3 }", "data.dev=0"][..],
            "--set train.stop: `patience` looks at the development set, but",
        ),
        (
            &["train.stop={ loss_below = 1, of = 'dev' }", "data.dev=0"],
            "--set train.stop: `of` looks at the development set",
        ),
        (&["train.stop={ restore_best = true }", "data.dev=0"], "`restore_best` looks at the development set"),
        (&["train.stop={}"], "--set train.stop: nothing says when to stop; give `loss_below`"),
        (&["train.stop={ patience = 3, of = 'dev' }"], "--set train.stop: `of` does nothing without `loss_below` or"),
        (
            &["train.stop={ loss_below = 1, metric = 'f1' }"],
            "`metric` does nothing without `patience` or `restore_best`",
        ),
        (&["train.stop={ patience = 3, metric = 'f2' }"], "unknown metric `f2`; did you mean `f1`?"),
        (&["train.stop={ patience = 3, metric = 'confusion' }"], "`confusion` is a matrix"),
        (
            &["train.stop={ patience = 3, metric = 'f1' }", normal],
            "`f1` does not measure what the loss `normal` trains",
        ),
        (
            &["train.stop={ patience = 3, metric = 'accuracy' }", normal],
            "--set train.stop: the loss `normal` trains numbers",
        ),
        (
            &["train.stop={ error_below = 0 }", normal],
            "--set train.stop: the loss `normal` trains numbers, of which none",
        ),
        (&["train.stop={ patience = 3, metric = { metric = 'top_k', k = 10 } }"], "`top_10` is always right among 10"),
        (&["train.stop={ patience = 0 }"], "`patience` must be an integer of at least 1"),
    ] {
        let mut arguments = vec!["train"];
        changes.iter().for_each(|change| arguments.extend(["--set", change]));
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{changes:?} {}", stderr(&output));
        assert!(stderr(&output).contains(part), "{}", stderr(&output));
    }
    let patient =
        ["train", "--dry-run", "--device", "cpu", "--set", "train.epochs=3", "--set", "train.stop={ patience = 3 }"];
    let said = stderr(&run(&patient));
    assert!(said.contains("--set train.stop: the run can't end early: patience is 3 epochs, and it has 3"), "{said}");
}

/// A session of the digits in code, with these settings.
fn session(settings: impl FnOnce(Settings) -> Settings) -> Session {
    let changes = ["model.layers.0.units=16".to_owned(), "data.train_limit=80".into(), "data.dev=30".into()];
    let config = Config::default_with(&changes).expect("a config");
    let dataset = data::load(&config.data, true, config.seed).expect("digits");
    let graph = Graph::build(&config.model, &dataset.shape).expect("a network");
    let descent = train::Descent::named("adam", &["learning_rate=0.05"]).expect("an optimizer");
    let settings = settings(Settings::of(40, 16));
    let model = Model::of(graph, &CATEGORICAL, descent, dataset, settings);
    pollster::block_on(Session::new(model.expect("a model"), &Device::cpu())).expect("room")
}

#[test]
fn code_stops_by_its_settings_or_by_an_observer() {
    let stop = Stop { patience: Some(2), judge: Judge::Accuracy, restore_best: true, ..Stop::default() };
    let mut own = session(|settings| settings.stop(stop.clone()));
    assert_eq!(pollster::block_on(run_training(&mut own, &mut [])).expect("it runs"), Outcome::StoppedEarly);
    assert_eq!(own.why_ended(), Some("no better accuracy for 2 epochs"));
    let kept = own.restored_epoch().expect("the best was not the last");
    assert_eq!(own.epochs_done(), kept + 2);

    let mut watched = session(|settings| settings);
    let mut observer = Stopping::new(stop);
    let outcome = pollster::block_on(run_training(&mut watched, &mut [&mut observer])).expect("it runs");
    assert_eq!((outcome, watched.epochs_done()), (Outcome::StoppedEarly, own.epochs_done()));
    assert_eq!(observer.why(), Some("no better accuracy for 2 epochs"));
    // The settings put the best weights back; an observer by itself ends the run where it is.
    let [mine, last] = [&mut own, &mut watched].map(|s| pollster::block_on(s.evaluate(Split::Dev)).expect("it runs"));
    assert_ne!(mine, last);

    let mut steps = session(|settings| settings.steps(7));
    assert_eq!(pollster::block_on(run_training(&mut steps, &mut [])).expect("it runs"), Outcome::Finished);
    assert_eq!((steps.updates(), steps.epochs_done(), steps.next_epoch()), (7, 2, None));
}
