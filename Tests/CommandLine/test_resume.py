"""A run that was stopped or killed and resumed gives the same bytes as one that was never interrupted."""

import itertools
import json
import os
import random
import re
import shutil
import signal
import time

import h5py
import numpy as np
import pytest


def datasets(path):
    """Every dataset of an HDF5 file as bytes, by path."""
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            value = item[()]
            found[name] = value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode()

    with h5py.File(path) as file:
        file.visititems(visit)
    return found


def results(directory):
    """All that a run computed: fields, observables, its last checkpoint, the pictures."""
    checkpoints = sorted((directory / "checkpoints").glob("*.h5"))
    return {
        "fields": datasets(directory / "fields.h5"),
        "observables": (directory / "observables.csv").read_bytes(),
        "checkpoint": (checkpoints[-1].name, datasets(checkpoints[-1])),
        "images": {path.name: path.read_bytes() for path in (directory / "images").glob("*.png")},
    }


def assert_same(one, other):
    assert one["fields"].keys() == other["fields"].keys()
    for name, value in one["fields"].items():
        assert value == other["fields"][name], f"fields.h5:{name} differs"
    assert one["observables"] == other["observables"]
    assert one["checkpoint"][0] == other["checkpoint"][0]
    for name, value in one["checkpoint"][1].items():
        assert value == other["checkpoint"][1].get(name), f"checkpoint:{name} differs"
    assert one["images"] == other["images"]


def assert_branches_end_alike(oncofield, whole, tmp_path, fields=("u", "v", "w"), chosen=slice(None)):
    """Runs that branch off at each of the chosen checkpoints end with the fields of the whole run."""
    checkpoints = sorted((whole / "checkpoints").glob("*.h5"))
    final = datasets(checkpoints[-1])
    for checkpoint in checkpoints[:-1][chosen]:
        branch = tmp_path / checkpoint.stem
        oncofield("resume", whole, "--step", int(checkpoint.stem), "--output", branch, "--threads", 2)
        end = datasets(sorted((branch / "checkpoints").glob("*.h5"))[-1])
        for field in fields:
            assert end[f"fields/{field}"] == final[f"fields/{field}"], (checkpoint.stem, field)


def wait_for_checkpoint(directory, process, count=1):
    deadline = time.monotonic() + 60
    while len(list((directory / "checkpoints").glob("*.h5"))) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.002)


FIXED = [{"time.scheme": scheme} for scheme in ("lie", "strang", "strang4", "rebalanced-strang", "etdrk4")]
COUPLED = {"time.scheme": "etdrk4-coupled", "numerics.propagator": "fourier"}
CONTROLLED = [{**COUPLED, "time.step": None, "time.tolerance": 1e-3}] + [
    {"time.step": None, "time.tolerance": tolerance, "time.scheme": scheme}
    for scheme, tolerance in (("strang", 1e-3), ("strang4", 1e-3), ("rebalanced-strang", 1e-4), ("etdrk4", 1e-4), ("auto", 1e-3))
]


def name(changes):
    return "-".join(str(value) for value in changes.values() if value)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """The results of an uninterrupted run on one thread, computed once for each key."""
    known = {}

    def run(oncofield, path, key):
        if key not in known:
            directory = tmp_path_factory.mktemp("whole") / "run"
            oncofield("run", path, "--output", directory, "--threads", 1)
            known[key] = results(directory)
        return known[key]

    return run


@pytest.mark.parametrize("changes", FIXED + [COUPLED] + CONTROLLED, ids=name)
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("threads", [(1, 2), (2, 1)])
def test_interrupted_run_equals_uninterrupted_run_byte_for_byte(
    oncofield, start, run_file, uninterrupted, tmp_path, changes, stop, threads
):
    path = run_file(changes)
    whole = uninterrupted(oncofield, path, name(changes))
    broken = tmp_path / "broken"
    process = start("run", path, "--output", broken, "--threads", threads[0])
    wait_for_checkpoint(broken, process)
    time.sleep(random.uniform(0, 0.02))
    process.send_signal(stop)
    _, errors = process.communicate(timeout=60)
    if process.returncode != 0:  # it may have come to its end first
        assert process.returncode == (75 if stop == signal.SIGTERM else -signal.SIGKILL), errors
        oncofield("resume", broken, "--threads", threads[1])
    assert_same(whole, results(broken))


