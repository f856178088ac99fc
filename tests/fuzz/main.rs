//! Parsers meet bytes that somebody else wrote: each is tried on 20,000 mutations of good and bad files, and on
//! GRADUS_FUZZ of them where that is set. None may panic or take more memory than a file of its size may hold.
//! A failure leaves its bytes in target/tmp; put them into tests/fuzz/PARSER once it is mended.

mod mutator;
mod seeds;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use gradus::{
    config::{Config, DataConfig},
    data::{self, fuzzing},
    train::{Model, Snapshot, read_weights},
};
use mutator::Mutator;

/// How much memory a parser may have at once, however it is asked for: what any file may hold, doubled while it
/// grows, and its numbers beside it.
const MOST: usize = 300 << 20;

/// Counts what this thread has.
struct Counting;

thread_local! {
    static NOW: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

fn count(more: usize, less: usize) {
    NOW.with(|now| {
        now.set((now.get() + more).saturating_sub(less));
        PEAK.with(|peak| peak.set(peak.get().max(now.get())));
    });
}

// SAFETY: the system's allocator does the work; counting neither allocates nor panics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller keeps the promises of the same call.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller keeps the promises of the same call.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: the caller keeps the promises of the same call.
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: the caller keeps the promises of the same call.
        unsafe { System.dealloc(old, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The section `[data]` of a source, with `KEY=VALUE` put into it.
fn section(overrides: &[&str]) -> DataConfig {
    let overrides = overrides.iter().map(|text| format!("data.{text}"));
    let overrides: Vec<String> = ["data.normalize=auto".into()].into_iter().chain(overrides).collect();
    Config::default_with(&overrides).expect("a config").data
}

/// Tries a parser; it says whether it took the bytes.
fn fuzz(name: &str, mut seeds: Vec<Vec<u8>>, words: &'static [&'static str], parse: impl Fn(&[u8]) -> bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz").join(name);
    if let Ok(entries) = folder.read_dir() {
        let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
        files.sort();
        seeds.extend(files.iter().map(|file| std::fs::read(file).expect("a file")));
    }
    let tries = std::env::var("GRADUS_FUZZ").map_or(20_000, |tries| tries.parse().expect("a number"));
    let check = |what: &str, bytes: &[u8]| -> bool {
        let before = NOW.get();
        PEAK.set(before);
        let taken = catch_unwind(AssertUnwindSafe(|| parse(bytes)));
        let peak = PEAK.get() - before;
        if taken.is_err() || peak > MOST {
            let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{what}"));
            std::fs::write(&file, bytes).expect("a file");
            let why = if taken.is_err() { "it panics".into() } else { format!("it takes {peak} bytes") };
            panic!("{name}, {what}: {why}; {} bytes are in {}", bytes.len(), file.display());
        }
        taken.is_ok_and(|taken| taken)
    };
    let taken = seeds.iter().enumerate().filter(|(at, seed)| check(&format!("seed-{at}"), seed)).count();
    assert!(taken > 0, "{name}: nothing is mutated that was right before");
    let mut mutator = Mutator { state: 0x9e37_79b9_7f4a_7c15 ^ name.len() as u64, words };
    let mut taken = 0;
    for number in 0..tries {
        let bytes = mutator.mutate(&seeds);
        taken += usize::from(check(&format!("mutation-{number}"), &bytes));
    }
    println!("{name}: {tries} mutations of {} seeds, {taken} taken", seeds.len());
}

fn data(name: &str, seeds: Vec<Vec<u8>>, words: &'static [&'static str], parser: fuzzing::Parser, sets: &[&[&str]]) {
    let sections: Vec<DataConfig> = sets.iter().map(|overrides| section(overrides)).collect();
    fuzz(name, seeds, words, |bytes| {
        let taken: Vec<bool> = sections.iter().map(|section| parser(bytes, section).is_ok()).collect();
        taken.contains(&true)
    });
}

#[test]
fn csv() {
    let words = &[",", ";", "\t", "\"", "\n", "\r\n", "\r", "nan", "1e39", "-", "\u{feff}", "cat", "é", "\0", " ", "#"];
    data("csv", seeds::csv(), words, fuzzing::csv, &[&["source=csv"], &["source=csv", "header=true"]]);
}

#[test]
fn idx() {
    data("idx", seeds::idx(), &[], fuzzing::idx, &[&["source=idx"]]);
}

#[test]
fn npy() {
    let words = &["'<f4'", "'|O'", "'>i8'", "True", "(2,", "()", "shape", "descr", "{", "[", "'<f2'", "-1", "'<U9'"];
    data("npy", seeds::npy(), words, fuzzing::npy, &[&["source=npy"], &["source=npy", "channels=last"]]);
}

#[test]
fn npz() {
    data(
        "npz",
        seeds::npz(),
        &["PK\x01\x02", "PK\x05\x06", "PK\x03\x04", "x.npy", "y.npy"],
        fuzzing::npz,
        &[&["source=npy"]],
    );
}

#[test]
fn pickle() {
    let words = &["(", "]", "a", "e", "t", "\u{5d}q\0", "h\0", "2", "0", "1", "R", "b", "N.", "I1\n", "K\x01"];
    data("pickle", seeds::pickle(), words, fuzzing::cifar, &[&[]]);
}

#[test]
fn pictures() {
    let words = &["IHDR", "IDAT", "PLTE", "tRNS", "acTL", "eXIf", "iCCP", "IEND", "Exif\0\0"];
    let sets: &[&[&str]] = &[&["source=images"], &["source=images", "grayscale=true", "resize=[3,2]"]];
    data("pictures", seeds::pictures(), words, fuzzing::picture, sets);
}

#[test]
fn data_json() {
    let words = &["null", "true", "\"", "[", "]", "{", "}", ":", ",", "1e999", "1e-999", "\\u0000", "-0"];
    data("data_json", seeds::data_json(), words, fuzzing::signature, &[&[]]);
}

#[test]
fn config() {
    let words = &[
        "[[",
        "]]",
        "=",
        "\"",
        "'''",
        "{",
        "}",
        "[",
        "]",
        "#",
        ".",
        "nan",
        "inf",
        "\n",
        "true",
        "op",
        "dense",
        "conv2d",
        "repeat",
        "block",
        "concat",
        "add",
        "units",
        "inputs",
        "$",
        "2024-01-01",
        "adam",
        "cosine",
        "schedule",
    ];
    fuzz("config", seeds::configs(), words, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let taken = Config::read("config.toml", &text, &[]).is_ok();
        let line = text.lines().next().unwrap_or_default();
        let _ = Config::default_with(&[line.to_string()]);
        taken
    });
}

#[test]
fn safetensors() {
    let config = Config::default_with(&["model.layers.0.units=3".into()]).expect("a config");
    let dataset = data::load(&config.data, true, config.seed).expect("digits");
    let model = Model::build(config, dataset).expect("a network");
    let words = &[
        "F32",
        "F16",
        "BF16",
        "F64",
        "\"shape\"",
        "\"data_offsets\"",
        "[0,0]",
        "__metadata__",
        "{",
        "}",
        "layers.0.weight",
    ];
    fuzz("safetensors", seeds::safetensors(&model), words, |bytes| {
        let weights = read_weights(model.plan(), bytes).is_ok();
        Snapshot::from_bytes(model.plan(), bytes).is_ok() || weights
    });
}
