//! Networks as configs write them: names, blocks, circles, shapes.

use gradus::{config::Config, graph::Graph, losses, verify::Network};

fn config(layers: &str) -> Config {
    let text = format!(
        "name = \"test\"\n[data]\nsource = \"digits\"\n[model]\nloss = \"normal\"\n{layers}\n\
         [optimizer]\ntype = \"sgd\"\nlearning_rate = 1.0\n[train]\nepochs = 1\n"
    );
    Config::read("test.toml", &text, &[]).expect("a valid config")
}

fn build(layers: &str) -> Result<Graph, String> {
    Graph::build(&config(layers).model, &[2, 3]).map_err(|error| error.to_string())
}

/// A layer of a config from `op: keys`.
fn layer(op: &str, keys: &str) -> String {
    format!("[[model.layers]]\nop = \"{op}\"\n{keys}\n")
}

fn complaint(layers: &[String], parts: &[&str]) {
    let message = build(&layers.concat()).expect_err("a mistake");
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

#[test]
fn mistakes_in_names_are_told_with_their_place() {
    let dense = |keys: &str| layer("dense", &format!("units = 4\n{keys}"));
    complaint(&[dense("name = \"a\""), dense("name = \"a\"")], &["two layers are named `a`", "test.toml:"]);
    complaint(
        &[dense("name = \"first\""), dense("inputs = [\"frist\"]")],
        &["unknown input `frist`", "did you mean `first`?"],
    );
    complaint(
        &[
            dense("name = \"a\"\ninputs = [\"c\"]"),
            dense("name = \"b\"\ninputs = [\"a\"]"),
            dense("name = \"c\"\ninputs = [\"b\"]"),
        ],
        &["circle", "a", "b", "c"],
    );
    complaint(&[layer("denes", "units = 4")], &["unknown op `denes`", "did you mean `dense`?"]);
}

#[test]
fn shapes_that_do_not_fit_are_both_shown() {
    let dense =
        |name: &str, units: usize| layer("dense", &format!("name = \"{name}\"\nunits = {units}\ninputs = [\"input\"]"));
    let both =
        |op: &str, keys: &str| [dense("a", 4), dense("b", 5), layer(op, &format!("inputs = [\"a\", \"b\"]\n{keys}"))];
    complaint(&both("add", ""), &["(add)", "[4] and [5] differ"]);
    complaint(&both("multiply", ""), &["(multiply)", "[4] and [5] differ"]);
    complaint(&both("concat", "axis = 1"), &["(concat)", "axis = 1", "[4] has 1 axes"]);
    complaint(&both("dense", "units = 1"), &["(dense)", "takes 1 input, but is given 2"]);
    complaint(&[dense("a", 4), layer("add", "")], &["takes 2 inputs or more, but is given 1"]);
    complaint(&[layer("reshape", "shape = [4, 2]")], &["[2, 3] has 6 elements, but shape = [4, 2] has 8"]);
    complaint(&[layer("group_norm", "groups = 4")], &["groups = 4 does not divide the 2 channels of [2, 3]"]);
    complaint(&[layer("shortcut_pad", "channels = 1")], &["at most 1 channels", "[2, 3]"]);
    let reshaped = layer("reshape", "name = \"c\"\nshape = [3, 2]");
    complaint(&[reshaped, layer("concat", "inputs = [\"input\", \"c\"]")], &["[2, 3] and [3, 2]", "axis 0"]);
}

/// Every mistake is found before anything is trained, with the line of its node and all the shapes.
#[test]
fn mistakes_are_told_with_the_line_of_their_node() {
    for (wrong, parts) in [
        (r#"{ op = "dense", units = 4, name = "a" }"#, &["two layers are named `a`"][..]),
        (
            r#"{ op = "dense", units = 4, inputs = ["b"] }"#,
            &["unknown input `b`", "it is one of: input, p, a, layers.2, layers.3"],
        ),
        (r#"{ op = "tanh", name = "c", inputs = ["c"] }"#, &["circle: c -> c"]),
        (r#"{ op = "add", inputs = ["a", "input"] }"#, &["(add)", "[4] and [2, 5, 6]"]),
        (r#"{ op = "concat", axis = 1, inputs = ["input", "p"] }"#, &["(concat)", "[2, 5, 6] and [2, 2, 3]", "axis 1"]),
        (r#"{ op = "conv2d", filters = 1, kernel = 7, padding = 0, inputs = ["p"] }"#, &["kernel [7, 7]", "[2, 3]"]),
        (
            r#"{ op = "conv2d", filters = 1, kernel = 9, padding = [3, 1], inputs = ["input"] }"#,
            &["kernel [9, 9]", "padded input [11, 8] (input [5, 6])"],
        ),
        (r#"{ op = "max_pool2d", kernel = 4, inputs = ["p"] }"#, &["kernel [4, 4]", "padded input [2, 3]"]),
        (r#"{ op = "avg_pool1d", kernel = 2, inputs = ["p"] }"#, &["[channels, width]", "[2, 2, 3]"]),
        (r#"{ op = "reshape", shape = [5], inputs = ["p"] }"#, &["[2, 2, 3] has 12 elements", "shape = [5] has 5"]),
        (r#"{ op = "group_norm", groups = 3, inputs = ["p"] }"#, &["groups = 3", "2 channels of [2, 2, 3]"]),
    ] {
        let text = format!(
            "[data]\nsource = \"digits\"\n[model]\nloss = \"normal\"\nlayers = [\n\
             {{ op = \"max_pool2d\", kernel = 2, name = \"p\" }},\n{{ op = \"dense\", units = 4, name = \"a\" }},\n\
             {wrong},\n{{ op = \"flatten\" }},\n]\n[optimizer]\ntype = \"sgd\"\n"
        );
        let config = Config::read("test.toml", &text, &[]).expect("readable keys");
        let message = Graph::build(&config.model, &[2, 5, 6]).expect_err("a mistake").to_string();
        for part in parts.iter().chain(&["test.toml:8:"]) {
            assert!(message.contains(part), "`{part}` is not in: {message}");
        }
    }
}

/// Two residual blocks and what follows.
const BLOCKS: &str = r#"
[[model.layers]]
op = "dense"
name = "stem"
units = 4
[[model.layers]]
op = "repeat"
name = "stage"
times = 3
[[model.layers.layers]]
op = "dense"
name = "a"
units = 4
activation = "relu"
[[model.layers.layers]]
op = "block"
name = "inner"
layers = [{ op = "batch_norm" }, { op = "tanh" }]
[[model.layers.layers]]
op = "add"
inputs = ["inner", "input", "stem"]
[[model.layers]]
op = "concat"
name = "ends"
inputs = ["stage", "stem", "stage.1.a"]
"#;

#[test]
fn blocks_repeat_with_names_of_their_own() {
    let graph = build(BLOCKS).expect("a network");
    let inputs = |name: &str| -> Vec<&str> {
        let node = graph.nodes.iter().find(|node| node.name == name).unwrap_or_else(|| panic!("no {name}"));
        node.inputs.iter().map(|&input| graph.nodes[input].name.as_str()).collect()
    };
    assert_eq!(graph.nodes.len(), 2 + 3 * 4 + 1);
    assert_eq!(inputs("stage.0.a"), ["stem"]);
    assert_eq!(inputs("stage.0.inner.0"), ["stage.0.a"]);
    assert_eq!(inputs("stage.0.inner.1"), ["stage.0.inner.0"]);
    assert_eq!(inputs("stage.0.2"), ["stage.0.inner.1", "stem", "stem"]);
    assert_eq!(inputs("stage.1.a"), ["stage.0.2"]);
    assert_eq!(inputs("stage.2.2"), ["stage.2.inner.1", "stage.1.2", "stem"]);
    assert_eq!(inputs("ends"), ["stage.2.2", "stem", "stage.1.a"]);
    let verdict = Network::new("blocks", graph, losses::named("normal").unwrap()).differences();
    assert!(verdict.failures.is_empty(), "{verdict:#?}");
}

#[test]
fn mistakes_in_blocks_are_told() {
    complaint(&[layer("repeat", "layers = [{ op = \"tanh\" }]")], &["times"]);
    complaint(&[layer("block", "layers = []")], &["at least one layer"]);
    complaint(&[layer("block", "time = 2\nlayers = [{ op = \"tanh\" }]")], &["time"]);
    complaint(&[layer("block", "layers = [{ op = \"tanhh\" }]")], &["unknown op `tanhh`"]);
    let two = "inputs = [\"input\", \"input\"]\nlayers = [{ op = \"tanh\" }]";
    complaint(&[layer("block", two)], &["a block takes 1 input"]);
    complaint(&[layer("block", "layers = [{ op = \"tanh\", inputs = [\"x\"] }]")], &["unknown input `x`"]);
}
