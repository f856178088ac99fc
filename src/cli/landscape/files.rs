//! What is left of a landscape: numbers of each run, and pictures of all.

use std::path::Path;

use serde_json::json;

use super::one::Points;
use crate::{
    cli::{Failure, save},
    experiments::short,
    landscape::pictures::{self, Shown},
    report::{Curve, Grid, Line},
};

/// A run's landscape.
pub struct Drawn {
    pub title: String,
    pub points: Points,
    /// The loss of the weights themselves.
    pub centre: f64,
    /// The way that training took; none of random directions.
    pub way: Option<Way>,
    pub split: &'static str,
    pub examples: usize,
    pub seed: u64,
    pub parameters: usize,
}

/// The way of training over its principal plane.
pub struct Way {
    /// The share of its variance along each direction.
    pub explained: [f64; 2],
    /// The epochs whose weights were kept.
    pub epochs: Vec<Epoch>,
}

/// The weights after an epoch.
pub struct Epoch {
    pub epoch: usize,
    /// The place of the plane that is nearest to them.
    pub place: [f64; 2],
    /// Their own loss.
    pub loss: f64,
    /// That of the place.
    pub loss_on_plane: f64,
}

impl Drawn {
    /// What is worth saying in a line.
    pub fn line(&self) -> String {
        let mut line = format!("{}: loss {}", self.title, short(self.centre));
        let known = self.points.surface.losses.iter().flatten();
        let range =
            known.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], &loss| [loss.min(low), loss.max(high)]);
        if range[0] <= range[1] {
            line += &format!(", around it {} to {}", short(range[0]), short(range[1]));
        }
        if let Some(share) = self.points.surface.not_convex() {
            line += &format!(", not convex at {:.1}% of the places", 100.0 * share);
        }
        if let Some(ratio) = self.mean_ratio() {
            line += &format!(", mean |smallest / largest eigenvalue| {}", short(ratio));
        }
        if let Some(way) = &self.way {
            line += &format!(", {:.1}% of the way's variance in the plane", 100.0 * way.explained.iter().sum::<f64>());
        }
        line
    }

    /// The mean of |λmin / λmax|.
    fn mean_ratio(&self) -> Option<f64> {
        let ratios: Vec<f64> = self.ratios().into_iter().filter(|ratio| ratio.is_finite()).collect();
        (!ratios.is_empty()).then(|| ratios.iter().sum::<f64>() / ratios.len() as f64)
    }

    /// |λmin / λmax| at each place of the eigenvalues; NaN where it is none.
    fn ratios(&self) -> Vec<f64> {
        let ratio = |ends: &Option<crate::landscape::lanczos::Extremes>| {
            ends.map_or(f64::NAN, |ends| (ends.smallest / ends.largest).abs())
        };
        self.points.extremes.iter().map(ratio).collect()
    }

    /// Writes the run's numbers.
    pub fn write(&self, folder: &Path) -> Result<(), Failure> {
        save(&folder.join("surface.csv"), self.points.surface.csv().as_bytes())?;
        if !self.points.extremes.is_empty() {
            save(&folder.join("eigenvalues.csv"), self.eigenvalues().as_bytes())?;
        }
        let text = serde_json::to_string_pretty(&self.json()).expect("numbers and text") + "\n";
        save(&folder.join("landscape.json"), text.as_bytes())
    }

    fn eigenvalues(&self) -> String {
        let [x, y] = &self.points.places;
        let row = |(at, ends): (usize, &Option<crate::landscape::lanczos::Extremes>)| {
            let numbers = ends.map_or(",,,,".into(), |ends| {
                let ratio = (ends.smallest / ends.largest).abs();
                format!("{},{},{ratio},{},{}", ends.smallest, ends.largest, ends.products, ends.error)
            });
            format!("{},{},{numbers}\n", x[at % x.len()], y[at / x.len()])
        };
        let head = "x,y,smallest,largest,ratio,products,error\n".to_owned();
        [head].into_iter().chain(self.points.extremes.iter().enumerate().map(row)).collect()
    }

    fn json(&self) -> serde_json::Value {
        let surface = &self.points.surface;
        let ends = |places: &[f64]| [places[0], places[places.len() - 1]];
        let extreme = |better: fn(f64, f64) -> bool| {
            let known = surface.losses.iter().enumerate().filter_map(|(at, loss)| Some((surface.place(at), (*loss)?)));
            let found = known.reduce(|best, next| if better(next.1, best.1) { next } else { best });
            found.map(|([x, y], loss)| json!({ "x": x, "y": y, "loss": loss }))
        };
        let epoch = |epoch: &Epoch| {
            let [x, y] = epoch.place;
            json!({ "epoch": epoch.epoch, "x": x, "y": y, "loss": epoch.loss, "loss_on_plane": epoch.loss_on_plane })
        };
        let way = self.way.as_ref().map(|way| {
            let epochs: Vec<_> = way.epochs.iter().map(epoch).collect();
            json!({ "explained_variance": way.explained, "epochs": epochs })
        });
        let [x, y] = &self.points.places;
        let eigenvalues = self.mean_ratio().map(|ratio| json!({ "points": [x.len(), y.len()], "mean_ratio": ratio }));
        json!({
            "run": self.title,
            "split": self.split,
            "examples": self.examples,
            "parameters": self.parameters,
            "directions": if self.way.is_some() { "pca" } else { "random" },
            "seed": self.seed,
            "points": [surface.x.len(), surface.y.len()],
            "axes": [ends(&surface.x), ends(&surface.y)],
            "centre_loss": self.centre,
            "lowest": extreme(|a, b| a < b),
            "highest": extreme(|a, b| a > b),
            "not_finite": surface.losses.iter().filter(|loss| loss.is_none()).count(),
            "not_convex": surface.not_convex(),
            "trajectory": way,
            "eigenvalues": eigenvalues,
        })
    }

    /// The weights, and the way to them.
    fn curves(&self) -> Vec<Curve> {
        let mut curves = vec![];
        if let Some(way) = &self.way {
            let points: Vec<(f64, f64)> = way.epochs.iter().map(|epoch| (epoch.place[0], epoch.place[1])).collect();
            curves.push(Curve::new("weights after each epoch", 1, points.clone()));
            curves.push(Curve::new("", 1, points).drawn(Line::Dots));
        }
        curves.push(Curve { points: vec![(0.0, 0.0)], ..Curve::key("the run's weights", Line::Dots) });
        curves
    }

    fn shown(&self) -> Shown<'_> {
        Shown { title: self.title.clone(), surface: &self.points.surface, curves: self.curves() }
    }

    /// What is along each axis.
    fn axes(&self) -> [String; 2] {
        [("first", 0), ("second", 1)].map(|(name, which)| match &self.way {
            None => format!("{name} random direction"),
            Some(way) => format!("{name} principal direction ({:.1}% of the variance)", 100.0 * way.explained[which]),
        })
    }
}

