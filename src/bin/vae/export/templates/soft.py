def targets(images):
    """Grey pixels as they are, in [0, 1]."""
    return images.float() / 255
