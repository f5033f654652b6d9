// `linear_grad_weight`, an optimiser's update and `metrics`: each gradient moves its parameter while it is in a
// register, and one more workgroup sums the losses. `update` is the optimiser's own.

struct Parameters {
    losses: Losses,
    count: u32,
    tiles: u32,
    weight_decay: f32,
    a: f32,
    b: f32,
    epsilon: f32,
    // Which arena, and first value there.
    partial_arena: u32,
    partials: u32,
    kl_arena: u32,
    kl: u32,
    extra_arena: u32,
    extra: u32,
    // First values in `results`.
    recon: u32,
    ring: u32,
    pad0: u32,
    pad1: u32,
    products: array<Product, 16>,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(5) var<storage, read_write> params: array<f32>;
@group(1) @binding(6) var<storage, read_write> moment1: array<f32>;
@group(1) @binding(7) var<storage, read_write> moment2: array<f32>;
@group(1) @binding(8) var<storage, read_write> results: array<f32>;

const LANES = TILE_INVOCATIONS;

fn put(i: u32, g: f32) {
    update(i, g + p.weight_decay * params[i]);
}

fn partial_at(i: u32) -> f32 {
    return load(p.partial_arena, vec4<u32>(p.partials + i)).x;
}

fn kl_at(i: u32) -> f32 {
    return load(p.kl_arena, vec4<u32>(p.kl + i)).x;
}

// Whoever clips computes the norm before, and is not fused.
fn norm_at(i: u32) -> f32 {
    return 0.0;
}

fn extra_at(i: u32) -> f32 {
    return load(p.extra_arena, vec4<u32>(p.extra + i)).x;
}

fn put_recon(i: u32, value: f32) {
    results[p.recon + i] = value;
}

fn put_ring(i: u32, value: f32) {
    results[p.ring + i] = value;
}

@compute @workgroup_size(TILE_INVOCATIONS)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let tile = group.y * groups.x + group.x;
    if tile < p.tiles {
        weight_gradient(tile, find(tile), lane);
    } else if tile == p.tiles {
        report(lane);
    }
}
