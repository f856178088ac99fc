//! `gradus landscape`: what it leaves, that it goes on where it was stopped, and what it says of runs that have nothing to
//! draw.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use crate::common::binary::{folder, gradus, run_in, stderr, stdout};
use serde_json::Value;

/// A short run on the digits, as `NAME` in the folder.
fn train(folder: &Path, name: &str, sets: &[&str]) -> PathBuf {
    let mut arguments = vec!["train", "--device", "cpu", "--out", name, "--set", "model.layers.0.units=8"];
    arguments.extend(["--set", "train.epochs=4", "--set", "data.dev=0"]);
    arguments.extend(sets.iter().flat_map(|set| ["--set", set]));
    let output = run_in(folder, &arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    folder.join(name)
}

fn landscape(folder: &Path, arguments: &[&str]) -> std::process::Output {
    run_in(folder, &[&["landscape", "--device", "cpu"], arguments].concat())
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&read(path)).expect("JSON")
}

#[test]
fn a_run_gets_a_surface_pictures_and_figures() {
    let root = folder();
    let run = train(root.path(), "run", &[]);
    let output = landscape(root.path(), &["run", "--points", "5", "--examples", "100", "--eigenvalues", "2"]);
    assert!(stdout(&output).starts_with("digits: loss "), "{}", stdout(&output));
    let out = run.join("landscape");
    let surface = read(&out.join("surface.csv"));
    assert!(surface.starts_with("x,y,loss\n-1,-1,") && surface.lines().count() == 26, "{surface}");
    for (picture, text) in
        [("contours", "training loss"), ("relief", "first random direction"), ("eigenvalues", "λmin")]
    {
        assert!(read(&out.join(format!("{picture}.svg"))).contains(text), "{picture}");
    }
    let eigenvalues = read(&out.join("eigenvalues.csv"));
    assert!(eigenvalues.starts_with("x,y,smallest,largest,ratio,products,error\n") && eigenvalues.lines().count() == 5);
    let found = json(&out.join("landscape.json"));
    assert_eq!(
        (&found["examples"], &found["directions"], &found["not_finite"]),
        (&100.into(), &"random".into(), &0.into())
    );
    let middle: f64 =
        surface.lines().nth(13).expect("the middle").rsplit(',').next().expect("a loss").parse().expect("it");
    assert!((found["centre_loss"].as_f64().expect("a number") - middle).abs() < 1e-6);
    assert!((0.0..=1.0).contains(&found["not_convex"].as_f64().expect("a share")));

    // The whole split: the loss that `evaluate` says.
    assert!(landscape(root.path(), &["run", "--grid", "3", "--range", "0.1"]).status.success());
    let evaluated = run_in(root.path(), &["evaluate", "run", "--split", "train", "--json", "--device", "cpu"]);
    let evaluated: Value = serde_json::from_str(&stdout(&evaluated)).expect("JSON");
    let centre = json(&out.join("landscape.json"))["centre_loss"].as_f64().expect("a number");
    assert!((centre - evaluated["loss"].as_f64().expect("a number")).abs() < 1e-6, "{centre} {evaluated}");

    let other = train(root.path(), "other", &["optimizer.learning_rate=0.01", "name=b"]);
    let output = landscape(root.path(), &["run", "other", "--grid", "3", "--out", "both"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let both = read(&root.path().join("both/contours.svg"));
    assert!(both.contains("\nrun\n") && both.contains("\nother\n") && both.matches("training loss").count() == 1);
    assert!(root.path().join("both/other/surface.csv").is_file() && !other.join("landscape").exists());
    assert!(
        landscape(root.path(), &["run", "--one-d", "--grid", "7", "--split", "test", "--out", "line"]).status.success()
    );
    assert!(read(&root.path().join("line/line.svg")).contains("test loss"));
    assert_eq!(read(&root.path().join("line/surface.csv")).lines().count(), 8);
}

#[test]
fn the_way_of_training_is_drawn_where_the_run_kept_it() {
    let root = folder();
    train(root.path(), "run", &["train.checkpoint={ keep = 3 }"]);
    let kept = |name: &str| root.path().join(format!("run/checkpoints/epoch-0000{name}.safetensors")).is_file();
    assert_eq!(["1", "2", "3", "4"].map(kept), [false, true, true, true], "the last three");
    let output = landscape(root.path(), &["run", "--directions", "pca", "--grid", "4"]);
    assert!(stdout(&output).contains("% of the way's variance in the plane"), "{}", stderr(&output));
    let found = json(&root.path().join("run/landscape/landscape.json"));
    let explained: f64 =
        found["trajectory"]["explained_variance"].as_array().expect("two").iter().filter_map(Value::as_f64).sum();
    // Three points are always in a plane.
    assert!((explained - 1.0).abs() < 1e-6, "{explained}");
    let epochs = found["trajectory"]["epochs"].as_array().expect("epochs");
    assert_eq!(epochs.iter().map(|epoch| epoch["epoch"].as_u64()).collect::<Vec<_>>(), [Some(2), Some(3), Some(4)]);
    let last = &epochs[2];
    assert!((last["loss"].as_f64().expect("it") - found["centre_loss"].as_f64().expect("it")).abs() < 1e-6);
    assert!(epochs.iter().all(|epoch| epoch["loss_on_plane"].as_f64().is_some()));
    assert!(read(&root.path().join("run/landscape/contours.svg")).contains("weights after each epoch"));
}

#[test]
fn stopped_it_goes_on_to_the_same_numbers() {
    let root = folder();
    train(root.path(), "run", &[]);
    // More places than it has time for.
    let arguments = ["landscape", "run", "--device", "cpu", "--grid", "401", "--examples", "50", "--out", "out"];
    let mut child = gradus();
    let child = child.current_dir(root.path()).args(arguments).stderr(Stdio::null()).stdout(Stdio::null());
    let mut child = child.spawn().expect("the binary runs");
    let points = root.path().join("out/points.json");
    let begun = Instant::now();
    while !points.is_file() && begun.elapsed() < Duration::from_secs(120) {
        std::thread::sleep(Duration::from_millis(50));
    }
    let pid = child.id() as libc::pid_t;
    // SAFETY: a signal to our own child, which has not been waited for.
    assert_eq!(unsafe { libc::kill(pid, libc::SIGTERM) }, 0);
    assert_eq!(child.wait().expect("it ends").code(), Some(143));
    let kept = json(&points);
    let done = kept["surface"]["losses"].as_array().expect("losses").len();
    assert!((1..401 * 401).contains(&done) && !root.path().join("out/surface.csv").exists(), "{done}");

    // Of a smaller surface the first half is computed before, and one number is known by its being wrong.
    let arguments = ["run", "--grid", "4", "--examples", "50", "--out", "whole"];
    assert!(landscape(root.path(), &arguments).status.success());
    let whole = read(&root.path().join("whole/surface.csv"));
    let points = root.path().join("whole/points.json");
    let mut kept = json(&points);
    kept["surface"]["losses"].as_array_mut().expect("losses").truncate(7);
    kept["surface"]["losses"][0] = 123.0.into();
    fs::write(&points, kept.to_string()).expect("a file");
    assert!(landscape(root.path(), &arguments).status.success());
    let again = read(&root.path().join("whole/surface.csv"));
    assert!(again.contains("-1,-1,123\n"), "what was done is not done again");
    assert_eq!(again.lines().skip(2).collect::<Vec<_>>(), whole.lines().skip(2).collect::<Vec<_>>());
    // Of other directions nothing is.
    assert!(landscape(root.path(), &[&arguments[..], &["--seed", "2"]].concat()).status.success());
    assert!(!read(&root.path().join("whole/surface.csv")).contains(",123\n"));
}

#[test]
fn what_has_nothing_to_draw_is_said() {
    let root = folder();
    train(root.path(), "run", &["train.checkpoint={ keep = 2 }"]);
    fs::create_dir(root.path().join("empty")).expect("a folder");
    let fails = |arguments: &[&str], code: i32, expected: &str| {
        let output = landscape(root.path(), arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{expected}: {}", stderr(&output));
    };
    fails(&["empty"], 2, "empty: no run directory");
    fails(&["run", "empty"], 2, "empty: no run directory");
    fails(&["run", "--split", "dev"], 2, "the run's dev split is empty");
    let pca = "take the weights of 3 epochs at least, and 2 are there; to keep the weights of every epoch";
    fails(&["run", "--directions", "pca"], 2, pca);
    fails(&["run", "--directions", "pca", "--one-d"], 2, "leave --directions pca out");
    fails(&["run", "--checkpoint", "ema"], 3, "ema.safetensors");
    fails(&["run", "--range", "0"], 2, "a number above 0");
    fails(&["run", "--grid", "1"], 2, "1 is not in 2..=1001");
    fails(&["run", "--one-d", "--eigenvalues"], 2, "cannot be used with");
    let weights = root.path().join("run/checkpoints/last.safetensors");
    fs::write(&weights, &fs::read(&weights).expect("it is there")[..100]).expect("a file");
    fails(&["run"], 3, "last.safetensors");
}
