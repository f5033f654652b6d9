// What the convolutions share: their constants and, behind `tile.wgsl`, how a workgroup finds its tile.
//
// Columns of the products are pixels or taps. Taking one apart costs divisions, so each invocation does it once:
// the tile's contract gives it the same four columns throughout, COLUMN_STEP apart, where B_ALONG_K is false.
// Coordinates wrap: what lies above or left of an image is a large number, outside like what lies below.

struct Parameters {
    large_channels: u32,
    large_height: u32,
    large_width: u32,
    small_channels: u32,
    small_height: u32,
    small_width: u32,
    kernel: u32,
    stride: u32,
    padding: u32,
    samples: u32,
    slices: u32,
    activation: u32,
    // 1 for the epilogue of a gradient.
    backward: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;

const A_ALONG_K = true;
const B_ALONG_K = false;

// First row and first column of tile number `index` of a product with so many rows, one tile under the other.
fn place(index: u32, rows: u32) -> vec2<u32> {
    let down = (rows + TILE_ROWS - 1u) / TILE_ROWS;
    return vec2<u32>(index % down * TILE_ROWS, index / down * TILE_COLUMNS);
}

fn own_columns(column0: u32, lane: u32) -> vec4<u32> {
    return column0 + lane % COLUMN_STEP + FOUR * COLUMN_STEP;
}

