// A tile of a matrix product, behind `rows_16.wgsl` or `rows_64.wgsl`: TILE_ROWS × 64 columns, 4 × 4 sums
// for each invocation.
//
// The kernel that includes this file defines what is multiplied and what happens to the sums:
//   a_four(row, k): factors of `row` and of the three rows that follow it ROW_STEP apart;
//   b_four(column, k): the same for columns, COLUMN_STEP apart; both zero outside the matrices;
//   A_ALONG_K, B_ALONG_K: whether k is the fast index in memory, so that loads coalesce;
//   finish(row, column, slot, sums): takes the sums of `row` in four columns, COLUMN_STEP apart;
//     `slot` numbers these quarters of rows within the tile: row of the tile · 16 + column % 16.
// Rows and columns of one invocation lie apart: neighbours then touch neighbouring memory.

const TILE_COLUMNS = 64u;
const TILE_DEPTH = 16u;
const TILE_INVOCATIONS = TILE_ROWS * 4u;
const ROW_STEP = TILE_ROWS / 4u;
const COLUMN_STEP = 16u;
// One more than needed, so that a column of a tile does not fall into one memory bank.
const A_PITCH = ROW_STEP + 1u;
const B_PITCH = COLUMN_STEP + 1u;
const FOUR = vec4<u32>(0u, 1u, 2u, 3u);

// At [k · pitch + i]: i and the three that follow it a step apart.
var<workgroup> tile_a: array<vec4<f32>, TILE_DEPTH * A_PITCH>;
var<workgroup> tile_b: array<vec4<f32>, TILE_DEPTH * B_PITCH>;

fn load_a(row0: u32, k0: u32, lane: u32) {
    let k = select(lane / ROW_STEP, lane % TILE_DEPTH, A_ALONG_K);
    let i = select(lane % ROW_STEP, lane / TILE_DEPTH, A_ALONG_K);
    tile_a[k * A_PITCH + i] = a_four(row0 + i, k0 + k);
}

fn load_b(column0: u32, k0: u32, lane: u32) {
    let k = select(lane / COLUMN_STEP, lane % TILE_DEPTH, B_ALONG_K);
    let i = select(lane % COLUMN_STEP, lane / TILE_DEPTH, B_ALONG_K);
    tile_b[k * B_PITCH + i] = b_four(column0 + i, k0 + k);
}

// One step along k: column i of the result belongs to the invocation's row i.
fn outer(k: u32, down: u32, across: u32) -> mat4x4<f32> {
    let a = tile_a[k * A_PITCH + down];
    let b = tile_b[k * B_PITCH + across];
    return mat4x4<f32>(a.x * b, a.y * b, a.z * b, a.w * b);
}

fn multiply(row0: u32, column0: u32, depth: u32, lane: u32) {
    let down = lane / COLUMN_STEP;
    let across = lane % COLUMN_STEP;
    var sums = mat4x4<f32>();
    for (var k0 = 0u; k0 < depth; k0 += TILE_DEPTH) {
        load_a(row0, k0, lane);
        for (var i = lane; i < TILE_DEPTH * COLUMN_STEP; i += TILE_INVOCATIONS) {
            load_b(column0, k0, i);
        }
        workgroupBarrier();
        for (var k = 0u; k < TILE_DEPTH; k += 4u) {
            sums += outer(k, down, across);
            sums += outer(k + 1u, down, across);
            sums += outer(k + 2u, down, across);
            sums += outer(k + 3u, down, across);
        }
        workgroupBarrier();
    }
    let column = column0 + across;
    finish(row0 + down, column, lane, sums[0]);
    finish(row0 + down + ROW_STEP, column, lane + TILE_INVOCATIONS, sums[1]);
    finish(row0 + down + 2u * ROW_STEP, column, lane + 2u * TILE_INVOCATIONS, sums[2]);
    finish(row0 + down + 3u * ROW_STEP, column, lane + 3u * TILE_INVOCATIONS, sums[3]);
}

