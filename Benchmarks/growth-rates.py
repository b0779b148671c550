"""How right each scheme grows a pattern near its onset, into docs/growth-rates.md.

    .venv/bin/python Benchmarks/growth-rates.py [--program scripts/oncofield]

Schnakenberg's model just beyond the onset of patterns, periodic, from a cosine of the critical wave number. The growth rate of its amplitude
between two times is compared with the largest eigenvalue of `J − k² D`, the dispersion relation, which holds exactly for small amplitudes.
"""

import argparse
import csv
import json
import math
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "growth-rates.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

# Steady state u = 1, v = 0.9; f_u = 0.8, f_v = 1, g_u = −1.8, g_v = −1; the onset is at D_v = 8.57.
DIFFUSIVITY = 8.8
WAVE = math.sqrt((0.8 * DIFFUSIVITY - 1) / (2 * DIFFUSIVITY))
TIMES = (100, 300)
TOLERANCES = ("1e-2", "1e-3", "1e-4", "1e-6")
AMPLITUDES = ("1e-3", "1e-5", "1e-8")
STEPS = (0.03, 0.1, 0.3, 1, 3)


def exact_rate():
    trace = -0.2 - (1 + DIFFUSIVITY) * WAVE**2
    determinant = (0.8 - WAVE**2) * (-1 - DIFFUSIVITY * WAVE**2) + 1.8
    return trace / 2 + math.sqrt(trace**2 / 4 - determinant)


def measure(program, amplitude, **time):
    """The error of the growth rate and the steps of the run; none if the program refuses."""
    text = {
        "model": {
            "name": "schnakenberg",
            "fields": {"u": {"diffusion": 1}, "v": {"diffusion": DIFFUSIVITY}},
            "reactions": {"u": "0.1 - u + u^2*v", "v": "0.9 - u^2*v"},
        },
        "domain": {"size": [8 * math.pi / WAVE], "points": [64], "boundary": "periodic"},
        "initial": {"u": f"1 + {amplitude}*cos({WAVE!r}*x)", "v": 0.9},
        "time": {"end": TIMES[1], **time},
        "observables": {"amplitude": "(max(u) - min(u))/2"},
        "output": {"observables": {"every": TIMES[0]}},
        "numerics": {"propagator": "fourier", "symbol": "spectral"},
    }
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        (directory / "run.json").write_text(json.dumps(text))
        finished = subprocess.run([program, "run", directory / "run.json", "--output", directory / "out"], capture_output=True, text=True)
        if finished.returncode:
            return None
        with open(directory / "out" / "observables.csv", newline="") as file:
            amplitudes = {float(row["t"]): float(row["amplitude"]) for row in csv.DictReader(file)}
        steps = json.loads((directory / "out" / "run.json").read_text())["steps"]
    first, last = (amplitudes[float(time)] for time in TIMES)
    if first <= 0 or last <= 0:
        return -math.inf, steps
    return math.log(last / first) / (TIMES[1] - TIMES[0]) / exact_rate() - 1, steps


def cell(result):
    if result is None:
        return "–"
    error, steps = result
    text = "gone" if error == -math.inf else f"{100 * error:+.1f} %" if abs(error) >= 5e-4 else "right"
    return f"{text} ({steps})"


def table(head, rows):
    return "\n".join([f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"] + [f"| {' | '.join(row)} |" for row in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / "scripts" / "oncofield", type=pathlib.Path)
    arguments = parser.parse_args()
    schema = json.loads(subprocess.run([arguments.program, "schema"], capture_output=True, text=True, check=True).stdout)
    schemes = schema["properties"]["time"]["properties"]["scheme"]["enum"]
    parts = [f"The right rate is σ = {exact_rate():.6f}. \"Right\" is: to 0.05 %. Below −100 % the pattern shrinks; \"gone\" is: to nothing. In brackets the steps of the run."]
    for amplitude in AMPLITUDES:
        rows = [
            [f"`{scheme}`"] + [cell(measure(arguments.program, amplitude, scheme=scheme, tolerance=float(tolerance))) for tolerance in TOLERANCES]
            for scheme in schemes
            if scheme != "lie"
        ]
        parts.append(f"From an amplitude of {amplitude}, by tolerance:\n\n" + table(["scheme", *TOLERANCES], rows))
    rows = [
        [f"`{scheme}`"] + [cell(measure(arguments.program, "1e-5", scheme=scheme, step=step)) for step in STEPS]
        for scheme in schemes
        if scheme != "auto"
    ]
    parts.append("From 1e-5, with a fixed step:\n\n" + table(["scheme", *map(str, STEPS)], rows))
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n" + "\n\n".join(parts) + f"\n{END}{rest.split(END)[1]}")


if __name__ == "__main__":
    main()
