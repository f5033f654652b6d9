// `linear`, `reparam` and the next `linear`: statistics = x·Wᵀ + b, z and KL from them, y = activation(z·Vᵀ + c).

struct Parameters {
    inputs: u32,
    latent: u32,
    outputs: u32,
    activation: u32,
    // First values of W, b, V and c among the parameters.
    weight: u32,
    bias: u32,
    next_weight: u32,
    next_bias: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> params: array<f32>;
@group(1) @binding(3) var<storage, read_write> stats: array<f32>;
@group(1) @binding(4) var<storage, read_write> z: array<f32>;
@group(1) @binding(5) var<storage, read_write> kl: array<f32>;
@group(1) @binding(6) var<storage, read_write> y: array<f32>;

const K_FAST = true;

fn term(rows: vec4<u32>, k: u32) -> vec4<f32> {
    let at = rows * p.inputs + k;
    let inside = (rows < vec4<u32>(now.rows)) & vec4<bool>(k < p.inputs);
    return select(vec4<f32>(0.0), vec4<f32>(x[at.x], x[at.y], x[at.z], x[at.w]), inside);
}

fn factor(column: u32, k: u32) -> f32 {
    return select(0.0, params[p.weight + column * p.inputs + k], column < 2u * p.latent);
}

// ε of latent dimension j of a row.
fn epsilon(row: u32, j: u32) -> f32 {
    return normal(now.seed, PURPOSE_LATENT, now.step, (now.row_offset + row) * p.latent + j);
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let rows = group.x * OWN_ROWS + vec4<u32>(0u, 1u, 2u, 3u);
    if rows.x >= now.rows {
        return;
    }
    let count = min(OWN_ROWS, now.rows - rows.x);
    let width = 2u * p.latent;
    own_product(rows, width, p.inputs, lane);
    if lane < width {
        few[lane] += params[p.bias + lane];
        for (var r = 0u; r < count; r += 1u) {
            stats[rows[r] * width + lane] = few[lane][r];
        }
    }
    workgroupBarrier();

    var divergence = vec4<f32>(0.0);
    if lane < p.latent {
        let mu = few[lane];
        let logvar = few[p.latent + lane];
        let e = vec4<f32>(epsilon(rows.x, lane), epsilon(rows.y, lane), epsilon(rows.z, lane), epsilon(rows.w, lane));
        let drawn = mu + exp(0.5 * logvar) * (now.noise * e);
        terms[lane] = drawn;
        for (var r = 0u; r < count; r += 1u) {
            z[rows[r] * p.latent + lane] = drawn[r];
        }
        divergence = mu * mu + exp(logvar) - 1.0 - logvar;
    }
    parts[lane] = divergence;
    for (var half = 128u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            parts[lane] += parts[lane + half];
        }
    }
    if lane == 0u {
        for (var r = 0u; r < count; r += 1u) {
            kl[rows[r]] = 0.5 * parts[0][r];
        }
    }

    for (var column = lane; column < p.outputs; column += 256u) {
        var sum = vec4<f32>(params[p.next_bias + column]);
        for (var j = 0u; j < p.latent; j += 1u) {
            sum += params[p.next_weight + column * p.latent + j] * terms[j];
        }
        for (var r = 0u; r < count; r += 1u) {
            y[rows[r] * p.outputs + column] = activate(p.activation, sum[r]);
        }
    }
}
