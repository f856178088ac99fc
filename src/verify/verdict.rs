//! What came of a proof.

/// What came of the cases of one kernel, one node, or one backward pass.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Verdict {
    /// The kernel's or node's name.
    pub name: String,
    /// `parity`, `node` or `gradient`.
    pub kind: &'static str,
    /// How many cases were run.
    pub cases: usize,
    /// Those over the tolerance, and how.
    pub failures: Vec<String>,
    /// The largest error, as a share of what is allowed.
    pub worst: f64,
    /// The case that had it.
    pub worst_case: String,
}

impl Verdict {
    pub(super) fn new(name: &str, kind: &'static str) -> Self {
        Verdict { name: name.into(), kind, cases: 0, failures: vec![], worst: 0.0, worst_case: String::new() }
    }

    /// Takes one case's error, as a share of what is allowed. NaN is a failure.
    pub(super) fn add(&mut self, case: &str, error: f64, what: &str) {
        self.cases += 1;
        if self.worst_case.is_empty() || error.is_nan() || error > self.worst {
            (self.worst, self.worst_case) = (error, case.into());
        }
        if error.is_nan() || error > 1.0 {
            self.failures.push(format!("{case}: {what}: {error:.3} of what is allowed"));
        }
    }

    pub(super) fn fail(&mut self, case: &str, what: String) {
        self.cases += 1;
        self.failures.push(format!("{case}: {what}"));
        (self.worst, self.worst_case) = (f64::INFINITY, case.into());
    }
}
