//! All nodes as lines for people and as CSV for programs.

use super::{Kind, Node, Tape};
use crate::{experiments::short, graph::show};

/// Numbers of a tensor that a line has room for.
const SHOWN: usize = 6;

/// Values if they are few, else their norm.
pub(super) fn values(symbol: &str, values: &[f64], shown: usize) -> String {
    match values {
        [only] => format!("{symbol} = {}", short(*only)),
        few if few.len() <= shown => {
            format!("{symbol} = {}", few.iter().map(|&value| short(value)).collect::<Vec<_>>().join(", "))
        }
        many => format!("|{symbol}| = {}", short(Node::norm(many))),
    }
}

/// g of a node whose gradients come from its users.
fn sum(tape: &Tape, at: usize) -> String {
    let node = &tape.nodes[at];
    match (node.kind, &node.parts[..]) {
        (Kind::Loss, _) => "1".into(),
        (_, []) => "none: the numbers of words".into(),
        (_, parts) => {
            let term = |part: &super::Part| {
                let j = part.user + 1;
                format!("g({j}) du({j})/du({})", at + 1)
            };
            parts.iter().map(term).collect::<Vec<_>>().join(" + ")
        }
    }
}

/// The differences beside g.
fn beside(node: &Node) -> String {
    let Some(differences) = &node.differences else { return String::new() };
    let known: Vec<f64> = differences.of.iter().filter_map(|(_, difference)| *difference).collect();
    let some = match differences.of.len() {
        all if all == node.u.len() => String::new(),
        some => format!(" of {some} of {}", node.u.len()),
    };
    let corners = match differences.corners() {
        0 => String::new(),
        1 => ", 1 corner".into(),
        corners => format!(", {corners} corners"),
    };
    format!("{}{some}{corners}", values("d", &known, SHOWN))
}

/// The forward pass and the backward pass, a node a line.
pub fn lines(tape: &Tape) -> Vec<String> {
    let n = tape.nodes.len();
    let name = tape.nodes.iter().map(|node| node.name.chars().count()).max().unwrap_or(0);
    let op = tape.nodes.iter().map(|node| node.op.chars().count()).max().unwrap_or(0);
    let mut lines = vec![format!("forward: u(i) = f(i)(A(i)) for i = 1 ... {n}, A(i) being the values of P(u(i))")];
    lines.push(format!("{:>4}  {:name$}  {:op$}  {:>14}  {:14}  u", "i", "node", "f", "shape", "P(u(i))"));
    for (at, node) in tape.nodes.iter().enumerate() {
        let inputs: Vec<String> = node.inputs.iter().map(|input| (input + 1).to_string()).collect();
        let (i, shape, inputs, u) = (at + 1, show(&node.shape), inputs.join(", "), values("u", &node.u, SHOWN));
        lines.push(format!("{i:4}  {:name$}  {:op$}  {shape:>14}  {inputs:14}  {u}", node.name, node.op));
    }
    let sums: Vec<String> = (0..n).map(|at| sum(tape, at)).collect();
    let width = sums.iter().map(|sum| sum.chars().count()).max().unwrap_or(0);
    lines.push(String::new());
    lines.push(format!("backward: g({n}) = 1, then for i = {} ... 1; d are central differences of u({n})", n - 1));
    let head = ["node", "g(i)", "g", "d", "off"];
    let gs: Vec<String> = tape.nodes.iter().map(|node| values("g", node.g.as_deref().unwrap_or(&[]), SHOWN)).collect();
    let wide = gs.iter().map(|g| g.chars().count()).max().unwrap_or(0);
    let ds: Vec<String> = tape.nodes.iter().map(beside).collect();
    let far = ds.iter().map(|d| d.chars().count()).max().unwrap_or(0);
    let [a, b, c, d, e] = head;
    lines.push(format!("{:>4}  {a:name$}  {b:width$}  {c:wide$}  {d:far$}  {e}", "i"));
    for (at, node) in tape.nodes.iter().enumerate().rev() {
        let g = if node.g.is_some() { &gs[at] } else { "" };
        let off = node.off().map_or(String::new(), |off| format!("{off:.1e}"));
        let (sum, beside) = (&sums[at], &ds[at]);
        let line = format!("{:4}  {:name$}  {sum:width$}  {g:wide$}  {beside:far$}  {off}", at + 1, node.name);
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// A row for each node.
pub fn nodes_csv(tape: &Tape) -> Vec<Vec<String>> {
    let head = ["i", "node", "op", "inputs", "shape", "u_norm", "g_norm", "difference_norm", "off", "corners"];
    let row = |(at, node): (usize, &Node)| {
        let inputs: Vec<String> = node.inputs.iter().map(|input| (input + 1).to_string()).collect();
        let shape: Vec<String> = node.shape.iter().map(usize::to_string).collect();
        let norm = |values: Option<&[f64]>| values.map_or(String::new(), |values| format!("{:?}", Node::norm(values)));
        let known = node
            .differences
            .as_ref()
            .map(|differences| differences.of.iter().filter_map(|(_, difference)| *difference).collect::<Vec<f64>>());
        let off = node.off().map_or(String::new(), |off| format!("{off:e}"));
        let corners = node.differences.as_ref().map_or(String::new(), |differences| differences.corners().to_string());
        let ends = [norm(Some(&node.u)), norm(node.g.as_deref()), norm(known.as_deref()), off, corners];
        let begin = [(at + 1).to_string(), node.name.clone(), node.op.clone(), inputs.join(" "), shape.join(" ")];
        begin.into_iter().chain(ends).collect()
    };
    std::iter::once(head.map(str::to_owned).to_vec()).chain(tape.nodes.iter().enumerate().map(row)).collect()
}

/// A row for each number.
pub fn values_csv(tape: &Tape) -> Vec<Vec<String>> {
    let mut rows = vec![["i", "node", "index", "u", "g", "difference"].map(str::to_owned).to_vec()];
    for (at, node) in tape.nodes.iter().enumerate() {
        let mut differences = node.differences.iter().flat_map(|differences| &differences.of).peekable();
        for (index, u) in node.u.iter().enumerate() {
            let g = node.g.as_ref().map_or(String::new(), |g| format!("{:?}", g[index]));
            let difference = match differences.next_if(|(number, _)| *number == index) {
                Some((_, Some(difference))) => format!("{difference:?}"),
                Some((_, None)) => "corner".into(),
                None => String::new(),
            };
            rows.push(vec![
                (at + 1).to_string(),
                node.name.clone(),
                index.to_string(),
                format!("{u:?}"),
                g,
                difference,
            ]);
        }
    }
    rows
}
