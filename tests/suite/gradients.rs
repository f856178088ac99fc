//! Every backward pass against finite differences, in f64.

use gradus::verify;

#[test]
fn every_backward_pass_is_the_derivative_of_its_forward_pass() {
    for check in verify::gradient_checks() {
        let verdict = check.differences();
        assert!(verdict.failures.is_empty(), "{}: {:#?}", verdict.name, verdict.failures);
        assert!(verdict.cases > 1, "{} compares at least a parameter and the input", verdict.name);
    }
}
