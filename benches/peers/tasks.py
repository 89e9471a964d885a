"""The rows of the table: what is timed, how fast it could be, and how many times faster than which peer adit is to be."""
from dataclasses import dataclass, field
from typing import Callable

import inference_tasks as inference
import pls_tasks as pls
import search_tasks as searching


@dataclass
class Task:
    name: str
    group: str                      # for --task
    calls: Callable                 # makes ours, the peers, and what is to be done when all are timed
    bound: Callable                 # name of the cheapest way, seconds
    targets: dict = field(default_factory=dict)
    slow: bool = False              # left out by --quick


def fit(bench, limits, n, p, A, targets, slow=False):
    return Task(f"fit, {n}x{p}x4, {A} LVs, scaled", "fit", lambda: pls.fit(bench, n, p, 4, A),
                lambda: limits.pls(n, p, 4, A, 1, True), targets, slow)


def folds(bench, limits, n, p, A, F, scale, targets, sketch=None, slow=False, **more):
    scheme, group = (("leave-one-out", "loo") if F == n else (f"{F}-fold",) * 2)
    targets = {**targets, **({pls.SKETCH: 1} if sketch else {})}
    return Task(f"{scheme}, {n}x{p}x4, {A} LVs, {'scaled' if scale else 'centred'}", f"{group}-{n}",
                lambda: pls.cross_validation(bench, n, p, 4, A, F, scale, sketch=sketch, **more),
                lambda: limits.pls(n, p, 4, A, F, scale), targets, slow)


def batch(bench, limits, n, p, targets, slow=False):
    return Task(f"batch inference, Savitzky-Golay + SNV + PLS, {n}x{p}x4", "batch", lambda: inference.batch(bench, n, p),
                lambda: limits.inference(n, p), targets, slow)


def search(bench, limits, n, p, A, F, part):
    def bound():
        way, seconds = limits.pls(n, p, 4, A, F, True)
        return f"{len(searching.RECIPES)} x {way}", len(searching.RECIPES) * seconds
    return Task(f"search, {len(searching.RECIPES)} recipes, {n}x{p}x4, {A} LVs, {F}-fold", "search",
                lambda: searching.search(bench, n, p, 4, A, F, part), bound, {searching.IKPLS: 15, searching.SKLEARN: 500})


def all_tasks(bench, limits, quick):
    """The quick ones first: the machine is then as it was when the limits were measured."""
    ikpls, sklearn, r, linfa = pls.IKPLS, pls.SKLEARN, pls.R, pls.LINFA
    both = (False, True)
    return [
        fit(bench, limits, 100, 288, 10, {}),
        fit(bench, limits, 500, 2048, 20, {ikpls: 1.3, linfa: 100}),
        *(folds(bench, limits, 100, 288, 10, 100, scale, {ikpls: 12, sklearn: 45}, "X" if scale else "Gram",
                with_sklearn=True) for scale in both),
        folds(bench, limits, 500, 2048, 20, 10, False, {ikpls: 7, r: 50}, "Gram", with_r=True),
        folds(bench, limits, 500, 2048, 20, 10, True, {ikpls: 7}, "X"),
        batch(bench, limits, 100_000, 288, {inference.ORT: 4, inference.NUMPY: 13}),
        batch(bench, limits, 20_000, 2048, {inference.ORT: 2}, slow=True),
        Task("one spectrum, Savitzky-Golay + SNV + PLS, 288 px", "one", lambda: inference.one(bench, 288),
             lambda: limits.inference(1, 288), {inference.ORT: 15, inference.SKLEARN: 800}),
        Task("one spectrum, whole process", "start", lambda: inference.start(bench, 288),
             lambda: ("a process that does nothing", bench.true_seconds()),
             {inference.R: 15, inference.ORT: 15, inference.SKLEARN: 100}),
        fit(bench, limits, 5000, 2048, 20, {ikpls: 1.3, linfa: 100}, slow=True),
        *(folds(bench, limits, 5000, 2048, 20, 10, scale, {ikpls: 4}, "X", slow=True) for scale in both),
        folds(bench, limits, 500, 2048, 20, 500, False, {ikpls: 13}, "Gram", slow=True, few_peers=True),
        folds(bench, limits, 500, 2048, 20, 500, True, {ikpls: 13}, slow=True, few_peers=True),
        search(bench, limits, 500, 512, 20, 10, 2 if quick else 6),
    ]
