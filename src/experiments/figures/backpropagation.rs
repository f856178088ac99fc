//! Backpropagation on a small graph with a fork, by the slide's algorithm and by the product.

use nalgebra::{DMatrix, DVector};

use crate::{
    backprop::{self, Kind, Machine, Node, Tape},
    experiments::{Failed, Figure, Findings, Lab, Need, small},
    losses::CATEGORICAL,
    report::{Axis, Chart, Curve, Line},
};

/// Items 32 to 35.
pub const BACKPROPAGATION: Figure = Figure {
    name: "backpropagation",
    items: &[32, 33, 34, 35],
    figure: "",
    title: "Forward propagation and backpropagation, node by node",
    claim: "u(i) = f(i)(A(i)) in topological order; g(n) = 1, g(i) = sum of g(j) du(j)/du(i) over all j that use i, for tensors J^T g: every g is the derivative of u(n)",
    fault: "a fork forgets all branches but one",
    run,
};

/// `a` is used three times.
const LAYERS: &str = "{op='dense',name='a',units=4,activation='tanh'},{op='dense',name='b',units=4,activation='sigmoid'},\
     {op='multiply',name='c',inputs=['a','b']},{op='add',name='d',inputs=['c','a']},{op='dense',name='e',units=3}";
const INPUTS: usize = 3;

type Values = Vec<f64>;

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let model = small::network(lab.seed, &[INPUTS], LAYERS, &CATEGORICAL, 3)?;
    let mut machine = Machine::new(&model, 1, None).map_err(|error| Failed::Training(error.to_string()))?;
    let mut tape = machine.tape();
    machine.differences(&mut tape, None, || ());
    let n = tape.nodes.len();
    let mut findings = Findings::new(&["i", "node", "number", "u", "g", "g_of_the_slide", "difference"]);
    let recursion = value(&tape, n - 1)[0];
    findings.claim("u(n) less u(n) by recursion", ((tape.loss - recursion).abs(), 0.0), Need::AtMost(1e-14));
    let (slide, apart) = slide(&tape, lab.broken);
    findings.claim("largest distance of a J^T g to what the product hands down", (apart, 0.0), Need::AtMost(1e-14));
    let forks = tape.nodes.iter().filter(|node| node.forks());
    let sums = forks.clone().map(|node| {
        let sum = node.parts.iter().fold(DVector::zeros(node.u.len()), |sum, part| sum + vector(&part.g));
        far(&sum, node.g.as_ref().expect("a gradient"))
    });
    findings.claim("forks", (forks.clone().count() as f64, 0.0), Need::near(1.0, 0.0));
    findings.claim("fork: g less the sum of its branches", (most(sums), 0.0), Need::AtMost(1e-15));
    let (mut product, mut by_slide, mut dots) = (0f64, 0f64, vec![]);
    for (at, node) in tape.nodes.iter().enumerate().filter(|(_, node)| node.kind != Kind::Loss) {
        let differences = node.differences.as_ref().expect("of every node");
        product = product.max(node.off().expect("of every node"));
        by_slide = by_slide.max(differences.off(slide[at].as_slice()));
        for &(number, difference) in &differences.of {
            let (u, g, own) = (node.u[number], node.g.as_ref().expect("a gradient")[number], slide[at][number]);
            let difference = difference.unwrap_or(f64::NAN);
            findings.row(&[&(at + 1), &node.name, &number, &u, &g, &own, &difference]);
            dots.push((difference, own));
        }
    }
    findings.claim("the product's g: largest share off its difference", (product, 0.0), Need::AtMost(1e-6));
    findings.claim("the slide's algorithm: the same", (by_slide, 0.0), Need::AtMost(1e-6));
    findings.pictures.push(("graph", backprop::picture("A fork", &tape)));
    dots.sort_by(|a, b| a.0.total_cmp(&b.0));
    let ends = [dots[0].0, dots[dots.len() - 1].0].map(|end| (end, end)).to_vec();
    findings.picture(
        "differences",
        &[Chart {
            title: "Every number's gradient".into(),
            x: Axis::new("central difference of u(n)"),
            y: Axis::new("g by the slide's algorithm"),
            curves: vec![
                Curve { colour: None, ..Curve::new("equal", 0, ends) }.drawn(Line::Dashed),
                Curve::new("g(i) of all nodes", 0, dots).drawn(Line::Dots),
            ],
        }],
    );
    Ok(findings)
}

