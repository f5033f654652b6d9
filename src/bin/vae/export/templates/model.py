"""A variational autoencoder with {{parameters}} parameters.

Its modules bear the names of the checkpoint's tensors:

    vae = VAE()
    vae.load_state_dict(safetensors.torch.load_file("model.safetensors"), strict=True)
"""

{{imports}}

# One image: channels, height, width.
SHAPE = {{shape}}
# Classes that condition the model; 0 for none.
CLASSES = {{classes}}
# The same model as its checkpoints describe it.
SPEC = '{{spec}}'


class VAE(nn.Module):
    """q(z|x) by an encoder, p(x|z) by a decoder{{about_labels}}."""

    def __init__(self):
        super().__init__()
{{modules}}

    def encode(self, x{{y}}):
        """Mean and log-variance of q(z|x), [n, {{latent}}] each, from images [n, *SHAPE] in [0, 1]."""
{{encode}}

    def decode(self, z{{y}}):
        """{{about_logits}}, [n, *SHAPE]."""
{{decode}}

    def forward(self, x{{y}}, draws=1):
        """Decoded draws of z, with the mean and the log-variance of q(z|x), and z.

        With several draws for each image, their rows stand beside each other; with none, z is the mean.
        """
        mu, logvar = self.encode(x{{y}})
        if draws == 0:
            return self.decode(mu{{y}}), mu, logvar, mu
        std = torch.exp(0.5 * logvar).repeat_interleave(draws, dim=0)
        z = mu.repeat_interleave(draws, dim=0) + std * torch.randn_like(std)
        return self.decode(z{{y_draws}}), mu, logvar, z

{{likelihood}}
