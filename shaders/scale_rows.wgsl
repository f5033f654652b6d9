// Row r of `values` times samples · weights[r].

struct Parameters {
    width: u32,
    samples: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> weights: array<f32>;
@group(1) @binding(2) var<storage, read_write> values: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let count = now.rows * p.samples * p.width;
    for (var i = id.x; i < count; i += groups.x * 256u) {
        values[i] *= weights[i / p.width] * f32(p.samples);
    }
}
