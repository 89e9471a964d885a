"""Golden figures for Savitzky-Golay: python3 golden.py > golden.json (numpy 2, scipy 1.17).

"scipy": savgol_filter(mode="interp") on small windows, where it is accurate itself.
"exact": the middle and first weights by rational arithmetic, for windows where floating point fits in powers lose digits.
"""
import json
from fractions import Fraction

import numpy as np
from scipy.signal import savgol_filter

rng = np.random.default_rng(11)
t = np.linspace(0, 1, 21)
x = np.array([np.exp(-((t - c) / 0.15) ** 2) + 0.02 * rng.standard_normal(21) for c in (0.3, 0.5, 0.8)])
cases = []
for window, order, derivative, spacing in [
    (3, 1, 0, 1.0), (5, 2, 0, 1.0), (5, 2, 1, 2.5), (5, 4, 2, -0.5), (7, 3, 3, 0.25),
    (9, 2, 2, 4.0), (11, 2, 1, 2.0), (11, 5, 1, 2.0), (21, 2, 1, 1.5), (3, 2, 2, 1.0), (7, 2, 1, -3.0),
]:
    y = savgol_filter(x, window, order, deriv=derivative, delta=spacing, mode="interp")
    cases.append({"window": window, "order": order, "derivative": derivative, "spacing": spacing, "y": y.tolist()})


def exact(window, order, derivative, at):
    """Weights of the derivative at whole position `at` (0 = middle) by the normal equations in fractions."""
    half = window // 2
    pos = range(-half, half + 1)
    m = order + 1
    a = [[Fraction(sum(p ** (i + j) for p in pos)) for j in range(m)] for i in range(m)]
    g = [Fraction(0)] * m
    for j in range(derivative, m):
        f = 1
        for q in range(j, j - derivative, -1):
            f *= q
        g[j] = Fraction(f * at ** (j - derivative))
    for i in range(m):  # Gauss-Jordan on (a | g)
        p = next(r for r in range(i, m) if a[r][i] != 0)
        a[i], a[p], g[i], g[p] = a[p], a[i], g[p], g[i]
        d = a[i][i]
        a[i] = [v / d for v in a[i]]
        g[i] /= d
        for r in range(m):
            if r != i and a[r][i] != 0:
                f = a[r][i]
                a[r] = [v - f * w for v, w in zip(a[r], a[i])]
                g[r] -= f * g[i]
    return [float(sum(g[j] * p ** j for j in range(m))) for p in pos]


hard = []
for window, order, derivative in [(25, 10, 4), (51, 6, 2), (101, 9, 1), (17, 15, 3)]:
    hard.append({"window": window, "order": order, "derivative": derivative,
                 "middle": exact(window, order, derivative, 0),
                 "first": exact(window, order, derivative, -(window // 2))})
print(json.dumps({"x": x.tolist(), "scipy": cases, "exact": hard}))
