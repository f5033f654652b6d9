// Adam (Kingma and Ba, 2015) as PyTorch computes it: m̂ and v̂ through the step's bias corrections.

fn update(i: u32, g: f32) {
    let m = p.a * moment1[i] + (1.0 - p.a) * g;
    let v = p.b * moment2[i] + (1.0 - p.b) * g * g;
    moment1[i] = m;
    moment2[i] = v;
    let denominator = sqrt(v) / sqrt(now.bias2) + p.epsilon;
    params[i] -= now.learning_rate / now.bias1 * (m / denominator);
}
