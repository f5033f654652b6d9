// `linear_grad_input`, `reparam_grad` and the next `linear_grad_input`: dz = dy·V, from it the statistics' gradient,
// dx = (dstats·W) ∘ activation′.

struct Parameters {
    inputs: u32,
    latent: u32,
    outputs: u32,
    activation: u32,
    // First values of V and W among the parameters.
    next_weight: u32,
    weight: u32,
    // 1 where dimensions have free bits.
    gated: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> delta: array<f32>;
@group(1) @binding(2) var<storage, read> params: array<f32>;
@group(1) @binding(3) var<storage, read> stats: array<f32>;
@group(1) @binding(4) var<storage, read> z: array<f32>;
@group(1) @binding(5) var<storage, read> gate: array<f32>;
@group(1) @binding(6) var<storage, read> saved: array<f32>;
@group(1) @binding(7) var<storage, read_write> dstats: array<f32>;
@group(1) @binding(8) var<storage, read_write> dx: array<f32>;

const K_FAST = false;

fn term(rows: vec4<u32>, k: u32) -> vec4<f32> {
    let at = rows * p.outputs + k;
    let inside = (rows < vec4<u32>(now.rows)) & vec4<bool>(k < p.outputs);
    return select(vec4<f32>(0.0), vec4<f32>(delta[at.x], delta[at.y], delta[at.z], delta[at.w]), inside);
}

fn factor(column: u32, k: u32) -> f32 {
    return select(0.0, params[p.next_weight + k * p.latent + column], column < p.latent);
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let rows = group.x * OWN_ROWS + vec4<u32>(0u, 1u, 2u, 3u);
    if rows.x >= now.rows {
        return;
    }
    let count = min(OWN_ROWS, now.rows - rows.x);
    let width = 2u * p.latent;
    own_product(rows, p.latent, p.outputs, lane);
    if lane < p.latent {
        var weight = now.beta * now.inv_batch;
        if p.gated == 1u {
            weight *= gate[lane];
        }
        let dz = few[lane];
        var to_mu = vec4<f32>(0.0);
        var to_logvar = vec4<f32>(0.0);
        for (var r = 0u; r < count; r += 1u) {
            let at = rows[r] * width + lane;
            let mu = stats[at];
            let sigma_path = 0.5 * dz[r] * (z[rows[r] * p.latent + lane] - mu);
            to_mu[r] = weight * mu + dz[r];
            to_logvar[r] = weight * 0.5 * (exp(stats[at + p.latent]) - 1.0) + sigma_path;
            dstats[at] = to_mu[r];
            dstats[at + p.latent] = to_logvar[r];
        }
        terms[lane] = to_mu;
        terms[p.latent + lane] = to_logvar;
    }
    workgroupBarrier();

    for (var column = lane; column < p.inputs; column += 256u) {
        var sum = vec4<f32>(0.0);
        for (var j = 0u; j < width; j += 1u) {
            sum += params[p.weight + j * p.inputs + column] * terms[j];
        }
        for (var r = 0u; r < count; r += 1u) {
            let at = rows[r] * p.inputs + column;
            var gradient = sum[r];
            // Identity has nothing saved: its binding is some other buffer.
            if p.activation != 0u {
                gradient *= activation_gradient(p.activation, saved[at]);
            }
            dx[at] = gradient;
        }
    }
}
