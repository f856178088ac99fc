//! A map of features as the first nodes of a model: [`FeatureMap`] in ONNX's operators.

use super::exporter::{Exporter, Value};
use crate::{config::Features, data::FeatureMap, graph::INPUT};

/// The input as the map leaves it; as it is without one.
pub(super) fn mapped(exporter: &mut Exporter, map: Option<FeatureMap>) -> Value {
    let Some(map) = map else { return INPUT.to_owned() };
    match map.features {
        Features::Polynomial { degree } => {
            let exponents: Vec<f32> = (1..=degree).map(|power| power as f32).collect();
            let exponents = exporter.reals("powers", &[degree], &exponents);
            // Each column's powers side by side, as its own row.
            let columns = exporter.reshape(INPUT, &[map.inputs, 1]);
            let powers = exporter.op("Pow", &[&columns, &exponents], vec![]);
            exporter.reshape(&powers, &[map.width()])
        }
        Features::Fourier { count, bandwidth } => {
            let waves = map.waves(count, bandwidth);
            let weight = |at: usize| waves.weights[at % count * map.inputs + at / count] as f32;
            let weights: Vec<f32> = (0..waves.weights.len()).map(weight).collect();
            let offsets: Vec<f32> = waves.offsets.iter().map(|&offset| offset as f32).collect();
            let weights = exporter.reals("waves", &[map.inputs, count], &weights);
            let offsets = exporter.reals("phases", &[count], &offsets);
            let turned = exporter.op("MatMul", &[INPUT, &weights], vec![]);
            let turned = exporter.op("Add", &[&turned, &offsets], vec![]);
            let waves_of = exporter.op("Cos", &[&turned], vec![]);
            exporter.with("Mul", &waves_of, waves.scale() as f32)
        }
    }
}
