"""Savitzky-Golay, SNV and PLS on new rows: a batch, one spectrum, and one spectrum by a process that has just started."""
import subprocess
import sys
import time

import joblib
import numpy as np
import onnx
import onnxruntime
from chemotools.derivative import SavitzkyGolay
from chemotools.scatter import StandardNormalVariate
from onnx import TensorProto, helper, numpy_helper
from scipy.signal import savgol_coeffs, savgol_filter
from sklearn.cross_decomposition import PLSRegression
from sklearn.pipeline import Pipeline

from pls_tasks import EXACT, of_worker, recipe
from rotation import Call, python

WINDOW, ORDER, A, TRAIN, TARGETS = 15, 2, 10, 500, 4
ORT, SKLEARN, NUMPY, R = "ONNX Runtime f32", "scikit-learn", "NumPy by hand", "R pls"
STEPS = f"""
[[step]]
plugin = "adit.derivative.savitzky-golay"
window = {WINDOW}
order = {ORDER}
derivative = 1
[[step]]
plugin = "adit.scatter.snv"
"""


def pipeline(bench, p):
    """Fitted to convergence: the time of a fit is not measured here, the numbers are compared."""
    X, Y = bench.arrays(TRAIN, p, TARGETS)
    return Pipeline([
        ("filter", SavitzkyGolay(window_size=WINDOW, polynomial_order=ORDER, derivate_order=1, mode="interp")),
        ("snv", StandardNormalVariate()),
        ("pls", PLSRegression(A, scale=False, **EXACT))]).fit(X, Y)


def linear(pipe):
    """Coefficients and constant of the last step."""
    pls = pipe.named_steps["pls"]
    return np.ascontiguousarray(pls.coef_.T), pls.intercept_ - pls._x_mean @ pls.coef_.T


def to_onnx(pipe, p, path):
    """The pipeline in standard operators, f32: no converter knows its first two steps."""
    b, constant = linear(pipe)
    half = WINDOW // 2
    edges = savgol_filter(np.eye(WINDOW), WINDOW, ORDER, deriv=1, axis=1)
    def weights(name, values, kind=np.float32):
        return numpy_helper.from_array(np.asarray(values, kind), name)
    constants = [weights("kernel", savgol_coeffs(WINDOW, ORDER, deriv=1)[::-1].reshape(1, 1, -1)),
                 weights("left", edges[:, :half]), weights("right", edges[:, half + 1:]), weights("b", b),
                 weights("constant", constant.reshape(1, -1)), weights("p", [p])]
    constants += [weights(name, [value], np.int64) for name, value in
                  (("one", 1), ("zero", 0), ("window", WINDOW), ("last", p - WINDOW), ("end", p))]
    node = helper.make_node
    nodes = [
        node("Unsqueeze", ["x", "one"], ["x3"]), node("Conv", ["x3", "kernel"], ["middle3"], kernel_shape=[WINDOW]),
        node("Squeeze", ["middle3", "one"], ["middle"]),
        node("Slice", ["x", "zero", "window", "one"], ["first"]), node("MatMul", ["first", "left"], ["start"]),
        node("Slice", ["x", "last", "end", "one"], ["final"]), node("MatMul", ["final", "right"], ["stop"]),
        node("Concat", ["start", "middle", "stop"], ["z"], axis=1),
        node("ReduceMean", ["z", "one"], ["mean"], keepdims=1), node("Sub", ["z", "mean"], ["centred"]),
        node("ReduceSumSquare", ["centred", "one"], ["squares"], keepdims=1), node("Div", ["squares", "p"], ["variance"]),
        node("Sqrt", ["variance"], ["sd"]), node("MatMul", ["centred", "b"], ["product"]),
        node("Div", ["product", "sd"], ["scaled"]), node("Add", ["scaled", "constant"], ["y"])]
    graph = helper.make_graph(
        nodes, "chain", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, p])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, TARGETS])], constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)


