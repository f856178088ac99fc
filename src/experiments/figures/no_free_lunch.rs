//! Averaged over all that the world could be, no classifier is better than another.

use crate::{
    experiments::{Failed, Figure, Findings, Lab, Need, sample},
    report::{Axis, Chart, Curve, Line},
};

/// Item 5.
pub const NO_FREE_LUNCH: Figure = Figure {
    name: "no-free-lunch",
    items: &[5],
    figure: "",
    title: "No free lunch",
    claim: "over all labelings of the points that were not seen every classifier is right half the time, even one that takes the least probable class (Wolpert 1996); on data with structure some are better",
    fault: "counts just the labelings that are smooth: where most neighbours agree",
    run,
};

/// Points are numbers of so many bits.
const BITS: u32 = 4;
/// Those that were seen, with their labels; the others are not.
const SEEN: usize = 8;

/// Says a point's label from those that were seen.
type Classifier = fn(&[(u32, bool)], u32) -> bool;

const CLASSIFIERS: [(&str, Classifier); 4] = [
    ("always 0", |_, _| false),
    ("most probable class", |seen, _| most(seen)),
    ("least probable class", |seen, _| !most(seen)),
    ("nearest neighbour", |seen, point| {
        seen.iter().min_by_key(|(other, _)| (point ^ other).count_ones()).is_some_and(|(_, label)| *label)
    }),
];

fn most(seen: &[(u32, bool)]) -> bool {
    2 * seen.iter().filter(|(_, label)| *label).count() > seen.len()
}

fn run(lab: &mut Lab) -> Result<Findings, Failed> {
    let mut findings = Findings::new(&["classifier", "mean_accuracy_over_all_labelings"]);
    let mut stream = sample::stream(lab.seed, 0);
    let mut points: Vec<u32> = (0..1 << BITS).collect();
    rand::seq::SliceRandom::shuffle(&mut points[..], &mut stream);
    // The seen labels have a structure: what a classifier may find in them does not help.
    let seen: Vec<(u32, bool)> = points[..SEEN].iter().map(|&point| (point, point.count_ones() >= 2)).collect();
    let unseen = &points[SEEN..];
    let labelings: Vec<u32> =
        (0..1 << unseen.len()).filter(|&labeling| !lab.broken || is_smooth(&seen, unseen, labeling)).collect();
    let mut bars = vec![];
    for (at, (name, classify)) in CLASSIFIERS.into_iter().enumerate() {
        let right = |labeling: u32| {
            let is_right = |(bit, &point): (usize, &u32)| classify(&seen, point) == (labeling >> bit & 1 == 1);
            unseen.iter().enumerate().filter(|&pair| is_right(pair)).count() as f64 / unseen.len() as f64
        };
        let accuracy = labelings.iter().map(|&labeling| right(labeling)).sum::<f64>() / labelings.len() as f64;
        findings.row(&[&name, &accuracy]);
        let text = format!("{name}: accuracy over {} labelings", labelings.len());
        findings.claim(text, (accuracy, 0.0), Need::near(0.5, 1e-12));
        bars.push((at as f64, accuracy));
    }
    // The other half: among labelings that have a structure, some classifier is better; so are networks on digits, which
    // are not just any labeling.
    let smooth: Vec<u32> = (0..1 << unseen.len()).filter(|&labeling| is_smooth(&seen, unseen, labeling)).collect();
    let on_smooth = |(_, classify): (&str, Classifier)| {
        let right = smooth
            .iter()
            .flat_map(|labeling| unseen.iter().enumerate().map(move |(bit, &point)| (point, labeling >> bit & 1 == 1)));
        let hits = right.filter(|&(point, label)| classify(&seen, point) == label).count();
        hits as f64 / (smooth.len() * unseen.len()) as f64
    };
    let [constant, _, _, nearest] = CLASSIFIERS.map(on_smooth);
    findings.row(&[&"always 0, on smooth labelings", &constant]);
    findings.row(&[&"nearest neighbour, on smooth labelings", &nearest]);
    let text = format!("accuracy over the {} smooth labelings, nearest neighbour less always 0", smooth.len());
    findings.claim(text, (nearest - constant, 0.0), Need::AtLeast(0.05));
    let trained = lab.digits(&["train.epochs=3".into(), format!("seed={}", lab.seed)])?;
    let test = trained.test.expect("the digits have a test set");
    let accuracy = test.accuracy.expect("classes have right answers");
    let error = (accuracy * (1.0 - accuracy) / test.examples as f64).sqrt();
    findings.row(&[&"a network, on the test digits", &accuracy]);
    findings.claim(
        "a network on real digits: accuracy, where a constant has 0.1",
        (accuracy, error),
        Need::AtLeast(0.5),
    );
    bars.push((4.0, accuracy));
    let names = CLASSIFIERS.iter().map(|(name, _)| *name).chain(["network on digits"]);
    let marks = names.enumerate().map(|(at, name)| (at as f64, name.to_owned())).collect();
    findings.picture(
        "accuracy",
        &[Chart {
            title: "Mean accuracy over all labelings, and on real digits".into(),
            x: Axis { marks, pad: 0.4, ..Axis::new("") },
            y: Axis { pad: 0.05, ..Axis::new("accuracy") },
            curves: vec![
                Curve::new("", 0, bars).drawn(Line::Dots),
                Curve::threshold("half", Line::Level, 0.5),
                Curve::threshold("all", Line::Level, 1.0),
            ],
        }],
    );
    Ok(findings)
}

/// Whether most pairs of points that differ in one bit have one label.
fn is_smooth(seen: &[(u32, bool)], unseen: &[u32], labeling: u32) -> bool {
    let mut labels = [false; 1 << BITS];
    seen.iter().for_each(|&(point, label)| labels[point as usize] = label);
    unseen.iter().enumerate().for_each(|(bit, &point)| labels[point as usize] = labeling >> bit & 1 == 1);
    let pairs = (0..1u32 << BITS).flat_map(|point| (0..BITS).map(move |bit| (point, point ^ 1 << bit)));
    let agree = pairs.filter(|&(a, b)| labels[a as usize] == labels[b as usize]).count();
    agree > 36
}
