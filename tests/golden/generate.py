"""Makes the golden fixtures: small VAEs of every kind, computed by PyTorch in double precision.

Run `python tests/golden/generate.py` with the packages of requirements.txt; see README.md for what a fixture
holds. The result depends on nothing but the files beside this one and those packages.
"""

import json
import math
from pathlib import Path

import numpy as np
import torch
from counter import latent_noise
from network import Vae
from safetensors.torch import save_file
from torch import nn

BATCH = 7
STEPS = 10
LATENT = 3
SHAPE = {"channels": 1, "height": 4, "width": 5}
PIXELS = 20
NOISE_SEED = 0x5EED_0001

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


def conv(channels, kernel, stride, padding, activation="identity"):
    size = {"channels": channels, "kernel": kernel, "stride": stride, "padding": padding}
    return {"type": "conv2d", **size, "activation": activation}


def transpose(channels, kernel, stride, padding, output_padding, activation="identity"):
    layer = conv(channels, kernel, stride, padding, activation)
    return {**layer, "type": "conv_transpose2d", "outputPadding": output_padding}


def image(channels, height, width):
    return {"channels": channels, "height": height, "width": width}


def reshape(channels, height, width):
    return {"type": "reshape", **image(channels, height, width)}


FLATTEN = {"type": "flatten"}
BERNOULLI = {"type": "bernoulli"}
GAUSSIAN = {"type": "gaussian", "sigma": 0.7071}
ELBO = {"type": "elbo", "freeBits": 0.0}
AUTOENCODER = {"type": "autoencoder"}


def iwae(samples, dreg):
    return {"type": "iwae", "samples": samples, "dreg": dreg}


def spec(encoder, decoder, likelihood=BERNOULLI, shape=SHAPE, classes=0):
    return {
        "input": shape,
        "encoder": encoder,
        "latent": LATENT,
        "decoder": decoder,
        "likelihood": likelihood,
        "classes": classes,
    }


def small(activation, **rest):
    return spec([linear(12, activation)], [linear(12, activation)], **rest)


def deep(activation):
    return spec([linear(11, activation), linear(6, activation)], [linear(5, activation), linear(9, activation)])


# Odd sizes, strides that do not divide them, an image of two channels; ends in a transposed convolution.
CONV = spec(
    [conv(5, 3, 2, 1, "relu"), conv(4, 5, 1, 2, "tanh"), conv(3, 2, 3, 0, "elu"), FLATTEN, linear(6, "elu")],
    [linear(60, "relu"), reshape(3, 5, 4), transpose(3, 1, 1, 0, 0, "silu"), transpose(2, 3, 2, 1, 0)],
    shape=image(2, 9, 7),
)
# Every output padding that its strides allow; the heads stand on an image.
CONV_PADDED = spec(
    [conv(4, 4, 3, 2, "silu"), conv(3, 3, 2, 1, "gelu")],
    [linear(4, "elu"), reshape(2, 2, 1), transpose(3, 5, 1, 1, 0, "gelu"), transpose(1, 3, 3, 2, 2)],
    likelihood=GAUSSIAN,
    shape=image(1, 10, 7),
)
# Each kind of layer on the other side too; z is an image of one pixel; a linear layer to the pixels is added.
CONV_MIXED = spec(
    [transpose(3, 2, 2, 1, 1, "leaky_relu"), conv(4, 3, 3, 1, "softplus"), conv(4, 1, 2, 0, "relu")],
    [transpose(4, 3, 1, 0, 0, "sigmoid"), conv(3, 2, 1, 1, "gelu"), transpose(2, 4, 3, 3, 1, "relu")],
    shape=image(1, 5, 6),
)
# A convolution gives the logits.
CONV_LAST = spec(
    [conv(3, 5, 2, 2, "tanh"), linear(7, "relu")],
    [linear(12, "tanh"), reshape(3, 2, 2), transpose(4, 3, 2, 1, 1, "relu"), conv(1, 3, 1, 1)],
    shape=image(1, 4, 4),
)
CONDITIONAL_CONV = spec(
    [conv(4, 3, 2, 1, "relu"), linear(7, "relu")],
    [linear(8, "relu"), reshape(2, 2, 2), transpose(3, 3, 2, 1, 0, "relu"), transpose(1, 3, 2, 1, 0)],
    shape=image(1, 5, 5),
    classes=3,
)

ADAM_ONLY = [setting("adam", ADAM, 0.01)]


def fixture(spec, beta=1.0, objective=ELBO, optimizers=ADAM_ONLY):
    return {"spec": spec, "beta": beta, "objective": objective, "seed": NOISE_SEED, "optimizers": optimizers}


def dense(spec, beta=1.0):
    return fixture(spec, beta, optimizers=OPTIMIZERS)


