"""Where draws from q(z|x) say too little of a model with two latent dimensions, image by image, by numpy alone.

    python tests/interop/proposal.py --model pretrained/dense-2.safetensors --data DIR

L_K with draws from q is below log p(x), and the more so the more of p(z|x) lies where q hardly draws. Both are computed
here for the same black and white images, those of `vae eval --binarize dynamic`, log p(x) by a sum over a grid, which
also tells how much of p(z|x) is further from its mean than five of q's standard deviations.
"""

import argparse
import math
import sys
from pathlib import Path

import numpy as np
from likelihood import Model, read_images, softplus_sums

sys.path.append(str(Path(__file__).parent.parent / "golden"))

from counter import BINARISE, fold_seed, pcg4d  # noqa: E402

SEED = 1
# The grid reaches so far from 0 in each dimension.
HALF_WIDTH = 6.5
FAR = 5.0
MISSED = 0.5
# An image is carried by too few draws if its L_K is this far from log p(x), in nats.
TOO_FAR = 0.1


def dynamic_targets(grey):
    """The black and white images that `vae eval --binarize dynamic` measures on, from grey ones [n, pixels]."""
    pixel = np.arange(grey.size)
    words = np.stack(pcg4d(fold_seed(SEED), BINARISE, 0, pixel // 4))
    bits = words[pixel % 4, pixel] >> np.uint32(8)
    levels = np.rint(grey.ravel() * 255).astype(np.uint64)
    white = bits.astype(np.uint64) * 255 < levels << np.uint64(24)
    return white.reshape(grey.shape).astype(np.float32)


def by_grid(model, x, points):
    """log p(x) of images [n, pixels] by the trapezoidal rule, and the part of p(z|x) that is far from q's mean."""
    mu, logvar = model.encode(x)
    sigma = np.exp(logvar / 2)
    line = np.linspace(-HALF_WIDTH, HALF_WIDTH, points)
    log_area = 2 * math.log(line[1] - line[0])
    near = np.full(len(x), -np.inf)
    far = np.full(len(x), -np.inf)
    for first in line:
        z = np.stack([np.full(points, first), line], 1).astype(np.float32)
        logits = model.logits(z)
        log_prior = -0.5 * (z.astype(np.float64) ** 2).sum(1) - math.log(2 * math.pi)
        terms = (logits @ x.T).astype(np.float64) + (log_prior - softplus_sums(logits) + log_area)[:, None]
        distance = np.sqrt((((z[:, None] - mu) / sigma) ** 2).sum(2))
        far = np.logaddexp(far, log_sum(np.where(distance > FAR, terms, -np.inf)))
        near = np.logaddexp(near, log_sum(np.where(distance > FAR, -np.inf, terms)))
    both = np.logaddexp(near, far)
    return both, np.exp(far - both)


def log_sum(terms):
    """log Σ exp over the first axis, which may hold nothing but -inf."""
    most = np.maximum(terms.max(0), -1e300)
    with np.errstate(divide="ignore"):
        return most + np.log(np.exp(terms - most).sum(0))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder with MNIST's test images, not gzipped")
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=5000, help="K")
    parser.add_argument("--points", type=int, default=801, help="of the grid, along each dimension")
    args = parser.parse_args()
    model = Model(args.model)
    if model.spec["latent"] != 2:
        sys.exit(f"{args.model} has {model.spec['latent']} latent dimensions, expected 2")
    x = dynamic_targets(read_images(args.data / "t10k-images-idx3-ubyte", args.images))
    drawn = model.likelihoods(x, args.draws, np.random.default_rng(SEED))
    exact, missed = by_grid(model, x, args.points)
    short = exact - drawn
    worst = short > TOO_FAR
    beyond = missed > MISSED
    print(f"{len(x)} images: log p(x) {exact.mean():.3f}, L_{args.draws} {drawn.mean():.3f} with draws from q")
    print(f"short by {short.mean():.3f} in the mean, {np.median(short):.4f} in the median, {short.max():.2f} at most")
    print(f"{worst.sum()} images are short by more than {TOO_FAR}: {short[worst].sum() / short.sum():.1%} of the whole")
    print(f"the others: {short[~worst].mean():.4f} in the mean")
    print(f"{beyond.sum()} images have over {MISSED:.0%} of p(z|x) beyond {FAR:g} sigma of q: ", end="")
    print(f"{short[beyond].sum() / short.sum():.1%} of the whole; the others: {short[~beyond].mean():.4f} in the mean")


if __name__ == "__main__":
    main()
