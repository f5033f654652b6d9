// y = epilogue(xᵀ ⋆ W), from the small image to the large one: channels × (images · large pixels) × taps.
//
// Large pixels whose coordinates, with the padding, leave the same remainders by the stride meet the same taps of
// the kernel: such a phase is one product with those taps alone, and has its own workgroups along z.

@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> weight: array<f32>;
@group(1) @binding(3) var<storage, read> side: array<f32>;
@group(1) @binding(4) var<storage, read_write> y: array<f32>;

// Of the phase: its remainders, and how many taps of the kernel it meets.
var<private> remainder: vec2<u32>;
var<private> taps: vec2<u32>;
// Of the invocation's columns: the small pixel that meets the phase's first tap, its index in x, the result's
// index in y, and whether there is one.
var<private> bottom: vec4<u32>;
var<private> right: vec4<u32>;
var<private> source: vec4<u32>;
var<private> result: vec4<u32>;
var<private> exists: vec4<bool>;

fn depth() -> u32 {
    return p.small_channels * taps.x * taps.y;
}

// Small channel, and the tap's number along y and x among those of the phase.
fn tap(k: u32) -> vec3<u32> {
    return vec3<u32>(k / (taps.x * taps.y), k / taps.x % taps.y, k % taps.x);
}

fn a_four(row: u32, k: u32) -> vec4<f32> {
    let t = tap(k);
    let filters = t.x * p.large_channels + row + FOUR * ROW_STEP;
    let ky = remainder.y + t.y * p.stride;
    let at = (filters * p.kernel + ky) * p.kernel + remainder.x + t.z * p.stride;
    // What lies outside is read as some other value and dropped: cheaper than a branch.
    let values = vec4<f32>(weight[at.x], weight[at.y], weight[at.z], weight[at.w]);
    return select(vec4<f32>(0.0), values, k < depth());
}

fn b_four(column: u32, k: u32) -> vec4<f32> {
    let t = tap(k);
    let at = source + (t.x * p.small_height - t.y) * p.small_width - t.z;
    let inside = (bottom - t.y < vec4<u32>(p.small_height)) & (right - t.z < vec4<u32>(p.small_width));
    let values = vec4<f32>(x[at.x], x[at.y], x[at.z], x[at.w]);
    return select(vec4<f32>(0.0), values, inside & vec4<bool>(k < depth()));
}

fn store(row: u32, i: u32, sum: f32) {
    let at = result[i] + row * p.large_height * p.large_width;
    if exists[i] {
        y[at] = epilogue(row, at, sum);
    }
}

fn finish(row: u32, column: u32, slot: u32, sums: vec4<f32>) {
    if row < p.large_channels {
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
    remainder = vec2<u32>(group.z % p.stride, group.z / p.stride);
    taps = (p.kernel + p.stride - 1u - remainder) / p.stride;
    // The phase's first large pixel, and how many it has in each direction.
    let first = (remainder + p.stride - p.padding % p.stride) % p.stride;
    let size = (vec2<u32>(p.large_width, p.large_height) + p.stride - 1u - first) / p.stride;
    let area = size.x * size.y;
    let count = now.rows * p.samples * area;
    let tile = place(group.y * groups.x + group.x, p.large_channels);
    if tile.y >= count {
        return;
    }
    let columns = own_columns(tile.y, lane);
    let image = columns / area;
    let below = first.y + columns % area / size.x * p.stride;
    let across = first.x + columns % size.x * p.stride;
    exists = columns < vec4<u32>(count);
    bottom = (below + p.padding) / p.stride;
    right = (across + p.padding) / p.stride;
    source = (image * p.small_channels * p.small_height + bottom) * p.small_width + right;
    result = (image * p.large_channels * p.large_height + below) * p.large_width + across;
    multiply(tile.x, tile.y, depth(), lane);
}
