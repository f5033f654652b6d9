//! CPU twin of `shaders/conv.wgsl`: y = epilogue(x ⋆ W).

use super::Machine;
use super::math::{self, Apply};
use super::memory::Memory;
use crate::op::{Conv, Epilogue, Step};
use crate::spec::Geometry;

pub(super) fn run(o: &Conv, _machine: &Machine, memory: &mut Memory<'_>, step: &Step) {
    let g = &o.geometry;
    let (large, small) = (g.large.len() as usize, g.small.len() as usize);
    let rows = (step.rows * o.samples) as usize;
    memory.write([o.y], |memory, [y]| {
        let (x, w, side) = (memory.read(o.x), memory.read(o.weight), memory.read(o.side));
        for (row, y) in y.chunks_exact_mut(small).take(rows).enumerate() {
            let x = &x[row * large..][..large];
            y.fill(0.0);
            taps(g, |weight, from, to| y[to] += w[weight] * x[from]);
            let area = g.small_area() as usize;
            finish(o.epilogue, y, side, row, area);
        }
    });
}

/// Calls `f` with the indices of every weight, large pixel and small pixel that meet.
pub(super) fn taps(g: &Geometry, mut f: impl FnMut(usize, usize, usize)) {
    let (k, s, p) = (g.kernel as i32, g.stride as i32, g.padding as i32);
    let (height, width) = (g.large.height as i32, g.large.width as i32);
    for c in 0..g.small.channels {
        for d in 0..g.large.channels {
            for ky in 0..k {
                for kx in 0..k {
                    let weight = ((c * g.large.channels + d) as i32 * k + ky) * k + kx;
                    for y in 0..g.small.height as i32 {
                        let iy = y * s - p + ky;
                        if iy < 0 || iy >= height {
                            continue;
                        }
                        for x in 0..g.small.width as i32 {
                            let ix = x * s - p + kx;
                            if ix < 0 || ix >= width {
                                continue;
                            }
                            let from = (d as i32 * height + iy) * width + ix;
                            let to = (c as i32 * g.small.height as i32 + y) * g.small.width as i32 + x;
                            f(weight as usize, from as usize, to as usize);
                        }
                    }
                }
            }
        }
    }
}

/// The epilogue of one row.
pub(super) fn finish(epilogue: Epilogue, y: &mut [f32], side: &[f32], row: usize, area: usize) {
    match epilogue {
        Epilogue::Forward(activation) => {
            for (y, &bias) in y.chunks_exact_mut(area).zip(side) {
                math::activation(activation, Biased { y, bias });
            }
        }
        Epilogue::Backward(crate::spec::Activation::Identity) => {}
        Epilogue::Backward(activation) => {
            let saved = &side[row * y.len()..][..y.len()];
            math::derivative(activation, Gradient { y, saved });
        }
    }
}

struct Biased<'a> {
    y: &'a mut [f32],
    bias: f32,
}

impl Apply for Biased<'_> {
    #[inline(always)]
    fn with(self, f: impl Fn(f32) -> f32 + Copy) {
        for y in self.y {
            *y = f(*y + self.bias);
        }
    }
}

struct Gradient<'a> {
    y: &'a mut [f32],
    saved: &'a [f32],
}

impl Apply for Gradient<'_> {
    #[inline(always)]
    fn with(self, f: impl Fn(f32) -> f32 + Copy) {
        for (y, &saved) in self.y.iter_mut().zip(self.saved) {
            *y *= f(saved);
        }
    }
}
