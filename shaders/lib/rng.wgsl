// Counter-based random numbers; the twin of `src/rng.rs`: same integers, same polynomials.

const PURPOSE_LATENT = 1u;
const PURPOSE_BINARISE = 2u;

// PCG4D (Jarzynski and Olano, JCGT 9(3), 2020).
fn pcg4d(counters: vec4<u32>) -> vec4<u32> {
    var v = counters * 1664525u + 1013904223u;
    v.x += v.y * v.w;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v.w += v.y * v.z;
    v ^= v >> vec4<u32>(16u);
    v.x += v.y * v.w;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v.w += v.y * v.z;
    return v;
}

// Uniform in [0, 1) with 24 bits, exact in f32.
fn unit(bits: u32) -> f32 {
    return f32(bits >> 8u) * (1.0 / 16777216.0);
}

// ln u for u in (0, 1].
fn ln_unit(u: f32) -> f32 {
    let bits = bitcast<u32>(u);
    // Subtracting √½'s bits before taking the exponent puts the mantissa into [√½, √2).
    let exponent = bitcast<i32>(bits - 0x3f3504f3u) >> 23u;
    let m = bitcast<f32>(bits - bitcast<u32>(exponent << 23u));
    let s = (m - 1.0) / (m + 1.0);
    let q = s * s;
    let series = 2.0 + q * (2.0 / 3.0 + q * (2.0 / 5.0 + q * (2.0 / 7.0 + q * (2.0 / 9.0))));
    return f32(exponent) * 0.69314718 + s * series;
}

// cos(2π·bits/2³²); WGSL allows its own cos an error of 2⁻¹¹.
fn cos_turn(bits: u32) -> f32 {
    let x = unit(bits << 2u) * 1.57079633;
    let q = x * x;
    let cosine = 1.0 + q * (-0.5 + q * (1.0 / 24.0 + q * (-1.0 / 720.0 + q * (1.0 / 40320.0
        + q * (-1.0 / 3628800.0 + q * (1.0 / 479001600.0))))));
    let sine = x * (1.0 + q * (-1.0 / 6.0 + q * (1.0 / 120.0 + q * (-1.0 / 5040.0
        + q * (1.0 / 362880.0 + q * (-1.0 / 39916800.0))))));
    switch bits >> 30u {
        case 0u: { return cosine; }
        case 1u: { return -sine; }
        case 2u: { return -cosine; }
        default: { return sine; }
    }
}

// One standard normal number by Box-Muller.
fn normal(seed: u32, purpose: u32, step: u32, element: u32) -> f32 {
    let h = pcg4d(vec4<u32>(seed, purpose, step, element));
    // In (0, 1]: the logarithm stays finite.
    let u = f32((h.x >> 8u) + 1u) * (1.0 / 16777216.0);
    return sqrt(max(-2.0 * ln_unit(u), 0.0)) * cos_turn(h.y);
}

