# What is printed, in nats per image: the bound, and the terms of the ELBO for comparison.
REPORTED = ["loss", "recon", "kl"]


def log_normal(z, mu, logvar):
    return -0.5 * ((z - mu) ** 2 / logvar.exp() + logvar + math.log(2 * math.pi)).sum(1)


def objective(model, inputs, beta, count):
    """-log of the mean of SAMPLES importance weights (Burda et al., "Importance weighted autoencoders", 2016).

    What comes out is this process's part of the mean over a batch of `count` images.
    """
    # Rows of an image's draws stand beside each other.
    logits, mu, logvar, z = model(*inputs, draws=SAMPLES)
    recon = VAE.reconstruction(logits, inputs[0].repeat_interleave(SAMPLES, 0))
    # Doubly reparameterised gradient (Tucker et al., 2018, eq. 8, where beta is 1): log q(z|x) keeps its parameters
    # fixed ...
    log_posterior = log_normal(z, *(t.detach().repeat_interleave(SAMPLES, 0) for t in (mu, logvar)))
    log_prior = log_normal(z, torch.zeros_like(z), torch.zeros_like(z))
    log_weights = (beta * (log_prior - log_posterior) - recon).unflatten(0, (len(mu), SAMPLES))
    bound = torch.logsumexp(log_weights, 1) - math.log(SAMPLES)
    kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum()
    terms = [-bound.sum() / count, recon.sum() / (SAMPLES * count), kl / count]
    weights = torch.softmax(log_weights, 1).detach()
    # ... each draw counts with its weight, and what reaches the encoder through z is weighed once more: for the part
    # beta of it, since the score that is reparameterised is that of beta log q(z|x).
    if z.requires_grad:
        z.register_hook(lambda gradient: gradient * (1 - beta + beta * weights.flatten()[:, None]))
    loss = -(weights * log_weights).sum() / count
    return loss, [term.detach() for term in terms]
