// db = Σ over rows and pixels of `delta`; one workgroup per channel.

struct Parameters {
    channels: u32,
    area: u32,
    samples: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> delta: array<f32>;
@group(1) @binding(2) var<storage, read_write> bias: array<f32>;

var<workgroup> sums: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let channel = group.x;
    let count = now.rows * p.samples * p.area;
    var sum = 0.0;
    for (var i = lane; i < count; i += 256u) {
        sum += delta[(i / p.area * p.channels + channel) * p.area + i % p.area];
    }
    sums[lane] = sum;
    for (var half = 128u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            sums[lane] += sums[lane + half];
        }
    }
    if lane == 0u {
        bias[channel] = sums[0];
    }
}
