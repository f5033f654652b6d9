// Losses per row, and their means over the batch as one entry of the ring; one workgroup.

struct Parameters {
    losses: Losses,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> partials: array<f32>;
@group(1) @binding(2) var<storage, read> kl: array<f32>;
@group(1) @binding(3) var<storage, read> norm: array<f32>;
@group(1) @binding(4) var<storage, read> extra: array<f32>;
@group(1) @binding(5) var<storage, read_write> recon: array<f32>;
@group(1) @binding(6) var<storage, read_write> ring: array<f32>;

const LANES = 256u;

fn partial_at(i: u32) -> f32 {
    return partials[i];
}

fn kl_at(i: u32) -> f32 {
    return kl[i];
}

fn norm_at(i: u32) -> f32 {
    return norm[i];
}

fn extra_at(i: u32) -> f32 {
    return extra[i];
}

fn put_recon(i: u32, value: f32) {
    recon[i] = value;
}

fn put_ring(i: u32, value: f32) {
    ring[i] = value;
}

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
    report(lane);
}
