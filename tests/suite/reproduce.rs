//! Every figure of the lecture holds with three seeds, and turns when its fault is put in.

use std::{
    collections::HashMap,
    fs,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use crate::common::binary::{folder, gradus, run, stderr, stdout, text};
use gradus::{
    config::Config,
    data,
    device::Device,
    experiments::{Cell, Epochs, Failed, Figure, Findings, Lab, Scale, Trainer, figures, places},
    landscape::{self, Request, Surface},
    train::{Model, Observer, Session, train},
};

/// Trains on the CPU device, each config once.
#[derive(Default)]
struct InMemory(HashMap<String, Cell>, HashMap<String, Vec<Surface>>);

impl Trainer for InMemory {
    fn train(&mut self, config: Config) -> Result<Cell, Failed> {
        let key = config.to_toml().to_string();
        if let Some(cell) = self.0.get(&key) {
            return Ok(cell.clone());
        }
        let model = model(config);
        let cell = pollster::block_on(async {
            let mut session = Session::new(model, &Device::cpu()).await.expect("room");
            let mut epochs = Epochs::default();
            train(&mut session, &mut [&mut epochs]).await.expect("finite figures");
            Cell::of(&mut session, epochs).await.expect("figures")
        });
        self.0.insert(key, cell.clone());
        Ok(cell)
    }

    fn gradients(&mut self, config: Config, batches: &[Vec<u32>]) -> Result<Vec<Vec<f32>>, Failed> {
        let mut session = pollster::block_on(Session::new(model(config), &Device::cpu())).expect("room");
        let gradient = |batch: &Vec<u32>| pollster::block_on(session.gradient(batch)).expect("a gradient");
        Ok(batches.iter().map(gradient).collect())
    }

    fn outputs(&mut self, config: Config, places: &[f32], epochs: &[usize]) -> Result<Vec<Vec<f32>>, Failed> {
        struct Nobody;
        impl Observer for Nobody {}
        let device = Device::cpu();
        let mut nobody = Nobody;
        let outputs = places::outputs(model(config), &device, places, epochs, &mut nobody);
        Ok(pollster::block_on(outputs)?.expect("nobody stops it"))
    }

    fn surfaces(&mut self, config: Config, request: &Request) -> Result<Vec<Surface>, Failed> {
        let key = format!("{} {request:?}", config.to_toml());
        if let Some(surfaces) = self.1.get(&key) {
            return Ok(surfaces.clone());
        }
        let mut session = pollster::block_on(Session::new(model(config), &Device::cpu())).expect("room");
        pollster::block_on(train(&mut session, &mut [])).expect("finite figures");
        let surfaces = pollster::block_on(landscape::surfaces(&mut session, request, || true)).expect("surfaces");
        self.1.insert(key, surfaces.clone());
        Ok(surfaces)
    }

    fn seconds_per_step(&mut self, _: Config) -> Result<f64, Failed> {
        unreachable!("only the papers' own scale is measured before");
    }

    fn announce(&mut self, _: &str) {}

    fn progress(&mut self, _: usize, _: usize) {}
}

fn model(config: Config) -> Model {
    let dataset = data::load(&config.data, config.model.loss == "categorical", config.seed).expect("the data");
    Model::build(config, dataset).expect("a network that fits")
}

fn found(figure: &Figure, seed: u64, broken: bool, cells: &mut InMemory) -> Findings {
    (figure.run)(&mut Lab::new(seed, Scale::Small, broken, cells))
        .unwrap_or_else(|error| panic!("{}: {error}", figure.name))
}

#[test]
fn every_figure_holds_with_three_seeds_and_turns_when_it_is_broken() {
    // Small networks leave one of two cores idle: two figures at a time, the long ones, which come last, first.
    let left = AtomicUsize::new(figures::ALL.len());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Ok(at) = left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)) {
                    holds_and_turns(figures::ALL[at - 1]);
                }
            });
        }
    });
}

fn holds_and_turns(figure: &Figure) {
    let mut cells = InMemory::default();
    for seed in 1..=3 {
        let findings = found(figure, seed, false, &mut cells);
        let failed: Vec<_> = findings.claims.iter().filter(|claim| !claim.holds()).collect();
        assert!(findings.hold(), "{} with seed {seed}: {failed:#?}", figure.name);
        assert!(!findings.pictures.is_empty(), "{} has no picture", figure.name);
        assert!(findings.rows.iter().all(|row| row.len() == findings.columns.len()), "{}", figure.name);
    }
    assert!(!found(figure, 1, true, &mut cells).hold(), "{} holds although it is broken", figure.name);
}

