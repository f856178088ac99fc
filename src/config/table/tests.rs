use super::*;
use crate::config::bounds::{FRACTION, POSITIVE};
use crate::config::value::parse_document;

fn table(text: &str) -> Table {
    parse_document(&"c.toml".into(), text).unwrap()
}

fn message<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn getters_return_what_is_written() {
    let t = table(
        "units = 64\nrate = 0.5\nwhole = 2\nbias = false\nop = 'dense'\ninputs = ['a', 'b']\n\
         shape = [1, 2]\nvalues = [0.5, 1]\n[inner]\nx = 1\n[[list]]\n[[list]]\n",
    );
    assert_eq!(t.integer("units", 1..).unwrap(), Some(64));
    assert_eq!(t.number("rate", FRACTION).unwrap(), Some(0.5));
    assert_eq!(t.number("whole", ..).unwrap(), Some(2.0));
    assert_eq!(t.boolean("bias").unwrap(), Some(false));
    assert_eq!(t.string("op").unwrap(), Some("dense"));
    assert_eq!(t.choice("op", &["relu", "dense"]).unwrap(), Some("dense"));
    let inputs = t.strings("inputs").unwrap().unwrap();
    assert_eq!(inputs[1].0, "b");
    assert_eq!(inputs[1].1.to_string(), "c.toml:6:16");
    assert_eq!(t.integers("shape", 1..).unwrap(), Some(vec![1, 2]));
    assert_eq!(t.numbers("values", ..).unwrap(), Some(vec![0.5, 1.0]));
    assert_eq!(t.table("inner").unwrap().unwrap().require_integer("x", ..).unwrap(), 1);
    assert_eq!(t.tables("list").unwrap().unwrap().len(), 2);
    assert_eq!(t.integer("absent", ..).unwrap(), None);
    t.finish().unwrap();
}

#[test]
fn a_key_never_asked_for_is_unknown() {
    let t = table("units = 1\nbais = false\n");
    t.integer("units", 1..).unwrap();
    t.boolean("bias").unwrap();
    assert_eq!(
        message(t.finish()),
        "c.toml:2:1: unknown key `bais`; did you mean `bias`? (the keys here: units, bias)"
    );
    let t = table("zebra = 1");
    t.boolean("bias").unwrap();
    assert_eq!(message(t.finish()), "c.toml:1:1: unknown key `zebra`; the keys here: bias");
}

#[test]
fn a_misspelt_required_key_is_named_where_it_stands() {
    let t = table("op = 'dense'\nunit = 64\n");
    t.string("op").unwrap();
    assert_eq!(message(t.require_integer("units", 1..)), "c.toml:2:1: unknown key `unit`; did you mean `units`?");
    // A key that differs by its number only is another key, not a slip.
    let t = table("beta2 = 0.9\n");
    assert_eq!(message(t.require_number("beta1", ..)), "c.toml:1:1: the key `beta1` is missing");
}

#[test]
fn wrong_types_say_what_was_found() {
    let t = table("a = 'x'\nb = 1.5\nc = 0\nd = nan\ne = inf\nf = -1\ng = [1, 0]\nh = 1\ni = 1.0\nj = true");
    for (result, expected) in [
        (message(t.integer("a", 1..)), "c.toml:1:5: `a` must be an integer of at least 1, found the string \"x\""),
        (message(t.integer("b", ..)), "c.toml:2:5: `b` must be an integer of at least 0, found 1.5"),
        (message(t.integer("c", 1..)), "c.toml:3:5: `c` must be an integer of at least 1, found 0"),
        (message(t.number("d", ..)), "c.toml:4:5: `d` must be a number, found NaN"),
        (message(t.number("e", POSITIVE)), "c.toml:5:5: `e` must be a number above 0, found inf"),
        (message(t.integer("f", 0..)), "c.toml:6:5: `f` must be an integer of at least 0, found -1"),
        (message(t.integers("g", 1..)), "c.toml:7:9: `g[1]` must be an integer of at least 1, found 0"),
        (message(t.string("h")), "c.toml:8:5: `h` must be a string, found 1"),
        (message(t.number("i", FRACTION)), "c.toml:9:5: `i` must be a number of at least 0 and below 1, found 1.0"),
        (message(t.table("j")), "c.toml:10:5: `j` must be a table, found true"),
        (message(t.tables("g")), "c.toml:7:6: `g[0]` must be a table, found 1"),
        (
            message(t.choice("a", &["normal", "bernoulli"])),
            "c.toml:1:5: unknown a `x`; it is one of: normal, bernoulli",
        ),
    ] {
        assert_eq!(result, expected);
    }
}

#[test]
fn single_brackets_are_told_from_double_ones() {
    let t = table("[layers]\nop = 'dense'\n");
    assert_eq!(
        message(t.tables("layers")),
        "c.toml:1:1: `layers` must be a list of tables, found a table; \
         double brackets [[…]] begin each table of a list"
    );
}

#[test]
fn a_table_is_written_as_it_was_read() {
    let t = table("x = 0.1\ny = [1, 2]\n[z]\nw = 'a'\n");
    let again = table(&toml::to_string(&t.to_toml()).unwrap());
    assert_eq!(t, again);
    assert_ne!(t, table("x = 0.2\ny = [1, 2]\n[z]\nw = 'a'\n"));
    assert_ne!(t, table("x = 0.1\ny = [1, 2]\n"));
}

#[test]
fn broken_toml_is_an_error_at_its_place() {
    for (text, place) in [
        ("a = 1\na = 2\n", "c.toml:2:1: "),
        ("a = \n", "c.toml:1:"),
        ("[a\n", "c.toml:1:"),
        ("a = 1\nb = 99999999999999999999\n", "c.toml:2:5: an integer beyond"),
        ("a = 2020-01-01\n", "c.toml:1:5: a date"),
    ] {
        let error = message(parse_document(&"c.toml".into(), text));
        assert!(error.starts_with(place), "{text:?} gave {error}");
        assert!(!error.contains('\n'), "{error}");
    }
}
