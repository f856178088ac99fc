//! docs/reference.md is what the slices say.

use gradus::{
    activations, cli::page as reference, data, initializers, losses, metrics, ops, optimizers, schedules, verify,
};

#[test]
fn the_committed_reference_is_up_to_date() {
    let committed = include_str!("../../docs/reference.md");
    let page = reference();
    let (page, committed) = (page.trim_end(), committed.trim_end());
    let line = page.lines().zip(committed.lines()).position(|(new, old)| new != old);
    let line = line.unwrap_or(page.lines().count().min(committed.lines().count())) + 1;
    assert!(
        page == committed,
        "docs/reference.md is out of date from line {line} on; write it anew with\n    \
         cargo run -- reference > docs/reference.md"
    );
}

#[test]
fn every_name_is_in_the_reference() {
    let page = reference();
    let names = ops::ALL.iter().map(|kind| kind.name);
    let names = names.chain(activations::ALL.iter().map(|activation| activation.name));
    let names = names.chain(losses::ALL.iter().map(|loss| loss.name));
    let names = names.chain(metrics::ALL.iter().map(|metric| metric.name));
    let names = names.chain(optimizers::ALL.iter().map(|optimizer| optimizer.name));
    let names = names.chain(schedules::ALL.iter().map(|kind| kind.name));
    let names = names.chain(initializers::ALL.iter().map(|initializer| initializer.name));
    let names = names.chain(data::ALL.iter().map(|source| source.name));
    for name in names.chain(verify::every_kernel().iter().map(|kernel| kernel.name)) {
        assert!(page.contains(&format!("| `{name}` |")), "{name} is missing");
    }
}
