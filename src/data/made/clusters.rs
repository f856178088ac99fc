//! Gaussian clusters, one a class.

use rand_distr::{Distribution, StandardNormal};

use super::{Draw, Made, Wanted, known, load};
use crate::data::source::Source;
use crate::random::{Purpose, Stream};

/// Normal distributions around centres that are drawn from the standard normal distribution.
pub const CLUSTERS: Source = Source {
    name: "clusters",
    doc: "made up: `data.classes` clusters, 3 by default, in `dimensions`; the centre of each is drawn from the standard \
          normal distribution, and its examples around that with the deviation `noise`",
    pictures: Some(false),
    keys: &["test", "examples", "noise", "dimensions"],
    known,
    made: Some(&Made {
        noise: 0.3,
        dimensions: 2,
        coefficients: &[],
        draw: Draw::Class { count: 3, fixed: false, draw: centre },
    }),
    load,
};

/// The centre of a class.
fn centre(wanted: &Wanted, class: usize, _: &mut Stream, x: &mut [f64]) {
    let mut stream = Stream::new(wanted.seed, Purpose::Synthetic.stream(1), class as u32);
    x.iter_mut().for_each(|x| *x = StandardNormal.sample(&mut stream));
}
