"""The table on the screen, and the same as data (JSON and CSV)."""
import csv
import json
import os
import time

import numpy as np

SAME = 1e-9             # of the largest prediction: the batched and the X'X route against a peer's exact mode
SAME_GRAM = 1e-6        # of RMSECV: the Gram route squares the condition number
COLUMNS = ["task", "route", "ours_ms", "ours_min_ms", "peer", "family", "peer_ms", "peer_min_ms", "turns", "extrapolated",
           "ratio", "target", "met", "diff_of_largest", "diff_of_rmsecv", "bound_route", "bound_ms", "share_of_bound", "note"]


def milliseconds(value):
    return f"{1e3 * value:.4g}"


def difference(ours, peer, truth):
    """Largest difference as a share of the largest prediction, and, for cross-validations, of the RMSECV of its count and target."""
    mine = ours if peer.rows is None else ours[peer.rows]
    if mine is None or peer.result is None or np.shape(mine) != np.shape(peer.result):
        return None, None
    apart = np.abs(mine - peer.result)
    of_rmsecv = None
    if truth is not None:
        rmsecv = np.sqrt(((mine - truth) ** 2).mean(1, keepdims=True))
        of_rmsecv = float((apart / rmsecv).max())
    return float(apart.max() / np.abs(peer.result).max()), of_rmsecv


class Report:
    """Prints each task as it is done; keeps all for the files. `close` gives the exit code: 1 when numbers differ."""

    def __init__(self, machine, versions, limits, quick):
        self.head = dict(date=time.strftime("%Y-%m-%d"), quick=quick, threads=2, machine=machine, versions=versions, limits=limits,
                         load_at_start=os.getloadavg()[0])
        self.rows, self.tasks, self.different = [], [], []

    def heading(self):
        m, x = self.head["machine"], self.head["limits"]
        print(f"{m['cpu']} (family {m['family']}, model {m['model']}), {m['cores']} cores, {m['ram_mib']} MiB; two threads, f64; "
              f"load {self.head['load_at_start']:.1f}")
        print(f"limits: dgemm {x['dgemm_gflops']:.0f} GFLOP/s, dsyrk {x['dsyrk_gflops']:.0f}, dgemv {x['dgemv_gflops']:.1f}, "
              f"reading memory {x['read_gb_per_s']:.1f} GB/s\n", flush=True)

    def add(self, task, ours, peers, targets, bound):
        """`targets`: how many times faster than each family of peers ours is to be; the best of a family counts."""
        route, seconds = bound
        best = {}
        for p in peers:
            if p.seconds and (p.family not in best or p.median < best[p.family].median):
                best[p.family] = p
        print(f"{task}\n  {'adit':44s} {milliseconds(ours.median):>10s} ms (min {milliseconds(ours.best)}), "
              f"{100 * seconds / ours.median:.3g} % of the bound {milliseconds(seconds)} ms ({route})"
              + (f"\n  {'':44s} route: {ours.remark}" if ours.remark else ""))
        for p in peers:
            row = self.row(task, ours, p, targets.get(p.family) if best.get(p.family) is p else None, route, seconds)
            self.rows.append(row)
            self.show(p, row)
        for family in targets.keys() - best.keys():
            print(f"  {family}: not measured")
        self.tasks.append(dict(task=task, ours_seconds=ours.seconds, route=ours.remark, load=os.getloadavg()[0],
                               peers={p.name: dict(seconds=p.seconds, error=p.error) for p in peers}))
        print(flush=True)

    def row(self, task, ours, p, target, route, seconds):
        of_largest, of_rmsecv = difference(ours.result, p, ours.truth)
        row = dict.fromkeys(COLUMNS)
        row.update(task=task, route=ours.remark, ours_ms=1e3 * ours.median, ours_min_ms=1e3 * ours.best, peer=p.name,
                   family=p.family, turns=len(p.seconds), extrapolated=p.factor != 1, diff_of_largest=of_largest,
                   diff_of_rmsecv=of_rmsecv, bound_route=route, bound_ms=1e3 * seconds, share_of_bound=seconds / ours.median,
                   note="; ".join(filter(None, [p.note, p.error])))
        if p.seconds:
            row.update(peer_ms=1e3 * p.median, peer_min_ms=1e3 * p.best, ratio=p.median / ours.median, target=target)
            row["met"] = None if target is None else bool(row["ratio"] >= target)
        gram = "gram" in ours.remark.lower()
        if p.exact and of_largest is not None and (of_rmsecv > SAME_GRAM if gram and of_rmsecv is not None else of_largest > p.exact):
            self.different.append(f"{task}: {p.name}: {of_largest:.1e} of the largest prediction")
        return row

    @staticmethod
    def show(p, row):
        if p.error:
            print(f"  {p.name:44s} failed: {p.error}")
            return
        text = f"  {p.name:44s} " + (f"{row['peer_ms']:10.4g} ms (min {row['peer_min_ms']:.4g}) {row['ratio']:8.2f}x" if p.seconds
                                     else f"{'':10s} compared, not timed")
        if row["target"] is not None:
            text += f", at least {row['target']:g}x: {'met' if row['met'] else 'MISSED'}"
        if row["diff_of_largest"] is not None:
            text += f"; diff {row['diff_of_largest']:.0e}"
        if row["diff_of_rmsecv"] is not None:
            text += f" ({row['diff_of_rmsecv']:.0e} of RMSECV)"
        print(text + (f"; {p.note}" if p.note else "") + ("; EXTRAPOLATED" if row["extrapolated"] else ""))

    def memory(self, task, sizes, total, at_most):
        """Peak memory of a process, in sizes of X."""
        met = sizes <= at_most
        print(f"peak memory, {task}: {total / 2**20:.0f} MiB = {sizes:.2f} times X, at most {at_most}: {'met' if met else 'MISSED'}\n")
        self.head["peak_memory"] = dict(task=task, bytes=total, sizes_of_x=sizes, target=at_most, met=met)

    def write(self, folder):
        """DATE.json with everything, DATE.csv with a line per task and peer."""
        folder.mkdir(parents=True, exist_ok=True)
        stem = folder / self.head["date"]
        stem.with_suffix(".json").write_text(json.dumps(dict(self.head, rows=self.rows, tasks=self.tasks), indent=1) + "\n")
        with open(stem.with_suffix(".csv"), "w", newline="") as f:
            out = csv.DictWriter(f, COLUMNS, lineterminator="\n")
            out.writeheader()
            out.writerows({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()} for row in self.rows)

    def close(self):
        judged = [r for r in self.rows if r["target"] is not None]
        missed = [r for r in judged if not r["met"]]
        print(f"{len(judged) - len(missed)} of {len(judged)} targets met")
        for r in missed:
            print(f"  missed: {r['task']} against {r['peer']}: {r['ratio']:.2f}x, at least {r['target']:g}x")
        for d in self.different:
            print(f"  NOT THE SAME NUMBERS: {d}")
        return 1 if self.different else 0
