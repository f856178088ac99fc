//! What every optimizer does to gradients before its rule and to parameters beside it. In this
//! order, for a parameter θ with gradient g in a group with learning rate factor f:
//!
//! ```text
//! g ← g + λ θ + κ sign(θ)                penalties that are clipped with the loss: clip_penalties
//! g ← g · min(1, c / (‖g‖ + δ))          clip_norm: each tensor; clip_global_norm: all of them
//! g ← min(max(g, −c), c)                 clip_value
//! g ← g + λ θ + κ sign(θ)                weight_decay as "l2" and l1 that are not
//! θ ← θ − α f λ θ                        weight_decay as "decoupled"
//! θ ← θ + f · (the rule's change)
//! ```
//!
//! So L2 is the lecture's penalty ½ λ ‖θ‖² (Keras's `L2(l)` is l ‖θ‖², so l = λ/2). Where decay and
//! penalties act, and what is clipped, is the dialect's, as is δ: 10⁻⁶ in PyTorch, else 0.
//!
//! - the lecture's act on weights, on tensors with two axes or more, which leaves out biases and the
//!   parameters of norms; the clipped gradient is that of the loss alone;
//! - PyTorch's `weight_decay` acts on all that an optimizer is given, after `clip_grad_norm_`. There
//!   is no L1 in its optimizers: it is a term of the loss, which is clipped with it;
//! - Keras's `weight_decay` is decoupled and acts on every variable; L2 and L1 are a layer's
//!   `kernel_regularizer`: terms of the loss, over weights, and clipped with it.
//!
//! `decay_all`, `l1_all`, `clip_penalties` and `clip_epsilon` say otherwise. `l2 = λ` is the slide's penalty, ½ λ ‖θ‖²
//! over all of θ, biases too: `weight_decay = λ`, `decay = "l2"`, `decay_all = true`, which is what a run writes down.

use serde::Serialize;

use super::Dialect;
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

/// Which penalties' gradients are clipped together with the loss's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ClipPenalties {
    /// None of them.
    None,
    /// That of L1.
    L1,
    /// Those of L2 and of L1.
    All,
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
    /// Whether κ acts on those, too.
    pub l1_all: bool,
    /// How gradients are clipped.
    pub clip: Option<Clip>,
    /// Which penalties are clipped with the loss.
    pub clip_penalties: ClipPenalties,
    /// δ: what is added to a norm before it is compared with its limit.
    pub clip_epsilon: f64,
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
        Regularization {
            weight_decay: 0.0,
            decay: Decay::L2,
            l1: 0.0,
            decay_all: false,
            l1_all: false,
            clip: None,
            clip_penalties: ClipPenalties::None,
            clip_epsilon: 0.0,
            groups: vec![],
        }
    }
}

/// The keys of which one at most is given.
const CLIPS: [&str; 3] = ["clip_value", "clip_norm", "clip_global_norm"];

/// How many numbers a group of parameters has; see [`Regularization::factors`].
pub const GROUP: usize = 8;

impl ClipPenalties {
    const ALL: [ClipPenalties; 3] = [ClipPenalties::None, ClipPenalties::L1, ClipPenalties::All];

    fn name(self) -> &'static str {
        match self {
            ClipPenalties::None => "none",
            ClipPenalties::L1 => "l1",
            ClipPenalties::All => "all",
        }
    }

    fn read(table: &config::Table) -> Result<Option<Self>, config::Error> {
        let name = table.choice("clip_penalties", &ClipPenalties::ALL.map(ClipPenalties::name))?;
        Ok(ClipPenalties::ALL.into_iter().find(|which| Some(which.name()) == name))
    }
}

impl Regularization {
    /// What a config has that gives no key: a dialect's defaults, and the decay of an optimizer.
    #[track_caller]
    pub fn of(dialect: Dialect, weight_decay: f64) -> Self {
        Regularization::read(&config::Table::new(config::Place::here()), dialect, weight_decay)
            .expect("no key is none that is wrong")
    }

