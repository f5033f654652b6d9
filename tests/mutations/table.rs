//! Where each kernel is broken, one place at a time.

use vae_playground::gpu::shaders::Tile;

use crate::oracle::cases::Extent;

/// What is replaced by what, and the extent of cases that must notice.
pub(crate) type Mutation = (&'static str, &'static str, Extent);

const R: Extent = Extent::Reduced;
const F: Extent = Extent::Full;

/// The product's own text, for every kernel that includes it.
const TILE: &[Mutation] = &[
    ("k0 + k)", "k0 + k + 1u)", R),
    ("mat4x4<f32>(a.x * b,", "mat4x4<f32>(a.y * b,", R),
    ("outer(k + 3u,", "outer(k + 2u,", R),
    ("k < end; k += 4u", "k + 4u < end; k += 4u", R),
    ("k0 < depth;", "k0 + TILE_DEPTH < depth;", R),
    ("finish(row0 + down + ", "finish(row0 + down / 2u + ", F),
];

/// The same, of tiles in parts alone.
const PARTS: &[Mutation] = &[
    ("i < TILE_PARTS", "i + 1u < TILE_PARTS", R),
    ("(2u * i + mine)", "(2u * i)", R),
    ("select(lower, upper, part < 2u)", "upper", F),
    ("part * (TILE_DEPTH / TILE_PARTS)", "0u", R),
];

/// The same, of tiles without workgroup memory.
const DIRECT: &[Mutation] = &[
    ("mat4x4<f32>(a.x * b,", "mat4x4<f32>(a.y * b,", R),
    ("k < depth;", "k + 1u < depth;", R),
    ("row0 + lane / COLUMN_STEP", "row0 + lane / COLUMN_STEP / 2u", F),
    ("finish(row + ROW_STEP,", "finish(row,", F),
];

/// The same, for kernels that take a sum's column from there.
const COLUMN: &[Mutation] = &[("let column = column0 + across", "let column = across", F)];

const PRODUCT: &[Mutation] = &[
    ("(now.rows * p.samples)) &", "(now.rows)) &", R),
    ("(k < p.inputs)", "(k + 1u < p.inputs)", R),
    ("(columns < vec4<u32>(p.outputs))", "(columns + 1u < vec4<u32>(p.outputs))", R),
    ("let at = rows * p.inputs + k", "let at = rows * p.inputs", R),
    ("sum + bias[column]", "sum", R),
    ("(row, column + 48u, sums.w)", "(row, column + 48u, sums.z)", R),
];

const PIXELS: &[Mutation] = &[
    ("order[now.first + row]", "order[row]", R),
    ("byte % 4u", "byte % 2u", R),
    ("/ 255.0", "/ 256.0", R),
    ("255u;", "127u;", R),
    ("p.binarize == DYNAMIC", "p.binarize == 3u", R),
    ("p.binarize == STATIC", "p.binarize == 3u", R),
    ("(now.row_offset + row) * width", "row * width", R),
    ("pixel / 4u)", "pixel)", R),
    ("[pixel % 4u]", "[0]", R),
    ("* 255u", "* 254u", R),
    ("p.static_seed, 0u", "now.seed, 0u", R),
    ("white(now.seed, now.step,", "white(now.seed, 0u,", R),
    ("white(p.static_seed, 0u, byte", "white(p.static_seed, 0u, column", R),
];

/// Products of rows that a workgroup owns.
const OWN_ROWS: &[Mutation] = &[
    ("min(OWN_COLUMNS, depth - k0)", "depth", R),
    ("if k0 > 0u {", "if k0 > 999999u {", R),
    ("sum += parts[lane * 16u + i]", "sum += parts[lane * 16u]", R),
    ("few[column0 + lane] = sum", "few[lane] = sum", R),
    ("k < end; k += 16u", "k < end; k += 17u", R),
    ("factor(column0 + across,", "factor(across,", R),
];

const LOSSES: &[Mutation] = &[
    ("i < losses.columns", "i + 1u < losses.columns", R),
    ("sum.y * now.inv_batch", "sum.y", R),
    ("/ f32(losses.samples)", "", R),
    ("now.slot * 5u", "0u", R),
    ("put_recon(row, loss);", "", R),
    ("half > 0u", "half > 1u", R),
    ("now.beta * divergence", "divergence", R),
    ("now.beta * extra_at(losses.last)", "extra_at(losses.last)", R),
    ("losses.total == FREE_BITS", "losses.total == 3u", R),
    ("sum.w += extra_at(row)", "sum.w += kl_at(row)", R),
    ("sum.w * now.inv_batch", "sum.w", R),
    ("put_ring(at + 4u, objective);", "", R),
    ("+ now.beta * divergence", "+ divergence", R),
];

