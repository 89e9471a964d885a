"""Golden figures for SNV and MSC: python3 golden.py > golden.json (numpy 2)."""
import json
import numpy as np

rng = np.random.default_rng(7)
shape = np.exp(-0.5 * ((np.arange(9) - 4) / 2.0) ** 2)
x = rng.uniform(0.5, 2, (6, 1)) * shape + rng.uniform(-1, 1, (6, 1)) + 0.01 * rng.standard_normal((6, 9))
train = x[:4]
snv = (x - x.mean(1, keepdims=True)) / x.std(1, ddof=1, keepdims=True)


def msc(reference):
    out = []
    for row in x:
        slope, offset = np.polyfit(reference, row, 1)
        out.append(((row - offset) / slope).tolist())
    return out


weights = np.array([1.0, 2.0, 0.5, 3.0])
print(json.dumps({
    "x": x.tolist(), "train": 4, "weights": weights.tolist(), "snv": snv.tolist(),
    "msc": msc(train.mean(0)), "msc_weighted": msc(np.average(train, axis=0, weights=weights)),
}, indent=1))
