//! The reference of all names that configs know, as Markdown: docs/reference.md is this page, and a
//! test says when it is out of date.

use super::training;
use crate::{
    activations::{self, Derivative},
    config::OptimizerConfig,
    data,
    experiments::trajectory,
    initializers,
    kernels::{self, Access, Element},
    losses,
    metrics::{self, Gives},
    ops,
    optimizers::{self, Dialect},
    schedules, verify,
};

const HEAD: &str = "\
# Reference

Every name that a config or a command takes, with its formula. This page is made from the same slices that
configs are read by: `cargo run -- reference > docs/reference.md`.
";

const METRICS: &str = "\
`metrics = [\"f1\", { metric = \"top_k\", k = 3 }]` in `[train]` measures the development set after each epoch, as `dev_f1`
and `dev_top_3` in metrics.jsonl and the curves; `gradus evaluate` shows all that fit. p are the predictions: probabilities
under the losses `categorical` and `bernoulli`, whose link is a softmax and a sigmoid, and the outputs x under `normal`;
t is the target. A yes is a probability above ½, and a target above ½. *A number each* is one for each class or output, and
the mean is over those that have a value; one output has one number, and so has the `log_loss` of classes. What has no value
is `null` in JSON and a dash on the terminal. `confusion` has a row for each class that is right and a column for each that
is predicted; a network with several outputs under `bernoulli` has none. Where scikit-learn has the same, so has gradus:
macro averages with `zero_division=nan`, `force_finite=False`, a `log_loss` of probabilities no nearer to 0 and 1 than 2⁻⁵².
Only a batch of predictions is held at a time, but for `roc_auc`: 16 bytes for each output of each example.
";

const OPTIMIZERS: &str = "\
`type` in `[optimizer]`. `dialect` chooses whose formula and defaults are meant, `lecture` (the default), `keras` or
`pytorch`; any key may be given beside it. g is the gradient, p a parameter, lr the learning rate, t the number of this
update, from 1. Dialects that agree share a row.

Where ε stands, the lecture says two things: its boxes for AdaGrad, RMSProp and Adam divide by sqrt(r + ε), its analysis of
AdaGrad by sqrt(r) + ε. The dialect `lecture` takes the second; `epsilon_placement = \"inside\"` is the boxes as printed.
With a gradient of 1e-4 and ε = 1e-7, Adam's first step is 0.999 lr outside, and 0.30 lr inside. The
lecture's β of RMSProp, `beta`, is Keras's `rho`, and either name is read.

Nesterov's momentum takes its gradient at the place ahead, p + β v. That place is what is trained, evaluated and kept in
a checkpoint, as in Keras; the slide's p is less by β v, v being the optimizer's state, which goes to 0 as the rate does.
`gradus trajectory` shows the slide's under the dialect `lecture`.

Every optimizer also takes `weight_decay`, `decay` (`l2` or `decoupled`) or `l2` alone, `l1`, `decay_all`, `l1_all`; one of
`clip_value`, `clip_norm` and `clip_global_norm`, with `clip_penalties` and `clip_epsilon`; `accumulate` (batches an
update takes) with `schedule_counts`; `ema` with `ema_counts` and `ema_overwrite`; and `groups`, a list of tables with
`pattern`, `learning_rate`, `weight_decay` and `l1`. What they mean without more is the dialect's, see below.
";

const DIALECTS: &str = "\
Where the dialects differ beyond formulas and defaults, and the key that says it otherwise. Whole trainings in the last
two are compared with the frameworks step by step.

`weight_decay = λ` as `l2` is the gradient λ p, of the penalty ½ λ |p|²: Keras's `L2(l)` is λ = 2 l. The slide's penalty
is of all of θ, biases too: `l2 = λ` in the dialect `lecture` is `weight_decay = λ`, `decay = \"l2\"`, `decay_all = true`. A loss that is
shown is the data's, where Keras adds its regularizers. Batches are accumulated through the whole run: what an epoch
leaves over is in the next one's first update, as in Keras, and what the run leaves over updates nothing. An average is
what is evaluated and kept; Keras's `fit` evaluates the parameters themselves, and puts the average in their place at
its end. Layers have dialects of their own: `dialect` of `batch_norm`, and `padding = \"same\"` of an average pooling,
which is Keras's and counts what is there, where a number is PyTorch's and counts the padding's zeros
(`count_padding`).
";