/// The slide's algorithm with explicit Jacobians; and how far each Jᵀg is from what the product handed down.
fn slide(tape: &Tape, broken: bool) -> (Vec<DVector<f64>>, f64) {
    let n = tape.nodes.len();
    let mut g: Vec<DVector<f64>> = tape.nodes.iter().map(|node| DVector::zeros(node.u.len())).collect();
    g[n - 1] = DVector::from_element(1, 1.0);
    let mut apart = 0f64;
    for i in (0..n - 1).rev() {
        let node = &tape.nodes[i];
        for part in node.parts.iter().take(if broken { 1 } else { usize::MAX }) {
            let user = &tape.nodes[part.user];
            let input = user.inputs.iter().position(|&input| input == i).expect("it uses i");
            let handed = jacobian(tape, user, input).transpose() * &g[part.user];
            apart = apart.max(far(&handed, &part.g));
            g[i] += handed;
        }
    }
    (g, apart)
}

/// u(i) from the leaves: what the user's formula makes of its predecessors, each by recursion.
fn value(tape: &Tape, at: usize) -> Values {
    let node = &tape.nodes[at];
    let inputs: Vec<Values> = node.inputs.iter().map(|&input| value(tape, input)).collect();
    let dense = |squash: fn(f64) -> f64| -> Values {
        let rows = inputs[1].chunks_exact(inputs[0].len());
        let sums =
            rows.zip(&inputs[2]).map(|(row, bias)| bias + row.iter().zip(&inputs[0]).map(|(w, x)| w * x).sum::<f64>());
        sums.map(squash).collect()
    };
    let pairs = || inputs[0].iter().zip(&inputs[1]);
    match node.op.as_str() {
        "dense + tanh" => dense(f64::tanh),
        "dense + sigmoid" => dense(|x| 1.0 / (1.0 + (-x).exp())),
        "dense" => dense(|x| x),
        "multiply" => pairs().map(|(a, b)| a * b).collect(),
        "add" => pairs().map(|(a, b)| a + b).collect(),
        // The first example is of class 0.
        "categorical" => vec![inputs[0].iter().map(|x| x.exp()).sum::<f64>().ln() - inputs[0][0]],
        _ => node.u.clone(),
    }
}

/// ∂u(j)/∂u(i) for the i that stands in this place of j's predecessors: a row for each number of u(j).
fn jacobian(tape: &Tape, user: &Node, input: usize) -> DMatrix<f64> {
    let of = |input: usize| &tape.nodes[user.inputs[input]].u;
    let (rows, columns) = (user.u.len(), of(input).len());
    let slope = |u: f64| match user.op.as_str() {
        "dense + tanh" => 1.0 - u * u,
        "dense + sigmoid" => u * (1.0 - u),
        _ => 1.0,
    };
    let diagonal = |row: usize, column: usize, value: f64| if row == column { value } else { 0.0 };
    let width = of(0).len();
    match (user.op.as_str(), input) {
        ("multiply", _) => DMatrix::from_fn(rows, columns, |k, i| diagonal(k, i, of(1 - input)[i])),
        ("add", _) => DMatrix::identity(rows, columns),
        ("categorical", _) => {
            let sum: f64 = of(0).iter().map(|x| x.exp()).sum();
            DMatrix::from_fn(1, columns, |_, i| of(0)[i].exp() / sum - f64::from(u8::from(i == 0)))
        }
        (_, 0) => DMatrix::from_fn(rows, columns, |k, i| slope(user.u[k]) * of(1)[k * width + i]),
        // u_k depends on the k-th row of the weights.
        (_, 1) => DMatrix::from_fn(rows, columns, |k, i| diagonal(k, i / width, slope(user.u[k]) * of(0)[i % width])),
        _ => DMatrix::from_fn(rows, columns, |k, i| diagonal(k, i, slope(user.u[k]))),
    }
}

fn vector(values: &[f64]) -> DVector<f64> {
    DVector::from_column_slice(values)
}

fn far(a: &DVector<f64>, b: &[f64]) -> f64 {
    (a - vector(b)).amax()
}

fn most(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, f64::max)
}
