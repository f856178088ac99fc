//! The matrix product in WGSL: which variant suits a shape and an adapter, and the text of it.
//!
//! Three forms serve a dense layer with PyTorch's weight layout `[out, in]`:
//!
//! | form | C\[m, n\] | epilogue | serves |
//! |------|-----------|----------|--------|
//! | `Nt` | `A[m, k] · B[n, k]ᵀ` | `+ bias[n]`, then the activation | forward: x, weight |
//! | `Nn` | `A[m, k] · B[k, n]`  | `∘ derivative(y[m, n])` | gradient of the input: dz, weight |
//! | `Tn` | `A[k, m]ᵀ · B[k, n]` | `row_sums[m] = Σₖ A[k, m]` | gradients of weight and bias: dz, x |
//!
//! `shaders/matmul_nt.wgsl` and its like are the forms: the bindings, and what becomes of a sum. Other files hold the
//! loops, how four numbers of an operand are loaded, and how four of C are stored.
//!
//! Every variant adds the products of one number of C in the order of k, and a number of C is summed by one thread:
//! results are bit-identical from run to run, though not from variant to variant.

use super::MatmulParameters;
use crate::kernels::{Grid, Recipe, Shader, Source, Tile, read, wgsl};

/// A GPU is busy from about this many workgroups on; with fewer large tiles, small ones serve better.
const ENOUGH_WORKGROUPS: u64 = 128;

/// How A and B are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// `A[m, k] · B[k, n]`
    Nn,
    /// `A[m, k] · B[n, k]ᵀ`
    Nt,
    /// `A[k, m]ᵀ · B[k, n]`
    Tn,
}

/// C is `[m, n]`, sums run over k. All three are at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Rows of C.
    pub m: u32,
    /// Columns of C.
    pub n: u32,
    /// Terms of each sum.
    pub k: u32,
    /// Parts into which the terms are cut, each with a C of its own.
    pub slices: u32,
    /// Terms of each but the last; a multiple of 16.
    pub slice: u32,
}

/// A shader. `choose` picks; proofs force each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Variant {
    /// Software adapters with subgroups of at least 8 lanes and 64-bit integers: 16 rows × 64 columns, or × 32 where
    /// there are no more; A broadcast between lanes.
    RowsBroadcast,
    /// Other software adapters: the same without exchange between lanes.
    RowsAlone,
    /// GPUs, small products: 32 × 32 tiles, 4 × 4 numbers a thread.
    TiledSmall,
    /// GPUs: 128 × 128 tiles, 8 × 8 numbers a thread.
    TiledLarge,
}

impl Variant {
    /// The fastest variant that the adapter can run.
    pub fn choose(shape: Shape, replicas: usize, tile: Tile) -> Variant {
        let large = Variant::TiledLarge.tiles(shape) * replicas as u64 >= ENOUGH_WORKGROUPS;
        match tile {
            Tile::Hardware if large => Variant::TiledLarge,
            Tile::Hardware | Tile::HardwareSmall => Variant::TiledSmall,
            Tile::HardwareLarge => Variant::TiledLarge,
            Tile::Software => Variant::RowsAlone,
            Tile::SoftwareSubgroups => Variant::RowsBroadcast,
        }
    }

    /// Rows and columns of C in one workgroup.
    pub fn tile(self, shape: Shape) -> [u32; 2] {
        match self {
            Variant::RowsBroadcast | Variant::RowsAlone => [16, if shape.n > 32 { 64 } else { 32 }],
            Variant::TiledSmall => [32, 32],
            Variant::TiledLarge => [128, 128],
        }
    }

    /// How far the kernel goes along k at once.
    fn step(self) -> u32 {
        match self {
            Variant::RowsBroadcast | Variant::RowsAlone => 4,
            Variant::TiledSmall | Variant::TiledLarge => 16,
        }
    }

    fn tiles(self, shape: Shape) -> u64 {
        let [rows, columns] = self.tile(shape);
        u64::from(shape.m.div_ceil(rows)) * u64::from(shape.n.div_ceil(columns)) * u64::from(shape.slices)
    }

