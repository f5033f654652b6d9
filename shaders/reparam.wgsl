// z = μ + noise · exp(½ log σ²) · ε and the KL divergence per row; one workgroup per image.

struct Parameters {
    latent: u32,
    samples: u32,
    // 1 where every second draw is from the prior.
    defensive: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> stats: array<f32>;
@group(1) @binding(2) var<storage, read_write> z: array<f32>;
@group(1) @binding(3) var<storage, read_write> kl: array<f32>;

var<workgroup> partials: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = group.x;
    if row >= now.rows {
        return;
    }
    let mu_at = row * 2u * p.latent;
    let logvar_at = mu_at + p.latent;

    let draws = p.samples * p.latent;
    for (var i = lane; i < draws; i += 64u) {
        let j = i % p.latent;
        let element = (now.row_offset + row) * draws + i;
        let epsilon = normal(now.seed, PURPOSE_LATENT, now.step, element);
        let noise = now.noise * epsilon;
        let from_prior = p.defensive == 1u && (i / p.latent) % 2u == 1u;
        let drawn = stats[mu_at + j] + exp(0.5 * stats[logvar_at + j]) * noise;
        z[row * draws + i] = select(drawn, noise, from_prior);
    }

    var sum = 0.0;
    for (var j = lane; j < p.latent; j += 64u) {
        let mu = stats[mu_at + j];
        let logvar = stats[logvar_at + j];
        sum += mu * mu + exp(logvar) - 1.0 - logvar;
    }
    partials[lane] = sum;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            partials[lane] += partials[lane + half];
        }
    }
    if lane == 0u {
        kl[row] = 0.5 * partials[0];
    }
}
