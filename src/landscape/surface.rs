//! The loss over a plane.

use super::{Error, Plane};
use crate::{
    report::{Grid, spaced},
    train::Session,
};

/// Losses over a grid of places; while it is being computed, those of its first places.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Surface {
    /// The columns' places along the first direction.
    pub x: Vec<f64>,
    /// The rows' along the second; one for a line.
    pub y: Vec<f64>,
    /// Row by row; none where the loss is NaN or infinite.
    pub losses: Vec<Option<f64>>,
}

impl Surface {
    /// One that is still to be computed.
    pub fn new(x: Vec<f64>, y: Vec<f64>) -> Surface {
        Surface { x, y, losses: vec![] }
    }

    /// The same from −range to range along both axes.
    pub fn square(points: usize, range: f64) -> Surface {
        let places = spaced([-range, range], points);
        Surface::new(places.clone(), places)
    }

    /// The same along the first direction alone.
    pub fn line(points: usize, range: f64) -> Surface {
        Surface::new(spaced([-range, range], points), vec![0.0])
    }

    /// Places.
    pub fn points(&self) -> usize {
        self.x.len() * self.y.len()
    }

    /// Whether every loss is known.
    pub fn is_done(&self) -> bool {
        self.losses.len() == self.points()
    }

    /// A place by its number, row by row.
    pub fn place(&self, at: usize) -> [f64; 2] {
        [self.x[at % self.x.len()], self.y[at / self.x.len()]]
    }

    /// Computes the losses that are missing, over these examples, until `go_on` says otherwise. The session's weights are
    /// the last place's afterwards.
    ///
    /// # Errors
    /// The device fails; there are no examples.
    pub async fn walk(
        &mut self,
        session: &mut Session,
        plane: &Plane,
        examples: &[u32],
        mut go_on: impl FnMut(&Surface) -> bool,
    ) -> Result<(), Error> {
        for at in self.losses.len()..self.points() {
            let loss = loss_at(session, plane, self.place(at), examples).await?;
            self.losses.push(Some(loss).filter(|loss| loss.is_finite()));
            if !go_on(self) {
                break;
            }
        }
        Ok(())
    }

    /// The losses for pictures: those that are not known are NaN.
    pub fn grid(&self) -> Grid {
        let missing = self.points() - self.losses.len();
        let losses = self.losses.iter().map(|loss| loss.unwrap_or(f64::NAN));
        Grid::of(self.x.clone(), self.y.clone(), losses.chain(std::iter::repeat_n(f64::NAN, missing)).collect())
    }

    /// As CSV: a row for each place, the loss empty where it is NaN or infinite.
    pub fn csv(&self) -> String {
        let row = |(at, loss): (usize, &Option<f64>)| {
            let [x, y] = self.place(at);
            format!("{x},{y},{}\n", loss.map_or(String::new(), |loss| loss.to_string()))
        };
        ["x,y,loss\n".to_owned()].into_iter().chain(self.losses.iter().enumerate().map(row)).collect()
    }
}

/// The loss at a place of a plane. The session keeps those weights.
///
/// # Errors
/// The device fails; there are no examples.
pub async fn loss_at(session: &mut Session, plane: &Plane, place: [f64; 2], examples: &[u32]) -> Result<f64, Error> {
    if examples.is_empty() {
        return Err(Error::Empty);
    }
    session.restore_weights(&plane.at(place));
    Ok(session.evaluate_over(examples).await?.loss)
}
