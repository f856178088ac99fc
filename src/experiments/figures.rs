//! The lecture's figures and claims: one file each, with its const in [`ALL`].

mod activation_derivatives;
mod adagrad;
mod adam_bias;
mod adaptive_decay;
mod animations;
mod biased_but_better;
mod consistency;
mod convex;
mod efficiency;
mod estimator_bias;
mod gradient_descent;
mod keras_schedules;
mod momentum;
mod nesterov;
mod rmsprop_bias;
mod robbins_monro;
mod schedules;

use super::Figure;

/// Every figure, in the lecture's order.
pub const ALL: &[&Figure] = &[
    &estimator_bias::ESTIMATOR_BIAS,
    &biased_but_better::BIASED_BUT_BETTER,
    &consistency::CONSISTENCY,
    &efficiency::EFFICIENCY,
    &gradient_descent::GRADIENT_DESCENT,
    &robbins_monro::ROBBINS_MONRO,
    &convex::CONVEX,
    &activation_derivatives::ACTIVATION_DERIVATIVES,
    &momentum::MOMENTUM,
    &nesterov::NESTEROV,
    &adagrad::ADAGRAD,
    &rmsprop_bias::RMSPROP_BIAS,
    &adam_bias::ADAM_BIAS,
    &animations::ANIMATIONS,
    &adaptive_decay::ADAPTIVE_DECAY,
    &schedules::SCHEDULES,
    &keras_schedules::KERAS_SCHEDULES,
];

/// The figure that a name, an item's number (`31`) or the number of a figure (`fig-5.2`) stands for: the first that
/// shows it.
pub fn named(name: &str) -> Option<&'static Figure> {
    let item: Option<u8> = name.parse().ok();
    let is = |figure: &&&Figure| {
        figure.name == name
            || !name.is_empty() && figure.figure == name
            || item.is_some_and(|item| figure.items.contains(&item))
    };
    ALL.iter().find(is).copied()
}
