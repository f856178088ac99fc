//! What a run learned about its data stays its own: new data, changed data, columns, classes, words' numbers,
//! and tables that can't be trained on, as a user meets them.

mod tables;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use crate::common::binary::{folder, run_in, stderr, stdout};
use serde_json::Value;

/// A folder with files and runs, in which the binary runs.
struct Desk(tempfile::TempDir);

const CONFIG: &str = "\
[data]
source = 'csv'
[model]
loss = 'categorical'
layers = []
[optimizer]
type = 'adam'
learning_rate = 0.05
[train]
epochs = 20
batch_size = 16
";

/// A softmax over so many classes behind one layer.
fn linear(classes: usize) -> String {
    format!("model.layers=[{{op='dense',units={classes}}}]")
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk(folder());
        desk.write("c.toml", CONFIG);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        fs::write(self.path(name), contents).expect("a file");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("text")
    }

    fn gradus(&self, arguments: &[&str]) -> Output {
        run_in(self.0.path(), &[arguments, &["--device", "cpu"]].concat())
    }

    /// Trains on a table a few epochs long.
    fn train(&self, out: &str, sets: &[&str]) -> Output {
        let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
        self.gradus(&[&["train", "c.toml", "--out", out], &sets[..]].concat())
    }

    fn evaluate(&self, out: &str, arguments: &[&str]) -> Output {
        self.gradus(&[&["evaluate", out, "--json"], arguments].concat())
    }

    fn predict(&self, out: &str, input: &str, arguments: &[&str]) -> Output {
        self.gradus(&[&["predict", out, "--input", input], arguments].concat())
    }
}

#[track_caller]
fn refused(output: &Output, code: i32, parts: &[&str]) {
    let said = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(parts.iter().all(|part| said.contains(part)), "{parts:?} are not in: {said}");
    assert_eq!(said.lines().filter(|line| line.starts_with("error: ")).count(), 1, "{said}");
}

#[track_caller]
fn warned(output: &Output, parts: &[&str]) {
    let said = stderr(output);
    assert!(output.status.success(), "{said}");
    let one = said.lines().any(|line| line.starts_with("warning") && parts.iter().all(|part| line.contains(part)));
    assert!(one, "no warning has {parts:?}: {said}");
}

#[track_caller]
fn json(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).expect("JSON")
}

/// Rows of a table whose class says on which side of `middle` the first column is.
fn rows(count: usize, middle: f64) -> Vec<[String; 3]> {
    let noise = |at: usize| ((at * 7919 + 13) % 1000) as f64 / 1000.0 - 0.5;
    let row = |at: usize| {
        let a = middle + noise(at) + if noise(at) < 0.0 { -0.1 } else { 0.1 };
        [format!("{a:.4}"), format!("{:.4}", noise(at + 333)), u32::from(a > middle).to_string()]
    };
    (0..count).map(row).collect()
}

fn table(header: &str, rows: &[[String; 3]], order: [usize; 3]) -> String {
    let line = |row: &[String; 3]| format!("{},{},{}\n", row[order[0]], row[order[1]], row[order[2]]);
    header.to_owned() + &rows.iter().map(line).collect::<String>()
}

