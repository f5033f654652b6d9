"""Makes `presets.json`: one step of every preset at full size, computed by PyTorch in double precision.

Run `python tests/golden/presets.py` after `cargo build`; specs and objectives are those that `vae info --presets`
prints. Parameters and images come from formulas that the tests evaluate too, and of each result only a digest is
kept, so the file stays small.
"""

import json
import math
import subprocess
from pathlib import Path

import numpy as np
import torch
from counter import latent_noise, pcg4d, unit
from network import Vae

BATCH = 5
SEED = 0x5EED_0002
NOISE_STEP = 1
PROJECTIONS = 4
ENTRIES = 16
# What numbers are drawn for; apart from the engine's own purposes.
PARAMETER, PIXEL, SIGN, ENTRY = 101, 102, 103, 104


def parameter(tensor, shape):
    """U(−1, 1) of the 32-bit floats, times 1.5 / √(values that feed an output), or for biases a tenth."""
    count = math.prod(shape)
    numbers = unit(pcg4d(SEED, PARAMETER, tensor, np.arange(count))[0]).astype(np.float32) * 2 - 1
    fan = np.float32(count // shape[0])
    scale = np.float32(0.1) if len(shape) == 1 else np.float32(1.5) / np.sqrt(fan)
    return (numbers * scale).reshape(shape).astype(np.float64)


def images(pixels):
    """Grey pixels, a quarter of them black and a quarter white."""
    numbers = unit(pcg4d(SEED, PIXEL, 0, np.arange(BATCH * pixels))[0])
    return np.clip(numbers * 2 - 0.5, 0, 1).reshape(BATCH, pixels)


def digest(index, values):
    """Norm, projections on vectors of ±1 and single entries, all by `index`'s numbers."""
    values = values.detach().numpy().flatten()
    words = pcg4d(SEED, SIGN, index, np.arange(len(values)))
    project = lambda word: float(np.where(word >> np.uint32(31), -values, values).sum())
    entries = pcg4d(SEED, ENTRY, index, np.arange(ENTRIES))[0] % len(values)
    # Nine digits tell any two 32-bit floats apart.
    rounded = lambda numbers: [float(f"{v:.9g}") for v in numbers]
    return {
        "norm": rounded([np.linalg.norm(values)])[0],
        "projections": rounded(map(project, words)),
        "entries": rounded(values[entries]),
    }


def make(preset):
    spec, objective = preset["spec"], preset["objective"]
    model = Vae(spec).double()
    with torch.no_grad():
        for index, p in enumerate(model.parameters()):
            p.copy_(torch.from_numpy(parameter(index, p.shape)))
    x = torch.from_numpy(images(model.pixels))
    labels = torch.arange(BATCH) * 3 % model.classes if model.classes else None
    rows = BATCH * objective.get("samples", 1)
    eps = torch.from_numpy(latent_noise(SEED, NOISE_STEP, rows, spec["latent"]))
    terms = model(x, eps, objective, preset["beta"], labels)
    terms["loss"].backward()
    results = {key: terms[key] for key in ("mu", "logvar", "z", "logits")}
    for name, p in model.named_parameters():
        results[f"grad.{name}"] = torch.zeros_like(p) if p.grad is None else p.grad
    return {
        **preset,
        **{key: float(f"{terms[key].item():.9g}") for key in ("recon", "kl", "loss")},
        "digests": {name: digest(index, values) for index, (name, values) in enumerate(results.items())},
    }


def presets():
    """Every preset with the objective of its recipe."""
    command = ["cargo", "run", "--quiet", "--bin", "vae", "--", "info", "--presets", "--json"]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    for line in map(json.loads, lines):
        config = line["recipe"]["config"]
        yield {
            "name": line["preset"],
            "spec": line["spec"],
            "objective": config["objective"],
            "beta": config["beta"],
        }


def main():
    made = [make(preset) for preset in presets()]
    header = {"batch": BATCH, "seed": SEED, "step": NOISE_STEP}
    lines = ",\n".join(json.dumps(preset) for preset in made)
    text = json.dumps(header)[:-1] + ', "presets": [\n' + lines + "\n]}\n"
    (Path(__file__).parent / "presets.json").write_text(text)
    for preset in made:
        print(f"{preset['name']}: loss {preset['loss']:.4f}")


if __name__ == "__main__":
    main()
