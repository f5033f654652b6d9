// y = epilogue(x ⋆ W), from the large image to the small one: channels × (images · small pixels) × taps.

@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> weight: array<f32>;
@group(1) @binding(3) var<storage, read> side: array<f32>;
@group(1) @binding(4) var<storage, read_write> y: array<f32>;

// Of the invocation's columns: the large pixel that meets the kernel's corner, its index in x, the result's index
// in y, and whether there is one.
var<private> top: vec4<u32>;
var<private> left: vec4<u32>;
var<private> source: vec4<u32>;
var<private> result: vec4<u32>;
var<private> exists: vec4<bool>;

fn depth() -> u32 {
    return p.large_channels * p.kernel * p.kernel;
}

fn a_four(row: u32, k: u32) -> vec4<f32> {
    let at = (row + FOUR * ROW_STEP) * depth() + k;
    // What lies outside is read as some other value and dropped: cheaper than a branch.
    let values = vec4<f32>(weight[at.x], weight[at.y], weight[at.z], weight[at.w]);
    return select(vec4<f32>(0.0), values, k < depth());
}

fn b_four(column: u32, k: u32) -> vec4<f32> {
    let kx = k % p.kernel;
    let ky = k / p.kernel % p.kernel;
    let channel = k / (p.kernel * p.kernel);
    let at = source + (channel * p.large_height + ky) * p.large_width + kx;
    let inside = (top + ky < vec4<u32>(p.large_height)) & (left + kx < vec4<u32>(p.large_width));
    let values = vec4<f32>(x[at.x], x[at.y], x[at.z], x[at.w]);
    return select(vec4<f32>(0.0), values, inside & vec4<bool>(k < depth()));
}

fn store(row: u32, i: u32, sum: f32) {
    let at = result[i] + row * p.small_height * p.small_width;
    if exists[i] {
        y[at] = epilogue(row, at, sum);
    }
}

fn finish(row: u32, column: u32, slot: u32, sums: vec4<f32>) {
    if row < p.small_channels {
        store(row, 0u, sums.x);
        store(row, 1u, sums.y);
        store(row, 2u, sums.z);
        store(row, 3u, sums.w);
    }
}

@compute @workgroup_size(TILE_INVOCATIONS)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let area = p.small_height * p.small_width;
    let count = now.rows * p.samples * area;
    let tile = place(group.y * groups.x + group.x, p.small_channels);
    if tile.y >= count {
        return;
    }
    let columns = own_columns(tile.y, lane);
    let image = columns / area;
    let pixel = columns % area;
    exists = columns < vec4<u32>(count);
    top = pixel / p.small_width * p.stride - p.padding;
    left = pixel % p.small_width * p.stride - p.padding;
    source = (image * p.large_channels * p.large_height + top) * p.large_width + left;
    result = image * p.small_channels * area + pixel;
    multiply(tile.x, tile.y, depth(), lane);
}
