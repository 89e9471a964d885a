"""Golden figures for the PLS of this crate: scikit-learn's PLSRegression, its iteration driven to convergence.

Writes sklearn_pls.json beside this script. Run with Python 3, numpy and scikit-learn:  python make_golden.py
"""
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.cross_decomposition import PLSRegression

SHAPES = [  # name, rows, columns, targets, constant column
    ("fewer rows than columns, one target", 18, 36, 1, None),
    ("fewer rows than columns, four targets", 18, 30, 4, None),
    ("as many rows as columns, four targets", 18, 18, 4, None),
    ("more rows than columns, one target", 30, 12, 1, None),
    ("more rows than columns, four targets, one constant column", 30, 14, 4, 5),
]
MAX_ITER = 20000


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


def path(x, y, new, scale):
    centred = x - x.mean(0)
    rank = np.linalg.matrix_rank(centred)
    top = min(15, rank - 1)
    coefficients, predictions = {}, []
    for a in range(1, top + 1):
        model = PLSRegression(n_components=a, scale=scale, tol=1e-28, max_iter=MAX_ITER).fit(x, y)
        assert max(model.n_iter_) < MAX_ITER
        predictions.append(model.predict(new).reshape(len(new), -1).ravel().tolist())
        if a in (1, 4, top):
            coefficients[str(a)] = model.coef_.ravel().tolist()  # targets x columns
    return {"scale": scale, "predictions": predictions, "coefficients": coefficients}


def main():
    warnings.simplefilter("error")  # no step may end for another reason than convergence
    rng = np.random.default_rng(20261123)
    cases = []
    for name, n, p, m, constant in SHAPES:
        x, y, new = data(rng, n, p, m, constant)
        cases.append({
            "name": name, "rows": n, "columns": p, "targets": m,
            "x": x.ravel().tolist(), "y": y.ravel().tolist(), "new": new.ravel().tolist(),
            "paths": [path(x, y, new, scale) for scale in (False, True)],
        })
    out = {
        "made_by": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, "
                   f"PLSRegression(tol=1e-28, max_iter={MAX_ITER}), seed 20261123",
        "cases": cases,
    }
    to = pathlib.Path(__file__).with_name("sklearn_pls.json")
    to.write_text(json.dumps(out).replace('{"name"', '\n{"name"') + "\n")


if __name__ == "__main__":
    main()
