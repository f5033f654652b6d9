"""A spec's network and its objectives in PyTorch, straightforward and slow: what the engine is compared with."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

ACTIVATIONS = {
    "identity": lambda x: x,
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": F.softplus,
    "gelu": F.gelu,
    "silu": F.silu,
    "elu": F.elu,
}


def flat(values):
    return (values, 1, 1)


def module_of(layer, shape):
    """The module of a layer that takes images of `shape`."""
    if layer["type"] == "linear":
        return nn.Linear(math.prod(shape), layer["units"])
    size = {"kernel_size": layer["kernel"], "stride": layer.get("stride", 1), "padding": layer.get("padding", 0)}
    if layer["type"] == "conv2d":
        return nn.Conv2d(shape[0], layer["channels"], **size)
    size["output_padding"] = layer.get("outputPadding", 0)
    return nn.ConvTranspose2d(shape[0], layer["channels"], **size)


class Stage:
    """A layer with parameters: its module, and all that happens from the stage before it on."""

    def __init__(self, index, layer, shape):
        self.index = index
        self.linear = layer["type"] == "linear"
        self.module = module_of(layer, shape)
        self.activation = ACTIVATIONS[layer.get("activation", "identity")]
        self.takes = (math.prod(shape),) if self.linear else shape
        with torch.no_grad():
            out = self.module(torch.zeros(1, *self.takes)).shape[1:]
        self.gives = flat(out[0]) if self.linear else tuple(out)

    def __call__(self, h):
        return self.activation(self.module(h.reshape(len(h), *self.takes)))


def chain(layers, shape):
    """The stages of one side, and the shape they end in."""
    stages = []
    for index, layer in enumerate(layers):
        if layer["type"] == "flatten":
            shape = flat(math.prod(shape))
        elif layer["type"] == "reshape":
            shape = (layer["channels"], layer["height"], layer["width"])
        else:
            stages.append(Stage(index, layer, shape))
            shape = stages[-1].gives
    return stages, shape


class Vae(nn.Module):
    """The spec's network, its modules named as in a checkpoint."""

    def __init__(self, spec):
        super().__init__()
        image = spec["input"]
        shape = (image["channels"], image["height"], image["width"])
        self.pixels = math.prod(shape)
        self.classes = spec.get("classes", 0)
        # A label becomes constant planes beside an image, or values behind its pixels.
        planes = bool(spec["encoder"]) and spec["encoder"][0]["type"].startswith("conv")
        self.label_area = math.prod(shape[1:]) if planes else 1
        shape_in = (shape[0] + self.classes, *shape[1:]) if planes else flat(self.pixels + self.classes)
        self.encoder_stages, features = chain(spec["encoder"], shape_in)
        self.heads = [nn.Linear(math.prod(features), spec["latent"]) for _ in range(2)]
        self.decoder_stages, out = chain(spec["decoder"], flat(spec["latent"] + self.classes))
        if not self.decoder_stages or out not in (shape, flat(self.pixels)):
            self.decoder_stages.append(Stage(None, {"type": "linear", "units": self.pixels}, out))

        stages = self.encoder_stages + self.decoder_stages
        if [len(self.encoder_stages), len(self.decoder_stages)] == [1, 2] and all(s.linear for s in stages):
            modules = [stages[0].module, *self.heads, *(s.module for s in stages[1:])]
            for name, module in zip(["fc1", "fc21", "fc22", "fc3", "fc4"], modules, strict=True):
                self.add_module(name, module)
        else:
            self.encoder = nn.ModuleDict({str(s.index): s.module for s in self.encoder_stages})
            self.mu, self.logvar = self.heads
            named = [s for s in self.decoder_stages if s.index is not None]
            self.decoder = nn.ModuleDict({str(s.index): s.module for s in named})
            if len(named) < len(self.decoder_stages):
                self.output = self.decoder_stages[-1].module

        likelihood = spec["likelihood"]
        # The engine reads sigma as a 32-bit float.
        self.sigma = float(np.float32(likelihood["sigma"])) if likelihood["type"] == "gaussian" else None

    def labelled(self, h, labels, area=1):
        """Rows with the one-hot label behind them, each of its values `area` times."""
        if not self.classes:
            return h
        one_hot = F.one_hot(labels, self.classes).to(h.dtype)
        return torch.cat([h, one_hot.repeat_interleave(area, dim=1)], dim=1)

    def encode(self, x, labels=None):
        """μ and log σ² of images [n, pixels]."""
        h = self.labelled(x, labels, self.label_area)
        for stage in self.encoder_stages:
            h = stage(h)
        return [head(h.flatten(1)) for head in self.heads]

    def decode(self, z, labels=None):
        """Logits [n, pixels]."""
        h = self.labelled(z, labels)
        for stage in self.decoder_stages:
            h = stage(h)
        return h.flatten(1)

    def mean(self, logits):
        return torch.sigmoid(logits) if self.sigma is None else logits

    def pixel_terms(self, logits, x):
        """−log p(x|z) per pixel, in nats."""
        if self.sigma is None:
            return F.binary_cross_entropy_with_logits(logits, x, reduction="none")
        return (x - logits) ** 2 / (2 * self.sigma**2) + 0.5 * math.log(2 * math.pi * self.sigma**2)

    def forward(self, x, eps, objective, beta, labels=None):
        """The objective and what led to it; `eps` has the rows of an image's draws beside each other."""
        mu, logvar = self.encode(x, labels)
        kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar)
        draws = objective.get("samples", 1)
        to_rows = lambda t: None if t is None else t.repeat_interleave(draws, dim=0)
        if objective["type"] == "autoencoder":
            z = mu
        else:
            z = to_rows(mu) + torch.exp(0.5 * to_rows(logvar)) * eps
        logits = self.decode(z, to_rows(labels))
        recon = self.pixel_terms(logits, to_rows(x)).sum(1)
        result = {"mu": mu, "logvar": logvar, "z": z, "logits": logits, "mean": self.mean(logits)}
        result |= {"recon": recon.mean(), "kl": kl.sum(1).mean()}
        if objective["type"] == "iwae":
            bound = importance_weighted(z, recon, to_rows(mu), to_rows(logvar), draws, beta, objective["dreg"])
            return result | bound
        if objective["type"] == "autoencoder":
            return result | {"loss": recon.mean()}
        # Free bits: Kingma et al., "Improved variational inference with inverse autoregressive flow" (2016), eq. 15.
        floor = kl.mean(0).clamp(min=objective.get("freeBits", 0.0)).sum()
        return result | {"loss": recon.mean() + beta * floor}


