// −log p(target | l) of logits l summed over 64 columns, and its gradient with respect to l; four such sums a
// workgroup.

struct Parameters {
    width: u32,
    samples: u32,
    // 1 where pixels have weights.
    masked: u32,
    // See `lib/likelihood.wgsl`.
    gaussian: u32,
    inverse_variance: f32,
    normaliser: f32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> logits: array<f32>;
@group(1) @binding(2) var<storage, read> pixels: array<f32>;
@group(1) @binding(3) var<storage, read> mask: array<f32>;
@group(1) @binding(4) var<storage, read_write> delta: array<f32>;
@group(1) @binding(5) var<storage, read_write> partials: array<f32>;

var<workgroup> losses: array<f32, 256>;

// Writes the gradient of one logit and returns its loss.
fn one(row: u32, column: u32) -> f32 {
    let at = row * p.width + column;
    let pixel = row / p.samples * p.width + column;
    var result = likelihood(logits[at], pixels[pixel]);
    if p.masked == 1u {
        result *= mask[pixel];
    }
    delta[at] = result.y * now.inv_batch / f32(p.samples);
    return result.x;
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let blocks = (p.width + 63u) / 64u;
    let count = now.rows * p.samples * blocks;
    for (var first = group.x * 4u; first < count; first += groups.x * 4u) {
        let sum = first + lane / 64u;
        let column = sum % blocks * 64u + lane % 64u;
        losses[lane] = 0.0;
        if sum < count && column < p.width {
            losses[lane] = one(sum / blocks, column);
        }
        for (var half = 32u; half > 0u; half /= 2u) {
            workgroupBarrier();
            if lane % 64u < half {
                losses[lane] += losses[lane + half];
            }
        }
        if lane % 64u == 0u && sum < count {
            partials[sum] = losses[lane];
        }
        workgroupBarrier();
    }
}
