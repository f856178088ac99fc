//! A training program that sees the network as evaluation does, derivatives and all: of a plan, which is a list, another
//! list. Batch normalisation takes its running figures for constants, and dropout drops nothing.

use std::sync::Arc;

use crate::{
    kernels::{
        Element, Variant, batch_norm, batch_norm_gradient,
        dropout::{DROPOUT, DropoutParameters},
        gather_augmented::GATHER_AUGMENTED,
        read,
    },
    plan::{Buffer, Launch, Plan, Slice},
};

/// The plan with such a training program, which ends with the gradients: nothing is updated. Its buffers are those of the
/// plan, and one of zeros behind them.
///
/// # Panics
/// The plan augments its examples at random: they are not those that are evaluated.
pub fn frozen(plan: &Plan) -> Arc<Plan> {
    let mut frozen = plan.clone();
    let gradients = plan.train.iter().take_while(|launch| launch.node != "optimizer");
    let most = plan.running.iter().map(|running| running.slice.length).max().unwrap_or(1);
    let zeros = Slice { buffer: plan.buffers.len(), offset: 0, length: most, stride: 0 };
    frozen.buffers.push(Buffer { name: "zeros".into(), element: Element::Real, length: most });
    frozen.train = gradients.filter_map(|launch| evaluated(launch, zeros)).collect();
    Arc::new(frozen)
}

/// A launch as evaluation would have it; none that evaluation has not.
fn evaluated(launch: &Launch, zeros: Slice) -> Option<Launch> {
    let mut launch = launch.clone();
    match launch.kernel.name {
        name if name == batch_norm::MOMENTS.name => return None,
        // The batch's moments make way for the running ones.
        name if name == batch_norm::COMBINE.name => {
            let [_, moments, mean, variance] = launch.bindings[..] else { unreachable!("it binds four") };
            launch.kernel = &batch_norm::RUNNING;
            (launch.bindings, launch.variant) = (vec![mean, variance, moments], Variant::Plain);
        }
        // Where moments do not depend on x, what reaches it through them is 0.
        name if name == batch_norm_gradient::BACKWARD.name => {
            for through in [4, 5] {
                let channels = launch.bindings[through].map_or(0, |slice| slice.length);
                launch.bindings[through] = Some(Slice { length: channels, ..zeros });
            }
        }
        name if name == DROPOUT.name => {
            let parameters = DropoutParameters { rate: 0.0, scale: 1.0, ..read(&launch.parameters) };
            launch.parameters = bytemuck::bytes_of(&parameters).to_vec();
        }
        name => assert_ne!(name, GATHER_AUGMENTED.name, "examples that are evaluated are not augmented"),
    }
    Some(launch)
}
