//! Files that no data set should be: each is refused with exit code 3 by one line that names the place and says
//! what would be right, in little memory, and with nothing left behind.

mod arrays;
mod bytes;
mod cifar;
mod idx;
mod pictures;
mod runs;
mod tables;

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::{
    binary::{folder, run, stderr, stdout, text},
    measured::measured,
};

/// The most memory that a run may have which refuses a file.
const MOST: u64 = 300 << 20;

/// A name in the case's folder, and what is there.
type File = (&'static str, Vec<u8>);

/// One way in which data are wrong.
#[derive(Clone)]
struct Case {
    name: &'static str,
    /// `data.source`; "predict" and "export" are commands on a run instead.
    source: &'static str,
    files: Vec<File>,
    /// What files cannot be: pipes, links, holes.
    prepare: fn(&Path),
    /// `data.path` in the case's folder.
    path: &'static str,
    sets: Vec<&'static str>,
    /// How the message begins, and a part of what it says to do.
    place: &'static str,
    help: &'static str,
}

impl Case {
    fn new(
        name: &'static str,
        source: &'static str,
        files: Vec<File>,
        place: &'static str,
        help: &'static str,
    ) -> Case {
        let path = match files.first() {
            Some((path, _)) if matches!(source, "csv" | "predict") => path,
            _ => "",
        };
        Case { name, source, files, prepare: |_| {}, path, sets: vec![], place, help }
    }

    fn set(mut self, set: &'static str) -> Case {
        self.sets.push(set);
        self
    }

    fn path(mut self, path: &'static str) -> Case {
        self.path = path;
        self
    }

    fn prepare(mut self, prepare: fn(&Path)) -> Case {
        self.prepare = prepare;
        self
    }

    /// What is wrong with how the case is refused.
    fn check(&self, trained: &Path) -> Result<u64, String> {
        let root = folder();
        let here = root.path();
        for (name, contents) in &self.files {
            let path = here.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, contents).expect("a file");
        }
        (self.prepare)(here);
        let path = if self.path.is_empty() { here.to_path_buf() } else { here.join(self.path) };
        let out = here.join("out");
        let before = listing(here);
        let arguments: Vec<String> = match self.source {
            "predict" => {
                ["predict", text(trained), "--input", text(&path), "--out", text(&out)].map(String::from).into()
            }
            "export" => ["export", text(here), "--format", "onnx", "--out", text(&out)].map(String::from).into(),
            source => {
                let own = [format!("data.source={source}"), format!("data.path={}", path.display())];
                let sets = own.into_iter().chain(["data.normalize=auto".into()]);
                let sets = sets.chain(self.sets.iter().map(|set| set.to_string()));
                let sets = sets.flat_map(|set| ["--set".into(), set]);
                ["train", "--out", text(&out)].map(String::from).into_iter().chain(sets).collect()
            }
        };
        let device = ["--device", "cpu"].map(String::from);
        let arguments: Vec<String> =
            arguments.into_iter().chain(device.into_iter().filter(|_| self.source != "export")).collect();
        let (output, peak) = measured(&arguments, &here.join("caches"));
        let said = stderr(&output).replace(&format!("{}/", here.display()), "").replace(text(here), "HERE");
        let wrong =
            |what: String| Err(format!("{}: {what}\n    {}", self.name, said.trim_end().replace('\n', "\n    ")));
        let errors: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("error: ")).collect();
        let after = listing(here);
        match &errors[..] {
            _ if output.status.code() != Some(3) => wrong(format!("ended with {:?}", output.status)),
            [error] if !error.starts_with(self.place) => wrong(format!("does not begin with {:?}", self.place)),
            [error] if !error.contains(self.help) => wrong(format!("does not say {:?}", self.help)),
            [_] if said.lines().last().is_none_or(|line| !line.starts_with("error: ")) => wrong("goes on".into()),
            [_] if peak > MOST => wrong(format!("took {} MiB", peak >> 20)),
            [_] if before != after => wrong(format!("left {after:?}, where {before:?} was")),
            [_] => Ok(peak),
            _ => wrong(format!("{} errors", errors.len())),
        }
    }
}

/// What is in a folder, but for the caches of pictures that were decoded.
fn listing(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.retain(|name| name != "caches");
    names.sort();
    names
}

#[test]
fn every_malformed_file_is_refused_with_its_place_and_what_to_do() {
    let root = folder();
    let trained = root.path().join("run");
    let sets = ["--set", "train.epochs=1", "--set", "data.train_limit=64", "--set", "model.layers.0.units=2"];
    stdout(&run(&[&["train", "--device", "cpu", "--out", text(&trained)], &sets[..]].concat()));
    let mut cases = [tables::cases(), idx::cases(), arrays::cases(), cifar::cases(), pictures::cases()].concat();
    cases.extend(runs::cases(&trained));
    assert!(cases.len() >= 150, "{} cases", cases.len());
    let next = AtomicUsize::new(0);
    let work = || -> Vec<Result<u64, String>> {
        let mut results = vec![];
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let start = std::time::Instant::now();
            let result = case.check(&trained);
            // For people: a test has no clock.
            if let Ok(peak) = &result
                && (start.elapsed().as_secs_f64() > 0.5 || *peak > 100 << 20)
            {
                println!("{}: {:.2} s with making it, {} MiB", case.name, start.elapsed().as_secs_f64(), peak >> 20);
            }
            results.push(result);
        }
        results
    };
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    let peak = results.iter().flatten().max().expect("some were refused");
    println!("{} cases, at most {} MiB", results.len(), peak >> 20);
    let wrong: Vec<&String> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.iter().map(|text| format!("{text}\n")).collect::<String>()
    );
}
