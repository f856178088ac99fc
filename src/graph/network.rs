//! A network written in code: layers as values, each made of the handles of those before it.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Draft, Graph, INPUT, Shape, show};
use crate::{
    config::{self, Place},
    ops::Op,
};

/// A network while it is written. Its mistakes are told by [`Network::build`], with their place in the code.
///
/// ```
/// use gradus::{Network, activations::RELU, ops::{add::Add, dense::Dense}};
///
/// let mut net = Network::new([64]);
/// let x = net.input();
/// let a = net.add(Dense::new(32, Some(&RELU)), &[x]);
/// let b = net.add(Dense::new(32, None), &[a]);
/// let sum = net.add(Add { activation: Some(&RELU) }, &[a, b]);
/// net.named("head", Dense::new(10, None), &[sum]);
/// let graph = net.build()?;
/// assert_eq!(graph.nodes[graph.output].shape, [10]);
/// # Ok::<(), gradus::config::Error>(())
/// ```
#[derive(Debug)]
pub struct Network {
    /// Tells its handles from those of others.
    number: u64,
    input: Shape,
    place: Place,
    drafts: Vec<Draft>,
    /// The first layer that was given a handle of another network.
    foreign: Option<config::Error>,
}

/// The output of one layer of a [`Network`], or its input. It comes before whatever takes it, so such
/// a network has no circles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    network: u64,
    /// 0 is the input.
    at: usize,
}

impl Draft {
    /// A layer by its name and those of its inputs, for [`Graph::of`]; its place is that of the call.
    #[track_caller]
    pub fn new(name: impl Into<String>, op: Box<dyn Op>, inputs: &[&str]) -> Draft {
        let (place, inputs) = (Place::here(), inputs.iter().map(|input| input.to_string()).collect());
        Draft { name: name.into(), op, inputs, name_place: place.clone(), place, input_places: vec![] }
    }
}

impl Network {
    /// A network for examples of this shape: `[columns]` of a table, `[channels, height, width]` of pictures.
    #[track_caller]
    pub fn new(input: impl Into<Shape>) -> Network {
        static NETWORKS: AtomicU64 = AtomicU64::new(0);
        let number = NETWORKS.fetch_add(1, Ordering::Relaxed);
        Network { number, input: input.into(), place: Place::here(), drafts: vec![], foreign: None }
    }

    /// What the network is given.
    pub fn input(&self) -> Layer {
        Layer { network: self.number, at: 0 }
    }

    /// Adds a layer that takes these outputs, and is called `layers.N` by its number from 0. The last layer
    /// that is added is the network's output.
    #[track_caller]
    pub fn add(&mut self, op: impl Op + 'static, inputs: &[Layer]) -> Layer {
        self.named(format!("layers.{}", self.drafts.len()), op, inputs)
    }

    /// Adds a layer under a name of its own, which its weights are called after.
    #[track_caller]
    pub fn named(&mut self, name: impl Into<String>, op: impl Op + 'static, inputs: &[Layer]) -> Layer {
        if let Some(other) = inputs.iter().find(|input| input.network != self.number) {
            let error = config::Error::new(&Place::here(), format!("unknown input `{} of another network`", other.at));
            self.foreign.get_or_insert(error.help("a layer takes the outputs of its own network"));
        }
        let inputs: Vec<String> = inputs.iter().map(|&input| self.name(input)).collect();
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        self.drafts.push(Draft::new(name, Box::new(op), &inputs));
        Layer { network: self.number, at: self.drafts.len() }
    }

    /// The name by which a layer is taken; another network's has none here.
    fn name(&self, layer: Layer) -> String {
        match layer {
            Layer { network, .. } if network != self.number => String::new(),
            Layer { at: 0, .. } => INPUT.into(),
            Layer { at, .. } => self.drafts[at - 1].name.clone(),
        }
    }

    /// Infers every shape. Ops are Rust values here, but their numbers may still fit nothing.
    ///
    /// # Errors
    /// No layer at all; names taken twice; layers of other networks; layers that nothing uses; shapes that do
    /// not fit or are too large. Each has its place in the code.
    pub fn build(self) -> Result<Graph, config::Error> {
        let Network { input, place, drafts, foreign, .. } = self;
        if let Some(error) = foreign {
            return Err(error);
        }
        if input.is_empty() || input.contains(&0) {
            return Err(config::Error::new(&place, format!("examples of {} have no numbers", show(&input))));
        }
        let unnamed = drafts.iter().find(|draft| draft.name.is_empty() || draft.name.contains(char::is_control));
        match (unnamed, drafts.is_empty()) {
            (Some(draft), _) => {
                let message = format!("a layer's name has letters and no control characters: {:?}", draft.name);
                Err(config::Error::new(&draft.place, message).help("its weights are called after it"))
            }
            (_, true) => Err(config::Error::new(&place, "a network needs at least one layer")),
            _ => Graph::of(drafts, &input),
        }
    }
}
