def binarize(images):
    """Pixels black or white, white with the grey value's probability: the same draw in every run.

    It is the draw of `vae train --binarize static`. Four pixels share a PCG4D hash (Jarzynski and Olano, "Hash
    Functions for GPU Rendering", JCGT 9(3), 2020).
    """

    def mix(x, y, z, w):
        x = x + y * w
        y = y + z * x
        z = z + x * y
        w = w + y * z
        return x, y, z, w

    seed, purpose = STATIC
    quads = np.arange(-(-images.size // 4), dtype=np.uint32)
    counters = np.full_like(quads, seed), np.full_like(quads, purpose), np.zeros_like(quads), quads
    words = mix(*(v * np.uint32(1664525) + np.uint32(1013904223) for v in counters))
    words = mix(*(v ^ (v >> np.uint32(16)) for v in words))
    bits = np.stack(words, axis=1).reshape(-1)[: images.size]
    uniform = (bits >> np.uint32(8)).astype(np.float32) / np.float32(2**24)
    white = uniform < images.reshape(-1).astype(np.float32) / np.float32(255)
    return np.where(white, np.uint8(255), np.uint8(0)).reshape(images.shape)


def targets(images):
    """Pixels 0 or 1, as `binarize` left them."""
    return images.float() / 255
