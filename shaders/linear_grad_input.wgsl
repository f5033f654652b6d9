// dx = (dy·W) ∘ activation′: M×K×N.

struct Parameters {
    inputs: u32,
    outputs: u32,
    samples: u32,
    activation: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> delta: array<f32>;
@group(1) @binding(2) var<storage, read> weight: array<f32>;
@group(1) @binding(3) var<storage, read> saved: array<f32>;
@group(1) @binding(4) var<storage, read_write> dx: array<f32>;

const A_ALONG_K = true;
const B_ALONG_K = false;

fn a_four(row: u32, k: u32) -> vec4<f32> {
    let rows = row + FOUR * ROW_STEP;
    let at = rows * p.outputs + k;
    let inside = (rows < vec4<u32>(now.rows * p.samples)) & vec4<bool>(k < p.outputs);
    // What lies outside is read as some other value and dropped: cheaper than a branch.
    return select(vec4<f32>(0.0), vec4<f32>(delta[at.x], delta[at.y], delta[at.z], delta[at.w]), inside);
}

fn b_four(column: u32, k: u32) -> vec4<f32> {
    let columns = column + FOUR * COLUMN_STEP;
    let at = k * p.inputs + columns;
    let inside = (columns < vec4<u32>(p.inputs)) & vec4<bool>(k < p.outputs);
    return select(vec4<f32>(0.0), vec4<f32>(weight[at.x], weight[at.y], weight[at.z], weight[at.w]), inside);
}

fn store(row: u32, column: u32, sum: f32) {
    if row < now.rows * p.samples && column < p.inputs {
        let at = row * p.inputs + column;
        var gradient = sum;
        // Identity has nothing saved: its binding is some other buffer.
        if p.activation != 0u {
            gradient *= activation_gradient(p.activation, saved[at]);
        }
        dx[at] = gradient;
    }
}

fn finish(row: u32, column: u32, slot: u32, sums: vec4<f32>) {
    store(row, column, sums.x);
    store(row, column + 16u, sums.y);
    store(row, column + 32u, sums.z);
    store(row, column + 48u, sums.w);
}

@compute @workgroup_size(TILE_INVOCATIONS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row0 = group.y * TILE_ROWS;
    // A step may have fewer rows than the plan's capacity.
    if row0 >= now.rows * p.samples {
        return;
    }
    multiply(row0, group.x * TILE_COLUMNS, p.outputs, lane);
}