    /// The loops, and the sizes that they leave open.
    fn loops(self, shader: Shader, shape: Shape) -> Shader {
        let (rows, tiled) = (wgsl!("matmul_rows.wgsl"), wgsl!("matmul_tiled.wgsl"));
        let tile = self.tile(shape)[1];
        match self {
            Variant::RowsBroadcast => {
                let shader = shader.part("rows, broadcast", rows).with(wgsl!("matmul_rows_broadcast.wgsl"));
                shader.constant("TILE_COLUMNS", tile)
            }
            Variant::RowsAlone => {
                let shader = shader.part("rows, alone", rows).with(wgsl!("matmul_rows_alone.wgsl"));
                shader.constant("TILE_COLUMNS", tile)
            }
            Variant::TiledSmall => shader.part("tiled", tiled).constant("TILE", tile).constant("CHUNKS", 1),
            Variant::TiledLarge => shader.part("tiled", tiled).constant("TILE", tile).constant("CHUNKS", 2),
        }
    }
}

/// How an operand is loaded: by single numbers, or by fours where its stored rows are a multiple of 4 long.
struct Loads {
    ones: &'static str,
    fours: &'static str,
    /// Fours as two 64-bit integers.
    pairs: &'static str,
}

const LOADS_OF_A: Loads = Loads {
    ones: wgsl!("matmul_a_ones.wgsl"),
    fours: wgsl!("matmul_a_fours.wgsl"),
    pairs: wgsl!("matmul_a_pairs.wgsl"),
};

const LOADS_OF_B: Loads = Loads {
    ones: wgsl!("matmul_b_ones.wgsl"),
    fours: wgsl!("matmul_b_fours.wgsl"),
    pairs: wgsl!("matmul_b_pairs.wgsl"),
};

impl Loads {
    /// The piece for stored rows of this length, and a name for it.
    fn of(&self, name: &str, row: u32, variant: Variant) -> (String, &'static str) {
        let (by, piece) = match (row.is_multiple_of(4), variant) {
            (false, _) => ("ones", self.ones),
            (true, Variant::RowsBroadcast) => ("pairs", self.pairs),
            (true, _) => ("fours", self.fours),
        };
        (format!("{name} by {by}"), piece)
    }
}

/// The shader that suits the adapter.
pub fn source(recipe: &Recipe, form: Form) -> Source {
    let p: MatmulParameters = read(recipe.parameters);
    let shape = Shape { m: p.m, n: p.n, k: p.k, slices: p.slices, slice: p.slice() };
    of(recipe, form, shape, Variant::choose(shape, recipe.replicas, recipe.tile))
}

/// The shader of one variant of one form. It depends on the shape only through which of m, n and k are multiples of 4
/// (k: or of the 16 that a tile is long), and whether n is at most 32. An operand whose rows are a multiple of 4 long
/// is read by fours: its place and replica stride must be multiples of 4 too, and so must those of a bias when n is.
fn of(recipe: &Recipe, form: Form, shape: Shape, variant: Variant) -> Source {
    let shader = match form {
        Form::Nn => Shader::of(recipe, wgsl!("matmul_nn.wgsl")).set("through", recipe.binds("y")),
        Form::Nt => Shader::of(recipe, wgsl!("matmul_nt.wgsl")).set("biased", recipe.binds("bias")),
        Form::Tn => Shader::of(recipe, wgsl!("matmul_tn.wgsl")).set("sums_rows", recipe.binds("row_sums")),
    };
    // The lengths of stored rows.
    let (a, b) = match form {
        Form::Nn => (shape.k, shape.n),
        Form::Nt => (shape.k, shape.k),
        Form::Tn => (shape.m, shape.n),
    };
    let (a_name, a) = LOADS_OF_A.of("a", a, variant);
    let (b_name, b) = LOADS_OF_B.of("b", b, variant);
    let (slices, slices_piece) = match shape.slices {
        1 => ("whole", wgsl!("matmul_whole.wgsl")),
        _ => ("sliced", wgsl!("matmul_sliced.wgsl")),
    };
    let shader = variant.loops(shader, shape).part(slices, slices_piece).part(&a_name, a).part(&b_name, b);
    let guarded = !shape.k.is_multiple_of(variant.step());
    let shader = shader.with(wgsl!("matmul_memory.wgsl")).set("guarded", guarded);
    let (shader, wide) = shader.wide(shape.n);
    let store = if wide == 4 { wgsl!("matmul_store_fours.wgsl") } else { wgsl!("matmul_store_ones.wgsl") };
    // Each turn takes a step along k; a few more store the tile.
    let turns = u64::from(shape.slice.min(shape.k).div_ceil(variant.step())) + 50;
    shader.with(store).activation().grid(Grid::items(variant.tiles(shape)).with(turns))
}

#[cfg(test)]
mod tests;
