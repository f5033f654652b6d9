// Factors of a product's columns from a layer's weight, [N, K], which the including kernel binds; both factors lie
// along k.

const A_ALONG_K = true;
const B_ALONG_K = true;

fn b_four(column: u32, k: u32) -> vec4<f32> {
    let columns = column + FOUR * COLUMN_STEP;
    let at = columns * p.inputs + k;
    let inside = (columns < vec4<u32>(p.outputs)) & vec4<bool>(k < p.inputs);
    return select(vec4<f32>(0.0), vec4<f32>(weight[at.x], weight[at.y], weight[at.z], weight[at.w]), inside);
}
