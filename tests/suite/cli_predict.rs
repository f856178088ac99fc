//! `gradus predict` as a user runs it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use crate::common::binary::{gradus, run, stderr, stdout, text};
use gradus::{
    config::Config,
    data::{self, Dataset, Targets},
};
use serde_json::Value;

/// A folder of this test's own with a run in it.
fn trained(arguments: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("run");
    let arguments = [&["train", "--device", "cpu", "--out", text(&out)], arguments].concat();
    stdout(&run(&arguments));
    (folder, out)
}

fn predict(out: &Path, input: &Path, arguments: &[&str]) -> Output {
    run(&[&["predict", text(out), "--input", text(input), "--device", "cpu"], arguments].concat())
}

/// The test examples of the digits as CSV with their labels, and those labels.
fn test_digits(dataset: &Dataset) -> (String, Vec<u32>) {
    let Targets::Classes { labels, .. } = &dataset.targets else { panic!("digits have classes") };
    let row = |&example: &u32| {
        let first = example as usize * dataset.features();
        let pixels = (first..first + dataset.features()).map(|at| dataset.inputs.get(at).to_string());
        pixels.chain([labels[example as usize].to_string()]).collect::<Vec<_>>().join(",") + "\n"
    };
    let right = dataset.test.iter().map(|&example| labels[example as usize]).collect();
    (dataset.test.iter().map(row).collect(), right)
}

fn digits(overrides: &[&str]) -> Dataset {
    let overrides: Vec<String> = overrides.iter().map(|text| text.to_string()).collect();
    let config = Config::default_with(&overrides).expect("a config");
    data::load(&config.data, true, config.seed).expect("digits")
}

#[test]
fn predictions_are_right_as_often_as_evaluate_says_with_or_without_the_runs_knowledge_of_its_data() {
    let standard = ["--set", "data.normalize=standard", "--set", "train.epochs=3"];
    let (folder, out) = trained(&standard);
    let (rows, right) = test_digits(&digits(&["data.normalize=standard"]));
    let input = folder.path().join("test.csv");
    fs::write(&input, rows).expect("a file");
    let table = stdout(&predict(&out, &input, &[]));
    let header = table.lines().next().expect("a header");
    assert_eq!(header, "example,class,probability,p_0,p_1,p_2,p_3,p_4,p_5,p_6,p_7,p_8,p_9");
    let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), right.len());
    let hits = rows.iter().zip(&right).filter(|(row, right)| row[1] == right.to_string()).count();
    let evaluated = run(&["evaluate", text(&out), "--json", "--device", "cpu"]);
    let evaluated: Value = serde_json::from_str(&stdout(&evaluated)).expect("JSON");
    assert_eq!(hits as f64 / right.len() as f64, evaluated["accuracy"].as_f64().expect("a number"));
    // The mean of -log p is the loss, too.
    let loss: f64 = rows
        .iter()
        .zip(&right)
        .map(|(row, &right)| -row[3 + right as usize].parse::<f64>().expect("a number").ln())
        .sum();
    let expected = evaluated["loss"].as_f64().expect("a number");
    assert!((loss / right.len() as f64 - expected).abs() < 1e-5, "{loss} {expected}");
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(row[0], at.to_string());
        let number = |text: &&str| text.parse::<f64>().expect("a number");
        assert!((row[3..].iter().map(number).sum::<f64>() - 1.0).abs() < 1e-5);
        assert_eq!(row[2], row[3 + row[1].parse::<usize>().expect("a class")]);
    }
    // The other device's differ by rounding.
    let elsewhere = stdout(&run(&["predict", text(&out), "--input", text(&input), "--device", "gpu"]));
    for (row, line) in rows.iter().zip(elsewhere.lines().skip(1)) {
        let pairs = row[2..].iter().zip(line.split(',').skip(2));
        let difference =
            |(a, b): (&&str, &str)| a.parse::<f64>().expect("a number") - b.parse::<f64>().expect("a number");
        assert!(pairs.map(difference).all(|difference| difference.abs() < 1e-4), "{row:?} {line}");
    }
    // A run that kept no knowledge of its data has it from the data set, to the same bits.
    fs::remove_file(out.join("data.json")).expect("train wrote it");
    assert_eq!(stdout(&predict(&out, &input, &[])), table);
    fs::write(out.join("data.json"), "{}").expect("a file");
    let output = predict(&out, &input, &[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("data.json: the file is damaged"), "{}", stderr(&output));
}