#[test]
fn names_items_and_numbers_lead_to_figures() {
    for figure in figures::ALL {
        assert_eq!(figures::named(figure.name).map(|found| found.name), Some(figure.name));
        assert!(figure.items.iter().all(|item| (1..=57).contains(item)) && !figure.items.is_empty(), "{}", figure.name);
        for item in figure.items {
            assert!(figures::named(&item.to_string()).is_some_and(|found| found.items.contains(item)));
        }
    }
    assert!(figures::named("").is_none() && figures::named("58").is_none());
}

#[test]
fn the_command_writes_rows_pictures_and_a_verdict() {
    let root = folder();
    let out = root.path().join("out");
    let arguments = ["reproduce", "estimator-bias", "--device", "cpu", "--out", text(&out)];
    let output = run(&arguments);
    assert!(output.status.success() && stdout(&output).contains("verdict: holds"), "{}", stderr(&output));
    let read = |file: &str| fs::read_to_string(out.join("estimator-bias").join(file)).expect("a file");
    let (rows, verdict) = (read("rows.csv"), read("verdict.json"));
    assert!(rows.starts_with("N,mean,") && read("bias.svg").starts_with("<svg"));
    assert_eq!(serde_json::from_str::<serde_json::Value>(&verdict).expect("JSON")["holds"], true);
    // The same again, to the same numbers.
    assert!(run(&arguments).status.success());
    assert_eq!(read("rows.csv"), rows);
    let broken = run(&[&arguments[..], &["--break"]].concat());
    assert!(broken.status.success() && stdout(&broken).contains("turns, as it must"));

    let unknown = run(&["reproduce", "estimator-bais", "--out", text(&out)]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("did you mean `estimator-bias`"), "{}", stderr(&unknown));
    let file = root.path().join("file");
    fs::write(&file, "").expect("a file");
    let unwritable = run(&["reproduce", "estimator-bias", "--out", text(&file)]);
    assert_eq!(unwritable.status.code(), Some(1));
    assert!(stderr(&unwritable).contains("file"), "{}", stderr(&unwritable));
}

#[test]
fn killed_at_five_moments_a_figure_ends_with_the_same_table() {
    let root = folder();
    let (killed, whole) = (root.path().join("killed"), root.path().join("whole"));
    let arguments = |out| ["reproduce", "effective-complexity", "--device", "cpu", "--out", out];
    let cells = || fs::read_dir(killed.join("cells")).map_or(0, |cells| cells.count());
    for moment in 1..=5 {
        let mut figure = gradus().args(arguments(text(&killed))).spawn().expect("the binary runs");
        // It is in the midst of a training, or writes one down.
        while cells() < 3 * moment && figure.try_wait().expect("a child").is_none() {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        figure.kill().expect("SIGKILL");
        figure.wait().expect("a child");
        assert!(!killed.join("effective-complexity").exists(), "it ended before it was killed");
    }
    for out in [&killed, &whole] {
        assert!(run(&arguments(text(out))).status.success());
    }
    for file in ["rows.csv", "verdict.json", "emc.svg"] {
        let [one, other] =
            [&killed, &whole].map(|out| fs::read(out.join("effective-complexity").join(file)).expect("a file"));
        assert_eq!(one, other, "{file}");
    }
}

/// What is measured after each epoch is in the cell; the last of it is what evaluation finds in the end.
#[test]
fn a_cell_has_what_its_epochs_came_to() {
    let changes = ["train.steps=50", "train.measure=['train', 'test']", "data.train_limit=800"].map(str::to_owned);
    let cell = InMemory::default().train(Config::default_with(&changes).expect("a config")).expect("it trains");
    let steps: Vec<u64> = cell.epochs.iter().map(|epoch| epoch.step).collect();
    assert_eq!((steps, cell.losses.len()), (vec![23, 46, 50], 3));
    let last = cell.epochs.last().expect("epochs");
    assert_eq!((last.train, last.dev, last.test), (cell.train, cell.dev, cell.test));
}
