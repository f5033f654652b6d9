"""Every kind of export against the networks of tests/golden: forward pass, objective and every gradient.

    python tests/interop/exports.py --vae target/release/vae --work NEW_DIR

Models are those of the golden fixtures and the presets. Computes in 64-bit floats, with the same noise on both sides,
also with a batch in parts as several processes have them, one part empty. Ends non-zero on a difference.
"""

import argparse
import importlib
import json
import sys
from pathlib import Path

import torch
from engine import Engine
from generate import FIXTURES
from network import Vae
from safetensors.torch import load_file, save_file

IMAGES = 6
BETA = 0.7
# A Gaussian's sigma has 8 digits in an export.
LARGEST_DIFFERENCE = 2e-5


def models(engine):
    """Name, spec and recipe of every model."""
    presets = engine.presets()
    for name, preset in presets.items():
        yield name, preset["spec"], preset["recipe"]
    for name, fixture in FIXTURES.items():
        recipe = json.loads(json.dumps(presets["dense-20"]["recipe"]))
        recipe["config"]["objective"] = fixture["objective"]
        yield f"fixture-{name}", fixture["spec"], recipe


def imported(folder):
    """The export's model.py and train.py."""
    for name in ("model", "train"):
        sys.modules.pop(name, None)
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module("model"), importlib.import_module("train")
    finally:
        sys.path.remove(str(folder))


def gradients(module):
    return {name: torch.zeros_like(p) if p.grad is None else p.grad.clone() for name, p in module.named_parameters()}


def computed(train, vae, inputs, noise):
    """What the export's objective reports of a batch, its parts added up, and the gradients."""
    vae.zero_grad()
    reported = 0
    for part in noise:
        rows, eps = part
        original, torch.randn_like = torch.randn_like, lambda _: eps
        try:
            loss, terms = train.objective(vae, [tensor[rows] for tensor in inputs], BETA, IMAGES)
        finally:
            torch.randn_like = original
        loss.backward()
        reported = reported + torch.stack(terms)
    return reported.tolist(), gradients(vae)


def difference(folder, spec, objective):
    """The largest difference between the export and the network, in any number."""
    model, train = imported(folder)
    weights = {name: tensor.double() for name, tensor in load_file(folder / "model.safetensors").items()}
    theirs, vae = Vae(spec).double(), model.VAE().double()
    theirs.load_state_dict(weights, strict=True)
    vae.load_state_dict(weights, strict=True)
    torch.manual_seed(1)
    x = torch.rand(IMAGES, theirs.pixels, dtype=torch.float64)
    labels = torch.arange(IMAGES) % max(1, spec["classes"])
    draws, latent = objective.get("samples", 1), spec["latent"]
    eps = torch.randn(IMAGES * draws, latent, dtype=torch.float64)
    terms = theirs(x, eps, objective, BETA, labels)
    terms["loss"].backward()
    expected = [terms[key].item() for key in train.REPORTED]

    inputs = [x.unflatten(1, model.SHAPE), labels][: 1 + bool(spec["classes"])]
    rows = torch.arange(IMAGES)
    splits = [[rows]]
    if not objective.get("freeBits"):
        # Free bits need the mean over the whole batch, which only joined processes have.
        splits.append([rows[::2], rows[1::2], rows[:0]])
    worst = 0.0
    for parts in splits:
        noise = [(part, eps.reshape(IMAGES, draws, latent)[part].flatten(0, 1)) for part in parts]
        reported, grads = computed(train, vae, inputs, noise)
        worst = max([worst, *(abs(a - b) for a, b in zip(reported, expected, strict=True))])
        worst = max([worst, *((grads[name] - g).abs().max().item() for name, g in gradients(theirs).items())])
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vae", type=Path, required=True, help="the engine's command line")
    parser.add_argument("--work", type=Path, required=True, help="a new folder")
    args = parser.parse_args()
    args.work.mkdir(parents=True)
    engine = Engine(args.vae.absolute(), args.work, args.work)
    failed = 0
    for name, spec, recipe in models(engine):
        path, folder = args.work / f"{name}.safetensors", args.work / name
        torch.manual_seed(0)
        save_file(Vae(spec).state_dict(), path, metadata={"spec": json.dumps(spec), "recipe": json.dumps(recipe)})
        engine.export(path, folder)
        worst = difference(folder, spec, recipe["config"]["objective"])
        good = worst < LARGEST_DIFFERENCE
        failed += not good
        print(f"{'ok    ' if good else 'FAILED'} {name}: largest difference {worst:.1e}", flush=True)
    sys.exit(f"{failed} exports differ" if failed else 0)


if __name__ == "__main__":
    main()
