//! One run: its plane, and the losses and eigenvalues over that.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use super::{
    Directions, Drawn, Landscape,
    files::{Epoch, Way},
};
use crate::{
    cli::{
        Failure, code, evaluate,
        run::{self, RunArguments},
        save,
    },
    config::Config,
    device::Device,
    landscape::{self, Hessian, Plane, Surface, Trajectory, lanczos::Extremes},
    report::{Interrupts, Patience, checkpoints, spaced},
    train::{Session, Weights},
};

/// A run on its device, with the plane that is looked at.
pub struct One<'a> {
    asked: &'a Landscape,
    session: Session,
    plane: Plane,
    /// Where the surface reaches along each axis.
    axes: [[f64; 2]; 2],
    examples: Vec<u32>,
    way: Option<(Trajectory, Vec<(usize, Weights)>)>,
    device: String,
}

/// What is computed of a run, as it is kept: losses and eigenvalues in the order of their places.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct Points {
    /// What they are of.
    about: String,
    /// The losses.
    pub surface: Surface,
    /// The places of the eigenvalues along both axes; none if they were not asked for.
    pub places: [Vec<f64>; 2],
    /// The ends of the Hessian's spectrum; none where they are NaN or infinite.
    pub extremes: Vec<Option<Extremes>>,
}

/// The file of [`Points`].
const KEPT: &str = "points.json";
/// How long a computed point may wait to be written.
const KEEP: Duration = Duration::from_secs(5);

impl<'a> One<'a> {
    /// Reads a run, and puts it on the device.
    pub fn new(asked: &'a Landscape, run: &RunArguments, config: Config, device: &Device) -> Result<Self, Failure> {
        let (name, split) = asked.split.split();
        let dataset = evaluate::dataset(run, &config, asked.split)?;
        let model = run::untrained(config, dataset)?;
        let weights = run.weights(&model)?;
        let count = asked.examples.map(|count| count as usize);
        let examples = landscape::examples(model.dataset(), split, count, asked.seed);
        if examples.is_empty() {
            return Err(Failure::new(code::USAGE, format!("the run's {name} split is empty")));
        }
        let (plane, axes, way) = match asked.directions {
            Directions::Random => {
                let plane = Plane::random(model.plan(), weights, asked.seed)?;
                (plane, [[-asked.range, asked.range]; 2], None)
            }
            Directions::Pca => {
                let kept = checkpoints::kept(&run.run);
                let path = kept.iter().map(|(epoch, file)| Ok((*epoch, run.weights_of(&model, file)?)));
                let path = path.collect::<Result<Vec<_>, Failure>>()?;
                let all: Vec<Weights> = path.iter().map(|(_, weights)| weights.clone()).collect();
                let way = Trajectory::new(model.plan(), weights, &all).map_err(|error| {
                    let help = "to keep the weights of every epoch, train with train.checkpoint = { keep = 1000 }";
                    Failure::file(code::USAGE, &run.run, error).or(help)
                })?;
                (way.plane.clone(), way.axes(asked.range), Some((way, path)))
            }
        };
        let session = pollster::block_on(Session::new(model, device))?;
        Ok(One { asked, session, plane, axes, examples, way, device: device.describe() })
    }

    /// What the run is called.
    pub fn name(&self) -> String {
        self.session.settings().name.clone()
    }

    /// What the points are of: numbers of other weights, places, examples or devices are others.
    fn about(&self) -> String {
        let numbers = |numbers: &[f32]| crc32fast::hash(bytemuck::cast_slice(numbers));
        let [first, second] = self.plane.directions.each_ref().map(|direction| numbers(direction));
        let centre = [numbers(&self.plane.centre.parameters), numbers(&self.plane.centre.running)];
        let examples = crc32fast::hash(bytemuck::cast_slice(&self.examples));
        let asked = (self.asked.points, self.asked.one_d, self.asked.eigenvalues, self.asked.seed);
        let version = env!("CARGO_PKG_VERSION");
        format!(
            "{version} {} {centre:?} {first} {second} {examples} {:?} {asked:?} {}",
            self.device,
            self.axes,
            self.session.model().dataset().origin.file
        )
    }

    /// What was computed before, or nothing yet.
    fn begun(&self, folder: &Path) -> Points {
        let about = self.about();
        let kept = fs::read(folder.join(KEPT)).ok().and_then(|text| serde_json::from_slice::<Points>(&text).ok());
        if let Some(kept) = kept.filter(|kept| kept.about == about) {
            return kept;
        }
        let along = |axis: usize, count: u16| match count {
            1 => vec![(self.axes[axis][0] + self.axes[axis][1]) / 2.0],
            count => spaced(self.axes[axis], count.into()),
        };
        let second = if self.asked.one_d { vec![0.0] } else { along(1, self.asked.points) };
        let places =
            self.asked.eigenvalues.map_or_else(Default::default, |count| [0, 1].map(|axis| along(axis, count)));
        Points { about, surface: Surface::new(along(0, self.asked.points), second), places, extremes: vec![] }
    }

