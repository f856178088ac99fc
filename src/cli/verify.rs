//! `gradus verify`: the proof on this machine.

use std::collections::BTreeMap;

use clap::Args;

use super::{
    Failure, code,
    load::{Choice, DeviceArguments},
    say,
};
use crate::{
    config::suggestion,
    device::Device,
    verify::{self, Verdict},
};

/// Prove this machine right: every kernel and every node on the GPU against the CPU, every gradient
/// against finite differences
#[derive(Args)]
pub struct Verify {
    /// Just the kernel, node or gradient check of this name
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// One JSON object on stdout
    #[arg(long)]
    json: bool,
    /// A GPU by its number or part of its name, see `gradus devices`
    #[arg(long, value_name = "NAME|INDEX")]
    adapter: Option<String>,
}

impl Verify {
    /// Runs every case, and fails if one does.
    pub fn run(self) -> Result<(), Failure> {
        let device = DeviceArguments { device: Choice::Gpu, adapter: self.adapter.clone() }.open()?;
        let mut verdicts = vec![];
        if !self.json {
            say(format!("{:10} {:44} {:>5} {:>8}  {:34} verdict", "proof", "of", "cases", "worst", "in case"))?;
        }
        for kernel in verify::every_kernel().into_iter().filter(|kernel| self.wants(kernel.name)) {
            self.add(&mut verdicts, pollster::block_on(verify::parity(&device, kernel))?)?;
        }
        for node in verify::every_node().iter().filter(|node| self.wants(node.name)) {
            self.add(&mut verdicts, pollster::block_on(node.compare(&device))?)?;
        }
        for check in verify::gradient_checks().iter().filter(|check| self.wants(&check.name)) {
            self.add(&mut verdicts, check.differences())?;
        }
        for node in verify::every_node().iter().filter(|node| self.wants(node.name)) {
            self.add(&mut verdicts, node.differences())?;
        }
        if verdicts.is_empty() {
            let kernels = verify::every_kernel().into_iter().map(|kernel| kernel.name.to_owned());
            let nodes = verify::every_node().into_iter().map(|node| node.name.to_owned());
            let checks = verify::gradient_checks().into_iter().map(|check| check.name);
            let names: Vec<String> = kernels.chain(nodes).chain(checks).collect();
            let wanted = self.only.unwrap_or_default();
            return Err(Failure::new(
                code::USAGE,
                format!("nothing is called `{wanted}`; {}", suggestion(&wanted, &names)),
            ));
        }
        finish(&device, &verdicts, self.json)
    }

    fn wants(&self, name: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == name)
    }

    fn add(&self, verdicts: &mut Vec<Verdict>, verdict: Verdict) -> Result<(), Failure> {
        if !self.json {
            let Verdict { name, kind, cases, worst, worst_case, failures } = &verdict;
            let outcome = if failures.is_empty() { "holds".to_owned() } else { format!("{} FAILED", failures.len()) };
            let worst_case: String = worst_case.chars().take(34).collect();
            say(format!("{kind:10} {name:44} {cases:5} {:7.1}%  {worst_case:34} {outcome}", 100.0 * worst))?;
        }
        verdicts.push(verdict);
        Ok(())
    }
}

fn finish(device: &Device, verdicts: &[Verdict], json: bool) -> Result<(), Failure> {
    let cases: usize = verdicts.iter().map(|verdict| verdict.cases).sum();
    let failures: Vec<String> =
        verdicts.iter().flat_map(|v| v.failures.iter().map(move |failure| format!("{}: {failure}", v.name))).collect();
    if json {
        // Several proofs may be of one name: a kernel, and the node that launches it.
        let mut worst = BTreeMap::new();
        for verdict in verdicts {
            let of: &mut f64 = worst.entry(&verdict.name).or_insert(0.0);
            *of = if verdict.worst.is_nan() { verdict.worst } else { of.max(verdict.worst) };
        }
        let adapter = device.describe();
        let result = serde_json::json!({"adapter": adapter, "cases": cases, "failed": failures.len(), "worst": worst, "failures": failures});
        say(result.to_string())?;
    } else {
        say(format!("{cases} cases, {} failed; worst is a share of the tolerance", failures.len()))?;
    }
    match failures.is_empty() {
        true => Ok(()),
        false => Err(Failure::new(code::OTHER, failures.join("\n"))),
    }
}