/// The same behind an update, by one more workgroup.
const SUMMED: &[Mutation] = &[
    ("tile == p.tiles", "tile == p.tiles + 1u", R),
    ("vec4<u32>(p.partials + i)", "vec4<u32>(i + 1u)", R),
    ("vec4<u32>(p.kl + i)", "vec4<u32>(p.kl)", R),
    ("vec4<u32>(p.extra + i)", "vec4<u32>(p.extra)", R),
    ("results[p.recon + i]", "results[p.recon]", R),
    ("results[p.ring + i]", "results[p.ring]", R),
];

/// Many products in one dispatch.
const PRODUCTS: &[Mutation] = &[
    ("current.delta + k * current.outputs", "current.delta + k * current.inputs", R),
    ("vec4<bool>(k < now.rows * current.samples)", "vec4<bool>(k < now.rows)", R),
    ("column == current.inputs", "column > current.inputs", R),
    ("columns == vec4<u32>(current.inputs)", "columns > vec4<u32>(current.inputs)", R),
    ("current.weight + row * current.inputs", "current.weight + row * current.outputs", R),
    ("i < p.count", "i + 1u < p.count", R),
    ("tile >= p.products[i].first", "tile > p.products[i].first", R),
    ("place % columns * TILE_COLUMNS", "0u", R),
];

const LIKELIHOOD: &[Mutation] = &[
    ("sigmoid(logit) - target_value", "sigmoid(logit)", R),
    ("max(logit, 0.0) - target_value * logit", "max(logit, 0.0)", R),
    ("log_1p(exp(-abs(logit)))", "log_1p(exp(-abs(logit) - 0.01))", R),
    ("+ p.normaliser", "", R),
    ("0.5 * difference", "difference", R),
    ("difference * p.inverse_variance", "difference", R),
    ("result.y * now.inv_batch / f32(p.samples)", "result.y * now.inv_batch", R),
];

const CONVOLUTION: &[Mutation] = &[
    ("const B_ALONG_K = false", "const B_ALONG_K = true", R),
    ("index % down * TILE_ROWS", "0u", F),
    ("index / down * TILE_COLUMNS", "0u", R),
    ("now.rows * p.samples", "now.rows", R),
];

