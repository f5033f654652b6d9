//! Proof that the parity tests can fail: each kernel, broken in one place at a time, is found out. One driver is enough for
//! this: it is the tests that are tested, not the driver.
#![cfg(not(target_arch = "wasm32"))]

#[path = "gpu/device.rs"]
mod device;
mod oracle;

use vae_playground::gpu::shaders::{SHADERS, Tile};

use device::executor;
use oracle::cases::{Extent, OPS, check_op};

/// What is replaced by what, and the extent of cases that must notice.
type Mutation = (&'static str, &'static str, Extent);

const R: Extent = Extent::Reduced;
const F: Extent = Extent::Full;

/// The product's own text, for every kernel that includes it.
const TILE: &[Mutation] = &[
    ("k0 + k)", "k0 + k + 1u)", R),
    ("mat4x4<f32>(a.x * b,", "mat4x4<f32>(a.y * b,", R),
    ("outer(k + 3u,", "outer(k + 2u,", R),
    ("k < TILE_DEPTH;", "k < TILE_DEPTH - 4u;", R),
    ("k0 < depth;", "k0 + TILE_DEPTH < depth;", R),
    ("finish(row0 + down + ROW_STEP", "finish(row0 + down + 2u * ROW_STEP", R),
    ("let column = column0 + across", "let column = across", F),
];

const PRODUCT: &[Mutation] = &[
    ("(now.rows * p.samples)) &", "(now.rows)) &", R),
    ("(k < p.inputs)", "(k + 1u < p.inputs)", R),
    ("(columns < vec4<u32>(p.outputs))", "(columns + 1u < vec4<u32>(p.outputs))", R),
    ("let at = rows * p.inputs + k", "let at = rows * p.inputs", R),
    ("sum + bias[column]", "sum", R),
    ("(row, column + 48u, sums.w)", "(row, column + 48u, sums.z)", R),
];

const LIKELIHOOD: &[Mutation] = &[
    ("sigmoid(logit) - target_value", "sigmoid(logit)", R),
    ("max(logit, 0.0) - target_value * logit", "max(logit, 0.0)", R),
    ("+ log_1p(exp(-abs(logit)))", "+ log_1p(exp(-abs(logit) - 0.01))", R),
    ("+ p.normaliser", "", R),
    ("0.5 * difference", "difference", R),
    ("difference * p.inverse_variance", "difference", R),
];

const UPDATE: &[Mutation] = &[
    ("min(1.0, ", "max(1.0, ", R),
    ("+ p.weight_decay * params[i]", "- p.weight_decay * params[i]", R),
    ("factor * grads[i]", "grads[i]", R),
    ("i < 256u", "i < 255u", R),
    ("i < p.len", "i + 1u < p.len", R),
    ("now.learning_rate", "1.01 * now.learning_rate", R),
];

