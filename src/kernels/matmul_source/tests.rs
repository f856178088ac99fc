use super::*;

const VARIANTS: [Variant; 4] = [Variant::RowsBroadcast, Variant::RowsAlone, Variant::TiledSmall, Variant::TiledLarge];
use crate::kernels::LARGEST_GRID;
use std::collections::HashMap;

fn shape(m: u32, n: u32, k: u32) -> Shape {
    Shape { m, n, k, slices: 1, slice: k.next_multiple_of(16) }
}

/// Every text is WGSL that naga accepts, and one label names one text.
#[test]
fn every_variant_validates() {
    let activation = "fn forward(x: f32) -> f32 { return x; }\nfn derivative(y: f32) -> f32 { return 1.0; }\n";
    let mut texts = HashMap::new();
    for variant in VARIANTS {
        for form in [Form::Nn, Form::Nt, Form::Tn] {
            for (m, n, k) in [(64, 64, 64), (63, 63, 63), (64, 10, 4), (7, 64, 20)] {
                for (activation, extra) in [(None, false), (None, true), (Some(activation), true)] {
                    let source = source(form, shape(m, n, k), &Epilogue { activation, extra }, variant);
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
            let [x, y] = source(Form::Nn, shape, &Epilogue::default(), variant).grid.workgroups;
            let (tiles, grid) = (variant.tiles(shape), u64::from(x) * u64::from(y));
            assert!(x <= LARGEST_GRID && y <= LARGEST_GRID && grid >= tiles && grid < tiles + u64::from(y));
        }
    }
}
