"""A variational autoencoder with 660824 parameters.

Its modules bear the names of the checkpoint's tensors:

    vae = VAE()
    vae.load_state_dict(safetensors.torch.load_file("model.safetensors"), strict=True)
"""

import torch
import torch.nn.functional as F
from torch import nn

# One image: channels, height, width.
SHAPE = (1, 28, 28)
# Classes that condition the model; 0 for none.
CLASSES = 10
# The same model as its checkpoints describe it.
SPEC = '{"input":{"channels":1,"height":28,"width":28},"encoder":[{"type":"linear","units":400,"activation":"relu"}],"latent":20,"decoder":[{"type":"linear","units":400,"activation":"relu"}],"likelihood":{"type":"bernoulli"},"classes":10}'


class VAE(nn.Module):
    """q(z|x) by an encoder, p(x|z) by a decoder, both given labels y: a tensor [n] of class numbers."""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(794, 400)
        self.fc21 = nn.Linear(400, 20)
        self.fc22 = nn.Linear(400, 20)
        self.fc3 = nn.Linear(30, 400)
        self.fc4 = nn.Linear(400, 784)

    def encode(self, x, y):
        """Mean and log-variance of q(z|x), [n, 20] each, from images [n, *SHAPE] in [0, 1]."""
        h = torch.cat([x.flatten(1), F.one_hot(y, CLASSES).to(x.dtype)], dim=1)
        h = F.relu(self.fc1(h))
        return self.fc21(h), self.fc22(h)

    def decode(self, z, y):
        """Logits of the pixels' probabilities, [n, *SHAPE]."""
        h = torch.cat([z, F.one_hot(y, CLASSES).to(z.dtype)], dim=1)
        h = F.relu(self.fc3(h))
        return self.fc4(h).unflatten(1, SHAPE)

    def forward(self, x, y, draws=1):
        """Decoded draws of z, with the mean and the log-variance of q(z|x), and z.

        With several draws for each image, their rows stand beside each other; with none, z is the mean.
        """
        mu, logvar = self.encode(x, y)
        if draws == 0:
            return self.decode(mu, y), mu, logvar, mu
        std = torch.exp(0.5 * logvar).repeat_interleave(draws, dim=0)
        z = mu.repeat_interleave(draws, dim=0) + std * torch.randn_like(std)
        return self.decode(z, y.repeat_interleave(draws, dim=0)), mu, logvar, z

    @staticmethod
    def mean(logits):
        """The mean of p(x|z)."""
        return torch.sigmoid(logits)

    @staticmethod
    def reconstruction(logits, x):
        """-log p(x|z) of each image, in nats."""
        return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)
