"""The `vae` command line as functions, for models in files."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parent.parent / "golden"))

from counter import fold_seed, latent_noise  # noqa: E402

# Images that `vae eval` gives one seed of noise.
EVALUATED_TOGETHER = 1000
CPU = ["--backend", "cpu"]


@dataclass
class Engine:
    binary: Path
    data: Path
    work: Path

    def run(self, *arguments):
        """The lines that a command prints."""
        command = [self.binary, *map(str, arguments)]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()

    def presets(self):
        return {line["preset"]: line for line in map(json.loads, self.run("info", "--presets", "--json"))}

    def train(self, preset, path, *flags):
        self.run("train", "--preset", preset, "--data", self.data, "--out", path, *CPU, *flags)

    def export(self, path, folder):
        self.run("export", "--model", path, "--pytorch", folder)

    def encode(self, path, conditional):
        """μ and log σ² of all test images."""
        images = self.data / "t10k-images-idx3-ubyte"
        line = self.run("encode", "--model", path, "--input", images, *CPU, "--json", *self.labels(conditional))[0]
        line = json.loads(line)
        return np.array(line["mu"], np.float32), np.array(line["logvar"], np.float32)

    def decode(self, path, z, conditional):
        """Logits for rows of z, which belong to the test images."""
        given, made = self.work / "z.npy", self.work / "logits.npy"
        np.save(given, z)
        self.run("decode", "--model", path, "--z", given, "--out", made, "--logits", *CPU, *self.labels(conditional))
        return np.load(made)

    def evaluate(self, path, seed, binarize="none"):
        """Reconstruction and KL divergence over the test set, in nats per image."""
        flags = ["--model", path, "--data", self.data, *CPU, "--seed", seed, "--binarize", binarize, "--json"]
        line = json.loads(self.run("eval", *flags)[0])
        return line["recon"], line["kl"]

    def labels(self, conditional):
        return ["--labels", self.data / "t10k-labels-idx1-ubyte"] if conditional else []


def evaluation_noise(seed, images, latent):
    """The noise of `vae eval` with one draw an image, [images, latent]."""
    parts = []
    for index, first in enumerate(range(0, images, EVALUATED_TOGETHER)):
        rows = min(EVALUATED_TOGETHER, images - first)
        parts.append(latent_noise(fold_seed(seed ^ (index << 20)), 0, rows, latent))
    return np.concatenate(parts)
