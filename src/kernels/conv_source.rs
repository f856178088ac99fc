//! The convolutions' shaders: `conv_tiled.wgsl` for real GPUs, the `…_rows.wgsl` for software
//! drivers, each behind the file of its kernel, which says what stands where.

use std::{collections::BTreeMap, fmt::Write};

use super::{
    Grid, LARGEST_GRID, Recipe, Source, Tile,
    conv::{ConvParameters, ConvSumParameters},
    product, read,
};

/// The most taps that are written out.
const LONGEST: u32 = 7;

/// The three forms.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Forward,
    BackwardInput,
    BackwardWeight,
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
    let (dw, db) = (recipe.bound[1], recipe.bound[2]);
    Source {
        label: format!("conv_weight_sum {dw} {db}"),
        wgsl: include_str!("../../shaders/conv_weight_sum.wgsl").into(),
        constants: vec![("has_dw", f64::from(u8::from(dw))), ("has_db", f64::from(u8::from(db)))],
        grid: Grid::strided(weights + filters, 64).with(chunks.into()),
    }
}

fn source(recipe: &Recipe, form: Form) -> Source {
    let p: ConvParameters = read(recipe.parameters);
    let (name, kernel, software) = match form {
        Form::Forward => (
            "conv_forward",
            include_str!("../../shaders/conv_forward.wgsl"),
            include_str!("../../shaders/conv_forward_rows.wgsl"),
        ),
        Form::BackwardInput => (
            "conv_backward_input",
            include_str!("../../shaders/conv_backward_input.wgsl"),
            include_str!("../../shaders/conv_backward_input_rows.wgsl"),
        ),
        Form::BackwardWeight => (
            "conv_backward_weight",
            include_str!("../../shaders/conv_backward_weight.wgsl"),
            include_str!("../../shaders/conv_backward_weight_rows.wgsl"),
        ),
    };
    let product = Product::of(&p, form);
    let turns = product.turns(recipe.tile);
    let (body, [width, height], shape) = match recipe.tile {
        Tile::Hardware | Tile::HardwareSmall | Tile::HardwareLarge => {
            // As tall as there are rows to fill it.
            let tall = [1, 2].into_iter().find(|tall| 16 * tall >= product.rows).unwrap_or(4);
            let text = format!("const TALL = {tall}u;\n{}", include_str!("../../shaders/conv_tiled.wgsl"));
            (text, [product.columns.div_ceil(64), product.rows.div_ceil(16 * tall)], format!("tiled {tall}"))
        }
        Tile::Software | Tile::SoftwareSubgroups => {
            let rows = [1, 2, 4, 8].into_iter().find(|&rows| rows >= product.rows).unwrap_or(16);
            let broadcast = recipe.tile == Tile::SoftwareSubgroups;
            let shared = if form == Form::BackwardWeight { 4 } else { product.taps };
            let text = unrolled(software, rows, product.taps, Shared { each: shared, broadcast }, product.offset);
            let grid = [product.lanes.div_ceil(8), product.rows.div_ceil(rows)];
            (text, grid, format!("rows {rows} {} {broadcast}", product.taps))
        }
    };
    let (finish, finish_name) =
        if form == Form::BackwardWeight { (String::new(), String::new()) } else { finish(recipe) };
    let geometry = geometry(&p, form);
    let numbers: Vec<String> = geometry.iter().map(|(_, value)| value.to_string()).collect();
    Source {
        label: format!("{name} {shape} {finish_name} {}", numbers.join(" ")),
        wgsl: [kernel, include_str!("../../shaders/conv_geometry.wgsl"), &body, &finish].concat(),
        constants: geometry,
        grid: grid([width, height * product.parts], turns),
    }
}

