"""How much work each scheme needs for which accuracy, on the problems in Benchmarks/problems.

    .venv/bin/python Benchmarks/work-precision.py                       all of it, into docs/work-precision.md
    .venv/bin/python Benchmarks/work-precision.py --problem turing --scheme strang4 --tolerance 1e-4
    .venv/bin/python Benchmarks/work-precision.py --scheme auto --against OTHER_PROGRAM

Runs the program on every problem, with every scheme that `oncofield schema` lists and every tolerance, on one thread, and
compares the fields with reference solutions of Benchmarks/reference/solutions.py on the same points, which are
computed when they are not there yet; some problems have none, and are compared with a run at a tight tolerance. The error is the largest over fields of the relative L2 difference, at the end and,
from a run that is not timed, at twenty times in between; the time is that of the processor, start and output (some 0.03 s)
included, the least of `--repeat` runs, and of five if they take less than a second. What a scheme refuses, and what
takes longer than `--limit` seconds, is reported as such; after that the tighter tolerances of the pair are left out.

With `--against` another build runs every problem too, each run of one beside one of the other, and the table has the ratios of
their seconds to an error with their geometric mean.
"""

import argparse
import dataclasses
import json
import math
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

import h5py
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = ROOT / "scripts" / "oncofield"
PROBLEMS = ROOT / "Benchmarks" / "problems"
REFERENCES = ROOT / "runs" / "references"
PAGE = ROOT / "docs" / "work-precision.md"
NAMES = ["turing", "immunotherapy", "chemotaxis", "dormancy", "infiltration", "fisher", "acid"]
# Problems without an independent solution, and the scheme and tolerance of the run of the program that stands in for it.
OWN_REFERENCES = {
    "binding": ("etdrk4", "1e-8"),
    "fisher-disk": ("strang4", "1e-8"),
    "habitat": ("strang4", "1e-8"),
    "immunotherapy-3d": ("etdrk4", "1e-8"),
    "keller-segel": ("etdrk4", "1e-8"),
    "space-phenotype": ("etdrk4", "1e-8"),
    "viral-disk": ("strang4", "1e-7"),
}
NAMES += OWN_REFERENCES
FRAMES = 20
TOLERANCES = ["1e-2", "1e-3", "1e-4", "1e-5", "1e-6", "1e-7"]
WORK = ["rate_evaluations", "transforms", "kernel_passes", "diffusion_stages", "taxis_stages"]
TARGETS = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6]


@dataclasses.dataclass
class Result:
    problem: str
    scheme: str
    tolerance: str
    seconds: float = math.nan
    error: float = math.nan
    """The largest of the times in between and the end."""
    largest_error: float = math.nan
    """Of run.json."""
    summary: dict = dataclasses.field(default_factory=dict)
    """Why there is no error."""
    failure: str = ""

    @property
    def counts(self):
        """Steps, rejected steps, and the work that `run.json` counts."""
        return [self.summary["steps"], self.summary["rejected_steps"]] + [round(self.summary["work"][key]) for key in WORK]


def problem_file(name):
    text = re.sub(r"^\s*//.*$", "", (PROBLEMS / f"{name}.json").read_text(), flags=re.MULTILINE)
    return json.loads(re.sub(r",(\s*[}\]])", r"\1", text))


def schemes(program):
    """The names that the JSON Schema of run files allows."""
    schema = json.loads(subprocess.run([program, "schema"], check=True, capture_output=True, text=True).stdout)
    return schema["properties"]["time"]["properties"]["scheme"]["enum"]


