// A tile of a matrix product, behind one of the `rows_*.wgsl`: TILE_ROWS × 64 columns, 4 × 4 sums for each
// invocation.
//
// The kernel that includes this file defines what is multiplied and what happens to the sums:
//   a_four(row, k): factors of `row` and of the three rows that follow it ROW_STEP apart;
//   b_four(column, k): the same for columns, COLUMN_STEP apart; both zero outside the matrices;
//   A_ALONG_K, B_ALONG_K: whether k is the fast index in memory, so that loads coalesce;
//   finish(row, column, slot, sums): takes the sums of `row` in four columns, COLUMN_STEP apart;
//     `slot` numbers these quarters of rows within the tile: row of the tile · 16 + column % 16.
// Rows and columns of one invocation lie apart: neighbours then touch neighbouring memory.
//
// TILE_PARTS is 1, or 4: then four times as many invocations share out k, and add up in order. A small product has too
// few tiles to hide the time that its loads take.

const TILE_COLUMNS = 64u;
const TILE_SUMS = TILE_ROWS * 4u;
const TILE_INVOCATIONS = TILE_SUMS * TILE_PARTS;
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

// The sums of two of the four rows, from all parts; they pass through the memory of tile_b.
fn add_parts(part: u32, lane: u32, first: vec4<f32>, second: vec4<f32>, mine: u32) -> vec4<f32> {
    let at = lane % TILE_SUMS;
    tile_b[2u * part * TILE_SUMS + at] = first;
    tile_b[(2u * part + 1u) * TILE_SUMS + at] = second;
    workgroupBarrier();
    var sum = vec4<f32>(0.0);
    for (var i = 0u; i < TILE_PARTS; i += 1u) {
        sum += tile_b[(2u * i + mine) * TILE_SUMS + at];
    }
    workgroupBarrier();
    return sum;
}

fn multiply(row0: u32, column0: u32, depth: u32, lane: u32) {
    let part = lane / TILE_SUMS;
    let down = lane % TILE_SUMS / COLUMN_STEP;
    let across = lane % COLUMN_STEP;
    let begin = part * (TILE_DEPTH / TILE_PARTS);
    let end = begin + TILE_DEPTH / TILE_PARTS;
    var sums = mat4x4<f32>();
    for (var k0 = 0u; k0 < depth; k0 += TILE_DEPTH) {
        for (var i = lane; i < TILE_DEPTH * ROW_STEP; i += TILE_INVOCATIONS) {
            load_a(row0, k0, i);
        }
        for (var i = lane; i < TILE_DEPTH * COLUMN_STEP; i += TILE_INVOCATIONS) {
            load_b(column0, k0, i);
        }
        workgroupBarrier();
        for (var k = begin; k < end; k += 4u) {
            sums += outer(k, down, across);
            sums += outer(k + 1u, down, across);
            sums += outer(k + 2u, down, across);
            sums += outer(k + 3u, down, across);
        }
        workgroupBarrier();
    }
    let column = column0 + across;
    if TILE_PARTS > 1u {
        // Each part finishes one of the four rows.
        let upper = add_parts(part, lane, sums[0], sums[1], part % 2u);
        let lower = add_parts(part, lane, sums[2], sums[3], part % 2u);
        let sum = select(lower, upper, part < 2u);
        finish(row0 + down + part * ROW_STEP, column, lane, sum);
        return;
    }
    finish(row0 + down, column, lane, sums[0]);
    finish(row0 + down + ROW_STEP, column, lane + TILE_SUMS, sums[1]);
    finish(row0 + down + 2u * ROW_STEP, column, lane + 2u * TILE_SUMS, sums[2]);
    finish(row0 + down + 3u * ROW_STEP, column, lane + 3u * TILE_SUMS, sums[3]);
}
