"""Quantiles of scipy.stats for the test of src/special.rs:  python quantiles.py > quantiles.json"""
import json
from scipy import stats

LEVELS = (0.025, 0.05, 0.5, 0.9, 0.95, 0.975, 0.99, 0.9995, 0.999)
cases = [dict(law="normal", p=p, q=stats.norm.ppf(p)) for p in LEVELS if p != 0.5]
cases += [dict(law="t", p=p, d1=d, q=stats.t.ppf(p, d)) for p in LEVELS if p != 0.5 for d in (1, 2, 3.5, 8, 17, 60, 1000)]
cases += [dict(law="chi-square", p=p, d1=d, q=stats.chi2.ppf(p, d)) for p in LEVELS for d in (0.3, 1, 1.7, 4.25, 11, 80.5, 900)]
cases += [dict(law="F", p=p, d1=a, d2=b, q=stats.f.ppf(p, a, b)) for p in LEVELS for a, b in
          ((1, 1), (1, 7), (2, 10), (3, 9), (5, 7), (7, 33), (15, 114), (4, 5000))]
print("[" + ",\n".join(json.dumps({k: float(v) if k != "law" else v for k, v in c.items()}) for c in cases) + "]")
