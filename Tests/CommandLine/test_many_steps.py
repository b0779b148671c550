"""Plans and runs of very many steps name the cause where it is known, and what helps."""

import json
import pathlib

import numpy as np
import pytest

from test_resume import assert_branches_end_alike

ROOT = pathlib.Path(__file__).resolve().parents[2]


def oxygen(**more):
    """Cells that take up oxygen within a thousandth of the time in which they grow."""
    return {
        "model": {
            "name": "fast oxygen",
            "fields": {"T": {"diffusion": 0.001}, "O": {"diffusion": 10, **more}},
            "processes": [
                {"name": "growth", "rate": "0.1*T*O/(0.1 + O)", "change": {"T": 1}},
                {"name": "death", "rate": "0.002*T", "change": {"T": -1}},
                {"name": "uptake", "rate": "100*T*O/(0.1 + O)", "change": {"O": -1}},
                {"name": "supply", "rate": "1 - O", "change": {"O": 1}},
            ],
        },
        "domain": {"size": [10], "points": [64]},
        "initial": {"T": "0.5*(1 + 0.5*cos(pi*x/10))", "O": 0.1},
        "time": {"end": 400},
    }


def test_a_plan_names_a_field_that_steps_follow(oncofield, tmp_path):
    path = tmp_path / "oxygen.json"
    path.write_text(json.dumps(oxygen()))
    estimate = json.loads(oncofield("plan", path, "--json").stdout)["estimate"]
    assert estimate["steps"] > 5000
    (cause,) = estimate["because"]
    assert cause.startswith("steps follow O, which relaxes within 0.001")
    setting = "model.fields.O.quasi_steady=true"
    assert cause.endswith(
        "and the run lasts 400; if what matters of it is its balance with the others, make it quasi-steady "
        f'("quasi_steady": true, or --set {setting})'
    )
    assert "\n               steps follow O, which relaxes within 0.001" in oncofield("plan", path).stdout
    # The remedy is one.
    oncofield("run", path, "--set", setting, "--output", tmp_path / "out", "--quiet")
    summary = json.loads((tmp_path / "out/run.json").read_text())
    assert summary["steps"] < 100 and summary["steps_because"] == []


def test_a_field_that_cannot_be_quasi_steady_is_not_advised_to_be(oncofield, tmp_path):
    path = tmp_path / "oxygen.json"
    path.write_text(json.dumps(oxygen(advection={"x": "1e-3*sin(pi*x/10)"})))
    (cause,) = json.loads(oncofield("plan", path, "--json", "--trial", "3").stdout)["estimate"]["because"]
    assert "it cannot be quasi-steady: the quasi-steady field O can only diffuse" in cause
    assert "--set" not in cause


def test_a_fast_loss_by_an_integral_takes_no_short_steps(oncofield, tmp_path):
    """Cells on an axis of space and one of phenotype, with oxygen that they take up within seconds, for days: beside the same with oxygen in balance,
    and begun again from a checkpoint."""
    path = tmp_path / "phenotypes.json"
    path.write_text((ROOT / "Benchmarks/problems/space-phenotype.json").read_text().replace('"end": 2000', '"end": 4e5'))
    oncofield("run", path, "--output", tmp_path / "out", "--quiet", "--set", "checkpoint.every=1e5", "--set", "checkpoint.keep=9")
    summary = json.loads((tmp_path / "out/run.json").read_text())
    oncofield("run", path, "--set", "model.fields.s.quasi_steady=true", "--output", tmp_path / "steady", "--quiet")
    ends = [np.genfromtxt(tmp_path / name / "observables.csv", delimiter=",", names=True)[-1] for name in ("out", "steady")]
    print(summary["steps"], [end["massn"] for end in ends])
    assert summary["steps"] < 10000
    assert ends[0]["massn"] == pytest.approx(ends[1]["massn"], rel=1e-3)
    assert_branches_end_alike(oncofield, tmp_path / "out", tmp_path, fields=("n", "s"))


def hypoxia(rate):
    """Cells die where their oxygen is low."""
    return {
        "model": {
            "name": "hypoxia",
            "parameters": {"low": 0.3},
            "fields": {"T": {"diffusion": 0.01}, "O": {"diffusion": 1}},
            "processes": [
                {"name": "growth", "rate": f"{rate}*T*(1 - T)", "change": {"T": 1}},
                {"name": "uptake", "rate": "2*T*O", "change": {"O": -1}},
                {"name": "supply", "rate": "0.5*(1 - O)", "change": {"O": 1}},
            ],
        },
        "domain": {"size": [10], "points": [128]},
        "initial": {"T": "exp(-(x - 5)^2)", "O": 1},
        "time": {"end": 20, "tolerance": 1e-4},
    }


def test_a_run_names_a_rate_that_jumps_with_a_field(oncofield, tmp_path):
    path = tmp_path / "hypoxia.json"
    path.write_text(json.dumps(hypoxia("where(O > low, 1, -0.5)")))
    finished = oncofield("run", path, "--output", tmp_path / "out")
    summary = json.loads((tmp_path / "out/run.json").read_text())
    assert summary["steps"] > 5000
    (cause,) = summary["steps_because"]
    assert cause == (
        "the rate of growth jumps where O = 0.3, which holds steps at points that pass it to a first-order error; a steep but "
        "smooth function takes fewer: hill(O, 0.3, 20) in place of where(O > 0.3, 1, 0)"
    )
    assert finished.stderr.count(cause) == 1
    # The remedy is one.
    path.write_text(json.dumps(hypoxia("(1.5*hill(O, low, 20) - 0.5)")))
    oncofield("run", path, "--output", tmp_path / "smooth", "--quiet")
    smooth = json.loads((tmp_path / "smooth/run.json").read_text())
    print(summary["steps"], smooth["steps"])
    assert smooth["steps"] < 0.2 * summary["steps"]


def test_other_plans_name_nothing(oncofield):
    for name in ("immunotherapy", "acid-invasion"):
        estimate = json.loads(oncofield("plan", ROOT / "configs" / f"{name}.json", "--json").stdout)["estimate"]
        assert estimate["because"] == []
