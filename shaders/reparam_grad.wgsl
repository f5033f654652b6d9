// dμ = Σ_s dz + β·g·μ/B and dlog σ² = Σ_s ½ dz (z − μ) + β·g·½(σ² − 1)/B, g from free bits or 1.

struct Parameters {
    latent: u32,
    samples: u32,
    // 1 where dimensions have free bits.
    gated: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> stats: array<f32>;
@group(1) @binding(2) var<storage, read> z: array<f32>;
@group(1) @binding(3) var<storage, read> dz: array<f32>;
@group(1) @binding(4) var<storage, read> gate: array<f32>;
@group(1) @binding(5) var<storage, read_write> dstats: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let count = now.rows * p.latent;
    for (var i = id.x; i < count; i += groups.x * 64u) {
        let row = i / p.latent;
        let j = i % p.latent;
        let mu_at = row * 2u * p.latent + j;
        let logvar_at = mu_at + p.latent;
        let mu = stats[mu_at];
        var weight = now.beta * now.inv_batch;
        if p.gated == 1u {
            weight *= gate[j];
        }
        var to_mu = weight * mu;
        var to_logvar = weight * 0.5 * (exp(stats[logvar_at]) - 1.0);
        for (var s = 0u; s < p.samples; s += 1u) {
            let at = (row * p.samples + s) * p.latent + j;
            to_mu += dz[at];
            to_logvar += 0.5 * dz[at] * (z[at] - mu);
        }
        dstats[mu_at] = to_mu;
        dstats[logvar_at] = to_logvar;
    }
}