# So many kills, at most ten in a run; scripts/soak kills goes on to a thousand.
KILLS = int(os.environ.get("ONCOFIELD_KILLS", "20"))


def test_kills_at_random_moments_lose_nothing(oncofield, start, run_file, tmp_path):
    generator = random.Random(1)
    kills, most = 0, 0
    for number in itertools.count():
        if kills >= KILLS:
            break
        changes = (FIXED + CONTROLLED)[number % len(FIXED + CONTROLLED)]
        whole, broken = tmp_path / f"whole-{number}", tmp_path / f"broken-{number}"
        path = run_file(changes | {"time.end": 120, "checkpoint.every": 1})
        oncofield("run", path, "--output", whole)
        process = start("run", path, "--output", broken, "--threads", generator.randint(1, 2))
        wait_for_checkpoint(broken, process)
        before = kills
        while kills < min(KILLS, before + 10):
            time.sleep(generator.uniform(0, 0.15))
            process.kill()
            _, errors = process.communicate(timeout=60)
            if process.returncode == 0:
                break
            assert process.returncode == -signal.SIGKILL, errors
            kills += 1
            process = start("resume", broken, "--threads", generator.randint(1, 2))
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert_same(results(whole), results(broken))
        most = max(most, kills - before)
        shutil.rmtree(whole)
        shutil.rmtree(broken)
    print(f"{kills} kills in {number} runs, at most {most} in one")
    assert most >= 3


@pytest.mark.parametrize("changes", [{}, *CONTROLLED], ids=name)
def test_cadence_of_outputs_and_checkpoints_changes_no_bit(oncofield, run_file, uninterrupted, tmp_path, changes):
    sparse = {"output.fields.every": 20, "output.observables.every": 20, "output.images": None, "checkpoint.every": 40}
    dense = uninterrupted(oncofield, run_file(changes), name(changes) or "rebalanced-strang")["checkpoint"][1]
    oncofield("run", run_file(changes | sparse), "--output", tmp_path / "sparse")
    final = results(tmp_path / "sparse")["checkpoint"][1]
    for field in ("fields/u", "fields/v", "fields/w"):
        assert dense[field] == final[field]


def test_resuming_can_go_on_beyond_the_end(oncofield, run_file, tmp_path):
    path = run_file()
    oncofield("run", path, "--output", tmp_path / "long", "--set", "time.end=60")
    oncofield("run", path, "--output", tmp_path / "short")
    oncofield("resume", tmp_path / "short", "--set", "time.end=60")
    long, short = results(tmp_path / "long"), results(tmp_path / "short")
    assert long["fields"]["time"] == short["fields"]["time"]
    for name in ("u", "v", "w"):
        assert long["checkpoint"][1][f"fields/{name}"] == short["checkpoint"][1][f"fields/{name}"]


def test_resuming_a_finished_run_says_so_and_changes_nothing(oncofield, run_file, tmp_path):
    oncofield("run", run_file(), "--output", tmp_path / "out")
    before = results(tmp_path / "out")
    finished = oncofield("resume", tmp_path / "out")
    assert "already at its end" in finished.stderr
    assert_same(before, results(tmp_path / "out"))


def test_a_run_from_data_that_jump_goes_on_with_its_propagators(oncofield, tmp_path):
    """What the data at the start need is kept in checkpoints: later the same would not be found in the state."""
    path = tmp_path / "disk.json"
    path.write_text(json.dumps({
        "model": {"name": "hill", "fields": {"u": {"diffusion": 0.05}, "c": {"diffusion": 0.5}},
                  "reactions": {"u": "0.1*u*(1 - u)", "c": "hill(u, 0.5, 1.5) - c"}},
        "domain": {"size": [4, 4], "points": [24, 24]},
        "initial": {"u": "where((x - 2)^2 + (y - 2)^2 < 1, 1, 0)", "c": 0},
        "time": {"end": 2, "scheme": "strang4"},
        "checkpoint": {"every": 0.5, "keep": 10},
    }))
    oncofield("run", path, "--output", tmp_path / "whole", "--threads", 1)
    assert_branches_end_alike(oncofield, tmp_path / "whole", tmp_path, fields=("u", "c"))


