"""The engine's counter-based random numbers, over whole arrays.

PCG4D (Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020): four counters in, four uniform
32-bit integers out, the same integers as `src/rng.rs`.
"""

import numpy as np

# What the engine draws numbers for (`rng::Purpose`).
LATENT = 1
BINARISE = 2


def pcg4d(*counters):
    """Four arrays of uniform 32-bit integers from four counters: integers or arrays that broadcast."""
    x, y, z, w = (np.asarray(c).astype(np.uint32) for c in np.broadcast_arrays(*counters))
    with np.errstate(over="ignore"):

        def mix(x, y, z, w):
            x = x + y * w
            y = y + z * x
            z = z + x * y
            w = w + y * z
            return x, y, z, w

        x, y, z, w = mix(*(v * np.uint32(1664525) + np.uint32(1013904223) for v in (x, y, z, w)))
        return mix(*(v ^ (v >> np.uint32(16)) for v in (x, y, z, w)))


def unit(bits):
    """Uniform in [0, 1) with 24 bits: exact in a 32-bit float."""
    return (bits >> np.uint32(8)).astype(np.float64) / 2**24


def fold_seed(seed):
    """A 64-bit seed as the 32 bits that kernels see."""
    return int(pcg4d(seed & 0xFFFF_FFFF, seed >> 32, 0, 0)[0])


def normal(seed, purpose, step, element):
    """Standard normal numbers by Box-Muller, with exact functions where the engine has polynomials."""
    a, b, _, _ = pcg4d(seed, purpose, step, element)
    radius = np.sqrt(-2 * np.log(((a >> np.uint32(8)).astype(np.float64) + 1) / 2**24))
    # The quadrant comes from the top two bits, the angle within it from the next 24.
    turn = (b >> np.uint32(30)) / 4 + unit(b << np.uint32(2)) / 4
    return radius * np.cos(2 * np.pi * turn)


def latent_noise(seed, step, rows, latent, first_row=0):
    """ε of the reparameterisation, [rows, latent]; with k draws an image, row = image · k + draw."""
    element = first_row * latent + np.arange(rows * latent, dtype=np.int64)
    return normal(seed, LATENT, step, element).reshape(rows, latent)