/// What is the dialect's, then what it is in each, and the key.
const DIALECT_ROWS: &[[&str; 5]] = &[
    ["`weight_decay` is", "`l2`; `adamw`: `decoupled`", "`decoupled`", "`l2`; `adamw`: `decoupled`", "`decay`"],
    [
        "it acts on",
        "weights: tensors of two axes or more",
        "all that is learned; as `l2`, a `kernel_regularizer`: weights",
        "all that is learned",
        "`decay_all`",
    ],
    ["`l1` acts on", "weights", "weights, as a `kernel_regularizer`", "weights: a term of the loss", "`l1_all`"],
    [
        "the gradient that is clipped has in it",
        "no penalty",
        "`l1` and `l2`, which are terms of the loss",
        "`l1`, not `weight_decay`",
        "`clip_penalties`: `none`, `l1`, `all`",
    ],
    ["is added to its norm", "0", "0", "1e-6, as in `clip_grad_norm_`", "`clip_epsilon`"],
    [
        "while batches accumulate, a schedule counts",
        "batches",
        "batches",
        "updates: `scheduler.step()` beside `optimizer.step()`",
        "`schedule_counts`",
    ],
    ["and `ema` takes the parameters after", "every update", "every batch", "every update", "`ema_counts`"],
];

const SCHEDULES: &str = "\
`learning_rate = { schedule = NAME, … }` in `[optimizer]`. t is the number of updates done before a step, or of batches
where those accumulate and the dialect counts them (`schedule_counts`); T is `steps`, counted in the same way;
`epochs` in place of `steps` or `period` counts epochs, and without either it is the whole run; of `exponential` it is one
step, the lecture's α c^t. Any schedule takes `warmup` (steps in front in which the rate rises linearly; the schedule's t
begins behind them, but that of an `inverse_sqrt` without `period`) and `warmup_start`. The names with capitals are Keras's
classes with Keras's keys and defaults, in front of which `keras.optimizers.schedules.` may stand.
";

const SOURCES: &str = "\
`source` in `[data]`. Every source takes `dev`, `normalize`, `mean` and `deviation`, `label_noise`, `train_limit`, `classes`,
`shape`, `features` and `augment`, as far as its examples allow; a key of other sources is an error. Those that are made up
are drawn from `seed`, a tenth and a fifth of them held out as `dev` and `test` say. `label_noise` is the share of labels that
are replaced, once, by one of the others, in the parts of `label_noise_in = [\"train\"]` (`\"dev\"`, `\"test\"`); `train_limit` leaves
so many training examples, the first, or by `train_subset = \"random\"` drawn ones, those of a smaller limit among those of a
larger.
";

const FEATURES: &str = "\
`features = { map = NAME, … }` in `[data]`: what the numbers of a table, an array or a made-up source become before they
are scaled. `gradus predict`, `evaluate` and an ONNX model take them as they are in the file. `normalize` acts on the
features, and `shape` is that of an example in its file.
";

const PICTURES: &str = "\
What becomes of PNG and JPEG pictures, in training and in `gradus predict`. A packed file or picture may hold 64 MiB or
a hundred times its own size, and no file more than 4 GiB; `data.largest` sets another number of bytes for both.
";