def importance_weighted(z, recon, mu, logvar, draws, beta, dreg):
    """−L_k (Burda et al., 2016). With `dreg`, a surrogate whose gradient is the doubly reparameterised one.

    Tucker et al., "Doubly reparameterized gradient estimators for Monte Carlo objectives" (2018), eq. 8: log q keeps
    its parameters fixed, and what reaches the encoder through z is weighted once more. With β ≠ 1 only the part β of
    it is: the score that was reparameterised is that of β·log q.
    """
    if dreg:
        mu, logvar = mu.detach(), logvar.detach()
    log_prior = -0.5 * (z**2 + math.log(2 * math.pi)).sum(1)
    log_posterior = -0.5 * ((z - mu) ** 2 / logvar.exp() + logvar + math.log(2 * math.pi)).sum(1)
    log_weights = (beta * (log_prior - log_posterior) - recon).reshape(-1, draws)
    loss = -(torch.logsumexp(log_weights, 1) - math.log(draws)).mean()
    weight = torch.softmax(log_weights, 1).detach()
    if dreg and z.requires_grad:
        z.register_hook(lambda gradient: gradient * (1 - beta + beta * weight.reshape(-1, 1)))
        # The value of the bound, the gradient of the weighted sum.
        surrogate = -(weight * log_weights).sum(1).mean()
        loss = surrogate + (loss - surrogate).detach()
    return {"loss": loss, "log_weights": log_weights.flatten()}
