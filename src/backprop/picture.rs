//! The graph as SVG: a box for every node with its value u and its gradient g, the input at the top, the loss at the
//! bottom. Where a node has several users, each edge says what came back along it.

mod layout;

use std::fmt::Write;

use super::{Kind, Node, Tape, table::values};
use crate::{experiments::short, graph::show, report::visible};
use layout::{Item, Layout};

/// Pixels of a box.
const BOX: (f64, f64) = (216.0, 70.0);
/// Pixels of an edge that passes a rank.
const PASSING: f64 = 96.0;
/// Pixels from rank to rank.
const RANK: f64 = 122.0;
/// Pixels around all, and above for the title.
const MARGIN: f64 = 24.0;
const TOP: f64 = 64.0;
/// Letters of a box's first line.
const LETTERS: usize = 31;
/// Numbers that a box has room for.
const SHOWN: usize = 3;

const FORWARD: &str = "#0072b2";
const BACKWARD: &str = "#d55e00";

/// An edge from its upper end to its lower one, through the items between.
struct Edge {
    from: usize,
    to: usize,
    through: Vec<usize>,
    /// What came back, if others came, too.
    part: Option<f64>,
}

/// Draws a network's nodes.
pub fn picture(title: &str, tape: &Tape) -> String {
    let ranks = ranks(tape);
    let mut layout = Layout::default();
    for (node, &rank) in tape.nodes.iter().zip(&ranks) {
        let weight = if node.kind == Kind::Parameter { 0.1 } else { 8.0 };
        layout.items.push(Item { rank, width: BOX.0 + 22.0, weight, x: 0.0 });
    }
    let edges = edges(tape, &ranks, &mut layout);
    layout.arrange();
    let left = layout.items.iter().map(|item| item.x - item.width / 2.0).fold(f64::MAX, f64::min);
    let right = layout.items.iter().map(|item| item.x + item.width / 2.0).fold(f64::MIN, f64::max);
    layout.items.iter_mut().for_each(|item| item.x += MARGIN - left);
    let last = ranks.iter().max().map_or(0.0, |&last| last as f64);
    let (width, height) = ((right - left + 2.0 * MARGIN).max(560.0), TOP + RANK * last + BOX.1 + MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 \
         {width:.0} {height:.0}\" font-family=\"sans-serif\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    let n = tape.nodes.len();
    text(&mut svg, [MARGIN, 26.0], 16.0, "black", "start", &format!("{title}: u({n}) = {}", short(tape.loss)));
    let key = format!("u(i) forward, i = 1 ... {n};");
    text(&mut svg, [MARGIN, 46.0], 12.0, FORWARD, "start", &key);
    let back = format!("g(i) = ∂u({n})/∂u(i) backward; on a fork's edges the norm of what came back");
    text(&mut svg, [MARGIN + 7.0 * key.len() as f64, 46.0], 12.0, BACKWARD, "start", &back);
    edges.iter().for_each(|edge| draw_edge(&mut svg, edge, tape, &layout, &edges));
    (0..n).for_each(|at| draw_box(&mut svg, at, &tape.nodes[at], place(&layout, at)));
    svg += "</svg>\n";
    visible(&svg).into_owned()
}

/// A node stands below all of its inputs; a parameter right above its layer.
fn ranks(tape: &Tape) -> Vec<usize> {
    let mut ranks = vec![0; tape.nodes.len()];
    for (at, node) in tape.nodes.iter().enumerate() {
        ranks[at] = node.inputs.iter().map(|&input| ranks[input] + 1).max().unwrap_or(0);
    }
    for (at, node) in tape.nodes.iter().enumerate() {
        for &input in node.inputs.iter().filter(|&&input| tape.nodes[input].kind == Kind::Parameter) {
            ranks[input] = ranks[at] - 1;
        }
    }
    ranks
}

/// All edges; those over several ranks pass items of their own.
fn edges(tape: &Tape, ranks: &[usize], layout: &mut Layout) -> Vec<Edge> {
    let mut edges = vec![];
    for (to, node) in tape.nodes.iter().enumerate() {
        let mut taken = vec![0; tape.nodes.len()];
        for &from in &node.inputs {
            let through: Vec<usize> = (ranks[from] + 1..ranks[to])
                .map(|rank| {
                    layout.items.push(Item { rank, width: PASSING, weight: 4.0, x: 0.0 });
                    layout.items.len() - 1
                })
                .collect();
            let ends: Vec<usize> = [&[from], &through[..], &[to]].concat();
            layout.edges.extend(ends.windows(2).map(|pair| (pair[0], pair[1])));
            // The same node may be an input twice.
            let mut parts = tape.nodes[from].parts.iter().filter(|part| part.user == to);
            let part = parts.nth(taken[from]).filter(|_| tape.nodes[from].forks());
            taken[from] += 1;
            edges.push(Edge { from, to, through, part: part.map(|part| Node::norm(&part.g)) });
        }
    }
    edges
}

/// A box's middle.
fn place(layout: &Layout, item: usize) -> [f64; 2] {
    let Item { x, rank, .. } = layout.items[item];
    [x, TOP + RANK * rank as f64 + BOX.1 / 2.0]
}

/// Where on a box's edge the edge of this number of so many ends.
fn port(middle: f64, at: usize, of: usize) -> f64 {
    middle + (at as f64 + 1.0) / (of as f64 + 1.0) * 0.6 * BOX.0 - 0.3 * BOX.0
}

fn draw_edge(svg: &mut String, edge: &Edge, tape: &Tape, layout: &Layout, all: &[Edge]) {
    let next = |edge: &Edge| layout.items[edge.through.first().copied().unwrap_or(edge.to)].x;
    let before = |edge: &Edge| layout.items[edge.through.last().copied().unwrap_or(edge.from)].x;
    // Edges of one box side by side, as their other ends are.
    let rank_of = |same: &dyn Fn(&Edge) -> bool, key: &dyn Fn(&Edge) -> f64| {
        let mut beside: Vec<&Edge> = all.iter().filter(|other| same(other)).collect();
        beside.sort_by(|a, b| key(a).total_cmp(&key(b)));
        let at = beside.iter().position(|other| std::ptr::eq(*other, edge)).expect("it is one of them");
        (at, beside.len())
    };
    let (out, outs) = rank_of(&|other| other.from == edge.from, &next);
    let (into, ins) = rank_of(&|other| other.to == edge.to, &before);
    let (begin, end) = (place(layout, edge.from), place(layout, edge.to));
    let mut points = vec![[port(begin[0], out, outs), begin[1] + BOX.1 / 2.0]];
    for &item in &edge.through {
        let [x, y] = place(layout, item);
        points.extend([[x, y - BOX.1 / 2.0], [x, y + BOX.1 / 2.0]]);
    }
    points.push([port(end[0], into, ins), end[1] - BOX.1 / 2.0 - 5.0]);
    let mut path = format!("M{:.1} {:.1}", points[0][0], points[0][1]);
    for pair in points.windows(2) {
        let [[x0, y0], [x1, y1]] = [pair[0], pair[1]];
        let bend = (y1 - y0) / 2.0;
        let _ = write!(path, " C{x0:.1} {:.1} {x1:.1} {:.1} {x1:.1} {y1:.1}", y0 + bend, y1 - bend);
    }
    let faint = tape.nodes[edge.from].kind == Kind::Parameter;
    let (colour, width) = if faint { ("#b0b0b0", 1.0) } else { ("#606060", 1.6) };
    let _ = writeln!(svg, "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"/>");
    let [x, y] = points[points.len() - 1];
    let _ = writeln!(
        svg,
        "<path d=\"M{:.1} {y:.1} L{:.1} {y:.1} L{x:.1} {:.1} Z\" fill=\"{colour}\"/>",
        x - 4.0,
        x + 4.0,
        y + 6.0
    );
    if let Some(part) = edge.part {
        // Halfway to the next rank.
        let [[x0, y0], [x1, y1]] = [points[0], points[1]];
        let label = short(part);
        let half = 3.6 * label.chars().count() as f64 + 3.0;
        let (x, y) = ((x0 + x1) / 2.0, (y0 + y1) / 2.0);
        let _ = writeln!(
            svg,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"15\" rx=\"3\" fill=\"white\"/>",
            x - half,
            y - 8.0,
            2.0 * half
        );
        text(svg, [x, y + 4.0], 11.5, BACKWARD, "middle", &label);
    }
}

fn draw_box(svg: &mut String, at: usize, node: &Node, [x, y]: [f64; 2]) {
    let (fill, stroke) = match node.kind {
        Kind::Parameter => ("#fafafa", "#c8c8c8"),
        Kind::Input | Kind::Loss => ("#f0f4f8", "#404040"),
        Kind::Layer => ("white", "#404040"),
    };
    let (left, top) = (x - BOX.0 / 2.0, y - BOX.1 / 2.0);
    let _ = writeln!(
        svg,
        "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{}\" height=\"{}\" rx=\"6\" fill=\"{fill}\" stroke=\"{stroke}\"/>",
        BOX.0, BOX.1
    );
    let op = if node.op.is_empty() || node.op == node.name { String::new() } else { format!(": {}", node.op) };
    text(svg, [left + 8.0, top + 17.0], 12.5, "black", "start", &cut(&format!("{}  {}{op}", at + 1, node.name)));
    let shape = if node.shape.is_empty() { String::new() } else { show(&node.shape) };
    text(svg, [left + 8.0, top + 32.0], 11.0, "#606060", "start", &shape);
    text(svg, [left + 8.0, top + 48.0], 11.5, FORWARD, "start", &values("u", &node.u, SHOWN));
    let g = node.g.as_ref().map_or(String::from("no g: the numbers of words"), |g| values("g", g, SHOWN));
    text(svg, [left + 8.0, top + 63.0], 11.5, BACKWARD, "start", &g);
    let off = node.off().map_or(String::new(), |off| format!("off {off:.0e}"));
    text(svg, [left + BOX.0 - 8.0, top + 32.0], 10.5, "#909090", "end", &off);
}

/// The end of a long text says more than its beginning, which is the block's.
fn cut(text: &str) -> String {
    let letters = text.chars().count();
    if letters <= LETTERS {
        text.to_owned()
    } else {
        format!("…{}", text.chars().skip(letters + 1 - LETTERS).collect::<String>())
    }
}

fn text(svg: &mut String, [x, y]: [f64; 2], size: f64, colour: &str, anchor: &str, text: &str) {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" fill=\"{colour}\" text-anchor=\"{anchor}\">{text}</text>"
    );
}