const EPILOGUE: &[Mutation] = &[
    ("sum + side[channel]", "sum", R),
    ("p.activation == 0u", "p.activation < 99u", R),
    ("sum * activation_gradient", "activation_gradient", R),
    ("activation_gradient(p.activation, side[at])", "activation_gradient(p.activation, side[channel])", R),
    ("exists = columns < vec4<u32>(count)", "exists = columns + 1u < vec4<u32>(count)", R),
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
        "gather" => &[("i < count", "i + 1u < count", R), ("i % p.pixels", "i", R)],
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
            ("exp(-abs(x)) - 1.0", "exp(-abs(x))", F),
            ("x > -0.5)", "x > -5.0)", F),
            ("select(exp_m1(x), x, x > 0.0)", "x", F),
        ],
        "reparam" => &[
            ("now.noise * epsilon", "epsilon", F),
            ("% 2u == 1u", "% 2u == 0u", F),
            ("exp(0.5 * stats", "exp(stats", R),
            ("(now.row_offset + row)", "row", R),
            ("mu * mu + exp(logvar)", "mu * mu - exp(logvar)", R),
            ("half > 0u", "half > 1u", R),
            ("v.z += v.x * v.y;\nv.w += v.y * v.z;\nv ^= ", "v.w += v.y * v.z;\nv ^= ", R),
            ("case 1u: { return -sine; }", "case 1u: { return sine; }", R),
            ("* 0.69314718", "* 0.69414718", R),
        ],
        "linear_loss" => &[("row / p.samples * p.outputs", "row * p.outputs", R), ("i < 16u", "i < 15u", R)],
        "loss" => &[
            ("result *= mask[pixel]", "result.x *= mask[pixel]", R),
            ("half > 0u", "half > 1u", R),
            ("sum % blocks * 64u", "sum % blocks * 63u", R),
            ("p.masked == 1u", "p.masked == 2u", R),
            ("row / p.samples", "row", R),
            ("p.width + 63u", "p.width", R),
            ("half = 32u", "half = 16u", R),
            ("column < p.width", "column + 1u < p.width", R),
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
            ("select(1.0 + saved, 1.0", "select(saved, 1.0", F),
        ],
        "reparam_grad" => &[
            ("weight * mu;", "mu;", R),
            ("(z[at] - mu)", "z[at]", R),
            ("to_logvar += 0.5", "to_logvar += 1.0", R),
            ("- 1.0);", ");", R),
            ("s < p.samples", "s < 1u", R),
            ("now.beta * now.inv_batch", "now.inv_batch", R),
            ("weight *= gate[j]", "weight += gate[j]", R),
            ("p.gated == 1u", "p.gated == 2u", R),
        ],
        "free_bits" => &[
            ("f32(mean > p.floor)", "f32(mean < p.floor)", R),
            ("select(mean, p.floor, mean < p.floor)", "mean", R),
            ("row += 4u", "row += 5u", R),
            ("+ sums[lane + 192u]", "", R),
            ("0.5 * sum", "sum", R),
            ("half > 0u", "half > 1u", R),
            ("first += 64u", "first += 65u", F),
            ("mu * mu", "mu", R),
            ("f32(now.rows)", "(now.inv_batch)", R),
            ("mean > p.floor", "mean < p.floor", R),
            ("first < p.latent", "first + 64u < p.latent", F),
        ],
        "importance_weights" => &[
            ("now.beta * advantage", "advantage", R),
            ("LN_2 - softplus", "softplus", R),
            ("+ logvar - value", "- value", R),
            ("exp(-0.5 * logvar)", "exp(-logvar)", R),
            ("i < p.columns", "i + 1u < p.columns", R),
            ("j < p.latent", "j + 1u < p.latent", R),
            ("weights[first + s] /= shares[0]", "weights[first + s] *= 1.0", R),
            ("shares[0] / f32(p.samples)", "shares[0]", R),
            ("-(most + ", "(most + ", R),
            ("log_weights[first + s] = value;", "", R),
            ("s < p.samples", "s < min(p.samples, 64u)", F),
            ("ratio += e * e + logvar", "ratio += e * e", R),
            ("- value * value", "", R),
            ("advantage - loss", "advantage", R),
            ("exp(log_weights[first + s] - most)", "exp(log_weights[first + s])", F),
            ("/= shares[0]", "/= 1.0", R),
            ("-(most + ln_unit", "-(ln_unit", R),
            ("/ f32(p.samples)", "", R),
            ("s += 64u", "s += 63u", F),
        ],
        "scale_rows" => &[
            ("* f32(p.samples)", "", R),
            ("weights[i / p.width]", "weights[0]", R),
            ("i < count", "i + 1u < count", R),
            ("weights[i / p.width] *", "weights[0] *", R),
        ],
        "iwae_grad" => &[
            ("select(-0.5 * beta, 0.0,", "select(0.0, 0.0,", R),
            ("if p.dreg == 1u", "if p.dreg == 2u", R),
            ("offset * inverse_variance", "offset", R),
            ("(1.0 - now.beta + now.beta * weight)", "weight", R),
            ("0.5 * d * offset", "d * offset", R),
            ("beta * weight * z[at]", "beta * z[at]", R),
            ("draw < (row + 1u) * p.samples", "draw <= row * p.samples", R),
            ("-0.5 * beta", "0.0", R),
            ("+ beta * weight * z[at]", "", R),
            ("weight * offset * inverse_variance", "offset * inverse_variance", R),
            ("exp(-stats", "exp(stats", R),
            ("now.beta * now.inv_batch", "now.inv_batch", R),
        ],
        "conv" => &[
            ("top + ky < vec4<u32>(p.large_height)", "top + ky <= vec4<u32>(p.large_height)", R),
            ("left + kx < vec4<u32>(p.large_width)", "left + kx <= vec4<u32>(p.large_width)", R),
            ("pixel / p.small_width * p.stride - p.padding", "pixel / p.small_width * p.stride", R),
            ("pixel % p.small_width * p.stride", "pixel % p.small_width", R),
            ("k / p.kernel % p.kernel", "k / p.kernel", R),
            ("(k < depth())", "(k + 1u < depth())", R),
            ("row < p.small_channels", "row + 1u < p.small_channels", R),
            ("store(row, 3u, sums.w)", "store(row, 3u, sums.z)", R),
        ],
        "conv_transpose" => &[
            ("bottom - t.y < vec4<u32>(p.small_height)", "bottom - t.y <= vec4<u32>(p.small_height)", R),
            ("right - t.z < vec4<u32>(p.small_width)", "right - t.z <= vec4<u32>(p.small_width)", R),
            ("- p.padding % p.stride) % p.stride", ") % p.stride", R),
            ("group.z % p.stride", "group.z / p.stride", R),
            ("(p.kernel + p.stride - 1u - remainder)", "(p.kernel - min(remainder, vec2<u32>(p.kernel)))", R),
            ("t.x * p.large_channels", "t.x * p.small_channels", R),
            ("k / taps.x % taps.y", "k / taps.x", R),
            ("remainder.x + t.z * p.stride", "remainder.x + t.z", R),
            ("row < p.large_channels", "row + 1u < p.large_channels", R),
            ("store(row, 2u, sums.z)", "store(row, 2u, sums.x)", R),
        ],
        "conv_grad_weight" => &[
            ("down + top < vec4<u32>(p.large_height)", "down + top <= vec4<u32>(p.large_height)", R),
            ("across + left < vec4<u32>(p.large_width)", "across + left <= vec4<u32>(p.large_width)", R),
            ("k % area / p.small_width * p.stride", "k % area / p.small_width", R),
            ("p.kernel % p.kernel - p.padding", "p.kernel % p.kernel", R),
            ("(first + k / area) * p.small_channels", "(k / area) * p.small_channels", R),
            ("(first + k / area) * p.large_channels", "(k / area) * p.large_channels", R),
            ("partials[base + row", "partials[row", R),
            ("column < columns_in_all()", "column + 1u < columns_in_all()", R),
            ("k < depth", "k + 1u < depth", R),
        ],
        "sum_slices" => &[
            ("slice < p.slices", "slice + 1u < p.slices", R),
            ("slice * p.len + i", "i", R),
            ("i < p.len", "i + 1u < p.len", R),
        ],
        "conv_grad_bias" => &[
            ("* p.channels + channel)", "* p.channels)", R),
            ("half > 0u", "half > 1u", R),
            ("now.rows * p.samples * p.area", "now.rows * p.area", R),
            ("i < count", "i + 1u < count", R),
        ],
        "linear_grad_weight" => &[],
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
            ("losses.clipped == 1u", "losses.clipped == 0u", R),
            ("i < 256u", "i < 255u", R),
            ("recon[i] = value", "recon[i] = -value", R),
        ],
        "fused/gather_linear" => &[
            ("value = pixel_of", "value = 0.5 * pixel_of", R),
            ("x[row * p.inputs + k] = value;", "", R),
            ("first_column == 0u", "first_column != 0u", R),
            ("pixel(row + 2u * ROW_STEP, k)", "pixel(row + ROW_STEP, k)", F),
            ("sum + bias[column]", "sum", R),
            ("activate(p.activation, ", "activate(0u, ", R),
            ("first_column = group.x * TILE_COLUMNS", "first_column = 0u", R),
        ],
        "fused/latent" => &[
            ("vec4<bool>(k < p.inputs)", "vec4<bool>(k + 1u < p.inputs)", R),
            ("few[lane] += params[p.bias + lane]", "few[lane] += params[p.bias]", R),
            ("(now.row_offset + row)", "row", R),
            ("now.noise * e", "e", F),
            ("exp(0.5 * logvar)", "exp(logvar)", R),
            ("terms[lane] = drawn", "terms[lane] = mu", R),
            ("mu * mu + exp(logvar)", "mu + exp(logvar)", R),
            ("half > 0u", "half > 1u", R),
            ("0.5 * parts[0][r]", "parts[0][r]", R),
            ("j < p.latent;", "j + 1u < p.latent;", R),
            ("params[p.next_bias + column]", "0.0", R),
            ("column += 256u", "column += 257u", R),
            ("activate(p.activation, sum[r])", "sum[r]", R),
        ],
        "fused/latent_grad" => &[
            ("vec4<bool>(k < p.outputs)", "vec4<bool>(k + 1u < p.outputs)", R),
            ("k * p.latent + column", "k * p.latent", R),
            ("weight *= gate[lane]", "weight += gate[lane]", R),
            ("p.gated == 1u", "p.gated == 2u", R),
            ("- mu);", ");", R),
            ("0.5 * dz[r]", "dz[r]", R),
            ("weight * mu + dz[r]", "weight * mu", R),
            ("- 1.0)", ")", R),
            ("terms[p.latent + lane] = to_logvar", "terms[p.latent + lane] = to_mu", R),
            ("j < width;", "j + 1u < width;", R),
            ("p.activation != 0u", "p.activation == 99u", R),
            ("saved[at]", "saved[column]", R),
            ("column += 256u", "column += 257u", R),
        ],
        "fused/update_sgd" | "fused/update_rmsprop" | "fused/update_adam" => &[
            ("g + p.weight_decay * params[i]", "g", R),
            ("now.learning_rate", "1.01 * now.learning_rate", R),
        ],
        "gather_labels" => &[
            ("now.first + i / p.classes", "i / p.classes", R),
            ("image % 4u", "image % 2u", R),
            ("label == i % p.classes", "label + 1u == i % p.classes", R),
            ("i < count", "i + 1u < count", R),
            ("now.first + i", "i", R),
            ("i / p.classes]", "i / p.classes + 1u]", R),
            ("& 255u", "& 7u", R),
        ],
        "condition" => &[
            ("row / p.samples * p.classes", "row * p.classes", R),
            ("(column - p.width) / p.repeat", "(column - p.width) % p.classes", R),
            ("column < p.width", "column <= p.width", R),
            ("now.rows * p.samples", "now.rows", R),
            ("/ p.repeat]", "]", R),
            ("now.rows * p.samples * total", "now.rows * total", R),
        ],
        "condition_grad" => &[
            ("/ p.width * p.total", "/ p.width * p.width", R),
            ("now.rows * p.samples", "now.rows", R),
            ("i < count", "i + 1u < count", R),
            ("* p.total", "* p.width", R),
            ("+ i % p.width", "", R),
        ],
        other => panic!("no mutations of {other}"),
    }
}

