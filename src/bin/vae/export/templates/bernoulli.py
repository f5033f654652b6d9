    @staticmethod
    def mean(logits):
        """The mean of p(x|z)."""
        return torch.sigmoid(logits)

    @staticmethod
    def reconstruction(logits, x):
        """-log p(x|z) of each image, in nats."""
        return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)
