//! A training loop of one's own: it looks at the loss within epochs, keeps the best weights and stops when the
//! development set's loss has not fallen for three epochs.
//!
//!     cargo run --release --example 03_custom_loop

use std::error::Error;

use gradus::{Config, Device, Model, Session, Split, block_on, data, plan::Program};

const PATIENCE: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let config = Config::default_with(&["optimizer.learning_rate=0.02".into()])?;
    let dataset = data::load(&config.data, true, config.seed)?;
    let mut session = block_on(Session::new(Model::build(config, dataset)?, &Device::cpu()))?;

    let (mut best, mut waited) = (None::<(f64, _)>, 0);
    for epoch in 1..=session.settings().train.epochs {
        // The epoch's permutation goes to the device; a step is a batch of it.
        let (steps, mut worst) = (session.begin_epoch(epoch), 0.0_f64);
        for portion in steps.chunks(16) {
            // Nothing waits for the device until something is read.
            block_on(session.run(Program::Train, portion))?;
            let records = block_on(session.read_steps(epoch, portion))?;
            worst = records.iter().map(|record| record.loss).fold(worst, f64::max);
        }
        let dev = block_on(session.evaluate(Split::Dev))?.expect("a tenth of the digits");
        let train = session.epoch_figures(session.examples(Split::Train));
        println!(
            "epoch {epoch}: loss {:.4}, {worst:.4} of the worst batch; development loss {:.4}",
            train.loss, dev.loss
        );
        if best.as_ref().is_none_or(|(loss, _)| dev.loss < *loss) {
            (best, waited) = (Some((dev.loss, block_on(session.snapshot())?)), 0);
        } else {
            waited += 1;
        }
        if waited == PATIENCE {
            break;
        }
    }
    let (loss, snapshot) = best.expect("an epoch was run");
    session.restore(&snapshot);
    let test = block_on(session.evaluate(Split::Test))?.expect("a fifth of the digits");
    let accuracy = 100.0 * test.accuracy.expect("classes are right or wrong");
    println!("best: development loss {loss:.4} after step {}, test accuracy {accuracy:.1}%", snapshot.updates);
    Ok(())
}
