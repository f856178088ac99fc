use super::*;
use crate::data::dataset::Targets;
use crate::data::tests::config;

fn read(text: &str, categorical: bool, overrides: &[&str]) -> Result<Examples, DataError> {
    let request = Request { config: &config("csv", overrides), categorical, seed: 0, known: None };
    parse("t.csv", text.as_bytes(), &request)
}

fn message(text: &str, categorical: bool, overrides: &[&str]) -> String {
    let result = read(text, categorical, overrides);
    result.unwrap_err().to_string()
}

#[test]
fn the_last_column_is_the_target() {
    let examples = read("1,2,0\n3, 4.5 ,1\n", true, &[]).unwrap();
    assert_eq!(examples.shape, [2]);
    assert_eq!(examples.inputs, Inputs::Floats(vec![1.0, 2.0, 3.0, 4.5]));
    let Targets::Classes { labels, count, .. } = examples.targets else {
        panic!("a categorical loss has classes");
    };
    assert_eq!((labels, count), (vec![0, 1], 2));
}

#[test]
fn other_losses_have_numbers_and_other_columns_can_be_the_target() {
    let text = "price,rooms,age\n1.5,2,3\n-4.5,5,6\n";
    for target in ["target=first", "target=0", "target=price"] {
        let examples = read(text, false, &["header=true", target]).unwrap();
        assert_eq!(examples.inputs, Inputs::Floats(vec![2.0, 3.0, 5.0, 6.0]));
        let values = vec![1.5, -4.5];
        assert_eq!(examples.targets, Targets::Values { values, width: 1 });
    }
}

#[test]
fn bad_rows_are_named_by_their_line() {
    for (text, expected) in [
        ("1,2,0\n\n3,4\n", "t.csv, row 3: 2 columns, where 3 are wanted"),
        ("1,2,0\n3,x,1\n", "t.csv, row 2: column 2: \"x\" is not a finite number"),
        ("1,2,0\n3,nan,1\n", "t.csv, row 2: column 2: \"nan\" is not a finite number: the value is missing"),
        ("1,2,0\n3,1e99,1\n", "t.csv, row 2: column 2: \"1e99\" is not a finite number"),
        ("1,2,0\n3,,1\n", "t.csv, row 2: column 2: \"\" is not a finite number: the value is missing"),
        (
            "a,2,c\n3,4,1\n",
            "t.csv, row 1: column 1: \"a\" is not a finite number; \
             if this row names the columns, set data.header = true",
        ),
        ("1,2,0\r\n\r\n3,x,1\r\n", "t.csv, row 3: column 2: \"x\" is not a finite number"),
        ("", "t.csv: there are no rows"),
        ("\n\n", "t.csv: there are no rows"),
        ("1\n2\n", "t.csv: one column only, where at least one input and the target are wanted"),
    ] {
        assert_eq!(message(text, true, &[]), expected);
    }
    assert_eq!(message("a,b\n", true, &["header=true"]), "t.csv: there are no rows");
    assert_eq!(message("a,b\n1,2,3\n", true, &["header=true"]), "t.csv, row 2: 3 columns, where 2 are wanted");
}

#[test]
fn targets_of_a_categorical_loss_are_classes() {
    for (text, number) in [("1,0\n2,0.5\n", "0.5"), ("1,0\n2,-1\n", "-1"), ("1,0\n2,65536\n", "65536")] {
        let error = message(text, true, &[]);
        let start = format!("t.csv, row 2: column 2: {number} is no class");
        assert!(error.starts_with(&start), "{error}");
    }
    assert!(read("1,0\n2,0.5\n", false, &[]).is_ok());
}

#[test]
fn a_target_that_is_no_column_is_an_error() {
    assert_eq!(message("1,2\n", false, &["target=2"]), "t.csv: no column 2 for the target; they count from 0 to 1");
    assert_eq!(
        message("price,age\n1,2\n", false, &["header=true", "target=prize"]),
        "t.csv, row 1: no column `prize` for the target; did you mean `price`? \
         (one of: price, age)"
    );
}

#[test]
fn text_that_is_not_utf8_is_an_error_with_its_row() {
    let request = Request { config: &config("csv", &[]), categorical: true, seed: 0, known: None };
    let error = parse("t.csv", b"1,2\n3,\xff\n", &request).unwrap_err();
    assert_eq!(error.to_string(), "t.csv, row 2: this is not UTF-8 text: save it as such");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = crate::data::load(&config("csv", &["path=no/such.csv"]), true, 0).unwrap_err();
    assert!(error.to_string().starts_with("no/such.csv: "), "{error}");
    let error = crate::data::load(&config("csv", &[]), true, 0).unwrap_err();
    assert_eq!(error.to_string(), "csv: no path: set data.path to the file");
}

/// The rows as they are read: inputs, one row after the other, and classes.
fn classes(text: &[u8], overrides: &[&str]) -> (Vec<f32>, Vec<u32>, Option<Vec<String>>) {
    let request = Request { config: &config("csv", overrides), categorical: true, seed: 0, known: None };
    let examples = parse("t.csv", text, &request).unwrap();
    let (Inputs::Floats(inputs), Targets::Classes { labels, names, .. }) = (examples.inputs, examples.targets) else {
        panic!("a table with classes");
    };
    (inputs, labels, names)
}