def switch_of_propagators(oncofield, folder, run, key):
    """The note of run.json; branches from all checkpoints, other outputs and two threads end with the same bytes."""
    path = folder / "run.json"
    path.write_text(json.dumps(run))
    oncofield("run", path, "--output", folder / "whole", "--threads", 1)
    fields = tuple(run["model"]["fields"])
    assert_branches_end_alike(oncofield, folder / "whole", folder, fields=fields)
    path.write_text(json.dumps(run | {"output": {"fields": {"every": 0.3}, "observables": {"every": 0.1}}}))
    oncofield("run", path, "--output", folder / "often", "--threads", 2)
    ends = [datasets(sorted((folder / name / "checkpoints").glob("*.h5"))[-1]) for name in ("whole", "often")]
    assert all(ends[0][f"fields/{field}"] == ends[1][f"fields/{field}"] for field in fields)
    return json.loads((folder / "whole" / "run.json").read_text())[key]


@pytest.mark.parametrize("scheme", ["auto", "strang4", "rebalanced-strang", "etdrk4"])
def test_a_front_that_becomes_sharp_goes_on_with_its_propagators(oncofield, tmp_path, scheme):
    """The time from which on positive propagators move a field is kept in checkpoints; outputs, threads and branches change no bit."""
    model = {"name": "bistable", "fields": {"u": {"diffusion": 1e-2}}, "reactions": {"u": "0.5*u*(1 - u)*(u - 0.3)"}}
    run = {"model": model, "domain": {"size": [100], "points": [50]}, "initial": {"u": "0.5 + 0.4*cos(2*pi*x/100)"},
           "time": {"end": 100, "scheme": scheme}, "checkpoint": {"every": 5, "keep": 100}}
    since = switch_of_propagators(oncofield, tmp_path, run, "positive_propagators")
    assert [one["field"] for one in since] == ["u"] and 20 < since[0]["since"] < 60


@pytest.mark.parametrize("scheme", ["auto", "etdrk4"])
def test_a_field_that_becomes_empty_goes_on_with_its_propagators(oncofield, tmp_path, scheme):
    """Killed on the left half from t = 4 on, less than a thousandth of the largest value soon after."""
    rate = "u*(1 - u)*u/(0.5 + u) + 0.5*u*v - kill*u*(1 - tanh(x - 10))/2"
    model = {"name": "killed", "parameters": {"kill": 0}, "fields": {"u": {"diffusion": 0.01}, "v": {"diffusion": 0.01}},
             "reactions": {"u": rate, "v": "0.1*(1 - v)"}}
    run = {"model": model, "domain": {"size": [20], "points": [64]},
           "initial": {"u": "0.5 + 0.2*cos(pi*x/20)", "v": "1 + 0.5*cos(pi*x/10)"},
           "treatment": [{"name": "begin", "at": 4, "set": {"kill": 8}}, {"name": "end", "at": 9, "set": {"kill": 0}}],
           "time": {"end": 60, "scheme": scheme}, "checkpoint": {"every": 3, "keep": 100}}
    since = switch_of_propagators(oncofield, tmp_path, run, "emptied")
    assert [one["field"] for one in since] == ["u"] and 4 <= since[0]["since"] < 5.5


FRONT = """
{ "model": { "name": "front", "parameters": { "k": 1 }, "fields": { "u": { "diffusion": 1 } },
    "reactions": { "u": "k*u*(1 - u)" } },
  "domain": { "size": [200], "points": [800] }, "initial": { "u": "exp(-x^2/50)" },
  "time": { "end": 20, "scheme": "etdrk4" },
  "observables": { "front": "max(where(u > 0.5, x, 0))" },
  "output": { "observables": { "every": 5 } }, "checkpoint": { "every": 10 } }
"""


def rows(directory):
    return np.genfromtxt(directory / "observables.csv", delimiter=",", names=True)


