// x = pixels / 255 of the images order[first .. first + rows], or black and white drawn with that probability.

const DYNAMIC = 1u;
const STATIC = 2u;

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

// Integers, as in `src/binarize.rs`: both backends draw the same images.
fn white(seed: u32, draw: u32, pixel: u32, grey: u32) -> bool {
    let bits = pcg4d(vec4<u32>(seed, PURPOSE_BINARISE, draw, pixel / 4u))[pixel % 4u];
    return (bits >> 8u) * 255u < (grey << 24u);
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let count = now.rows * p.pixels;
    for (var i = id.x; i < count; i += groups.x * 256u) {
        let byte = order[now.first + i / p.pixels] * p.pixels + i % p.pixels;
        let grey = (images[byte / 4u] >> (8u * (byte % 4u))) & 255u;
        var value = f32(grey) / 255.0;
        if p.binarize == DYNAMIC {
            value = f32(white(now.seed, now.step, now.row_offset * p.pixels + i, grey));
        } else if p.binarize == STATIC {
            value = f32(white(p.static_seed, 0u, byte, grey));
        }
        x[i] = value;
    }
}