FIXTURES = {
    "relu": dense(small("relu")),
    "deep-leaky-relu": dense(deep("leaky_relu")),
    "deep-tanh": dense(deep("tanh"), 0.5),
    "deep-sigmoid": dense(deep("sigmoid")),
    "deep-softplus": dense(deep("softplus"), 4.0),
    "deep-gelu": dense(deep("gelu")),
    "deep-silu": dense(deep("silu"), 2.0),
    "gaussian": dense(small("relu", likelihood=GAUSSIAN), 1.5),
    "no-hidden": dense(spec([], [])),
    "own-output": dense(spec([linear(8, "tanh"), linear(7)], [linear(9, "silu"), linear(PIXELS)])),
    "deep-elu": fixture(deep("elu")),
    "conv": fixture(CONV),
    "conv-padded": fixture(CONV_PADDED, 0.5),
    "conv-mixed": fixture(CONV_MIXED),
    "conv-last": fixture(CONV_LAST),
    "conditional": fixture(small("relu", classes=4)),
    "conditional-no-hidden": fixture(spec([], [], classes=3)),
    "conditional-conv": fixture(CONDITIONAL_CONV),
    "free-bits": fixture(deep("tanh"), 0.5, {**ELBO, "freeBits": 0.4}),
    "autoencoder": fixture(small("relu"), objective=AUTOENCODER),
    "autoencoder-conv": fixture(CONV_PADDED, objective=AUTOENCODER),
    "iwae": fixture(deep("tanh"), objective=iwae(3, False)),
    "iwae-beta": fixture(small("relu"), 0.5, iwae(4, False)),
    "iwae-conv": fixture(CONDITIONAL_CONV, objective=iwae(2, False)),
    "dreg": fixture(deep("tanh"), objective=iwae(3, True)),
    "dreg-beta": fixture(small("relu", likelihood=GAUSSIAN), 0.5, iwae(4, True)),
    "dreg-conv": fixture(CONDITIONAL_CONV, objective=iwae(2, True)),
}


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


def train(model, setting, batches, run):
    """Ten steps on one batch; the loss and the gradient's norm of each before its update."""
    optimizer = optimizer_of(setting, model.parameters())
    losses, norms = [], []
    for eps in batches:
        optimizer.zero_grad()
        loss = run(eps)["loss"]
        loss.backward()
        max_norm = math.inf if setting["max_norm"] is None else setting["max_norm"]
        norms.append(nn.utils.clip_grad_norm_(model.parameters(), max_norm))
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses), torch.stack(norms)


def latent_gradient(model, x, z, labels):
    """Gradient with respect to z of -log p(x|z), each pixel's term weighed by a mask."""
    z = single(z.detach()).requires_grad_()
    mask = torch.randint(0, 3, x.shape).double() / 2
    recon = (model.pixel_terms(model.decode(z, labels), x) * mask).sum(1)
    (dz,) = torch.autograd.grad(recon.sum(), z)
    return {"latent.z": z.detach(), "latent.mask": mask, "latent.recon": recon.detach(), "latent.dz": dz}


def input_gradient(model, x, labels):
    """Gradient with respect to the images of a weighted sum of all of mu and log-variance."""
    x = x.clone().requires_grad_()
    stats = torch.cat(model.encode(x, labels), dim=1)
    weights = single(torch.randn_like(stats))
    (dx,) = torch.autograd.grad((stats * weights).sum(), x)
    return {"input.dstats": weights, "input.dx": dx}


def make(index, fixture):
    torch.manual_seed(1000 + index)
    model = Vae(fixture["spec"]).double()
    # Twice PyTorch's initial range: activations leave the part where they are nearly linear.
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(single(2 * p))
    initial = {name: p.detach().clone() for name, p in model.named_parameters()}
    levels = torch.randint(0, 256, (BATCH, model.pixels)).clamp(40, 215) - 40
    x = single(levels.double() / 175)
    labels = torch.arange(BATCH) * 2 % model.classes if model.classes else None
    rows = BATCH * fixture["objective"].get("samples", 1)
    noise = torch.from_numpy(np.stack([latent_noise(NOISE_SEED, t + 1, rows, LATENT) for t in range(STEPS)]))

    def run(eps):
        return model(x, eps, fixture["objective"], fixture["beta"], labels)

    tensors = {**initial, "x": x, "eps": noise}
    if labels is not None:
        tensors["labels"] = labels
    terms = run(noise[0])
    terms["loss"].backward()
    tensors.update({name: value.detach() for name, value in terms.items()})
    # A parameter that the objective does not reach has no gradient in PyTorch.
    grads = {name: torch.zeros_like(p) if p.grad is None else p.grad for name, p in model.named_parameters()}
    tensors.update({f"grad.{name}": grad for name, grad in grads.items()})

    tensors.update(latent_gradient(model, x, terms["mu"], labels))
    tensors.update(input_gradient(model, x, labels))

    for setting in fixture["optimizers"]:
        model.load_state_dict(initial)
        key = setting["name"]
        tensors[f"losses.{key}"], tensors[f"norms.{key}"] = train(model, setting, noise, run)
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
    for index, (name, fixture) in enumerate(FIXTURES.items()):
        tensors = make(index, fixture)
        # One key: safetensors writes several in an order that changes from run to run.
        save_file(tensors, here / f"{name}.safetensors", metadata={"fixture": json.dumps(fixture)})
        print(f"{name}: loss {tensors['loss']:.4f}, after ten steps of Adam {tensors['losses.adam'][-1]:.4f}")


if __name__ == "__main__":
    main()
