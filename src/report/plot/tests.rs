//! Every kind of picture, by what is in it.

use super::*;
use crate::report::contours::{Grid, spaced};

/// An XML document's elements of a kind.
fn count(svg: &str, element: &str) -> usize {
    svg.matches(&format!("<{element} ")).count()
}

/// Leaves the picture for whoever wants to look at it: `GRADUS_PICTURES=/tmp cargo test --lib plot::tests`.
fn leave(name: &str, svg: &str) {
    if let Some(folder) = std::env::var_os("GRADUS_PICTURES") {
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.svg")), svg).expect("a folder to write to");
    }
}

fn bowl(cells: usize) -> Grid {
    Grid::new(|[x, y]| 0.01 + x * x + 10.0 * (y - x * x / 2.0).powi(2), [[-1.0, 1.0]; 2], cells)
}

fn axes(height: Axis) -> [Axis; 3] {
    [Axis::new("first direction"), Axis::new("second direction"), height]
}

#[test]
fn a_heat_map_has_a_bar_grey_gaps_contours_and_marks() {
    let mut grid = bowl(20);
    (grid.values[5], grid.values[6]) = (f64::NAN, f64::NAN);
    let log = Axis { log: true, ..Axis::new("training loss") };
    let walk = vec![(-0.8, 0.6), (-0.2, 0.5), (0.0, 0.0)];
    let heat = Heat {
        contours: vec![0.03, 0.1, 0.3, 1.0, 3.0],
        curves: vec![Curve::new("descent", 1, walk.clone()), Curve::new("", 1, walk).drawn(Line::Dots)],
        ..Heat::new("Loss around the minimum", axes(log), grid)
    };
    let svg = side_by_side(&[heat.into()], 1).expect("a picture");
    leave("heat", &svg);
    assert!(svg.contains("#440154") && svg.contains("#AAAAAA"), "the lowest colour, and grey");
    for text in ["training loss", "first direction", "descent", "not a number, or infinite", "0.1"] {
        assert!(svg.contains(text), "{text}");
    }
    assert!(count(&svg, "polyline") > 5 && count(&svg, "circle") == 6, "lines, and points with a white edge");
}

#[test]
fn heat_maps_side_by_side_have_one_scale_and_one_bar() {
    let steps = Axis { marks: [1.0, 2.0, 3.0].map(|at| (at, format!("{at} layers"))).to_vec(), ..Axis::new("depth") };
    let widths = Axis { log: true, ..Axis::new("width") };
    let map = |title: &str, scale: f64| {
        let x = vec![1.0, 2.0, 4.0, 8.0, 16.0];
        let values = (0..15).map(|at| scale * f64::from(at % 5 + at / 5)).collect();
        let grid = Grid::of(x, vec![1.0, 2.0, 3.0], values);
        Heat::new(title, [widths.clone(), steps.clone(), Axis::new("test error")], grid)
    };
    let maps = Heat::on_one_scale(vec![map("no noise", 0.0625), map("10% noise", 0.09375), map("20% noise", 0.125)]);
    assert_eq!(maps[0].range, Some([0.0, 0.75]));
    let panels: Vec<Panel> = maps.into_iter().map(Panel::from).collect();
    let svg = side_by_side(&panels, 3).expect("a picture");
    leave("heats", &svg);
    // The middle of the first map is coloured by the range of all: its own highest value is half-way up.
    assert!(svg.contains(&hex(colours::shade(0.5))) && svg.matches("test error").count() == 1);
    assert_eq!(svg.matches("3 layers").count(), 3);
}

fn hex(colour: RGBColor) -> String {
    format!("#{:02X}{:02X}{:02X}", colour.0, colour.1, colour.2)
}