#[test]
fn the_data_set_may_be_gone_and_one_example_is_enough() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (csv, out) = (folder.path().join("train.csv"), folder.path().join("run"));
    let rows: String = (0..40).map(|at| format!("{at},{},{}\n", -at, u32::from(at >= 20))).collect();
    fs::write(&csv, format!("a,b,late\n{rows}")).expect("a file");
    let path = format!("data.path={}", text(&csv));
    let sets = [
        "data.source=csv",
        &path,
        "data.header=true",
        "data.target=late",
        "data.normalize=standard",
        "train.epochs=60",
        "train.batch_size=8",
        "optimizer.learning_rate=0.05",
        "model.loss=bernoulli",
        "model.layers=[{op='dense',units=4},{op='batch_norm',activation='relu'},{op='dense',units=1}]",
    ];
    let sets = sets.iter().flat_map(|set| ["--set", set]);
    let arguments = ["train", "--device", "cpu", "--out", text(&out)].into_iter().chain(sets).collect::<Vec<_>>();
    stdout(&run(&arguments));
    fs::remove_file(&csv).expect("it was there");
    let one = folder.path().join("one.csv");
    fs::write(&one, "a,b\n39,-39\n").expect("a file");
    let table = stdout(&predict(&out, &one, &["--checkpoint", "last"]));
    assert!(table.starts_with("example,class,probability,p_0,p_1\n0,1,0.9"), "{table}");
    let output = run(&["evaluate", text(&out), "--device", "cpu"]);
    assert_eq!(output.status.code(), Some(3), "evaluate needs the data set");
}

#[test]
fn json_lines_files_and_a_closed_stdout() {
    let (folder, out) = trained(&["--set", "train.epochs=1"]);
    let (input, table) = (folder.path().join("two.csv"), folder.path().join("table.csv"));
    let (rows, _) = test_digits(&digits(&[]));
    fs::write(&input, &rows).expect("a file");
    let lines = stdout(&predict(&out, &input, &["--json"]));
    let first: Value = serde_json::from_str(lines.lines().next().expect("a line")).expect("JSON");
    assert_eq!(first["probabilities"].as_array().map(Vec::len), Some(10));
    assert_eq!(lines.lines().count(), rows.lines().count());
    assert_eq!(stdout(&predict(&out, &input, &["--out", text(&table)])), "");
    assert_eq!(fs::read_to_string(&table).expect("it was written"), stdout(&predict(&out, &input, &[])));
    // Neither the examples nor a table are replaced by something worse.
    let output = predict(&out, &input, &["--out", text(&input)]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(&input).expect("it is still there"), rows);
    let before = fs::read(&table).expect("a table");
    fs::write(&input, "1,2\n").expect("a file");
    assert_eq!(predict(&out, &input, &["--out", text(&table)]).status.code(), Some(3));
    assert_eq!(fs::read(&table).expect("it is still there"), before);

    fs::write(&input, rows.repeat(20)).expect("a file");
    let mut child = gradus();
    child.args(["predict", text(&out), "--input", text(&input), "--device", "cpu"]);
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn a_file_is_read_by_its_own_keys_whatever_the_run_was_trained_from() {
    let (folder, out) = trained(&["--set", "train.epochs=1"]);
    let input = folder.path().join("zeros.csv");
    fs::write(&input, format!("{}\n", ["0"; 64].join(";"))).expect("a file");
    let output = predict(&out, &input, &["--set", "data.delimiter=;"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output).lines().count(), 2);
}

#[test]
fn mistakes_are_named_and_have_their_codes() {
    let (folder, out) = trained(&["--set", "train.epochs=1"]);
    let file = |name: &str, contents: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, contents).expect("a file");
        path
    };
    let pixels = ["0"; 64].join(",");
    let ragged = file("ragged.csv", format!("{pixels}\n{pixels},1\n").as_bytes());
    let words = file("words.csv", format!("{pixels}\n{pixels}\n{}\n", pixels.replacen('0', "ink", 1)).as_bytes());
    let narrow = file("narrow.csv", b"1,2,3\n");
    for (input, parts) in [
        (&ragged, ["ragged.csv, row 2", "64 are wanted"]),
        (&words, ["words.csv, row 3: column 1", "\"ink\" is not a finite number"]),
        (&narrow, ["narrow.csv: examples of [3] columns", "the network takes [1, 8, 8]"]),
        (&folder.path().join("nothing.csv"), ["nothing.csv", "No such file"]),
        (&out, ["run", "no PNG or JPEG picture"]),
    ] {
        let output = predict(&out, input, &[]);
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        assert!(parts.iter().all(|part| stderr(&output).contains(part)), "{parts:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty());
    }
    let output = predict(folder.path(), &narrow, &[]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("no run directory"), "{}", stderr(&output));
    let output = predict(&out, &file("zeros.csv", format!("{pixels}\n").as_bytes()), &["--checkpoint", "ema"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("ema.safetensors"), "{}", stderr(&output));
}
