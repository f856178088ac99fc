//! Optimizers that walk on functions of two parameters, as in Radford's animations of 2014: where
//! plain SGD sticks in a saddle, where momentum overshoots, where the adaptive ones go first; and on some of one. To add
//! a function, write its file and its line in [`ALL`].

mod animation;
mod beale;
mod double_well;
mod himmelblau;
mod ill_conditioned;
mod kink;
mod long_valley;
mod noisy_moons;
mod parabola;
mod picture;
mod rosenbrock;
mod saddle;
mod slope;
mod walk;

pub use animation::{FRAME_MILLISECONDS, animation};
pub use picture::picture;
pub use walk::{Path, Walker};

/// A place: the two parameters.
pub type Point = [f64; 2];

/// A function of two parameters or one, and how one looks at it.
pub struct Surface {
    /// The name on the command line.
    pub name: &'static str,
    /// The formula.
    pub formula: &'static str,
    /// The function.
    pub f: fn(Point) -> f64,
    /// Its gradient.
    pub gradient: fn(Point) -> Point,
    /// Where the optimizers start.
    pub start: Point,
    /// What a picture shows: the least and the greatest of each parameter; in place of the second one's of the function,
    /// where it is of one.
    pub axes: [[f64; 2]; 2],
    /// All of its minima; a saddle has none.
    pub minima: &'static [Point],
    /// Steps of a walk: frames of an animation, but for the start.
    pub steps: usize,
    /// The learning rate of each optimizer of [`SEVEN`], in that order. They are chosen by hand so
    /// that each method shows its character in so many steps; nothing is proven by them alone.
    pub learning_rates: [f64; 7],
    /// Whether it is a function of x alone: y stays 0.
    pub of_x: bool,
    /// The share of right answers, where the function is a classifier's loss.
    pub accuracy: Option<fn(Point) -> f64>,
}

/// Every function.
pub const ALL: &[Surface] = &[
    ill_conditioned::ILL_CONDITIONED,
    saddle::SADDLE,
    long_valley::LONG_VALLEY,
    beale::BEALE,
    rosenbrock::ROSENBROCK,
    himmelblau::HIMMELBLAU,
    noisy_moons::NOISY_MOONS,
    slope::SLOPE,
    parabola::PARABOLA,
    kink::KINK,
    double_well::DOUBLE_WELL,
];

/// The optimizers of the lecture.
pub const SEVEN: [&str; 7] = ["sgd", "momentum", "nesterov", "adagrad", "adadelta", "rmsprop", "adam"];

/// The function of this name.
pub fn named(name: &str) -> Option<&'static Surface> {
    ALL.iter().find(|surface| surface.name == name)
}

impl Surface {
    /// The learning rate that suits an optimizer here, if it is one of [`SEVEN`].
    pub fn learning_rate(&self, optimizer: &str) -> Option<f64> {
        SEVEN.iter().position(|&name| name == optimizer).map(|at| self.learning_rates[at])
    }

    /// Whether a picture shows a place.
    pub fn shows(&self, point: Point) -> bool {
        point.iter().zip(self.axes).all(|(&value, [low, high])| (low..=high).contains(&value))
    }

    /// How far it is to the nearest minimum; `None` where there is none.
    pub fn distance(&self, [x, y]: Point) -> Option<f64> {
        self.minima.iter().map(|m| (x - m[0]).hypot(y - m[1])).min_by(f64::total_cmp)
    }
}
