// m = momentum·m + g; p −= lr·m.

fn update(i: u32, g: f32) {
    let m = p.a * moment1[i] + g;
    moment1[i] = m;
    params[i] -= now.learning_rate * m;
}