/// Every op's own mutations.
fn own(op: &str) -> &'static [Mutation] {
    match op {
        "gather" => &[
            ("now.first + i / p.pixels", "i / p.pixels", R),
            ("byte % 4u", "byte % 2u", R),
            ("f32(grey) / 255.0", "f32(grey) / 256.0", R),
            ("f32(grey) / 255.0", "f32(min(grey, 127u)) / 255.0", R),
            ("i < count", "i + 1u < count", R),
            ("now.row_offset * p.pixels + i", "i", R),
            ("white(now.seed, now.step,", "white(now.seed, 0u,", R),
            ("white(p.static_seed, 0u, byte", "white(p.static_seed, 0u, i", R),
            ("white(p.static_seed,", "white(now.seed,", R),
            ("[pixel % 4u]", "[pixel % 2u]", R),
            ("< (grey << 24u)", "> (grey << 24u)", R),
        ],
        "linear" => &[
            ("activate(p.activation, ", "activate(0u, ", R),
            ("case TANH: { return tanh_stable(x)", "case TANH: { return x", R),
            ("case LEAKY_RELU: { return select(LEAK * x, x,", "case LEAKY_RELU: { return select(x, x,", R),
            ("select(e, 1.0, x >= 0.0)", "1.0", R),
        ],
        "activate" => &[
            ("0.254829592", "0.254929592", F),
            ("return max(x, 0.0) + log_1p", "return max(x, 0.0) - log_1p", F),
            ("LEAK = 0.01", "LEAK = 0.02", F),
            ("now.rows * p.samples * p.width", "now.rows * p.width", F),
            ("x * normal_cdf(x)", "normal_cdf(x)", F),
            ("x * sigmoid(x)", "sigmoid(x)", F),
            ("sign(x) * (1.0 - e)", "(1.0 - e)", F),
        ],
        "reparam" => &[
            ("now.noise * epsilon", "epsilon", F),
            ("% 2u == 1u", "% 2u == 0u", F),
            ("exp(0.5 * stats", "exp(stats", R),
            ("(now.row_offset + row)", "row", R),
            ("mu * mu + exp(logvar)", "mu * mu - exp(logvar)", R),
            ("half > 0u", "half > 1u", R),
            ("v.z += v.x * v.y;\n    v.w += v.y * v.z;\n    v ^= ", "v.w += v.y * v.z;\n    v ^= ", R),
            ("case 1u: { return -sine; }", "case 1u: { return sine; }", R),
            ("* 0.69314718", "* 0.69414718", R),
        ],
        "linear_loss" => &[
            ("now.inv_batch / f32(p.samples)", "now.inv_batch", R),
            ("row / p.samples * p.outputs", "row * p.outputs", R),
            ("i < 16u", "i < 15u", R),
        ],
        "linear_grad_input" => &[
            ("(now.rows * p.samples)) &", "(now.rows)) &", R),
            ("(k < p.outputs)", "(k + 1u < p.outputs)", R),
            ("let at = k * p.inputs + columns", "let at = k * p.outputs + columns", R),
            ("gradient *= activation_gradient", "gradient += activation_gradient", R),
            ("return (1.0 - saved) * (1.0 + saved)", "return 1.0 - saved", R),
            ("return saved * (1.0 - saved)", "return saved", R),
            ("return s * (1.0 + saved * (1.0 - s))", "return s", F),
            ("return normal_cdf(saved) +", "return normal_cdf(saved) -", R),
            ("select(1.0 - exp(-saved), series", "select(exp(-saved), series", R),
            ("select(0.0, 1.0, saved > 0.0)", "select(0.0, 1.0, saved >= 0.0)", R),
        ],
        "reparam_grad" => &[
            ("weight * mu;", "mu;", R),
            ("(z[at] - mu)", "z[at]", R),
            ("to_logvar += 0.5", "to_logvar += 1.0", R),
            ("- 1.0);", ");", R),
            ("s < p.samples", "s < 1u", R),
            ("now.beta * now.inv_batch", "now.inv_batch", R),
            ("weight *= gate[j]", "", R),
            ("p.gated == 1u", "true", R),
        ],
        "linear_grad_weight" => &[
            ("current.delta + k * current.outputs", "current.delta + k * current.inputs", R),
            ("vec4<bool>(k < now.rows * current.samples)", "vec4<bool>(k < now.rows)", R),
            ("column == current.inputs", "column > current.inputs", R),
            ("columns == vec4<u32>(current.inputs)", "columns > vec4<u32>(current.inputs)", R),
            ("current.weight + row * current.inputs", "current.weight + row * current.outputs", R),
            ("i < p.count", "i + 1u < p.count", R),
            ("tile >= p.products[i].first", "tile > p.products[i].first", R),
            ("place % columns * TILE_COLUMNS", "0u", R),
        ],
        "grad_norm" => &[
            ("grads[i] * grads[i]", "grads[i]", R),
            ("half > 0u", "half > 1u", R),
            ("i += 65536u", "i += 65537u", F),
            ("i < p.len", "i + 1u < p.len", R),
        ],
        "sgd" => &[("p.a * moment1[i] + g", "p.a * moment1[i] - g", R), ("moment1[i] = m;", "", R)],
        "rmsprop" => &[
            ("(1.0 - p.a) * g * g", "(1.0 - p.a) * g", R),
            ("sqrt(v) + p.epsilon", "sqrt(v + p.epsilon)", R),
            ("p.b * moment1[i] + g", "p.a * moment1[i] + g", R),
        ],
        "adam" => &[
            ("/ sqrt(now.bias2)", "", R),
            ("/ now.bias1", "", R),
            ("+ p.epsilon", "", R),
            ("(1.0 - p.b) * g * g", "(1.0 - p.b) * g", R),
        ],
        "metrics" => &[
            ("i < p.columns", "i + 1u < p.columns", R),
            ("sum.y * now.inv_batch", "sum.y", R),
            ("/ f32(p.samples)", "", R),
            ("now.slot * 5u", "0u", R),
            ("+ now.beta * divergence", "+ divergence", R),
            ("now.beta * extra[p.last]", "now.beta * extra[0]", R),
            ("sum.w * now.inv_batch", "sum.w", R),
            ("p.clipped == 1u", "p.clipped == 0u", R),
            ("recon[row] = loss;", "", R),
            ("half > 0u", "half > 1u", R),
        ],
        "gather_labels" => &[
            ("now.first + i", "i", R),
            ("image % 4u", "image % 2u", R),
            ("i / p.classes]", "i / p.classes + 1u]", R),
            ("& 255u", "& 7u", R),
        ],
        "condition" => &[
            ("row / p.samples * p.classes", "row * p.classes", R),
            ("/ p.repeat]", "]", R),
            ("column < p.width", "column + 1u < p.width", R),
            ("now.rows * p.samples * total", "now.rows * total", R),
        ],
        "condition_grad" => &[
            ("* p.total", "* p.width", R),
            ("+ i % p.width", "", R),
            ("now.rows * p.samples", "now.rows", R),
        ],
        "loss" => &[
            ("result *= mask[pixel]", "", R),
            ("p.masked == 1u", "true", R),
            ("now.inv_batch / f32(p.samples)", "now.inv_batch", R),
            ("row / p.samples * p.width", "row * p.width", R),
            ("half > 0u", "half > 1u", R),
            ("column < p.width", "column + 1u < p.width", R),
            ("sum % blocks * 64u", "sum % blocks * 63u", R),
        ],
        "free_bits" => &[
            ("mu * mu", "mu", R),
            ("0.5 * sum", "sum", R),
            ("f32(now.rows)", "(now.inv_batch)", R),
            ("mean > p.floor", "mean < p.floor", R),
            ("select(mean, p.floor, mean < p.floor)", "mean", R),
            ("+ sums[lane + 192u]", "", R),
            ("first < p.latent", "first + 64u < p.latent", F),
            ("half > 0u", "half > 1u", R),
        ],
        "importance_weights" => &[
            ("exp(-0.5 * logvar)", "exp(0.5 * logvar)", R),
            ("ratio += e * e + logvar", "ratio += e * e", R),
            ("- value * value", "", R),
            ("now.beta * advantage", "advantage", R),
            ("LN_2 - softplus", "softplus", R),
            ("advantage - loss", "advantage", R),
            ("exp(log_weights[first + s] - most)", "exp(log_weights[first + s])", F),
            ("/= shares[0]", "/= 1.0", R),
            ("-(most + ln_unit", "-(ln_unit", R),
            ("/ f32(p.samples)", "", R),
            ("s += 64u", "s += 63u", F),
        ],
        "scale_rows" => &[
            ("weights[i / p.width] *", "weights[0] *", R),
            ("* f32(p.samples)", "", R),
            ("i < count", "i + 1u < count", R),
        ],
        "iwae_grad" => &[
            ("-0.5 * beta", "0.0", R),
            ("+ beta * weight * z[at]", "", R),
            ("weight * offset * inverse_variance", "offset * inverse_variance", R),
            ("(1.0 - now.beta + now.beta * weight)", "weight", R),
            ("0.5 * d * offset", "d * offset", R),
            ("exp(-stats", "exp(stats", R),
            ("now.beta * now.inv_batch", "now.inv_batch", R),
        ],
        other => panic!("no mutations of {other}"),
    }
}

