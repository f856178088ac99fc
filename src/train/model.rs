//! A model: graph, data and optimizer, of a config or in code, compiled to a plan that any device can run.

pub(super) mod fit;
mod parts;

use std::sync::Arc;

use super::{
    Descent, Settings, Stop,
    contradictions::{check_counts, contradictions},
};
use crate::{
    config::{self, Config, Normalize, Place, Table},
    data::{self, DataError, Dataset, Inputs},
    graph::{self, Graph, elements},
    losses::{self, Loss},
    metrics,
    optimizers::{self, Rule},
    plan::{self, Augmentation, DataLayout, Options, Plan},
    random::{Purpose, Stream},
    schedules::Schedule,
};

/// Rows of an evaluation step at least: a small training batch would make evaluation slow.
const EVALUATE_ROWS: usize = 256;

/// What every adapter binds, 128 MiB: evaluation alone should not make a network too large.
const EVALUATE_ELEMENTS: usize = 1 << 25;

/// A network with its data and all that training it takes, compiled, not yet on a device. It can be looked at, but not
/// changed: what was checked stays as it was.
///
/// ```compile_fail,E0616
/// fn change(mut model: gradus::Model) {
///     model.dataset.train[0] = 1_000_000;
/// }
/// ```
pub struct Model {
    /// The config it is from; none if it was made in code.
    pub(crate) config: Option<Config>,
    /// How it is trained.
    pub(crate) settings: Settings,
    /// The examples.
    pub(crate) dataset: Dataset,
    /// The network.
    pub(crate) graph: Graph,
    /// Its loss.
    pub(crate) loss: &'static Loss,
    /// Its optimizer.
    pub(crate) rule: Arc<dyn Rule>,
    /// The learning rate.
    pub(crate) schedule: Schedule,
    /// All of it, compiled.
    pub(crate) plan: Arc<Plan>,
    /// The optimizer's keys in the config.
    pub(super) keys: Table,
    layout: DataLayout,
}

