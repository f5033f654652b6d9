// What a layer does with its product: y = activation(sum + bias). The including kernel binds `bias` and `y`.

// Of this workgroup's tile.
var<private> first_column: u32;

fn store(row: u32, column: u32, sum: f32) {
    if row < now.rows * p.samples && column < p.outputs {
        y[row * p.outputs + column] = activate(p.activation, sum + bias[column]);
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
    first_column = group.x * TILE_COLUMNS;
    multiply(row0, first_column, p.inputs, lane);
}