/// The whole page.
pub fn page() -> String {
    let mut page = String::from(HEAD);
    let mut section = |title: &str, text: &str, columns: &[&str], rows: Vec<Vec<String>>| {
        page += &format!("\n## {title}\n\n");
        if !text.is_empty() {
            page += &format!("{text}\n");
        }
        page += &line(columns.iter().map(|column| (*column).to_owned()));
        page += &line(columns.iter().map(|_| "---".to_owned()));
        rows.into_iter().for_each(|row| page += &line(row));
    };
    let text = "`op` of a layer; every activation is an op by its own name, too.\n";
    section("Ops", text, &["op", "computes", "keys"], op_rows());
    let text = "`activation` of the layers that fuse one, and ops by themselves.\n";
    section("Activations", text, &["activation", "f(x)", "derivative from"], activation_rows());
    let text = "`loss` in `[model]`: the negative log-likelihood of this output distribution.\n";
    section("Losses", text, &["loss", "computes", "targets", "accuracy"], loss_rows());
    let columns = ["metric", "computes", "losses", "gives", "no value where", "keys and defaults"];
    section("Metrics", METRICS, &columns, metric_rows());
    let columns = ["optimizer", "dialect", "update", "keys and defaults"];
    section("Optimizers", OPTIMIZERS, &columns, optimizer_rows());
    let columns = ["", "lecture", "keras", "pytorch", "key"];
    let rows = DIALECT_ROWS.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
    section("Dialects", DIALECTS, &columns, rows);
    section("Schedules", SCHEDULES, &["schedule", "learning rate", "keys"], schedule_rows());
    let text = "`initializer` and `bias_initializer` of a layer; in and out are a weight's fans.\n";
    section("Initializers", text, &["initializer", "distribution"], initializer_rows());
    section("Data sources", SOURCES, &["source", "examples", "keys of its own"], source_rows());
    let rows =
        training::KEYS.iter().map(|[key, default, what]| vec![code(key), code(default), what.to_string()]).collect();
    section("Training", training::TEXT, &["key", "default", "what"], rows);
    let rows = data::MAPS.iter().map(|map| map.map(str::to_owned).to_vec()).collect();
    section("Maps of features", FEATURES, &["map", "computes", "keys"], rows);
    let rows = data::PICTURES.iter().map(|rule| rule.iter().map(|text| text.to_string()).collect()).collect();
    section("Pictures", PICTURES, &["what", "rule"], rows);
    let text =
        "What `gradus explain` lists and `gradus verify` proves. A `*` marks what a launch writes, `u32` words.\n";
    section("Kernels", text, &["kernel", "computes", "binds", "parameters"], kernel_rows());
    let text = "`gradus trajectory --function NAME`; some are of x alone.\n";
    section("Functions to walk on", text, &["function", "formula", "start", "minima"], surface_rows());
    page
}

/// A table's line; a bar within a cell needs its backslash.
fn line(cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}

fn code(text: impl std::fmt::Display) -> String {
    let text = text.to_string();
    if text.is_empty() { text } else { format!("`{text}`") }
}

fn op_rows() -> Vec<Vec<String>> {
    ops::ALL.iter().map(|kind| vec![code(kind.name), code(kind.formula), kind.keys.to_owned()]).collect()
}

fn activation_rows() -> Vec<Vec<String>> {
    let from = |derivative: &Derivative| match derivative {
        Derivative::OfOutput(_) => "the output",
        Derivative::OfInput(_) => "the input",
    };
    let row = |a: &&activations::Activation| vec![code(a.name), code(a.formula), from(&a.derivative).to_owned()];
    activations::ALL.iter().map(row).collect()
}

fn loss_rows() -> Vec<Vec<String>> {
    let row = |loss: &&losses::Loss| {
        let targets = match loss.targets {
            losses::Targets::Labels => "a class",
            losses::Targets::Probabilities => "a value from 0 to 1 for every output",
            losses::Targets::Values => "a value for every output",
        };
        let accuracy = if loss.accuracy { "yes" } else { "no" };
        vec![code(loss.name), code(loss.kernel.formula), targets.to_owned(), accuracy.to_owned()]
    };
    losses::ALL.iter().map(row).collect()
}

fn metric_rows() -> Vec<Vec<String>> {
    let row = |metric: &&metrics::Metric| {
        let fits = |loss: &&&losses::Loss| metrics::Kind::possible(loss).iter().any(|kind| metric.fits.contains(kind));
        let losses: Vec<String> = losses::ALL.iter().filter(fits).map(|loss| code(loss.name)).collect();
        let gives = match metric.gives {
            Gives::Number => "a number",
            Gives::Each => "a number each, and the mean",
            Gives::Matrix => "a matrix",
        };
        let texts = [code(metric.formula), losses.join(", "), gives.to_owned(), metric.undefined.to_owned()];
        [code(metric.name)].into_iter().chain(texts).chain([code(metric.keys())]).collect()
    };
    metrics::ALL.iter().map(row).collect()
}