/// Why there is no network.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Something in the config.
    #[error(transparent)]
    Config(#[from] config::Error),
    /// Something in the data.
    #[error(transparent)]
    Data(#[from] DataError),
}

impl Model {
    /// Builds a config's network for data that was loaded, and compiles it.
    ///
    /// # Errors
    /// Whatever in the config does not fit itself or the data, and data that can't be trained on.
    pub fn build(mut config: Config, mut dataset: Dataset) -> Result<Model, BuildError> {
        super::contradictions::check(&config)?;
        let graph = Graph::build(&config.model, &dataset.shape)?;
        let loss = losses::of(&config.model)?;
        let descent = Descent::read(&config.optimizer)?;
        let last = config.model.layers.last().expect("a config has layers").place.clone();
        settle(&mut config, &mut dataset, &graph);
        let settings = Settings::read(&config)?;
        let model = Model::compile(graph, &last, loss, descent, dataset, settings)?;
        Ok(Model { config: Some(config), ..model })
    }

    /// The door for code: compiles a network for data from wherever. What is suspicious, but may be right, is
    /// a warning of the log.
    ///
    /// Every data set passes the same check here as one of [`Dataset::of`], but for numbers that are NaN or
    /// infinite, which stop training: no label, index of a split or length reaches a device unchecked.
    ///
    /// # Errors
    /// A network, loss, data set and settings that do not fit each other, and whatever can't be trained on.
    #[track_caller]
    pub fn of(
        graph: Graph,
        loss: &'static Loss,
        descent: Descent,
        dataset: Dataset,
        settings: Settings,
    ) -> Result<Model, BuildError> {
        graph.check()?;
        descent.check()?;
        // Not as a function that another calls: that would be the place.
        let here = Place::here();
        let place = graph.nodes[graph.output].place.clone().unwrap_or(here);
        metrics::check(&settings.metrics, loss)?;
        if let Some(stop) = &settings.stop {
            stop.check(loss, |key| settings.train.stop_place(key))?;
        }
        let model = Model::compile(graph, &place, loss, descent, dataset, settings)?;
        if !model.dataset.train.is_empty() {
            contradictions(&model)?.iter().for_each(|warning| log::warn!("{warning}"));
        }
        Ok(model)
    }

    /// `last` is where the network's last layer is spoken of.
    fn compile(
        graph: Graph,
        last: &Place,
        loss: &'static Loss,
        descent: Descent,
        mut dataset: Dataset,
        mut settings: Settings,
    ) -> Result<Model, BuildError> {
        fit::fit(last, &graph, &mut dataset, loss)?;
        let layout = layout(&dataset, &settings)?;
        let batch = batch(&settings, &dataset);
        let steps_per_epoch = dataset.train.len().div_ceil(batch) as u64;
        let steps = settle_length(&mut settings, steps_per_epoch);
        check_steps(&settings, steps)?;
        let schedule = descent.schedule(steps, steps_per_epoch)?;
        // Without examples to train on nothing is trained: the plan's training step is never run.
        if !dataset.train.is_empty() {
            check_rows(&graph, batch)?;
        }
        let options = options(&graph, &dataset, batch);
        check_counts(&graph, options.batch.max(options.evaluate_batch))?;
        let Descent { rule, keys, .. } = descent;
        let plan = Arc::new(plan::compile(&graph, loss, rule.clone(), &layout, &options));
        let names: Vec<&str> = plan.learned.iter().map(|learned| learned.name.as_str()).collect();
        optimizers::check(rule.as_ref(), &names)?;
        Ok(Model { config: None, settings, dataset, graph, loss, rule, schedule, plan, keys, layout })
    }

    /// Training steps of an epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        self.dataset.train.len().div_ceil(self.plan.batch) as u64
    }

    /// Training steps of the whole run.
    pub fn steps(&self) -> u64 {
        steps(&self.settings, self.steps_per_epoch())
    }

    /// How many numbers the network makes of an example.
    pub fn outputs(&self) -> usize {
        elements(&self.graph.nodes[self.graph.output].shape)
    }

    /// The largest batch smaller than this model's whose plan fits, by bisection; `None` if not even one
    /// row does.
    pub async fn largest_batch(&self, fits: impl AsyncFn(&Plan) -> bool) -> Option<usize> {
        let fits = async |batch: usize| {
            let options = options(&self.graph, &self.dataset, batch);
            fits(&plan::compile(&self.graph, self.loss, self.rule.clone(), &self.layout, &options)).await
        };
        // Everything up to `low` fits, nothing from `high` on.
        let (mut low, mut high) = (0, self.plan.batch);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            match fits(middle).await {
                true => low = middle,
                false => high = middle,
            }
        }
        Some(low).filter(|&batch| batch > 0)
    }

    /// The config with every default written out: what a run directory keeps. None if there is no config.
    pub fn resolved(&self) -> Option<toml::Table> {
        let mut root = self.config.as_ref()?.to_toml();
        let model = root.get_mut("model").and_then(toml::Value::as_table_mut).expect("every config has a model");
        let layers = model.get_mut("layers").and_then(toml::Value::as_array_mut).expect("every model has layers");
        for (at, layer) in layers.iter_mut().enumerate() {
            let table = layer.as_table_mut().expect("a layer is a table");
            let name = table.get("name").and_then(toml::Value::as_str).map_or(format!("layers.{at}"), str::to_owned);
            graph::blocks::complete(table, &name, &self.graph);
        }
        let mut optimizer = toml::Table::new();
        optimizer.insert("type".into(), self.rule.name().into());
        optimizer.insert("learning_rate".into(), self.schedule.to_toml());
        optimizer.extend(self.rule.keys());
        root.insert("optimizer".into(), optimizer.into());
        let asked = &self.settings.metrics;
        if let (false, Some(toml::Value::Table(train))) = (asked.is_empty(), root.get_mut("train")) {
            train.insert("metrics".into(), toml::Value::try_from(asked).expect("names and numbers"));
        }
        Some(root)
    }

    /// First values for every parameter, drawn from the seed.
    pub fn initial_parameters(&self) -> Vec<f32> {
        let mut values = vec![0.0; self.plan.buffers[self.plan.ports.parameters].length];
        for (at, learned) in self.plan.learned.iter().enumerate() {
            let mut stream = Stream::new(self.settings.seed, Purpose::Weights.stream(at as u32), 0);
            let range = learned.slice.offset..learned.slice.offset + learned.slice.length;
            learned.initializer.draw(&learned.shape, &mut stream, &mut values[range]);
        }
        values
    }
}

/// Writes into the config what the files told: a run keeps to it.
fn settle(config: &mut Config, dataset: &mut Dataset, graph: &Graph) {
    data::settle(&mut config.data);
    if let Some(table) = &dataset.origin.table {
        config.data.header = Some(table.header);
    }
    if config.data.normalize == Normalize::Auto && fit::vocabulary(graph).is_some() {
        config.data.normalize = Normalize::None;
        dataset.normalization.scale.fill(1.0);
        dataset.normalization.offset.fill(0.0);
    }
    if config.data.normalize == Normalize::Auto {
        let bytes = matches!(dataset.inputs, Inputs::Bytes { .. });
        config.data.normalize = if bytes { Normalize::Unit } else { Normalize::Standard };
    }
}

