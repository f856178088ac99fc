//! The poolings' twins: plane by plane.

use rayon::prelude::*;

use super::{ALONE, PoolParameters, plane::Plane};
use crate::{
    kernels::{Arguments, Slot, activation, wrong_bindings},
    real::Real,
};

pub fn max_forward<T: Real>(arguments: &mut Arguments<T>) {
    let plane = Plane::from(arguments.parameters::<PoolParameters>());
    let [Slot::Real(x), Slot::RealMut(y), Slot::RealMut(places)] = &mut arguments.slots[..] else { wrong_bindings() };
    let (inputs, outputs) = (plane.inputs(), plane.outputs());
    if places.is_empty() {
        return y.par_chunks_mut(outputs).zip(x.par_chunks(inputs)).for_each(|(y, x)| plane.maxima(x, y));
    }
    let planes = y.par_chunks_mut(outputs).zip(x.par_chunks(inputs)).zip(places.par_chunks_mut(outputs));
    planes.for_each(|((y, x), places)| {
        plane.placed(x, y, places);
    });
}

pub fn max_backward<T: Real>(arguments: &mut Arguments<T>) {
    let plane = Plane::from(arguments.parameters::<PoolParameters>());
    let variant = arguments.variant;
    let [Slot::Real(places), Slot::Real(dy), Slot::Real(v), Slot::RealMut(dx)] = &mut arguments.slots[..] else {
        wrong_bindings()
    };
    let planes = dx.par_chunks_mut(plane.inputs()).zip(places.par_chunks(plane.outputs()));
    planes.zip(dy.par_chunks(plane.outputs())).enumerate().for_each(|(number, ((dx, places), dy))| {
        dx.fill(T::zero());
        plane.taps(|windows, pixel, tap| {
            let (tap, windows) = (T::of(tap as f64), places[windows.clone()].iter().zip(&dy[windows]));
            for (dx, (&place, &dy)) in dx[pixel..].iter_mut().step_by(plane.stride[2]).zip(windows) {
                *dx += if place == tap { dy } else { T::zero() };
            }
        });
        if let Some(f) = variant.activation() {
            activation::slope(f.slope(), dx, &v[number * plane.inputs()..][..plane.inputs()]);
        }
    });
}

pub fn average_forward<T: Real>(arguments: &mut Arguments<T>) {
    let plane = Plane::from(arguments.parameters::<PoolParameters>());
    let [Slot::Real(x), Slot::RealMut(y)] = &mut arguments.slots[..] else { wrong_bindings() };
    // Long lines are summed one by one, by lanes; short ones side by side.
    let long = plane.kernel[2] >= 64 || plane.kernel.iter().product::<usize>() as u64 >= ALONE;
    y.par_chunks_mut(plane.outputs()).zip(x.par_chunks(plane.inputs())).for_each(|(y, x)| {
        if long {
            y.iter_mut().enumerate().for_each(|(o, y)| *y = plane.sum(x, o));
        } else {
            y.fill(T::zero());
            plane.taps(|windows, pixel, _| {
                y[windows].iter_mut().zip(x[pixel..].iter().step_by(plane.stride[2])).for_each(|(y, &x)| *y += x);
            });
        }
        plane.share(y);
    });
}

pub fn average_backward<T: Real>(arguments: &mut Arguments<T>) {
    let plane = Plane::from(arguments.parameters::<PoolParameters>());
    let variant = arguments.variant;
    let [Slot::Real(dy), Slot::Real(v), Slot::RealMut(dx)] = &mut arguments.slots[..] else { wrong_bindings() };
    let planes = dx.par_chunks_mut(plane.inputs()).zip(dy.par_chunks(plane.outputs()));
    let shares = || vec![T::zero(); plane.outputs()];
    planes.enumerate().for_each_init(shares, |shares, (number, (dx, dy))| {
        shares.copy_from_slice(dy);
        plane.share(shares);
        dx.fill(T::zero());
        plane.taps(|windows, pixel, _| {
            let dx = dx[pixel..].iter_mut().step_by(plane.stride[2]);
            dx.zip(&shares[windows]).for_each(|(dx, &share)| *dx += share);
        });
        if let Some(f) = variant.activation() {
            activation::slope(f.slope(), dx, &v[number * plane.inputs()..][..plane.inputs()]);
        }
    });
}