/// All mutations of a variant of an op.
pub(crate) fn mutations(op: &str, tile: Tile) -> Vec<Mutation> {
    let shared: &[&[Mutation]] = match op {
        "linear" => &[TILE, COLUMN, PRODUCT],
        "linear_loss" => &[TILE, COLUMN, PRODUCT, LIKELIHOOD],
        "loss" => &[LIKELIHOOD],
        "linear_grad_input" => &[TILE, COLUMN],
        "linear_grad_weight" => &[TILE, COLUMN, PRODUCTS],
        "gather" => &[PIXELS],
        "metrics" => &[LOSSES],
        "fused/gather_linear" => &[TILE, COLUMN, PIXELS],
        "fused/latent" | "fused/latent_grad" => &[OWN_ROWS],
        "fused/update_sgd" => &[SUMMED, own("sgd")],
        "fused/update_rmsprop" => &[SUMMED, own("rmsprop")],
        "fused/update_adam" => &[TILE, COLUMN, PRODUCTS, LOSSES, SUMMED, own("adam")],
        "conv" | "conv_transpose" => &[TILE, CONVOLUTION, EPILOGUE],
        "conv_grad_weight" => &[TILE, COLUMN, CONVOLUTION],
        "sgd" | "rmsprop" | "adam" => &[UPDATE],
        _ => &[],
    };
    let extra: &[Mutation] = match tile {
        Tile::Parts => PARTS,
        Tile::Direct => DIRECT,
        _ => &[],
    };
    // Without workgroup memory there is another loop, nobody loads for others, and the losses are another dispatch's.
    let elsewhere =
        |list: &&[Mutation]| tile != Tile::Direct || ![TILE, COLUMN, LOSSES, SUMMED].contains(list);
    let unused = |mutation: &Mutation| tile == Tile::Direct && mutation.0.contains("B_ALONG_K");
    let lists = shared.iter().filter(|list| elsewhere(list)).copied().chain([own(op), extra]);
    lists.flatten().filter(|mutation| !unused(mutation)).copied().collect()
}
