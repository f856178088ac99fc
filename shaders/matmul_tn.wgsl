// c[m, n] = a[k, m]ᵀ · b[k, n], and row_sums[m] = Σ a[k, m]: the gradients of a dense layer's weight and bias. The
// other files of this name say how the product is computed.
@group(1) @binding(0) var<storage, read> a: array<A>;                // [k, m]
@group(1) @binding(1) var<storage, read> b: array<B>;                // [k, n]
@group(1) @binding(2) var<storage, read_write> c: array<Element>;    // [slices, m, n]
@group(1) @binding(3) var<storage, read_write> row_sums: array<f32>; // [slices, m], or nothing

const A_ALONG_K = false; // whether a stored row runs along k
const B_ALONG_K = false;
override sums_rows: bool; // whether there are row sums

fn finish(value: Element, column: u32, at: u32) -> Element {
    return value;
}

fn store_row_sums(row: u32, sums: vec4<f32>) {
    for (var i = 0u; i < 4u; i++) {
        if row + i < size.m && slice < size.slices {
            row_sums[replica * size.row_sums_stride + slice * size.m + row + i] = sums[i];
        }
    }
}
