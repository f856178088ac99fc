//! What the shadow of a run saw, in lines.

use crate::train::Compared;

/// A relative difference that rounding alone does not make.
const NOTABLE: f64 = 1e-3;

/// A table of the device against its shadow, at the steps 1, 2, 4, …, and a last line with the largest
/// differences.
pub fn shadow_table(compared: &[Compared]) -> Vec<String> {
    let Some(last) = compared.last() else { return vec![] };
    let mut lines = vec![
        format!("shadow: the CPU twins in f64 beside the device for {} steps, from the same weights", compared.len()),
        format!("{:>10}  {:>10}  {:>10}  {:>10}  {}", "step", "loss", "difference", "parameters", "most in"),
    ];
    let shown = |(at, step): &(usize, &Compared)| (at + 1).is_power_of_two() || step.step == last.step;
    for (_, Compared { step, loss, loss_difference, parameter_difference, tensor }) in
        compared.iter().enumerate().filter(shown)
    {
        lines.push(format!(
            "{step:>10}  {loss:>10.6}  {loss_difference:>10.1e}  {parameter_difference:>10.1e}  {tensor}"
        ));
    }
    let largest = |of: fn(&Compared) -> f64| compared.iter().max_by(|a, b| of(a).total_cmp(&of(b))).unwrap_or(last);
    let (loss, parameters) = (largest(|step| step.loss_difference), largest(|step| step.parameter_difference));
    lines.push(format!(
        "largest relative difference: loss {:.1e} at step {}, parameters {:.1e} at step {} in {}",
        loss.loss_difference, loss.step, parameters.parameter_difference, parameters.step, parameters.tensor
    ));
    lines
}

/// A warning where the two parted.
pub fn shadow_warning(compared: &[Compared]) -> Option<String> {
    let first = compared.iter().find(|step| step.loss_difference.max(step.parameter_difference) > NOTABLE)?;
    let what = match first.loss_difference > NOTABLE {
        true => format!("the loss differs by {:.1e}", first.loss_difference),
        false => format!("{} differs by {:.1e}", first.tensor, first.parameter_difference),
    };
    // Both began with the same weights and examples, and no kink makes the loss itself jump.
    if first.loss_difference > NOTABLE && compared.first().is_some_and(|start| start.step == first.step) {
        return Some(format!(
            "warning: the device and the CPU twins part at once, at step {}: {what}, although both had the same \
             weights and examples. Rounding does not make that: the device, its driver or a kernel computes something \
             else. Trust nothing that it trains; `gradus verify` proves the kernels one by one, and --device cpu does \
             without it",
            first.step
        ));
    }
    Some(format!(
        "warning: the device and the CPU twins part at step {}: {what}, more than {NOTABLE:.0e}. That \
         need be no fault: where the argument of a ReLU lies within rounding of 0, either side of the kink is right; \
         and a parameter whose gradient is 0 but for rounding, such as a bias before a batch normalisation, goes where \
         rounding takes it. `gradus verify` proves the kernels one by one",
        first.step
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(differences: &[(f64, f64)]) -> Vec<Compared> {
        let step = |(at, &(loss_difference, parameter_difference)): (usize, &(f64, f64))| Compared {
            step: at as u64 + 1,
            loss: 1.0,
            loss_difference,
            parameter_difference,
            tensor: format!("layers.{at}"),
        };
        differences.iter().enumerate().map(step).collect()
    }

    #[test]
    fn the_first_step_apart_is_named() {
        let steps = compared(&[(1e-7, 1e-6), (1e-7, 2e-3), (2e-3, 1e-2), (1e-7, 1e-6)]);
        let warning = shadow_warning(&steps).expect("it differs");
        assert!(warning.contains("part at step 2: layers.1 differs by 2.0e-3"), "{warning}");
        assert!(warning.contains("need be no fault"), "{warning}");
        assert!(shadow_warning(&steps[..1]).is_none());
        // Of the same weights, another loss: nothing harmless explains that.
        let warning = shadow_warning(&compared(&[(2e-3, 1e-6), (1e-7, 1e-6)])).expect("it differs");
        assert!(warning.contains("part at once, at step 1: the loss differs by 2.0e-3"), "{warning}");
        assert!(warning.contains("Trust nothing") && !warning.contains("no fault"), "{warning}");
        let table = shadow_table(&compared(&[(1e-7, 1e-6); 11]));
        let shown: Vec<&str> = table[2..7].iter().filter_map(|line| line.split_whitespace().next()).collect();
        assert_eq!(shown, ["1", "2", "4", "8", "11"]);
        assert!(shadow_table(&[]).is_empty());
        assert!(
            shadow_table(&steps).last().expect("lines").contains("loss 2.0e-3 at step 3, parameters 1.0e-2 at step 3")
        );
    }
}
