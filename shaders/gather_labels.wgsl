// One-hot rows of the labels of the images order[first .. first + rows].

struct Parameters {
    classes: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> labels: array<u32>;
@group(1) @binding(2) var<storage, read> order: array<u32>;
@group(1) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let count = now.rows * p.classes;
    for (var i = id.x; i < count; i += groups.x * 256u) {
        let image = order[now.first + i / p.classes];
        let label = (labels[image / 4u] >> (8u * (image % 4u))) & 255u;
        y[i] = f32(label == i % p.classes);
    }
}
