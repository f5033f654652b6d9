"""Models cross from PyTorch to the engine and back; what both compute with them is compared.

    python tests/interop/roundtrip.py --vae target/release/vae --data DIR --work NEW_DIR

DIR holds MNIST's four IDX files, not gzipped. Prints one line a check and ends non-zero if one fails.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from engine import Engine, evaluation_noise
from exports import imported
from network import Vae
from safetensors.torch import load_file, save_file

ARCHITECTURES = ["dense-20", "conv-2", "cvae-20", "iwae-50"]
SEED = 3
# PyTorch and the engine both compute in 32-bit floats here.
LARGEST_DIFFERENCE = 1e-4
LARGEST_ELBO_DIFFERENCE = 0.01

failed = []


def report(name, good, figures):
    print(f"{'ok    ' if good else 'FAILED'} {name}: {figures}", flush=True)
    if not good:
        failed.append(name)


def read_idx(path):
    data = path.read_bytes()
    shape = np.frombuffer(data[4 : 4 + 4 * data[3]], ">u4").astype(int)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape)


def load(folder, split):
    """Images [n, pixels] in [0, 1], and labels."""
    images = read_idx(folder / f"{split}-images-idx3-ubyte")
    labels = read_idx(folder / f"{split}-labels-idx1-ubyte")
    pixels = torch.from_numpy(images.reshape(len(images), -1).astype(np.float32) / 255)
    return pixels, torch.from_numpy(labels.astype(np.int64))


def train_in_pytorch(preset, images, labels, steps):
    """The recipe of pytorch/examples' VAE, for so many steps, from the initial values of the preset's own recipe."""
    torch.manual_seed(SEED)
    spec = preset["spec"]
    model = Vae(spec)
    if preset["recipe"]["initialisation"] == "glorot":
        for parameter in model.parameters():
            torch.nn.init.xavier_uniform_(parameter) if parameter.dim() > 1 else torch.nn.init.zeros_(parameter)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    order = torch.randperm(len(images))
    for batch in order.split(128)[:steps]:
        eps = torch.randn(len(batch), spec["latent"])
        loss = model(images[batch], eps, {"type": "elbo"}, 1.0, labels[batch])["loss"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


@torch.no_grad()
def compare(name, engine, path, spec, encode, decode, images, labels):
    """Encoder and decoder over the test set, by the engine and by PyTorch."""
    conditional = spec["classes"] > 0
    mu, logvar = engine.encode(path, conditional)
    theirs = [torch.cat(parts).numpy() for parts in zip(*(encode(*b) for b in batches(images, labels)))]
    z = theirs[0]
    logits = np.concatenate([decode(*b).flatten(1).numpy() for b in batches(torch.from_numpy(z), labels)])
    differences = {
        "mu": np.abs(mu - theirs[0]).max(),
        "logvar": np.abs(logvar - theirs[1]).max(),
        "logits": np.abs(engine.decode(path, z, conditional) - logits).max(),
    }
    spread = z.std(0).max()
    figures = ", ".join(f"max|d {key}| {value:.1e}" for key, value in differences.items())
    # An encoder that gives every image the same mu would compare well.
    good = max(differences.values()) < LARGEST_DIFFERENCE and spread > 0.1
    report(name, good, f"{figures} (mu has a standard deviation of {spread:.2f})")


def batches(*tensors):
    return zip(*(t.split(1000) for t in tensors))


@torch.no_grad()
def compare_elbo(name, engine, path, spec, images, labels, binarize="none"):
    """The ELBO over the test set with the same noise; PyTorch's in 64-bit floats."""
    model = Vae(spec).double()
    model.load_state_dict(load_file(path), strict=True)
    eps = torch.from_numpy(evaluation_noise(SEED, len(images), spec["latent"]))
    sums = np.zeros(2)
    for x, y, noise in batches(images.double(), labels, eps):
        terms = model(x, noise, {"type": "elbo"}, 1.0, y)
        sums += [terms["recon"].item() * len(x), terms["kl"].item() * len(x)]
    theirs = -sums.sum() / len(images)
    ours = -sum(engine.evaluate(path, SEED, binarize))
    good = abs(ours - theirs) < LARGEST_ELBO_DIFFERENCE
    report(name, good, f"ELBO {ours:.4f} here, {theirs:.4f} in PyTorch, difference {abs(ours - theirs):.1e} nats")


def from_pytorch(engine, name, preset, steps, train, test):
    """A model trained by PyTorch is used here."""
    spec = preset["spec"]
    model = train_in_pytorch(preset, *train, steps).eval()
    path = engine.work / f"{name}-by-pytorch.safetensors"
    # The names of pytorch/examples need no description.
    described = "fc1.weight" not in model.state_dict()
    save_file(model.state_dict(), path, metadata={"spec": json.dumps(spec)} if described else None)
    compare(f"{name} from PyTorch", engine, path, spec, model.encode, model.decode, *test)
    compare_elbo(f"{name} from PyTorch", engine, path, spec, *test)


