// c[m, n] = f(a[m, k] · b[n, k]ᵀ + bias[n]): a dense layer forward. The other files of this name say how the
// product is computed.
@group(1) @binding(0) var<storage, read> a: array<A>;             // [m, k]
@group(1) @binding(1) var<storage, read> b: array<B>;             // [n, k]
@group(1) @binding(2) var<storage, read> bias: array<Element>;    // [n], or nothing
@group(1) @binding(3) var<storage, read_write> c: array<Element>; // [slices, m, n]

const A_ALONG_K = true; // whether a stored row runs along k
const B_ALONG_K = true;
const sums_rows = false;
override biased: bool; // whether there is a bias

fn finish(value: Element, column: u32, at: u32) -> Element {
    if biased {
        return forward_of_each(value + bias[(replica * size.bias_stride + column) / WIDE]);
    }
    return forward_of_each(value);
}

fn store_row_sums(row: u32, sums: vec4<f32>) {}
