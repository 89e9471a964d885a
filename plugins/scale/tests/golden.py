"""Golden figures for column scaling: python3 golden.py > golden.json (numpy 2)."""
import json
import numpy as np

rng = np.random.default_rng(3)
x = rng.standard_normal((7, 4)) * np.array([1e-3, 1.0, 50.0, 0.0]) + np.array([2.0, -1.0, 700.0, 0.1])
train = x[:5]
mean, sd = train.mean(0), train.std(0, ddof=1)
sd[3] = 1  # the constant column is only centred
# Whole-number weights: the weighted mean is that of the repeated rows; the variance is that about it, times n/(n-1) for 5 rows.
weights = np.array([1, 3, 2, 1, 5])
rep = np.repeat(train, weights, axis=0)
w_sd = rep.std(0) * np.sqrt(5 / 4)
w_sd[3] = 1
print(json.dumps({
    "x": x.tolist(), "weights": weights.astype(float).tolist(),
    "centre": (x - mean).tolist(), "autoscale": ((x - mean) / sd).tolist(), "pareto": ((x - mean) / np.sqrt(sd)).tolist(),
    "weighted_autoscale": ((x - rep.mean(0)) / w_sd).tolist(),
}, indent=1))
