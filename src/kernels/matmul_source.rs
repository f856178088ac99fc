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

use super::{Grid, Source, Tile};

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

    fn tiled(self) -> bool {
        matches!(self, Variant::TiledSmall | Variant::TiledLarge)
    }

    /// The loops, and the sizes that they leave open.
    fn text(self, shape: Shape) -> String {
        let rows = include_str!("../../shaders/matmul_rows.wgsl");
        let tiled = include_str!("../../shaders/matmul_tiled.wgsl");
        let broadcast = include_str!("../../shaders/matmul_rows_broadcast.wgsl");
        let alone = include_str!("../../shaders/matmul_rows_alone.wgsl");
        let columns = self.tile(shape)[1];
        match self {
            Variant::RowsBroadcast => {
                format!("{rows}\n{broadcast}\nconst TILE_COLUMNS = {columns}u;\n")
            }
            Variant::RowsAlone => format!("{rows}\n{alone}\nconst TILE_COLUMNS = {columns}u;\n"),
            Variant::TiledSmall => {
                format!("{tiled}\nconst TILE = {columns}u;\nconst CHUNKS = 1u;\n")
            }
            Variant::TiledLarge => {
                format!("{tiled}\nconst TILE = {columns}u;\nconst CHUNKS = 2u;\n")
            }
        }
    }
}

/// The text of one variant of one form. It depends on the shape only through which of m, n and k are multiples of 4
/// (k: or of the 16 that a tile is long), and whether n is at most 32. An operand whose rows are a multiple of 4 long
/// is read by fours: its place and replica stride must be multiples of 4 too, and so must those of a bias when n is.
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
    let quads = if variant == Variant::RowsBroadcast { Element::Pairs } else { Element::Vec4 };
    let element = |dimension: &str, quads| {
        if by_fours(dimension) { quads } else { Element::F32 }
    };
    let (a_element, b_element, c_element) = (element(a[1], quads), element(b[1], quads), element("n", Element::Vec4));
    let k_guard = !shape.k.is_multiple_of(variant.step());
    let wgsl = [
        variant.text(shape),
        "var<private> replica: u32;\n".to_string(),
        slices(shape, if variant.tiled() { "params" } else { "given" }),
        format!("const A_ALONG_K = {};\nconst B_ALONG_K = {};\n", form != Form::Tn, form == Form::Nt),
        format!("const ROW_SUMS = {};\n", form == Form::Tn && epilogue.extra),
        bindings(form, [a_element, b_element, c_element], if variant.tiled() { "params" } else { "given" }),
        quad("a", a, a_element, k_guard),
        quad("b", b, b_element, k_guard),
        store(form, epilogue, c_element == Element::Vec4),
        epilogue.activation.unwrap_or_default().to_string(),
    ]
    .join("\n");

    // Each turn takes a step along k; a few more store the tile.
    let turns = u64::from(shape.slice.min(shape.k).div_ceil(variant.step())) + 50;
    let mut hasher = DefaultHasher::new();
    wgsl.hash(&mut hasher);
    Source {
        grid: Grid::items(variant.tiles(shape)).with(turns),
        label: format!("matmul {form:?} {variant:?} {:016x}", hasher.finish()),
        wgsl,
        constants: vec![],
    }
}

/// Which slice a workgroup's tile is of, and that slice's terms.
fn slices(shape: Shape, params: &str) -> String {
    if shape.slices == 1 {
        return format!(
            "const slice = 0u;
fn tile_of(number: u32, tiles: u32) -> u32 {{
    return number;
}}
fn first_term() -> u32 {{
    return 0u;
}}
fn end_term() -> u32 {{
    return {params}.k;
}}
"
        );
    }
    format!(
        "var<private> slice: u32;
fn slice_length() -> u32 {{
    return (({params}.k + {params}.slices - 1u) / {params}.slices + 15u) / 16u * 16u;
}}
fn tile_of(number: u32, tiles: u32) -> u32 {{
    slice = number / tiles;
    return number % tiles;
}}
fn first_term() -> u32 {{
    return min(slice * slice_length(), {params}.k);
}}
fn end_term() -> u32 {{
    // The grid may have a few workgroups behind the last slice.
    return select(0u, min((slice + 1u) * slice_length(), {params}.k), slice < {params}.slices);
}}
"
    )
}

