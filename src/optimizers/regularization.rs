//! What every optimizer does to gradients before its rule and to parameters beside it. In this
//! order, for a parameter θ with gradient g in a group with learning rate factor f:
//!
//! ```text
//! g ← g · min(1, c / ‖g‖)                clip_norm: each tensor; clip_global_norm: all of them
//! g ← min(max(g, −c), c)                 clip_value
//! g ← g + λ θ + κ sign(θ)                weight_decay as "l2", l1
//! θ ← θ − α f λ θ                        weight_decay as "decoupled"
//! θ ← θ + f · (the rule's change)
//! ```
//!
//! So L2 is the lecture's penalty ½ λ ‖θ‖² (Keras's `L2(l)` is l ‖θ‖², so l = λ/2), and the clipped
//! gradient is that of the loss alone, as in PyTorch. Decay acts on weights: on tensors with two
//! axes or more, which leaves out biases and the parameters of norms, unless `decay_all`.

use serde::Serialize;

use crate::config;

/// How weights decay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Decay {
    /// As a gradient of the penalty ½ λ ‖θ‖².
    L2,
    /// By themselves, past the rule.
    Decoupled,
}

/// How gradients are clipped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clip {
    /// Each number.
    Value(f64),
    /// Each tensor's norm.
    Norm(f64),
    /// The norm of all tensors together.
    GlobalNorm(f64),
}

/// Parameters whose names match a pattern, and what is other for them.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// A name, where `*` stands for any text.
    pub pattern: String,
    /// Where it is written.
    pub place: config::Place,
    /// f: what the learning rate is multiplied by.
    pub learning_rate: f64,
    /// λ, where it is another.
    pub weight_decay: Option<f64>,
    /// κ, where it is another.
    pub l1: Option<f64>,
}

/// Decay, clipping and parameter groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Regularization {
    /// λ
    pub weight_decay: f64,
    /// How λ acts.
    pub decay: Decay,
    /// κ
    pub l1: f64,
    /// Whether biases and the parameters of norms decay too.
    pub decay_all: bool,
    /// How gradients are clipped.
    pub clip: Option<Clip>,
    /// The first whose pattern matches a parameter's name is its group.
    pub groups: Vec<Group>,
}

impl Clip {
    /// Its key.
    pub fn key(self) -> &'static str {
        match self {
            Clip::Value(_) => CLIPS[0],
            Clip::Norm(_) => CLIPS[1],
            Clip::GlobalNorm(_) => CLIPS[2],
        }
    }

    pub(super) fn limit(self) -> f64 {
        match self {
            Clip::Value(limit) | Clip::Norm(limit) | Clip::GlobalNorm(limit) => limit,
        }
    }
}

impl Default for Regularization {
    fn default() -> Self {
        Regularization { weight_decay: 0.0, decay: Decay::L2, l1: 0.0, decay_all: false, clip: None, groups: vec![] }
    }
}

/// The keys of which one at most is given.
const CLIPS: [&str; 3] = ["clip_value", "clip_norm", "clip_global_norm"];

impl Regularization {
    /// Reads the keys, with the defaults of an optimizer and its dialect.
    pub(super) fn read(table: &config::Table, weight_decay: f64, decay: Decay) -> Result<Self, config::Error> {
        let decay = match table.choice("decay", &["l2", "decoupled"])? {
            Some("l2") => Decay::L2,
            Some(_) => Decay::Decoupled,
            None => decay,
        };
        let mut clip = None;
        for (key, kind) in CLIPS.into_iter().zip([Clip::Value as fn(f64) -> Clip, Clip::Norm, Clip::GlobalNorm]) {
            let Some(limit) = table.number(key, config::POSITIVE)? else { continue };
            if clip.replace(kind(limit)).is_some() {
                let error = table.error(key, "gradients are clipped in one way");
                return Err(error.help(format!("give one of: {}", CLIPS.join(", "))));
            }
        }
        let groups = table.tables("groups")?.unwrap_or_default();
        Ok(Regularization {
            weight_decay: table.number("weight_decay", config::NOT_NEGATIVE)?.unwrap_or(weight_decay),
            decay,
            l1: table.number("l1", config::NOT_NEGATIVE)?.unwrap_or(0.0),
            decay_all: table.boolean("decay_all")?.unwrap_or(false),
            clip,
            groups: groups.into_iter().map(Group::read).collect::<Result<_, _>>()?,
        })
    }

