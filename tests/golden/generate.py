"""Makes the golden fixtures: small dense VAEs computed by PyTorch in double precision.

Run `python tests/golden/generate.py` with the packages of requirements.txt; see README.md for what a fixture
holds. The result depends on nothing but this file and those packages.
"""

import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

BATCH = 7
STEPS = 10
LATENT = 3
SHAPE = {"channels": 1, "height": 4, "width": 5}
PIXELS = 20
NOISE_SEED = 0x5EED_0001

ACTIVATIONS = {
    "identity": lambda x: x,
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": F.softplus,
    "gelu": F.gelu,
    "silu": F.silu,
}

ADAM = {"type": "adam", "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
RMSPROP = {"type": "rmsprop", "alpha": 0.99, "momentum": 0.0, "epsilon": 1e-8}


def setting(name, rule, learning_rate, weight_decay=0.0, max_norm=None):
    return {
        "name": name,
        "rule": rule,
        "learning_rate": learning_rate,
        "weight_decay": weight_decay,
        "max_norm": max_norm,
    }


OPTIMIZERS = [
    setting("sgd", {"type": "sgd", "momentum": 0.0}, 0.01),
    setting("sgd-momentum", {"type": "sgd", "momentum": 0.9}, 0.005),
    setting("rmsprop", RMSPROP, 0.002),
    setting("rmsprop-momentum", {**RMSPROP, "momentum": 0.9}, 0.001),
    setting("adam", ADAM, 0.01),
    setting("adam-decay", ADAM, 0.01, weight_decay=0.1),
    setting("adam-clipped", ADAM, 0.01, max_norm=0.5),
    # Adam hardly sees a scaled gradient; this one shows whether the threshold is right.
    setting("sgd-clipped", {"type": "sgd", "momentum": 0.5}, 0.05, max_norm=0.5),
]


def linear(units, activation="identity"):
    return {"type": "linear", "units": units, "activation": activation}


def spec(encoder, decoder, likelihood=None):
    return {
        "input": SHAPE,
        "encoder": encoder,
        "latent": LATENT,
        "decoder": decoder,
        "likelihood": likelihood or {"type": "bernoulli"},
        "classes": 0,
    }


def deep(activation):
    return spec([linear(11, activation), linear(6, activation)], [linear(5, activation), linear(9, activation)])


FIXTURES = {
    "relu": (spec([linear(12, "relu")], [linear(12, "relu")]), 1.0),
    "deep-leaky-relu": (deep("leaky_relu"), 1.0),
    "deep-tanh": (deep("tanh"), 0.5),
    "deep-sigmoid": (deep("sigmoid"), 1.0),
    "deep-softplus": (deep("softplus"), 4.0),
    "deep-gelu": (deep("gelu"), 1.0),
    "deep-silu": (deep("silu"), 2.0),
    "gaussian": (
        spec([linear(12, "relu")], [linear(12, "relu")], {"type": "gaussian", "sigma": 0.7071}),
        1.5,
    ),
    "no-hidden": (spec([], []), 1.0),
    "own-output": (spec([linear(8, "tanh"), linear(7)], [linear(9, "silu"), linear(PIXELS)]), 1.0),
}


class Vae(nn.Module):
    """The spec's network, its modules named as in a checkpoint."""

    def __init__(self, spec):
        super().__init__()
        encoder = spec["encoder"]
        decoder = list(spec["decoder"])
        added = not decoder or decoder[-1]["units"] != PIXELS
        if added:
            decoder.append(linear(PIXELS))
        small = len(encoder) == 1 and len(decoder) == 2

        def register(name, inputs, layer):
            module = nn.Linear(inputs, layer["units"])
            path, _, leaf = name.rpartition(".")
            if path:
                getattr(self, path).append(module)
            else:
                self.add_module(leaf, module)
            return module, ACTIVATIONS[layer["activation"]]

        def chain(names, inputs, layers):
            made = []
            for name, layer in zip(names, layers):
                made.append(register(name, inputs, layer))
                inputs = layer["units"]
            return made, inputs

        if not small:
            self.encoder = nn.ModuleList()
        names = ["fc1"] if small else [f"encoder.{i}" for i in range(len(encoder))]
        self.encode_layers, width = chain(names, PIXELS, encoder)
        heads = ("fc21", "fc22") if small else ("mu", "logvar")
        self.heads = [register(name, width, linear(LATENT))[0] for name in heads]
        if not small:
            self.decoder = nn.ModuleList()
        names = ["fc3", "fc4"] if small else [f"decoder.{i}" for i in range(len(decoder))]
        if added and not small:
            names[-1] = "output"
        self.decode_layers, _ = chain(names, LATENT, decoder)

        likelihood = spec["likelihood"]
        # The engine reads sigma as a 32-bit float.
        self.sigma = float(np.float32(likelihood["sigma"])) if likelihood["type"] == "gaussian" else None

    def forward(self, x, eps):
        """Terms of the loss as means over images, in nats, and what led to them."""
        h = x
        for layer, activation in self.encode_layers:
            h = activation(layer(h))
        mu, logvar = (head(h) for head in self.heads)
        z = mu + torch.exp(0.5 * logvar) * eps
        h = z
        for layer, activation in self.decode_layers:
            h = activation(layer(h))
        logits = h
        if self.sigma is None:
            recon = F.binary_cross_entropy_with_logits(logits, x, reduction="none")
            mean = torch.sigmoid(logits)
        else:
            recon = (x - logits) ** 2 / (2 * self.sigma**2) + 0.5 * math.log(2 * math.pi * self.sigma**2)
            mean = logits
        recon = recon.sum(1).mean()
        kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1).mean()
        return {"mu": mu, "logvar": logvar, "z": z, "logits": logits, "mean": mean, "recon": recon, "kl": kl}


