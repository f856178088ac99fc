//! Tables that a loss or a reader cannot take, each told with its row and column.

use super::*;

#[test]
fn targets_that_a_loss_cannot_have_are_named_by_their_row() {
    let desk = Desk::new();
    let text = |targets: [&str; 2]| {
        let rows: String = (0..20).map(|at| format!("{at},{},{}\n", at % 3, targets[at % 2])).collect();
        format!("a,b,y\n{rows}")
    };
    for (loss, units, targets, code, parts) in [
        ("bernoulli", 1, ["0", "1"], 0, ["", ""]),
        ("bernoulli", 1, ["0.25", "1"], 0, ["", ""]),
        ("bernoulli", 1, ["1", "-1"], 3, ["row 3: the target -1 in column `y`", "as 0 and 1"]),
        ("bernoulli", 1, ["1", "2"], 3, ["row 3: the target 2", "as 0 and 1"]),
        ("bernoulli", 1, ["0", "255"], 3, ["row 3: the target 255", "as 0 and 1"]),
        ("bernoulli", 1, ["1", "1"], 3, ["of one class, 1 in column `y`", "nothing to tell apart"]),
        ("bernoulli", 1, ["yes", "yes"], 3, ["of one class, yes in column `y`", ""]),
        ("categorical", 1, ["0", "0"], 3, ["of one class, 0 in column `y`", ""]),
        ("categorical", 2, ["1", "1"], 3, ["of one class, 1", ""]),
        ("categorical", 2, ["1", "-1"], 3, ["row 3: column 3 (`y`): -1 is no class", "from 0"]),
        ("categorical", 2, ["1", "0.5"], 3, ["0.5 is no class", "from 0"]),
        ("categorical", 2, ["199999", "250000"], 3, ["199999 is no class", "data.classes"]),
        ("normal", 1, ["3", "3"], 0, ["the target is the same number in all training examples", ""]),
    ] {
        desk.write("data.csv", text(targets));
        let (loss, units) = (format!("model.loss={loss}"), linear(units));
        let output = desk.train("run", &["data.path=data.csv", &loss, &units, "train.epochs=1"]);
        match code {
            0 if parts[0].is_empty() => assert!(output.status.success(), "{}", stderr(&output)),
            0 => warned(&output, &parts),
            code => refused(&output, code, &parts),
        }
        assert_eq!(desk.path("run").exists(), code == 0, "{targets:?}");
        let _ = fs::remove_dir_all(desk.path("run"));
    }
}

#[test]
fn a_table_of_pixels_says_which_column_is_none() {
    let desk = Desk::new();
    let trained = desk.gradus(&["train", "--out", "run", "--set", "train.epochs=1"]);
    assert!(trained.status.success(), "{}", stderr(&trained));
    let row = |first: &str, pixel: &dyn Fn(usize) -> String| {
        let pixels: Vec<String> = (0..64).map(pixel).collect();
        format!("{first}{}\n", pixels.join(","))
    };
    let (names, pixels) = (|at: usize| format!("p{at}"), |at: usize| (at % 17).to_string());
    desk.write("bare.csv", row("", &names) + &row("", &pixels));
    let right = stdout(&desk.predict("run", "bare.csv", &[]));
    desk.write("label.csv", row("label,", &names) + &row("5,", &pixels));
    refused(&desk.predict("run", "label.csv", &[]), 3, &["which of the columns `label`, `p0`", "data.target"]);
    assert_eq!(stdout(&desk.predict("run", "label.csv", &["--set", "data.target=label"])), right);
}

