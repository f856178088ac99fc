//! Scores on a terminal: numbers, a table of classes, and which are taken for which.

use std::collections::BTreeMap;

use crate::metrics::{Score, Scored};

/// A table with more classes shows the worst alone.
const CLASSES: usize = 20;
/// So many of them.
const WORST: usize = 10;
/// Letters of a class's name.
const NAME: usize = 24;
/// Columns of a terminal that a matrix keeps to, where its counts allow it.
const COLUMNS: usize = 100;
/// By which of the columns classes are the worst.
const JUDGES: [&str; 2] = ["f1", "r2"];

/// Four digits behind the point; a dash for what has no value.
pub fn shown(value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.4}"))
}

/// All scores as lines.
pub fn scores(scored: &[Scored]) -> Vec<String> {
    let mut parts = vec![numbers(scored), table(scored)];
    for scored in scored {
        if let Score::Matrix { names, counts } = &scored.score {
            parts.push(if names.len() <= CLASSES { matrix(names, counts) } else { pairs(names, counts) });
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join(&[String::new()][..])
}

/// Those that are one number.
fn numbers(scored: &[Scored]) -> Vec<String> {
    let number = |scored: &Scored| match scored.score {
        Score::Number(number) => Some([scored.key.clone(), shown(number)]),
        _ => None,
    };
    aligned(&scored.iter().filter_map(number).map(Vec::from).collect::<Vec<_>>())
}

/// A metric with a value for each class or output.
struct Column<'s> {
    key: &'s str,
    mean: Option<f64>,
    names: &'s [String],
    values: &'s [Option<f64>],
}

impl Column<'_> {
    fn of(scored: &Scored) -> Option<Column<'_>> {
        match &scored.score {
            Score::Each { mean, names, values } => Some(Column { key: &scored.key, mean: *mean, names, values }),
            _ => None,
        }
    }
}

/// A row for each class or output, a column for each metric.
fn table(scored: &[Scored]) -> Vec<String> {
    let columns: Vec<Column> = scored.iter().filter_map(Column::of).collect();
    let Some(first) = columns.first() else { return vec![] };
    let names = first.names;
    let judge = columns.iter().find(|column| JUDGES.contains(&column.key)).unwrap_or(first);
    let mut order: Vec<usize> = (0..names.len()).collect();
    if names.len() > CLASSES {
        let value = |at: usize| judge.values[at].unwrap_or(f64::INFINITY);
        order.sort_by(|&a, &b| value(a).total_cmp(&value(b)));
        order.truncate(WORST);
    }
    let row = |name: String, cell: &dyn Fn(&Column) -> String| -> Vec<String> {
        [name].into_iter().chain(columns.iter().map(cell)).collect()
    };
    let mut rows = vec![row(String::new(), &|column| column.key.to_owned())];
    rows.extend(order.iter().map(|&at| row(short(&names[at], NAME), &|column| shown(column.values[at]))));
    rows.push(row("mean".into(), &|column| shown(column.mean)));
    let mut lines = aligned(&rows);
    if names.len() > CLASSES {
        lines.push(format!("  (the {WORST} of {} with the least {}; --json has all)", names.len(), judge.key));
    }
    lines
}

/// Right classes down, predicted ones across.
fn matrix(names: &[String], counts: &BTreeMap<(usize, usize), u64>) -> Vec<String> {
    let names: Vec<String> = names.iter().map(|name| short(name, NAME)).collect();
    let longest = names.iter().map(|name| width(name)).max().unwrap_or(0);
    let digits = counts.values().map(|count| count.to_string().len()).max().unwrap_or(1);
    let room = (COLUMNS.saturating_sub(longest) / names.len().max(1)).saturating_sub(2);
    let column = longest.min(room).max(digits).max(3);
    let mut rows = vec![[String::new()].into_iter().chain(names.iter().map(|name| short(name, column))).collect()];
    for (right, name) in names.iter().enumerate() {
        // Zeros are most of it, and nothing to look at.
        let count = |taken| counts.get(&(right, taken)).map_or("·".to_owned(), u64::to_string);
        rows.push([name.clone()].into_iter().chain((0..names.len()).map(count)).collect::<Vec<String>>());
    }
    let mut lines = vec!["right classes down, predicted ones across".to_owned()];
    lines.extend(aligned(&rows));
    lines
}

