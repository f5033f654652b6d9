// Pixels of the step's images, by the including kernel's constants `binarize` and `static_seed` and its bindings
// `images` and `order`.

const DYNAMIC = 1u;
const STATIC = 2u;

// Integers, as in `src/binarize.rs`: both backends draw the same images.
fn white(seed: u32, draw: u32, pixel: u32, grey: u32) -> bool {
    let bits = pcg4d(vec4<u32>(seed, PURPOSE_BINARISE, draw, pixel / 4u))[pixel % 4u];
    return (bits >> 8u) * 255u < (grey << 24u);
}

// A pixel of image order[first + row], of `width` pixels: its grey level, or black and white drawn with that
// probability.
fn pixel_of(row: u32, column: u32, width: u32) -> f32 {
    let byte = order[now.first + row] * width + column;
    let grey = (images[byte / 4u] >> (8u * (byte % 4u))) & 255u;
    if p.binarize == DYNAMIC {
        return f32(white(now.seed, now.step, (now.row_offset + row) * width + column, grey));
    }
    if p.binarize == STATIC {
        return f32(white(p.static_seed, 0u, byte, grey));
    }
    return f32(grey) / 255.0;
}
