// A tile of a matrix product: 64 rows × 64 columns by 256 invocations, 4 × 4 sums each.
//
// The kernel that includes this file defines what is multiplied and what happens to the sums:
//   a_at(row, k), b_at(column, k): factors, zero outside the matrices;
//   A_ALONG_K, B_ALONG_K: whether k is the fast index in memory, so that loads coalesce;
//   finish(lane, row, column, sums): takes the sums of `row` at columns `column`, +16, +32, +48.
// An invocation's rows and columns lie 16 apart: neighbours then touch neighbouring memory.

const TILE_ROWS = 64u;
const TILE_COLUMNS = 64u;
const TILE_DEPTH = 16u;
// One more than 16, so that a column of the tile does not fall into one memory bank.
const PITCH = 17u;

// At [k·PITCH + i]: rows (columns) i, i + 16, i + 32, i + 48.
var<workgroup> tile_a: array<vec4<f32>, 272>;
var<workgroup> tile_b: array<vec4<f32>, 272>;

fn multiply(lane: u32, row0: u32, column0: u32, depth: u32) {
    let across = lane % 16u;
    let down = lane / 16u;
    let ka = select(down, across, A_ALONG_K);
    let kb = select(down, across, B_ALONG_K);
    let ia = select(across, down, A_ALONG_K);
    let ib = select(across, down, B_ALONG_K);
    let row = row0 + ia;
    let column = column0 + ib;
    var sums0 = vec4<f32>(0.0);
    var sums1 = vec4<f32>(0.0);
    var sums2 = vec4<f32>(0.0);
    var sums3 = vec4<f32>(0.0);
    for (var k0 = 0u; k0 < depth; k0 += TILE_DEPTH) {
        let k = k0 + ka;
        tile_a[ka * PITCH + ia] =
            vec4<f32>(a_at(row, k), a_at(row + 16u, k), a_at(row + 32u, k), a_at(row + 48u, k));
        let l = k0 + kb;
        tile_b[kb * PITCH + ib] =
            vec4<f32>(b_at(column, l), b_at(column + 16u, l), b_at(column + 32u, l), b_at(column + 48u, l));
        workgroupBarrier();
        for (var i = 0u; i < TILE_DEPTH; i += 1u) {
            let a = tile_a[i * PITCH + down];
            let b = tile_b[i * PITCH + across];
            sums0 += a.x * b;
            sums1 += a.y * b;
            sums2 += a.z * b;
            sums3 += a.w * b;
        }
        workgroupBarrier();
    }
    let first = row0 + down;
    finish(lane, first, column0 + across, sums0);
    finish(lane + 256u, first + 16u, column0 + across, sums1);
    finish(lane + 512u, first + 32u, column0 + across, sums2);
    finish(lane + 768u, first + 48u, column0 + across, sums3);
}

