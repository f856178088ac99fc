//! The poolings' shaders: a thread for each window or pixel, or a workgroup for a large window.

use super::{ALONE, PoolParameters};
use crate::kernels::{Lanes, Recipe, Shader, Source, product, read, wgsl};

pub fn max_forward(recipe: &Recipe) -> Source {
    let shader = Shader::of(recipe, wgsl!("pool_max_forward.wgsl")).set("placed", recipe.binds("places"));
    forward(recipe, shader, |shader, lanes| shader.with(wgsl!("pool_max_shared.wgsl")).lanes(lanes).largest(lanes))
}

pub fn max_backward(recipe: &Recipe) -> Source {
    backward(recipe, wgsl!("pool_max_backward.wgsl"))
}

pub fn average_forward(recipe: &Recipe) -> Source {
    let shader = Shader::of(recipe, wgsl!("pool_average_forward.wgsl"));
    forward(recipe, shader, |shader, lanes| shader.with(wgsl!("pool_average_shared.wgsl")).sum(lanes))
}

pub fn average_backward(recipe: &Recipe) -> Source {
    backward(recipe, wgsl!("pool_average_backward.wgsl"))
}

/// The shader of a forward pass: what one thread makes of a window, or all of a workgroup.
fn forward<'a>(recipe: &Recipe, shader: Shader<'a>, shared: impl FnOnce(Shader<'a>, Lanes) -> Shader<'a>) -> Source {
    let p: PoolParameters = read(recipe.parameters);
    let (windows, taps) = (p.planes * p.out_d * p.out_h * p.out_w, product(&[p.kernel_d, p.kernel_h, p.kernel_w]));
    let (lanes, shader) = (Lanes::from(ALONE, taps), shader.with(wgsl!("pool_geometry.wgsl")));
    if lanes.lanes == 1 {
        let shader = shader.part("alone", wgsl!("pool_forward.wgsl"));
        return shader.strided(windows, 64).with(nested([p.kernel_d, p.kernel_h, p.kernel_w]));
    }
    shared(shader.part("shared", wgsl!("pool_shared.wgsl")), lanes).items(lanes.grid(windows.into(), taps, 1))
}

/// The shader of a backward pass, with the derivative of an activation in its open place.
fn backward(recipe: &Recipe, file: &str) -> Source {
    let p: PoolParameters = read(recipe.parameters);
    // The windows that hold a pixel, along each axis.
    let held = |kernel: u32, stride: u32, out: u32| kernel.div_ceil(stride).min(out);
    let (d, h) = (held(p.kernel_d, p.stride_d, p.out_d), held(p.kernel_h, p.stride_h, p.out_h));
    let w = held(p.kernel_w, p.stride_w, p.out_w);
    let lanes = Lanes { lanes: 1, each: if w > 8 { 8 } else { 1 } };
    let shader = Shader::of(recipe, file).with(wgsl!("pool_backward.wgsl")).with(wgsl!("pool_geometry.wgsl"));
    let shader = shader.sum(lanes).set("through", recipe.binds("v")).activation();
    let inputs = p.planes * p.in_d * p.in_h * p.in_w;
    shader.strided(inputs, 64).with(nested([d, h, w.div_ceil(lanes.each)]))
}

/// The turns of loops within each other.
fn nested(loops: [u32; 3]) -> u64 {
    loops.into_iter().rev().fold(0, |inner, turns| u64::from(turns) * (inner + 1) + 1)
}