/// Training steps of a run whose epochs have so many.
fn steps(settings: &Settings, steps_per_epoch: u64) -> u64 {
    match settings.train.steps {
        Some(steps) if steps_per_epoch > 0 => steps as u64,
        _ => (settings.train.epochs as u64).saturating_mul(steps_per_epoch),
    }
}

/// Works out how many epochs a number of steps takes, and sees to it that what ends a run is measured.
fn settle_length(settings: &mut Settings, steps_per_epoch: u64) -> u64 {
    if let Some(steps) = settings.train.steps {
        settings.train.epochs = steps.div_ceil(steps_per_epoch.max(1) as usize);
    }
    if let Some(asked) = settings.stop.as_ref().and_then(Stop::metric).cloned()
        && !settings.metrics.contains(&asked)
    {
        settings.metrics.push(asked);
    }
    steps(settings, steps_per_epoch)
}

/// How the examples are to lie on a device.
fn layout(dataset: &Dataset, settings: &Settings) -> Result<DataLayout, DataError> {
    // A config's reader has seen to it before, with the place.
    if let Some(augment) = &settings.augment {
        let wrong = |message| DataError::new(dataset.name.as_str(), message);
        data::augmentable(&dataset.shape, &dataset.inputs, augment).map_err(wrong)?;
        if dataset.normalization.plane != dataset.shape[1..].iter().product::<usize>() {
            return Err(wrong("augmented pictures have a scale for each channel".into()));
        }
    }
    Ok(DataLayout {
        bytes: matches!(dataset.inputs, Inputs::Bytes { .. }),
        examples: dataset.examples(),
        plane: dataset.normalization.plane,
        order: dataset.train.len() + dataset.dev.len() + dataset.test.len(),
        augmentation: settings.augment.map(|augment| Augmentation {
            width: dataset.shape[dataset.shape.len() - 1],
            crop: augment.crop,
            flip: augment.flip,
            cutout: augment.cutout,
        }),
        differentiate_input: false,
    })
}

/// Rows of a training step: 0 means the whole training set.
fn batch(settings: &Settings, dataset: &Dataset) -> usize {
    match settings.train.batch_size {
        0 => dataset.train.len().max(1),
        size => size.min(dataset.train.len().max(1)),
    }
}

/// What a plan for batches of this size is built for.
fn options(graph: &Graph, dataset: &Dataset, batch: usize) -> Options {
    let splits = [dataset.train.len(), dataset.dev.len(), dataset.test.len()];
    let longest = splits.into_iter().max().unwrap_or(1).max(1);
    let evaluate_batch = evaluate_rows(graph, batch).min(longest.max(batch));
    let slots = splits[0].div_ceil(batch).max(longest.div_ceil(evaluate_batch));
    Options { batch, evaluate_batch, replicas: 1, slots }
}

/// Rows of an evaluation step: those of a training step, or 256 if a training step is
/// smaller, but then no more than leave the network's largest tensor within 128 MiB.
pub fn evaluate_rows(graph: &Graph, batch: usize) -> usize {
    let largest = graph.nodes.iter().map(|node| elements(&node.shape)).max().unwrap_or(1).max(1);
    batch.max(EVALUATE_ROWS.min(EVALUATE_ELEMENTS / largest)).max(1)
}

/// Steps are counted in 32 bits, which random numbers are drawn by.
fn check_steps(settings: &Settings, steps: u64) -> Result<(), config::Error> {
    let (epochs, place) = (settings.train.epochs, settings.train.places.place("train", "epochs"));
    if epochs == 0 {
        return Err(config::Error::new(&place, "a run has at least one epoch"));
    }
    if steps <= u64::from(u32::MAX) {
        return Ok(());
    }
    let message = format!("{epochs} epochs are {steps} steps, and 32 bits count {}", u32::MAX);
    Err(config::Error::new(&place, message).help("take fewer epochs, or larger batches"))
}

/// Asks every op whether it can be trained with batches of this size.
fn check_rows(graph: &Graph, batch: usize) -> Result<(), config::Error> {
    for (at, node) in graph.nodes.iter().enumerate() {
        let Some(place) = &node.place else { continue };
        node.op.check_rows(&graph.input_shapes(at), batch).map_err(|message| {
            config::Error::new(place, format!("layer `{}` ({}): {message}", node.name, node.op.name()))
        })?;
    }
    Ok(())
}
