// In the place of `tile.wgsl`, with the same contract: every invocation loads its own factors, and nothing passes through
// workgroup memory, so that nobody waits for anybody. For devices whose workgroup memory is no faster than their caches (many
// phones); one of the kinds that are timed.

const TILE_ROWS = 16u;
const TILE_COLUMNS = 64u;
const TILE_SUMS = 64u;
const TILE_INVOCATIONS = 64u;
const ROW_STEP = 4u;
const COLUMN_STEP = 16u;
const FOUR = vec4<u32>(0u, 1u, 2u, 3u);

fn multiply(row0: u32, column0: u32, depth: u32, lane: u32) {
    let row = row0 + lane / COLUMN_STEP;
    let column = column0 + lane % COLUMN_STEP;
    var sums = mat4x4<f32>();
    for (var k = 0u; k < depth; k += 1u) {
        let a = a_four(row, k);
        let b = b_four(column, k);
        sums += mat4x4<f32>(a.x * b, a.y * b, a.z * b, a.w * b);
    }
    finish(row, column, lane, sums[0]);
    finish(row + ROW_STEP, column, lane + TILE_SUMS, sums[1]);
    finish(row + 2u * ROW_STEP, column, lane + 2u * TILE_SUMS, sums[2]);
    finish(row + 3u * ROW_STEP, column, lane + 3u * TILE_SUMS, sums[3]);
}
