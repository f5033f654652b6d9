// Factors of a product's rows from its input x, [M, K], which the including kernel binds.

fn a_four(row: u32, k: u32) -> vec4<f32> {
    let rows = row + FOUR * ROW_STEP;
    let at = rows * p.inputs + k;
    let inside = (rows < vec4<u32>(now.rows * p.samples)) & vec4<bool>(k < p.inputs);
    // What lies outside is read as some other value and dropped: cheaper than a branch.
    return select(vec4<f32>(0.0), vec4<f32>(x[at.x], x[at.y], x[at.z], x[at.w]), inside);
}
