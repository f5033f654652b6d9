// `gather` and `linear` behind it: pixels become factors as they are loaded, and the first column of tiles keeps
// them in x.

struct Parameters {
    inputs: u32,
    outputs: u32,
    samples: u32,
    activation: u32,
    // See `gather.wgsl`.
    binarize: u32,
    static_seed: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> images: array<u32>;
@group(1) @binding(2) var<storage, read> order: array<u32>;
@group(1) @binding(3) var<storage, read> weight: array<f32>;
@group(1) @binding(4) var<storage, read> bias: array<f32>;
@group(1) @binding(5) var<storage, read_write> x: array<f32>;
@group(1) @binding(6) var<storage, read_write> y: array<f32>;

fn pixel(row: u32, k: u32) -> f32 {
    if row >= now.rows || k >= p.inputs {
        return 0.0;
    }
    let value = pixel_of(row, k, p.inputs);
    if first_column == 0u {
        x[row * p.inputs + k] = value;
    }
    return value;
}

fn a_four(row: u32, k: u32) -> vec4<f32> {
    return vec4<f32>(
        pixel(row, k),
        pixel(row + ROW_STEP, k),
        pixel(row + 2u * ROW_STEP, k),
        pixel(row + 3u * ROW_STEP, k),
    );
}
