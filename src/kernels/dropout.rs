//! Dropout: a mask of random numbers that depend on (seed, stream, step, element) alone, so that both
//! devices draw the same and the backward pass draws them again.

use rayon::prelude::*;

use super::{
    Arguments, CHUNK, Case, Cost, Grid, Kernel, Operand, Parameters, Shader, Slot, Step, WIDTH, case, read, reads,
    wgsl, writes, wrong_bindings,
};
use crate::{parameters, random, real::Real, twin};

parameters! {
    /// Dropout's parameters.
    DropoutParameters {
        /// Elements of the tensor.
        count: u32,
        /// The stream of random numbers: the node's own.
        stream: u32,
        /// The share that is dropped.
        rate: f32,
        /// 1 / (1 − rate)
        scale: f32,
    }
}

/// y = x / (1 − rate) where a random number is at least the rate, else 0
pub const DROPOUT: Kernel = Kernel {
    name: "dropout",
    formula: "y = x / (1 - rate) where uniform(seed, step, element) >= rate, else 0",
    bindings: &[reads("x"), writes("y")],
    parameters: DropoutParameters::FIELDS,
    source: |recipe| {
        let count = read::<DropoutParameters>(recipe.parameters).count;
        let shader = Shader::of(recipe, wgsl!("dropout.wgsl")).with(wgsl!("random.wgsl")).step();
        shader.constant("WIDTH", WIDTH).grid(Grid::strided(count.div_ceil(2), WIDTH))
    },
    cpu: twin!(dropout),
    cost: |p| {
        let count = u64::from(read::<DropoutParameters>(p).count);
        Cost { flops: 2 * count, bytes: 8 * count }
    },
    cases,
    tolerance: 1.0,
};

/// The key of a replica's masks. The first replica's is [`random::key`], so that a network trained
/// alone draws what [`random::bits`] says.
fn key(step: &Step, stream: u32, replica: u32) -> [u32; 2] {
    random::threefry([step.seed as u32, (step.seed >> 32) as u32], [stream, replica])
}

fn dropout<T: Real>(arguments: &mut Arguments<T>) {
    let (p, step) = (arguments.parameters::<DropoutParameters>(), arguments.step);
    let [Slot::Real(x), Slot::RealMut(y)] = &mut arguments.slots[..] else { wrong_bindings() };
    let (key, scale) = (key(step, p.stream, arguments.replica), T::of(p.scale.into()));
    y.par_chunks_mut(CHUNK).zip(x.par_chunks(CHUNK)).enumerate().for_each(|(chunk, (y, x))| {
        for (pair, (y, x)) in y.chunks_mut(2).zip(x.chunks(2)).enumerate() {
            let bits = random::threefry(key, [step.index, (chunk * CHUNK / 2 + pair) as u32]);
            for ((y, &x), bits) in y.iter_mut().zip(x).zip(bits) {
                *y = if random::uniform(bits) >= p.rate { x * scale } else { T::zero() };
            }
        }
    });
}

fn cases() -> Vec<Case> {
    let of = |(at, &count): (usize, &usize)| {
        let operands = vec![Operand::Reals(case::reals("x", count)), Operand::Output(count)];
        let rate = [0.5, 0.1, 0.0, 0.9][at % 4];
        let stream = random::Purpose::Dropout.stream(at as u32);
        let parameters = DropoutParameters { count: count as u32, stream, rate, scale: 1.0 / (1.0 - rate) };
        let mut case = Case::new(format!("{count}, rate {rate}"), parameters, operands);
        case.step = Step { index: 7 * at as u32, seed: 42u64.rotate_left(5 * at as u32), ..Step::over(1) };
        case.replicas = if count == 65 { 3 } else { 1 };
        case
    };
    case::COUNTS.iter().enumerate().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Elements of x = 1 after dropout.
    fn drop(rate: f32, step: &Step, replica: u32) -> Vec<f32> {
        let count = 100_001;
        let stream = random::Purpose::Dropout.stream(3);
        let parameters = DropoutParameters { count, stream, rate, scale: 1.0 / (1.0 - rate) };
        let (x, mut y) = (vec![1.0f32; count as usize], vec![f32::NAN; count as usize]);
        dropout(&mut Arguments {
            parameters: bytemuck::bytes_of(&parameters),
            step,
            replica,
            variant: &super::super::Variant::Plain,
            slots: vec![Slot::Real(&x), Slot::RealMut(&mut y)],
        });
        y
    }

    #[test]
    fn the_share_that_is_kept_is_scaled_to_keep_the_mean() {
        let y = drop(0.25, &Step { seed: 1, ..Step::over(1) }, 0);
        let kept = y.iter().filter(|&&y| y != 0.0).count() as f64 / y.len() as f64;
        // The deviation of the share is √(0.25 · 0.75 / 10⁵) ≈ 0.0014.
        assert!((kept - 0.75).abs() < 0.007, "{kept}");
        assert!(y.iter().all(|&y| y == 0.0 || y == 1.0 / 0.75));
    }

    #[test]
    fn every_seed_step_and_replica_has_its_own_mask_which_it_always_has() {
        let step = Step { seed: 1, index: 5, ..Step::over(1) };
        let mask = drop(0.5, &step, 0);
        assert_eq!(mask, drop(0.5, &step, 0));
        for (other, replica) in
            [(Step { seed: 2, ..step.clone() }, 0), (Step { index: 6, ..step.clone() }, 0), (step.clone(), 1)]
        {
            let same = mask.iter().zip(drop(0.5, &other, replica)).filter(|(a, b)| *a == b).count() as f64;
            assert!((same / mask.len() as f64 - 0.5).abs() < 0.01);
        }
    }

    #[test]
    fn the_first_replica_draws_the_bits_of_the_stream() {
        let step = Step { seed: 9, index: 2, ..Step::over(1) };
        let stream = random::Purpose::Dropout.stream(3);
        for (pair, y) in drop(0.5, &step, 0).chunks(2).take(100).enumerate() {
            let bits = random::bits(9, stream, 2, pair as u32);
            assert!(y.iter().zip(bits).all(|(&y, bits)| (y != 0.0) == (random::uniform(bits) >= 0.5)));
        }
    }
}
