//! The loss around trained residual networks, with and without their skip connections.

mod networks;

use crate::{
    config::Config,
    experiments::{
        Failed, Figure, Findings, Lab, Need, Scale,
        papers::{self, LANDSCAPES, Paper},
        sample, short,
    },
    landscape::{
        Request, Surface,
        pictures::{Shown, contour_panels, relief_panels},
    },
    report::{Curve, Line, Panel},
};
use networks::digits;

/// Item 31.
pub const LANDSCAPE: Figure = Figure {
    name: "landscape",
    items: &[31],
    figure: "",
    title: "Loss surfaces of deep networks",
    claim: "around the weights of a deep network without skip connections the loss is far from convex, with them it is nearly so; random directions, filter by filter as long as the weights (Li et al. 2018, figures 1 and 4)",
    fault: "8 layers in place of 20, which need no skip connections",
    run,
};

/// Layers, and those of the fault.
const DEPTHS: [usize; 2] = [20, 8];
/// Networks of each kind.
const SEEDS: u64 = 3;
/// What is along the axes of all pictures.
const AXES: [&str; 2] = ["first random direction", "second random direction"];

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["network", "seed", "lowest_loss", "highest_loss", "not_convex"]);
    for paper in LANDSCAPES {
        let config = paper.config(&[])?;
        let (parameters, _) = papers::size(&config)?;
        let text = format!("{}: parameters", paper.name);
        findings.claim(text, (parameters as f64, 0.0), Need::near(paper.parameters as f64, 0.0));
    }
    match lab.scale {
        Scale::Small => small(lab, &mut findings)?,
        Scale::Full => full(lab, &mut findings)?,
    }
    Ok(findings)
}

/// Narrow networks on the digits.
fn small(lab: &mut Lab, findings: &mut Findings) -> Result<(), Failed> {
    let depth = DEPTHS[usize::from(lab.broken)];
    let (mut shares, mut first) = ([vec![], vec![]], vec![]);
    for seed in lab.seed..lab.seed + SEEDS {
        for (kind, skips) in [true, false].into_iter().enumerate() {
            // Two planes each: a network's share is their mean.
            let request = Request { points: 11, range: 1.0, examples: Some(128), seeds: vec![2 * seed, 2 * seed + 1] };
            let name = format!("{depth} layers, {}", if skips { "skip connections" } else { "no skip connections" });
            let config = Config::read("digits.toml", &digits(depth, skips, seed), &[])?;
            let surfaces = lab.surfaces(config, &request)?;
            surfaces.iter().for_each(|surface| row(findings, &name, seed, surface));
            shares[kind].push(sample::mean(&surfaces.iter().map(share).collect::<Vec<_>>()));
            if seed == lab.seed {
                first.push((name, surfaces[0].clone()));
            }
            lab.progress(2 * (seed - lab.seed) as usize + kind + 1, 2 * SEEDS as usize);
        }
    }
    let [with, without] = &shares;
    findings.claim("share not convex, with skips", sample::estimate(with), Need::AtMost(0.15));
    findings.claim("share not convex, without", sample::estimate(without), Need::AtLeast(0.05));
    findings.claim("without less with", sample::difference(without, with), Need::AtLeast(0.0));
    findings.panels("surfaces", &panels(&first), 2);
    Ok(())
}

/// The networks of the paper, on CIFAR-10.
fn full(lab: &mut Lab, findings: &mut Findings) -> Result<(), Failed> {
    // The fault leaves the skip connections out of both.
    let papers: Vec<&Paper> = match lab.broken {
        false => LANDSCAPES.iter().collect(),
        true => [1, 1, 2, 2].map(|at| &LANDSCAPES[at]).to_vec(),
    };
    let request = Request { points: 51, range: 1.0, examples: None, seeds: vec![lab.seed] };
    let configs = papers.iter().map(|paper| paper.config(&[])).collect::<Result<Vec<_>, _>>()?;
    let places = (request.points * request.points) as f64;
    papers::forecast(lab, &configs, 50_000.0 * places)?;
    let (mut all, mut shares) = (vec![], vec![]);
    for (at, paper) in papers.iter().enumerate() {
        let surfaces = lab.surfaces(paper.config(&[])?, &request)?;
        row(findings, paper.name, lab.seed, &surfaces[0]);
        shares.push((share(&surfaces[0]), 0.0));
        all.push((paper.name.to_owned(), surfaces[0].clone()));
        lab.progress(at + 1, papers.len());
    }
    for (with, without) in [(0, 1), (3, 2)] {
        let text = format!("share not convex: {} less {}", papers[without].name, papers[with].name);
        findings.claim(text, (shares[without].0 - shares[with].0, 0.0), Need::AtLeast(0.05));
    }
    findings.panels("residual", &panels(&all[..2]), 2);
    findings.panels("deep", &panels(&all[2..]), 2);
    Ok(())
}

fn row(findings: &mut Findings, name: &str, seed: u64, surface: &Surface) {
    let ends =
        |choose: fn(f64, f64) -> f64| surface.losses.iter().flatten().copied().reduce(choose).unwrap_or(f64::NAN);
    findings.row(&[&name, &seed, &short(ends(f64::min)), &short(ends(f64::max)), &short(share(surface))]);
}

/// The share of places that are not convex. A surface without a number is none.
fn share(surface: &Surface) -> f64 {
    surface.not_convex().unwrap_or(1.0)
}

/// Surfaces from above, and below that from the side.
fn panels(all: &[(String, Surface)]) -> Vec<Panel> {
    let weights = Curve { points: vec![(0.0, 0.0)], ..Curve::key("the weights", Line::Dots) };
    let shown = |(title, surface)| Shown { title, surface, curves: vec![weights.clone()] };
    let shown: Vec<Shown> = all.iter().map(|(title, surface)| shown((title.clone(), surface))).collect();
    [contour_panels(&shown, AXES, "training loss"), relief_panels(&shown, AXES, "training loss")].concat()
}
