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
//! The files in `shaders/` hold the loops. What depends on form and shape is appended here, after them, so that the
//! line numbers of shader errors stay true: bindings, how to load four numbers of an operand, how to store four of C.
//!
//! Every variant adds the products of one number of C in the order of k, and a number of C is summed by one thread:
//! results are bit-identical from run to run, though not from variant to variant.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{LARGEST_GRID, Source, Tile};

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
}

/// What happens to C on its way to memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Epilogue<'a> {
    /// WGSL text that defines `forward(x: f32) -> f32` and `derivative(y: f32) -> f32`, the latter of the *output*;
    /// none for the identity.
    pub activation: Option<&'a str>,
    /// Whether the optional operand is there: the bias of `Nt`, the `y` of `Nn`, the `row_sums` of `Tn`.
    pub extra: bool,
}

/// A shader. `choose` picks; proofs force each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Variant {
    /// Software adapters whose subgroups have at least 8 lanes: 16 rows × 64 columns, A broadcast between lanes.
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
    pub fn tile(self) -> [u32; 2] {
        match self {
            Variant::RowsBroadcast | Variant::RowsAlone => [16, 64],
            Variant::TiledSmall => [32, 32],
            Variant::TiledLarge => [128, 128],
        }
    }

    fn tiles(self, shape: Shape) -> u64 {
        let [rows, columns] = self.tile();
        u64::from(shape.m.div_ceil(rows)) * u64::from(shape.n.div_ceil(columns))
    }

    fn text(self) -> String {
        let rows = include_str!("../../shaders/matmul_rows.wgsl");
        let tiled = include_str!("../../shaders/matmul_tiled.wgsl");
        match self {
            Variant::RowsBroadcast => format!("{rows}\n{}", include_str!("../../shaders/matmul_rows_broadcast.wgsl")),
            Variant::RowsAlone => format!("{rows}\n{}", include_str!("../../shaders/matmul_rows_alone.wgsl")),
            Variant::TiledSmall => format!("{tiled}\nconst TILE = 32u;\nconst CHUNKS = 1u;\n"),
            Variant::TiledLarge => format!("{tiled}\nconst TILE = 128u;\nconst CHUNKS = 2u;\n"),
        }
    }
}

/// The text of one variant of one form. It depends on the shape only through which of m, n, k are multiples of 4. An
/// operand whose rows are a multiple of 4 long is read by fours: its place and replica stride must be multiples of 4
/// too, and so must those of a bias when n is.
pub fn source(form: Form, shape: Shape, epilogue: &Epilogue, variant: Variant) -> Source {
    // Stored size [rows, columns] of each operand.
    let (a, b) = match form {
        Form::Nn => (["m", "k"], ["k", "n"]),
        Form::Nt => (["m", "k"], ["n", "k"]),
        Form::Tn => (["k", "m"], ["k", "n"]),
    };
    let by_fours = |dimension: &str| match dimension {
        "m" => shape.m.is_multiple_of(4),
        "n" => shape.n.is_multiple_of(4),
        _ => shape.k.is_multiple_of(4),
    };
    let wgsl = [
        variant.text(),
        format!("const MAX_GRID = {LARGEST_GRID}u;\nvar<private> replica: u32;\n"),
        format!("const A_ALONG_K = {};\nconst B_ALONG_K = {};\n", form != Form::Tn, form == Form::Nt),
        format!("const ROW_SUMS = {};\n", form == Form::Tn && epilogue.extra),
        bindings(form, [by_fours(a[1]), by_fours(b[1]), by_fours("n")]),
        quad("a", a, by_fours(a[1])),
        quad("b", b, by_fours(b[1])),
        store(form, epilogue, by_fours("n")),
        epilogue.activation.unwrap_or_default().to_string(),
    ]
    .join("\n");

    let tiles = variant.tiles(shape);
    assert!(
        tiles.div_ceil(u64::from(LARGEST_GRID)) <= u64::from(LARGEST_GRID),
        "{shape:?} needs more workgroups than a grid has"
    );
    let mut hasher = DefaultHasher::new();
    wgsl.hash(&mut hasher);
    Source {
        workgroups: [tiles.min(u64::from(LARGEST_GRID)) as u32, tiles.div_ceil(u64::from(LARGEST_GRID)) as u32],
        label: format!("matmul {form:?} {variant:?} {:016x}", hasher.finish()),
        wgsl,
        constants: vec![],
    }
}

