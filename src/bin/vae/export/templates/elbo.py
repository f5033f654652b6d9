# What is printed, in nats per image.
REPORTED = ["loss", "recon", "kl"]


def objective(model, inputs, beta, count):
    """-log p(x|z) + beta KL: this process's part of the mean over a batch of `count` images."""
    logits, mu, logvar, _ = model(*inputs)
    recon = VAE.reconstruction(logits, inputs[0]).sum() / count
    kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum() / count
    loss = recon + beta * kl
    return loss, [loss.detach(), recon.detach(), kl.detach()]
