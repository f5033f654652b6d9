// x = pixels / 255 of the images order[first .. first + rows], or black and white drawn with that probability.

struct Parameters {
    pixels: u32,
    // `binarize::Binarize`'s discriminant.
    binarize: u32,
    // Of what is drawn once and for all.
    static_seed: u32,
}

@group(1) @binding(0) var<uniform> p: Parameters;
@group(1) @binding(1) var<storage, read> images: array<u32>;
@group(1) @binding(2) var<storage, read> order: array<u32>;
@group(1) @binding(3) var<storage, read_write> x: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let count = now.rows * p.pixels;
    for (var i = id.x; i < count; i += groups.x * 256u) {
        x[i] = pixel_of(i / p.pixels, i % p.pixels, p.pixels);
    }
}
