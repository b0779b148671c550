"""Rates that jump at times of their own: resuming and looking."""

import json
import re

import pytest

from test_resume import assert_branches_end_alike, datasets, results

MODEL = {
    "name": "pulses", "parameters": {"period": 3},
    "fields": {"u": {"diffusion": 0.1}, "v": {"diffusion": 0.01}, "w": {"diffusion": 1, "quasi_steady": True}},
    "processes": [
        {"name": "growth", "rate": "v*(1 - v)", "change": {"v": 1}},
        {"name": "dose", "rate": "where(t - period*floor(t/period) < 0.2, 2, 0)", "change": {"u": 1}},
        {"name": "loss", "rate": "u + u*w", "change": {"u": -1}},
        {"name": "kill", "rate": "u*v*heaviside(t - 4)", "change": {"v": -1}},
        {"name": "signal", "rate": "where(t > 5, 2*v, v) - w", "change": {"w": 1}},
    ],
}
SMALL = {
    "model": MODEL, "parameters": None, "domain": {"size": [12, 6], "points": [24, 16]},
    "initial": {"u": 0, "v": "0.4*(1 + 0.1*normal())"}, "observables": {"burden": "integral(v)"},
    "treatment": [{"name": "change", "at": 7.5, "set": {"period": 2}}],
    "output.images": None, "checkpoint": {"every": 0.5, "keep": 1000},
}
TIMES = [{"step": 0.07, "scheme": "strang"}, {"step": 0.07, "scheme": "etdrk4"}, {"tolerance": 1e-3},
         {"tolerance": 1e-3, "scheme": "rebalanced-strang"}]


@pytest.mark.parametrize("time", TIMES, ids=str)
def test_resuming_from_any_checkpoint_gives_the_same_bytes(oncofield, run_file, tmp_path, time):
    path = run_file(SMALL | {"time": {"end": 12, **time}})
    whole = tmp_path / "whole"
    oncofield("run", path, "--output", whole)
    checkpoints = sorted((whole / "checkpoints").glob("*.h5"))
    # Some are taken at the jumps.
    times = [float(re.search(rb'"time":([0-9.e+-]+)', datasets(checkpoint)["texts/memory"])[1]) for checkpoint in checkpoints]
    assert {3, 4, 5} <= set(times)
    # Each case takes other ones; all take those at the jumps.
    first = TIMES.index(time)
    chosen = {number for number, at in enumerate(times) if at in (3, 4, 5)} | set(range(first, len(times) - 1, len(TIMES)))
    for number in sorted(chosen):
        assert_branches_end_alike(oncofield, whole, tmp_path, chosen=slice(number, number + 1))


@pytest.mark.parametrize("time", TIMES, ids=str)
def test_looking_changes_no_bit(oncofield, run_file, tmp_path, time):
    final = []
    for label, every in (("sparse", 12), ("dense", 0.037)):
        outputs = {"output.fields.every": every, "output.observables.every": every, "checkpoint.every": every}
        oncofield("run", run_file(SMALL | outputs | {"time": {"end": 12, **time}}), "--output", tmp_path / label)
        final.append(results(tmp_path / label)["checkpoint"][1])
    for field in ("fields/u", "fields/v", "fields/w"):
        assert final[0][field] == final[1][field]


def test_the_plan_lists_the_times(oncofield, run_file):
    plan = json.loads(oncofield("plan", run_file(SMALL | {"time": {"end": 7, "step": 0.07}, "treatment": None}), "--json").stdout)
    assert plan["jumps"] == [0.2, 3, 3.2, 4, 5, 6, 6.2]
