// What the three convolutions share. The geometry, in_d to pad_w, is fixed when a pipeline is built, so that the
// compiler folds every division by it. Axes that are missing have extent 1.

// A place: its example, and its coordinates.
struct Place {
    n: u32,
    d: u32,
    h: u32,
    w: u32,
}

// The place of a number that counts examples, depth, height and width, the width fastest.
fn place(number: u32, d: u32, h: u32, w: u32) -> Place {
    let line = number / w;
    let plane = line / h;
    return Place(plane / d, plane % d, line % h, number % w);
}

// A tap of a filter: its channel, and its coordinates.
fn tap(number: u32) -> Place {
    return place(number, kernel_d, kernel_h, kernel_w);
}

fn taps() -> u32 {
    return kernel_d * kernel_h * kernel_w;
}

fn positions() -> u32 {
    return out_d * out_h * out_w;
}
