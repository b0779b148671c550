"""The parts of a step beside the same in C, written for the purpose, and beside libraries: times per point in one run, in turn.

    .venv/bin/python Benchmarks/kernels.py                             all of it, into docs/kernels.md and docs/kernels.json (minutes)
    .venv/bin/python Benchmarks/kernels.py --compare docs/kernels.json  prints the figures beside earlier ones, and writes nothing
    .venv/bin/python Benchmarks/kernels.py --read                      the page again, from docs/kernels.json

One thread on one processor, medians of `--repeat` turns, each in a process of its own. Oncofield's figures are those of
`oncofield bench`: whole steps, with their checks. The answers are compared too. scipy is there if Benchmarks/peers/compare.py has
made its environment.
"""

import argparse
import datetime
import json
import math
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import tempfile
import time

import h5py
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = ROOT / "scripts" / "oncofield"
PAGE = ROOT / "docs" / "kernels.md"
PEERS_PYTHON = ROOT / "runs" / "peers-venv" / "bin" / "python"
POINTS = [128, 256, 512, 1024]
COMPILE = ["cc", "-O3", "-march=native", "-ffast-math"]

HEAT = {
    "model": {"name": "heat", "fields": {"u": {"diffusion": 1}}, "reactions": {}},
    "domain": {"size": [1, 1], "points": [128, 128]},
    "initial": {"u": "1 + cos(2*pi*x)*cos(4*pi*y)"},
    "numerics": {"propagator": "fourier"},
    "time": {"end": 1, "step": 1e-4, "scheme": "strang"},
}
IMMUNOTHERAPY = ROOT / "Benchmarks" / "problems" / "immunotherapy.json"
STRANG = ["--set", "time.scheme=strang", "--set", "time.step=0.04"]
# One step of ETD2RK for each flow, as in C.
SAME = [*STRANG, "--set", "time.reactions.method=etd2rk", "--set", "time.reactions.tolerance=0.1"]

SCIPY = """
import math, sys, time
import numpy as np, scipy.fft
n, steps = int(sys.argv[1]), int(sys.argv[2])
x = (np.arange(n) + 0.5) / n
k = np.pi * np.arange(n)
u = 1 + np.cos(2 * np.pi * x)[None, :] * np.cos(4 * np.pi * x)[:, None]
g = np.exp(-1e-4 * (k[None, :] ** 2 + k[:, None] ** 2))
def step(u):
    return scipy.fft.idctn(g * scipy.fft.dctn(u, workers=1), workers=1)
step(u)
start = time.perf_counter()
for _ in range(steps):
    u = step(u)
seconds = time.perf_counter() - start
exact = 1 + math.exp(-20 * math.pi**2 * 1e-4 * steps) * np.cos(2 * np.pi * x)[None, :] * np.cos(4 * np.pi * x)[:, None]
print(seconds * 1e9 / (n * n * steps), np.linalg.norm(u - exact) / np.linalg.norm(exact))
"""


