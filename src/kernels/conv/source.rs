//! The convolutions' shaders: `conv_tiled.wgsl` for real GPUs, the `…_rows.wgsl` for software
//! drivers, each behind the file of its kernel, which says what stands where.

use super::{
    ConvParameters, ConvSumParameters,
    unroll::{Shared, unrolled},
};
use crate::kernels::{Grid, LARGEST_GRID, Recipe, Shader, Source, Tile, product, read, wgsl};

/// The most taps that are written out.
const LONGEST: u32 = 7;

/// The three forms.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Forward,
    BackwardInput,
    BackwardWeight,
}

impl Form {
    /// The kernel's file.
    fn file(self) -> &'static str {
        match self {
            Form::Forward => wgsl!("conv_forward.wgsl"),
            Form::BackwardInput => wgsl!("conv_backward_input.wgsl"),
            Form::BackwardWeight => wgsl!("conv_backward_weight.wgsl"),
        }
    }

    /// Its loops for software drivers.
    fn rows(self) -> &'static str {
        match self {
            Form::Forward => wgsl!("conv_forward_rows.wgsl"),
            Form::BackwardInput => wgsl!("conv_backward_input_rows.wgsl"),
            Form::BackwardWeight => wgsl!("conv_backward_weight_rows.wgsl"),
        }
    }
}

pub fn forward(recipe: &Recipe) -> Source {
    source(recipe, Form::Forward)
}

pub fn backward_input(recipe: &Recipe) -> Source {
    source(recipe, Form::BackwardInput)
}

pub fn backward_weight(recipe: &Recipe) -> Source {
    source(recipe, Form::BackwardWeight)
}

pub fn weight_sum(recipe: &Recipe) -> Source {
    let ConvSumParameters { chunks, weights, filters } = read(recipe.parameters);
    let shader = Shader::of(recipe, wgsl!("conv_weight_sum.wgsl"));
    let shader = shader.set("has_dw", recipe.binds("dw")).set("has_db", recipe.binds("db"));
    shader.strided(weights + filters, 64).with(chunks.into())
}

fn source(recipe: &Recipe, form: Form) -> Source {
    let p: ConvParameters = read(recipe.parameters);
    let product = Product::of(&p, form);
    let shader = Shader::of(recipe, form.file()).fixed("in_d", "pad_w").with(wgsl!("conv_geometry.wgsl"));
    let (shader, [width, height]) = match recipe.tile {
        Tile::Hardware | Tile::HardwareSmall | Tile::HardwareLarge => {
            // As tall as there are rows to fill it.
            let tall = [1, 2].into_iter().find(|tall| 16 * tall >= product.rows).unwrap_or(4);
            let shader = shader.part("tiled", wgsl!("conv_tiled.wgsl")).constant("TALL", tall);
            (shader, [product.columns.div_ceil(64), product.rows.div_ceil(16 * tall)])
        }
        Tile::Software | Tile::SoftwareSubgroups => {
            let rows = [1, 2, 4, 8].into_iter().find(|&rows| rows >= product.rows).unwrap_or(16);
            let broadcast = recipe.tile == Tile::SoftwareSubgroups;
            let shared = if form == Form::BackwardWeight { 4 } else { product.taps };
            let shared = Shared { each: shared, broadcast };
            let text = unrolled(form.rows(), rows, product.taps, shared, &product.offset);
            let shader = shader.part(if broadcast { "rows, broadcast" } else { "rows, alone" }, &text);
            let shader = shader.constant("ROWS", rows).constant("TAPS", product.taps);
            let shader = if form == Form::BackwardWeight { shader } else { shader.with(wgsl!("conv_rows.wgsl")) };
            (shader, [product.lanes.div_ceil(8), product.rows.div_ceil(rows)])
        }
    };
    let shader = match form {
        Form::Forward => shader.finish(),
        Form::BackwardInput => {
            let step = |stride, dilation| stride / gcd(stride, dilation);
            let shader = shader.set("step_d", step(p.stride_d, p.dilation_d));
            let shader = shader.set("step_h", step(p.stride_h, p.dilation_h));
            shader.set("step_w", step(p.stride_w, p.dilation_w)).finish()
        }
        Form::BackwardWeight => shader,
    };
    shader.grid(grid([width, height * product.parts], product.turns(recipe.tile)))
}

