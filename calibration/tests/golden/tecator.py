"""Figures of scikit-learn for the public yardstick:  python tecator.py ../../../benches/data/tecator_meat > tecator.json

Fat of the train split after SNV (ddof = 1), PLSRegression(scale=False, tol=1e-28, max_iter=20000). Folds: sample k goes to fold
k mod 10 (venetian=10); rows that are bit-identical go to the fold of the first of them. Given: RMSECV for 0..15 components, the
component count of the one-standard-error rule (units = samples with their twins), and RMSEP on the test split."""
import csv
import json
import sys
import warnings
import numpy as np
from sklearn.cross_decomposition import PLSRegression

warnings.simplefilter("ignore")
A, K = 15, 10

def rows(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.reader(f))

folder = sys.argv[1]
spectra, icp = rows(f"{folder}/spectra.csv"), rows(f"{folder}/icp.csv")
X = np.array([[float(v) for v in r[1:]] for r in spectra[1:]])
ids = [r[0] for r in spectra[1:]]
by_id = {r[0]: dict(zip(icp[0], r)) for r in icp[1:]}
y = np.array([float(by_id[i]["fat_pct"]) for i in ids])
split = np.array([by_id[i]["split"] for i in ids])

def snv(x):
    return (x - x.mean(1, keepdims=True)) / x.std(1, ddof=1, keepdims=True)

def pls(xt, yt, x, a):
    if a == 0:
        return np.full(len(x), yt.mean())
    m = PLSRegression(a, scale=False, tol=1e-28, max_iter=20000).fit(xt, yt)
    return m.predict(x).ravel()

raw, yt, Z = X[split == "train"], y[split == "train"], snv(X[split == "train"])
n = len(yt)
first, place = {}, []
for k, row in enumerate(raw):
    place.append(first.setdefault(row.tobytes(), k))
unit = np.array(place)
fold = unit % K
pred = np.zeros((A + 1, n))
for f in range(K):
    test = fold == f
    for a in range(A + 1):
        pred[a, test] = pls(Z[~test], yt[~test], Z[test], a)
e2 = (pred - yt) ** 2
by_unit = np.stack([[e2[a, unit == u].mean() for u in np.unique(unit)] for a in range(A + 1)])
m = by_unit.mean(1)
best = int(m.argmin())
se = by_unit[best].std(ddof=1) / np.sqrt(by_unit.shape[1])
chosen = int(np.argmax(m <= m[best] + se))
test = split == "test"
e = pls(Z, yt, snv(X[test]), chosen) - y[test]
own = pls(Z, yt, Z, chosen) - yt
print(json.dumps({"n": n, "units": len(np.unique(unit)), "rmsecv_by_component": np.sqrt(e2.mean(1)).tolist(),
                  "components": chosen, "best": best, "rmsec": float(np.sqrt((own ** 2).mean())),
                  "test_n": int(test.sum()), "rmsep": float(np.sqrt((e ** 2).mean())), "bias": float(e.mean())}, indent=1))
