use std::collections::HashMap;

use super::*;
use crate::{
    activations::RELU,
    kernels::{self, LARGEST_GRID},
};

const VARIANTS: [Variant; 4] = [Variant::RowsBroadcast, Variant::RowsAlone, Variant::TiledSmall, Variant::TiledLarge];

fn shape(m: u32, n: u32, k: u32) -> Shape {
    Shape { m, n, k, slices: 1, slice: k.next_multiple_of(16) }
}

/// A shader without its third operand and its activation, or with both.
fn shader(form: Form, shape: Shape, full: bool, variant: Variant) -> Source {
    let kernel = match form {
        Form::Nn => &super::super::NN,
        Form::Nt => &super::super::NT,
        Form::Tn => &super::super::TN,
    };
    let activation = if full { kernels::Variant::Activation(&RELU) } else { kernels::Variant::Plain };
    let recipe = Recipe {
        kernel,
        parameters: &[],
        variant: &activation,
        bound: &[true, true, full || form == Form::Tn, full || form != Form::Tn],
        tile: Tile::Hardware,
        replicas: 1,
    };
    of(&recipe, form, shape, variant)
}

/// Every text is WGSL that naga accepts, and one label names one text.
#[test]
fn every_variant_validates() {
    let mut texts = HashMap::new();
    for variant in VARIANTS {
        for form in [Form::Nn, Form::Nt, Form::Tn] {
            for (m, n, k) in [(64, 64, 64), (63, 63, 63), (64, 10, 4), (7, 64, 20)] {
                for full in [false, true] {
                    let source = shader(form, shape(m, n, k), full, variant);
                    let text = texts.entry(source.label.clone()).or_insert(source.wgsl.clone());
                    assert_eq!(*text, source.wgsl);
                }
            }
        }
    }
    for (label, text) in texts {
        let module = naga::front::wgsl::parse_str(&text)
            .unwrap_or_else(|error| panic!("{label}: {}", error.emit_to_string(&text)));
        let mut validator = naga::valid::Validator::new(Default::default(), naga::valid::Capabilities::all());
        validator.validate(&module).unwrap_or_else(|error| panic!("{label}: {}", error.emit_to_string(&text)));
    }
}

/// The grid has a workgroup for every tile, and few more, also where one dimension is too short.
#[test]
fn grids_fit() {
    for m in [1, 16, 17, 70_000, 4_000_000] {
        let shape = shape(m, 65, 3);
        for variant in VARIANTS {
            let [x, y] = shader(Form::Nn, shape, false, variant).grid.workgroups;
            let (tiles, grid) = (variant.tiles(shape), u64::from(x) * u64::from(y));
            assert!(x <= LARGEST_GRID && y <= LARGEST_GRID && grid >= tiles && grid < tiles + u64::from(y));
        }
    }
}