    /// Reads the keys, with the defaults of a dialect and the decay of an optimizer.
    pub(super) fn read(table: &config::Table, dialect: Dialect, weight_decay: f64) -> Result<Self, config::Error> {
        let l2 = slide(table, dialect)?;
        let decay = match table.choice("decay", &["l2", "decoupled"])? {
            _ if l2.is_some() => Decay::L2,
            Some("l2") => Decay::L2,
            Some(_) => Decay::Decoupled,
            None if weight_decay > 0.0 || dialect == Dialect::Keras => Decay::Decoupled,
            None => Decay::L2,
        };
        let decay_all = table.boolean("decay_all")?;
        // Keras's L2 is a regularizer of kernels; its `weight_decay` takes every variable.
        let by_dialect = l2.is_some() || dialect.of(false, decay == Decay::Decoupled, true);
        let penalties = dialect.of(ClipPenalties::None, ClipPenalties::All, ClipPenalties::L1);
        let mut clip = None;
        for (key, kind) in CLIPS.into_iter().zip([Clip::Value as fn(f64) -> Clip, Clip::Norm, Clip::GlobalNorm]) {
            let Some(limit) = table.number(key, config::POSITIVE)? else { continue };
            if clip.replace(kind(limit)).is_some() {
                let error = table.error(key, "gradients are clipped in one way");
                return Err(error.help(format!("give one of: {}", CLIPS.join(", "))));
            }
        }
        if let (None, Some(key)) = (clip, ["clip_penalties", "clip_epsilon"].into_iter().find(|key| table.has(key))) {
            let error = table.error(key, format!("`{key}` means nothing where nothing is clipped"));
            return Err(error.help(format!("give one of: {}", CLIPS.join(", "))));
        }
        let groups = table.tables("groups")?.unwrap_or_default();
        Ok(Regularization {
            weight_decay: l2.or(table.number("weight_decay", config::NOT_NEGATIVE)?).unwrap_or(weight_decay),
            decay,
            l1: table.number("l1", config::NOT_NEGATIVE)?.unwrap_or(0.0),
            decay_all: decay_all.unwrap_or(by_dialect),
            l1_all: table.boolean("l1_all")?.or(decay_all).unwrap_or(false),
            clip,
            clip_penalties: ClipPenalties::read(table)?.unwrap_or(penalties),
            // That of `clip_grad_norm_`.
            clip_epsilon: table.number("clip_epsilon", config::NOT_NEGATIVE)?.unwrap_or(dialect.of(0.0, 0.0, 1e-6)),
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
        keys.insert("l1_all".into(), self.l1_all.into());
        if let Some(clip) = self.clip {
            keys.insert(clip.key().into(), clip.limit().into());
            keys.insert("clip_penalties".into(), self.clip_penalties.name().into());
            keys.insert("clip_epsilon".into(), self.clip_epsilon.into());
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

    /// A parameter's numbers: f, λ as decoupled decay, λ as L2 and κ that are not clipped, λ as L2 and κ
    /// that are, and two that mean nothing.
    pub fn factors(&self, name: &str, shape: &[usize]) -> [f64; GROUP] {
        let group = self.groups.iter().find(|group| matches(&group.pattern, name));
        let is_weight = shape.len() >= 2;
        let of = |acts: bool, own: Option<f64>, all: f64| if acts { own.unwrap_or(all) } else { 0.0 };
        let decay = of(self.decay_all || is_weight, group.and_then(|group| group.weight_decay), self.weight_decay);
        let l1 = of(self.l1_all || is_weight, group.and_then(|group| group.l1), self.l1);
        let (l2, decoupled) = if self.decay == Decay::L2 { (decay, 0.0) } else { (0.0, decay) };
        let rate = group.map_or(1.0, |group| group.learning_rate);
        match self.clip_penalties {
            _ if self.clip.is_none() => [rate, decoupled, l2, l1, 0.0, 0.0, 0.0, 0.0],
            ClipPenalties::None => [rate, decoupled, l2, l1, 0.0, 0.0, 0.0, 0.0],
            ClipPenalties::L1 => [rate, decoupled, l2, 0.0, 0.0, l1, 0.0, 0.0],
            ClipPenalties::All => [rate, decoupled, 0.0, 0.0, l2, l1, 0.0, 0.0],
        }
    }

    /// What it adds to a formula.
    pub(super) fn formula(&self) -> String {
        let clip = match self.clip {
            Some(Clip::Value(limit)) => format!("g = clamp(g, -{limit}, {limit}); "),
            Some(Clip::Norm(limit)) => format!("g = g min(1, {limit}/|g|), each tensor; "),
            Some(Clip::GlobalNorm(limit)) => format!("g = g min(1, {limit}/|all g|); "),
            None => String::new(),
        };
        let l1 = if self.l1 == 0.0 { String::new() } else { format!("g = g + {} sign(p); ", self.l1) };
        let (l2, decoupled) = match (self.weight_decay, self.decay) {
            (0.0, _) => (String::new(), String::new()),
            (decay, Decay::L2) => (format!("g = g + {decay} p; "), String::new()),
            (decay, Decay::Decoupled) => (String::new(), format!("p = p - lr {decay} p; ")),
        };
        match self.clip_penalties {
            ClipPenalties::None => clip + &l2 + &l1 + &decoupled,
            ClipPenalties::L1 => l1 + &clip + &l2 + &decoupled,
            ClipPenalties::All => l2 + &l1 + &clip + &decoupled,
        }
    }
}

/// Reads `l2`, the λ of the slide's penalty.
fn slide(table: &config::Table, dialect: Dialect) -> Result<Option<f64>, config::Error> {
    let Some(l2) = table.number("l2", config::NOT_NEGATIVE)? else { return Ok(None) };
    if let Some(key) = ["weight_decay", "decay"].into_iter().find(|key| table.has(key)) {
        return Err(table.error(key, format!("`l2` says all that `{key}` could: give one of the two")));
    }
    if dialect != Dialect::Lecture {
        let error = table.error("l2", format!("`l2` is the lecture's penalty, and the dialect is {}", dialect.name()));
        return Err(error.help("give weight_decay, with decay = \"l2\""));
    }
    Ok(Some(l2))
}

impl Group {
    /// Parameters whose names match; nothing is other for them yet.
    #[track_caller]
    pub fn of(pattern: impl Into<String>) -> Self {
        Group {
            pattern: pattern.into(),
            place: config::Place::here(),
            learning_rate: 1.0,
            weight_decay: None,
            l1: None,
        }
    }

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
