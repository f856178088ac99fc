//! `gradus explain` as a user runs it.

use crate::common::binary::{run, stderr, stdout};

/// The shaders that a command prints, each with its first line: launch and label.
fn shaders(arguments: &[&str]) -> Vec<(String, String)> {
    let text = stdout(&run(arguments));
    let mut shaders: Vec<(String, String)> = vec![];
    for line in text.lines() {
        if ["// train ", "// evaluate "].iter().any(|start| line.starts_with(start)) {
            shaders.push((line.to_owned(), String::new()));
        } else {
            let (_, shader) = shaders.last_mut().expect("a shader begins with its label");
            *shader += line;
            shader.push('\n');
        }
    }
    shaders
}

#[test]
fn the_shaders_of_a_node_are_printed_as_they_are_built() {
    let shaders = shaders(&["explain", "--wgsl", "layers.0", "--device", "cpu"]);
    let labels: Vec<&str> = shaders.iter().map(|(label, _)| label.as_str()).collect();
    assert!(labels[0].starts_with("// train 2: matmul_nt biased=1 tiled TILE=32"), "{labels:?}");
    assert!(labels[0].ends_with(" relu"), "{labels:?}");
    assert!(labels[1].starts_with("// train 8: matmul_tn sums_rows=1"), "{labels:?}");
    assert!(labels[2].starts_with("// evaluate 2: matmul_nt") && labels[2].ends_with(": the same"), "{labels:?}");
    assert_eq!(labels.len(), 3, "{labels:?}");
    for (label, shader) in &shaders[..2] {
        let module = naga::front::wgsl::parse_str(shader).unwrap_or_else(|error| panic!("{label}: {error:?}"));
        assert!(module.entry_points.iter().any(|entry| entry.name == "main"), "{label}");
        assert!(shader.contains("struct Params {\n    m: u32,"), "{label}");
    }
    assert!(shaders[2].1.is_empty(), "{}", shaders[2].1);
}

#[test]
fn the_devices_own_shaders_are_printed() {
    let software = shaders(&["explain", "--wgsl", "layers.1", "--device", "gpu"]);
    let hardware = shaders(&["explain", "--wgsl", "layers.1", "--device", "cpu"]);
    let labels = |shaders: &[(String, String)]| shaders.iter().map(|(label, _)| label.clone()).collect::<Vec<_>>();
    assert_eq!(software.len(), hardware.len());
    // Where the first adapter is a real GPU, both are its.
    let devices: serde_json::Value = serde_json::from_str(&stdout(&run(&["devices", "--json"]))).expect("JSON");
    assert_eq!(labels(&software) != labels(&hardware), devices[0]["kind"] == "software", "{devices}");
}

#[test]
fn a_node_that_is_unknown_or_has_no_launch_is_said_to_be() {
    let unknown = run(&["explain", "--wgsl", "layer.0", "--device", "cpu"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("--wgsl layer.0: unknown; did you mean `layers.0`?"), "{}", stderr(&unknown));
    let set = r#"model.layers=[{op = "flatten"}, {op = "dense", units = 10}]"#;
    let silent = run(&["explain", "--set", set, "--wgsl", "layers.0", "--device", "cpu"]);
    assert_eq!(silent.status.code(), Some(2));
    assert!(stderr(&silent).contains("no launch of its own"), "{}", stderr(&silent));
}
