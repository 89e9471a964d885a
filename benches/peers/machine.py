"""What this machine is, what it can do at most, and so how fast a task could be."""
import os
import platform
import time
from importlib import metadata
from pathlib import Path

import numpy as np
from scipy.linalg.blas import dsyrk

CPU0 = Path("/sys/devices/system/cpu/cpu0/cache")


def facts():
    """CPU, caches and memory; nothing that names the host."""
    with open("/proc/cpuinfo") as f:
        info = dict(line.split(":", 1) for line in f.read().split("\n\n")[0].splitlines())
    info = {k.strip(): v.strip() for k, v in info.items()}
    with open("/proc/meminfo") as f:
        ram = int(f.readline().split()[1]) // 1024
    caches = {f"L{(c / 'level').read_text().strip()} {(c / 'type').read_text().strip().lower()}":
              (c / "size").read_text().strip() for c in sorted(CPU0.glob("index*"))}
    wide = [w for w in ("avx2", "fma", "avx512f") if w in info.get("flags", "").split()]
    return dict(cpu=info.get("model name", platform.machine()), family=info.get("cpu family"),
                model=info.get("model"), cores=os.cpu_count(), instructions=wide, caches=caches, ram_mib=ram,
                system=f"{platform.system()} {platform.machine()}")


def versions(required):
    """Of the Python packages in the file of requirements, and of what BLAS they use."""
    import threadpoolctl
    names = [line.split("==")[0].split("[")[0] for line in Path(required).read_text().splitlines() if "==" in line]
    blas = [f"{d['internal_api']} {d['version']} {d.get('architecture', '')}".strip()
            for d in threadpoolctl.threadpool_info() if d["user_api"] == "blas"]
    return dict({n: metadata.version(n) for n in names}, python=platform.python_version(), blas=sorted(set(blas)))


def last_cache_bytes():
    sizes = [(c / "size").read_text().strip() for c in CPU0.glob("index*")]
    return max((int(s.rstrip("K")) * 1024 for s in sizes if s.endswith("K")), default=0)


def rate(work, function, seconds=1.5):
    """Best work per second of repeated calls."""
    function()
    best, end = np.inf, time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        function()
        best = min(best, time.perf_counter() - start)
    return work / best


class Limits:
    """Two threads: GFLOP/s of dgemm, dsyrk (2048 x 2048) and dgemv (from the last cache), GB/s of reading memory. The best of several."""

    def __init__(self, ours):
        n = 2048
        rng = np.random.default_rng(0)
        a, b, v = rng.random((n, n)), rng.random((n, n)), rng.random(n)
        columns = np.asfortranarray(a)
        small = a[:1024]                            # 16 MiB: inside the last cache
        self.dgemm = rate(2e-9 * n**3, lambda: a @ b)
        self.dsyrk = rate(1e-9 * n**3, lambda: dsyrk(1.0, columns))
        self.dgemv = rate(2e-9 * small.size, lambda: small @ v)
        self.read = ours.ask("read")[0][0]
        self.cache = last_cache_bytes()

    def seconds(self, gflop, gigabytes, passes=1):
        """No way with this work is faster. Data that fit the last cache come at the rate of dgemv, but for the first pass."""
        cached = 8e-9 * self.cache * 0.8 > gigabytes
        again = 4 * self.dgemv if cached else self.read
        return max(gflop / self.dgemm, gigabytes * (passes - 1) / again, 0.0 if cached else gigabytes * passes / self.read)

    def pls(self, n, p, m, A, F, scale):
        """Of the exact routes of F fits or folds the cheapest: its name and seconds."""
        small = 2 * n * p * m + F * (2 * p * A * A + 6 * p * m * A)
        ways = {"X": (4 * n * p * F * A + small, A + 1), "X'X": (n * p * p + 2 * p * p * F * A + small, 1)}
        if not scale or F == 1:
            ways["Gram"] = (n * n * p + 2 * n * n * F * A + 2 * F * n * A * A, 1)
        size = 8e-9 * n * p
        return min(((name, self.seconds(1e-9 * flop, size, passes)) for name, (flop, passes) in ways.items()),
                   key=lambda way: way[1])

    def inference(self, n, p):
        """Fused Savitzky-Golay, SNV and four dot products: 32 operations a pixel, X read once."""
        return "one pass", self.seconds(32e-9 * n * p, 8e-9 * n * p)

    def as_dict(self):
        return dict(dgemm_gflops=self.dgemm, dsyrk_gflops=self.dsyrk, dgemv_gflops=self.dgemv, read_gb_per_s=self.read,
                    last_cache_mib=self.cache / 2**20)
