// log w = log p(x|z) + β·(log p(z) − log q(z|x)) of every draw, w̃ = w / Σ w and −log mean w; one workgroup per
// image.

struct Parameters {
    columns: u32,
    latent: u32,
    samples: u32,
    // 1 where draws are of the mixture ½ q + ½ p.
    defensive: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> partials: array<f32>;
@group(1) @binding(2) var<storage, read> stats: array<f32>;
@group(1) @binding(3) var<storage, read> z: array<f32>;
@group(1) @binding(4) var<storage, read_write> log_weights: array<f32>;
@group(1) @binding(5) var<storage, read_write> weights: array<f32>;
@group(1) @binding(6) var<storage, read_write> bound: array<f32>;

const LN_2 = 0.69314718;

var<workgroup> shares: array<f32, 64>;

fn log_weight(image: u32, draw: u32) -> f32 {
    let mu_at = image * 2u * p.latent;
    // The constants of the two densities cancel.
    var ratio = 0.0;
    for (var j = 0u; j < p.latent; j += 1u) {
        let logvar = stats[mu_at + p.latent + j];
        let value = z[draw * p.latent + j];
        let e = (value - stats[mu_at + j]) * exp(-0.5 * logvar);
        ratio += e * e + logvar - value * value;
    }
    var advantage = 0.5 * ratio;
    if p.defensive == 1u {
        advantage = LN_2 - softplus(-advantage);
    }
    var loss = 0.0;
    for (var i = 0u; i < p.columns; i += 1u) {
        loss += partials[draw * p.columns + i];
    }
    return now.beta * advantage - loss;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let image = group.x;
    if image >= now.rows {
        return;
    }
    let first = image * p.samples;

    var most = -3.4028234e38;
    for (var s = lane; s < p.samples; s += 64u) {
        let value = log_weight(image, first + s);
        log_weights[first + s] = value;
        most = select(most, value, value > most);
    }
    shares[lane] = most;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            shares[lane] = max(shares[lane], shares[lane + half]);
        }
    }
    workgroupBarrier();
    most = shares[0];
    workgroupBarrier();

    var sum = 0.0;
    for (var s = lane; s < p.samples; s += 64u) {
        let weight = exp(log_weights[first + s] - most);
        weights[first + s] = weight;
        sum += weight;
    }
    shares[lane] = sum;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            shares[lane] += shares[lane + half];
        }
    }
    workgroupBarrier();
    for (var s = lane; s < p.samples; s += 64u) {
        weights[first + s] /= shares[0];
    }
    if lane == 0u {
        bound[image] = -(most + ln_unit(shares[0] / f32(p.samples)));
    }
}
