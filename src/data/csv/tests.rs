use super::*;
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
        ("1,2,0\n3,nan,1\n", "t.csv, row 2: column 2: \"nan\" is not a finite number"),
        ("1,2,0\n3,1e99,1\n", "t.csv, row 2: column 2: \"1e99\" is not a finite number"),
        ("1,2,0\n3,,1\n", "t.csv, row 2: column 2: \"\" is not a finite number"),
        (
            "a,b,c\n3,4,1\n",
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
    for (text, number) in [("1,0\n2,0.5\n", "0.5"), ("1,0\n2,-1\n", "-1"), ("1,0\n2,2\n", "2")] {
        let error = message(text, true, &[]);
        let start = format!("t.csv, row 2: {number} is no class");
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
    assert_eq!(error.to_string(), "t.csv, row 2: this is not UTF-8 text");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = crate::data::load(&config("csv", &["path=no/such.csv"]), true, 0).unwrap_err();
    assert!(error.to_string().starts_with("no/such.csv: "), "{error}");
    let error = crate::data::load(&config("csv", &[]), true, 0).unwrap_err();
    assert_eq!(error.to_string(), "csv: no path: set data.path to the file");
}