#[test]
fn columns_are_cut_at_what_stands_between_them() {
    let right = (vec![1.5, 2.0, 3.0, 4.5], vec![0, 1], None);
    for between in [",", ";", "\t", "|", " "] {
        let text = "1.5,2,0\r\n3,4.5,1\r\n".replace(',', between);
        assert_eq!(classes(text.as_bytes(), &[]), right, "{between:?}");
        let text = format!("\"a, b\"{between}\"c;d\"{between}y\n{text}");
        assert_eq!(classes(text.as_bytes(), &[]), right, "{between:?}");
    }
    assert_eq!(classes(b"1.5:2:0\n3:4.5:1\n", &["delimiter=':'"]), right);
    assert_eq!(classes(b"sep=;\r\n1.5;2;0\r\n3;4.5;1\r\n", &[]), right);
    // Spaces behind commas stand between nothing.
    assert_eq!(classes(b"1.5, 2, 0\n3, 4.5, 1\n", &[]), right);
    let error = message("1;2;0\n", true, &["delimiter=','"]);
    assert!(
        error.ends_with("one column only, where at least one input and the target are wanted; data.delimiter is ','")
    );
    for (text, place) in [("5,1;3;0\n", "row 1: column 1"), ("a;b;y\n5;1,5;0\n", "row 2: column 2 (`b`)")] {
        let error = message(text, true, &[]);
        assert!(error.contains(place) && error.contains("a decimal comma? "), "{error}");
    }
}

#[test]
fn text_is_decoded_and_its_lines_are_counted_whichever_end_they_have() {
    let right = (vec![1.0, 2.0], vec![0, 1], None);
    assert_eq!(classes(b"\xef\xbb\xbf1,0\n2,1\n", &[]), right);
    let utf16 =
        |from: fn(u16) -> [u8; 2]| "\u{feff}\u{e9},y\n1,0\n2,1\n".encode_utf16().flat_map(from).collect::<Vec<u8>>();
    for text in [utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)] {
        assert_eq!(classes(&text, &["target=y"]), right);
        let request = Request { config: &config("csv", &[]), categorical: true, seed: 0, known: None };
        let error = |text: &[u8]| parse("t.csv", text, &request).unwrap_err().to_string();
        assert!(error(&text[..text.len() - 1]).contains("UTF-16 is damaged"));
        assert!(error(&text[2..]).contains("save it as UTF-8"), "{}", error(&text[2..]));
    }
    for end in ["\n", "\r\n", "\r"] {
        let text = "\"a\nb\",c,y\n\n1,2,0\n\n3,x,1\n".replace('\n', end);
        let error = message(&text, true, &[]);
        assert!(error.starts_with("t.csv, row 6: column 2 (`c`): \"x\" is not"), "{end:?}: {error}");
    }
}

#[test]
fn words_over_numbers_name_the_columns_and_nothing_else_does() {
    assert_eq!(classes(b"a,b,y\n1,2,0\n3,4,1\n", &[]).0, [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(classes(b",b,y\n1,2,0\n3,4,1\n", &[]).0, [1.0, 2.0, 3.0, 4.0]);
    // A value that is missing is no name, and a row of words above words may be the first example.
    for text in ["1,,0\n3,4,1\n", "na,?,0\n3,4,1\n", ",,\n1,2,0\n", "l.5,2,0\n3,4,1\n", "red,2,a\nblue,4,b\n"] {
        let error = message(text, true, &[]);
        assert!(error.starts_with("t.csv, row 1: column "), "{error}");
    }
}

#[test]
fn words_in_the_targets_column_are_classes_by_their_alphabet() {
    let (inputs, labels, names) = classes(b"1,setosa\n2,iris\n3,setosa\n", &[]);
    assert_eq!((inputs, labels), (vec![1.0, 2.0, 3.0], vec![1, 0, 1]));
    assert_eq!(names.unwrap(), ["iris", "setosa"]);
    for (text, expected) in [
        ("1,a\n2,3\n", "row 2: column 2: 3 is a number, where the rows before have words, such as \"a\""),
        ("1,3\n2,a\n", "row 2: column 2: \"a\" is not a finite number"),
        ("1,a\n2,\n", "row 2: column 2: \"\" is not a finite number: the value is missing"),
        ("1,a\n2,\"b\u{1b}[2J\"\n", "row 2: column 2: \"b\\u{1b}[2J\" is no name of a class"),
    ] {
        let error = message(text, true, &[]);
        assert!(error.contains(expected), "{error}");
    }
    assert!(message("a,y,y\n1,0,0\n", true, &["target=y"]).contains("2 columns are named `y`"));
}

#[test]
fn classes_may_be_more_than_the_labels_say() {
    assert_eq!(classes(b"1,0\n2,1\n", &["classes=3"]).1, [0, 1]);
    assert!(message("1,0\n2,3\n", true, &["classes=3"]).contains("row 2: column 2: 3 is no class"));
    assert_eq!(classes(b"1,0\n2,99999\n", &["classes=100000"]).1, [0, 99_999]);
}
