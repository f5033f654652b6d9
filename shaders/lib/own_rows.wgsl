// Four rows of the batch that one workgroup of 256 invocations owns from one operation to the next: what a row has
// is a vec4 over them. For products with few columns, whose tiles would leave most of a GPU idle.
//
// The kernel that includes this file defines
//   term(rows, k): the rows' factors at k, zero outside the matrix;
//   factor(column, k): the other factor, zero outside as well;
//   K_FAST: whether k is the fast index of `factor` in memory, so that loads coalesce.

const OWN_ROWS = 4u;
// Most columns of such a product, and terms that are shared out at a time.
const OWN_COLUMNS = 256u;

// By column: the results.
var<workgroup> few: array<vec4<f32>, OWN_COLUMNS>;
// By k, and later whatever the next product takes as its terms.
var<workgroup> terms: array<vec4<f32>, OWN_COLUMNS>;
var<workgroup> parts: array<vec4<f32>, 256>;

// `few` = the sums of `columns` columns over `depth` terms; sixteen columns at a time, by sixteen invocations each.
fn own_product(rows: vec4<u32>, columns: u32, depth: u32, lane: u32) {
    let by = select(lane / 16u, lane % 16u, K_FAST);
    let across = select(lane % 16u, lane / 16u, K_FAST);
    for (var k0 = 0u; k0 < depth; k0 += OWN_COLUMNS) {
        terms[lane] = term(rows, k0 + lane);
        workgroupBarrier();
        let end = min(OWN_COLUMNS, depth - k0);
        for (var column0 = 0u; column0 < columns; column0 += 16u) {
            var sum = vec4<f32>(0.0);
            for (var k = by; k < end; k += 16u) {
                sum += factor(column0 + across, k0 + k) * terms[k];
            }
            parts[across * 16u + by] = sum;
            workgroupBarrier();
            if lane < 16u {
                sum = vec4<f32>(0.0);
                for (var i = 0u; i < 16u; i += 1u) {
                    sum += parts[lane * 16u + i];
                }
                if k0 > 0u {
                    sum += few[column0 + lane];
                }
                few[column0 + lane] = sum;
            }
            workgroupBarrier();
        }
    }
}
