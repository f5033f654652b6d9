// −log p(target | logit) and its derivative with respect to the logit, by the including kernel's constants:
// `gaussian` (0 for Bernoulli), `inverse_variance` (1 / σ²) and `normaliser` (½ ln(2πσ²)).
fn likelihood(logit: f32, target_value: f32) -> vec2<f32> {
    if p.gaussian == 1u {
        let difference = logit - target_value;
        let gradient = difference * p.inverse_variance;
        return vec2<f32>(0.5 * difference * gradient + p.normaliser, gradient);
    }
    let loss = max(logit, 0.0) - target_value * logit + log_1p(exp(-abs(logit)));
    return vec2<f32>(loss, sigmoid(logit) - target_value);
}