def test_a_later_end_takes_what_the_stepper_remembers_for_what_it_is(oncofield, tmp_path):
    """To t = 30 the front must not be transformed, to t = 20 it may: coefficients of before are no values of after."""
    (tmp_path / "front.json").write_text(FRONT)
    oncofield("run", tmp_path / "front.json", "--output", tmp_path / "run")
    finished = oncofield("resume", tmp_path / "run", "--set", "time.end=30")
    assert "warning: up to here transforms have moved u, because the run was to end earlier" in finished.stderr
    table = rows(tmp_path / "run")
    # A front of speed 2 less 3/(2t), on points 0.25 apart.
    ahead = table["front"][table["t"] == 30][0] - table["front"][table["t"] == 20][0]
    assert abs(ahead - (20 - 1.5 * np.log(30 / 20))) < 0.8
    assert table["maxu"].max() < 1.001


def test_a_fork_with_faster_growth_keeps_empty_tissue_empty(oncofield, tmp_path):
    """With r = 0.1 the front may be transformed, with r = 2 its rounding ahead of it must not grow."""
    content = {
        "model": {"name": "m", "parameters": {"r": 0.1}, "fields": {"u": {"diffusion": 1}}, "reactions": {"u": "r*u - u^2"}},
        "domain": {"size": [200], "points": [1000]},
        "initial": {"u": "where(x < 10, 1, 0)"},
        "time": {"end": 30},
        "observables": {"front": "max(where(u > 0.5, x, 0))", "far": "max(where(x > 150, abs(u), 0))"},
        "checkpoint": {"every": 0.5, "keep": 99},
    }
    (tmp_path / "run.json").write_text(json.dumps(content))
    oncofield("run", tmp_path / "run.json", "--output", tmp_path / "run")
    forked = oncofield("resume", tmp_path / "run", "--time", 4, "--set", "parameters.r=2", "--output", tmp_path / "fork")
    assert "or growth to be slower" in forked.stderr and "are set to 0" in forked.stderr
    # The fork begins at the latest checkpoint up to then, as the line at its start says.
    begin = float(re.search(r"from t = ([\d.]+)", forked.stderr)[1])
    content["treatment"] = [{"name": "faster", "at": begin, "multiply": {"r": 20}}]
    (tmp_path / "whole.json").write_text(json.dumps(content))
    oncofield("run", tmp_path / "whole.json", "--output", tmp_path / "whole")
    fork, whole = rows(tmp_path / "fork")[-1], rows(tmp_path / "whole")[-1]
    assert abs(fork["front"] - whole["front"]) < 2 and fork["far"] < 1e-20 and whole["far"] < 1e-20


@pytest.mark.parametrize("scheme", ["etdrk4", "rebalanced-strang", "auto"])
def test_a_fork_with_other_rates_begins_with_these(oncofield, tmp_path, scheme):
    """With k = 0 nothing grows after the fork; rates of before the fork would add to the mass."""
    (tmp_path / "front.json").write_text(FRONT.replace("etdrk4", scheme))
    oncofield("run", tmp_path / "front.json", "--output", tmp_path / "run")
    first = sorted((tmp_path / "run" / "checkpoints").glob("*.h5"))[0]
    step = int(first.stem)
    fork = tmp_path / "fork"
    oncofield("resume", tmp_path / "run", "--step", step, "--set", "parameters.k=0", "--output", fork)
    mass = 0.25 * np.frombuffer(datasets(first)["fields/u"]).sum()
    after = rows(fork)["massu"]
    assert len(after) >= 2 and np.abs(after / mass - 1).max() < 1e-9


@pytest.mark.parametrize("scheme", ["rebalanced-strang", "strang4"])
def test_a_fork_may_have_another_scheme(oncofield, tmp_path, scheme):
    (tmp_path / "front.json").write_text(FRONT)
    oncofield("run", tmp_path / "front.json", "--output", tmp_path / "run")
    first = sorted((tmp_path / "run" / "checkpoints").glob("*.h5"))[0]
    fork = tmp_path / "fork"
    oncofield("resume", tmp_path / "run", "--step", int(first.stem), "--set", f"time.scheme={scheme}", "--output", fork)
    assert abs(rows(fork)["front"][-1] - rows(tmp_path / "run")["front"][-1]) < 0.3