def output(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout


class Kernels:
    """Makes what is measured in a folder of its own; `figures` has name → its times, in turn."""

    def __init__(self, folder, program):
        self.folder, self.program, self.figures = folder, program, {}
        self.strang = folder / "strang"
        output(*COMPILE, ROOT / "Benchmarks" / "kernels" / "strang.c", "-o", self.strang, "-lfftw3", "-lm")
        self.reaction = folder / "reaction"
        output("cc", "-O3", "-march=native", "-o", self.reaction, ROOT / "Benchmarks" / "reference" / "reaction_rate.c")
        self.rates = ROOT / ".build" / "release" / "reaction-rate"
        output("swift", "build", "-c", "release", "--package-path", ROOT, "--product", "reaction-rate")
        self.heat = folder / "heat.json"
        self.heat.write_text(json.dumps(HEAT))

    def note(self, name, value):
        self.figures.setdefault(name, []).append(value)

    def bench(self, name, file, points, *changes):
        """Whole steps, and what of them is reactions and diffusion, all in ns per point and field."""
        common = ["--points", points, "--threads", 1, "--repeats", 1, "--json"]
        found = json.loads(output(self.program, "bench", file, *changes, *common))["results"][0]
        self.note(name, found["ns_per_point_field_step"])
        perPoint = 1e9 / (points * points * found["fields"])
        for part in ("reaction", "diffusion"):
            self.note(f"{name}, {part}", found["split"][part] * perPoint)

    def c(self, name, problem, points, transforms, step):
        steps = max(10, 12_000_000 // (points * points))
        self.note(name, float(output(self.strang, problem, points, transforms, step, steps).split()[0]))

    def turn(self):
        for points in POINTS:
            self.bench(f"heat {points}", self.heat, points)
            self.c(f"heat {points} fused", 1, points, "fused", 1e-4)
            self.c(f"heat {points} fftw", 1, points, "fftw", 1e-4)
            if PEERS_PYTHON.exists():
                steps = max(10, 4_000_000 // (points * points))
                self.note(f"heat {points} scipy", float(output(PEERS_PYTHON, "-c", SCIPY, points, steps).split()[0]))
            # D Δt/Δx² = 0.2, and whichever propagator the program takes.
            short = ["--set", f"time.step={0.2 / points**2}", "--set", "numerics.propagator=auto"]
            self.bench(f"short {points}", self.heat, points, *short)
            self.c(f"short {points} fused", 1, points, "fused", 0.2 / points**2)
        for points in POINTS[:3]:
            self.bench(f"strang {points}", IMMUNOTHERAPY, points, *STRANG)
            self.bench(f"same {points}", IMMUNOTHERAPY, points, *SAME)
            self.c(f"strang {points} fused", 2, points, "fused", 0.04)
            self.c(f"strang {points} fftw", 2, points, "fftw", 0.04)
        for prefix, command in (("rates", [self.rates]), ("rates c", [self.reaction])):
            for line in output(*command).splitlines():
                form, value = line.split()
                if form != "sum":
                    self.note(f"{prefix} {form}", float(value))
        self.checkpoints()

    def checkpoints(self):
        """Seconds of a checkpoint of three fields of 512², of its bytes written by hand, and those of the fields."""
        every = {"none": 1000, "each": 0.04}
        seconds = {}
        for name, interval in every.items():
            changes = ["domain.points=[512,512]", "time.scheme=etdrk4", "time.step=0.04", "time.end=0.8", f"checkpoint.every={interval}"]
            directory = self.folder / f"checkpoints-{name}"
            start = time.monotonic()
            sets = [word for change in changes for word in ("--set", change)]
            output(self.program, "run", IMMUNOTHERAPY, *sets, "--threads", 1, "--output", directory, "--overwrite", "--quiet")
            seconds[name] = time.monotonic() - start
        self.note("checkpoint", (seconds["each"] - seconds["none"]) / 19)
        newest = max((self.folder / "checkpoints-each" / "checkpoints").glob("*.h5"))
        content = newest.read_bytes()
        self.note("checkpoint bytes", len(content))
        start = time.monotonic()
        with open(self.folder / "plain", "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        self.note("checkpoint plain", time.monotonic() - start)

    def check(self):
        """All give the same answers."""
        for transforms in ("fused", "fftw"):
            assert float(output(self.strang, 1, 128, transforms, 1e-4, 50).split()[1]) < 1e-13
        if PEERS_PYTHON.exists():
            assert float(output(PEERS_PYTHON, "-c", SCIPY, 128, 50).split()[1]) < 1e-13
        directory = self.folder / "answer"
        output(self.program, "run", self.heat, "--set", "time.end=0.005", "--output", directory, "--quiet")
        with h5py.File(max((directory / "checkpoints").glob("*.h5"))) as file:
            u = file["fields/u"][...]
        x = (np.arange(128) + 0.5) / 128
        exact = 1 + math.exp(-20 * math.pi**2 * 0.005) * np.cos(2 * np.pi * x)[None, :] * np.cos(4 * np.pi * x)[:, None]
        assert np.linalg.norm(u - exact) < 1e-13 * np.linalg.norm(exact)
        sums = [float(output(self.strang, 2, 128, transforms, 0.04, 50).split()[1]) for transforms in ("fused", "fftw")]
        assert abs(sums[0] - sums[1]) < 1e-10 * sums[0]
        # Reactions to 1e-6, and by one step of second order as in C; these two know the decay in different ways.
        for name, changes in (("strang", STRANG), ("same", SAME)):
            # No rows of observables between steps, which would take steps of their own.
            output(self.program, "run", IMMUNOTHERAPY, "--set", "domain.points=[128,128]", *changes, "--set", "time.end=2",
                   "--set", "output.observables.every=2", "--output", directory, "--overwrite", "--quiet")  # fmt: skip
            with h5py.File(max((directory / "checkpoints").glob("*.h5"))) as file:
                ours = sum(file[f"fields/{field}"][...].sum() for field in "uvw")
            assert abs(sums[0] - ours) < 3e-2 * ours, (name, sums, ours)
            work = json.loads((directory / "run.json").read_text())
            self.note(f"{name} evaluations", work["work"]["rate_evaluations"] / work["steps"])


def processor():
    names = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    return names[0] if names else platform.machine()


def middle(figures, name):
    return statistics.median(figures[name]) if name in figures else math.nan


def ratio(figures, name, other):
    """Of one time to another in the same turn: median and range."""
    if name not in figures or other not in figures:
        return "–"
    all_ = sorted(a / b for a, b in zip(figures[name], figures[other]))
    return f"{statistics.median(all_):.2f} ({all_[0]:.2f}–{all_[-1]:.2f})"


def table(head, rows):
    return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in [head, ["---"] * len(head), *rows])


def page(results):
    f = results["figures"]

    def ns(name):
        return f"{middle(f, name):.2f}"

    heat = [
        [f"{n}²", ns(f"heat {n}"), ns(f"heat {n} fused"), ratio(f, f"heat {n}", f"heat {n} fused"),
         ratio(f, f"heat {n} fftw", f"heat {n}"), ratio(f, f"heat {n} scipy", f"heat {n}")]
        for n in POINTS
    ]  # fmt: skip
    short = [
        [f"{n}²", ns(f"short {n}"), ns(f"short {n} fused"), ratio(f, f"short {n}", f"short {n} fused")] for n in POINTS
    ]
    strang, same = (
        [
            [f"{n}²", ns(f"{kind} {n}"), ns(f"{kind} {n}, reaction"), ns(f"{kind} {n}, diffusion"), ns(f"strang {n} fused"),
             ns(f"strang {n} fftw"), ratio(f, f"{kind} {n}", f"strang {n} fused"), ratio(f, f"{kind} {n}", f"strang {n} fftw")]
            for n in POINTS[:3]
        ]
        for kind in ("strang", "same")
    )  # fmt: skip
    heads = ["points", "Oncofield", "its reactions", "its diffusion", "fused C", "FFTW and C", "Oncofield / fused C", "Oncofield / FFTW and C"]
    rates = [
        [what, ns(f"rates {form}"), ns(f"rates c {c}"), ratio(f, f"rates {form}", f"rates c {c}")]
        for what, form, c in (
            ("one tile again and again, in cache", "cache", "cache"),
            ("all points, fields and rates where they lie", "memory", "memory"),
            ("the integrator of runs, per evaluation (C: an evaluation alone)", "integrator", "memory"),
        )
    ]
    megabytes = 3 * 512 * 512 * 8 / 1e6
    return f"""# Parts of a step, beside C written for the purpose

Written by `.venv/bin/python Benchmarks/kernels.py`, which explains itself. One thread on one processor, everything in turn, each time
in a process of its own, medians of {results["repeat"]} turns; ratios are those of times in the same turn, with their range. Each single
figure is in [kernels.json](kernels.json), a baseline for `--compare`.

{results["date"]}, {results["processor"]}, {results["compiler"]} with `{" ".join(COMPILE[1:])}`; load before and after {results["load"]}; commit {results["commit"]}.

## Exact diffusion

The heat equation in a square without flux, D Δt = 10⁻⁴ of its area, ns per point and step. Oncofield's are whole steps of a run with `strang`, with its
checks. *Fused C* is a program for powers of two and this equation alone, with the same route: one pass through memory for each axis, transforms of
sixteen lines at a time, forward and back with all factors in one product between. *FFTW* is its own cosine transforms of the whole square (`REDFT10`,
`REDFT01`, measured plans), *scipy* `dctn` and `idctn`. All answers agree to 10⁻¹³.

{table(["points", "Oncofield, ns", "fused C, ns", "Oncofield / fused C", "FFTW / Oncofield", "scipy / Oncofield"], heat)}

With D Δt/Δx² = 0.2, where Oncofield takes a kernel of a few points instead:

{table(["points", "Oncofield, ns", "fused C, ns", "Oncofield / fused C"], short)}

## A Strang step with reactions

Immunotherapy, three fields, steps of 0.04, ns per point, field and step. In C a flow of reactions is one step of ETD2RK whose error nobody knows, with the
constant decays taken exactly, and the last flow of a step is joined with the first of the next: two evaluations of the rates for each step. Oncofield has the state at the end
of each step, so that looking at it changes nothing, and takes the largest loss in a tile exactly, whatever it depends on.

The same method, `--set time.reactions.method=etd2rk --set time.reactions.tolerance=0.1`: {middle(f, "same evaluations"):.0f} evaluations a step, and their errors:

{table(heads, same)}

As it comes, each flow to the tolerance that a fixed step has (10⁻⁶): {middle(f, "strang evaluations"):.0f} evaluations a step.

{table(heads, strang)}

## Rates

The right-hand side of immunotherapy, ns per point for all three fields: Oncofield's vector program, made from the texts of the run file, and the same
expressions compiled from C.

{table(["form", "Oncofield, ns", "C, ns", "ratio"], rates)}

## Checkpoints

A checkpoint of {megabytes:.1f} MB of fields and what `etdrk4` remembers of them, {middle(f, "checkpoint bytes") / 1e6:.1f} MB, made safe and read back before it counts,
one after each step of a run: {1000 * middle(f, "checkpoint"):.0f} ms each, for {1000 * middle(f, "checkpoint plain"):.0f} ms that a plain write of as many bytes with `fsync` takes
(ratio {ratio(f, "checkpoint", "checkpoint plain")}).
"""


def compare(figures, earlier):
    print(f"{'':34} {'now':>9} {'then':>9} {'ratio':>7}")
    for name in figures:
        then = middle(earlier["figures"], name)
        print(f"{name:34} {middle(figures, name):9.3g} {then:9.3g} {middle(figures, name) / then:7.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--compare", type=pathlib.Path, help="figures of an earlier run")
    parser.add_argument("--program", type=pathlib.Path, default=PROGRAM)
    parser.add_argument("--read", action="store_true", help="only the page again, from docs/kernels.json")
    arguments = parser.parse_args()
    if arguments.read:
        PAGE.write_text(page(json.loads(PAGE.with_suffix(".json").read_text())))
        return
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[-1]})
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        kernels = Kernels(pathlib.Path(folder), arguments.program)
        kernels.check()
        for number in range(arguments.repeat):
            print(f"turn {number + 1} of {arguments.repeat} …", flush=True)
            kernels.turn()
    if arguments.compare:
        compare(kernels.figures, json.loads(arguments.compare.read_text()))
        return
    results = {
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "compiler": output("cc", "--version").splitlines()[0],
        "commit": output("git", "-C", ROOT, "rev-parse", "--short", "HEAD").strip() if shutil.which("git") else "unknown",
        "load": f"{load:.1f} and {os.getloadavg()[0]:.1f}",
        "repeat": arguments.repeat,
        "figures": {name: [float(f"{value:.4g}") for value in values] for name, values in kernels.figures.items()},
    }
    PAGE.with_suffix(".json").write_text(json.dumps(results, indent=1) + "\n")
    PAGE.write_text(page(results))


if __name__ == "__main__":
    main()
