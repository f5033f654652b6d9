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

var<workgroup> squares: array<f32, 256>;

// min(1, max_norm / (‖g‖ + 10⁻⁶)), as PyTorch's clip_grad_norm_.
fn clip_factor(lane: u32) -> f32 {
    squares[lane] = norm[lane];
    for (var half = 128u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            squares[lane] += squares[lane + half];
        }
    }
    workgroupBarrier();
    return min(1.0, p.max_norm / (sqrt(squares[0]) + 1e-6));
}

@compute @workgroup_size(256)
fn main(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    var factor = 1.0;
    if p.max_norm > 0.0 {
        factor = clip_factor(lane);
    }
    for (var i = id.x; i < p.len; i += groups.x * 256u) {
        update(i, factor * grads[i] + p.weight_decay * params[i]);
    }
}

