def learning_rate(step, last):
    """LEARNING_RATE / 10^(i/7) in stage i of 0 to 7, which lasts 3^i of 3280 parts of the run (Burda et al., 2016)."""
    done = 3280 * (step - 1) / last
    stage = max(i for i in range(8) if (3**i - 1) / 2 <= done)
    return LEARNING_RATE / 10 ** (stage / 7)