#[test]
fn new_data_have_the_runs_scale_and_all_of_them_are_a_test() {
    let desk = Desk::new();
    desk.write("data.csv", table("a,b,y\n", &rows(300, 10.0), [0, 1, 2]));
    let trained = desk.train("run", &["data.path=data.csv", "data.target=y", &linear(2)]);
    assert!(trained.status.success(), "{}", stderr(&trained));
    let known: Value = serde_json::from_str(&desk.read("run/data.json")).expect("JSON");
    assert_eq!(known["table"]["inputs"], serde_json::json!(["a", "b"]));
    assert_eq!(known["fingerprint"]["examples"], 300);
    assert!(desk.read("run/config.toml").contains("header = true"));
    // All on one side of the training set's middle: a scale of their own would put half of them on the other.
    let one_sided: Vec<[String; 3]> = rows(400, 10.0).into_iter().filter(|row| row[2] == "1").collect();
    desk.write("new.csv", table("y,a,b\n", &one_sided, [2, 0, 1]));
    let output = desk.evaluate("run", &["--set", "data.path=new.csv"]);
    assert!(stderr(&output).contains("new.csv: not the data that the run was trained on"), "{}", stderr(&output));
    let figures = json(&output);
    assert_eq!(figures["examples"], one_sided.len());
    let predicted = desk.predict("run", "new.csv", &["--score"]);
    let right = stdout(&predicted).lines().skip(1).filter(|line| line.split(',').nth(1) == Some("1")).count();
    assert_eq!(figures["accuracy"].as_f64(), Some(right as f64 / one_sided.len() as f64));
    assert!(right as f64 > 0.95 * one_sided.len() as f64);
    let score = format!("score: loss {:.4}, accuracy", figures["loss"].as_f64().expect("a number"));
    assert!(stderr(&predicted).contains(&score), "{}", stderr(&predicted));
    for split in ["train", "dev"] {
        let output = desk.evaluate("run", &["--set", "data.path=new.csv", "--split", split]);
        refused(&output, 3, &["new.csv: these are not the run's data"]);
    }
    let after: Value = serde_json::from_str(&desk.read("run/data.json")).expect("JSON");
    assert_eq!(after, known);
}

#[test]
fn a_data_set_that_moved_grew_or_changed_is_known() {
    let desk = Desk::new();
    let all = rows(320, 0.0);
    let text = table("a,b,y\n", &all[..300], [0, 1, 2]);
    desk.write("data.csv", &text);
    let set = ["data.path=data.csv", "data.target=y", &linear(2)];
    assert!(desk.train("run", &set).status.success());
    let before = json(&desk.evaluate("run", &[]));
    assert_eq!(before["examples"], 60);
    // Elsewhere, with other line ends, between other marks: the same examples.
    desk.write("moved.csv", text.replace(',', ";").replace('\n', "\r\n"));
    assert_eq!(json(&desk.evaluate("run", &["--set", "data.path=moved.csv"])), before);
    // More behind them: the splits stay.
    desk.write("data.csv", table("a,b,y\n", &all, [0, 1, 2]));
    let grown = desk.evaluate("run", &[]);
    warned(&grown, &["data.csv: there are 20 more examples", "left out"]);
    assert_eq!(json(&grown), before);
    let resume = ["train", "--resume", "--out", "run", "--set", "train.epochs=21"];
    refused(&desk.gradus(&resume), 3, &["data.csv: the data have changed", "initial_weights"]);
    // Another value: nobody knows any more which were trained on.
    desk.write("data.csv", text.replacen("\n0", "\n7", 1).replacen("\n-0", "\n-7", 1));
    refused(&desk.evaluate("run", &[]), 3, &["data.csv: the data have changed since the run was trained"]);
    assert_eq!(json(&desk.evaluate("run", &["--set", "data.path=data.csv"]))["examples"], 300);
    refused(&desk.gradus(&resume), 3, &["data.csv: the data have changed"]);
    desk.write("data.csv", &text);
    for (set, code, part) in [
        ("data.dev=0.3", 3, "the splits would be others than the run's"),
        ("seed=7", 3, "the splits would be others than the run's"),
        ("data.normalize=none", 2, "--set data.normalize: scale and classes are the run's own"),
    ] {
        let resumed = [&resume[..], &["--set", set]].concat();
        refused(&desk.gradus(&resumed), 2, &["--set "]);
        refused(&desk.evaluate("run", &["--set", set]), code, &[part]);
    }
    let resumed = desk.gradus(&resume);
    assert!(resumed.status.success(), "{}", stderr(&resumed));
}

#[test]
fn a_run_of_old_without_a_fingerprint_is_read() {
    let desk = Desk::new();
    desk.write("data.csv", table("a,b,y\n", &rows(100, 0.0), [0, 1, 2]));
    assert!(desk.train("run", &["data.path=data.csv", "data.target=y", &linear(2)]).status.success());
    let before = json(&desk.evaluate("run", &[]));
    let predicted = stdout(&desk.predict("run", "data.csv", &[]));
    let mut known: Value = serde_json::from_str(&desk.read("run/data.json")).expect("JSON");
    let known = known.as_object_mut().expect("an object");
    known.retain(|key, _| ["name", "shape", "maximum", "normalization", "targets"].contains(&key.as_str()));
    desk.write("run/data.json", serde_json::to_string(known).expect("JSON"));
    assert_eq!(json(&desk.evaluate("run", &[])), before);
    assert_eq!(stdout(&desk.predict("run", "data.csv", &[])), predicted);
}

