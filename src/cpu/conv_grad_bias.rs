//! CPU twin of `shaders/conv_grad_bias.wgsl`: db = Σ over rows and pixels, per channel.

use super::Machine;
use super::math::sum_lanes;
use super::memory::Memory;
use super::simd::Task;
use super::threads::Chunks;
use crate::op::{ConvGradBias, Step};

const LANES: usize = 16;

pub(super) fn run(o: &ConvGradBias, machine: &Machine, memory: &mut Memory<'_>, step: &Step) {
    let (channels, area) = (o.channels as usize, o.area as usize);
    let rows = (step.rows * o.samples) as usize;
    memory.write([o.bias], |memory, [bias]| {
        let delta = &memory.read(o.delta)[..rows * channels * area];
        let share = channels.div_ceil(machine.threads.count());
        machine.threads.each(Chunks::new(&mut bias[..channels], share), |piece, bias| {
            let first = piece * share;
            machine.isa.run(Sums { delta, channels, area, first, bias: bias.values() });
        });
    });
}

/// Sums of the channels from `first` on.
struct Sums<'a> {
    delta: &'a [f32],
    channels: usize,
    area: usize,
    first: usize,
    bias: &'a mut [f32],
}

impl Task for Sums<'_> {
    #[inline(always)]
    fn run(self) {
        self.bias.fill(0.0);
        for row in self.delta.chunks_exact(self.channels * self.area) {
            for (bias, plane) in
                self.bias.iter_mut().zip(row[self.first * self.area..].chunks_exact(self.area))
            {
                let (whole, rest) = plane.as_chunks::<LANES>();
                let mut lanes = [0.0; LANES];
                for values in whole {
                    for (lane, value) in lanes.iter_mut().zip(values) {
                        *lane += value;
                    }
                }
                *bias += sum_lanes(lanes) + rest.iter().sum::<f32>();
            }
        }
    }
}
