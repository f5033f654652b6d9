    # The output's bias at the images' mean.
    bias = vae.{{output}}.bias
    mean = images.sum(0, dtype=torch.float64) / (255 * len(images))
    bias.copy_(mean.reshape(len(bias), -1).mean(1))
