// A tile of a matrix product: 16 rows × 64 columns by 256 invocations, 1 × 4 sums each. For products
// with few rows, where larger tiles would leave most of a GPU idle. Same contract as `tile_64.wgsl`.

const TILE_ROWS = 16u;
const TILE_COLUMNS = 64u;
const TILE_DEPTH = 32u;
// One more than 16, so that a column of the tile does not fall into one memory bank.
const PITCH = 17u;

// At [k·PITCH + row].
var<workgroup> tile_a: array<f32, 544>;
// At [k·PITCH + i]: columns i, i + 16, i + 32, i + 48.
var<workgroup> tile_b: array<vec4<f32>, 544>;

fn load_a(k0: u32, row0: u32, k: u32, i: u32) {
    tile_a[k * PITCH + i] = a_at(row0 + i, k0 + k);
}

fn load_b(k0: u32, column0: u32, k: u32, i: u32) {
    let column = column0 + i;
    let l = k0 + k;
    tile_b[k * PITCH + i] =
        vec4<f32>(b_at(column, l), b_at(column + 16u, l), b_at(column + 32u, l), b_at(column + 48u, l));
}

fn multiply(lane: u32, row0: u32, column0: u32, depth: u32) {
    let across = lane % 16u;
    let down = lane / 16u;
    var sums = vec4<f32>(0.0);
    for (var k0 = 0u; k0 < depth; k0 += TILE_DEPTH) {
        if A_ALONG_K {
            load_a(k0, row0, lane % 32u, lane / 32u);
            load_a(k0, row0, lane % 32u, lane / 32u + 8u);
        } else {
            load_a(k0, row0, down, across);
            load_a(k0, row0, down + 16u, across);
        }
        if B_ALONG_K {
            load_b(k0, column0, lane % 32u, lane / 32u);
            load_b(k0, column0, lane % 32u, lane / 32u + 8u);
        } else {
            load_b(k0, column0, down, across);
            load_b(k0, column0, down + 16u, across);
        }
        workgroupBarrier();
        for (var i = 0u; i < TILE_DEPTH; i += 1u) {
            sums += tile_a[i * PITCH + down] * tile_b[i * PITCH + across];
        }
        workgroupBarrier();
    }
    finish(lane, row0 + down, column0 + across, sums);
}