fn mutations(op: &str) -> Vec<Mutation> {
    let shared: &[&[Mutation]] = match op {
        "linear" => &[TILE, PRODUCT],
        "linear_loss" => &[TILE, PRODUCT, LIKELIHOOD],
        "loss" => &[LIKELIHOOD],
        "linear_grad_input" | "linear_grad_weight" => &[TILE],
        "sgd" | "rmsprop" | "adam" => &[UPDATE],
        _ => &[],
    };
    shared.iter().copied().chain([own(op)]).flatten().copied().collect()
}

/// The variants of an op that its tests choose between.
fn tiles(op: &str) -> Vec<Tile> {
    SHADERS.iter().filter(|s| s.name == op).map(|s| s.tile).collect()
}

fn survivors(op: &str) -> Vec<String> {
    let mutations = mutations(op);
    assert!(mutations.len() >= 3, "{op} has {} mutations", mutations.len());
    let mut survivors = Vec::new();
    for tile in tiles(op) {
        for &(needle, replacement, extent) in &mutations {
            let shader = SHADERS.iter().find(|s| s.name == op && s.tile == tile).unwrap();
            assert!(shader.source.contains(needle), "{op} has no {needle:?}");
            let broken = shader.source.replace(needle, replacement);
            // A text that does not compile would prove nothing about the numbers.
            naga::front::wgsl::parse_str(&broken).unwrap_or_else(|e| panic!("{op}, {needle:?}: {e}"));
            let make = |params| {
                let mut gpu = executor(params);
                gpu.set_tile(tile);
                gpu.replace_shader(op, |text| text.replace(needle, replacement)).unwrap();
                gpu
            };
            let failures = pollster::block_on(check_op(op, make, extent));
            if let Some(error) = failures.iter().find(|f| f.contains(": error:")) {
                panic!("{op} with {needle:?} as {replacement:?}: {error}");
            }
            if failures.is_empty() {
                survivors.push(format!("{tile:?}: {needle:?} as {replacement:?}"));
            }
        }
    }
    survivors
}

macro_rules! mutants {
    ($($op:ident),+ $(,)?) => {
        $(
            #[test]
            fn $op() {
                let survivors = survivors(stringify!($op));
                assert!(survivors.is_empty(), "nobody noticed:\n{}", survivors.join("\n"));
            }
        )+

        #[test]
        fn every_op_is_here() {
            assert_eq!([$(stringify!($op)),+], OPS);
        }
    };
}

mutants!(
    gather,
    linear,
    activate,
    reparam,
    linear_loss,
    linear_grad_input,
    reparam_grad,
    linear_grad_weight,
    grad_norm,
    sgd,
    rmsprop,
    adam,
    metrics,
    gather_labels,
    condition,
    condition_grad,
    loss,
    free_bits,
    importance_weights,
    scale_rows,
    iwae_grad,
);
