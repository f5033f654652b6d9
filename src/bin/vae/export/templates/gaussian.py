    @staticmethod
    def mean(logits):
        """The mean of p(x|z)."""
        return logits

    @staticmethod
    def reconstruction(logits, x):
        """-log p(x|z) of each image, in nats: a Gaussian with a standard deviation of {{sigma}}."""
        variance = {{sigma}}**2
        constant = 0.5 * math.log(2 * math.pi * variance)
        return ((x - logits) ** 2 / (2 * variance) + constant).flatten(1).sum(1)
