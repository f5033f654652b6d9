"""A variational autoencoder with 134165 parameters.

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
CLASSES = 0
# The same model as its checkpoints describe it.
SPEC = '{"input":{"channels":1,"height":28,"width":28},"encoder":[{"type":"conv2d","channels":32,"kernel":3,"stride":2,"padding":1,"activation":"relu"},{"type":"conv2d","channels":64,"kernel":3,"stride":2,"padding":1,"activation":"relu"},{"type":"linear","units":16,"activation":"relu"}],"latent":2,"decoder":[{"type":"linear","units":3136,"activation":"relu"},{"type":"reshape","channels":64,"height":7,"width":7},{"type":"conv_transpose2d","channels":64,"kernel":3,"stride":2,"padding":1,"outputPadding":1,"activation":"relu"},{"type":"conv_transpose2d","channels":32,"kernel":3,"stride":2,"padding":1,"outputPadding":1,"activation":"relu"},{"type":"conv_transpose2d","channels":1,"kernel":3,"stride":1,"padding":1,"outputPadding":0,"activation":"identity"}],"likelihood":{"type":"bernoulli"},"classes":0}'


class VAE(nn.Module):
    """q(z|x) by an encoder, p(x|z) by a decoder."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.ModuleList(
            [
                nn.Conv2d(1, 32, kernel_size=3, stride=2, padding=1),
                nn.Conv2d(32, 64, kernel_size=3, stride=2, padding=1),
                nn.Linear(3136, 16),
            ]
        )
        self.mu = nn.Linear(16, 2)
        self.logvar = nn.Linear(16, 2)
        self.decoder = nn.ModuleList(
            [
                nn.Linear(2, 3136),
                nn.Unflatten(1, (64, 7, 7)),
                nn.ConvTranspose2d(64, 64, kernel_size=3, stride=2, padding=1, output_padding=1),
                nn.ConvTranspose2d(64, 32, kernel_size=3, stride=2, padding=1, output_padding=1),
                nn.ConvTranspose2d(32, 1, kernel_size=3, stride=1, padding=1, output_padding=0),
            ]
        )

    def encode(self, x):
        """Mean and log-variance of q(z|x), [n, 2] each, from images [n, *SHAPE] in [0, 1]."""
        h = F.relu(self.encoder[0](x))
        h = F.relu(self.encoder[1](h))
        h = F.relu(self.encoder[2](h.flatten(1)))
        return self.mu(h), self.logvar(h)

    def decode(self, z):
        """Logits of the pixels' probabilities, [n, *SHAPE]."""
        h = F.relu(self.decoder[0](z))
        h = self.decoder[1](h)
        h = F.relu(self.decoder[2](h))
        h = F.relu(self.decoder[3](h))
        return self.decoder[4](h)

    def forward(self, x, draws=1):
        """Decoded draws of z, with the mean and the log-variance of q(z|x), and z.

        With several draws for each image, their rows stand beside each other; with none, z is the mean.
        """
        mu, logvar = self.encode(x)
        if draws == 0:
            return self.decode(mu), mu, logvar, mu
        std = torch.exp(0.5 * logvar).repeat_interleave(draws, dim=0)
        z = mu.repeat_interleave(draws, dim=0) + std * torch.randn_like(std)
        return self.decode(z), mu, logvar, z

    @staticmethod
    def mean(logits):
        """The mean of p(x|z)."""
        return torch.sigmoid(logits)

    @staticmethod
    def reconstruction(logits, x):
        """-log p(x|z) of each image, in nats."""
        return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)
