// Losses per row, and their means over the batch as one entry of the ring; one workgroup.

const FREE_BITS = 1u;
const BOUND = 2u;

struct Parameters {
    columns: u32,
    samples: u32,
    // 1 where the plan computes the gradient norm.
    clipped: u32,
    // `op::Total`'s discriminant.
    total: u32,
    // Last value of `extra`: the penalty of free bits.
    last: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> partials: array<f32>;
@group(1) @binding(2) var<storage, read> kl: array<f32>;
@group(1) @binding(3) var<storage, read> norm: array<f32>;
@group(1) @binding(4) var<storage, read> extra: array<f32>;
@group(1) @binding(5) var<storage, read_write> recon: array<f32>;
@group(1) @binding(6) var<storage, read_write> ring: array<f32>;

// Reconstruction, KL, squared norm, importance-weighted bound.
var<workgroup> sums: array<vec4<f32>, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32) {
    var sum = vec4<f32>(0.0);
    for (var row = lane; row < now.rows * p.samples; row += 256u) {
        var loss = 0.0;
        for (var i = 0u; i < p.columns; i += 1u) {
            loss += partials[row * p.columns + i];
        }
        recon[row] = loss;
        sum.x += loss;
    }
    for (var row = lane; row < now.rows; row += 256u) {
        sum.y += kl[row];
        if p.total == BOUND {
            sum.w += extra[row];
        }
    }
    if p.clipped == 1u {
        sum.z = norm[lane];
    }
    sums[lane] = sum;
    for (var half = 128u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            sums[lane] += sums[lane + half];
        }
    }
    if lane == 0u {
        let sum = sums[0];
        let reconstruction = sum.x * now.inv_batch / f32(p.samples);
        let divergence = sum.y * now.inv_batch;
        var objective = reconstruction + now.beta * divergence;
        if p.total == FREE_BITS {
            objective = reconstruction + now.beta * extra[p.last];
        } else if p.total == BOUND {
            objective = sum.w * now.inv_batch;
        }
        let at = now.slot * 5u;
        ring[at] = reconstruction;
        ring[at + 1u] = divergence;
        ring[at + 2u] = sum.z;
        ring[at + 3u] = f32(now.rows);
        ring[at + 4u] = objective;
    }
}
