"""Component rules on squared errors of units for the test of src/choose/:  python rules.py > rules.json

Van der Voet's test by enumeration of all sign patterns (mean of signed differences at least the observed mean), which shares no
step with the program: whole arrays of signs here, sums of turned differences there. `p_r` is what pls:::randomiz.test of R gives
for the same residuals with 99999 draws (null where Rscript or pls is missing)."""
import itertools
import json
import subprocess

import numpy as np

ALPHA, LIMIT = 0.01, 0.95


def exact(d):
    mean, reached, total = d.mean(), 0, 0
    for head in itertools.product((-1.0, 1.0), repeat=max(len(d) - 16, 0)):
        tail = np.array(list(itertools.product((-1.0, 1.0), repeat=min(len(d), 16))))
        signed = (tail @ d[len(head):] + np.dot(head, d[: len(head)])) / len(d)
        reached += int((signed >= mean - 1e-12 * np.abs(d).mean()).sum())
        total += len(tail)
    return reached / total


def of_r(errors, best):
    columns = ",".join("c(%s)" % ",".join(repr(float(v)) for v in np.sqrt(errors[:, a])) for a in range(best + 1))
    code = (f"suppressMessages(library(pls)); set.seed(1); r <- list({columns}); "
            f"for (i in seq_len({best})) cat(format(pls:::randomiz.test(r[[i]], r[[{best + 1}]], 99999), digits = 15), '\\n')")
    try:
        out = subprocess.run(["Rscript", "-e", code], check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return [float(v) for v in out.split()]


def case(name, errors):
    n, mean = len(errors), errors.mean(axis=0)
    best = int(mean.argmin())
    p = [exact(errors[:, a] - errors[:, best]) for a in range(best)]
    se = errors[:, best].std(ddof=1) / np.sqrt(n)
    ratio = mean[1:] / mean[:-1]
    stop = np.flatnonzero(ratio > LIMIT)
    return dict(
        name=name, errors=errors.tolist(), best=best, p=p, p_r=of_r(errors, best),
        minimum=best,
        one_standard_error=int(np.flatnonzero(mean <= mean[best] + se)[0]),
        randomisation=next((a for a in range(best) if p[a] > ALPHA), best),
        wold_r=int(stop[0]) if len(stop) else len(ratio),
        ratios=ratio[: stop[0] + 1 if len(stop) else len(ratio)].tolist())


def units(seed, n, sizes):
    """Squared errors of residuals that share a part between counts, as those of nested models do."""
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal((n, 1))
    return np.array(sizes) * (0.8 * shared + 0.6 * rng.standard_normal((n, len(sizes)))) ** 2


twins = units(5, 10, (30, 4, 1.4, 1.0))
twins[:, 2] = twins[:, 3]
cases = [
    case("6 units: nothing can be told apart", units(1, 6, (40, 8, 2, 1))),
    case("7 units: only the clear case", units(2, 7, (40000, 9, 2, 1))),
    case("10 units", units(3, 10, (30, 6, 1.3, 1, 1.1))),
    case("10 units, two counts alike", twins),
    case("12 units", units(4, 12, (20, 5, 2.5, 1.2, 1, 1.05))),
    case("15 units, drawn", units(6, 15, (20, 5, 2.0, 1.2, 1, 1.05))),
    case("20 units, drawn", units(7, 20, (9, 3, 1.6, 1.2, 1, 1.1, 1.2))),
]
print("[" + ",\n".join(json.dumps(c) for c in cases) + "]")
