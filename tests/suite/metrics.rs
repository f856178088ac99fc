//! Metrics: against scikit-learn in f64 (the numbers and the script that made them are in `tests/golden/`), in
//! configs, in a run's lines and curves, and in what `evaluate` says.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::common::{
    binary::{folder, run, stderr, stdout, text},
    gpu, session,
};
use gradus::{
    config::{Config, Place},
    data::{Predicted, Targets},
    device::Device,
    losses,
    metrics::{self, Asked, Kind, Metric, Score, Scored, Scoring, Task},
    train::{self, Split},
};
use serde_json::Value;

/// Both sum in f64, in other orders.
const TOLERANCE: f64 = 1e-12;

#[derive(serde::Deserialize)]
struct File {
    cases: Vec<Golden>,
}

/// Outputs, targets, and what each metric is.
#[derive(serde::Deserialize)]
struct Golden {
    name: String,
    loss: String,
    outputs: usize,
    x: Vec<f32>,
    t: Vec<f32>,
    metrics: BTreeMap<String, Value>,
}

fn golden() -> Vec<Golden> {
    serde_json::from_str::<File>(include_str!("../golden/metrics.json")).expect("golden numbers").cases
}

/// A metric by its name as results have it.
fn asked(key: &str) -> Asked {
    let place = Place::Document("test".into());
    let (name, count) = key.strip_prefix("top_").map_or((key, 0), |k| ("top_k", k.parse().expect("a number")));
    Asked { metric: Metric::named(name).unwrap_or_else(|| panic!("{name} is missing")), count, place }
}

impl Golden {
    fn task(&self) -> (Task, Targets) {
        let loss = losses::named(&self.loss).expect("a loss");
        let (width, labels) = (self.outputs, self.t.iter().map(|&t| t as u32).collect());
        let (predicted, targets) = match Kind::of(loss, width) {
            Kind::Multiclass => {
                let predicted = Predicted::Classes { count: width, names: None };
                (predicted, Targets::Classes { labels, count: width, names: None })
            }
            Kind::Binary => {
                let predicted = Predicted::Classes { count: 2, names: None };
                (predicted, Targets::Classes { labels, count: 2, names: None })
            }
            _ => (Predicted::Values { width }, Targets::Values { values: self.t.clone(), width }),
        };
        (Task::of(loss, &predicted, width), targets)
    }

    /// The metrics that there are numbers for.
    fn known(&self) -> Vec<Asked> {
        self.metrics.keys().map(|key| asked(key)).collect()
    }

    /// What metrics make of it in batches of so many examples.
    fn scored(&self, all: &[Asked], batch: usize) -> Vec<Scored> {
        let (task, targets) = self.task();
        let mut scoring = Scoring::new(all, task);
        let examples: Vec<u32> = (0..(self.x.len() / self.outputs) as u32).collect();
        for (x, examples) in self.x.chunks(batch * self.outputs).zip(examples.chunks(batch)) {
            scoring.add(x, examples, &targets);
        }
        scoring.finish()
    }
}

/// How far a number is from the right one; what has no value must have none.
fn far(found: Option<f64>, right: &Value) -> f64 {
    match (found, right.as_f64()) {
        (None, None) if right.is_null() => 0.0,
        (Some(found), Some(right)) => (found - right).abs() / right.abs().max(1.0),
        _ => f64::INFINITY,
    }
}

fn difference(score: &Score, right: &Value) -> f64 {
    match score {
        Score::Number(number) => far(*number, right),
        Score::Each { mean, values, .. } => {
            let each = right["each"].as_array().expect("a number each");
            assert_eq!(values.len(), each.len());
            let each = values.iter().zip(each).map(|(value, right)| far(*value, right));
            each.fold(far(*mean, &right["mean"]), f64::max)
        }
        Score::Matrix { .. } => {
            let found = serde_json::to_value(score).expect("JSON");
            if found["counts"] == *right { 0.0 } else { f64::INFINITY }
        }
    }
}

#[test]
fn every_metric_is_scikit_learns() {
    let (mut worst, mut compared, mut names) = (0.0, 0, BTreeSet::new());
    for golden in golden() {
        for batch in [1, 7, 1000] {
            let scored = golden.scored(&golden.known(), batch);
            assert_eq!(scored.len(), golden.metrics.len(), "{}: every one of them fits", golden.name);
            for Scored { metric, key, score } in scored {
                let far = difference(&score, &golden.metrics[&key]);
                assert!(far <= TOLERANCE, "{}: {key} is {score:?}, not {}", golden.name, golden.metrics[&key]);
                worst = f64::max(worst, far);
                compared += 1;
                names.insert(metric.name);
            }
        }
    }
    println!("{compared} metrics differ by {worst:.1e} at most");
    assert!(names.len() >= 11, "only {names:?} have golden numbers");
}

