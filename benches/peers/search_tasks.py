"""A search over sixty recipes: 3 scatter corrections x 10 filters x 2 scalings, every count of latent variables, ten folds.

Every way gives the same table: recipes x counts, the RMSE as scikit-learn's grid search scores it (mean over targets, then folds).
"""
import contextlib
import io
import itertools

import numpy as np
from chemotools.derivative import SavitzkyGolay
from chemotools.scatter import MultiplicativeScatterCorrection, StandardNormalVariate
from ikpls.fast_cross_validation.numpy import PLS as FastCV
from ikpls.numpy import PLS as NumpyPLS
from joblib import Parallel, delayed
from sklearn.cross_decomposition import PLSRegression
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.pipeline import Pipeline

from pls_tasks import of_worker, recipe, venetian
from rotation import python

IKPLS, SKLEARN = "ikpls after chemotools", "scikit-learn GridSearchCV"
FILTERS = [None, (11, 2, 0), (7, 2, 1), (11, 2, 1), (15, 2, 1), (21, 2, 1), (11, 2, 2), (15, 2, 2), (21, 2, 2), (31, 2, 2)]
RECIPES = list(itertools.product(("none", "snv", "msc"), FILTERS, (False, True)))


def ours(scatter, window, scale):
    """A recipe of ours in TOML."""
    steps = "" if scatter == "none" else f'[[step]]\nplugin = "adit.scatter.{scatter}"\n'
    if window:
        steps += ('[[step]]\nplugin = "adit.derivative.savitzky-golay"\n'
                  "window = {}\norder = {}\nderivative = {}\n".format(*window))
    return recipe(steps, scale)


def steps(scatter, window):
    """The same of chemotools."""
    made = {"none": [], "snv": [("scatter", StandardNormalVariate())],
            "msc": [("scatter", MultiplicativeScatterCorrection(method="mean"))]}[scatter]
    if window:
        made = made + [("filter", SavitzkyGolay(window_size=window[0], polynomial_order=window[1], derivate_order=window[2],
                                                mode="interp"))]
    return made


def rmse(predicted, y):
    return np.sqrt(((predicted - y) ** 2).mean(-2)).mean(-1)


def by_ikpls(X, Y, A, folds, scatter, window, scale):
    """Fast cross-validation where the steps learn nothing; MSC learns its reference, so it is fitted in each fold."""
    pre = Pipeline(steps(scatter, window) or [("nothing", "passthrough")])
    F = folds.max() + 1
    if scatter != "msc":
        model = FastCV(algorithm=1 if X.shape[1] > X.shape[0] else 2, ddof=1, scale_X=scale, scale_Y=scale)
        with contextlib.redirect_stdout(io.StringIO()):
            scores = model.cross_validate(pre.fit_transform(X), Y, A, folds, lambda y, predicted: rmse(predicted, y),
                                          n_jobs=1, verbose=0)
        return sum(scores.values()) / F
    total = 0
    for fold in range(F):
        left_out = folds == fold
        model = NumpyPLS(ddof=1, scale_X=scale, scale_Y=scale).fit(pre.fit_transform(X[~left_out]), Y[~left_out], A)
        total = total + rmse(model.predict(pre.transform(X[left_out])), Y[left_out])
    return total / F


def by_sklearn(X, Y, A, folds, scatter, window, scale, **exact):
    pipe = Pipeline(steps(scatter, window) + [("pls", PLSRegression(scale=scale, **exact))])
    search = GridSearchCV(pipe, {"pls__n_components": list(range(1, A + 1))}, cv=PredefinedSplit(folds), n_jobs=2,
                          scoring="neg_root_mean_squared_error", refit=False).fit(X, Y)
    return -search.cv_results_["mean_test_score"]


def search(bench, n, p, m, A, F, part):
    """`part`: how many of the sixty the slow peer runs; its time is multiplied."""
    name = bench.load(n, p, m)
    X, Y = bench.arrays(n, p, m)
    folds = venetian(n, F)
    for i, r in enumerate(RECIPES):
        bench.write(f"search_{i:02d}.toml", ours(*r))
    files = [f"search_{i:02d}.toml" for i in range(len(RECIPES))]
    count = len(RECIPES)

    call = of_worker(bench, "adit", bench.ours, ["search", name, F, A], (count, A + 1), lambda a: a[:, 1:], after=files)
    chosen = list(range(0, count, count // part + 1))[:part]

    def few():
        return np.array([by_sklearn(X, Y, A, folds, *RECIPES[i]) for i in chosen])
    many = Parallel(n_jobs=2)
    peers = [
        python("ikpls fast CV after chemotools, 2 processes",
               lambda: np.array(many(delayed(by_ikpls)(X, Y, A, folds, *r) for r in RECIPES)), family=IKPLS),
        python("scikit-learn GridSearchCV + chemotools, 2 processes", few, family=SKLEARN, factor=count / len(chosen),
               rows=chosen, exact=None, note=f"{len(chosen)} of {count} recipes, extrapolated; tolerance 1e-6 of its iteration: not exact")]
    return call, peers, None