/// The grid for so many tiles, each of which takes loops of so many turns.
fn grid(tiles: [u32; 2], turns: u64) -> Grid {
    let workgroups = tiles.map(|tiles| tiles.clamp(1, LARGEST_GRID));
    let [across, down] = [0, 1].map(|axis| u64::from(tiles[axis].div_ceil(workgroups[axis])));
    // Loops over both axes, one within the other.
    Grid::new(workgroups, down + 1).with(across + 1 + across * (turns + 1))
}

/// A form's product as the choice of shader and grid sees it.
struct Product {
    parts: u32,
    rows: u32,
    columns: u32,
    /// Threads along x of the software shader.
    lanes: u32,
    /// Taps that are written out.
    taps: u32,
    /// How far each of the software shader's loops goes for one tile, the outermost first.
    loops: Vec<u32>,
    /// Terms of each sum.
    depth: u64,
    /// Where the j-th of four neighbours meets a tap, from where the first meets the first.
    offset: Box<dyn Fn(u32, u32) -> i64>,
}

impl Product {
    fn of(p: &ConvParameters, form: Form) -> Product {
        // A divisor of the line, so that no tap is left over.
        let written_out =
            |most: u32| (1..=most.min(LONGEST)).rev().find(|taps| p.kernel_w.is_multiple_of(*taps)).unwrap_or(1);
        let (stride, dilation) = (i64::from(p.stride_w), i64::from(p.dilation_w));
        let forward = move |j: u32, tap: u32| i64::from(j) * stride + i64::from(tap) * dilation;
        match form {
            Form::Forward => Product {
                parts: p.groups,
                rows: p.filters / p.groups,
                columns: p.batch * p.out_d * p.out_h * p.out_w,
                lanes: p.batch * p.out_d * p.out_h * p.out_w.div_ceil(4),
                taps: written_out(p.kernel_w),
                loops: vec![p.channels / p.groups, p.kernel_d, p.kernel_h, p.kernel_w / written_out(p.kernel_w)],
                depth: product(&[p.channels / p.groups, p.kernel_d, p.kernel_h, p.kernel_w]),
                offset: Box::new(forward),
            },
            Form::BackwardInput => {
                let lines = p.batch * p.in_d.div_ceil(p.stride_d) * p.in_h.div_ceil(p.stride_h);
                let width = p.in_w.div_ceil(p.stride_w);
                // With a stride, the phases meet different taps.
                let taps = written_out(if p.stride_w == 1 { p.kernel_w } else { 1 });
                let met = |kernel: u32, stride: u32, dilation| kernel.div_ceil(stride / gcd(stride, dilation));
                let (d, h) = (met(p.kernel_d, p.stride_d, p.dilation_d), met(p.kernel_h, p.stride_h, p.dilation_h));
                let w = met(p.kernel_w, p.stride_w, p.dilation_w);
                Product {
                    parts: p.groups * p.stride_d * p.stride_h * p.stride_w,
                    rows: p.channels / p.groups,
                    columns: lines * width,
                    lanes: lines * width.div_ceil(4),
                    taps,
                    loops: vec![p.filters / p.groups, d, h, w.div_ceil(taps)],
                    depth: product(&[p.filters / p.groups, d, h, w]),
                    offset: Box::new(move |j, tap| i64::from(j) - i64::from(tap) * dilation),
                }
            }
            Form::BackwardWeight => {
                let terms = p.channels / p.groups * p.kernel_d * p.kernel_h * p.kernel_w;
                let lines = (p.batch * p.out_d * p.out_h).div_ceil(p.chunks);
                let taps = written_out(p.kernel_w);
                Product {
                    parts: p.groups * p.chunks,
                    rows: p.filters / p.groups,
                    columns: terms + 1,
                    // One more workgroup sums dy.
                    lanes: (terms / taps).next_multiple_of(8) + 8,
                    taps,
                    loops: vec![lines, p.out_w.div_ceil(4)],
                    depth: product(&[lines, p.out_w]),
                    offset: Box::new(forward),
                }
            }
        }
    }

    /// The most turns of a thread's loops for one tile. Loops of a few turns known to the compiler, and those
    /// that look for the first tap that a phase meets, are a lump sum.
    fn turns(&self, tile: Tile) -> u64 {
        let lump = 100;
        match tile {
            Tile::Hardware | Tile::HardwareSmall | Tile::HardwareLarge => lump + self.depth.div_ceil(16),
            Tile::Software | Tile::SoftwareSubgroups => {
                // Drivers write a loop of one turn out.
                let around = |inner, &turns: &u32| if turns == 1 { inner } else { u64::from(turns) * (inner + 1) + 1 };
                lump + self.loops.iter().rev().fold(0, around)
            }
        }
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}
