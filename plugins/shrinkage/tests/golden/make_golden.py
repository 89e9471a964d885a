"""Golden figures for this crate: scikit-learn's PCA + LinearRegression and Ridge, effective degrees of freedom by numpy and scipy.

Writes sklearn_shrinkage.json beside this script. Run with Python 3, numpy, scipy and scikit-learn:  python make_golden.py
"""
import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy.optimize import brentq
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression, Ridge

SHAPES = [  # name, rows, columns, targets, constant column, whether rows are weighted
    ("fewer rows than columns, one target", 16, 34, 1, None, False),
    ("fewer rows than columns, three targets, weights", 16, 30, 3, None, True),
    ("as many rows as columns, two targets", 15, 15, 2, None, False),
    ("more rows than columns, one target, weights", 30, 9, 1, None, True),
    ("more rows than columns, three targets, one constant column", 30, 11, 3, 5, False),
]


def data(rng, n, p, m, constant):
    """Correlated columns of unequal size with an offset, as instruments give them; targets from three of the latent causes."""
    causes = rng.normal(size=(n + 4, min(n, p)))
    mixing = rng.normal(size=(min(n, p), p)) * (0.75 ** np.arange(min(n, p)))[:, None]
    x = causes @ mixing * rng.uniform(0.5, 2.0, p) + rng.uniform(-3.0, 3.0, p)
    y = causes[:, :3] @ rng.normal(size=(3, m)) + 0.3 * rng.normal(size=(n + 4, m)) + 5.0
    if constant is not None:
        x[:, constant] = 2.5
    x, y = x.round(6), y.round(6)
    return x[:n], y[:n], x[n:]


def scales(x, w, scale):
    """Standard deviations about the weighted mean, ddof = 1 on the number of rows; 1 for a constant column."""
    if not scale:
        return np.ones(x.shape[1])
    n, mean = len(x), np.average(x, axis=0, weights=w)
    sd = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=w) * n / (n - 1))
    return np.where(sd > 1e-12, sd, 1.0)


def pcr(x, y, new, w, k):
    """A weight is a whole number: the row is there so many times."""
    xs, ys = np.repeat(x, w, axis=0), np.repeat(y, w, axis=0)
    pca = PCA(n_components=k, svd_solver="full").fit(xs)
    line = LinearRegression().fit(pca.transform(xs), ys)
    t = pca.transform(new)
    return line.predict(t), pca.inverse_transform(t)


def ridge(x, y, new, w, k, s):
    """The penalty at which sum s^2/(s^2 + lambda) = k."""
    if k == len(s):  # no penalty: least squares of smallest norm
        root, mean, y_mean = np.sqrt(w)[:, None], np.average(x, axis=0, weights=w), np.average(y, axis=0, weights=w)
        b = np.linalg.lstsq(root * (x - mean), root * (y - y_mean), rcond=1e-13)[0]
        return 0.0, (new - mean) @ b + y_mean
    excess = lambda t: np.sum(s**2 / (s**2 + np.exp(t))) - k
    penalty = np.exp(brentq(excess, -60, 60, xtol=1e-14, rtol=1e-14, maxiter=1000))
    model = Ridge(alpha=penalty, solver="svd").fit(x, y, sample_weight=w)
    return penalty, model.predict(new)


def path(x, y, new, w, scale):
    sd = scales(x, w, scale)
    x, new = x / sd, new / sd
    centred = np.sqrt(w)[:, None] * (x - np.average(x, axis=0, weights=w))
    s = np.linalg.svd(centred, compute_uv=False)
    s = s[s > 1e-10 * s[0]]
    counts = []
    for k in range(1, len(s) + 1):
        predicted, back = pcr(x, y, new, w, k)
        penalty, shrunk = ridge(x, y, new, w, k, s)
        counts.append({
            "pcr": predicted.reshape(len(new), -1).ravel().tolist(),
            "ridge": shrunk.reshape(len(new), -1).ravel().tolist(),
            "penalty": float(penalty),
        })
        if k == 3:
            reconstructed = (back * sd).ravel().tolist()
    return {"scale": scale, "singular_values": s.tolist(), "reconstructed_3": reconstructed, "counts": counts}


def main():
    rng = np.random.default_rng(20261124)
    cases = []
    for name, n, p, m, constant, weighted in SHAPES:
        x, y, new = data(rng, n, p, m, constant)
        w = rng.integers(1, 5, n) if weighted else np.ones(n, dtype=int)
        cases.append({
            "name": name, "rows": n, "columns": p, "targets": m, "weights": w.tolist(),
            "x": x.ravel().tolist(), "y": y.ravel().tolist(), "new": new.ravel().tolist(),
            "paths": [path(x, y, new, w, scale) for scale in (False, True)],
        })
    out = {
        "made_by": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, scipy {scipy.__version__}, seed 20261124",
        "cases": cases,
    }
    to = pathlib.Path(__file__).with_name("sklearn_shrinkage.json")
    to.write_text(json.dumps(out).replace('{"name"', '\n{"name"') + "\n")


if __name__ == "__main__":
    main()