#[test]
fn columns_are_found_by_their_names() {
    let desk = Desk::new();
    let all = rows(60, 0.0);
    desk.write("data.csv", table("a,\"b\nb\",y\n", &all, [0, 1, 2]));
    assert!(desk.train("run", &["data.path=data.csv", "data.target=y", &linear(2)]).status.success());
    desk.write("bare.csv", table("a,b b,y\n", &all, [0, 1, 2]));
    let right = stdout(&desk.predict("run", "bare.csv", &[]));
    desk.write("other.csv", format!("\u{feff}{}", table("y;b b;a\n", &all, [2, 1, 0]).replace(',', ";")));
    assert_eq!(stdout(&desk.predict("run", "other.csv", &[])), right);
    desk.write("more.csv", table("id,a,b b\n", &all, [2, 0, 1]).replacen("\n1,", "\nx,", 1));
    let output = desk.predict("run", "more.csv", &[]);
    warned(&output, &["more.csv: left out, since the run's data had no such columns: `id`"]);
    assert_eq!(stdout(&output), right);
    for (header, parts) in [
        ("a,c,y\n", ["row 1: no column `b b`", "it is one of: a, c, y"]),
        ("a,a,b b\n", ["row 1: `a` names several columns", ""]),
        ("", ["row 1: numbers only", "the names of the columns"]),
        ("\u{1b}[31ma,c,d\n", ["no column `a`", " [31ma"]),
    ] {
        desk.write("wrong.csv", table(header, &all, [0, 1, 2]));
        let output = desk.predict("run", "wrong.csv", &[]);
        refused(&output, 3, &["wrong.csv", parts[0], parts[1]]);
        assert!(!stderr(&output).contains("\u{1b}[31ma"), "a terminal would obey it");
    }
    desk.write("bare.csv", table("a,b b,z\n", &all, [0, 1, 2]));
    refused(&desk.evaluate("run", &["--set", "data.path=bare.csv"]), 3, &["no column `y` for the target"]);
    // Without a header in the run's data there is none in others.
    desk.write("data.csv", table("", &all, [0, 1, 2]));
    assert!(desk.train("bare", &["data.path=data.csv", &linear(2)]).status.success());
    assert_eq!(stdout(&desk.predict("bare", "data.csv", &[])).lines().count(), 61);
    refused(&desk.predict("bare", "bare.csv", &[]), 3, &["bare.csv, row 1: column 1: \"a\"", "data.header"]);
    assert_eq!(stdout(&desk.predict("bare", "bare.csv", &["--set", "data.header=true"])).lines().count(), 61);
}

#[test]
fn names_that_do_not_tell_columns_apart_leave_it_to_their_order() {
    let desk = Desk::new();
    let all = rows(60, 0.0);
    desk.write("data.csv", table("a,a,y\n", &all, [0, 1, 2]));
    assert!(desk.train("run", &["data.path=data.csv", "data.target=y", &linear(2)]).status.success());
    let right = stdout(&desk.predict("run", "data.csv", &[]));
    desk.write("first.csv", table("y,a,a\n", &all, [2, 0, 1]));
    assert_eq!(stdout(&desk.predict("run", "first.csv", &[])), right);
    desk.write("less.csv", "a,y\n1,0\n");
    refused(&desk.predict("run", "less.csv", &[]), 3, &["`a` names several columns of the run's data"]);
}

