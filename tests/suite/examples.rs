//! The numbered examples, run as a reader would, from where `cargo test` built them.

use std::{path::PathBuf, process::Command};

/// What an example prints. It stands beside this program, in `examples`.
fn output(name: &str) -> String {
    let own = std::env::current_exe().expect("a path");
    let profile = own.ancestors().nth(2).expect("the suite is in target/PROFILE/deps");
    let path: PathBuf = profile.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    assert!(path.is_file(), "{} is not built: `cargo build --examples`, or `cargo test`, does it", path.display());
    let output = Command::new(path).env("NODEVICE_SELECT", "1").output().expect("the example runs");
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    println!("{text}");
    text
}

/// The number behind a word.
fn number(text: &str, word: &str) -> f64 {
    let (_, rest) = text.split_once(word).unwrap_or_else(|| panic!("no `{word}` in: {text}"));
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
    rest[..end].parse().unwrap_or_else(|_| panic!("no number behind `{word}` in: {text}"))
}

#[test]
fn a_config_trains() {
    let text = output("01_train_from_config");
    assert_eq!(text.lines().filter(|line| line.starts_with("epoch ")).count(), 5, "{text}");
    assert!(number(&text, "test: accuracy ") > 93.0, "{text}");
    assert!(text.contains("over 359 digits"), "{text}");
}

#[test]
fn a_residual_network_in_code_trains() {
    let text = output("02_network_in_code");
    assert!(text.contains("stem         conv2d       [8, 8, 8]"), "{text}");
    assert!(text.contains("layers.5     add          [8, 8, 8]"), "{text}");
    assert!(number(&text, "test: accuracy ") > 93.0, "{text}");
}

#[test]
fn a_loop_of_ones_own_stops_in_time() {
    let text = output("03_custom_loop");
    let epochs: Vec<&str> = text.lines().filter(|line| line.contains("of the worst batch")).collect();
    assert!((4..60).contains(&epochs.len()), "it ran {} epochs", epochs.len());
    let losses = epochs.iter().map(|line| number(line, "development loss "));
    let best = losses.fold(f64::INFINITY, f64::min);
    assert_eq!(number(&text, "best: development loss "), best, "{text}");
    assert!(number(&text, "test accuracy ") > 93.0, "{text}");
}

#[test]
fn saved_weights_predict() {
    let text = output("04_predict");
    let predicted: Vec<&str> = text.lines().filter(|line| line.starts_with("predicted ")).collect();
    let right = predicted.iter().filter(|line| number(line, "predicted ") == number(line, "it is ")).count();
    assert!(predicted.len() == 3 && right >= 2, "{text}");
    assert!(text.lines().filter(|line| line.contains('o')).count() >= 15, "three pictures: {text}");
}

#[test]
fn an_op_with_a_kernel_of_ones_own_is_proved_and_trains() {
    let text = output("05_custom_kernel");
    // The suite needs an adapter anyway: parity is part of it.
    assert!(text.contains("parity: 16 cases, 0 failures"), "{text}");
    assert!(text.contains("gradients: 5 tensors, 0 failures"), "{text}");
    let tests: Vec<&str> = text.lines().filter(|line| line.starts_with("test: accuracy ")).collect();
    assert_eq!(tests.len(), 2, "{text}");
    assert!(tests.iter().all(|line| number(line, "accuracy ") > 90.0), "{text}");
    let [gpu, cpu] = [tests[0], tests[1]].map(|line| number(line, "loss "));
    assert!((gpu - cpu).abs() < 0.01, "{text}");
}

#[test]
fn a_metric_and_an_observer_of_ones_own_end_the_run() {
    let text = output("06_custom_metric_and_observer");
    let bars: Vec<usize> = text.lines().map(|line| line.matches('#').count()).filter(|&bar| bar > 0).collect();
    assert!(bars.len() > 2 && bars[0] < bars[bars.len() - 1], "{text}");
    assert!(text.contains(&format!("StoppedEarly after {} epochs", bars.len())), "{text}");
}
