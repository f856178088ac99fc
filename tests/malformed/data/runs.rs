//! What a run knows of its data, and examples that are not for its network.

use std::{fs, path::Path};

use super::{Case, File, bytes::*};

/// The run with another data.json.
fn run(trained: &Path, json: Vec<u8>) -> Vec<File> {
    let read = |name: &'static str| (name, fs::read(trained.join(name)).expect("a file of the run"));
    vec![read("config.toml"), read("checkpoints/last.safetensors"), ("data.json", json)]
}

pub fn cases(trained: &Path) -> Vec<Case> {
    let sealed = fs::read_to_string(trained.join("data.json")).expect("the run's data.json");
    // A checksum says so first; what was written without one is looked at as well.
    let sum = sealed.lines().find(|line| line.contains("\"crc32\"")).expect("a checksum");
    let good = sealed.replacen(sum, "", 1);
    let json =
        |name, json: String, help| Case::new(name, "export", run(trained, json.into_bytes()), "data.json: ", help);
    let with = |name, from: &str, to: &str, help| {
        assert!(good.contains(from), "{from} is not in data.json");
        json(name, good.replacen(from, to, 1), help)
    };
    let shape = good.find("\"shape\": [").expect("a shape") + 10;
    let end = shape + good[shape..].find(']').expect("its end");
    let shaped = |name, lengths: &str, help| json(name, format!("{}{lengths}{}", &good[..shape], &good[end..]), help);
    let damaged = "the file is damaged";
    let mut cases = vec![
        json(
            "a data.json with another number",
            sealed.replacen("\"count\": 10", "\"count\": 11", 1),
            "its checksum is wrong",
        ),
        json("a data.json of nothing", String::new(), damaged),
        json("a data.json cut off", good[..good.len() / 2].into(), damaged),
        json("a data.json of a list", "[]".into(), damaged),
        json("a data.json nested 100,000 deep", "[".repeat(100_000), damaged),
        json("a data.json with more behind it", format!("{good}{good}"), damaged),
        with("a shape by another name", "\"shape\"", "\"shale\"", "missing field `shape`"),
        with("a shape twice", "\"shape\"", "\"shape\": [1], \"shape\"", "duplicate field `shape`"),
        shaped("a shape that wraps", "4294967296, 4294967297", damaged),
        shaped("a shape of 2^64", "18446744073709551616", damaged),
        shaped("a negative shape", "-1, 8, 8", damaged),
        shaped("a shape of none", "0, 8, 8", damaged),
        shaped("no shape", "", damaged),
        shaped("a shape of another size", "1, 8, 9", "do not fit"),
        with("no classes", "\"count\": 10", "\"count\": 0", damaged),
        with("classes without end", "\"count\": 10", "\"count\": 18446744073709551615", damaged),
        with("a plane that wraps", "\"plane\": ", "\"plane\": 9223372036854775809, \"\": ", damaged),
        with("a scale of text", "\"scale\": [", "\"scale\": [\"1\", ", damaged),
        json("a data.json in Latin-1", "\u{e9}".into(), damaged),
    ];
    let input = |name, contents: &[u8], help| Case::new(name, "predict", vec![("t", contents.to_vec())], "t", help);
    let idx = [&[0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1][..], &[5]].concat();
    let npy = b"\x93NUMPY\x01\x00\x40\x00{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }     \n".to_vec();
    cases.extend([
        input("examples of nothing", b"", "there are no rows"),
        input("examples of two columns", b"1,2\n3,4\n", "64"),
        input("an example cut off", [b"1,".repeat(63), b"1\n1,2\n".to_vec()].concat().as_slice(), ", row 2: 2 columns"),
        input("pictures of another size", &idx, "examples of [1, 1], where the network takes [1, 8, 8]"),
        input("an array of another shape", &[npy.clone(), vec![0; 6]].concat(), ""),
        input("a picture that is none", b"\x89PNG\r\n\x1a\n", "can't be decoded"),
        input("an archive that is none", b"PK\x03\x04nothing", "the archive is damaged"),
        input("a bomb to be predicted", &bomb(b"1,2\n", b'1', 300), "set data.largest"),
        Case::new("nothing to be predicted", "predict", vec![], "nowhere: ", "No such file").path("nowhere"),
        Case::new("a folder without pictures", "predict", vec![], "HERE: ", "no PNG or JPEG picture is in this folder"),
        Case::new("a pipe to be predicted", "predict", vec![], "t: ", "this is a pipe")
            .path("t")
            .prepare(|here| pipe(&here.join("t"))),
    ]);
    let pipe_for = |name, file: &'static str, prepare, place| {
        let files = run(trained, good.clone().into_bytes());
        let files = files.into_iter().filter(|(name, _)| *name != file).collect();
        Case::new(name, "export", files, place, "this is a pipe").prepare(prepare)
    };
    cases.extend([
        pipe_for("a pipe for data.json", "data.json", |here| pipe(&here.join("data.json")), "data.json: "),
        pipe_for(
            "a pipe for weights",
            "checkpoints/last.safetensors",
            |here| {
                fs::create_dir(here.join("checkpoints")).expect("a folder");
                pipe(&here.join("checkpoints/last.safetensors"));
            },
            "checkpoints/last.safetensors: ",
        ),
    ]);
    cases
}