#[test]
fn words_are_classes_and_stay_the_runs() {
    let desk = Desk::new();
    let word = |rows: &[[String; 3]], ones: &str| {
        let named = |row: &[String; 3]| {
            let class = if row[2] == "1" { ones } else { "b, low" };
            format!("{};{};\"{class}\"\n", row[0], row[1])
        };
        "a;b;kind\n".to_owned() + &rows.iter().map(named).collect::<String>()
    };
    let all = rows(120, 0.0);
    desk.write("data.csv", word(&all, "a high"));
    for (out, loss, units) in [("categorical", "categorical", 2), ("bernoulli", "bernoulli", 1)] {
        let loss = format!("model.loss={loss}");
        let trained = desk.train(out, &["data.path=data.csv", "data.target=kind", &loss, &linear(units)]);
        assert!(trained.status.success(), "{}", stderr(&trained));
        let text = stdout(&desk.predict(out, "data.csv", &[]));
        assert!(text.starts_with("example,class,probability,p_a high,\"p_b, low\"\n"), "{text}");
        let high = text.lines().skip(1).zip(&all).filter(|(line, row)| line.contains(",a high,") == (row[2] == "1"));
        assert!(high.count() > 110, "{text}");
        // The only class of another file is still the run's second, and one that the run has not is none.
        let low: Vec<[String; 3]> = all.iter().filter(|row| row[2] == "0").cloned().collect();
        desk.write("low.csv", word(&low, ""));
        let accuracy = json(&desk.evaluate(out, &["--set", "data.path=low.csv"]))["accuracy"].as_f64();
        assert!(accuracy > Some(0.9), "{accuracy:?}");
        desk.write("else.csv", word(&all[..9], "a hihg"));
        let output = desk.evaluate(out, &["--set", "data.path=else.csv"]);
        refused(&output, 3, &["else.csv, row ", "`a hihg` is none of the run's 2 classes; did you mean `a high`?"]);
    }
    let normal = desk.train("normal", &["data.path=data.csv", "model.loss=normal", &linear(1)]);
    refused(&normal, 3, &["in column `kind` are words", "categorical"]);
}

#[test]
fn numbers_of_words_are_checked_before_anything_is_computed() {
    let desk = Desk::new();
    let text: String = (0..40).map(|at| format!("{},{},{}\n", at % 10, at % 7, at % 2)).collect();
    desk.write("data.csv", &text);
    let layers = "model.layers=[{op='embedding',vocabulary=10,units=4},{op='flatten'},{op='dense',units=2}]";
    let trained = desk.train("run", &["data.path=data.csv", layers]);
    assert!(trained.status.success(), "{}", stderr(&trained));
    assert!(desk.read("run/config.toml").contains("normalize = \"none\""));
    let normalized = desk.train("no", &["data.path=data.csv", layers, "data.normalize=standard"]);
    refused(&normalized, 2, &["--set data.normalize: the inputs go into an embedding"]);
    for (row, number) in [("10,1,0\n", "column 1: 10"), ("1,-1,0\n", "column 2: -1"), ("1,2.5,0\n", "column 2: 2.5")] {
        desk.write("bad.csv", text.clone() + row);
        let parts = ["bad.csv, row 41", number, "vocabulary of 10", "from 0 to 9"];
        refused(&desk.train("no", &["data.path=bad.csv", layers]), 3, &parts);
    }
}

#[test]
fn numbers_of_words_are_checked_in_new_data_too() {
    let desk = Desk::new();
    let text: String = (0..40).map(|at| format!("{},{},{}\n", at % 2, at % 10, at % 7)).collect();
    desk.write("data.csv", format!("y,a,b\n{text}"));
    let layers = "model.layers=[{op='embedding',vocabulary=10,units=4},{op='flatten'},{op='dense',units=2}]";
    assert!(desk.train("run", &["data.path=data.csv", "data.target=y", layers]).status.success());
    desk.write("new.csv", "b,a,y\n1,2,0\n\n3,10,1\n");
    let parts = ["new.csv, row 4: column `a`: 10 is no word's number"];
    refused(&desk.evaluate("run", &["--set", "data.path=new.csv"]), 3, &parts);
    refused(&desk.predict("run", "new.csv", &[]), 3, &parts);
}