#[test]
fn regions_have_areas_a_boundary_and_shapes() {
    let ring = |x: f64, y: f64| x * x + y * y - 1.0;
    let places = spaced([-2.0, 2.0], 60);
    let score = Grid::new(|[x, y]| ring(x, y), [[-2.0, 2.0]; 2], 59);
    assert_eq!(score.x, places);
    let examples = (0..40).map(|at| {
        let (turn, far) = (f64::from(at) * 0.7, if at % 2 == 0 { 0.5 } else { 1.5 });
        (far * turn.cos(), far * turn.sin(), at as usize % 2)
    });
    let two = Regions {
        title: "Two rings".into(),
        x: Axis::new("x1"),
        y: Axis::new("x2"),
        classes: vec!["inside".into(), "outside".into()],
        scores: vec![score.clone()],
        examples: examples.collect(),
    };
    let thirds = |turn: f64| Grid::new(move |[x, y]| x * turn.cos() + y * turn.sin(), [[-2.0, 2.0]; 2], 59);
    let three = Regions {
        classes: ["a", "b", "c"].map(String::from).to_vec(),
        scores: vec![thirds(0.0), thirds(2.1), thirds(4.2)],
        examples: vec![(1.0, 0.0, 0), (-0.5, 0.9, 1), (-0.5, -0.9, 2)],
        title: "Three classes".into(),
        ..two.clone()
    };
    let svg = side_by_side(&[two.into(), three.into()], 2).expect("a picture");
    leave("regions", &svg);
    for colour in [colours::COLOURS[0], colours::COLOURS[1], colours::COLOURS[2]] {
        assert!(svg.contains(&hex(colour)) && svg.contains(&hex(colours::pale(colour, 0.28))), "{colour:?}");
    }
    // Twenty and one examples of the first class, and two lines of the legend, an edge around each.
    assert_eq!(count(&svg, "circle"), 2 * (20 + 1 + 2));
    assert!(svg.contains("outside") && svg.contains("Three classes"));
}

#[test]
fn a_surface_is_drawn_from_the_back_and_names_its_axes() {
    let log = Axis { log: true, ..Axis::new("training loss") };
    let [x, y, height] = axes(log);
    let relief = Relief { title: "Loss".into(), x, y, height, grid: bowl(24), range: None };
    let svg = side_by_side(&[relief.clone().into()], 1).expect("a picture");
    leave("relief", &svg);
    assert!(count(&svg, "polygon") >= 24 * 24, "every cell");
    for text in ["training loss", "first direction", "second direction", "-1.0", "0.1"] {
        assert!(svg.contains(text), "{text}: {svg}");
    }
    // Both axes end in the front corner, which has one name.
    assert_eq!((svg.matches("\n-1.0\n").count(), svg.matches("\n1.0\n").count()), (1, 2));
    let holes = Relief { grid: relief.grid.map([&|x| x, &|y| y, &|_| f64::NAN]), ..relief };
    assert!(side_by_side(&[holes.into()], 1).is_none());
}

#[test]
fn pictures_of_all_kinds_stand_in_a_grid() {
    let chart = |title: &str| Chart {
        title: title.into(),
        x: Axis::new("step"),
        y: Axis::new("loss"),
        curves: vec![Curve::new("training", 0, vec![(0.0, 2.0), (1.0, 1.0)])],
    };
    let [x, y, height] = axes(Axis::new("loss"));
    let heat = Heat::new("from above", [x.clone(), y.clone(), height.clone()], bowl(10));
    let relief = Relief { title: "from the side".into(), x, y, height, grid: bowl(10), range: Some([0.0, 2.0]) };
    let panels = [chart("one").into(), heat.into(), relief.into(), chart("two").into()];
    let svg = side_by_side(&panels, 2).expect("a picture");
    leave("grid", &svg);
    for title in ["one", "two", "from above", "from the side"] {
        assert!(svg.contains(title), "{title}");
    }
    // A picture of nothing is none, and nothing takes no place.
    let nothing = Chart { curves: vec![], ..chart("nothing") };
    assert!(side_by_side(&[nothing.clone().into()], 2).is_none());
    assert_eq!(side_by_side(&[chart("one").into(), nothing.into()], 2), side_by_side(&[chart("one").into()], 2));
}
