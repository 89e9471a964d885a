"""Fat in meat: adit's search and the peers' on one space, each winner fitted on the train split and judged on the test split."""
import argparse
import csv
import itertools
import json
import subprocess
import sys
import tempfile
import time
import tomllib
import warnings
from pathlib import Path

import numpy as np
from chemotools.derivative import SavitzkyGolay
from chemotools.regression import PLSRegression as KernelPLS
from chemotools.scatter import MultiplicativeScatterCorrection, StandardNormalVariate
from sklearn.cross_decomposition import PLSRegression
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.pipeline import Pipeline

from machine import facts, versions

HERE = Path(__file__).resolve().parent
FOLDS, MOST = 10, 15                # every tenth sample; components, as adit searches them by default
MEANING = {"none": lambda: None, "adit.scatter.snv": StandardNormalVariate,
           "adit.scatter.msc": lambda: MultiplicativeScatterCorrection(method="mean"),
           "adit.derivative.savitzky-golay": lambda window, order, derivative: SavitzkyGolay(
               window_size=window, polynomial_order=order, derivate_order=derivative, mode="interp")}


def read(folder, analyte):
    """Spectra and references of the train and the test split."""
    with open(folder / "spectra.csv") as f:
        spectra = {row[0]: row[1:] for row in csv.reader(f)}
    with open(folder / "icp.csv") as f:
        references = list(csv.DictReader(f))

    def of(split):
        rows = [r for r in references if r["split"] == split]
        return np.array([spectra[r["sample_id"]] for r in rows], float), np.array([r[f"{analyte}_pct"] for r in rows], float)
    return of("train"), of("test")


def alternatives(choice):
    """One choice of a slot, a list of values standing for one recipe each."""
    lists = {k: v if isinstance(v, list) else [v] for k, v in choice.items()}
    return [dict(zip(lists, values)) for values in itertools.product(*lists.values())]


def pipelines(space, regressor):
    """The recipes of adit's space as pipelines of scikit-learn, in adit's order."""
    slots = [[a for choice in slot["choice"] for a in alternatives(choice)] for slot in space["slot"]]
    for chosen in itertools.product(*slots, space["regressor"]["scale"]):
        *steps, scale = chosen
        made = [(f"step{i}", MEANING[s["plugin"]](**{k: v for k, v in s.items() if k != "plugin"})) for i, s in enumerate(steps)]
        yield Pipeline([m for m in made if m[1] is not None] + [("pls", regressor(scale=scale))])


def grid_search(space, regressor, train, test):
    """The winner by the mean RMSE of the folds, as GridSearchCV chooses, and its error on the test split."""
    (X, y), (Xt, yt) = train, test
    folds = PredefinedSplit(np.arange(len(y)) % FOLDS)
    start, best = time.perf_counter(), None
    for number, pipe in enumerate(pipelines(space, regressor), 1):
        search = GridSearchCV(pipe, {"pls__n_components": list(range(1, MOST + 1))}, cv=folds, n_jobs=2,
                              scoring="neg_root_mean_squared_error").fit(X, y)
        if best is None or search.best_score_ > best[0]:
            best = (search.best_score_, number, search)
    score, number, search = best
    error = np.ravel(search.predict(Xt)) - yt
    return dict(recipe=number, components=search.best_params_["pls__n_components"], rmsecv=-score,
                rmsep=float(np.sqrt(np.mean(error**2))), seconds=time.perf_counter() - start)


def adit(binary, folder, analyte, work):
    """Search on train, evaluation on test, each by the command that a user types."""
    def run(*words):
        done = subprocess.run([binary, *map(str, words)], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"adit {' '.join(map(str, words))}: {done.stderr}")
        return done.stdout
    model, wanted = work / "tecator.adit", ["--analyte", analyte, "--where", "split=train"]
    space = run("calibrate", folder, *wanted, "--search", "--print-space")
    start = time.perf_counter()
    calibrated = json.loads(run("calibrate", folder, *wanted, "--search", "--cv", f"venetian={FOLDS}", "--out", model, "--json"))
    seconds = time.perf_counter() - start
    evaluated = json.loads(run("evaluate", "--model", model, folder, "--where", "split=test", "--json"))
    own, search = calibrated["analytes"][0], calibrated["search"]
    nested = search["nested"]["analytes"][0]
    return tomllib.loads(space), dict(
        recipe=search["tried"][0]["number"], text=search["tried"][0]["recipe"], components=own["components"], rule=own["rule"],
        rmsecv=own["rmsecv"], nested=nested["rmse"], nested_standard_error=nested["standard_error"],
        rmsep=evaluated["analytes"][0]["rmsep"], seconds=seconds)


def main():
    a = argparse.ArgumentParser(prog="tecator_search", description=__doc__)
    a.add_argument("--adit", required=True, help=argparse.SUPPRESS)
    a.add_argument("--set", type=Path, required=True, help=argparse.SUPPRESS)
    a.add_argument("--analyte", default="fat")
    a.add_argument("--out", type=Path, default=HERE.parent / "results" / "tecator_search.json")
    args = a.parse_args()
    warnings.filterwarnings("ignore")
    with tempfile.TemporaryDirectory() as work:
        space, ours = adit(args.adit, args.set, args.analyte, Path(work))
    train, test = read(args.set, args.analyte)
    peers = {"scikit-learn GridSearchCV, chemotools steps": grid_search(space, PLSRegression, train, test),
             "scikit-learn GridSearchCV, chemotools steps and PLS (ikpls)": grid_search(space, KernelPLS, train, test)}
    print(f"{'':60s} recipe  LVs  RMSECV  RMSEP on test")
    for name, r in {"adit": ours, **peers}.items():
        print(f"{name:60s} {r['recipe']:6d} {r['components']:4d} {r['rmsecv']:7.3f} {r['rmsep']:7.3f}   {r['seconds']:.2f} s")
    best = min(p["rmsep"] for p in peers.values())
    apart = (ours["rmsep"] - ours["nested"]) / ours["nested_standard_error"]
    print(f"\nadit's winner: {ours['text']}, {ours['components']} LVs by the rule {ours['rule']}")
    print(f"RMSEP: adit {ours['rmsep']:.3f}, best peer {best:.3f}: {'at least as good' if ours['rmsep'] <= best else 'WORSE'}")
    print(f"nested estimate: {ours['nested']:.3f} +- {ours['nested_standard_error']:.3f} (standard error); the test split is "
          f"{apart:+.2f} standard errors away: {'within' if abs(apart) <= 2 else 'BEYOND'} 2")
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(dict(
        date=time.strftime("%Y-%m-%d"), analyte=args.analyte, machine=facts(), versions=versions(HERE / "requirements.txt"),
        adit=ours, peers=peers, at_least_as_good=ours["rmsep"] <= best, standard_errors_apart=apart), indent=1) + "\n")
    return 0 if ours["rmsep"] <= best and abs(apart) <= 2 else 1


if __name__ == "__main__":
    sys.exit(main())