#[test]
fn labels_that_count_from_1_are_named_so() {
    let desk = Desk::new();
    let label = |at: usize, first: usize| format!("{},{},{}\n", at % 3, (at * at) % 5, at % 3 + first);
    let text = |first: usize| (0..60).map(|at| label(at, first)).collect::<String>();
    desk.write("data.csv", text(1));
    let trained = desk.train("run", &["data.path=data.csv", &linear(3), "train.epochs=60"]);
    warned(&trained, &["data.csv: labels count from 1 to 3, class 0 never occurs"]);
    let predicted = stdout(&desk.predict("run", "data.csv", &[]));
    assert!(predicted.starts_with("example,class,probability,p_1,p_2,p_3\n0,1,"), "{predicted}");
    let before = json(&desk.evaluate("run", &[]));
    assert_eq!(before["accuracy"], 1.0);
    desk.write("new.csv", "0,0,1\n2,4,3\n");
    assert_eq!(json(&desk.evaluate("run", &["--set", "data.path=new.csv"]))["accuracy"], 1.0);
    for label in ["0", "4"] {
        desk.write("new.csv", format!("0,0,1\n2,4,{label}\n"));
        refused(&desk.evaluate("run", &["--set", "data.path=new.csv"]), 3, &["new.csv, row 2: ", label, "class"]);
    }
    let four = desk.train("four", &["data.path=data.csv", &linear(4)]);
    warned(&four, &["class 0 of 4 never occurs: do the labels count from 1?"]);
    refused(&desk.train("two", &["data.path=data.csv", &linear(2)]), 2, &["units = 4", "3 are enough"]);
}

#[test]
fn more_outputs_than_classes_are_room_for_classes_and_fewer_are_an_error() {
    let desk = Desk::new();
    let text: String = (0..30).map(|at| format!("{},{},{}\n", at % 4, at % 9, at % 4 * 10)).collect();
    desk.write("data.csv", text);
    warned(&desk.train("run", &["data.path=data.csv", &linear(100)]), &["96 of 100 classes never occur", "1, 2, 3"]);
    let known: Value = serde_json::from_str(&desk.read("run/data.json")).expect("JSON");
    assert_eq!(known["targets"]["classes"]["count"], 100);
    desk.write("new.csv", "1,1,99\n");
    assert_eq!(json(&desk.evaluate("run", &["--set", "data.path=new.csv"]))["examples"], 1);
    desk.write("new.csv", "1,1,99\n1,1,100\n");
    refused(
        &desk.evaluate("run", &["--set", "data.path=new.csv"]),
        3,
        &["new.csv, row 2: column 3: 100 is no class", "below 100"],
    );
    let short = desk.train("short", &["data.path=data.csv", &linear(4)]);
    refused(&short, 2, &["needs 31", "number the 4 classes that occur from 0 on"]);
    let told = desk.train("told", &["data.path=data.csv", "data.classes=40", &linear(100)]);
    refused(&told, 2, &["ends in 100 outputs", "needs 40"]);
}

/// An array of one type as `np.save` writes it.
fn npy(kind: &str, shape: &str, bytes: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n");
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), bytes].concat()
}

#[test]
fn pixels_on_another_scale_are_doubted() {
    let desk = Desk::new();
    let arrays = |folder: &Path, kind: &str, x: Vec<u8>| {
        fs::create_dir(folder).expect("a folder");
        fs::write(folder.join("x.npy"), npy(kind, "(40, 4)", &x)).expect("a file");
        let labels: Vec<u8> = (0..40).map(|at| at % 2).collect();
        fs::write(folder.join("y.npy"), npy("|u1", "(40,)", &labels)).expect("a file");
    };
    let pixels: Vec<u8> = (0..160).map(|at| (at * 37 % 256) as u8).collect();
    let reals: Vec<u8> = pixels.iter().flat_map(|&pixel| (f32::from(pixel) / 255.0).to_le_bytes()).collect();
    arrays(&desk.path("pixels"), "|u1", pixels);
    arrays(&desk.path("reals"), "<f4", reals);
    let trained = desk.train("run", &["data.source=npy", "data.path=pixels", &linear(2)]);
    assert!(trained.status.success(), "{}", stderr(&trained));
    assert!(desk.read("run/config.toml").contains("normalize = \"unit\""));
    let parts = ["no number is above 1", "trained on pixels from 0 to 255"];
    warned(&desk.evaluate("run", &["--set", "data.path=reals"]), &parts);
    warned(&desk.predict("run", "reals/x.npy", &[]), &parts);
    assert!(!stderr(&desk.predict("run", "pixels/x.npy", &[])).contains("warning"));
    assert!(desk.train("other", &["data.source=npy", "data.path=reals", &linear(2)]).status.success());
    warned(&desk.predict("other", "pixels/x.npy", &[]), &["pixels from 0 to 255, where the run was trained on other"]);
}
