// Where a product's operands and results lie. Past the end of m or n, what is loaded is the last numbers again, which
// nobody stores; past the end of k it is 0, where `guarded` says that a shader may go there.
var<private> replica: u32;
var<private> size: Params; // p: a software driver's compiler would read a uniform again in each turn of a loop
override guarded: bool;

fn is_term(k: u32) -> bool {
    return !guarded | (k < size.k);
}

fn term_place(k: u32) -> u32 {
    return select(0u, k, is_term(k));
}

// Where a number of a stored row is, in an array of A_WIDE or B_WIDE numbers each. Each part is divided by itself, so
// that only one multiplication depends on k.
fn a_place(row: u32, column: u32) -> u32 {
    let a0 = replica * (size.a_stride / A_WIDE);
    if A_ALONG_K {
        return a0 + min(row, size.m - 1u) * (size.k / A_WIDE) + term_place(column) / A_WIDE;
    }
    return a0 + term_place(row) * (size.m / A_WIDE) + min(column, size.m - A_WIDE) / A_WIDE;
}

fn b_place(row: u32, column: u32) -> u32 {
    let b0 = replica * (size.b_stride / B_WIDE);
    if B_ALONG_K {
        return b0 + min(row, size.n - 1u) * (size.k / B_WIDE) + term_place(column) / B_WIDE;
    }
    return b0 + term_place(row) * (size.n / B_WIDE) + min(column, size.n - B_WIDE) / B_WIDE;
}

// Stores one number of c, or WIDE of them.
fn store(row: u32, column: u32, value: Element) {
    if row < size.m && column < size.n && slice < size.slices {
        let at = (slice * size.m + row) * size.n + column;
        c[(replica * size.c_stride + at) / WIDE] = finish(value, column, at);
    }
}