def session(path, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def prepare(bench, n, p):
    """The rows to predict, the pipeline of the peers, and its ONNX file; ours is fitted at its first call."""
    bench.load(TRAIN, p, TARGETS)
    pipe = pipeline(bench, p)
    path = bench.folder / f"chain_{p}.onnx"
    to_onnx(pipe, p, path)
    bench.write("chain.toml", recipe(STEPS))
    ours = of_worker(bench, "adit", bench.ours, ["predict", "chain.toml", bench.load(TRAIN, p, TARGETS),
                                                 bench.load(n, p, TARGETS), A], (n, TARGETS))
    return bench.arrays(n, p, TARGETS)[0], pipe, path, ours


def by_hand(pipe):
    b, constant = linear(pipe)

    def predict(rows):
        z = savgol_filter(rows, WINDOW, ORDER, deriv=1, axis=1)
        return (z - z.mean(1, keepdims=True)) / z.std(1, keepdims=True) @ b + constant
    return predict


def in_chunks(predict, rows, size=256):
    return lambda: np.vstack([predict(rows[i:i + size]) for i in range(0, len(rows), size)])


def batch(bench, n, p):
    X, pipe, path, ours = prepare(bench, n, p)
    hand, two = by_hand(pipe), session(path, 2)
    narrow = X.astype(np.float32)
    def run(rows):
        return two.run(None, {"x": rows})[0]
    peers = [python("ONNX Runtime f32, whole batch", lambda: run(narrow), family=ORT, exact=1e-5),
             python("ONNX Runtime f32, 256 rows at a time", in_chunks(run, narrow), family=ORT, exact=1e-5),
             python("NumPy by hand, whole batch", lambda: hand(X), family=NUMPY),
             python("NumPy by hand, 256 rows at a time", in_chunks(hand, X), family=NUMPY),
             python("scikit-learn pipeline", lambda: pipe.predict(X), family=SKLEARN)]
    return ours, peers, None


def one(bench, p):
    """A matrix of one row; the interpreter's way in and out is part of every peer's time, ours has none."""
    X, pipe, path, ours = prepare(bench, 1, p)
    hand, narrow = by_hand(pipe), X.astype(np.float32)
    peers = [python(f"ONNX Runtime f32, {k} thread{'s' * (k > 1)}", lambda s=session(path, k): s.run(None, {"x": narrow})[0],
                    family=ORT, exact=1e-5) for k in (1, 2)]
    peers += [python("NumPy by hand", lambda: hand(X), family=NUMPY),
              python("scikit-learn pipeline", lambda: pipe.predict(X), family=SKLEARN)]
    return ours, peers, None


def process(name, command, **more):
    """A whole process, from its start to its end."""
    def run(call, repeats):
        seconds = []
        for _ in range(repeats):
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            seconds.append(time.perf_counter() - start)
        return seconds
    return Call(name, run, **more)


def start(bench, p):
    """Load a saved model and predict one spectrum. The peers read a binary array or (R) a table, adit a CSV file."""
    X, Y = bench.arrays(TRAIN, p, TARGETS)
    pipe = pipeline(bench, p)
    here = bench.folder
    joblib.dump(pipe, here / "chain.joblib")
    to_onnx(pipe, p, here / "chain.onnx")
    np.save(here / "one.npy", X[:1])
    nm = 250 + 450 * np.arange(p) / p
    table(here / "one.csv", nm, X[:1])
    samples = here / "set"
    samples.mkdir(exist_ok=True)
    table(samples / "spectra.csv", nm, X)
    table(samples / "icp.csv", [f"{e}_mg_l" for e in ("fe", "zn", "cd", "mn")], Y)
    bench.write("start.toml", recipe(STEPS))
    models = {"stripped": ["--strip"], "full": []}
    for name, how in models.items():
        subprocess.run([bench.adit, "calibrate", samples, "--recipe", here / "start.toml", "--components", str(A), *how,
                        "--out", here / f"{name}.adit"], check=True, capture_output=True)
    load = "import joblib, numpy as np; print(joblib.load({!r}).predict(np.load({!r})))"
    run = "import onnxruntime as o, numpy as np; print(o.InferenceSession({!r}).run(None, {{'x': np.load({!r}).astype('f4')}}))"
    ours, full = (process(f"adit predict, {name} model", [bench.adit, "predict", "--model", here / f"{name}.adit", here / "one.csv"])
                  for name in models)
    full.note = "with the calibration table in it"
    peers = [
        full,
        process("Python + ONNX Runtime", [sys.executable, "-c", run.format(str(here / "chain.onnx"), str(here / "one.npy"))],
                family=ORT),
        process("Python + scikit-learn", [sys.executable, "-c", load.format(str(here / "chain.joblib"), str(here / "one.npy"))],
                family=SKLEARN)]
    if bench.r:
        bench.load_r(TRAIN, p, TARGETS)
        bench.r.ask("model", bench.name(TRAIN, p, TARGETS), A, "r_model.rds")
        script = here / "start.R"
        script.write_text("suppressMessages(library(pls))\n"
                          "x <- as.matrix(read.csv(commandArgs(TRUE)[2], row.names = 1))\n"
                          f"print(predict(readRDS(commandArgs(TRUE)[1]), list(x = I(x)), ncomp = {A}))\n")
        peers.append(process("R + pls", ["Rscript", script, here / "r_model.rds", here / "one.csv"], family=R,
                             note="PLS on the raw spectrum alone"))
    return ours, peers, None


def table(path, heads, rows):
    lines = [",".join(["sample_id", *map(str, heads)])]
    lines += [",".join([f"s{i:04d}", *map(repr, map(float, row))]) for i, row in enumerate(rows)]
    path.write_text("\n".join(lines) + "\n")
