"""Runs one case in a process of its own and says how long it took, how much memory it used, and how wrong it is."""

import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np
import scipy.fft
from environment import BUILD, HERE, PYTHON, ROOT

REFERENCES = ROOT / "runs" / "references"
REFERENCE_NAMES = {2: "immunotherapy", 3: "chemotaxis-spectral"}
THREADS = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "NUMEXPR_NUM_THREADS"]
XLA = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


def reference(problem, points):
    """The solution at the end on a grid of any even number of points: that of Benchmarks/reference/solutions.py, which is
    converged, resampled by its cosine series."""
    path = REFERENCES / f"{REFERENCE_NAMES[problem]}.npy"
    if not path.exists():
        script = ROOT / "Benchmarks" / "reference" / "solutions.py"
        names = ["--problem", REFERENCE_NAMES[problem], "--directory", REFERENCES]
        subprocess.run([sys.executable, script, *names], check=True)
    values = np.load(path)
    known = values.shape[-1]
    common = min(known, points)
    coefficients = np.zeros((3, points, points))
    series = scipy.fft.dctn(values, axes=(1, 2), norm="ortho")
    coefficients[:, :common, :common] = series[:, :common, :common] * points / known
    return scipy.fft.idctn(coefficients, axes=(1, 2), norm="ortho")


def difference(fields, exact):
    """Largest over fields of the relative L2 difference."""
    return max(float(np.linalg.norm(a - b) / np.linalg.norm(b)) for a, b in zip(fields, exact, strict=True))


def command(peer):
    if peer.program.endswith(".py"):
        return [PYTHON, "-W", "ignore", HERE / peer.program]
    return [BUILD / peer.program]


def version(peer, result):
    if "program" in result:
        return f"{result['program']}, commit {result['commit'][:8]}"
    return result.get("version") or f"{peer.package} {importlib.metadata.version(peer.package)}"


def waited(process, limit):
    """The exit status and the resources of the process, which is ended after `limit` seconds."""
    timer = threading.Timer(limit, process.kill)
    timer.start()
    _, status, used = os.wait4(process.pid, 0)
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used


def measure(peer, problem, case, limit, program):
    """A measurement as it is kept in the JSON file."""
    points, method, control = case
    measurement = {"peer": peer.name, "problem": problem, "points": points, "method": method, "control": control}
    settings = os.environ | {name: "1" for name in THREADS} | {"XLA_FLAGS": XLA, "PEERS_ONCOFIELD": str(program)}
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "result"
        errors = pathlib.Path(folder) / "errors"
        words = [*command(peer), str(problem), str(points), method, f"{control:g}", out]
        start = time.monotonic()
        with errors.open("wb") as log:
            process = subprocess.Popen(words, env=settings, cwd=folder, stdout=subprocess.DEVNULL, stderr=log)
            code, used = waited(process, limit)
        elapsed = time.monotonic() - start
        if elapsed >= limit:
            return measurement | {"failure": f"more than {limit:g} s"}
        if code:
            last = errors.read_text(errors="replace").strip().splitlines()[-1:]
            return measurement | {"failure": f"exit code {code}: {' '.join(last)[:200]}"}
        result = json.loads(pathlib.Path(f"{out}.json").read_text())
        fields = np.fromfile(f"{out}.fields").reshape(3, points, points)
    error = difference(fields, reference(problem, points))
    if not np.isfinite(error):
        return measurement | {"failure": "not finite"}
    return measurement | {
        "error": error,
        "stepping": result["stepping"],
        "setup": result["setup"],
        "elapsed": elapsed,
        "processor_seconds": result.get("processor_seconds", used.ru_utime + used.ru_stime),
        "megabytes": result.get("megabytes", used.ru_maxrss / 1024),
        "steps": result["steps"],
        "note": result["note"],
        "version": version(peer, result),
    }
