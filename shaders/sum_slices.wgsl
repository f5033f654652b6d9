// sum = Σ of the slices of `partials`, in order.

struct Parameters {
    slices: u32,
    len: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> partials: array<f32>;
@group(1) @binding(2) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < p.len; i += groups.x * 256u) {
        var sum = 0.0;
        for (var slice = 0u; slice < p.slices; slice += 1u) {
            sum += partials[slice * p.len + i];
        }
        sums[i] = sum;
    }
}
