//! What convolutions and their gradients mean: every pair of pixels that a tap joins, from the definition.

use vae_playground::op::{Conv, ConvGradBias, ConvGradWeight, ConvTranspose, Epilogue, Step, SumSlices};
use vae_playground::spec::{Activation, Geometry};

use super::apply::rows;
use super::math;
use super::memory::Memory;

/// A small pixel, a weight, and the large pixel that they meet; each as an index within its image or weight.
struct Meeting {
    small: usize,
    weight: usize,
    large: usize,
}

fn meetings(g: &Geometry) -> Vec<Meeting> {
    let [inner, outer] = [g.small, g.large].map(|s| [s.channels, s.height, s.width].map(i64::from));
    let [k, stride, padding] = [g.kernel, g.stride, g.padding].map(i64::from);
    let mut all = Vec::new();
    for c in 0..inner[0] {
        for y in 0..inner[1] {
            for x in 0..inner[2] {
                for d in 0..outer[0] {
                    for ky in 0..k {
                        for kx in 0..k {
                            let (row, column) = (y * stride - padding + ky, x * stride - padding + kx);
                            if (0..outer[1]).contains(&row) && (0..outer[2]).contains(&column) {
                                all.push(Meeting {
                                    small: ((c * inner[1] + y) * inner[2] + x) as usize,
                                    weight: (((c * outer[0] + d) * k + ky) * k + kx) as usize,
                                    large: ((d * outer[1] + row) * outer[2] + column) as usize,
                                });
                            }
                        }
                    }
                }
            }
        }
    }
    all
}

/// Sums of all images taken through their epilogue; `area` pixels to a channel.
fn finish(epilogue: Epilogue, sums: &mut [f64], side: &[f64], image: usize, area: usize) {
    for (i, sum) in sums.iter_mut().enumerate() {
        match epilogue {
            Epilogue::Forward(activation) => {
                *sum = math::activation(activation, *sum + side[i % image / area]);
            }
            Epilogue::Backward(Activation::Identity) => {}
            Epilogue::Backward(activation) => *sum *= math::derivative(activation, side[i]),
        }
    }
}

pub(super) fn conv(o: &Conv, mem: &mut Memory, step: &Step) {
    let (g, m) = (&o.geometry, rows(step, o.samples));
    let (large, small) = (g.large.len() as usize, g.small.len() as usize);
    let (x, w) = (mem.read(o.x), mem.read(o.weight));
    let mut y = vec![0.0; m * small];
    let meetings = meetings(g);
    for row in 0..m {
        for t in &meetings {
            y[row * small + t.small] += w[t.weight] * x[row * large + t.large];
        }
    }
    finish(o.epilogue, &mut y, &mem.read(o.side), small, g.small_area() as usize);
    mem.write(o.y, &y);
}

pub(super) fn conv_transpose(o: &ConvTranspose, mem: &mut Memory, step: &Step) {
    let (g, m) = (&o.geometry, rows(step, o.samples));
    let (large, small) = (g.large.len() as usize, g.small.len() as usize);
    let (x, w) = (mem.read(o.x), mem.read(o.weight));
    let mut y = vec![0.0; m * large];
    let meetings = meetings(g);
    for row in 0..m {
        for t in &meetings {
            y[row * large + t.large] += w[t.weight] * x[row * small + t.small];
        }
    }
    finish(o.epilogue, &mut y, &mem.read(o.side), large, g.large_area() as usize);
    mem.write(o.y, &y);
}

pub(super) fn conv_grad_weight(o: &ConvGradWeight, mem: &mut Memory, step: &Step) {
    let (g, m) = (&o.geometry, rows(step, o.samples));
    let (large_len, small_len) = (g.large.len() as usize, g.small.len() as usize);
    let (large, small) = (mem.read(o.large), mem.read(o.small));
    let (weight, slices) = (g.weight() as usize, o.slices as usize);
    let mut partial = vec![0.0; slices * weight];
    let meetings = meetings(g);
    for row in 0..m {
        let slice = row / m.div_ceil(slices);
        for t in &meetings {
            partial[slice * weight + t.weight] +=
                small[row * small_len + t.small] * large[row * large_len + t.large];
        }
    }
    mem.write(o.partial, &partial);
}

pub(super) fn sum_slices(o: &SumSlices, mem: &mut Memory) {
    let (partial, len) = (mem.read(o.partial), o.sum.len as usize);
    let sum: Vec<f64> =
        (0..len).map(|i| (0..o.slices as usize).map(|slice| partial[slice * len + i]).sum()).collect();
    mem.write(o.sum, &sum);
}

pub(super) fn conv_grad_bias(o: &ConvGradBias, mem: &mut Memory, step: &Step) {
    let (channels, area) = (o.channels as usize, o.area as usize);
    let active = rows(step, o.samples) * channels * area;
    let mut bias = vec![0.0; channels];
    for (i, d) in mem.read(o.delta)[..active].iter().enumerate() {
        bias[i / area % channels] += d;
    }
    mem.write(o.bias, &bias);
}
