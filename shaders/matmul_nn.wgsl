// c[m, n] = a[m, k] · b[k, n], times f'(y[m, n]) where there is a y: the gradient of a dense layer's input. The other
// files of this name say how the product is computed.
@group(1) @binding(0) var<storage, read> a: array<A>;             // [m, k]
@group(1) @binding(1) var<storage, read> b: array<B>;             // [k, n]
@group(1) @binding(2) var<storage, read> y: array<Element>;       // [m, n], or nothing
@group(1) @binding(3) var<storage, read_write> c: array<Element>; // [slices, m, n]

const A_ALONG_K = true; // whether a stored row runs along k
const B_ALONG_K = false;
const sums_rows = false;
override through: bool; // whether there is a y

fn finish(value: Element, column: u32, at: u32) -> Element {
    if through {
        return value * derivative_of_each(y[(replica * size.y_stride + at) / WIDE]);
    }
    return value;
}

fn store_row_sums(row: u32, sums: vec4<f32>) {}
