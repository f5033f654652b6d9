def learning_rate(step, last):
    """Half a cosine from LEARNING_RATE at step 1 to nearly 0 at the last one."""
    return LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * (step - 1) / last))
