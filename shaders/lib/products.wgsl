// Weight gradients of up to 16 products in one dispatch: N×(K+1)×M each, dW = dyᵀ·x and db = column sums of dy.
//
// The bias is one more column of the product, as if every row of x ended in a 1. The kernel that includes this file
// has `count` and the table `products` among its constants and defines put(i, g): what becomes of the gradient g of
// parameter i.

struct Product {
    // First value of x and of dy within their arenas.
    x: u32,
    delta: u32,
    // First value of the weight's and the bias's gradient.
    weight: u32,
    bias: u32,
    inputs: u32,
    outputs: u32,
    samples: u32,
    x_arena: u32,
    delta_arena: u32,
    // First tile of this product, counted over all products.
    first: u32,
    // Tiles side by side.
    columns: u32,
    pad: u32,
}

@group(1) @binding(1) var<storage, read> arena0: array<f32>;
@group(1) @binding(2) var<storage, read> arena1: array<f32>;
@group(1) @binding(3) var<storage, read> arena2: array<f32>;
@group(1) @binding(4) var<storage, read> arena3: array<f32>;

const A_ALONG_K = false;
const B_ALONG_K = false;

var<private> current: Product;

// All of a workgroup takes the same way, and one choice serves four loads.
fn load(arena: u32, at: vec4<u32>) -> vec4<f32> {
    switch arena {
        case 0u: { return vec4<f32>(arena0[at.x], arena0[at.y], arena0[at.z], arena0[at.w]); }
        case 1u: { return vec4<f32>(arena1[at.x], arena1[at.y], arena1[at.z], arena1[at.w]); }
        case 2u: { return vec4<f32>(arena2[at.x], arena2[at.y], arena2[at.z], arena2[at.w]); }
        default: { return vec4<f32>(arena3[at.x], arena3[at.y], arena3[at.z], arena3[at.w]); }
    }
}

fn a_four(row: u32, k: u32) -> vec4<f32> {
    let rows = row + FOUR * ROW_STEP;
    let values = load(current.delta_arena, current.delta + k * current.outputs + rows);
    let inside = (rows < vec4<u32>(current.outputs)) & vec4<bool>(k < now.rows * current.samples);
    // What lies outside is read as some other value and dropped: cheaper than a branch.
    return select(vec4<f32>(0.0), values, inside);
}

fn b_four(column: u32, k: u32) -> vec4<f32> {
    let columns = column + FOUR * COLUMN_STEP;
    let values = load(current.x_arena, current.x + k * current.inputs + columns);
    let inside = (columns < vec4<u32>(current.inputs)) & vec4<bool>(k < now.rows * current.samples);
    let ones = vec4<f32>(columns == vec4<u32>(current.inputs));
    return select(ones, values, inside);
}

fn store(row: u32, column: u32, sum: f32) {
    let weight = current.weight + row * current.inputs + column;
    if row < current.outputs && column <= current.inputs {
        put(select(weight, current.bias + row, column == current.inputs), sum);
    }
}

fn finish(row: u32, column: u32, slot: u32, sums: vec4<f32>) {
    store(row, column, sums.x);
    store(row, column + 16u, sums.y);
    store(row, column + 32u, sums.z);
    store(row, column + 48u, sums.w);
}

// The product that numbered tile `tile` belongs to.
fn find(tile: u32) -> u32 {
    var index = 0u;
    for (var i = 1u; i < p.count; i += 1u) {
        if tile >= p.products[i].first {
            index = i;
        }
    }
    return index;
}

// `index` is the same for all of a workgroup.
fn weight_gradient(tile: u32, index: u32, lane: u32) {
    current = p.products[index];
    let place = tile - p.products[index].first;
    let columns = p.products[index].columns;
    let row0 = place / columns * TILE_ROWS;
    let column0 = place % columns * TILE_COLUMNS;
    multiply(row0, column0, now.rows * p.products[index].samples, lane);
}
