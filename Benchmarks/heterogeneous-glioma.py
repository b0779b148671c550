"""Cost of a diffusivity that depends on the position, beside a constant one, at equal accuracy, on a glioma.

Runs the program (`scripts/oncofield`) on a growing glioma with the diffusivities of white and grey matter, once with that
of white matter everywhere, once in a pattern of patches. The error in time is that of a step of a day against a step of
1/32 day; both are of second order, so that equal errors need steps in the ratio of the square root of the errors.

    .venv/bin/python Benchmarks/heterogeneous-glioma.py
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile

import h5py
import numpy as np

PROGRAM = pathlib.Path(__file__).resolve().parents[1] / "scripts" / "oncofield"
WHITE, GREY = 0.13, 0.026  # mm²/day
PATCHES = f"where((x-100)^2/4900 + (y-100)^2/3600 < 1 && sin(x/9)*sin(y/7) > 0, {WHITE}, {GREY})"


def run_file(diffusion, points, step):
    return {
        "model": {
            "name": "glioma",
            "fields": {"u": {"diffusion": diffusion}},
            "reactions": {"u": "0.012*u*(1 - u)"},
        },
        "domain": {"size": [200, 200], "points": [points, points]},
        "initial": {"u": "0.6*exp(-((x-90)^2 + (y-100)^2)/40)"},
        "time": {"end": 128, "step": step},
        "numerics": {"symbol": "second-order"},
        "output": {"fields": {"every": 128}},
    }


def final(folder, content):
    (folder / "run.json").write_text(json.dumps(content))
    arguments = ["run", folder / "run.json", "--output", folder / "out", "--overwrite", "--quiet"]
    subprocess.run([PROGRAM, *arguments], check=True, capture_output=True)
    with h5py.File(folder / "out" / "fields.h5") as file:
        return file["u"][-1]


def diffusion_seconds(folder, content, points):
    (folder / "run.json").write_text(json.dumps(content))
    arguments = ["bench", folder / "run.json", "--points", str(points), "--threads", "1", "--json"]
    found = subprocess.run([PROGRAM, *arguments], check=True, capture_output=True, text=True)
    return json.loads(found.stdout)["results"][0]["split"]["diffusion"]


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for points in (200, 512):
            cases = {"constant": WHITE, "D(x)": PATCHES}
            errors = {
                case: np.abs(
                    final(folder, run_file(diffusion, points, 1)) - final(folder, run_file(diffusion, points, 1 / 32))
                ).max()
                for case, diffusion in cases.items()
            }
            ratios = []
            for _ in range(5):
                times = {case: diffusion_seconds(folder, run_file(value, points, 1), points) for case, value in cases.items()}
                ratios.append(times["D(x)"] / times["constant"])
            equal_step = statistics.median(ratios)
            equal_error = equal_step * (errors["D(x)"] / errors["constant"]) ** 0.5
            print(f"{points}² points: errors {errors['constant']:.2g} (constant), {errors['D(x)']:.2g} (D(x));", end=" ")
            print(f"diffusion takes {equal_step:.2f} × the time at equal steps, {equal_error:.2f} × at equal errors")


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    main()
