// Functions that hold their accuracy over the whole range of f32. Exponentials are only taken of
// arguments that are not positive, so nothing overflows.

// ln(1 + y) for y in [0, 1], by the series of 2·artanh(y / (2 + y)): relative error below 2e-7. The
// built-in log may be off by 2⁻²¹ near 1, which 784 pixels would add up.
fn log_1p(y: f32) -> f32 {
    let s = y / (2.0 + y);
    let q = s * s;
    let tail = 1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0 + q * (1.0 / 15.0)));
    return 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * tail))));
}

// ln(1 + eˣ)
fn softplus(x: f32) -> f32 {
    return max(x, 0.0) + log_1p(exp(-abs(x)));
}

// 1 / (1 + e⁻ˣ)
fn sigmoid(x: f32) -> f32 {
    let e = exp(-abs(x));
    return select(e, 1.0, x >= 0.0) / (1.0 + e);
}

