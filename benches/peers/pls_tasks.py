"""Fits and cross-validations: the peers' calls, at their best settings, and ours."""
import contextlib
import io

import numpy as np
from ikpls.fast_cross_validation.numpy import PLS as FastCV
from ikpls.jax import PLS as JaxPLS
from ikpls.numpy import PLS as NumpyPLS
from sklearn.cross_decomposition import PLSRegression

import numpy_routes
from rotation import Call, python

IKPLS, SKLEARN, R, LINFA, SKETCH = "ikpls", "scikit-learn", "R pls", "linfa-pls", "NumPy sketch"
EXACT = dict(tol=1e-26, max_iter=5000)      # scikit-learn's tolerance is of a square


def recipe(steps="", scale=False):
    """A recipe of ours in TOML: four targets jointly, as the peers."""
    return f"{steps}\n[regressor]\nplugin = \"adit.pls\"\ntargets = \"joint\"\nscale = {str(scale).lower()}\n"


def venetian(n, F):
    return np.arange(n) % F


def of_worker(bench, name, worker, words, shape, arrange=lambda a: a, takes_repeats=True, after=(), **more):
    """A call of our runner or of R, which writes its result to a file."""
    def run(call, repeats):
        out = f"{worker.process.pid}.out"
        if takes_repeats:
            seconds, call.remark = worker.ask(*words, repeats, out, *after)
        else:
            answers = [worker.ask(*words, out) for _ in range(repeats)]
            seconds, call.remark = [s for a in answers for s in a[0]], answers[0][1]
        call.result = arrange(np.fromfile(bench.folder / out).reshape(shape))
        return seconds
    return Call(name, run, **more)


def fit(bench, n, p, m, A):
    """One fit of A components, centred and scaled; results are the predictions of the training rows."""
    name = bench.load(n, p, m)
    X, Y = bench.arrays(n, p, m)
    bench.write("fit.toml", recipe(scale=True))
    ours = of_worker(bench, "adit", bench.ours, ["fit", "fit.toml", name, A], (n, m))

    def numpy_fit(algorithm):
        return lambda: NumpyPLS(algorithm=algorithm, ddof=1).fit(X, Y, A)

    def jax_fit(algorithm):
        model = JaxPLS(algorithm=algorithm, ddof=1)     # kept: compiled once

        def once():
            model.fit(X, Y, A)
            model.B.block_until_ready()
            return model
        return once
    peers = [python(f"ikpls NumPy #{k}", numpy_fit(k), family=IKPLS) for k in (1, 2)]
    peers += [python(f"ikpls JAX #{k}, compiled before", jax_fit(k), family=IKPLS) for k in (1, 2)]
    peers.append(of_worker(bench, "linfa-pls", bench.ours, ["linfa", name, A], (n, m), family=LINFA, exact=None,
                           note="tolerance 1e-6 of its iteration: not exact"))

    def finish():
        for peer in peers:
            if hasattr(peer.result, "predict"):
                peer.result = np.asarray(peer.result.predict(X, A))
    return ours, peers, finish


def cross_validation(bench, n, p, m, A, F, scale, with_r=False, with_sklearn=False, sketch=None, few_peers=False):
    """All counts 1 to A of F venetian folds; results are the predictions (A, n, m) of the rows left out."""
    name = bench.load(n, p, m)
    X, Y = bench.arrays(n, p, m)
    folds = venetian(n, F)
    order = np.argsort(folds, kind="stable")
    bench.write("cv.toml", recipe(scale=scale))

    def ours_to_rows(a):
        out = np.empty((A, n, m))
        out[:, order] = a.transpose(1, 0, 2)[1:]
        return out
    ours = of_worker(bench, "adit", bench.ours, ["cv", "cv.toml", name, F, A], (n, A + 1, m), ours_to_rows)
    ours.truth = Y

    def gather(of_fold):
        out = np.empty((A, n, m))
        for fold, prediction in of_fold.items():
            out[:, folds == fold] = prediction
        return out

    def fast(algorithm):
        def run():
            with contextlib.redirect_stdout(io.StringIO()):
                return gather(FastCV(algorithm=algorithm, ddof=1, scale_X=scale, scale_Y=scale).cross_validate(
                    X, Y, A, folds, lambda y, predicted: predicted, n_jobs=1, verbose=0))
        return run

    def plain():
        def of(fold):
            left_out = folds == fold
            model = NumpyPLS(ddof=1, scale_X=scale, scale_Y=scale).fit(X[~left_out], Y[~left_out], A)
            return model.predict(X[left_out])
        return gather({fold: of(fold) for fold in range(F)})

    def sklearn(**exact):
        def of(fold):
            left_out = folds == fold
            model = PLSRegression(A, scale=scale, **exact).fit(X[~left_out], Y[~left_out])
            scores = (X[left_out] - model._x_mean) / model._x_std @ model.x_rotations_
            steps = scores.T[:, :, None] * model.y_loadings_.T[:, None, :]
            return np.cumsum(steps, axis=0) * model._y_std + model.intercept_
        return lambda: gather({fold: of(fold) for fold in range(F)})

    peers = [python("ikpls fast CV #1", fast(1), family=IKPLS)]
    if not few_peers:
        peers += [python("ikpls fast CV #2", fast(2), family=IKPLS),
                  python("ikpls NumPy #1, one fit a fold", plain)]
    if with_sklearn:
        peers += [python("scikit-learn, one fit a fold", sklearn(), family=SKLEARN, exact=None,
                         note="tolerance 1e-6 of its iteration: not exact"),
                  python("scikit-learn, exact", sklearn(**EXACT), timed=False)]
    if with_r and bench.r:
        bench.load_r(n, p, m)
        peers.append(of_worker(bench, "R pls kernelpls", bench.r, ["cv", name, "kernelpls", A, F], (A, m, n),
                               lambda a: a.transpose(0, 2, 1), takes_repeats=False, family=R))
    if sketch:
        route = (lambda: numpy_routes.on_gram(X, Y, A, folds)) if sketch == "Gram" else \
            (lambda: numpy_routes.on_x(X, Y, A, folds, scale))
        peers.append(python(f"NumPy sketch, folds batched on {sketch}", route, family=SKETCH))
    return ours, peers, None
