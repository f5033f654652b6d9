// Logits l = x·Wᵀ + b, −log p(target | l) summed over 64 columns, and its gradient with respect to l.

struct Parameters {
    inputs: u32,
    outputs: u32,
    samples: u32,
    // See `lib/likelihood.wgsl`.
    gaussian: u32,
    inverse_variance: f32,
    normaliser: f32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> weight: array<f32>;
@group(1) @binding(3) var<storage, read> bias: array<f32>;
@group(1) @binding(4) var<storage, read> pixels: array<f32>;
@group(1) @binding(5) var<storage, read_write> delta: array<f32>;
@group(1) @binding(6) var<storage, read_write> partials: array<f32>;

// By slot: the loss of a row in four columns.
var<workgroup> losses: array<f32, TILE_ROWS * 16u>;

// Writes the gradient of one logit and returns its loss.
fn store(row: u32, column: u32, sum: f32) -> f32 {
    if row >= now.rows * p.samples || column >= p.outputs {
        return 0.0;
    }
    let target_value = pixels[row / p.samples * p.outputs + column];
    let result = likelihood(sum + bias[column], target_value);
    delta[row * p.outputs + column] = result.y * now.inv_batch / f32(p.samples);
    return result.x;
}

fn finish(row: u32, column: u32, slot: u32, sums: vec4<f32>) {
    losses[slot] = store(row, column, sums.x)
        + store(row, column + 16u, sums.y)
        + store(row, column + 32u, sums.z)
        + store(row, column + 48u, sums.w);
}

@compute @workgroup_size(TILE_INVOCATIONS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row0 = group.y * TILE_ROWS;
    let rows = now.rows * p.samples;
    if row0 >= rows {
        return;
    }
    multiply(row0, group.x * TILE_COLUMNS, p.inputs, lane);
    workgroupBarrier();
    let row = row0 + lane;
    if lane < TILE_ROWS && row < rows {
        var sum = 0.0;
        for (var i = 0u; i < 16u; i += 1u) {
            sum += losses[lane * 16u + i];
        }
        let columns = (p.outputs + TILE_COLUMNS - 1u) / TILE_COLUMNS;
        partials[row * columns + group.x] = sum;
    }
}
