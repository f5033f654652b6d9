//! What the three optimisers share: one flat loop over all parameters, clipping, weight decay.

use super::Machine;
use super::memory::Memory;
use super::simd::Task;
use super::threads::Chunks;
use crate::op::Update;

/// Values per piece that a thread takes: gradients, parameters and moments of a piece fit into its caches.
const SHARE: usize = 16_384;
/// Values of the inner loop.
const BLOCK: usize = 16;

/// An update rule for one parameter.
pub(super) trait Rule: Copy + Sync {
    /// What to subtract from the parameter; updates both states. Must be `#[inline(always)]`.
    fn step(self, gradient: f32, first: &mut f32, second: &mut f32) -> f32;
}

/// Applies `rule` to every parameter.
pub(super) fn run(o: &Update, machine: &Machine, memory: &mut Memory<'_>, rule: impl Rule) {
    memory.write([o.params, o.moment1, o.moment2], |memory, [params, first, second]| {
        let grads = memory.read(o.grads);
        let scale = if o.max_norm > 0.0 { clip(o.max_norm, memory.read(o.norm)) } else { 1.0 };
        let pieces = (Chunks::new(params, SHARE), (Chunks::new(first, SHARE), Chunks::new(second, SHARE)));
        machine.threads.each(pieces, |piece, (params, (first, second))| {
            machine.isa.run(Loop {
                grads: &grads[piece * SHARE..],
                params: params.values(),
                first: first.values(),
                second: second.values(),
                scale,
                weight_decay: o.weight_decay,
                rule,
            });
        });
    });
}

/// min(1, max_norm / (‖g‖ + 10⁻⁶))
fn clip(max_norm: f32, partial: &[f32]) -> f32 {
    let squared: f64 = partial.iter().map(|&v| f64::from(v)).sum();
    (f64::from(max_norm) / (squared.sqrt() + 1e-6)).min(1.0) as f32
}

struct Loop<'a, R> {
    grads: &'a [f32],
    params: &'a mut [f32],
    first: &'a mut [f32],
    second: &'a mut [f32],
    scale: f32,
    weight_decay: f32,
    rule: R,
}

impl<R: Rule> Task for Loop<'_, R> {
    #[inline(always)]
    fn run(self) {
        let Self { grads, params, first, second, scale, weight_decay, rule } = self;
        let one = |param: &mut f32, gradient: f32, first: &mut f32, second: &mut f32| {
            *param -= rule.step(gradient * scale + weight_decay * *param, first, second);
        };
        let (grads, last_grads) = grads[..params.len()].as_chunks::<BLOCK>();
        let (params, last_params) = params.as_chunks_mut::<BLOCK>();
        let (first, last_first) = first.as_chunks_mut::<BLOCK>();
        let (second, last_second) = second.as_chunks_mut::<BLOCK>();
        for ((params, grads), (first, second)) in
            params.iter_mut().zip(grads).zip(first.iter_mut().zip(second))
        {
            for i in 0..BLOCK {
                one(&mut params[i], grads[i], &mut first[i], &mut second[i]);
            }
        }
        for (i, param) in last_params.iter_mut().enumerate() {
            one(param, last_grads[i], &mut last_first[i], &mut last_second[i]);
        }
    }
}