/// What an operand is an array of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    F32,
    /// Four numbers of one row, where rows are a multiple of 4 long.
    Vec4,
    /// The same as two 64-bit integers: where a load costs per component, half as many.
    Pairs,
}

impl Element {
    fn name(self) -> &'static str {
        match self {
            Element::F32 => "f32",
            Element::Vec4 => "vec4f",
            Element::Pairs => "vec2<u64>",
        }
    }
}

/// Group 1 (group 0 belongs to the step), operands as vec4f where their rows allow it.
fn bindings(form: Form, elements: [Element; 3], params: &str) -> String {
    let [a, b, c] = elements.map(Element::name);
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
    text + &format!("struct Params {{ m: u32, n: u32, k: u32, slices: u32, {strides} }}\n")
        + &format!("@group(1) @binding(4) var<uniform> {params}: Params;\n")
}

/// `x_quad(row, column)`: four numbers of one stored row of an operand. Past the end of m or n it repeats the last
/// ones, which no kernel stores; past the end of k it gives 0, where `k_guard` says that a kernel may go there.
fn quad(name: &str, [rows, columns]: [&str; 2], element: Element, k_guard: bool) -> String {
    let inner = |dimension: &str, index: &str, last: &str| match (dimension, k_guard) {
        ("k", true) => format!("select(0u, {index}, {index} < params.k)"),
        ("k", false) => index.to_string(),
        _ => format!("min({index}, params.{dimension} - {last})"),
    };
    let row = inner(rows, "row", "1u");
    let column = inner(columns, "column", if element == Element::F32 { "1u" } else { "4u" });
    let k = if rows == "k" { "row" } else { "column" };
    let guarded = |value: String, zero: &str| match k_guard {
        true => format!("select({zero}, {value}, {k} < params.k)"),
        false => value,
    };
    // Each part divided by itself, so that only one multiplication depends on k.
    let at = format!("replica * (params.$x_stride / 4u) + {row} * (params.{columns} / 4u) + {column} / 4u");
    let text = match element {
        Element::F32 => {
            let one = format!("$x[replica * params.$x_stride + {row} * params.{columns} + {column}]");
            format!("fn $x_one(row: u32, column: u32) -> f32 {{\n    return {};\n}}\n", guarded(one, "0.0"))
                + "fn $x_quad(row: u32, column: u32) -> vec4f {
    return vec4f($x_one(row, column), $x_one(row, column + 1u), $x_one(row, column + 2u), $x_one(row, column + 3u));
}
"
        }
        Element::Vec4 => format!(
            "fn $x_quad(row: u32, column: u32) -> vec4f {{\n    return {};\n}}\n",
            guarded(format!("$x[{at}]"), "vec4f()")
        ),
        Element::Pairs => format!(
            "fn $x_quad(row: u32, column: u32) -> vec4f {{
    let pairs = $x[{at}];
    let quad = bitcast<vec4f>(vec4u(u32(pairs.x), u32(pairs.x >> 32u), u32(pairs.y), u32(pairs.y >> 32u)));
    return {};
}}
",
            guarded("quad".to_string(), "vec4f()")
        ),
    };
    text.replace("$x", name)
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
    if (row < params.m && column < params.n && slice < params.slices) {
        let at = (slice * params.m + row) * params.n + column;
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
        "if (row + i < params.m && slice < params.slices) {
            row_sums[replica * params.row_sums_stride + slice * params.m + row + i] = sums[i];
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

#[cfg(test)]
mod tests;
