"""Plans and runs of very many steps name the cause where it is known, and what helps."""

import json
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def phenotypes(tmp_path):
    """Cells on an axis of space and one of phenotype, with oxygen that they take up within seconds; a run of days."""
    path = tmp_path / "phenotypes.json"
    path.write_text((ROOT / "Benchmarks/problems/space-phenotype.json").read_text().replace('"end": 2000', '"end": 4e5'))
    return path


def test_a_plan_names_a_field_that_steps_follow(oncofield, phenotypes, tmp_path):
    estimate = json.loads(oncofield("plan", phenotypes, "--json", "--trial", "3").stdout)["estimate"]
    assert estimate["steps"] > 5000
    (cause,) = estimate["because"]
    assert cause.startswith("steps follow s, which relaxes within ")
    assert "and the run lasts 400000; if what matters of it is its balance with the others, make it quasi-steady" in cause
    setting = "model.fields.s.quasi_steady=true"
    assert f"--set {setting})" in cause
    shown = oncofield("plan", phenotypes, "--trial", "3").stdout
    assert "\n               steps follow s, which relaxes within " in shown
    # The remedy is one.
    oncofield("run", phenotypes, "--set", setting, "--output", tmp_path / "out", "--quiet")
    summary = json.loads((tmp_path / "out/run.json").read_text())
    assert summary["steps"] < 100 and summary["steps_because"] == []


def test_a_field_that_cannot_be_quasi_steady_is_not_advised_to_be(oncofield, phenotypes):
    text = phenotypes.read_text().replace('"s": { "title": "oxygen"', '"s": { "advection": { "x": "1e-9" }, "title": "oxygen"')
    phenotypes.write_text(text)
    (cause,) = json.loads(oncofield("plan", phenotypes, "--json", "--trial", "3").stdout)["estimate"]["because"]
    assert "it cannot be quasi-steady: the quasi-steady field s can only diffuse" in cause
    assert "--set" not in cause


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
