"""Milliseconds per training step of dense-20 in PyTorch, eager and compiled, to be read beside the WebGPU rows of the step benchmark.

    python3 benches/steps/pytorch.py [--device cuda] [--batch 32 128 512] [--steps 200] [--rounds 7]

784-400-20, ReLU, Adam 1e-3, soft targets, all images on the device: what `cargo bench --bench steps` trains. Prints medians of
rounds, each between two synchronisations. Where PyTorch or the device is missing it says so and ends well.
"""

import argparse
import statistics
import sys
import time

IMAGES = 4096


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--batch", type=int, nargs="+", default=[32, 128, 512])
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    try:
        import torch
    except ImportError as problem:
        print(f"PyTorch: not installed ({problem}); nothing to compare with")
        return
    if asked.device == "cuda" and not torch.cuda.is_available():
        print(f"PyTorch {torch.__version__}: no CUDA device; nothing to compare with")
        return
    name = torch.cuda.get_device_name() if asked.device == "cuda" else asked.device
    print(f"PyTorch {torch.__version__} on {name}: ms a step, median of {asked.rounds} rounds of {asked.steps}")
    for batch in asked.batch:
        for kind in ("eager", "compiled"):
            rounds = measure(torch, asked, batch, kind == "compiled")
            print(f"batch {batch:4}  {kind:9}{statistics.median(rounds):9.3f}  ({min(rounds):.3f} to {max(rounds):.3f})")


def measure(torch, asked, batch: int, compiled: bool) -> list[float]:
    from torch import nn
    from torch.nn import functional

    torch.manual_seed(1)

    class Vae(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc1, self.fc21, self.fc22 = nn.Linear(784, 400), nn.Linear(400, 20), nn.Linear(400, 20)
            self.fc3, self.fc4 = nn.Linear(20, 400), nn.Linear(400, 784)

        def forward(self, x):
            hidden = torch.relu(self.fc1(x))
            mu, logvar = self.fc21(hidden), self.fc22(hidden)
            z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
            logits = self.fc4(torch.relu(self.fc3(z)))
            recon = functional.binary_cross_entropy_with_logits(logits, x, reduction="sum")
            return (recon - 0.5 * torch.sum(1 + logvar - mu.square() - logvar.exp())) / len(x)

    model = Vae().to(asked.device)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, fused=asked.device == "cuda")
    images = torch.rand(IMAGES, 784, device=asked.device)
    loss_of = torch.compile(model) if compiled else model

    def train(steps: int) -> None:
        for step in range(steps):
            first = step * batch % (IMAGES - batch + 1)
            optimiser.zero_grad(set_to_none=True)
            loss_of(images[first : first + batch]).backward()
            optimiser.step()
        if asked.device == "cuda":
            torch.cuda.synchronize()

    # Compiles and warms up.
    train(20)
    rounds = []
    for _ in range(asked.rounds):
        began = time.perf_counter()
        train(asked.steps)
        rounds.append(1e3 * (time.perf_counter() - began) / asked.steps)
    return rounds


if __name__ == "__main__":
    main()