def reference(name, arguments):
    """Times × fields × points."""
    path = REFERENCES / f"{name}.npy"
    own = name.removesuffix("-neighbors")
    if not path.exists() and own in OWN_REFERENCES:
        scheme, tolerance = OWN_REFERENCES[own]
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "out"
            patient = argparse.Namespace(**{**vars(arguments), "limit": math.inf})
            run_program(own, scheme, tolerance, problem_file(own)["time"]["end"] / FRAMES, out, patient)
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, rows(out))
    elif not path.exists():
        script = ROOT / "Benchmarks" / "reference" / "solutions.py"
        subprocess.run([sys.executable, script, "--problem", name, "--directory", REFERENCES], check=True)
    return np.load(path)


def difference(values, exact):
    return max(np.linalg.norm(a - b) / np.linalg.norm(b) for a, b in zip(values, exact, strict=True) if np.any(b))


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class RunFailed(Exception):
    pass


def run_program(problem, scheme, tolerance, rows_every, out, arguments):
    settings = {
        "time.scheme": scheme,
        "time.tolerance": tolerance,
        "output.fields.every": rows_every,
        "output.observables.every": problem_file(problem)["time"]["end"],
    }
    command = [arguments.program, "run", PROBLEMS / f"{problem}.json", "--output", out, "--overwrite", "--quiet"]
    command += ["--threads", "1"] + [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
    # A run that is looked at takes longer than the one whose time counts.
    limit = arguments.limit if rows_every == problem_file(problem)["time"]["end"] else 3 * arguments.limit
    try:
        finished = subprocess.run(command, capture_output=True, text=True, timeout=limit if math.isfinite(limit) else None)
    except subprocess.TimeoutExpired:
        raise RunFailed(f"more than {limit:g} s") from None
    if finished.returncode:
        raise RunFailed(f"exit code {finished.returncode}: {finished.stderr.strip().splitlines()[0]}")


def rows(out):
    """Times × fields × points."""
    with h5py.File(out / "fields.h5") as file:
        fields = json.loads((out / "resolved.json").read_text())["model"]["fields"]
        return np.stack([file[name][:] for name in fields], axis=1)


def measure(problem, scheme, tolerance, arguments):
    result = Result(problem, scheme, tolerance)
    exact = reference(problem_in_space(problem, scheme), arguments)
    end = problem_file(problem)["time"]["end"]
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out"
        try:
            done = 0
            while done == 0 or done < runs_wanted(result, arguments):
                time(result, exact, end, out, arguments)
                done += 1
            run_program(problem, scheme, tolerance, end / (len(exact) - 1), out, arguments)
        except RunFailed as failure:
            result.failure = str(failure)
            return result
        found = rows(out)
        result.largest_error = max(difference(a, b) for a, b in zip(found[1:], exact[1:], strict=True))
    return result


def time(result, exact, end, out, arguments):
    """Fills in the seconds and the error at the end of one run."""
    before = processor_seconds()
    run_program(result.problem, result.scheme, result.tolerance, end, out, arguments)
    seconds = [processor_seconds() - before]
    if not math.isnan(result.seconds):
        seconds.append(result.seconds)
    result.seconds = min(seconds)
    result.summary = json.loads((out / "run.json").read_text())
    result.error = difference(rows(out)[-1], exact[-1])


def runs_wanted(result, arguments):
    """How often a run is timed, its time being known from the first."""
    return arguments.repeat if result.seconds > 1 else max(arguments.repeat, 5)


def problem_in_space(problem, scheme):
    """The reference with the Laplacian that the scheme has, so that the error is that of time alone."""
    isWithNeighbors = scheme == "etd2-positive" and problem_file(problem).get("numerics", {}).get("symbol") == "spectral"
    return f"{problem}-neighbors" if isWithNeighbors else problem


def run(arguments):
    results = []
    for problem in arguments.problem or NAMES:
        reference(problem, arguments)
        for scheme in arguments.scheme or schemes(arguments.program):
            for tolerance in arguments.tolerance or TOLERANCES:
                result = measure(problem, scheme, tolerance, arguments)
                results.append(result)
                print(line(result, spaced=True), flush=True)
                if result.failure:
                    break
    return results


def compare(arguments):
    """Prints the seconds to an error of two programs, whose runs alternate."""
    programs = [arguments.program, arguments.against]
    ratios = []
    print(row(["problem", "scheme", "error", "seconds", "of the other", "ratio"]))
    print(row(["---"] * 6))
    for problem in arguments.problem or NAMES:
        for scheme in arguments.scheme or ["auto"]:
            results = [alternating(problem, scheme, tolerance, programs, arguments) for tolerance in arguments.tolerance or TOLERANCES]
            for target in TARGETS:
                ours, theirs = (fastest(found, target) for found in zip(*results, strict=True))
                if ours is None or theirs is None:
                    continue
                ratios.append(ours / theirs)
                cells = [problem, scheme, f"{target:.0e}", f"{ours:.3f}", f"{theirs:.3f}", f"{ratios[-1]:.2f}"]
                print(row(cells), flush=True)
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    print(f"\nGeometric mean of {len(ratios)} ratios: {mean:.3f}; above 1.15: {sum(ratio > 1.15 for ratio in ratios)}")


def fastest(results, target):
    """Seconds of the fastest of some runs that is as accurate as that; None if none is."""
    return min((result.seconds for result in results if result.error <= target), default=None)


def alternating(problem, scheme, tolerance, programs, arguments):
    """A result of each program, their runs being taken in turn."""
    results = [Result(problem, scheme, tolerance) for _ in programs]
    exact = reference(problem_in_space(problem, scheme), arguments)
    end = problem_file(problem)["time"]["end"]
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(max(arguments.repeat, 5)):
            for number, (result, program) in enumerate(zip(results, programs, strict=True)):
                if result.failure or turn and turn >= runs_wanted(result, arguments):
                    continue
                own = argparse.Namespace(**{**vars(arguments), "program": program})
                try:
                    time(result, exact, end, pathlib.Path(folder) / str(number), own)
                except RunFailed as failure:
                    result.failure = str(failure)
    return results


def line(result, spaced=False):
    if result.failure:
        cells = [result.scheme, result.tolerance, result.failure.replace("|", "/")] + [""] * (4 + len(WORK))
    else:
        cells = [result.scheme, result.tolerance, f"{result.error:.1e}", f"{result.largest_error:.1e}", *result.counts, f"{result.seconds:.2f}"]
    if spaced:
        return f"{result.problem:14}" + "  ".join(f"{cell!s:>12}" for cell in cells)
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def cheapest(results, problem, scheme, target):
    """Seconds of the fastest run that is as accurate as that."""
    seconds = fastest([r for r in results if (r.problem, r.scheme) == (problem, scheme)], target)
    return "–" if seconds is None else f"{seconds:.2f}"


def page(results, arguments):
    problems = list(dict.fromkeys(result.problem for result in results))
    tried = list(dict.fromkeys(result.scheme for result in results))
    machine = next((result.summary for result in results if result.summary), {})
    lines = [
        "# Work and precision",
        "",
        "Written by `.venv/bin/python Benchmarks/work-precision.py`, which explains itself; problems in `Benchmarks/problems`.",
        f"{machine.get('program')}, commit {machine.get('commit')}, {machine.get('processor')}, one thread.",
        "",
        "## What a tolerance gives",
        "",
        *tolerance_tables(results, problems, tried),
        "",
        "## Seconds to an error",
        "",
        "The fastest run whose largest relative L2 error over fields, at the end, is at most that of the column. References are",
        "on the same points with the same Laplacian: `etd2-positive` always has that of neighboring points, all others have what",
        "the problem asks for. Those of " + ", ".join(OWN_REFERENCES) + " are runs of the program itself at 1e-7 and 1e-8.",
    ]
    head = ["scheme"] + [f"{target:.0e}".replace("e-0", "e-") for target in TARGETS]
    for problem in problems:
        lines += ["", f"**{problem}**: {problem_file(problem)['title']}{space_errors(problem, arguments)}", ""]
        lines += table(head, [[s] + [cheapest(results, problem, s, t) for t in TARGETS] for s in tried])
    lines += ["", "## All runs", ""]
    lines += ["Work as in `run.json`: evaluations of the rates at all points; transforms and passes of kernels of one field along"]
    lines += ["one axis; stages of super-time-stepping of one field and of taxis of one field along one axis."]
    head = ["scheme", "tolerance", "error", "largest in the run", "steps", "rejected"] + [key.replace("_", " ") for key in WORK] + ["s"]
    for problem in problems:
        lines += ["", f"**{problem}**", "", row(head), row(["---"] * len(head))]
        lines += [line(result) for result in results if result.problem == problem]
    return "\n".join(lines) + "\n"


def share(result):
    """The largest error in a run in units of its tolerance."""
    return result.largest_error / float(result.tolerance)


def is_within(value):
    """Whether an error is within a factor of ten of its tolerance."""
    return 0.1 <= value <= 10


def tolerance_tables(results, problems, tried):
    """The errors of runs beside their tolerances, and how many are within a factor of ten of them."""
    done = [result for result in results if not result.failure]
    lines = [
        "The largest error in the run, of twenty times and all fields, in units of the tolerance asked for. **Bold**: not within a",
        "factor of ten of it; in brackets, the steps of such a run.",
        "",
    ]
    counts = []
    for scheme in tried:
        shares = [share(result) for result in done if result.scheme == scheme]
        within = sum(is_within(value) for value in shares)
        counts.append([scheme, f"{within} of {len(shares)}", f"{min(shares):.2g}", f"{max(shares):.2g}"])
    lines += table(["scheme", "runs within a factor of ten", "least", "most"], counts)
    for problem in problems:
        rows = []
        for scheme in tried:
            runs = {r.tolerance: r for r in done if (r.problem, r.scheme) == (problem, scheme)}
            if runs:
                rows.append([scheme] + [share_cell(runs.get(tolerance)) for tolerance in TOLERANCES])
        lines += ["", f"**{problem}**", ""] + table(["scheme", *TOLERANCES], rows)
    return lines


def share_cell(result):
    if result is None:
        return "–"
    text = f"{share(result):.2g}"
    return text if is_within(share(result)) else f"**{text}** ({result.summary['steps']})"


def space_errors(problem, arguments):
    """How far the equations on the grid are from those in space, where that is known."""
    errors = []
    if problem == "chemotaxis":
        errors.append(("the fluxes of taxis make", "chemotaxis-spectral"))
    if (other := problem_in_space(problem, "etd2-positive")) != problem:
        errors.append(("the Laplacian of `etd2-positive` makes", other))
    texts = [f"{text} {difference(reference(name, arguments)[-1], reference(problem, arguments)[-1]):.1e}" for text, name in errors]
    return "; besides these errors, " + " and ".join(texts) if texts else ""


def row(cells):
    return "| " + " | ".join(cells) + " |"


def table(head, rows):
    return [row(head), row(["---"] * len(head))] + [row(cells) for cells in rows]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problem", action="append", choices=NAMES)
    parser.add_argument("--scheme", action="append")
    parser.add_argument("--tolerance", action="append")
    parser.add_argument("--limit", type=float, default=30, help="seconds for one run")
    parser.add_argument("--program", default=PROGRAM, help="instead of the one that is built from the sources as they are")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--output", type=pathlib.Path, help=f"the page to write; {PAGE.name} if nothing is left out")
    parser.add_argument("--against", help="another build, run beside the first")
    arguments = parser.parse_args()
    if arguments.against:
        return compare(arguments)
    results = run(arguments)
    isWhole = not (arguments.problem or arguments.scheme or arguments.tolerance)
    target = arguments.output or (PAGE if isWhole else None)
    if target:
        target.write_text(page(results, arguments))


if __name__ == "__main__":
    main()