/// The grid for so many tiles, each of which takes loops of so many turns.
fn grid(tiles: [u32; 2], turns: u64) -> Grid {
    let workgroups = tiles.map(|tiles| tiles.clamp(1, LARGEST_GRID));
    let [across, down] = [0, 1].map(|axis| u64::from(tiles[axis].div_ceil(workgroups[axis])));
    // Loops over both axes, one within the other.
    Grid { workgroups, turns: down + 1 }.with(across + 1 + across * (turns + 1))
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

/// Writes out the `//@` lines of a software shader: arrays of registers that are indexed in loops
/// would go to memory.
fn unrolled(text: &str, rows: u32, taps: u32, shared: Shared, offset: Box<dyn Fn(u32, u32) -> i64>) -> String {
    let mut out = format!("const ROWS = {rows}u;\nconst TAPS = {taps}u;\n");
    for line in text.lines() {
        let trimmed = line.trim_start();
        if trimmed == "//@loads" {
            loads(&mut out, taps, &offset);
        } else if let Some(pattern) = trimmed.strip_prefix("//@starts ") {
            shared.starts(&mut out, rows, pattern);
        } else if let Some(pattern) = trimmed.strip_prefix("//@shared ") {
            shared.loads(&mut out, rows, pattern);
        } else if let Some(pattern) = trimmed.strip_prefix("//@for row, tap: ") {
            for (row, tap) in (0..rows).flat_map(|row| (0..taps).map(move |tap| (row, tap))) {
                out += &pattern.replace('@', &row.to_string()).replace('#', &tap.to_string());
                out.push('\n');
            }
        } else if let Some(pattern) = trimmed.strip_prefix("//@for row: ") {
            for row in 0..rows {
                out += &pattern.replace('@', &row.to_string());
                out.push('\n');
            }
        } else {
            out += line;
            out.push('\n');
        }
    }
    out
}

/// The operand that is the same for all threads of a workgroup: `each` neighbouring numbers for each
/// row. A software driver loads it once for every thread all the same; where a subgroup is the whole
/// workgroup, each thread loads its share and broadcasts it.
#[derive(Clone, Copy)]
struct Shared {
    each: u32,
    broadcast: bool,
}

impl Shared {
    /// Where rows begin, or what a thread loads for the others: `@` stands for the row.
    fn starts(self, out: &mut String, rows: u32, pattern: &str) {
        let each = self.each;
        if self.broadcast {
            for load in 0..(rows * each).div_ceil(8) {
                let number = format!("({}u + thread)", 8 * load);
                let start = pattern.replace('@', &format!("{number} / {each}u"));
                let _ =
                    writeln!(out, "let within{load} = {number} % {each}u;\nlet start{load} = {start} + within{load};");
            }
        } else {
            for row in 0..rows {
                let _ = writeln!(out, "let start{row} = {};", pattern.replace('@', &format!("{row}u")));
            }
        }
    }

    /// `sROW_NUMBER`: `@` stands for where it lies, `#` for its number.
    fn loads(self, out: &mut String, rows: u32, pattern: &str) {
        let load = |start: String, number: String| pattern.replace('@', &start).replace('#', &number);
        if self.broadcast {
            for at in 0..(rows * self.each).div_ceil(8) {
                let _ = writeln!(out, "let share{at} = {};", load(format!("start{at}"), format!("within{at}")));
            }
        }
        for (row, number) in (0..rows).flat_map(|row| (0..self.each).map(move |number| (row, number))) {
            let at = row * self.each + number;
            let value = match self.broadcast {
                true => format!("subgroupBroadcast(share{}, {}u)", at / 8, at % 8),
                false => load(format!("(start{row} + {number}u)"), format!("{number}u")),
            };
            let _ = writeln!(out, "let s{row}_{number} = {value};");
        }
    }
}

/// `fourN`, what four neighbours meet at tap N: neighbouring taps share most of it.
fn loads(out: &mut String, taps: u32, offset: &dyn Fn(u32, u32) -> i64) {
    let mut names = BTreeMap::new();
    for (tap, j) in (0..taps).flat_map(|tap| (0..4).map(move |j| (tap, j))) {
        let count = names.len();
        names.entry(offset(j, tap)).or_insert(count);
    }
    for (at, name) in &names {
        // Unsigned numbers wrap: left of the first is far right of the last.
        let _ = writeln!(out, "let e{name} = source(line, w + {}u, inside);", *at as u32);
    }
    for tap in 0..taps {
        let [a, b, c, d] = [0, 1, 2, 3].map(|j| names[&offset(j, tap)]);
        let _ = writeln!(out, "let four{tap} = vec4<f32>(e{a}, e{b}, e{c}, e{d});");
    }
}

/// What follows a sum, and a name for it.
fn finish(recipe: &Recipe) -> (String, String) {
    let (bias, v) = (recipe.bound[2], recipe.bound[3]);
    let sum = if bias { "sum + bias[replica * p.bias_stride + channel]" } else { "sum" };
    let (value, activation) = match recipe.variant.activation() {
        Some(f) if v => (format!("({sum}) * derivative(v[replica * p.v_stride + at])"), f.wgsl),
        Some(f) => (format!("forward({sum})"), f.wgsl),
        None => (sum.to_owned(), ""),
    };
    let head = "fn finish(sum: f32, replica: u32, channel: u32, at: u32) -> f32";
    (format!("{head} {{\n    return {value};\n}}\n{activation}"), format!("{bias} {v} {}", recipe.variant.name()))
}

fn geometry(p: &ConvParameters, form: Form) -> Vec<(&'static str, f64)> {
    let mut all = vec![
        ("in_d", p.in_d),
        ("in_h", p.in_h),
        ("in_w", p.in_w),
        ("out_d", p.out_d),
        ("out_h", p.out_h),
        ("out_w", p.out_w),
        ("kernel_d", p.kernel_d),
        ("kernel_h", p.kernel_h),
        ("kernel_w", p.kernel_w),
        ("stride_d", p.stride_d),
        ("stride_h", p.stride_h),
        ("stride_w", p.stride_w),
        ("dilation_d", p.dilation_d),
        ("dilation_h", p.dilation_h),
        ("dilation_w", p.dilation_w),
        ("pad_d", p.pad_d),
        ("pad_h", p.pad_h),
        ("pad_w", p.pad_w),
    ];
    if form == Form::BackwardInput {
        all.push(("step_d", p.stride_d / gcd(p.stride_d, p.dilation_d)));
        all.push(("step_h", p.stride_h / gcd(p.stride_h, p.dilation_h)));
        all.push(("step_w", p.stride_w / gcd(p.stride_w, p.dilation_w)));
    }
    all.into_iter().map(|(name, value)| (name, f64::from(value))).collect()
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}
