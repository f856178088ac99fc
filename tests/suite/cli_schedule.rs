//! `schedule`, `trajectory` and what the shell is told, as a user runs them.

use std::{fs, process::Command};

use crate::common::binary::{folder, run_in as run, stderr, stdout};

/// The numbers of a CSV text's lines, without its header.
fn rows(text: &str) -> Vec<(u64, f64)> {
    let row = |line: &str| {
        let (step, rate) = line.split_once(',').expect("two columns");
        (step.parse().expect("a step"), rate.parse().expect("a number"))
    };
    text.lines().skip(1).map(row).collect()
}

const COSINE: &str = "optimizer.learning_rate={ schedule = \"cosine\", initial = 0.1, final = 0.001 }";

#[test]
fn the_schedule_as_csv_has_one_line_for_every_update() {
    let folder = folder();
    let text = stdout(&run(folder.path(), &["schedule", "--steps", "1001", "--csv", "--set", COSINE]));
    assert!(text.starts_with("step,learning_rate\n1,0.1\n"), "{text:.60}");
    let rows = rows(&text);
    assert_eq!(rows.len(), 1001);
    for (at, &(step, rate)) in rows.iter().enumerate() {
        let expected = 0.001 + 0.099 * 0.5 * (1.0 + (std::f64::consts::PI * at as f64 / 1001.0).cos());
        assert_eq!(step, at as u64 + 1);
        assert!((rate - expected).abs() < 1e-12, "{step}: {rate}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0, "a CSV draws nothing unasked");
}

#[test]
fn the_schedule_takes_the_number_of_steps_from_the_data_and_draws_a_curve() {
    let folder = folder();
    // 1,294 of the digits in portions of 32 are 41 steps an epoch.
    let output = run(folder.path(), &["schedule", "--set", "train.epochs=3", "--set", COSINE]);
    let text = stdout(&output);
    assert!(text.contains("cosine"), "{text}");
    assert!(text.lines().last().is_some_and(|line| line.trim_start().starts_with("123 ")), "{text}");
    assert_eq!(text.lines().count(), 2 + 12, "{text}");
    let svg = fs::read_to_string(folder.path().join("digits-schedule.svg")).expect("a picture");
    assert!(svg.starts_with("<svg") && svg.contains("learning rate"));
    assert!(!stderr(&output).contains("warning"), "{}", stderr(&output));
}

#[test]
fn the_data_is_not_needed_where_the_steps_are_given() {
    let folder = folder();
    let missing = ["--set", "data.source=fashion-mnist", "--set", "data.path=/nowhere"];
    let output = run(folder.path(), &[&["schedule", "--steps", "10", "--csv"], &missing[..]].concat());
    assert_eq!(rows(&stdout(&output)), (1..=10).map(|step| (step, 0.001)).collect::<Vec<_>>());
    // A set whose number of examples is known needs none of them.
    assert!(rows(&stdout(&run(folder.path(), &[&["schedule", "--csv"], &missing[..]].concat()))).len() > 1000);
    let unknown = ["--set", "data.source=idx", "--set", "data.path=/nowhere"];
    assert_eq!(run(folder.path(), &[&["schedule", "--csv"], &unknown[..]].concat()).status.code(), Some(3));
}

#[test]
fn a_schedule_that_does_not_fit_its_run_is_told() {
    let folder = folder();
    let cases = [
        ("{ schedule = \"linear\", steps = 50 }", "the schedule ends after 50 steps, but the run takes 100"),
        ("{ schedule = \"linear\", steps = 50, warmup = 10 }", "the schedule ends after 60 steps"),
        ("{ schedule = \"cosine\", steps = 200 }", "the run ends after 100 steps, but the schedule needs 200"),
        ("{ schedule = \"piecewise\", boundaries = [70, 140], values = [1.0, 0.1, 0.01] }", "needs 141"),
        ("{ schedule = \"exponential\", rate = 0.5, steps = 1000 }", ""),
        ("{ schedule = \"linear\", warmup = 10 }", ""),
        ("{ schedule = \"inverse_sqrt\" }", ""),
        ("0.1", ""),
    ];
    for (schedule, expected) in cases {
        let set = format!("optimizer.learning_rate={schedule}");
        let output = run(folder.path(), &["schedule", "--steps", "100", "--csv", "--set", &set]);
        let said = stderr(&output);
        assert!(output.status.success(), "{schedule}: {said}");
        assert_eq!(said.contains("warning"), !expected.is_empty(), "{schedule}: {said}");
        assert!(said.contains(expected), "{schedule}: {said}");
    }
}

#[test]
fn a_trajectory_is_a_table_a_csv_and_a_picture() {
    let folder = folder();
    let csv = folder.path().join("walk.csv");
    let arguments = ["trajectory", "--function", "saddle", "--optimizer", "sgd", "--optimizer", "adam"];
    let more = ["--start", "-1,0.5", "--steps", "3", "--set", "learning_rate=0.1", "--csv", "walk.csv"];
    let text = stdout(&run(folder.path(), &[&arguments[..], &more[..]].concat()));
    assert!(text.contains("x^2 - y^2"), "{text}");
    let written = fs::read_to_string(csv).expect("a file");
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines[0], "optimizer,step,x,y,loss");
    assert_eq!(lines[1], "sgd,0,-1.0,0.5,0.75");
    assert!(lines[2].starts_with("sgd,1,-0.8,0.6,"), "{}", lines[2]);
    assert_eq!((lines.len(), lines[5]), (9, "adam,0,-1.0,0.5,0.75"));
    let picture = ["trajectory", "--function", "saddle", "--out", "saddle.png", "--steps", "5"];
    stdout(&run(folder.path(), &picture));
    assert!(fs::read(folder.path().join("saddle.png")).expect("a picture").starts_with(b"\x89PNG"));
    stdout(&run(folder.path(), &["trajectory", "--steps", "5"]));
    assert!(folder.path().join("beale.svg").is_file());
    let line = ["trajectory", "--function", "parabola", "--start", "-1.5", "--steps", "9"];
    assert!(stdout(&run(folder.path(), &line)).contains("x^2 / 2"));
    assert!(folder.path().join("parabola.svg").is_file());
    let piped = stdout(&run(folder.path(), &["trajectory", "--optimizer", "lion", "--csv", "-", "--steps", "2"]));
    assert_eq!(piped.lines().count(), 4, "{piped}");
}

/// A device or a link that is named as the output stays what it is.
#[cfg(unix)]
#[test]
fn what_is_no_plain_file_is_written_through_and_not_replaced() {
    use std::os::unix::fs::{FileTypeExt, symlink};
    let folder = folder();
    let (link, target, pipe) =
        (folder.path().join("link.csv"), folder.path().join("target.csv"), folder.path().join("pipe.csv"));
    fs::write(&target, "a text that is longer than nothing").expect("a file");
    symlink(&target, &link).expect("a link");
    let arguments = |csv| ["trajectory", "--optimizer", "sgd", "--steps", "1", "--csv", csv];
    stdout(&run(folder.path(), &arguments("link.csv")));
    assert!(fs::symlink_metadata(&link).expect("it is there").is_symlink());
    assert!(fs::read_to_string(&target).expect("text").starts_with("optimizer,step,x,y,loss\nsgd,0,"));
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let reader = {
        let pipe = pipe.clone();
        std::thread::spawn(move || fs::read_to_string(pipe).expect("text"))
    };
    stdout(&run(folder.path(), &arguments("pipe.csv")));
    assert!(fs::symlink_metadata(&pipe).expect("it is there").file_type().is_fifo());
    assert_eq!(reader.join().expect("a reader").lines().count(), 3);
}

#[test]
fn mistakes_are_one_message_with_the_nearest_right_name() {
    let folder = folder();
    let cases: [(&[&str], &str); 10] = [
        (&["trajectory", "--function", "beal"], "did you mean `beale`"),
        (&["trajectory", "--optimizer", "adm"], "did you mean `adam`"),
        (&["trajectory", "--optimizer", "adam", "--set", "beta3=0.5"], "adam: --set beta3: unknown key"),
        (&["trajectory", "--optimizer", "adam", "--set", "sgd.learning_rate=1"], "add --optimizer sgd"),
        (&["trajectory", "--start", "1"], "two numbers are wanted"),
        (&["trajectory", "--function", "kink", "--start", "1,2"], "one number is wanted"),
        (&["trajectory", "--function", "kink", "--out", "x.png"], "drawn as .svg"),
        (&["trajectory", "--out", "x.gif"], "a moving one in .png"),
        (&["schedule", "--steps", "0"], "--steps"),
        (&["man", "trian"], "did you mean `train`"),
    ];
    for (arguments, expected) in cases {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{arguments:?}: {}", stderr(&output));
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn shells_and_the_manual_know_every_command() {
    let folder = folder();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(stdout(&run(folder.path(), &["completions", shell])).contains("trajectory"), "{shell}");
    }
    let manual = stdout(&run(folder.path(), &["man"]));
    assert!(manual.contains(".TH gradus") && manual.contains("trajectory"), "{manual:.200}");
    assert!(stdout(&run(folder.path(), &["man", "schedule"])).contains("steps"));
}

#[test]
fn train_says_so_when_the_schedule_is_not_as_long_as_the_run() {
    let folder = folder();
    for (steps, said) in [(7, "the schedule ends after 7 steps"), (1_000_000, "the schedule needs 1000000")] {
        let rate = format!("optimizer.learning_rate={{ schedule = \"linear\", initial = 0.1, steps = {steps} }}");
        let output = run(folder.path(), &["train", "--device", "cpu", "--dry-run", "--set", &rate]);
        assert!(output.status.success() && stderr(&output).contains(said), "{}", stderr(&output));
    }
    let whole = run(folder.path(), &["train", "--device", "cpu", "--dry-run", "--set", COSINE]);
    assert!(!stderr(&whole).contains("warning"), "{}", stderr(&whole));
}
