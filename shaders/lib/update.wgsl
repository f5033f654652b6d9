// What the optimisers share: bindings, clipping, and one flat loop over the arena. The kernel that
// includes this file defines update(i, g), which moves parameter i against its gradient g.

struct Parameters {
    len: u32,
    // 0: no clipping.
    max_norm: f32,
    weight_decay: f32,
    a: f32,
    b: f32,
    epsilon: f32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> grads: array<f32>;
@group(1) @binding(2) var<storage, read> norm: array<f32>;
@group(1) @binding(3) var<storage, read_write> params: array<f32>;
@group(1) @binding(4) var<storage, read_write> moment1: array<f32>;
@group(1) @binding(5) var<storage, read_write> moment2: array<f32>;

// min(1, max_norm / (‖g‖ + 10⁻⁶)), as PyTorch's clip_grad_norm_. Every invocation adds the same 256
// values up: they are cached, and there is nothing to wait for.
fn clip_factor() -> f32 {
    var square = 0.0;
    for (var i = 0u; i < 256u; i += 1u) {
        square += norm[i];
    }
    return min(1.0, p.max_norm / (sqrt(square) + 1e-6));
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    var factor = 1.0;
    if p.max_norm > 0.0 {
        factor = clip_factor();
    }
    for (var i = id.x; i < p.len; i += groups.x * 256u) {
        update(i, factor * grads[i] + p.weight_decay * params[i]);
    }
}

