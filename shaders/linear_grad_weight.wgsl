// dW = dyᵀ·x and db = column sums of dy, for up to 16 products in one dispatch.

struct Parameters {
    count: u32,
    tiles: u32,
    pad0: u32,
    pad1: u32,
    products: array<Product, 16>,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(5) var<storage, read_write> grads: array<f32>;

fn put(i: u32, g: f32) {
    grads[i] = g;
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
    }
}
