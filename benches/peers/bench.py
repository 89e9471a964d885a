"""The whole comparison: every task, its peers in rotation with ours, the numbers compared, the table written. Started by `run`."""
import argparse
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np

warnings.filterwarnings("ignore")

import inference_tasks as inference  # noqa: E402
import pls_tasks as pls              # noqa: E402
from machine import Limits, facts, versions  # noqa: E402
from report import Report            # noqa: E402
from rotation import rotate          # noqa: E402
from tasks import all_tasks          # noqa: E402
from worker import Worker            # noqa: E402

SEED = 20260716
HERE = Path(__file__).resolve().parent


class Bench:
    """The data sets (made once by our runner from the seed, read by all), and the waiting processes."""

    def __init__(self, folder, runner, plugins):
        self.folder, self.command, self.adit = folder, [str(runner), "serve", str(plugins)], Path(plugins) / "adit"
        shutil.rmtree(folder, ignore_errors=True)   # made by another version, perhaps
        folder.mkdir(parents=True)
        self.ours = Worker(self.command, folder)
        self.r = Worker(["Rscript", str(HERE / "r_worker.R")], folder) if self.has_r() else None
        self.loaded = set()

    @staticmethod
    def true_seconds():
        """Start and end of a process that does nothing: the smallest of some."""
        call = inference.process("true", ["true"])
        return min(call.run(20))

    @staticmethod
    def has_r():
        return shutil.which("Rscript") is not None and \
            subprocess.run(["Rscript", "-e", "library(pls)"], capture_output=True).returncode == 0

    @staticmethod
    def name(n, p, m):
        return f"{n}x{p}x{m}"

    def load(self, n, p, m):
        name = self.name(n, p, m)
        if not (self.folder / f"{name}.y").exists():
            self.ours.ask("make", name, n, p, m, SEED)
        if name not in self.loaded:
            self.ours.ask("load", name, n, p, m)
            self.loaded.add(name)
        return name

    def load_r(self, n, p, m):
        self.r.ask("load", self.load(n, p, m), n, p, m)

    def arrays(self, n, p, m):
        name = self.load(n, p, m)
        return tuple(np.fromfile(self.folder / f"{name}.{s}").reshape(n, k) for s, k in (("x", p), ("y", m)))

    def write(self, file, text):
        (self.folder / file).write_text(text)

    def forget(self):
        for name in self.loaded:
            self.ours.ask("drop", name)
        self.loaded.clear()

    def peak_memory(self, n, p, m, A, F):
        """Of a fresh process that holds X alone and cross-validates, in sizes of X."""
        name = self.load(n, p, m)
        self.write("peak.toml", pls.recipe())
        fresh = Worker(self.command, self.folder)
        fresh.ask("load", name, n, p, m)
        fresh.ask("cv", "peak.toml", name, F, A, 1, "peak.out")
        bytes_ = fresh.peak_bytes()
        fresh.close()
        return bytes_ / (8 * n * p), bytes_


def arguments():
    a = argparse.ArgumentParser(prog="run", description=__doc__)
    a.add_argument("--quick", action="store_true", help="without the tasks that take minutes, and with fewer turns")
    a.add_argument("--task", action="append", default=[], metavar="NAME", help="only this group; may be repeated: fit, loo-100, "
                   "10-fold-500, 10-fold-5000, loo-500, batch, one, start, search, memory")
    a.add_argument("--out", type=Path, help="folder of the result [default: benches/results for a whole run, else none]")
    for word in ("env", "runner", "plugins"):
        a.add_argument(f"--{word}", type=Path, required=True, help=argparse.SUPPRESS)
    return a.parse_args()


def main():
    args = arguments()
    bench = Bench(args.env / "data", args.runner, args.plugins)
    limits = Limits(bench.ours)
    report = Report(facts(), versions(HERE / "requirements.txt"), limits.as_dict(), quick=args.quick)
    report.heading()
    for task in all_tasks(bench, limits, args.quick):
        if task.group not in args.task and (args.task or args.quick and task.slow):
            continue
        ours, peers, finish = task.calls()
        rotate(ours, peers, 3 if args.quick else 7)
        if finish:
            finish()
        report.add(task.name, ours, peers, task.targets, task.bound())
        bench.forget()
    if not args.task or "memory" in args.task:
        report.memory("10-fold, 5000x2048x4, 20 LVs, centred", *bench.peak_memory(5000, 2048, 4, 20, 10), at_most=3)
    whole = not args.task and not args.quick
    folder = args.out or (HERE.parent / "results" if whole else None)
    if folder:
        report.write(folder)
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
