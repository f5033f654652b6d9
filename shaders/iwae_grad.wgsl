// Gradients of the importance-weighted bound with respect to μ and log σ², pathwise or doubly reparameterised:
// d = dz + β·w̃·z/B; dμ = Σ_s d and dlog σ² = Σ_s ½ d (z − μ) − ½ β/B, or, without the last term, with
// (1 − β + β·w̃)·(d − β·w̃·(z − μ)/(σ²·B)) in the place of d.

struct Parameters {
    latent: u32,
    samples: u32,
    // 1 for doubly reparameterised.
    dreg: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> stats: array<f32>;
@group(1) @binding(2) var<storage, read> z: array<f32>;
@group(1) @binding(3) var<storage, read> dz: array<f32>;
@group(1) @binding(4) var<storage, read> weights: array<f32>;
@group(1) @binding(5) var<storage, read_write> dstats: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let count = now.rows * p.latent;
    let beta = now.beta * now.inv_batch;
    for (var i = id.x; i < count; i += groups.x * 64u) {
        let row = i / p.latent;
        let j = i % p.latent;
        let mu_at = row * 2u * p.latent + j;
        let logvar_at = mu_at + p.latent;
        let mu = stats[mu_at];
        let inverse_variance = exp(-stats[logvar_at]);
        var to_mu = 0.0;
        var to_logvar = select(-0.5 * beta, 0.0, p.dreg == 1u);
        for (var draw = row * p.samples; draw < (row + 1u) * p.samples; draw += 1u) {
            let at = draw * p.latent + j;
            let weight = weights[draw];
            let offset = z[at] - mu;
            var d = dz[at] + beta * weight * z[at];
            if p.dreg == 1u {
                d = (1.0 - now.beta + now.beta * weight) * (d - beta * weight * offset * inverse_variance);
            }
            to_mu += d;
            to_logvar += 0.5 * d * offset;
        }
        dstats[mu_at] = to_mu;
        dstats[logvar_at] = to_logvar;
    }
}
