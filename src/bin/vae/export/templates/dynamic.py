def targets(images):
    """Pixels 0 or 1, drawn anew each time with the grey values as probabilities of 1."""
    return torch.bernoulli(images.float() / 255)
