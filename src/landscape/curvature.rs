//! How a drawn surface is curved: the Hessian of the two coordinates alone, by finite differences.

use super::Surface;

/// A surface is called not convex where its smallest curvature is below 0 by this share of its largest …
const SHARE: f64 = 0.1;
/// … or of this, where the largest is smaller: flat is not rough.
const FLAT: f64 = 1e-3;

impl Surface {
    /// The smallest and the largest curvature at each place that has neighbours on all sides, row by row; none where one
    /// of those has no loss.
    pub fn curvatures(&self) -> Vec<Option<[f64; 2]>> {
        let (columns, rows) = (self.x.len(), self.y.len());
        let inner = |count: usize| 1..count.saturating_sub(1);
        inner(rows).flat_map(|row| inner(columns).map(move |column| self.curvature(column, row))).collect()
    }

    fn curvature(&self, column: usize, row: usize) -> Option<[f64; 2]> {
        let loss = |right: usize, up: usize| *self.losses.get((row + up - 1) * self.x.len() + column + right - 1)?;
        // Places are evenly spaced.
        let [dx, dy] = [self.x[column + 1] - self.x[column], self.y[row + 1] - self.y[row]];
        let middle = loss(1, 1)?;
        let xx = (loss(2, 1)? - 2.0 * middle + loss(0, 1)?) / (dx * dx);
        let yy = (loss(1, 2)? - 2.0 * middle + loss(1, 0)?) / (dy * dy);
        let xy = (loss(2, 2)? - loss(2, 0)? - loss(0, 2)? + loss(0, 0)?) / (4.0 * dx * dy);
        let (mean, away) = ((xx + yy) / 2.0, ((xx - yy) / 2.0).hypot(xy));
        Some([mean - away, mean + away])
    }

    /// The share of places at which the surface is not convex; none if no place has a curvature.
    pub fn not_convex(&self) -> Option<f64> {
        let known: Vec<[f64; 2]> = self.curvatures().into_iter().flatten().collect();
        let bent = known.iter().filter(|[least, most]| *least < -SHARE * most.abs().max(FLAT)).count();
        (!known.is_empty()).then(|| bent as f64 / known.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surface(f: impl Fn(f64, f64) -> f64) -> Surface {
        let mut surface = Surface::square(11, 1.0);
        surface.losses = (0..surface.points()).map(|at| surface.place(at)).map(|[x, y]| Some(f(x, y))).collect();
        surface
    }

    #[test]
    fn a_bowl_is_convex_a_saddle_is_not_and_a_wave_is_by_half() {
        let bowl = surface(|x, y| x * x + x * y + 3.0 * y * y);
        // The Hessian is [[2, 1], [1, 6]].
        let [least, most] = bowl.curvatures()[40].expect("every loss is known");
        assert!((least - (4.0 - 5f64.sqrt())).abs() < 1e-9 && (most - (4.0 + 5f64.sqrt())).abs() < 1e-9);
        assert_eq!(bowl.not_convex(), Some(0.0));
        assert_eq!(surface(|x, y| x * x - y * y).not_convex(), Some(1.0));
        // Up to a tenth as much the other way it is still called convex.
        assert_eq!(surface(|x, y| x * x - 0.09 * y * y).not_convex(), Some(0.0));
        assert_eq!(surface(|x, y| x * x - 0.11 * y * y).not_convex(), Some(1.0));
        let wave = surface(|x, _| (x * std::f64::consts::PI).sin()).not_convex().expect("a share");
        assert!((0.4..0.6).contains(&wave), "{wave}");
    }

    #[test]
    fn what_is_no_number_has_no_curvature() {
        let mut gap = surface(|x, y| x * x + y * y);
        gap.losses[60] = None;
        assert_eq!(gap.curvatures().iter().filter(|curvature| curvature.is_none()).count(), 9);
        gap.losses.fill(None);
        assert_eq!(gap.not_convex(), None);
        assert_eq!(Surface::line(11, 1.0).not_convex(), None);
    }
}
