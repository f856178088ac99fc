//! Rows of a table by their numbers, and the table's gradient.

use rayon::prelude::*;

use super::{
    Arguments, Case, Cost, Grid, Kernel, Operand, Parameters, Shader, Slot, Step, WIDTH, case, product, read, reads,
    wgsl, writes, wrong_bindings,
};
use crate::{parameters, real::Real, twin};

parameters! {
    /// Both kernels' parameters.
    EmbeddingParameters {
        /// Rows of the batch that the plan was built for.
        rows: u32,
        /// Tokens of each row.
        tokens: u32,
        /// Rows of the weight.
        vocabulary: u32,
        /// Units of each.
        units: u32,
    }
}

/// y[t] = weight[x[t]]
pub const FORWARD: Kernel = Kernel {
    name: "embedding_forward",
    formula: "y[t] = weight[x[t]]",
    bindings: &[reads("x"), reads("weight"), writes("y")],
    parameters: EmbeddingParameters::FIELDS,
    source: |recipe| {
        let p: EmbeddingParameters = read(recipe.parameters);
        Shader::of(recipe, wgsl!("embedding_forward.wgsl")).strided(p.rows * p.tokens * p.units, WIDTH)
    },
    cpu: twin!(forward),
    cost,
    cases: || cases(false),
    tolerance: 0.0625,
};

/// dweight[w] = Σ dy[t] over the tokens t with x[t] = w
pub const BACKWARD: Kernel = Kernel {
    name: "embedding_backward",
    formula: "dweight[w] = sum of dy[t] where x[t] = w",
    bindings: &[reads("dy"), reads("x"), writes("dweight")],
    parameters: EmbeddingParameters::FIELDS,
    source: |recipe| {
        let p: EmbeddingParameters = read(recipe.parameters);
        let (tokens, across) = (u64::from(p.rows) * u64::from(p.tokens), p.units.next_power_of_two().min(64));
        let each = if tokens > 4096 { 32 } else { 8 };
        let turns = tokens.div_ceil(u64::from(each * 64 / across));
        let shader = Shader::of(recipe, wgsl!("embedding_backward.wgsl")).step();
        let shader = shader.constant("LANES", 64).constant("ACROSS", across).constant("EACH", each);
        shader.items(Grid::items(p.vocabulary.into()).with(u64::from(p.units.div_ceil(across)) * (turns + 9)))
    },
    cpu: twin!(backward),
    cost,
    cases: || cases(true),
    tolerance: 2.0,
};

fn cost(parameters: &[u8]) -> Cost {
    let p: EmbeddingParameters = read(parameters);
    Cost { flops: 0, bytes: 8 * product(&[p.rows, p.tokens, p.units]) }
}

impl EmbeddingParameters {
    /// The row that a number means: the nearest inside for one outside.
    fn word<T: Real>(&self, x: T) -> usize {
        x.f64().clamp(0.0, f64::from(self.vocabulary - 1)).round() as usize
    }

    /// The tokens, each word's together and in their order: where each word's begin, and the tokens.
    fn sorted<T: Real>(&self, x: &[T]) -> (Vec<u32>, Vec<u32>) {
        let mut firsts = vec![0u32; self.vocabulary as usize + 1];
        x.iter().for_each(|&x| firsts[self.word(x) + 1] += 1);
        (1..firsts.len()).for_each(|word| firsts[word] += firsts[word - 1]);
        let (mut next, mut order) = (firsts.clone(), vec![0u32; x.len()]);
        for (token, &x) in x.iter().enumerate() {
            let place = &mut next[self.word(x)];
            order[*place as usize] = token as u32;
            *place += 1;
        }
        (firsts, order)
    }
}

fn forward<T: Real>(arguments: &mut Arguments<T>) {
    let p: EmbeddingParameters = arguments.parameters();
    let [Slot::Real(x), Slot::Real(weight), Slot::RealMut(y)] = &mut arguments.slots[..] else { wrong_bindings() };
    let units = p.units as usize;
    for (y, &x) in y.chunks_exact_mut(units).zip(*x) {
        y.copy_from_slice(&weight[p.word(x) * units..][..units]);
    }
}