# Killed until t = 30 and then left to grow; falls below 0 at a sharp edge; an observable that is infinite at first.
DOUBTFUL = {
    "model": {
        "name": "doubtful",
        "fields": {"u": {}, "v": {"diffusion": 0.01}, "w": {"diffusion": 1e-5}},
        "processes": [
            {"name": "kill and growth", "rate": "where(t < 30, -1.5, 1.5)*u", "change": {"u": 1}},
            {"name": "removal", "rate": "0.5*exp(-t)", "change": {"v": -1}},
            {"name": "spread", "rate": "w*(1 - w)", "change": {"w": 1}},
        ],
    },
    "domain": {"size": [4], "points": [32]},
    "initial": {"u": 1, "v": "0.1", "w": "where(x < 0.5, 1, 0)"},
    "time": {"end": 50, "step": 1, "scheme": "strang"},
    "observables": {"wait": "1/max(0, t - 9)", "late": "log(21 - t)"},
    "output": {"observables": {"every": 1}},
    "checkpoint": {"every": 1, "keep": 1000},
}


def test_an_interrupted_run_has_the_warnings_of_an_uninterrupted_one(oncofield, tmp_path):
    """Of populations that come back, negative densities, thin fronts and observables that are no numbers: each once, with its time."""
    path = tmp_path / "run.json"
    path.write_text(json.dumps(DOUBTFUL))
    whole = tmp_path / "whole"
    oncofield("run", path, "--output", whole, "--quiet")
    expected = json.loads((whole / "run.json").read_text())["health"]
    kinds = [warning["kind"] for warning in expected["warnings"]]
    assert {"regrowth", "negative", "observable"} <= set(kinds) and kinds.count("observable") == 2, kinds
    last = json.loads((whole / "run.json").read_text())["steps"]
    contents = datasets(whole / "checkpoints" / f"{last:012}.h5")
    for step in (1, 9, 25, 40, 49):
        broken = tmp_path / "broken"
        shutil.copytree(whole, broken)
        oncofield("resume", broken, "--step", step, "--quiet")
        assert json.loads((broken / "run.json").read_text())["health"] == expected, step
        assert datasets(broken / "checkpoints" / f"{last:012}.h5") == contents, step
        shutil.rmtree(broken)


@pytest.mark.parametrize("time", [{"tolerance": 0.01}, {"step": 0.11, "scheme": "strang"}], ids=["tolerance", "step"])
@pytest.mark.parametrize(
    "domain", [{"size": [4, 4], "points": [24, 24]}, {"size": [4, 4], "points": [16, 16], "mask": "x + y < 6"}], ids=["box", "mask"]
)
def test_rows_and_frames_depend_on_their_own_times_alone(oncofield, tmp_path, time, domain):
    """On no other output, no checkpoint and no interruption; sharp data make values inside of steps come from another scheme."""

    def run(name, observables, fields=None, checkpoint=None):
        content = {
            "model": {"name": "m", "fields": {"u": {"diffusion": 0.05}}, "reactions": {"u": "0.5*u^(2/3) - 0.5*u"}},
            "domain": domain,
            "initial": {"u": "where((x - 2)^2 + (y - 2)^2 < 1, 1, 0)"},
            "time": {"end": 2.1, **time},
            "treatment": [{"name": "dose", "at": [0.3, 1.25], "multiply": {"u": 0.7}}],
            "output": {"observables": {"every": observables}},
        }
        if fields:
            content["output"]["fields"] = {"every": fields}
        if checkpoint:
            content["checkpoint"] = {"every": checkpoint, "keep": 50}
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
        oncofield("run", tmp_path / f"{name}.json", "--output", tmp_path / name, "--quiet")
        return tmp_path / name

    alone = (run("alone", 0.1) / "observables.csv").read_bytes()
    assert [row.split(b",")[0] for row in alone.splitlines()[1:]] == [str(k / 10).removesuffix(".0").encode() for k in range(22)]
    beside = run("beside", 0.1, fields=0.3, checkpoint=0.2)
    assert (beside / "observables.csv").read_bytes() == alone
    frames = datasets(beside / "fields.h5")
    others = datasets(run("frames", 1 / 7, fields=0.3) / "fields.h5")
    assert frames["time"] == others["time"] and frames["u"] == others["u"]
    checkpoints = sorted((beside / "checkpoints").glob("*.h5"))
    oncofield("resume", beside, "--step", int(checkpoints[len(checkpoints) // 2].stem), "--quiet")
    assert (beside / "observables.csv").read_bytes() == alone and datasets(beside / "fields.h5")["u"] == frames["u"]