def exported(folder):
    """The class of an export's model.py with the export's weights."""
    module, _ = imported(folder)
    vae = module.VAE()
    vae.load_state_dict(load_file(folder / "model.safetensors"), strict=True)
    return vae, module.SHAPE


def to_pytorch(engine, name, spec, steps, test):
    """A model trained here is used in PyTorch, by the exported module; returns the export's folder."""
    path, folder = engine.work / f"{name}-by-engine.safetensors", engine.work / f"{name}-export"
    engine.train(name, path, "--steps", steps)
    engine.export(path, folder)
    vae, shape = exported(folder)
    given = lambda labels: [labels] if spec["classes"] else []
    encode = lambda x, y: vae.encode(x.unflatten(1, shape), *given(y))
    decode = lambda z, y: vae.decode(z, *given(y))
    compare(f"{name} to PyTorch", engine, path, spec, encode, decode, *test)
    compare_elbo(f"{name} to PyTorch", engine, path, spec, *test)
    return folder


def train_export(folder, data, out, processes, *flags):
    """Runs an export's train.py; the lines that it prints."""
    launch = [sys.executable, "train.py"]
    if processes > 1:
        run = [sys.executable, "-m", "torch.distributed.run", "--master-addr", "127.0.0.1", "--master-port", "29511"]
        launch = [*run, "--nproc-per-node", str(processes), "train.py"]
    command = [*launch, "--data", data.absolute(), "--out", out.absolute(), *map(str, flags)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()


def distributed(engine, name, folder, steps):
    """Two processes train an export; losses fall, and the result is read here."""
    out = engine.work / f"{name}-by-two.safetensors"
    losses = []
    # The recipe from nothing, in two runs, so that there are two figures to compare.
    for count in (steps // 10, steps):
        line = train_export(folder, engine.data, out, 2, "--steps", count, "--epochs", 1)[-1]
        losses.append(float(re.search(r"test: loss ([\d.]+)", line)[1]))
    recon, kl = engine.evaluate(out, SEED)
    figures = f"held-out loss {losses[0]} after {steps // 10} steps, {losses[1]} after {steps}; "
    figures += f"read here: recon {recon:.3f}, KL {kl:.3f}"
    report(f"{name} trained by two processes", losses[1] < losses[0] and np.isfinite(recon + kl), figures)


def same_gradient(engine, steps):
    """Without noise, two processes take the very steps of one, also where a batch cannot be halved."""
    path, folder = engine.work / "plain.safetensors", engine.work / "plain-export"
    flags = ["--objective", "autoencoder", "--optimizer", "sgd", "--batch", 127, "--lr", 0.001, "--steps", 1]
    engine.train("dense-20", path, *flags)
    engine.export(path, folder)
    trained = []
    for processes in (1, 2):
        out = engine.work / f"plain-{processes}.safetensors"
        train_export(folder, engine.data, out, processes, "--steps", steps)
        trained.append(load_file(out))
    worst = max((trained[0][key] - trained[1][key]).abs().max().item() for key in trained[0])
    moved = max((trained[0][key] - value).abs().max().item() for key, value in load_file(path).items())
    report("one process and two", worst < 1e-5 < moved, f"after {steps} steps max|d weight| {worst:.1e}")


def static_targets(engine, test):
    """An export's train.py makes the engine's static targets."""
    path, folder = engine.work / "static.safetensors", engine.work / "static-export"
    engine.train("dense-20", path, "--binarize", "static", "--steps", 1)
    engine.export(path, folder)
    model, train = imported(folder)
    spec = json.loads(model.SPEC)
    images = (test[0] * 255).round().to(torch.uint8).numpy()
    black_and_white = torch.from_numpy(train.binarize(images)).float() / 255
    compare_elbo("static targets", engine, path, spec, black_and_white, test[1], "static")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vae", type=Path, required=True, help="the engine's command line")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="a new folder")
    parser.add_argument("--steps", type=int, default=200, help="steps of each training, except dense-20's epoch")
    parser.add_argument("--models", nargs="+", default=ARCHITECTURES, help="presets")
    args = parser.parse_args()
    args.work.mkdir(parents=True)
    engine = Engine(args.vae.absolute(), args.data, args.work)
    train, test = load(args.data, "train"), load(args.data, "t10k")
    presets = engine.presets()
    same_gradient(engine, 20)
    static_targets(engine, test)
    for name in args.models:
        spec = presets[name]["spec"]
        from_pytorch(engine, name, presets[name], None if name == "dense-20" else args.steps, train, test)
        folder = to_pytorch(engine, name, spec, args.steps, test)
        distributed(engine, name, folder, args.steps)
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
