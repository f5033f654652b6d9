// dW of a convolution in slices of the rows: small channels × taps × (images · small pixels) each; workgroups
// along z are slices.

@group(1) @binding(1) var<storage, read> large: array<f32>;
@group(1) @binding(2) var<storage, read> small: array<f32>;
@group(1) @binding(3) var<storage, read_write> partials: array<f32>;

// First result of the slice, its first image, and its pixels in all images.
var<private> base: u32;
var<private> first: u32;
var<private> depth: u32;
// Of the invocation's columns: where the tap lies beside the small pixel, and its index in an image.
var<private> down: vec4<u32>;
var<private> across: vec4<u32>;
var<private> source: vec4<u32>;

fn columns_in_all() -> u32 {
    return p.large_channels * p.kernel * p.kernel;
}

fn a_four(row: u32, k: u32) -> vec4<f32> {
    let area = p.small_height * p.small_width;
    let channels = (first + k / area) * p.small_channels + row + FOUR * ROW_STEP;
    let at = channels * area + k % area;
    // What lies outside is read as some other value and dropped: cheaper than a branch.
    let values = vec4<f32>(small[at.x], small[at.y], small[at.z], small[at.w]);
    return select(vec4<f32>(0.0), values, k < depth);
}

fn b_four(column: u32, k: u32) -> vec4<f32> {
    let area = p.small_height * p.small_width;
    let top = k % area / p.small_width * p.stride;
    let left = k % p.small_width * p.stride;
    let image = (first + k / area) * p.large_channels * p.large_height;
    let at = source + (image + top) * p.large_width + left;
    let inside = (down + top < vec4<u32>(p.large_height)) & (across + left < vec4<u32>(p.large_width));
    let values = vec4<f32>(large[at.x], large[at.y], large[at.z], large[at.w]);
    return select(vec4<f32>(0.0), values, inside & vec4<bool>(k < depth));
}

fn store(row: u32, column: u32, sum: f32) {
    if row < p.small_channels && column < columns_in_all() {
        partials[base + row * columns_in_all() + column] = sum;
    }
}

fn finish(row: u32, column: u32, slot: u32, sums: vec4<f32>) {
    store(row, column, sums.x);
    store(row, column + 16u, sums.y);
    store(row, column + 32u, sums.z);
    store(row, column + 48u, sums.w);
}

@compute @workgroup_size(TILE_INVOCATIONS)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let tile = place(group.y * groups.x + group.x, p.small_channels);
    if tile.y >= columns_in_all() {
        return;
    }
    let rows = now.rows * p.samples;
    let share = (rows + p.slices - 1u) / p.slices;
    first = min(group.z * share, rows);
    depth = (min(first + share, rows) - first) * p.small_height * p.small_width;
    base = group.z * p.small_channels * columns_in_all();
    let columns = own_columns(tile.y, lane);
    let channel = columns / (p.kernel * p.kernel);
    down = columns / p.kernel % p.kernel - p.padding;
    across = columns % p.kernel - p.padding;
    source = (channel * p.large_height + down) * p.large_width + across;
    // A slice without images has a sum of zero.
    multiply(tile.x, tile.y, depth, lane);
}
