@torch.no_grad()
def initialise(vae, images):
    """Parameters to begin with."""
{{body}}
