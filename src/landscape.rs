//! The loss around a network's weights: Li, Xu, Taylor, Studer and Goldstein, "Visualizing the loss landscape of neural
//! nets", 2018. Two directions span a plane through the weights; [`surface`] is the loss over it.
//!
//! [`directions`] says which plane, at random or ([`trajectory`]) along the way that training took; [`curvature`] is that
//! of the drawn surface, [`hessian`] that of the loss in all parameters; [`pictures`] draws them.

pub mod curvature;
pub mod directions;
pub mod frozen;
pub mod hessian;
pub mod lanczos;
pub mod pictures;
pub mod surface;
pub mod trajectory;

use rand::seq::SliceRandom;

use crate::{
    data::Dataset,
    device,
    random::{Purpose, Stream},
    train::{Session, Split},
};
pub use directions::Plane;
pub use hessian::Hessian;
pub use surface::Surface;
pub use trajectory::Trajectory;

/// Why there is no landscape.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The device fails.
    #[error(transparent)]
    Device(#[from] device::Error),
    /// A direction would be 0.
    #[error(
        "the network has no weights of two axes or more: a direction has a number for each of those and none for others"
    )]
    NoFilters,
    /// There is nothing to take the loss of.
    #[error("the split is empty")]
    Empty,
    /// Training left too little of its way.
    #[error("principal components take the weights of {least} epochs at least, and {found} are there")]
    TooFew {
        /// What is there.
        found: usize,
        /// What it takes.
        least: usize,
    },
    /// All the weights of the way are in one line, or the same.
    #[error("the weights of the epochs lie in one line: they span no plane")]
    NoPlane,
}

/// Which surfaces of a training are asked for: over the training examples, each in random directions of its own.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Request {
    /// Places along each axis.
    pub points: usize,
    /// From −range to range, in lengths of the weights' filters.
    pub range: f64,
    /// So many of the examples, drawn at random; all without it.
    pub examples: Option<usize>,
    /// A surface for each.
    pub seeds: Vec<u64>,
}

/// The surfaces around a session's weights as they are now; they are left as they were. `go_on` is asked after each
/// point: surfaces that are not whole are left out.
///
/// # Errors
/// The device fails; the network has no filters.
pub async fn surfaces(
    session: &mut Session,
    request: &Request,
    mut go_on: impl FnMut() -> bool,
) -> Result<Vec<Surface>, Error> {
    let before = session.snapshot().await?;
    let centre = session.weights().await?;
    let plan = session.model().plan.clone();
    let mut surfaces = vec![];
    for &seed in &request.seeds {
        let examples = examples(&session.model().dataset, Split::Train, request.examples, seed);
        let plane = Plane::random(&plan, centre.clone(), seed)?;
        let mut surface = Surface::square(request.points, request.range);
        surface.walk(session, &plane, &examples, |_| go_on()).await?;
        if !surface.is_done() {
            break;
        }
        surfaces.push(surface);
    }
    session.restore(&before);
    Ok(surfaces)
}

/// A split's examples, or so many of them drawn at random.
pub fn examples(dataset: &Dataset, split: Split, count: Option<usize>, seed: u64) -> Vec<u32> {
    let mut examples = match split {
        Split::Train => dataset.train.clone(),
        Split::Dev => dataset.dev.clone(),
        Split::Test => dataset.test.clone(),
    };
    if let Some(count) = count.filter(|&count| count < examples.len()) {
        // Behind the streams of directions, which are numbered by parameters.
        examples.shuffle(&mut Stream::new(seed, Purpose::Landscape.stream((1 << 24) - 1), 0));
        examples.truncate(count);
    }
    examples
}