/// Draws all runs beside each other.
pub fn pictures(out: &Path, all: &[Drawn]) -> Result<(), Failure> {
    let shown: Vec<Shown> = all.iter().map(Drawn::shown).collect();
    let (Some(first), false) = (all.first(), shown.is_empty()) else { return Ok(()) };
    let names = match (all, first.way.is_some()) {
        // Each run has shares of its own.
        ([_, _, ..], true) => ["first principal direction", "second principal direction"].map(str::to_owned),
        _ => first.axes(),
    };
    let axes = names.each_ref().map(String::as_str);
    let label = match first.split {
        "train" => "training loss".to_owned(),
        split => format!("{split} loss"),
    };
    let draw = |name: &str, svg: Option<String>| svg.map_or(Ok(()), |svg| save(&out.join(name), svg.as_bytes()));
    if first.points.surface.y.len() == 1 {
        return draw("line.svg", pictures::lines(&shown, axes[0], &label));
    }
    draw("contours.svg", pictures::contours(&shown, axes, &label))?;
    draw("relief.svg", pictures::reliefs(&shown, axes, &label))?;
    if first.points.extremes.is_empty() {
        return Ok(());
    }
    let grid = |drawn: &Drawn| {
        let [x, y] = drawn.points.places.clone();
        (drawn.title.clone(), Grid::of(x, y, drawn.ratios()))
    };
    draw("eigenvalues.svg", pictures::eigenvalues(&all.iter().map(grid).collect::<Vec<_>>(), axes))
}
