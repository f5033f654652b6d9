// y = x with the label's one-hot values behind it, each `repeat` times.

struct Parameters {
    width: u32,
    classes: u32,
    repeat: u32,
    samples: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> labels: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let total = p.width + p.classes * p.repeat;
    let count = now.rows * p.samples * total;
    for (var i = id.x; i < count; i += groups.x * 256u) {
        let row = i / total;
        let column = i % total;
        if column < p.width {
            y[i] = x[row * p.width + column];
        } else {
            y[i] = labels[row / p.samples * p.classes + (column - p.width) / p.repeat];
        }
    }
}
