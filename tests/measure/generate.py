"""Makes expected.json: what other libraries measure, for the tests that use mod.rs.

Run `python tests/measure/generate.py` with the packages of requirements.txt. Everything is computed in double
precision from inputs that are exact in 32-bit floats.
"""

import json
from pathlib import Path

import numpy as np
from scipy.integrate import dblquad
from scipy.stats import multivariate_normal, norm
from skimage.metrics import mean_squared_error, peak_signal_noise_ratio, structural_similarity
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier


def exact(values, bits=12):
    """The nearest multiples of 2^-bits: the same numbers in single and double precision and in JSON."""
    return np.round(np.asarray(values) * 2**bits) / 2**bits


def flat(values):
    return np.asarray(values, dtype=float).ravel().tolist()


def latent(rng):
    mu = exact(rng.normal(size=(50, 4)) * [2.0, 1.0, 0.3, 0.05] + [0.0, 0.5, 0.0, 0.0])
    logvar = exact(rng.normal(size=(50, 4)) * 0.3 - [5.0, 2.0, 0.2, 0.0])
    grid = np.linspace(-1, 1, 20001)
    kl = np.zeros(4)
    for m, s in zip(mu, np.exp(0.5 * logvar)):
        for j in range(4):
            # Numerical integration, so that no formula is shared with what is tested.
            x = m[j] + 12 * s[j] * grid
            q = norm.pdf(x, m[j], s[j])
            kl[j] += np.trapezoid(q * (norm.logpdf(x, m[j], s[j]) - norm.logpdf(x)), x) / len(mu)
    return {"mu": flat(mu), "logvar": flat(logvar), "kl": flat(kl), "variance": flat(np.var(mu, axis=0))}


def pca(rng):
    points = exact(rng.normal(size=(200, 6)) @ rng.normal(size=(6, 6)) + rng.normal(size=6))
    fit = PCA(svd_solver="full").fit(points)
    signs = np.sign(np.take_along_axis(fit.components_, np.abs(fit.components_).argmax(1)[:, None], 1))
    return {
        "points": flat(points),
        "mean": flat(fit.mean_),
        "components": flat(fit.components_ * signs),
        "variances": flat(fit.explained_variance_),
        "ratios": flat(fit.explained_variance_ratio_),
        "projected": flat(fit.transform(points)[:, :2] * signs[:2, 0]),
    }


def knn(rng):
    classes = np.array([1, 4, 7, 9])
    centres = rng.normal(size=(4, 3))

    def draw(n):
        labels = rng.integers(4, size=n)
        return exact(centres[labels] + rng.normal(size=(n, 3))), classes[labels]

    (points, labels), (queries, truth) = draw(1000), draw(300)
    found = []
    for k in [1, 2, 5, 8, 60]:
        model = KNeighborsClassifier(n_neighbors=k, algorithm="brute").fit(points, labels)
        accuracy = model.score(queries, truth)
        found.append({"k": k, "classes": model.predict(queries).tolist(), "accuracy": accuracy})
    return {
        "points": flat(points),
        "labels": labels.tolist(),
        "queries": flat(queries),
        "truth": truth.tolist(),
        "found": found,
    }


def quality(rng):
    """Blurred ink against a disturbed copy, in grey levels of 1/255, which are not square."""
    height, width = 28, 24
    y, x = np.mgrid[:height, :width]
    images, others = [], []
    for disturbance in [0.02, 0.1, 0.4]:
        cx, cy, r = rng.uniform(9, 15, 3)
        ink = np.exp(-((np.hypot(x - cx, y - cy) - r / 2) ** 2) / 4)
        other = ink * (1 - disturbance) + disturbance * rng.uniform(size=ink.shape)
        images.append(np.round(255 * ink).astype(int))
        others.append(np.round(255 * other).astype(int))
    pairs = [
        ((a / 255).astype(np.float32).astype(float), (b / 255).astype(np.float32).astype(float))
        for a, b in zip(images, others)
    ]
    mse = [mean_squared_error(a, b) for a, b in pairs]
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 1.0}
    return {
        "height": height,
        "width": width,
        "images": np.ravel(images).tolist(),
        "others": np.ravel(others).tolist(),
        "mse": np.mean(mse),
        "psnr": np.mean([peak_signal_noise_ratio(a, b, data_range=1.0) for a, b in pairs]),
        "psnr_of_mean_mse": -10 * np.log10(np.mean(mse)),
        "ssim": [structural_similarity(a, b, **options) for a, b in pairs],
    }