def pcg4d(v):
    """Jarzynski and Olano, "Hash Functions for GPU Rendering" (JCGT 9(3), 2020), on Python's integers."""
    mask = 0xFFFF_FFFF

    def mix(v):
        x, y, z, w = v
        x = (x + y * w) & mask
        y = (y + z * x) & mask
        z = (z + x * y) & mask
        w = (w + y * z) & mask
        return x, y, z, w

    v = mix([(n * 1664525 + 1013904223) & mask for n in v])
    return mix([n ^ (n >> 16) for n in v])


def latent_noise(step, element):
    """The engine's standard normal number of the reparameterisation, by Box-Muller with exact functions."""
    purpose_latent = 1
    a, b, _, _ = pcg4d([NOISE_SEED, purpose_latent, step, element])
    radius = math.sqrt(-2 * math.log(((a >> 8) + 1) / 2**24))
    # The quadrant comes from the top two bits, the angle within it from the next 24.
    turn = (b >> 30) / 4 + (((b << 2) & 0xFFFF_FFFF) >> 8) / 2**26
    return radius * math.cos(2 * math.pi * turn)


def single(tensor):
    """Rounded to what a 32-bit float holds, so that the engine starts from the same numbers."""
    return tensor.to(torch.float32).to(torch.float64)


def optimizer_of(setting, parameters):
    rule = dict(setting["rule"])
    kind = rule.pop("type")
    common = {"lr": setting["learning_rate"], "weight_decay": setting["weight_decay"]}
    if kind == "sgd":
        return torch.optim.SGD(parameters, momentum=rule["momentum"], **common)
    if kind == "rmsprop":
        return torch.optim.RMSprop(
            parameters, alpha=rule["alpha"], momentum=rule["momentum"], eps=rule["epsilon"], **common
        )
    return torch.optim.Adam(parameters, betas=(rule["beta1"], rule["beta2"]), eps=rule["epsilon"], **common)


def train(model, setting, x, noise, beta):
    """Ten steps on one batch; the loss and the gradient's norm of each before its update."""
    optimizer = optimizer_of(setting, model.parameters())
    losses, norms = [], []
    for eps in noise:
        optimizer.zero_grad()
        terms = model(x, eps)
        loss = terms["recon"] + beta * terms["kl"]
        loss.backward()
        max_norm = math.inf if setting["max_norm"] is None else setting["max_norm"]
        norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses), torch.stack(norms)


def make(index, spec, beta):
    torch.manual_seed(1000 + index)
    model = Vae(spec).double()
    # Twice PyTorch's initial range: activations leave the part where they are nearly linear.
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(single(2 * p))
    initial = {name: p.detach().clone() for name, p in model.named_parameters()}
    levels = torch.randint(0, 256, (BATCH, PIXELS)).clamp(40, 215) - 40
    x = single(levels.double() / 175)
    noise = torch.tensor(
        [[[latent_noise(t + 1, r * LATENT + j) for j in range(LATENT)] for r in range(BATCH)] for t in range(STEPS)],
        dtype=torch.float64,
    )

    tensors = {**initial, "x": x, "eps": noise}
    terms = model(x, noise[0])
    loss = terms["recon"] + beta * terms["kl"]
    loss.backward()
    tensors.update({name: value.detach() for name, value in terms.items()})
    tensors["loss"] = loss.detach()
    tensors.update({f"grad.{name}": p.grad for name, p in model.named_parameters()})

    for setting in OPTIMIZERS:
        model.load_state_dict(initial)
        key = setting["name"]
        tensors[f"losses.{key}"], tensors[f"norms.{key}"] = train(model, setting, x, noise, beta)
        for name, p in model.named_parameters():
            tensors[f"final.{key}.{name}"] = p.detach().clone()
    return {name: t.to(torch.float32).contiguous() for name, t in tensors.items()}


def make_checkpoint(pixels, hidden, latent):
    """What `save_file(model.state_dict(), path)` writes after pytorch/examples' VAE script: no metadata."""
    torch.manual_seed(2000)
    layers = {
        "fc1": nn.Linear(pixels, hidden),
        "fc21": nn.Linear(hidden, latent),
        "fc22": nn.Linear(hidden, latent),
        "fc3": nn.Linear(latent, hidden),
        "fc4": nn.Linear(hidden, pixels),
    }
    return nn.ModuleDict(layers).state_dict()


def main():
    here = Path(__file__).parent
    save_file(make_checkpoint(784, 8, 2), here / "pytorch-examples.safetensors")
    for index, (name, (spec, beta)) in enumerate(FIXTURES.items()):
        # One key: safetensors writes several in an order that changes from run to run.
        fixture = {"spec": spec, "beta": beta, "seed": NOISE_SEED, "optimizers": OPTIMIZERS}
        tensors = make(index, spec, beta)
        save_file(tensors, here / f"{name}.safetensors", metadata={"fixture": json.dumps(fixture)})
        print(f"{name}: loss {tensors['loss']:.4f}, after ten steps of Adam {tensors['losses.adam'][-1]:.4f}")


if __name__ == "__main__":
    main()