/// Whether there are golden numbers or not: whatever the batches are, a metric is the same, and it is never NaN.
#[test]
fn every_metric_counts_alike_in_any_batches() {
    let mut tried = BTreeMap::new();
    for golden in golden() {
        let all = metrics::fitting(&[], &golden.task().0);
        let whole = golden.scored(&all, 1000);
        assert_eq!(whole.len(), all.len(), "{}", golden.name);
        for batch in [1, 7] {
            for (part, whole) in golden.scored(&all, batch).iter().zip(&whole) {
                assert_eq!(part.score, whole.score, "{}: {} in batches of {batch}", golden.name, whole.key);
            }
        }
        for Scored { metric, key, score } in whole {
            let numbers = match &score {
                Score::Each { values, .. } => values.iter().flatten().copied().collect(),
                _ => Vec::from_iter(score.number()),
            };
            assert!(numbers.iter().all(|number| number.is_finite()), "{}: {key} is {score:?}", golden.name);
            let matrix = matches!(score, Score::Matrix { .. });
            assert_eq!(matrix, metric.gives == metrics::Gives::Matrix, "{key} gives another thing than it says");
            *tried.entry(metric.name).or_insert(0) += 1;
        }
    }
    for metric in metrics::ALL {
        assert!(tried.get(metric.name).is_some_and(|&times| times >= 3), "{} fits nothing", metric.name);
    }
}

/// JSON has null where there is no value, and a message says why; it is never NaN.
#[test]
fn what_has_no_value_says_why() {
    let cases = golden();
    let case = |name: &str| cases.iter().find(|golden| golden.name.starts_with(name)).expect("a case");
    let says = |name: &str, key: &str| {
        let scored =
            case(name).scored(&case(name).known(), 1000).into_iter().find(|scored| scored.key == key).expect("it fits");
        (scored.undefined(), serde_json::to_value(&scored.score).expect("JSON"))
    };
    let (said, json) = says("a class never predicted", "precision");
    assert_eq!(
        said.as_deref(),
        Some("precision has no value for 2 of 6: 3, 5 (never predicted); its mean is over the others")
    );
    assert!(json["each"]["3"].is_null() && json["each"]["0"].is_number() && json["mean"].is_number(), "{json}");
    let (said, json) = says("only noes", "roc_auc");
    assert_eq!(said.as_deref(), Some("roc_auc has no value (it has no yes, or nothing else)"));
    assert!(json.is_null());
    let (said, _) = says("one example of two numbers", "r2");
    assert_eq!(said.as_deref(), Some("r2 has no value for 2 of 2: 0, 1 (its targets are all the same)"));
    assert_eq!(says("seven classes", "precision").0, None);
}

/// More classes than a matrix is written whole of, and as many names as a message takes.
#[test]
fn very_many_classes_are_pairs_and_few_names() {
    let count = 3000;
    let names = Some((0..count).map(|class| format!("c{class}")).collect());
    let task = Task::of(&losses::CATEGORICAL, &Predicted::Classes { count, names: names.clone() }, count);
    let all = ["confusion", "recall", "top_5"].map(asked);
    let mut scoring = Scoring::new(&all, task);
    let mut x = vec![0.0; 2 * count];
    (x[7], x[count + 9]) = (1.0, 1.0);
    scoring.add(&x, &[0, 1], &Targets::Classes { labels: vec![8, 9], count, names });
    let scored = scoring.finish();
    let matrix = serde_json::to_value(&scored[0].score).expect("JSON");
    assert_eq!(matrix, serde_json::json!({"pairs": [["c8", "c7", 1], ["c9", "c9", 1]]}));
    let said = scored[1].undefined().expect("most classes never occur");
    assert!(said.starts_with("recall has no value for 2998 of 3000: c0, c1, ") && said.len() < 150, "{said}");
    assert_eq!(scored[2].score, Score::Number(Some(0.5)));
}

fn config(loss: &str, metrics: &str) -> Result<Config, String> {
    let text = format!(
        "[data]\nsource = \"digits\"\n[model]\nloss = \"{loss}\"\nlayers = [{{ op = \"dense\", units = 10 }}]\n\
         [optimizer]\ntype = \"sgd\"\n[train]\nmetrics = {metrics}\n"
    );
    let config = Config::read("c.toml", &text, &[]).map_err(|error| error.to_string())?;
    train::check_sections(&config).map_err(|error| error.to_string())?;
    Ok(config)
}

