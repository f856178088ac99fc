//! A sweep as a picture: loss and accuracy against one key, a line for each value of the others, and
//! seeds as points around their mean.

use super::{Row, Status, mean_and_deviation, plain};
use crate::report::{
    plot::{Axis, Chart, Curve, Line, draw, spans_decades},
    record::short_keys,
};

/// Ticks that say each value of a key, at most.
const MARKS: usize = 12;
/// Letters that fit below an axis.
const LETTERS: usize = 84;

/// What lies along the axis, and what has a line of its own.
struct Layout<'a> {
    keys: &'a [String],
    short: Vec<String>,
    /// The key along the axis.
    x: usize,
    /// The keys that have a line for each of their values; the seed has not.
    lines: Vec<usize>,
    /// What the key takes, by name, where it is no number.
    names: Option<Vec<String>>,
}

/// Draws the sweep; `None` if no run has ended an epoch.
pub fn picture(title: &str, keys: &[String], rows: &[Row]) -> Option<String> {
    let layout = Layout::new(keys, rows);
    draw(&["loss", "accuracy"].map(|what| layout.chart(title, what, rows)))
}

impl<'a> Layout<'a> {
    /// The number with the most values lies along the axis; without one, the first key.
    fn new(keys: &'a [String], rows: &[Row]) -> Layout<'a> {
        let values = |key: usize| {
            let mut distinct: Vec<String> = vec![];
            for row in rows {
                let value = plain(&row.values[key]);
                if !distinct.contains(&value) {
                    distinct.push(value);
                }
            }
            distinct
        };
        let all: Vec<usize> = (0..keys.len()).collect();
        let others: Vec<usize> = all.iter().copied().filter(|&key| keys[key] != "seed").collect();
        let candidates = if others.is_empty() { &all } else { &others };
        let is_number = |key: &&usize| rows.iter().all(|row| number(&row.values[**key]).is_some());
        let most = candidates.iter().filter(is_number).rev().max_by_key(|key| values(**key).len()).copied();
        let x = most.unwrap_or(candidates[0]);
        // Nothing lies between two seeds either.
        let names = (most.is_none() || keys[x] == "seed").then(|| values(x));
        let lines = others.iter().copied().filter(|&key| key != x).collect();
        Layout { keys, short: short_keys(keys), x, lines, names }
    }

    fn x(&self, row: &Row) -> f64 {
        let value = &row.values[self.x];
        let named = |names: &Vec<String>| names.iter().position(|name| *name == plain(value)).map(|at| at as f64);
        self.names.as_ref().map_or_else(|| number(value), named).expect("every row has one of the values")
    }

    fn line(&self, row: &Row) -> String {
        let part = |&key: &usize| format!("{}={}", self.short[key], plain(&row.values[key]));
        self.lines.iter().map(part).collect::<Vec<_>>().join(", ")
    }

    fn axis(&self, rows: &[Row]) -> Axis {
        let label = self.keys[self.x].clone();
        if let Some(names) = &self.names {
            let letters = (LETTERS / names.len()).max(3);
            let cut = |name: &String| match name.chars().count() > letters {
                true => name.chars().take(letters - 1).chain(['…']).collect(),
                false => name.clone(),
            };
            let marks = names.iter().enumerate().map(|(at, name)| (at as f64, cut(name))).collect();
            return Axis { marks, pad: 0.5, ..Axis::new(label) };
        }
        let mut values: Vec<(f64, String)> = rows.iter().map(|row| (self.x(row), plain(&row.values[self.x]))).collect();
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        values.dedup_by(|a, b| a.0 == b.0);
        let axis = Axis { log: is_geometric(&values), ..Axis::new(label) };
        let place = |value: f64| if axis.log { value.ln() } else { value };
        let length = values.last().zip(values.first()).map_or(0.0, |(last, first)| place(last.0) - place(first.0));
        let apart = values.windows(2).all(|pair| place(pair[1].0) - place(pair[0].0) > 0.06 * length);
        let marks = if apart && values.len() <= MARKS { values } else { vec![] };
        Axis { marks, ..axis }
    }

    fn chart(&self, title: &str, what: &str, rows: &[Row]) -> Chart {
        let judge = rows.iter().find(|row| !row.epochs.is_empty()).map_or("dev", Row::judge);
        let mut lines: Vec<String> = rows.iter().map(|row| self.line(row)).collect();
        lines.sort_by_key(|line| rows.iter().position(|row| self.line(row) == *line));
        lines.dedup();
        let split = |judge: &str| if judge == "dev" { "development" } else { "training" };
        let mut curves = vec![];
        if self.keys[self.x] == "seed" {
            curves.extend(self.mean(rows, &format!("{judge}_{what}")));
        }
        for (colour, line) in lines.iter().enumerate() {
            let mine: Vec<&Row> = rows.iter().filter(|row| self.line(row) == *line).collect();
            let name = if lines.len() == 1 { split(judge) } else { line };
            curves.extend(self.curves(name, colour, &mine, &format!("{judge}_{what}"), Line::Solid));
            if lines.len() == 1 && judge == "dev" {
                curves.extend(self.curves("training", 1, &mine, &format!("train_{what}"), Line::Dashed));
            }
        }
        let log = what == "loss" && spans_decades(curves.iter().flat_map(|curve| &curve.points).map(|point| point.1));
        for (colour, line) in lines.iter().enumerate() {
            let diverged = rows.iter().filter(|row| row.status == Status::Diverged && self.line(row) == *line);
            let points: Vec<(f64, f64)> = diverged.map(|row| (self.x(row), f64::INFINITY)).collect();
            curves.push(Curve::new("", colour, points).drawn(Line::Crosses));
        }
        if rows.iter().any(|row| row.status == Status::Diverged) {
            curves.push(Curve::key("diverged", Line::Crosses));
        }
        // The legend says it where there are two.
        let label = if lines.len() == 1 { what.to_owned() } else { format!("{} {what}", split(judge)) };
        let y = Axis { log, ..Axis::new(label) };
        Chart { title: format!("{title}: {what} after the last epoch"), x: self.axis(rows), y, curves }
    }

    /// The mean over all runs, from the first to the last.
    fn mean(&self, rows: &[Row], key: &str) -> Option<Curve> {
        let finished = rows.iter().filter(|row| row.status == Status::Finished);
        let (x, y): (Vec<f64>, Vec<f64>) = finished.filter_map(|row| Some((self.x(row), row.last(key)?))).unzip();
        let (mean, _) = mean_and_deviation(&y);
        let points = vec![(*x.first()? - 0.4, mean), (*x.last()? + 0.4, mean)];
        Some(Curve { points, ..Curve::key("mean", Line::Solid) })
    }

    /// The runs of one line: a point each, and a line through the means of those at the same place.
    fn curves(&self, name: &str, colour: usize, rows: &[&Row], key: &str, line: Line) -> Vec<Curve> {
        let finished = rows.iter().filter(|row| row.status == Status::Finished);
        let mut points: Vec<(f64, f64)> = finished.filter_map(|row| Some((self.x(row), row.last(key)?))).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mean = |group: &[(f64, f64)]| {
            let values: Vec<f64> = group.iter().map(|point| point.1).collect();
            (group[0].0, mean_and_deviation(&values).0)
        };
        let means: Vec<(f64, f64)> = points.chunk_by(|a, b| a.0 == b.0).map(mean).collect();
        let dots = Curve::new("", colour, points).drawn(Line::Dots);
        let through = |name: &str, means: Vec<(f64, f64)>| Curve::new(name, colour, means).drawn(line);
        // The spread of the split that does not judge would hide the other's.
        let dots = (line == Line::Solid).then_some(dots);
        if self.names.is_none() {
            return [through(name, means)].into_iter().chain(dots).collect();
        }
        // Nothing lies between names: a short stroke is the mean of each.
        let stroke = |(at, (x, y)): (usize, (f64, f64))| {
            through(if at == 0 { name } else { "" }, vec![(x - 0.18, y), (x + 0.18, y)])
        };
        means.into_iter().enumerate().map(stroke).chain(dots).collect()
    }
}

fn number(value: &toml::Value) -> Option<f64> {
    value.as_float().or(value.as_integer().map(|integer| integer as f64))
}

/// Whether values, in order, are spaced by ratios rather than by differences.
fn is_geometric(values: &[(f64, String)]) -> bool {
    let unevenness = |steps: &dyn Fn(f64, f64) -> f64| {
        let steps: Vec<f64> = values.windows(2).map(|pair| steps(pair[0].0, pair[1].0)).collect();
        steps.iter().copied().fold(0.0, f64::max) / steps.iter().copied().fold(f64::INFINITY, f64::min)
    };
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return false };
    let by_ratio = unevenness(&|a, b| (b / a).ln());
    first.0 > 0.0 && last.0 >= 5.0 * first.0 && (values.len() == 2 || by_ratio < unevenness(&|a, b| b - a))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn geometric(values: &[f64]) -> bool {
        is_geometric(&values.iter().map(|&value| (value, String::new())).collect::<Vec<_>>())
    }

    #[test]
    fn values_are_geometric_by_their_ratios() {
        assert!(geometric(&[1e-4, 3e-4, 1e-3, 3e-3]));
        assert!(geometric(&[16.0, 32.0, 64.0, 128.0]));
        assert!(geometric(&[1e-3, 1e-2]));
        assert!(!geometric(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]));
        assert!(!geometric(&[0.0, 0.1, 0.5]));
        assert!(!geometric(&[0.5]));
    }
}
