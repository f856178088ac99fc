//! Contour lines of a function of two parameters: marching squares over a grid of its values.

use std::collections::BTreeMap;

/// A place.
type Point = [f64; 2];
/// A side of a cell: the column and row of its lower left end, and whether it stands upright.
type Side = (usize, usize, bool);

/// A function's values over a grid, whose lines may lie at any distance.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// The columns' places, ascending.
    pub x: Vec<f64>,
    /// The rows' places, ascending.
    pub y: Vec<f64>,
    /// Row by row.
    pub values: Vec<f64>,
}

impl Grid {
    /// The values at the corners of `cells` × `cells` cells of the same size.
    pub fn new(f: impl Fn(Point) -> f64, axes: [[f64; 2]; 2], cells: usize) -> Self {
        let [x, y] = axes.map(|axis| spaced(axis, cells + 1));
        let values = y.iter().flat_map(|&y| x.iter().map(move |&x| [x, y])).map(f).collect();
        Grid { x, y, values }
    }

    /// Values that are known, row by row.
    ///
    /// # Panics
    /// There are more or fewer than places.
    pub fn of(x: Vec<f64>, y: Vec<f64>, values: Vec<f64>) -> Self {
        assert_eq!(values.len(), x.len() * y.len(), "a value for each place");
        Grid { x, y, values }
    }

    /// The same values at other places, or others at the same.
    pub(crate) fn map(&self, [x, y, z]: [&dyn Fn(f64) -> f64; 3]) -> Grid {
        let map = |values: &[f64], f: &dyn Fn(f64) -> f64| values.iter().map(|&value| f(value)).collect();
        Grid { x: map(&self.x, x), y: map(&self.y, y), values: map(&self.values, z) }
    }

    /// The value at a column of a row.
    pub fn value(&self, column: usize, row: usize) -> f64 {
        self.values[row * self.x.len() + column]
    }

