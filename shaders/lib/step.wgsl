// What changes from step to step; mirrors `op::Step` in Rust.

struct Step {
    rows: u32,
    row_offset: u32,
    first: u32,
    slot: u32,
    seed: u32,
    step: u32,
    noise: f32,
    beta: f32,
    inv_batch: f32,
    learning_rate: f32,
    bias1: f32,
    bias2: f32,
    pad: vec4<u32>,
}

@group(0) @binding(0) var<uniform> now: Step;

