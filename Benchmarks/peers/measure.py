"""Runs one case in a process of its own and says how long it took, how much memory it used, and how wrong it is."""

if __name__ == "__main__":
    raise SystemExit(print(__doc__ + "\n\nmeasure.py is a part of compare.py, which calls it, and does nothing by itself."))

import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
import tempfile

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
    values = np.load(path)[-1]
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
    return result.get("version") or f"{peer.package} {importlib.metadata.version(peer.package)}"


def measure(peer, problem, case, limit, program):
    """A measurement as it is kept in the JSON file."""
    points, method, control = case
    measurement = {"peer": peer.name, "problem": problem, "points": points, "method": method, "control": control}
    settings = os.environ | {name: "1" for name in THREADS} | {"XLA_FLAGS": XLA}
    settings |= {"PEERS_ONCOFIELD": str(program), "PEERS_LAUNCH": str(BUILD / "launch")}
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "result"
        report = pathlib.Path(folder) / "report"
        words = [BUILD / "launch", report, str(limit), *command(peer), str(problem), str(points), method, f"{control:g}", out]
        finished = subprocess.run(words, env=settings, cwd=folder, capture_output=True, text=True, errors="replace")
        used = json.loads(report.read_text())
        if used["elapsed"] >= limit:
            return measurement | {"failure": f"more than {limit} s"}
        if finished.returncode:
            last = " ".join(finished.stderr.strip().splitlines()[-1:])
            return measurement | {"failure": f"exit code {finished.returncode}: {last[:200]}"}
        result = json.loads(pathlib.Path(f"{out}.json").read_text())
        fields = np.fromfile(f"{out}.fields").reshape(3, points, points)
    error = difference(fields, reference(problem, points))
    if not np.isfinite(error):
        return measurement | {"failure": "not finite"}
    return measurement | {
        "error": error,
        "stepping": result["stepping"],
        "setup": result["setup"],
        "elapsed": used["elapsed"],
        "processor_seconds": result.get("processor_seconds", used["processor_seconds"]),
        "megabytes": result.get("megabytes", used["megabytes"]),
        "steps": result["steps"],
        "note": result["note"],
        "version": version(peer, result),
    }