    /// Its keys and their values.
    pub(super) fn keys(&self) -> toml::Table {
        let mut keys = toml::Table::new();
        keys.insert("weight_decay".into(), self.weight_decay.into());
        keys.insert("decay".into(), if self.decay == Decay::L2 { "l2" } else { "decoupled" }.into());
        keys.insert("l1".into(), self.l1.into());
        keys.insert("decay_all".into(), self.decay_all.into());
        if let Some(clip) = self.clip {
            keys.insert(clip.key().into(), clip.limit().into());
        }
        if !self.groups.is_empty() {
            let groups: Vec<toml::Value> = self.groups.iter().map(|group| group.keys().into()).collect();
            keys.insert("groups".into(), groups.into());
        }
        keys
    }

    /// Whether it does anything at all.
    pub fn is_active(&self) -> bool {
        self.weight_decay != 0.0 || self.l1 != 0.0 || self.clip.is_some() || !self.groups.is_empty()
    }

    /// A parameter's numbers: f, λ as L2, κ, λ as decoupled decay.
    pub fn factors(&self, name: &str, shape: &[usize]) -> [f64; 4] {
        let group = self.groups.iter().find(|group| matches(&group.pattern, name));
        let decays = self.decay_all || shape.len() >= 2;
        let of = |own: Option<f64>, all: f64| if decays { own.unwrap_or(all) } else { 0.0 };
        let decay = of(group.and_then(|group| group.weight_decay), self.weight_decay);
        let (l2, decoupled) = if self.decay == Decay::L2 { (decay, 0.0) } else { (0.0, decay) };
        let l1 = of(group.and_then(|group| group.l1), self.l1);
        [group.map_or(1.0, |group| group.learning_rate), l2, l1, decoupled]
    }

    /// What it adds to a formula.
    pub(super) fn formula(&self) -> String {
        let mut parts = vec![];
        match self.clip {
            Some(Clip::Value(limit)) => parts.push(format!("g = clamp(g, -{limit}, {limit})")),
            Some(Clip::Norm(limit)) => parts.push(format!("g = g min(1, {limit}/|g|), each tensor")),
            Some(Clip::GlobalNorm(limit)) => parts.push(format!("g = g min(1, {limit}/|all g|)")),
            None => {}
        }
        match (self.weight_decay, self.decay) {
            (0.0, _) => {}
            (decay, Decay::L2) => parts.push(format!("g = g + {decay} p")),
            (decay, Decay::Decoupled) => parts.push(format!("p = p - lr {decay} p")),
        }
        if self.l1 != 0.0 {
            parts.push(format!("g = g + {} sign(p)", self.l1));
        }
        parts.iter().map(|part| format!("{part}; ")).collect()
    }
}

impl Group {
    fn read(table: &config::Table) -> Result<Self, config::Error> {
        let group = Group {
            pattern: table.require_string("pattern")?.to_owned(),
            place: table.place_of("pattern").clone(),
            learning_rate: table.number("learning_rate", config::NOT_NEGATIVE)?.unwrap_or(1.0),
            weight_decay: table.number("weight_decay", config::NOT_NEGATIVE)?,
            l1: table.number("l1", config::NOT_NEGATIVE)?,
        };
        table.finish()?;
        Ok(group)
    }

    fn keys(&self) -> toml::Table {
        let mut keys = toml::Table::new();
        keys.insert("pattern".into(), self.pattern.clone().into());
        keys.insert("learning_rate".into(), self.learning_rate.into());
        for (key, value) in [("weight_decay", self.weight_decay), ("l1", self.l1)] {
            if let Some(value) = value {
                keys.insert(key.into(), value.into());
            }
        }
        keys
    }
}

/// Whether a name is the pattern, where each `*` stands for any text.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            name.char_indices().map(|(at, _)| at).chain([name.len()]).any(|at| matches(rest, &name[at..]))
        }),
    }
}