/// The most frequent mistakes.
fn pairs(names: &[String], counts: &BTreeMap<(usize, usize), u64>) -> Vec<String> {
    let mut wrong: Vec<(usize, usize, u64)> = counts
        .iter()
        .filter(|((right, taken), _)| right != taken)
        .map(|(&(right, taken), &n)| (right, taken, n))
        .collect();
    wrong.sort_by_key(|&(.., count)| std::cmp::Reverse(count));
    let mut rows = vec![["right", "predicted", "examples", "of"].map(str::to_owned).to_vec()];
    for (right, taken, count) in wrong.into_iter().take(WORST) {
        let of: u64 = counts.range((right, 0)..=(right, usize::MAX)).map(|(_, count)| count).sum();
        let [right, taken] = [right, taken].map(|class| short(&names[class], NAME));
        rows.push(vec![right, taken, count.to_string(), of.to_string()]);
    }
    if rows.len() == 1 {
        return vec![];
    }
    let mut lines = vec!["most often taken for another".to_owned()];
    lines.extend(aligned(&rows));
    lines
}

/// Columns of a terminal, for texts that most letters of the world take one of.
fn width(text: &str) -> usize {
    text.chars().count()
}

fn short(text: &str, letters: usize) -> String {
    match width(text) > letters {
        true => text.chars().take(letters - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

/// The first column to the left, all others to the right.
fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.first().map_or(0, Vec::len);
    let widest: Vec<usize> = (0..columns).map(|at| rows.iter().map(|row| width(&row[at])).max().unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let mut line = format!("  {}{}", row[0], " ".repeat(widest[0] - width(&row[0])));
        for (cell, widest) in row.iter().zip(&widest).skip(1) {
            line += &" ".repeat(2 + widest - width(cell));
            line += cell;
        }
        line.trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Gives, Metric};

    fn scored(name: &str, score: Score) -> Scored {
        Scored { metric: Metric::named(name).expect("a metric"), key: name.into(), score }
    }

    /// `count` classes, of which the second is mostly taken for the first.
    fn many(count: usize) -> Vec<Scored> {
        let names: Vec<String> = (0..count).map(|class| format!("the class number {class}")).collect();
        let mut counts: BTreeMap<(usize, usize), u64> = (0..count).map(|class| ((class, class), 9)).collect();
        counts.extend([((1, 0), 31), ((2, 1), 2)]);
        let values = (0..count).map(|class| (class != 3).then_some(class as f64 / 64.0)).collect();
        let each = Score::Each { mean: Some(0.5), names: names.clone(), values };
        vec![scored("f1", each), scored("confusion", Score::Matrix { names, counts })]
    }

    #[test]
    fn few_classes_are_shown_whole() {
        let lines = scores(&many(3));
        assert_eq!(lines[0].trim(), "f1");
        assert_eq!(lines[1], "  the class number 0  0.0000");
        assert_eq!(lines[4], "  mean                0.5000");
        assert_eq!(lines[6], "right classes down, predicted ones across");
        let row: Vec<&str> = lines[9].split_whitespace().rev().take(3).collect();
        assert_eq!(row, ["·", "9", "31"], "{lines:?}");
    }

    #[test]
    fn of_many_classes_the_worst_are_shown() {
        let lines = scores(&many(50));
        assert!(lines.len() < 20 && lines.iter().all(|line| width(line) <= COLUMNS), "{lines:?}");
        assert!(lines[12].contains("(the 10 of 50 with the least f1; --json has all)"), "{lines:?}");
        assert!(!lines[..11].iter().any(|line| line.contains('–')), "what has no value is not the worst: {lines:?}");
        let pairs = ["the class number 1", "a class with the number 0"].map(|name| short(name, NAME));
        assert!(lines[16].contains(&pairs[0]) && lines[16].ends_with("31  40"), "{lines:?}");
    }

    #[test]
    fn a_matrix_keeps_to_the_terminals_width_where_its_counts_allow_it() {
        for line in scores(&many(CLASSES)) {
            assert!(width(&line) <= COLUMNS + 30, "{line}");
        }
        assert_eq!(shown(None), "–");
        let single = scored("r2", Score::Number(Some(0.123_456)));
        assert_eq!(single.metric.gives, Gives::Each);
        assert_eq!(scores(&[single]), ["  r2  0.1235"]);
        assert!(scores(&[]).is_empty());
    }
}