    /// Computes what is missing, unless it is stopped.
    pub fn points(&mut self, folder: &Path, interrupts: &Interrupts) -> Result<Points, Failure> {
        let mut points = self.begun(folder);
        let computed = self.compute(&mut points, folder, interrupts);
        points.save(folder)?;
        computed?;
        match interrupts.came() {
            Some(signal) => Err(Failure::new(signal, "stopped; the same command goes on")),
            None => Ok(points),
        }
    }

    fn compute(&mut self, points: &mut Points, folder: &Path, interrupts: &Interrupts) -> Result<(), Failure> {
        let mut saved = Instant::now();
        let mut due = || {
            let due = saved.elapsed() >= KEEP;
            saved = if due { Instant::now() } else { saved };
            due
        };
        let bar = Patience::new("losses", points.surface.points() as u64);
        bar.advance(points.surface.losses.len() as u64);
        let mut surface = points.surface.clone();
        while !surface.is_done() && interrupts.came().is_none() {
            // A few at a time, so that what is done can be written in between.
            let walk = surface.walk(&mut self.session, &self.plane, &self.examples, |_| {
                bar.advance(1);
                interrupts.came().is_none() && !due()
            });
            pollster::block_on(walk)?;
            points.surface = surface.clone();
            if interrupts.came().is_none() && !surface.is_done() {
                points.save(folder)?;
            }
        }
        points.surface = surface;
        bar.finish();
        self.eigenvalues(points, folder, interrupts)
    }

    fn eigenvalues(&mut self, points: &mut Points, folder: &Path, interrupts: &Interrupts) -> Result<(), Failure> {
        let [x, y] = points.places.clone();
        let (all, mut saved) = (x.len() * y.len(), Instant::now());
        if points.extremes.len() == all || interrupts.came().is_some() {
            return Ok(());
        }
        let mut hessian = pollster::block_on(Hessian::new(&mut self.session, &self.examples))?;
        let bar = Patience::new("eigenvalues", all as u64);
        bar.advance(points.extremes.len() as u64);
        while points.extremes.len() < all && interrupts.came().is_none() {
            let at = points.extremes.len();
            let weights = self.plane.at([x[at % x.len()], y[at / x.len()]]);
            let extremes = hessian.extremes(&weights, self.asked.seed);
            points
                .extremes
                .push(Some(extremes).filter(|found| found.smallest.is_finite() && found.largest.is_finite()));
            bar.advance(1);
            if saved.elapsed() > KEEP {
                points.save(folder)?;
                saved = Instant::now();
            }
        }
        bar.finish();
        Ok(())
    }

    /// The results, with the loss of the weights themselves and of those that training passed.
    pub fn found(mut self, title: String, points: Points) -> Result<Drawn, Failure> {
        let (session, plane, examples) = (&mut self.session, &self.plane, &self.examples);
        let mut loss =
            |place: [f64; 2]| pollster::block_on(landscape::surface::loss_at(session, plane, place, examples));
        let centre = loss([0.0, 0.0])?;
        if !centre.is_finite() {
            return Err(Failure::new(code::NOT_FINITE, "the loss of the weights themselves is NaN or infinite"));
        }
        let mut way = None;
        if let Some((trajectory, path)) = &self.way {
            let mut epochs = vec![];
            for ((epoch, weights), &place) in path.iter().zip(&trajectory.places) {
                self.session.restore_weights(weights);
                let own = pollster::block_on(self.session.evaluate_over(&self.examples))?.loss;
                let plane = landscape::surface::loss_at(&mut self.session, &self.plane, place, &self.examples);
                epochs.push(Epoch { epoch: *epoch, place, loss: own, loss_on_plane: pollster::block_on(plane)? });
            }
            way = Some(Way { explained: trajectory.explained, epochs });
        }
        Ok(Drawn {
            title,
            points,
            centre,
            way,
            split: self.asked.split.split().0,
            examples: self.examples.len(),
            seed: self.asked.seed,
            parameters: self.session.model().plan().learned.iter().map(|learned| learned.slice.length).sum(),
        })
    }
}

impl Points {
    fn save(&self, folder: &Path) -> Result<(), Failure> {
        save(&folder.join(KEPT), &serde_json::to_vec(self).expect("numbers and text"))
    }
}