    /// So many levels from the hundredth part of the values up, each as many times as high above the
    /// `floor` as the one before; evenly spaced where there is no floor.
    pub fn levels(&self, floor: Option<f64>, count: usize) -> Vec<f64> {
        let mut sorted: Vec<f64> = self.values.iter().copied().filter(|value| value.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let (Some(&least), Some(&greatest)) = (sorted.first(), sorted.last()) else { return vec![] };
        let level = |at: usize| {
            let share = (at as f64 + 0.5) / count as f64;
            match floor {
                None => least + (greatest - least) * share,
                Some(floor) => {
                    let low = (sorted[sorted.len() / 200] - floor).max(1e-9 * (greatest - floor));
                    floor + low * ((greatest - floor) / low).powf(share)
                }
            }
        };
        (0..count).map(level).collect()
    }

    /// The lines along which the function has this value; a closed one ends where it began.
    pub fn lines(&self, level: f64) -> Vec<Vec<Point>> {
        let mut neighbours: BTreeMap<Side, Vec<Side>> = BTreeMap::new();
        for row in 0..self.y.len().saturating_sub(1) {
            for column in 0..self.x.len().saturating_sub(1) {
                for [from, to] in self.crossings(column, row, level) {
                    neighbours.entry(from).or_default().push(to);
                    neighbours.entry(to).or_default().push(from);
                }
            }
        }
        let mut lines = vec![];
        // Lines that end at the border are taken from their ends; circles are left, and begin anywhere.
        let ends: Vec<Side> = neighbours.iter().filter(|(_, to)| to.len() == 1).map(|(&side, _)| side).collect();
        let all: Vec<Side> = neighbours.keys().copied().collect();
        for mut side in ends.into_iter().chain(all) {
            let mut line = vec![self.crossing(side, level)];
            while let Some(next) = neighbours.get_mut(&side).and_then(Vec::pop) {
                let back = neighbours.get_mut(&next).expect("every step can be taken back");
                back.remove(back.iter().position(|&known| known == side).expect("it is there"));
                side = next;
                line.push(self.crossing(side, level));
            }
            if line.len() > 1 {
                lines.push(line);
            }
        }
        lines
    }

    /// The pairs of sides between which the line crosses a cell.
    fn crossings(&self, column: usize, row: usize, level: f64) -> Vec<[Side; 2]> {
        let corners = [(0, 0), (1, 0), (1, 1), (0, 1)].map(|(x, y)| self.value(column + x, row + y));
        if corners.iter().any(|value| !value.is_finite()) {
            return vec![];
        }
        let above = corners.map(|value| value > level);
        let sides = [(column, row, false), (column + 1, row, true), (column, row + 1, false), (column, row, true)];
        let crossed: Vec<Side> = (0..4).filter(|&at| above[at] != above[(at + 1) % 4]).map(|at| sides[at]).collect();
        match crossed[..] {
            [a, b] => vec![[a, b]],
            [bottom, right, top, left] => {
                // Two corners that face each other are above: the middle says whether they touch.
                let middle = corners.iter().sum::<f64>() / 4.0 > level;
                match middle == above[0] {
                    true => vec![[bottom, right], [top, left]],
                    false => vec![[bottom, left], [top, right]],
                }
            }
            _ => vec![],
        }
    }

    /// Where the line crosses a side.
    fn crossing(&self, (column, row, upright): Side, level: f64) -> Point {
        let (x, y) = if upright { (0, 1) } else { (1, 0) };
        let (from, to) = (self.value(column, row), self.value(column + x, row + y));
        let share = (level - from) / (to - from);
        let at = |places: &[f64], from: usize, to: usize| places[from] + share * (places[to] - places[from]);
        [at(&self.x, column, column + x), at(&self.y, row, row + y)]
    }
}

/// So many places from one end to the other, both included.
pub fn spaced([low, high]: [f64; 2], count: usize) -> Vec<f64> {
    let last = count.saturating_sub(1).max(1) as f64;
    (0..count).map(|at| low + (high - low) * at as f64 / last).collect()
}

/// The part of a step that lies within the axes (Liang and Barsky, "A new concept and method for line
/// clipping", 1984).
pub(crate) fn clip([from, to]: [Point; 2], axes: [[f64; 2]; 2]) -> Option<[Point; 2]> {
    let (mut begin, mut end) = (0.0f64, 1.0f64);
    for axis in 0..2 {
        let (start, length) = (from[axis], to[axis] - from[axis]);
        for (distance, slope) in [(start - axes[axis][0], -length), (axes[axis][1] - start, length)] {
            match slope {
                0.0 if distance < 0.0 => return None,
                0.0 => {}
                slope if slope < 0.0 => begin = begin.max(distance / slope),
                slope => end = end.min(distance / slope),
            }
        }
    }
    let at = |share: f64| [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
    (begin <= end).then(|| [at(begin), at(end)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_one_closed_line_at_its_radius() {
        let grid = Grid::new(|[x, y]| x * x + y * y, [[-2.0, 2.0]; 2], 80);
        let lines = grid.lines(1.0);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last());
        assert!(lines[0].iter().all(|[x, y]| (x.hypot(*y) - 1.0).abs() < 1e-3));
        // Above the corners there is nothing; near them four arcs are left.
        assert!(grid.lines(9.0).is_empty());
        assert_eq!(grid.lines(5.0).len(), 4);
    }

    #[test]
    fn both_branches_of_a_saddle_are_there() {
        let grid = Grid::new(|[x, y]| x * x - y * y, [[-1.0, 1.0]; 2], 31);
        assert_eq!(grid.lines(0.25).len(), 2);
        assert_eq!(grid.lines(-0.25).len(), 2);
    }

    #[test]
    fn steps_are_cut_at_the_border() {
        let axes = [[-1.0, 1.0]; 2];
        assert_eq!(clip([[0.0, 0.0], [2.0, 0.0]], axes), Some([[0.0, 0.0], [1.0, 0.0]]));
        assert_eq!(clip([[-2.0, 0.0], [2.0, 0.0]], axes), Some([[-1.0, 0.0], [1.0, 0.0]]));
        assert_eq!(clip([[2.0, 0.0], [2.0, 1.0]], axes), None);
        assert_eq!(clip([[0.5, 0.5], [0.5, 0.5]], axes), Some([[0.5, 0.5], [0.5, 0.5]]));
    }
}
