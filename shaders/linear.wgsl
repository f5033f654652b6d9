// y = activation(x·Wᵀ + b): M×N×K.

struct Parameters {
    inputs: u32,
    outputs: u32,
    samples: u32,
    activation: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> weight: array<f32>;
@group(1) @binding(3) var<storage, read> bias: array<f32>;
@group(1) @binding(4) var<storage, read_write> y: array<f32>;
