"""Trains the model of model.py by the recipe below.

    python train.py --data DIR
    torchrun --nproc-per-node N train.py --data DIR

DIR holds the four IDX files of MNIST, plain or .gz. Under torchrun each process takes its share of every batch, and
the gradient is that of the mean over the whole batch, however many processes there are.
"""

import argparse
import gzip
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from safetensors.torch import load_file, save_file
from torch.nn.parallel import DistributedDataParallel

from model import CLASSES, SHAPE, SPEC, VAE

# The recipe.
{{recipe}}


def read_idx(folder, stem, dimensions):
    """One IDX file of unsigned bytes as an array of so many dimensions."""
    suffix = f"idx{dimensions}-ubyte"
    names = [f"{stem}{mark}{suffix}{end}" for end in ("", ".gz") for mark in ("-", ".")]
    path = next((folder / name for name in names if (folder / name).is_file()), None)
    if path is None:
        raise SystemExit(f"{folder} has none of {', '.join(names)}")
    with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as file:
        data = file.read()
    header = 4 + 4 * dimensions
    shape = [int(n) for n in np.frombuffer(data[4:header], ">u4")]
    if len(shape) != dimensions or data[:4] != bytes([0, 0, 8, dimensions]) or len(data) != header + math.prod(shape):
        raise SystemExit(f"{path} is not an IDX file of bytes in {dimensions} dimensions")
    return np.frombuffer(data, np.uint8, offset=header).reshape(shape)


def load(folder, split, device):
    """Images [n, channels, height, width] of a split as bytes; for a conditional model their labels [n] too."""
    images = read_idx(folder, f"{split}-images", 3)
    labels = read_idx(folder, f"{split}-labels", 1)
    if len(images) != len(labels) or images[0].size != math.prod(SHAPE):
        raise SystemExit(f"{split}: {len(labels)} labels for images of shape {images.shape}, the model takes {SHAPE}")
    images = torch.from_numpy({{images}}).reshape(-1, *SHAPE).to(device)
    if not CLASSES:
        return [images]
    if labels.max() >= CLASSES:
        raise SystemExit(f"{split}: a label is {labels.max()}, the model has {CLASSES} classes")
    return [images, torch.from_numpy(labels.astype(np.int64)).to(device)]


{{functions}}


def join():
    """Joins the other processes of torchrun, if there are any: rank, number of processes, device of this one."""
    alone = {"RANK": 0, "WORLD_SIZE": 1, "LOCAL_RANK": 0}
    rank, world, local = (int(os.environ.get(name, value)) for name, value in alone.items())
    if torch.cuda.is_available():
        if local >= torch.cuda.device_count():
            raise SystemExit(f"process {local} has no GPU of its own; hide all (CUDA_VISIBLE_DEVICES=) to use the CPU")
        device = torch.device("cuda", local)
        torch.cuda.set_device(device)
    else:
        device = torch.device("cpu")
    if world > 1:
        gpu = device.type == "cuda"
        dist.init_process_group("nccl" if gpu else "gloo", device_id=device if gpu else None)
    return rank, world, device


def inputs(data, batch):
    """What the model takes for these images: their targets, and their labels if it is conditional."""
    images, *labels = (tensor[batch] for tensor in data)
    return [targets(images), *labels]


def total(sums, world):
    """Sums over all processes, as numbers."""
    if world > 1:
        dist.all_reduce(sums)
    return sums.tolist()


@torch.no_grad()
def evaluate(vae, data, rank, world):
    """Means over all images of what the objective reports, each process measuring its share."""
    images = len(data[0])
    sums = torch.zeros(len(REPORTED), dtype=torch.float64, device=data[0].device)
    for batch in torch.arange(images, device=data[0].device).split(EVALUATED * world):
        _, terms = objective(vae, inputs(data, batch[rank::world]), BETA, len(batch))
        sums += torch.stack(terms).double() * len(batch)
    return [term / images for term in total(sums, world)]


def save(vae, path, notes):
    """Writes a checkpoint that this model's load_state_dict takes, and that `vae` reads."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in vae.state_dict().items()}
    partial = path.with_name(path.name + ".partial")
    save_file(tensors, partial, metadata={"spec": SPEC, **{key: str(value) for key, value in notes.items()}})
    os.replace(partial, path)


def show(terms):
    return ", ".join(f"{name} {value:.3f}" for name, value in zip(REPORTED, terms))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the four IDX files, plain or .gz")
    parser.add_argument("--out", type=Path, default="trained.safetensors", help="where to write the model")
    parser.add_argument("--init", type=Path, help="start from these weights, such as model.safetensors")
    parser.add_argument("--epochs", type=int, help="stop after so many epochs, whatever the recipe says")
    parser.add_argument("--steps", type=int, help="stop after so many steps, whatever the recipe says")
    args = parser.parse_args()
    if args.epochs is None and args.steps is None:
        args.epochs, args.steps = EPOCHS, STEPS
    if not args.out.absolute().parent.is_dir():
        parser.error(f"{args.out} lies in no folder")
    if min((n for n in (args.epochs, args.steps) if n is not None), default=0) < 1:
        parser.error("give a number of --epochs or --steps, at least 1")
    rank, world, device = join()
    data = load(args.data, "train", device)
    held_out = load(args.data, "t10k", device)

    torch.manual_seed(SEED)
    vae = VAE().to(device)
{{initialise}}    if args.init:
        vae.load_state_dict(load_file(args.init, device=str(device)), strict=True)
    model = vae if world == 1 else DistributedDataParallel(vae)
    optimizer = {{optimizer}}
    # Parameters are the same in every process, noise is not.
    torch.manual_seed(SEED + 1 + rank)

    images = len(data[0])
    per_epoch = math.ceil(images / BATCH)
    last = min(args.steps or math.inf, per_epoch * (args.epochs or math.inf))
    step, epoch = 0, 0
    while step < last:
        epoch += 1
        started = time.perf_counter()
        sums, seen = torch.zeros(len(REPORTED), dtype=torch.float64, device=device), 0
        # The same order in every process.
        order = torch.randperm(images, generator=torch.Generator().manual_seed(SEED + epoch)).to(device)
        for batch in order.split(BATCH)[: last - step]:
            step += 1
            warmup = WARMUP_EPOCHS * per_epoch
            beta = BETA if warmup < 1 else BETA * min(1, step / warmup)
            loss, terms = objective(model, inputs(data, batch[rank::world]), beta, len(batch))
            optimizer.zero_grad()
            # The loss is this process's part of the mean over the batch, so gradients are to be added up; they are
            # averaged over processes.
            (loss * world).backward()
{{update}}
            sums += torch.stack(terms).double() * len(batch)
            seen += len(batch)
        terms = [term / seen for term in total(sums, world)]
        if not all(map(math.isfinite, terms)):
            raise SystemExit(f"epoch {epoch} diverged: {show(terms)}")
        test = evaluate(vae, held_out, rank, world)
        if rank == 0:
            seconds = time.perf_counter() - started
            print(f"epoch {epoch}  step {step}  train: {show(terms)}  test: {show(test)}  {seconds:.1f} s", flush=True)
            save(vae, args.out, {**NOTES, "steps": step, "made_with": f"PyTorch {torch.__version__}"})
    if world > 1:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
