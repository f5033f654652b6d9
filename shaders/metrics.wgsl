// Losses per row, and their means over the batch as one entry of the ring; one workgroup.

struct Parameters {
    columns: u32,
    samples: u32,
    // 1 where the plan computes the gradient norm.
    clipped: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> partials: array<f32>;
@group(1) @binding(2) var<storage, read> kl: array<f32>;
@group(1) @binding(3) var<storage, read> norm: array<f32>;
@group(1) @binding(4) var<storage, read_write> recon: array<f32>;
@group(1) @binding(5) var<storage, read_write> ring: array<f32>;

// Reconstruction, KL, squared norm.
var<workgroup> sums: array<vec3<f32>, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32) {
    var sum = vec3<f32>(0.0);
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
        let total = sums[0];
        let at = now.slot * 4u;
        ring[at] = total.x * now.inv_batch / f32(p.samples);
        ring[at + 1u] = total.y * now.inv_batch;
        ring[at + 2u] = total.z;
        ring[at + 3u] = f32(now.rows);
    }
}
