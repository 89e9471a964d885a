"""Golden figures of fitted models: explained variance, VIP and selectivity ratio, from scikit-learn's PLSRegression.

Uses the data of sklearn_pls.json (make_golden.py); writes figures.json beside this script. Each figure is worked out from the
definition with X at hand, never from shortcuts: the selectivity ratio projects X on the coefficients, explained variance is the
fall of the residual. Run with Python 3, numpy and scikit-learn:  python make_figures.py
"""
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.cross_decomposition import PLSRegression

HERE = pathlib.Path(__file__).parent


def treated(v, scale):
    v = v - v.mean(0)
    sd = v.std(0, ddof=1)
    sd[sd < 1e-12] = 1.0
    return v / sd if scale else v


def figures(x, y, scale, a):
    model = PLSRegression(n_components=a, scale=scale, tol=1e-28, max_iter=20000).fit(x, y)
    xs, ys = treated(x, scale), treated(y, scale)
    t, w = xs @ model.x_rotations_, model.x_weights_
    p = np.linalg.lstsq(t, xs, rcond=None)[0].T
    q = np.linalg.lstsq(t, ys, rcond=None)[0].T

    def falls(data, loadings):
        left = [np.sum((data - t[:, :k] @ loadings[:, :k].T) ** 2) for k in range(a + 1)]
        return [(left[k] - left[k + 1]) / left[0] for k in range(a)]

    explained = np.array([np.sum(np.outer(t[:, k], q[:, k]) ** 2) for k in range(a)])
    w2 = (w / np.linalg.norm(w, axis=0)) ** 2
    vip = np.sqrt(x.shape[1] * (w2 @ explained) / explained.sum())
    b = model.x_rotations_ @ q.T
    ratios = []
    for k in range(y.shape[1]):
        direction = b[:, k] / np.linalg.norm(b[:, k])
        score = xs @ direction
        loading = xs.T @ score / (score @ score)
        fitted = np.outer(score, loading)
        rest = np.sum((xs - fitted) ** 2, axis=0)
        ratios.append([float(f / r) if r > 0 else 0.0 for f, r in zip(np.sum(fitted**2, axis=0), rest)])
    return {"components": a, "vip": vip.tolist(), "selectivity_ratio": ratios,
            "explained_x": falls(xs, p), "explained_y": falls(ys, q), "loadings": p.ravel().tolist()}


def main():
    warnings.simplefilter("error")
    source = json.loads((HERE / "sklearn_pls.json").read_text())
    cases = []
    for case in source["cases"]:
        n, p, m = case["rows"], case["columns"], case["targets"]
        x, y = np.array(case["x"]).reshape(n, p), np.array(case["y"]).reshape(n, m)
        cases.append([{"scale": s, "counts": [figures(x, y, s, a) for a in (1, 3, 6)]} for s in (False, True)])
    out = {"made_by": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", "cases": cases}
    (HERE / "figures.json").write_text(json.dumps(out).replace('{"scale"', '\n{"scale"') + "\n")


if __name__ == "__main__":
    main()
