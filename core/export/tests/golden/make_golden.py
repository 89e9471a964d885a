"""Makes the golden models of real_sets.rs with scikit-learn and scipy: python make_golden.py (numpy, scipy, scikit-learn).

Each file: `rmsecv`, `bias`, `weights` (on the filtered, scaled row), `band FIRST TAPS...` (the distinct filter rows in order: left edge,
one inner row, right edge), `row NUMBER PREDICTION` for rows rounded to f32 (predictions of scikit-learn, not of adit)."""
import csv
from pathlib import Path

import numpy as np
from scipy.signal import savgol_filter
from sklearn.cross_decomposition import PLSRegression
from sklearn.model_selection import KFold, cross_val_predict

HERE = Path(__file__).parent
ROOT = HERE.parents[3]


def table(path):
    rows = list(csv.reader(open(path)))
    return rows[0], rows[1:]


def spectra(path, low=0.0):
    head, rows = table(path)
    keep = [i for i in range(1, len(head)) if float(head[i]) >= low]
    return np.array([[float(r[i]) for i in keep] for r in rows])


def write(name, X, y, keep, components, snv, filtered):
    p = X.shape[1]
    smooth = lambda A: savgol_filter(A, 11, 2, deriv=1, delta=2.0, axis=1, mode="interp") if filtered else A

    def prepare(A):
        Z = smooth(A)
        return (Z - Z.mean(1, keepdims=True)) / Z.std(1, ddof=1, keepdims=True) if snv else Z

    model = lambda: PLSRegression(components, scale=False, tol=1e-28, max_iter=20000)
    Z = prepare(X[keep])
    out = cross_val_predict(model(), Z, y[keep], cv=KFold(10, shuffle=True, random_state=1)).ravel()
    fit = model().fit(Z, y[keep])
    w = fit.coef_.ravel()
    lines = [f"rmsecv {np.sqrt(np.mean((out - y[keep]) ** 2))!r}".replace("np.float64(", "").replace(")", "")]
    lines.append(f"bias {float(y[keep].mean() - fit._x_mean @ w)!r}")
    lines.append("weights " + " ".join(repr(float(v)) for v in w))
    if filtered:
        M = smooth(np.eye(p))
        for i in [*range(6), *range(p - 5, p)]:
            first = min(max(i - 5, 0), p - 11)
            lines.append(f"band {first} " + " ".join(repr(float(v)) for v in M[first : first + 11, i]))
    rounded = X[keep].astype(np.float32).astype(float)
    for i, v in zip(np.flatnonzero(keep), fit.predict(prepare(rounded)).ravel()):
        lines.append(f"row {i} {float(v)!r}")
    (HERE / f"{name}.txt").write_text("\n".join(lines) + "\n")


def main():
    mine = ROOT / "calibration/mines/fcr_uvvis_fe_mn_2020"
    X = spectra(mine / "captures/spectra.csv", 250.0)
    head, rows = table(mine / "icp.csv")
    for name, column, components in [("fcr_fe", "Fe (total) [mg/L]", 5), ("fcr_mn", "Mn (total) [mg/L]", 4)]:
        y = np.array([float(r[head.index(column)] or "nan") for r in rows])
        write(name, X, y, np.isfinite(y), components, False, False)
    meat = ROOT / "benches/data/tecator_meat"
    X = spectra(meat / "spectra.csv")
    head, rows = table(meat / "icp.csv")
    y = np.array([float(r[head.index("fat_pct")]) for r in rows])
    train = np.array([r[head.index("split")] == "train" for r in rows])
    write("tecator_plain", X, y, train, 15, False, False)
    write("tecator_snv", X, y, train, 12, True, False)
    write("tecator_derivative", X, y, train, 15, False, True)
    write("tecator_derivative_snv", X, y, train, 12, True, True)


main()
