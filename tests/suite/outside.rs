//! Another crate uses gradus: public names are enough, and what it exports can be read.

use std::{fs, path::Path, process::Command};

use crate::common::binary::{folder, stderr, stdout, text};

#[test]
fn another_crate_builds_trains_watches_and_exports() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = std::env::current_exe().expect("a path");
    let target = own.ancestors().nth(3).expect("the suite is in target/PROFILE/deps");
    // The suite's own profile: all but the small crate is built already.
    let release = own.ancestors().nth(2).is_some_and(|profile| profile.ends_with("release"));
    let build = Command::new(env!("CARGO"))
        .current_dir(root)
        .args(["build", "--quiet", "--offline", "--locked", "--package", "outside", "--target-dir", text(target)])
        .args(if release { &["--release"][..] } else { &[] })
        .output()
        .expect("cargo runs");
    assert!(build.status.success(), "{}", stderr(&build));

    let folder = folder();
    let program =
        own.ancestors().nth(2).expect("see above").join("outside").with_extension(std::env::consts::EXE_EXTENSION);
    let said = stdout(&Command::new(program).arg(folder.path()).output().expect("it runs"));
    assert_eq!(said.lines().filter(|line| line.starts_with("epoch ") && line.contains(" worst Some(0.")).count(), 20);
    assert!(said.contains("accuracy Some(1.0)"), "{said}");

    let weights = fs::read(folder.path().join("rings.safetensors")).expect("a file");
    let weights = safetensors::SafeTensors::deserialize(&weights).expect("weights");
    let mut names = weights.names();
    names.sort_unstable();
    let layers = ["head.bias", "head.weight", "layers.1.bias", "layers.1.weight", "wide.bias", "wide.weight"];
    assert_eq!(names, layers);
    assert_eq!(weights.tensor("head.weight").expect("it is there").shape(), [2, 16]);
    assert!(fs::metadata(folder.path().join("rings.onnx")).expect("a file").len() > 2000);
}
