//! The lecture's figures and claims: one file each, with its const in [`ALL`].

mod activation_derivatives;
mod adagrad;
mod adam_bias;
mod adaptive_decay;
mod animations;
mod backpropagation;
mod biased_but_better;
mod consistency;
mod convex;
mod convex_losses;
mod double_descent;
mod effective_complexity;
mod efficiency;
mod epoch_wise;
mod estimator_bias;
mod gradient_descent;
mod hyperparameters;
mod keras_schedules;
mod landscape;
mod likelihood;
mod linear_decay;
mod maximum_likelihood;
mod mean_squared_error;
mod minibatch;
mod momentum;
mod more_data;
mod nesterov;
mod network_graph;
mod no_free_lunch;
mod optimal_capacity;
mod output_distributions;
mod overfitted_boundary;
mod polynomial_capacity;
mod random_features;
mod rmsprop_bias;
mod robbins_monro;
mod schedules;
mod sgd;
mod splits;
mod weight_decay;
mod width_and_epochs;

use super::Figure;

/// Every figure, in the lecture's order.
pub const ALL: &[&Figure] = &[
    &network_graph::NETWORK_GRAPH,
    &output_distributions::OUTPUT_DISTRIBUTIONS,
    &splits::SPLITS,
    &no_free_lunch::NO_FREE_LUNCH,
    &polynomial_capacity::POLYNOMIAL_CAPACITY,
    &overfitted_boundary::OVERFITTED_BOUNDARY,
    &optimal_capacity::OPTIMAL_CAPACITY,
    &more_data::MORE_DATA,
    &weight_decay::WEIGHT_DECAY,
    &hyperparameters::HYPERPARAMETERS,
    &likelihood::LIKELIHOOD,
    &maximum_likelihood::MAXIMUM_LIKELIHOOD,
    &mean_squared_error::MEAN_SQUARED_ERROR,
    &estimator_bias::ESTIMATOR_BIAS,
    &biased_but_better::BIASED_BUT_BETTER,
    &consistency::CONSISTENCY,
    &efficiency::EFFICIENCY,
    &gradient_descent::GRADIENT_DESCENT,
    &minibatch::MINIBATCH,
    &robbins_monro::ROBBINS_MONRO,
    &convex::CONVEX,
    &convex_losses::CONVEX_LOSSES,
    &landscape::LANDSCAPE,
    &backpropagation::BACKPROPAGATION,
    &activation_derivatives::ACTIVATION_DERIVATIVES,
    &sgd::SGD,
    &momentum::MOMENTUM,
    &nesterov::NESTEROV,
    &adagrad::ADAGRAD,
    &rmsprop_bias::RMSPROP_BIAS,
    &adam_bias::ADAM_BIAS,
    &animations::ANIMATIONS,
    &adaptive_decay::ADAPTIVE_DECAY,
    &schedules::SCHEDULES,
    &linear_decay::LINEAR_DECAY,
    &keras_schedules::KERAS_SCHEDULES,
    &random_features::RANDOM_FEATURES,
    &double_descent::DOUBLE_DESCENT,
    &effective_complexity::EFFECTIVE_COMPLEXITY,
    &width_and_epochs::WIDTH_AND_EPOCHS,
    &epoch_wise::EPOCH_WISE,
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
