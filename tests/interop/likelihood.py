"""The importance-weighted likelihood, by the engine and by numpy alone.

    python tests/interop/likelihood.py --vae target/release/vae --model pretrained/iwae-50.safetensors \\
        --data DIR --work NEW_DIR

numpy reads the file, computes encoder, decoder and weights itself and draws from its own generator; of the engine it
uses nothing but the command line. Both see the same black and white images, which numpy draws and writes to NEW_DIR.
For dense Bernoulli models without classes. Ends non-zero if the figures differ, or are too noisy to tell.
"""

import argparse
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np

LARGEST_DIFFERENCE = 0.02
LARGEST_ERROR = 0.01
TYPES = {"F16": np.float16, "F32": np.float32}
ACTIVATIONS = {"relu": lambda x: np.maximum(x, 0), "tanh": np.tanh}
# Draws of z for each image in one product: what fits the caches.
DRAWS_AT_ONCE = 250
# The names of models with one hidden layer on each side are those of pytorch/examples.
EXAMPLE_NAMES = {"encoder.0": "fc1", "mu": "fc21", "logvar": "fc22", "decoder.0": "fc3", "output": "fc4"}


def read_checkpoint(path):
    """A safetensors file's spec and its tensors as 32-bit floats."""
    data = path.read_bytes()
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:end])
    spec = json.loads(header.pop("__metadata__")["spec"])
    tensors = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        values = np.frombuffer(data[end + first : end + last], TYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"]).astype(np.float32)
    return spec, tensors


def softplus_sums(logits):
    """Σ log(1 + exp(l)) over rows [n, pixels]."""
    # One logarithm a row: fewer than 1000 factors between 1 and 2 make a product that 64 bits hold.
    factors = (1 + np.exp(-np.abs(logits))).prod(1, dtype=np.float64)
    return np.maximum(logits, 0).sum(1, dtype=np.float64) + np.log(factors)


class Model:
    """A dense Bernoulli VAE."""

    def __init__(self, path):
        self.spec, self.tensors = read_checkpoint(path)
        layers = self.spec["encoder"] + self.spec["decoder"]
        dense = all(layer["type"] == "linear" for layer in layers)
        if not dense or self.spec["likelihood"]["type"] != "bernoulli" or self.spec["classes"]:
            sys.exit(f"{path} is not a dense Bernoulli model without classes")

    def linear(self, name, h):
        if "fc1.weight" in self.tensors:
            name = EXAMPLE_NAMES[name]
        return h @ self.tensors[f"{name}.weight"].T + self.tensors[f"{name}.bias"]

    def hidden(self, side, h):
        for index, layer in enumerate(self.spec[side]):
            h = ACTIVATIONS[layer["activation"]](self.linear(f"{side}.{index}", h))
        return h

    def encode(self, x):
        """μ and log σ² of images [n, pixels]."""
        h = self.hidden("encoder", x)
        return self.linear("mu", h), self.linear("logvar", h)

    def logits(self, z):
        return self.linear("output", self.hidden("decoder", z))

    def log_weights(self, x, mu, logvar, eps):
        """log p(x|z) p(z) / q(z|x) of draws of one image x [pixels] with noise [draws, latent]."""
        z = mu + np.exp(logvar / 2) * eps
        logits = self.logits(z)
        log_likelihood = logits @ x - softplus_sums(logits)
        # The factors (2π)^(-d/2) of both densities cancel.
        log_ratio = 0.5 * (eps.astype(np.float64) ** 2 + logvar - z.astype(np.float64) ** 2).sum(1)
        return log_likelihood + log_ratio

    def likelihoods(self, x, draws, generator):
        """L_K of images [n, pixels] with K = draws."""
        result = []
        for image, mu, logvar in zip(x, *self.encode(x)):
            parts = []
            for first in range(0, draws, DRAWS_AT_ONCE):
                shape = (min(DRAWS_AT_ONCE, draws - first), self.spec["latent"])
                parts.append(self.log_weights(image, mu, logvar, generator.standard_normal(shape, np.float32)))
            weights = np.concatenate(parts)
            most = weights.max()
            result.append(most + math.log(np.exp(weights - most).mean()))
        return np.array(result)


def read_images(path, count):
    """The first images of an IDX file [n, pixels], in [0, 1]."""
    data = path.read_bytes()
    pixels = np.frombuffer(data, np.uint8, offset=16).reshape(int.from_bytes(data[4:8], "big"), -1)
    return pixels[:count] / 255


def write_set(folder, images):
    """Black and white images [n, 784] as both sets of an MNIST folder."""
    sizes = np.array([len(images), 28, 28], ">u4").tobytes()
    pixels = (images * 255).astype(np.uint8).tobytes()
    for split in ("train", "t10k"):
        (folder / f"{split}-images-idx3-ubyte").write_bytes(bytes([0, 0, 8, 3]) + sizes + pixels)
        (folder / f"{split}-labels-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1]) + sizes[:4] + bytes(len(images)))


def by_engine(vae, model, data, draws, seed):
    flags = ["--model", model, "--data", data, "--iw", draws, "--seed", seed, "--backend", "cpu", "--json"]
    done = subprocess.run([vae, "eval", *map(str, flags)], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)["iw"]["log_likelihood"]


def mean_and_error(values):
    """The mean of independent estimates, and its standard error."""
    return np.mean(values), np.std(values, ddof=1) / math.sqrt(len(values))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vae", type=Path, required=True, help="the engine's command line")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder with MNIST's test images, not gzipped")
    parser.add_argument("--work", type=Path, required=True, help="a new folder")
    parser.add_argument("--images", type=int, default=100)
    parser.add_argument("--draws", type=int, default=5000, help="K")
    parser.add_argument("--repeats", type=int, default=40, help="independent estimates of either side, from two on")
    args = parser.parse_args()
    args.work.mkdir(parents=True)
    grey = read_images(args.data / "t10k-images-idx3-ubyte", args.images)
    images = (np.random.default_rng(0).random(grey.shape) < grey).astype(np.float32)
    write_set(args.work, images)
    model = Model(args.model)
    seeds = range(1, 1 + args.repeats)
    theirs = [model.likelihoods(images, args.draws, np.random.default_rng(seed)).mean() for seed in seeds]
    ours = [by_engine(args.vae.absolute(), args.model, args.work, args.draws, seed) for seed in seeds]
    (numpy, numpy_error), (engine, engine_error) = mean_and_error(theirs), mean_and_error(ours)
    print(f"{args.model.stem}: L_{args.draws} of {len(images)} images, {args.repeats} estimates each")
    print(f"numpy  {numpy:.4f}, standard error {numpy_error:.4f}")
    print(f"engine {engine:.4f}, standard error {engine_error:.4f}")
    print(f"difference {engine - numpy:+.4f}")
    if max(numpy_error, engine_error) > LARGEST_ERROR:
        sys.exit(f"a standard error is above {LARGEST_ERROR}: more repeats are needed")
    if abs(engine - numpy) > LARGEST_DIFFERENCE:
        sys.exit(f"the difference is above {LARGEST_DIFFERENCE}")


if __name__ == "__main__":
    main()