/// Group 1 (group 0 belongs to the step), operands as vec4f where their rows allow it.
fn bindings(form: Form, [a4, b4, c4]: [bool; 3]) -> String {
    let element = |by_fours: bool| if by_fours { "vec4f" } else { "f32" };
    let (a, b, c) = (element(a4), element(b4), element(c4));
    let operands = match form {
        Form::Nn => [("a", "read", a), ("b", "read", b), ("y", "read", c), ("c", "read_write", c)],
        Form::Nt => [("a", "read", a), ("b", "read", b), ("bias", "read", c), ("c", "read_write", c)],
        Form::Tn => [("a", "read", a), ("b", "read", b), ("c", "read_write", c), ("row_sums", "read_write", "f32")],
    };
    let mut text = String::new();
    for (i, (name, access, element)) in operands.iter().enumerate() {
        text += &format!("@group(1) @binding({i}) var<storage, {access}> {name}: array<{element}>;\n");
    }
    let strides = operands.map(|(name, ..)| format!("{name}_stride: u32")).join(", ");
    text + &format!("struct Params {{ m: u32, n: u32, k: u32, {strides} }}\n")
        + "@group(1) @binding(4) var<uniform> params: Params;\n"
}

/// `x_quad(row, column)`: four numbers of one stored row of an operand, 0 where it ends.
fn quad(name: &str, [rows, columns]: [&str; 2], by_fours: bool) -> String {
    let text = if by_fours {
        "fn $x_quad(row: u32, column: u32) -> vec4f {
    let inside = row < params.$rows && column < params.$columns;
    let at = replica * params.$x_stride + select(0u, row * params.$columns + column, inside);
    return select(vec4f(), $x[at / 4u], inside);
}
"
    } else {
        "fn $x_one(row: u32, column: u32) -> f32 {
    let inside = row < params.$rows && column < params.$columns;
    return select(0.0, $x[replica * params.$x_stride + select(0u, row * params.$columns + column, inside)], inside);
}
fn $x_quad(row: u32, column: u32) -> vec4f {
    return vec4f($x_one(row, column), $x_one(row, column + 1u), $x_one(row, column + 2u), $x_one(row, column + 3u));
}
"
    };
    text.replace("$x", name).replace("$rows", rows).replace("$columns", columns)
}

/// `store_quad(row, column, value)`: the epilogue and the store of four numbers of one row of C.
fn store(form: Form, epilogue: &Epilogue, by_fours: bool) -> String {
    let activated = epilogue.activation.is_some();
    let value = match form {
        Form::Nn if epilogue.extra && activated => "value * $derivative(y[(replica * params.y_stride + at)$by])",
        Form::Nt if epilogue.extra && activated => "$forward(value + bias[(replica * params.bias_stride + column)$by])",
        Form::Nt if epilogue.extra => "value + bias[(replica * params.bias_stride + column)$by]",
        Form::Nt if activated => "$forward(value)",
        _ => "value",
    };
    let store = "fn $store(row: u32, column: u32, value: $element) {
    if (row < params.m && column < params.n) {
        let at = row * params.n + column;
        c[(replica * params.c_stride + at)$by] = $value;
    }
}
"
    .replace("$value", value);
    let mut text = if by_fours {
        store
            .replace("$store", "store_quad")
            .replace("$element", "vec4f")
            .replace("$by", " / 4u")
            .replace("$forward", "forward4")
            .replace("$derivative", "derivative4")
    } else {
        store
            .replace("$store", "store_one")
            .replace("$element", "f32")
            .replace("$by", "")
            .replace("$forward", "forward")
            .replace("$derivative", "derivative")
            + "fn store_quad(row: u32, column: u32, value: vec4f) {
    store_one(row, column, value.x);
    store_one(row, column + 1u, value.y);
    store_one(row, column + 2u, value.z);
    store_one(row, column + 3u, value.w);
}
"
    };
    if activated && by_fours {
        text += "fn forward4(x: vec4f) -> vec4f {
    return vec4f(forward(x.x), forward(x.y), forward(x.z), forward(x.w));
}
fn derivative4(y: vec4f) -> vec4f {
    return vec4f(derivative(y.x), derivative(y.y), derivative(y.z), derivative(y.w));
}
";
    }
    let store_sum = if form == Form::Tn && epilogue.extra {
        "if (row + i < params.m) {
            row_sums[replica * params.row_sums_stride + row + i] = sums[i];
        }"
    } else {
        ""
    };
    text + &format!(
        "fn store_row_sums(row: u32, sums: vec4f) {{
    for (var i = 0u; i < 4u; i++) {{
        {store_sum}
    }}
}}
"
    )
}
