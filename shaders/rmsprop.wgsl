// v = α·v + (1−α)·g²; m = momentum·m + g/(√v + ε); p −= lr·m (Tieleman and Hinton, 2012, as in PyTorch).

fn update(i: u32, g: f32) {
    let v = p.a * moment2[i] + (1.0 - p.a) * g * g;
    let m = p.b * moment1[i] + g / (sqrt(v) + p.epsilon);
    moment2[i] = v;
    moment1[i] = m;
    params[i] -= now.learning_rate * m;
}