#[test]
fn configs_name_metrics_and_keep_them() {
    let read = config("categorical", "[\"f1\", { metric = \"top_k\", k = 3 }, \"top_k\"]").expect("metrics");
    let keys: Vec<String> = metrics::read(&read.train).expect("metrics").iter().map(Asked::key).collect();
    assert_eq!(keys, ["f1", "top_3", "top_5"]);
    let text = toml::to_string(&read.to_toml()).expect("TOML");
    let again = Config::read("again.toml", &text, &[]).expect("what was written");
    assert_eq!(again, read);
    assert!(!toml::to_string(&config("normal", "[]").expect("none").to_toml()).expect("TOML").contains("metrics"));
    // Every metric that gives numbers is known by its name, to the losses that it fits and to no others.
    for metric in metrics::ALL {
        for loss in losses::ALL {
            let fits = Kind::possible(loss).iter().any(|kind| metric.fits.contains(kind));
            let numbers = metric.gives != metrics::Gives::Matrix;
            let read = config(loss.name, &format!("[\"{}\"]", metric.name));
            assert_eq!(read.is_ok(), fits && numbers, "{} {}: {:?}", metric.name, loss.name, read.err());
        }
    }
}

/// The outputs come from either device, batch by batch; evaluation sums up as it does without metrics.
#[test]
fn both_devices_are_measured_alike() {
    let mut measured = vec![];
    for device in [Device::cpu(), gpu()] {
        for loss in losses::ALL {
            let sets = [&format!("model.loss={}", loss.name)[..], "train.batch_size=32"];
            let mut session = session("configs/digits.toml", &sets, &device);
            let all = metrics::fitting(&[], &session.task());
            for split in [Split::Dev, Split::Train] {
                let plain = pollster::block_on(session.evaluate(split)).expect("it runs");
                let with = pollster::block_on(session.measure(split, &all)).expect("it runs").expect("examples");
                assert_eq!(plain, Some(with.figures));
                let accuracy = with.metrics.iter().find(|scored| scored.key == "accuracy");
                let accuracy = accuracy.and_then(|scored| scored.score.number());
                assert_eq!(accuracy.is_some(), with.figures.accuracy.is_some());
                let differs = accuracy.zip(with.figures.accuracy).map_or(0.0, |(host, device)| (host - device).abs());
                assert!(differs < 1e-6, "{accuracy:?} {:?}", with.figures);
                measured.push(with.metrics.iter().map(|scored| (scored.key.clone(), scored.score.number())).collect());
            }
        }
    }
    let measured: Vec<Vec<(String, Option<f64>)>> = measured;
    let (cpu, gpu) = measured.split_at(measured.len() / 2);
    for ((key, cpu), (_, gpu)) in cpu.iter().flatten().zip(gpu.iter().flatten()) {
        let far = cpu.zip(*gpu).map_or(0.0, |(cpu, gpu)| (cpu - gpu).abs());
        assert!(cpu.is_some() == gpu.is_some() && far < 2e-3, "{key}: {cpu:?} on the CPU, {gpu:?} on the GPU");
    }
}

