    # The output's bias at the log-odds of the images' mean, within those of 0.001 and 0.999 (Burda et al., 2016).
    bias = vae.{{output}}.bias
    mean = images.sum(0, dtype=torch.float64) / (255 * len(images))
    mean = mean.reshape(len(bias), -1).mean(1).clamp(0.001, 0.999)
    bias.copy_(torch.log(mean / (1 - mean)))