def spec(pixels, decoder, likelihood):
    shape = {"channels": 1, "height": 1, "width": pixels}
    return {"input": shape, "encoder": [], "latent": 2, "decoder": decoder, "likelihood": likelihood}


def linear_gaussian(rng):
    """p(x) of a linear decoder is normal: N(b, W W^T + sigma^2 I). The encoder is the exact posterior."""
    pixels, sigma = 12, 0.125
    w = exact(rng.normal(size=(pixels, 2)) * 0.35)
    b = exact(rng.uniform(0.3, 0.7, pixels))
    precision = np.eye(2) + w.T @ w / sigma**2
    encoder = np.linalg.solve(precision, w.T) / sigma**2
    z = rng.normal(size=(7, 2)) * 0.8
    images = exact(np.clip(b + z @ w.T + sigma * rng.normal(size=(7, pixels)), 0, 1))
    density = multivariate_normal(b, w @ w.T + sigma**2 * np.eye(pixels))
    return {
        "spec": spec(pixels, [], {"type": "gaussian", "sigma": sigma}),
        "tensors": {
            "mu.weight": flat(encoder),
            "mu.bias": flat(-encoder @ b),
            "logvar.weight": flat(np.zeros((2, pixels))),
            "logvar.bias": flat(np.log(1 / np.diag(precision))),
            "output.weight": flat(w),
            "output.bias": flat(b),
        },
        "images": flat(images),
        "log_likelihood": flat(density.logpdf(images)),
    }


def bernoulli(rng):
    """A decoder with a hidden layer, whose p(x) adaptive quadrature finds; the encoder knows nothing."""
    pixels, hidden = 6, 5
    w1, b1 = exact(rng.normal(size=(hidden, 2)) * 2), exact(rng.normal(size=hidden))
    w2, b2 = exact(rng.normal(size=(pixels, hidden)) * 2), exact(rng.normal(size=pixels))
    images = (rng.uniform(size=(5, pixels)) < 0.5).astype(float)
    images[4] = exact(rng.uniform(size=pixels))

    def density(z2, z1, x):
        logits = w2 @ np.tanh(w1 @ [z1, z2] + b1) + b2
        return np.exp(x @ logits - np.logaddexp(0, logits).sum()) * norm.pdf(z1) * norm.pdf(z2)

    integral = [dblquad(density, -9, 9, -9, 9, args=(x,), epsabs=0, epsrel=1e-8)[0] for x in images]
    tensors = {
        "mu.weight": np.zeros((2, pixels)),
        "mu.bias": np.zeros(2),
        "logvar.weight": np.zeros((2, pixels)),
        "logvar.bias": np.zeros(2),
        "decoder.0.weight": w1,
        "decoder.0.bias": b1,
        "output.weight": w2,
        "output.bias": b2,
    }
    decoder = [{"type": "linear", "units": hidden, "activation": "tanh"}]
    return {
        "spec": spec(pixels, decoder, {"type": "bernoulli"}),
        "tensors": {name: flat(value) for name, value in tensors.items()},
        "images": flat(images),
        "log_likelihood": flat(np.log(integral)),
    }


def main():
    makers = [latent, pca, knn, quality, linear_gaussian, bernoulli]
    result = {make.__name__: make(np.random.default_rng(i)) for i, make in enumerate(makers)}
    path = Path(__file__).with_name("expected.json")
    lines = ",\n".join(f'"{name}": {json.dumps(value)}' for name, value in result.items())
    path.write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
