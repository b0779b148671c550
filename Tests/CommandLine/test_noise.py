"""Noise in whole runs: interruptions, looking, seeds, what is promised."""

import json
import math
import random
import signal
import time

import h5py
import numpy as np
import pytest

from test_resume import assert_same, datasets, results, uninterrupted, wait_for_checkpoint

NOISE = [
    {"name": "environment", "correlation": "white", "change": {"v": "0.3*v*(1 - v)", "u": "0.02"}},
    {"name": "climate", "correlation": "uniform", "change": {"w": "0.3*w", "v": "0.05*v*mean(u)"}},
]
MODEL = {
    "name": "noisy",
    "fields": {"u": {"diffusion": 0.1}, "v": {"diffusion": 0.01}, "w": {"diffusion": 1}},
    "processes": [
        {"name": "growth", "rate": "0.3*v*(1 - v)", "change": {"v": 1}},
        {"name": "killing", "rate": "0.2*u*v", "change": {"v": -1}},
        {"name": "source", "rate": "0.1*v - u", "change": {"u": 1}},
        {"name": "signal", "rate": "u + 0.3 - w", "change": {"w": 1}},
    ],
    "noise": NOISE,
}
# A condition that comes true inside of steps, and doses that do not fall on the steps of the noise.
TREATMENT = [
    {"name": "dose", "at": {"start": 1.03, "every": 2.7}, "add": {"u": 0.1}},
    {"name": "response", "when": "max(w) > 0.5", "rearm_when": "max(w) < 0.42", "at": [0, 0.31], "multiply": {"w": 0.9}},
]
SMALL = {
    "model": MODEL, "parameters": None, "domain": {"size": [12, 6], "points": [48, 24]},
    "initial": {"u": 0.3, "v": "0.4*(1 + 0.1*normal())", "w": 0.4},
    "time": {"end": 12, "step": 0.05}, "observables": {"burden": "integral(v)"}, "treatment": TREATMENT,
    "output.images": None, "checkpoint": {"every": 1, "keep": 1000},
}
SCHEMES = ["strang", "strang4", "etdrk4", "etd2-positive", "lie"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_resuming_from_any_checkpoint_gives_the_same_bytes(oncofield, run_file, tmp_path, scheme):
    path = run_file(SMALL | {"time.scheme": scheme})
    whole = tmp_path / "whole"
    oncofield("run", path, "--output", whole, "--threads", 1)
    checkpoints = sorted((whole / "checkpoints").glob("*.h5"))
    final = datasets(checkpoints[-1])
    assert b'"courses":0' not in final["texts/memory"]
    for checkpoint in checkpoints[SCHEMES.index(scheme) % 3 : -1 : 3]:
        branch = tmp_path / checkpoint.stem
        oncofield("resume", whole, "--step", int(checkpoint.stem), "--output", branch, "--threads", 2)
        end = datasets(sorted((branch / "checkpoints").glob("*.h5"))[-1])
        for field in ("fields/u", "fields/v", "fields/w"):
            assert end[field] == final[field], (checkpoint.stem, field)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("threads", [(1, 2), (3, 1)])
def test_interrupted_run_equals_uninterrupted_run_byte_for_byte(
    oncofield, start, run_file, uninterrupted, tmp_path, stop, threads
):
    path = run_file(SMALL | {"time.end": 40, "checkpoint.keep": 3})
    whole = uninterrupted(oncofield, path, "noisy")
    broken = tmp_path / "broken"
    process = start("run", path, "--output", broken, "--threads", threads[0])
    wait_for_checkpoint(broken, process)
    time.sleep(random.uniform(0, 0.1))
    process.send_signal(stop)
    process.communicate(timeout=60)
    if process.returncode != 0:
        assert process.returncode == (75 if stop == signal.SIGTERM else -signal.SIGKILL)
        oncofield("resume", broken, "--threads", threads[1])
    assert_same(whole, results(broken))


def test_looking_changes_no_bit_and_sees_the_same_path(oncofield, run_file, tmp_path):
    sparse = {"output.fields.every": 12, "output.observables.every": 12, "checkpoint.every": 100}
    dense = {"output.fields.every": 0.77, "output.observables.every": 0.037, "checkpoint.every": 0.5}
    final = []
    for label, outputs in (("sparse", sparse), ("dense", dense)):
        oncofield("run", run_file(SMALL | outputs), "--output", tmp_path / label)
        final.append(results(tmp_path / label)["checkpoint"][1])
    for field in ("fields/u", "fields/v", "fields/w"):
        assert final[0][field] == final[1][field]


def test_outputs_inside_of_steps_lie_on_the_path(oncofield, run_file, tmp_path):
    """Of a Brownian path seen 8 times in each step: increments are independent and of the right variance, also across steps."""
    model = {"name": "path", "fields": {"W": {}}, "noise": [{"name": "n", "correlation": "white", "change": {"W": 1}}]}
    path = run_file({
        "model": model, "parameters": None, "domain": {"size": [4096], "points": [4096]}, "initial": {"W": 0},
        "time": {"end": 3, "step": 0.5}, "observables": {}, "output": {"fields": {"every": 0.0625}},
        "output.observables": None, "output.images": None,
    })
    oncofield("run", path, "--output", tmp_path / "out")
    with h5py.File(tmp_path / "out" / "fields.h5") as file:
        increments = np.diff(file["W"][()].reshape(49, 4096), axis=0) / np.sqrt(0.0625)
    covariance = increments @ increments.T / 4096
    assert np.abs(np.diag(covariance) - 1).max() < 6 * np.sqrt(2 / 4096)
    assert np.abs(covariance - np.diag(np.diag(covariance))).max() < 6 / np.sqrt(4096)


def test_a_seed_from_outside_gives_another_realisation(oncofield, run_file, tmp_path):
    path = run_file(SMALL | {"time.end": 1})
    fields = []
    for seed in (7, 7, 8):
        out = tmp_path / f"{len(fields)}"
        oncofield("run", path, "--output", out, "--set", f"seed={seed}")
        assert json.loads((out / "run.json").read_text())["seed"] == seed
        fields.append(results(out)["checkpoint"][1]["fields/w"])
    assert fields[0] == fields[1] != fields[2]


def test_a_branch_with_another_step_goes_on_along_the_path_of_the_run(oncofield, run_file, tmp_path):
    """The interval of the paths is kept in the checkpoint."""
    model = {"name": "path", "fields": {"W": {}}, "noise": [{"name": "n", "correlation": "white", "change": {"W": 1}}]}
    changes = {"model": model, "parameters": None, "domain": {"size": [16], "points": [16]}, "initial": {"W": 0},
               "time": {"end": 4, "step": 0.5}, "observables": {}, "output.images": None, "checkpoint.every": 2}
    oncofield("run", run_file(changes), "--output", tmp_path / "whole")
    oncofield("run", run_file(changes | {"time.end": 2}), "--output", tmp_path / "half")
    oncofield("resume", tmp_path / "half", "--output", tmp_path / "branch", "--set", "time.end=4", "--set", "time.step=0.125")
    values = []
    for name in ("whole", "branch"):
        with h5py.File(sorted((tmp_path / name / "checkpoints").glob("*.h5"))[-1]) as file:
            values.append(file["fields/W"][()])
    assert np.abs(values[0] - values[1]).max() < 1e-13


def test_noise_that_is_no_number_ends_the_run_and_is_named(oncofield, run_file, tmp_path):
    model = MODEL | {"noise": [{"name": "births", "correlation": "white", "change": {"v": "0.5*sqrt(v - 0.001)"}}]}
    changes = SMALL | {"model": model, "initial": {"u": 0.3, "v": 0.01, "w": 0.4}, "treatment": None}
    path = run_file(changes)
    finished = oncofield("run", path, "--output", tmp_path / "out", check=False)
    assert finished.returncode == 76
    assert "field v is no finite number after its noise at point" in finished.stderr
    assert "Its noise, 0.5*sqrt(v - 0.001) of births, must be a number at all values that occur" in finished.stderr
    # What vanishes with the field keeps it non-negative.
    model["noise"][0]["change"]["v"] = "0.5*sqrt(v)"
    finished = oncofield("run", run_file(changes), "--output", tmp_path / "two")
    assert "warning" not in finished.stderr


def test_noise_that_can_make_a_field_negative_is_a_warning_and_no_broken_promise(oncofield, run_file, tmp_path):
    path = run_file(SMALL | {"time.scheme": "etd2-positive", "initial": {"u": 0, "v": 0.4, "w": 0.4}, "time.end": 2})
    finished = oncofield("run", path, "--output", tmp_path / "out")
    assert "field u fell below 0" in finished.stderr and "0.02 of noise environment" in finished.stderr
    assert "field v" not in finished.stderr and "field w" not in finished.stderr
    plan = json.loads(oncofield("plan", path, "--json").stdout)
    assert plan["noise"]["fields"] == {"u": "additive", "v": "geometric", "w": "geometric"}
    assert plan["positivity"]["u"]["proven"] is False
    assert plan["positivity"]["v"]["proven"] is True


def test_plan_says_by_how_much_steps_damp_noise(oncofield, run_file):
    # u' = -u + dW at points alone: the variance is that of the exact solution times x/sinh x with x = 1.
    decaying = SMALL | {
        "model": {
            "name": "m", "parameters": {}, "fields": {"u": {}}, "reactions": {"u": "-u"},
            "noise": [{"name": "n", "correlation": "white", "change": {"u": 1}}],
        },
        "initial": {"u": 0}, "observables": None, "treatment": None, "parameters": None,
        "time.step": 1, "time.end": 20,
    }  # fmt: skip
    path = run_file(decaying)
    plan = json.loads(oncofield("plan", path, "--json").stdout)
    assert math.isclose(plan["noise"]["variance_too_small_by"]["u"], 1 - 1 / math.sinh(1), rel_tol=1e-12)
    assert "u: the variance at a point is 14.9 % too small with steps of 1.0:" in oncofield("plan", path).stdout
    # Waves between points 1.25 apart that diffuse at 1 per unit of time are damped more, long ones less.
    spreading = run_file(decaying | {"model.fields.u": {"diffusion": 1}})
    share = json.loads(oncofield("plan", spreading, "--json").stdout)["noise"]["variance_too_small_by"]["u"]
    assert 0.149 < share < 0.9
    fine = oncofield("plan", spreading, "--set", "time.step=0.001").stdout
    assert "the variance at a point" not in fine
