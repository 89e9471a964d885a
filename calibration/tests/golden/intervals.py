"""Simulated mine waters and their intervals for the tests of src/interval.rs:  python intervals.py > intervals.json

PLS1 in the dual (n x n) form, leave-one-out, the component count chosen anew for each left-out sample by the one-standard-error
rule on the others (0 is the mean), then the variances of the interval. Written with whole arrays and kernels: it shares no step
with the Rust code but the formulas."""
import json
import numpy as np
from scipy.stats import t as tdist

def draw(rng, n, p=40):
    """True concentrations (median 1) and absorbances: two bands, turbidity, offset, noise."""
    w = np.linspace(250, 700, p)
    band = lambda m, s: np.exp(-0.5 * ((w - m) / s) ** 2)
    common = rng.standard_normal((n, 1))
    c = np.exp(0.6 * (np.sqrt(0.5) * common + np.sqrt(0.5) * rng.standard_normal((n, 2))))
    x = c @ np.stack([0.30 * band(300, 45), 0.05 * band(620, 38)])
    x += 0.05 * np.exp(0.5 * rng.standard_normal((n, 1))) * (w / 450) ** -1.5
    x += 0.005 * rng.standard_normal((n, 1)) + 0.002 * rng.standard_normal(x.shape)
    return c[:, 1], x

def pls(K, y, w, A):
    """Predictions and leverages for 0..A components; K (N,n) kernel against the n calibration rows, w their 0/1 weights."""
    N, n = K.shape
    sw = w.sum()
    mean = (w * y).sum() / sw
    r, pred, lev = y - mean, np.full(N, mean), np.full(N, 1 / sw)
    P, H, T = [pred], [lev], []
    for _ in range(A):
        t = K @ (w * r)
        t = t - (w * t[:n]).sum() / sw
        for _ in range(3):
            for s in T:
                t = t - s * (w * s[:n] * t[:n]).sum()
        t = t / np.sqrt((w * t[:n] ** 2).sum())
        q = (w * t[:n] * r).sum()
        r, pred, lev = r - q * t[:n], pred + q * t, lev + t ** 2
        T.append(t); P.append(pred); H.append(lev)
    return np.array(P), np.array(H)

def one_se(e2):
    """e2 (counts, units) -> the smallest count within one standard error of the best."""
    m = e2.mean(1)
    b = int(m.argmin())
    return int(np.argmax(m <= m[b] + e2[b].std(ddof=1) / np.sqrt(e2.shape[1])))

def case(seed, n, log, u0, u1):
    rng = np.random.default_rng(seed)
    c, x = draw(rng, n + 3)
    y = np.maximum(c + (u0 + u1 * c) * rng.standard_normal(n + 3), 0.01)
    c, x, y = c[:n], np.round(x, 6), np.round(y[:n], 6)
    z = np.log10(y) if log else y
    xc = x - x[:n].mean(0)
    K, A, i = xc @ xc[:n].T, min(7, (n - 3) // 2), np.arange(n)
    one = np.ones(n)
    out = lambda *rows: np.where(np.isin(i, rows), 0.0, 1.0)
    loo = [pls(K, z, out(k), A) for k in i]
    e = np.array([P[:, k] - z[k] for k, (P, _) in enumerate(loo)]).T
    a = one_se(e ** 2)
    nested = []
    for k in i:
        others = [j for j in i if j != k]
        nested.append(one_se(np.array([(pls(K, z, out(k, j), A)[0][:, j] - z[j]) ** 2 for j in others]).T))
    en = np.array([e[nested[k], k] for k in i])
    hn = np.array([loo[k][1][nested[k], k] for k in i])
    pl = np.array([loo[k][0][a, k] for k in i])
    P, H = pls(K, z, one, A)
    yh, h = P[a, n:], H[a, n:]
    u = lambda v: u0 + u1 * np.maximum(v, 0)
    if log:
        s2 = np.mean(en ** 2 / (1 + hn))
        uz = u(10 ** yh) / (10 ** yh * np.log(10))
        icp, true = s2 * (1 + h), np.maximum(s2 - uz ** 2, 0) + h * s2
        scales = {"s2": s2}
    else:
        u2, fl = u(pl) ** 2, 0.3 * np.median(y)
        f = lambda s: np.mean(en ** 2 / (s + u2 + hn * (s + u2.mean()))) - 1
        lo, hi = 0.0, np.mean(en ** 2)
        for _ in range(300):
            s = (lo + hi) / 2
            lo, hi = (s, hi) if f(s) > 0 else (lo, s)
        g, gn = np.maximum(pl, fl) ** 2, np.maximum(yh, fl) ** 2
        tau2 = np.mean(en ** 2 / (g + hn * g.mean()))
        share = h * ((lo + u2.mean()) + tau2 * g.mean()) / 2
        icp = (lo + u(yh) ** 2 + tau2 * gn) / 2 + share
        true = np.maximum(icp - share - u(yh) ** 2, 0) + share
        scales = {"s_m2": lo, "tau2": tau2}
    t = tdist.ppf(0.975, n - a - 1)
    return {"n": n, "log10": log, "u0": u0, "u1": u1, "x": x.tolist(), "y": y.tolist(), "components": a, "nested": nested,
            "scales": {k: float(v) for k, v in scales.items()}, "z": yh.tolist(), "h": h.tolist(),
            "half_icp": (t * np.sqrt(icp)).tolist(), "half_true": (t * np.sqrt(true)).tolist()}

cases = [case(1, 12, False, 0.02, 0.03), case(2, 15, False, 0.02, 0.10), case(3, 20, False, 0.0, 0.0), case(4, 12, True, 0.02, 0.05),
         case(5, 15, False, 0.5, 0.0)]
print("[" + ",\n".join(json.dumps(c) for c in cases) + "]")