#[test]
fn malformed_tables_are_told_with_their_row_and_leave_nothing() {
    let desk = Desk::new();
    fs::create_dir(desk.path("folder")).expect("a folder");
    let right = "a,b,y\n1,2,0\n3,4,1\n5,6,0\n7,8,1\n";
    let with = |row: &str| right.to_owned() + row + "\n";
    let mut packed = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, right.as_bytes()).expect("memory");
    let packed = packed.finish().expect("memory");
    let utf16: Vec<u8> = "\u{feff}a,y\n1,0\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    type Case<'a> = (Vec<u8>, &'a [&'a str], i32, [&'a str; 2]);
    let cases: Vec<Case<'_>> = vec![
        ("".into(), &[], 3, ["there are no rows", ""]),
        ("\r\n\n".into(), &[], 3, ["there are no rows", ""]),
        ("a,b,y\n".into(), &["data.header=true"], 3, ["there are no rows", ""]),
        ("a,b,y\n".into(), &[], 3, ["row 1: column 1: \"a\"", "data.header = true"]),
        ("1\n2\n".into(), &[], 3, ["one column only", ""]),
        (right.into(), &["data.delimiter=;"], 3, ["one column only", "data.delimiter is ';'"]),
        (right.into(), &["data.delimiter=ab"], 2, ["data.delimiter", "one character"]),
        ("a,b\n1,2,3\n".into(), &["data.header=true"], 3, ["row 2: 3 columns, where 2", ""]),
        (with("9,9").into(), &[], 3, ["row 6: 2 columns, where 3", ""]),
        (with("9,9,0,1").into(), &[], 3, ["row 6: 4 columns, where 3", ""]),
        (with("9,9,0,").into(), &[], 3, ["row 6: 4 columns", ""]),
        (with("9,,0").into(), &[], 3, ["row 6: column 2 (`b`)", "the value is missing"]),
        (with("9,NA,0").into(), &[], 3, ["row 6: column 2 (`b`)", "the value is missing"]),
        (with("9,?,0").into(), &[], 3, ["row 6: column 2 (`b`)", "the value is missing"]),
        (with("9,9,").into(), &[], 3, ["row 6: column 3 (`y`)", "the value is missing"]),
        (with("nan,9,0").into(), &[], 3, ["row 6: column 1 (`a`)", "is not a finite number"]),
        (with("inf,9,0").into(), &[], 3, ["row 6: column 1 (`a`)", "is not a finite number"]),
        (with("1e99,9,0").into(), &[], 3, ["row 6: column 1 (`a`)", "is not a finite number"]),
        (with("0x10,9,0").into(), &[], 3, ["row 6: column 1 (`a`): \"0x10\"", ""]),
        (with("1_000,9,0").into(), &[], 3, ["row 6: column 1 (`a`): \"1_000\"", ""]),
        (with("$5,9,0").into(), &[], 3, ["row 6: column 1 (`a`): \"$5\"", ""]),
        (with("5%,9,0").into(), &[], 3, ["row 6: column 1 (`a`): \"5%\"", ""]),
        (with("1.2.3,9,0").into(), &[], 3, ["row 6: column 1 (`a`)", ""]),
        (with("true,9,0").into(), &[], 3, ["row 6: column 1 (`a`): \"true\"", ""]),
        (with("2026-01-01,9,0").into(), &[], 3, ["row 6: column 1 (`a`)", ""]),
        (with("\"1,5\",9,0").into(), &[], 3, ["row 6: column 1 (`a`)", "a decimal comma? 1.5"]),
        ("1,5;2;0\n2,5;3;1\n".into(), &[], 3, ["row 1: column 1", "a decimal comma? 1.5"]),
        ("1,5\t2\t0\n2,5\t3\t1\n".into(), &[], 3, ["row 1: column 1", "a decimal comma? 1.5"]),
        (with("\u{1b}[2J,9,0").into(), &[], 3, ["row 6: column 1 (`a`): \"\\u{1b}[2J\"", ""]),
        (with("9,\"9,0\n1,2,1").into(), &[], 3, ["row 6", ""]),
        (with("9,9,-1").into(), &[], 3, ["row 6: column 3 (`y`): -1 is no class", "from 0"]),
        (with("9,9,0.5").into(), &[], 3, ["row 6: column 3 (`y`): 0.5 is no class", ""]),
        (with("9,9,70000").into(), &[], 3, ["row 6: column 3 (`y`): 70000 is no class", "data.classes"]),
        (with("9,9,3").into(), &["data.classes=2"], 3, ["row 6: column 3 (`y`): 3 is no class", "below 2"]),
        (with("9,9,2").into(), &[], 2, ["ends in 2 outputs", "units = 3"]),
        (with("9,9,cat").into(), &[], 3, ["row 6: column 3 (`y`): \"cat\" is not a finite number", ""]),
        ("a,y\n1,cat\n2,7\n".into(), &[], 3, ["row 3: column 2 (`y`): 7 is a number", "such as \"cat\""]),
        ("a,y\n1,cat\n2,dog\n3,cow\n".into(), &[], 2, ["ends in 2 outputs", "units = 3"]),
        ("a,y\n1,cat\n2,dog\n".into(), &["data.classes=3"], 3, ["data.classes = 3, where there are 2", "cat, dog"]),
        (right.into(), &["data.target=z"], 3, ["no column `z` for the target", "a, b, y"]),
        (right.into(), &["data.target=3"], 3, ["no column 3 for the target", "from 0 to 2"]),
        ("a,y,y\n1,0,1\n".into(), &["data.target=y"], 3, ["2 columns are named `y`", "index"]),
        (right.into(), &["data.dev=9"], 3, ["data.dev takes 9", ""]),
        ("1,2,0\r3,x,1\r".into(), &[], 3, ["row 2: column 2", ""]),
        (b"a,y\n1,0\n\xe9,1\n".to_vec(), &[], 3, ["row 3: this is not UTF-8 text", ""]),
        (utf16[..utf16.len() - 1].to_vec(), &[], 3, ["UTF-16 is damaged", ""]),
        (utf16[2..].to_vec(), &[], 3, ["without its mark", "UTF-8"]),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), &[], 3, ["this is no text", ""]),
        (b"PK\x03\x04\x14\0".to_vec(), &[], 3, ["ZIP archive or a spreadsheet", "CSV"]),
        (packed[..packed.len() - 4].to_vec(), &[], 3, ["truncated", ""]),
        (right.into(), &["data.path=folder"], 3, ["folder", ""]),
        (right.into(), &["data.path=no.csv"], 3, ["no.csv", ""]),
        (right.into(), &["data.path="], 3, ["no path", "data.path"]),
        (
            right.into(),
            &["model.loss=normal", "data.label_noise=0.1"],
            3,
            ["data.label_noise needs targets", "classes"],
        ),
    ];
    for (contents, sets, code, parts) in &cases {
        desk.write("x.csv", contents);
        let layers = linear(2);
        let output = desk.train("run", &[&["data.path=x.csv", &layers], *sets].concat());
        refused(&output, *code, parts);
        assert!(!desk.path("run").exists(), "{parts:?}: something is left behind");
    }
}
