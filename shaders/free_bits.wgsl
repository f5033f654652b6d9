// KL divergence per dimension, a mean over rows, against the free bits; one workgroup: 4 shares of the rows by
// 64 dimensions at a time.

struct Parameters {
    latent: u32,
    // In nats per dimension.
    floor: f32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> stats: array<f32>;
@group(1) @binding(2) var<storage, read_write> gate: array<f32>;

var<workgroup> sums: array<f32, 256>;

// The divergence of dimension j, summed over every fourth row.
fn share(j: u32, first: u32) -> f32 {
    var sum = 0.0;
    for (var row = first; row < now.rows; row += 4u) {
        let mu = stats[row * 2u * p.latent + j];
        let logvar = stats[row * 2u * p.latent + p.latent + j];
        sum += mu * mu + exp(logvar) - 1.0 - logvar;
    }
    return sum;
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32) {
    var penalty = 0.0;
    for (var first = 0u; first < p.latent; first += 64u) {
        let j = first + lane % 64u;
        sums[lane] = 0.0;
        if j < p.latent {
            sums[lane] = share(j, lane / 64u);
        }
        workgroupBarrier();
        if lane < 64u && j < p.latent {
            let sum = sums[lane] + sums[lane + 64u] + sums[lane + 128u] + sums[lane + 192u];
            let mean = 0.5 * sum / f32(now.rows);
            gate[j] = f32(mean > p.floor);
            // Not max: that may turn NaN into λ and hide a run that has diverged.
            penalty += select(mean, p.floor, mean < p.floor);
        }
        workgroupBarrier();
    }
    sums[lane] = penalty;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            sums[lane] += sums[lane + half];
        }
    }
    if lane == 0u {
        gate[p.latent] = sums[0];
    }
}
