# What is printed, in nats per image.
REPORTED = ["loss", "recon", "kl"]


def objective(model, inputs, beta, count):
    """-log p(x|z) + beta sum_j max(FREE_BITS, KL_j), where KL_j is dimension j's mean over the whole batch.

    Kingma et al., "Improved variational inference with inverse autoregressive flow" (2016), eq. 15. What comes out is
    this process's part for a batch of `count` images.
    """
    logits, mu, logvar, _ = model(*inputs)
    recon = VAE.reconstruction(logits, inputs[0]).sum() / count
    kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(0) / count
    whole = kl.detach().clone()
    if dist.is_initialized():
        dist.all_reduce(whole)
    # Below its free bits a dimension costs a constant, of which this process bears its images' share.
    constant = FREE_BITS * len(mu) / count
    loss = recon + beta * torch.where(whole > FREE_BITS, kl, constant).sum()
    return loss, [loss.detach(), recon.detach(), kl.sum().detach()]
