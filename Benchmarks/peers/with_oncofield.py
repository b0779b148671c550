"""Oncofield: the run files of Benchmarks/problems with the spectral Laplacian, no-flux, steps by their error.

METHOD a scheme (auto takes the one that follows from the model) and with P3 `numerics.taxis`, CONTROL `time.tolerance`. The program is that of PEERS_ONCOFIELD. The
stepping is the seconds of the steps in run.json. Processor seconds and memory are those of the program, not of this script that starts it by PEERS_LAUNCH.
"""

import json
import os
import pathlib
import subprocess
import tempfile

import h5py

from case import Case

PROBLEMS = pathlib.Path(__file__).resolve().parents[1] / "problems"
case = Case()
scheme, _, taxis = case.method.partition(" ")
settings = {
    "domain.points": f"[{case.points},{case.points}]",
    "time.scheme": scheme,
    "time.tolerance": f"{case.control:g}",
    "output.fields.every": case.problem.end,
    "output.observables.every": case.problem.end,
}
if taxis:
    settings["numerics.taxis"] = taxis
file = PROBLEMS / {2: "immunotherapy.json", 3: "chemotaxis.json"}[case.number]
with tempfile.TemporaryDirectory() as folder:
    out = pathlib.Path(folder) / "out"
    report = pathlib.Path(folder) / "report"
    command = [os.environ["PEERS_LAUNCH"], report, "0", os.environ["PEERS_ONCOFIELD"]]
    command += ["run", file, "--output", out, "--quiet", "--threads", "1"]
    command += [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    case.start_stepping()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    used = json.loads(report.read_text())
    summary = json.loads((out / "run.json").read_text())
    names = json.loads((out / "resolved.json").read_text())["model"]["fields"]
    with h5py.File(out / "fields.h5") as series:
        assert series["time"][-1] == case.problem.end
        fields = [series[name][-1] for name in names]
case.finish(
    fields, summary["steps"], summary["seconds"]["steps"], note=summary["scheme"],
    processor_seconds=used["processor_seconds"], megabytes=used["megabytes"],
    version=f"{summary['program']}, commit {summary['commit'][:8]}",
)  # fmt: skip
