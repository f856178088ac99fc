// What the three convolutions share: the geometry is fixed when a pipeline is built, so that the
// compiler folds every division by it. Axes that are missing have extent 1.
override in_d: u32; override in_h: u32; override in_w: u32;
override out_d: u32; override out_h: u32; override out_w: u32;
override kernel_d: u32; override kernel_h: u32; override kernel_w: u32;
override stride_d: u32; override stride_h: u32; override stride_w: u32;
override dilation_d: u32; override dilation_h: u32; override dilation_w: u32;
override pad_d: u32; override pad_h: u32; override pad_w: u32;

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

fn pixels() -> u32 {
    return in_d * in_h * in_w;
}

fn positions() -> u32 {
    return out_d * out_h * out_w;
}