fn backward<T: Real>(arguments: &mut Arguments<T>) {
    let (p, step) = (arguments.parameters::<EmbeddingParameters>(), arguments.step);
    let [Slot::Real(dy), Slot::Real(x), Slot::RealMut(dweight)] = &mut arguments.slots[..] else { wrong_bindings() };
    let (units, tokens) = (p.units as usize, step.rows.min(p.rows) as usize * p.tokens as usize);
    let (firsts, order) = p.sorted(&x[..tokens]);
    // A word's tokens in their order; long sums go on in f64.
    let sums = || (vec![T::zero(); units], vec![0.0f64; units]);
    dweight.par_chunks_exact_mut(units).enumerate().for_each_init(sums, |(some, all), (word, dweight)| {
        let tokens = &order[firsts[word] as usize..firsts[word + 1] as usize];
        let add = |tokens: &[u32], sum: &mut [T]| {
            sum.fill(T::zero());
            for &token in tokens {
                let dy = &dy[token as usize * units..][..units];
                sum.iter_mut().zip(dy).for_each(|(sum, &dy)| *sum += dy);
            }
        };
        if tokens.len() <= TOGETHER {
            return add(tokens, dweight);
        }
        all.fill(0.0);
        for tokens in tokens.chunks(TOGETHER) {
            add(tokens, some);
            all.iter_mut().zip(&*some).for_each(|(all, some)| *all += some.f64());
        }
        dweight.iter_mut().zip(&*all).for_each(|(dweight, &all)| *dweight = T::of(all));
    });
}

/// Tokens that are summed before their sum goes on in f64.
const TOGETHER: usize = 64;

/// (rows, rows in the batch, tokens, vocabulary, units)
const SHAPES: &[(usize, usize, usize, usize, usize)] = &[
    (1, 1, 1, 1, 1),
    (1, 1, 1, 5, 3),
    (2, 1, 3, 2, 7),
    (3, 3, 5, 11, 2),
    (7, 5, 13, 64, 65),
    (31, 31, 2, 10, 4),
    (63, 60, 1, 257, 1),
    (64, 64, 4, 3, 63),
    (65, 64, 7, 31, 5),
    (5, 0, 2, 3, 4),
    (2, 2, 31, 1009, 16),
    (1, 1, 3, 70_001, 1),
    (70_001, 70_000, 1, 2, 1),
    // More tokens than a driver's loops take eight by eight.
    (3, 3, 180_001, 1, 3),
    (2, 1, 600_011, 2, 1),
];

fn cases(backward: bool) -> Vec<Case> {
    let of = |&(rows, batch, tokens, vocabulary, units): &(usize, usize, usize, usize, usize)| {
        let mut x: Vec<f64> =
            case::words("tokens", rows * tokens, vocabulary as u32).into_iter().map(f64::from).collect();
        if rows == 65 {
            (x[0], x[1]) = (-3.0, 1e9);
        }
        let count = rows * tokens * units;
        let terms = (rows * tokens).div_ceil(vocabulary);
        let dy = |value: &f64| f64::from((value / (terms as f64).sqrt()) as f32);
        let operands = match backward {
            true => vec![
                Operand::Reals(case::reals("dy", count).iter().map(dy).collect()),
                Operand::Reals(x),
                Operand::Output(vocabulary * units),
            ],
            false => {
                vec![
                    Operand::Reals(x),
                    Operand::Reals(case::reals("weight", vocabulary * units)),
                    Operand::Output(count),
                ]
            }
        };
        let label = format!("{batch}/{rows} x {tokens} of {vocabulary} x {units}");
        let [rows, tokens, vocabulary, units] = [rows, tokens, vocabulary, units].map(|extent| extent as u32);
        let mut case = Case::new(label, EmbeddingParameters { rows, tokens, vocabulary, units }, operands);
        case.step = Step::over(batch);
        case.terms = terms;
        case.replicas = if rows == 31 { 3 } else { 1 };
        case
    };
    SHAPES.iter().map(of).collect()
}
