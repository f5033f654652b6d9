// Losses per row, and their means over the batch as one entry of the ring, by one workgroup of LANES invocations.
// The including kernel defines LANES, `partial_at`, `kl_at`, `norm_at`, `extra_at`, `put_recon` and `put_ring`.

const FREE_BITS = 1u;
const BOUND = 2u;

struct Losses {
    columns: u32,
    samples: u32,
    // 1 where the plan computes the gradient norm.
    clipped: u32,
    // `op::Total`'s discriminant.
    total: u32,
    // Last value of `extra`: the penalty of free bits.
    last: u32,
    pad0: u32,
    pad1: u32,
    pad2: u32,
}

// Reconstruction, KL, squared norm, importance-weighted bound.
var<workgroup> sums: array<vec4<f32>, LANES>;

fn report(lane: u32) {
    let losses = p.losses;
    var sum = vec4<f32>(0.0);
    for (var row = lane; row < now.rows * losses.samples; row += LANES) {
        var loss = 0.0;
        for (var i = 0u; i < losses.columns; i += 1u) {
            loss += partial_at(row * losses.columns + i);
        }
        put_recon(row, loss);
        sum.x += loss;
    }
    for (var row = lane; row < now.rows; row += LANES) {
        sum.y += kl_at(row);
        if losses.total == BOUND {
            sum.w += extra_at(row);
        }
    }
    if losses.clipped == 1u {
        for (var i = lane; i < 256u; i += LANES) {
            sum.z += norm_at(i);
        }
    }
    sums[lane] = sum;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            sums[lane] += sums[lane + half];
        }
    }
    if lane == 0u {
        let sum = sums[0];
        let reconstruction = sum.x * now.inv_batch / f32(losses.samples);
        let divergence = sum.y * now.inv_batch;
        var objective = reconstruction + now.beta * divergence;
        if losses.total == FREE_BITS {
            objective = reconstruction + now.beta * extra_at(losses.last);
        } else if losses.total == BOUND {
            objective = sum.w * now.inv_batch;
        }
        let at = now.slot * 5u;
        put_ring(at, reconstruction);
        put_ring(at + 1u, divergence);
        put_ring(at + 2u, sum.z);
        put_ring(at + 3u, f32(now.rows));
        put_ring(at + 4u, objective);
    }
}