fn optimizer_rows() -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = vec![];
    for optimizer in optimizers::ALL {
        let first = rows.len();
        for dialect in Dialect::ALL {
            let config = OptimizerConfig::of(optimizer.name, &[format!("dialect={}", dialect.name())]);
            let rule = config.and_then(|config| optimizers::read(&config)).expect("every dialect has its defaults");
            let (formula, keys) = (code(rule.formula()), code(keys(rule.as_ref())));
            match rows[first..].iter_mut().find(|row| row[2] == formula && row[3] == keys) {
                Some(row) => row[1] += &format!(", {}", dialect.name()),
                None => {
                    let name = if rows.len() == first { code(optimizer.name) } else { String::new() };
                    rows.push(vec![name, dialect.name().to_owned(), formula, keys]);
                }
            }
        }
    }
    rows
}

/// A rule's own keys with their defaults; those of every optimizer only where they do something.
fn keys(rule: &dyn optimizers::Rule) -> String {
    let mut keys = vec![format!("learning_rate = {}", toml::Value::from(rule.default_learning_rate()))];
    let decays = rule.default_weight_decay() != 0.0;
    for (key, value) in rule.keys() {
        let common = match key.as_str() {
            "dialect" | "l1" | "decay_all" | "l1_all" | "groups" => true,
            "weight_decay" | "decay" => !decays,
            _ => false,
        };
        if !common {
            keys.push(match value {
                // 1e-7, and not 0.0000001.
                toml::Value::Float(number) => format!("{key} = {number:?}"),
                other => format!("{key} = {other}"),
            });
        }
    }
    keys.join(", ")
}

fn schedule_rows() -> Vec<Vec<String>> {
    schedules::ALL.iter().map(|kind| vec![code(kind.name), code(kind.formula), code(kind.keys)]).collect()
}

fn initializer_rows() -> Vec<Vec<String>> {
    initializers::ALL.iter().map(|i| vec![code(i.name), i.formula.to_owned()]).collect()
}

fn source_rows() -> Vec<Vec<String>> {
    let key = |source: &data::Source, key: &str| match source.made.and_then(|made| made.default(key)) {
        Some(value) => code(format!("{key} = {value}")),
        None => code(key),
    };
    let keys = |source: &data::Source| source.keys.iter().map(|k| key(source, k)).collect::<Vec<_>>().join(", ");
    data::ALL.iter().map(|source| vec![code(source.name), source.doc.to_owned(), keys(source)]).collect()
}

fn kernel_rows() -> Vec<Vec<String>> {
    let binding = |binding: &kernels::Binding| {
        let star = if binding.access == Access::Write { "*" } else { "" };
        let words = if binding.element == Element::Word { ": u32" } else { "" };
        format!("{}{words}{star}", binding.name)
    };
    let row = |kernel: &&kernels::Kernel| {
        let binds: Vec<String> = kernel.bindings.iter().map(binding).collect();
        let parameters: Vec<&str> = kernel.parameters.iter().map(|parameter| parameter.name).collect();
        vec![code(kernel.name), code(kernel.formula), code(binds.join(", ")), code(parameters.join(", "))]
    };
    verify::every_kernel().iter().map(row).collect()
}

fn surface_rows() -> Vec<Vec<String>> {
    let row = |surface: &trajectory::Surface| {
        let place = |[x, y]: &trajectory::Point| match surface.of_x {
            true => short(*x),
            false => format!("({}, {})", short(*x), short(*y)),
        };
        let minima: Vec<String> = surface.minima.iter().map(place).collect();
        let minima = if minima.is_empty() { "none".to_owned() } else { minima.join(", ") };
        vec![code(surface.name), code(surface.formula), place(&surface.start), minima]
    };
    trajectory::ALL.iter().map(row).collect()
}

/// Four digits behind the point, and no zeros at the end.
fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