fn lines(run: &Path) -> Vec<Value> {
    let text = fs::read_to_string(run.join("metrics.jsonl")).expect("a file of the run");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

const METRICS: &str = "train.metrics=[\"f1\", { metric = \"top_k\", k = 2 }, \"accuracy\", \"log_loss\"]";

fn train(out: &Path, sets: &[&str]) -> String {
    let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
    let output = run(&[&["train", "--device", "cpu", "--out", text(out)], &sets[..]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    stderr(&output)
}

/// The metrics of a run are columns like any other, and change nothing of what is trained.
#[test]
fn a_run_is_measured_on_its_development_set_each_epoch() {
    let folder = folder();
    let [plain, measured, short] = ["plain", "measured", "short"].map(|name| folder.path().join(name));
    train(&plain, &["train.epochs=3"]);
    let said = train(&measured, &["train.epochs=3", METRICS]);
    let epoch = said.lines().find(|line| line.starts_with("epoch   3/3")).expect("a line an epoch");
    assert!(epoch.contains("  f1 0.") && epoch.contains("  top_2 0."), "{epoch}");
    let weights = |run: &Path| fs::read(run.join("checkpoints/last.safetensors")).expect("weights");
    assert!(weights(&plain) == weights(&measured));
    for (without, with) in lines(&plain).iter().zip(lines(&measured)) {
        for key in ["train_loss", "dev_loss", "train_accuracy", "dev_accuracy"] {
            assert_eq!(without[key], with[key], "{key}");
        }
        assert!(without.get("dev_f1").is_none());
        let number = |key: &str| with[key].as_f64().unwrap_or_else(|| panic!("{key} in {with}"));
        assert!(number("dev_top_2") >= number("dev_accuracy") && number("dev_f1") > 0.5, "{with}");
        // The device sums f32, and clips nothing.
        assert!((number("dev_log_loss") - number("dev_loss")).abs() < 1e-5 * number("dev_loss"), "{with}");
    }
    for picture in ["f1", "top_2", "log_loss"] {
        assert!(
            fs::read_to_string(measured.join(format!("plots/{picture}.svg"))).expect("a picture").contains(picture)
        );
    }
    assert!(!measured.join("plots/seconds.svg").exists());
    let both = folder.path().join("both.svg");
    stdout(&run(&["plot", text(&plain), text(&measured), "--out", text(&both)]));
    assert!(fs::read_to_string(&both).expect("a picture").contains("top_2"));
    // A run may be measured by others from some epoch on.
    train(&short, &["train.epochs=2", METRICS]);
    let resume = ["train", "--device", "cpu", "--resume", "--out", text(&short)];
    stdout(&run(&[&resume[..], &["--set", "train.epochs=3", "--set", "train.metrics=[\"recall\"]"]].concat()));
    let lines = lines(&short);
    assert!(lines[1]["dev_f1"].is_number() && lines[2]["dev_recall"].is_number() && lines[2].get("dev_f1").is_none());
    assert!(weights(&short) == weights(&measured));
}

#[test]
fn a_sweep_is_measured_too() {
    let folder = folder();
    let out = folder.path().join("s");
    let sets = ["--set", METRICS, "--set", "train.epochs=1", "--out", text(&out)];
    for _ in 0..2 {
        stdout(&run(&[&["sweep", "--device", "cpu", "--grid", "seed=1,2"], &sets[..]].concat()));
        assert!(lines(&out.join("seed=2"))[0]["dev_top_2"].is_number());
    }
}

#[test]
fn evaluate_says_all_that_fits() {
    let folder = folder();
    let out = folder.path().join("run");
    train(&out, &["train.epochs=3", METRICS]);
    let evaluate = |arguments: &[&str]| run(&[&["evaluate", text(&out), "--device", "cpu"], arguments].concat());
    let result: Value = serde_json::from_str(&stdout(&evaluate(&["--json"]))).expect("JSON");
    let metrics = result["metrics"].as_object().expect("metrics");
    let fits = metrics::ALL.iter().filter(|metric| metric.fits.contains(&Kind::Multiclass));
    let fits = fits.map(|metric| if metric.name == "top_k" { "top_2" } else { metric.name });
    assert_eq!(metrics.keys().map(String::as_str).collect::<BTreeSet<_>>(), fits.collect());
    assert_eq!(metrics["accuracy"], result["accuracy"]);
    let counts = metrics["confusion"]["counts"].as_array().expect("rows");
    let diagonal: u64 = counts.iter().enumerate().map(|(at, row)| row[at].as_u64().expect("a count")).sum();
    assert_eq!(diagonal as f64 / 359.0, result["accuracy"].as_f64().expect("a number"));
    assert!(metrics["f1"]["each"]["9"].is_number(), "{result}");
    // The same on the development set as the run's last line has it.
    let dev: Value = serde_json::from_str(&stdout(&evaluate(&["--json", "--split", "dev"]))).expect("JSON");
    let last = &lines(&out)[2];
    assert_eq!((&dev["metrics"]["f1"]["mean"], &dev["metrics"]["top_2"]), (&last["dev_f1"], &last["dev_top_2"]));
    let said = stdout(&evaluate(&[]));
    let first = said.lines().next().expect("lines");
    assert!(first.starts_with("test: loss ") && first.ends_with(" over 359 examples"), "{said}");
    for part in ["\n  top_2     ", "precision  recall", "\n  mean  ", "right classes down, predicted ones across\n"] {
        assert!(said.contains(part), "{part:?}: {said}");
    }
    let widths: Vec<usize> = said.lines().map(|line| line.chars().count()).collect();
    assert!(widths.iter().all(|&width| width <= 100), "{said}");
    let help = stdout(&run(&["evaluate", "--help"]));
    for metric in metrics::ALL {
        assert!(help.contains(metric.name), "{} is not in {help}", metric.name);
    }
}
