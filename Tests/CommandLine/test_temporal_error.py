"""The error in time of the last state, which another run with half the step or a tenth of the tolerance tells."""

import glob
import json
import re

import h5py
import numpy as np
import pytest

# Fronts from a smooth start: Strang splitting has an error that is seen.
FRONT = {
    "model": {
        "name": "front",
        "parameters": {"D": 0.5, "rho": 1},
        "fields": {"u": {"diffusion": "D"}},
        "processes": [{"name": "growth", "rate": "rho*u*(1 - u)", "change": {"u": 1}}],
    },
    "domain": {"size": [40], "points": [160]},
    "initial": {"u": "0.8*exp(-x^2/4)"},
    "time": {"end": 8, "step": 0.5, "scheme": "strang", "estimate_error": True},
    "numerics": {"propagator": "fourier"},
    "output": {"observables": {"every": 4}},
}


@pytest.fixture
def run(oncofield, tmp_path):
    """Runs with changes; returns the summary, standard error and the last state."""

    def start(content, *options, name="run", verb="run", check=True):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(content))
        out = tmp_path / name
        finished = oncofield("run", path, "--output", out, "--overwrite", *options, check=check)
        return json.loads((out / "run.json").read_text()), finished.stderr, last_state(out)

    return start


def last_state(out):
    with h5py.File(sorted(glob.glob(f"{out}/checkpoints/*.h5"))[-1]) as file:
        return {name: values[...] for name, values in file["fields"].items()}


def with_time(content, **changes):
    return {**content, "time": {**content["time"], **changes}}


def relative(values, exact):
    return np.linalg.norm(values - exact) / np.linalg.norm(exact)


@pytest.mark.parametrize("scheme, step, factor", [("lie", 0.1, 1.3), ("strang", 0.5, 1.3), ("strang", 0.1, 1.1), ("strang4", 0.5, 1.5), ("etdrk4", 0.5, 1.5)])
def test_the_error_of_a_fixed_step_is_stated(run, scheme, step, factor):
    content = with_time(FRONT, scheme=scheme, step=step)
    summary, text, state = run(content)
    _, _, exact = run(with_time(FRONT, scheme="etdrk4", step=0.005, estimate_error=False), name="exact")
    stated = summary["temporal_error"]["fields"]["u"]
    true = relative(state["u"], exact["u"])
    assert true / factor < stated["relative"] < true * factor
    assert stated["absolute"] == pytest.approx(stated["relative"] * np.sqrt(np.mean(state["u"] ** 2)), rel=1e-9)
    assert summary["temporal_error"]["time"] == 8
    assert "estimated relative error in time of the last state: u " in text


def test_that_of_a_tolerance_is_stated_too(run):
    content = {**FRONT, "time": {"end": 8, "tolerance": 1e-3, "estimate_error": True}}
    summary, _, state = run(content)
    _, _, exact = run({**FRONT, "time": {"end": 8, "tolerance": 1e-7}}, name="exact")
    true = relative(state["u"], exact["u"])
    assert true / 3 < summary["temporal_error"]["fields"]["u"]["relative"] < true * 3
    assert summary["temporal_error"]["by"] == "a tenth of the tolerance"


def test_steps_that_are_too_long_are_warned_of(run):
    content = {
        **FRONT,
        "model": {
            "name": "pair",
            "fields": {"u": {"diffusion": 1}, "v": {"diffusion": 0}},
            "processes": [
                {"name": "growth", "rate": "3*u*(1 - u - v)", "change": {"u": 1}},
                {"name": "killing", "rate": "8*u*v", "change": {"u": -1, "v": 0.5}},
                {"name": "loss", "rate": "v", "change": {"v": -1}},
            ],
        },
        "initial": {"u": "exp(-x^2/4)", "v": "0.1*exp(-x^2/4)"},
        "time": {"end": 8, "step": 1, "scheme": "lie", "estimate_error": True},
    }
    summary, text, state = run(content)
    _, _, exact = run(with_time(content, step=0.002, estimate_error=False), name="exact")
    worst = max(relative(state[name], exact[name]) for name in state)
    said = re.search(r"warning: (\w) at t = 8.0 is wrong by about ([\d.e+]+) %", text)
    assert said and worst > 0.05
    assert float(said[2]) / 100 == pytest.approx(max(f["relative"] for f in summary["temporal_error"]["fields"].values()), rel=0.06)


def test_a_plan_says_whether_it_is_estimated(oncofield, tmp_path):
    def plan(content):
        (tmp_path / "plan.json").write_text(json.dumps(content))
        return oncofield("plan", tmp_path / "plan.json", "--trial", "0").stdout

    assert "error        of the last state: by running once more with steps of 0.25" in plan(FRONT)
    assert "error        of the fixed step: not estimated" in plan(with_time(FRONT, estimate_error=False))
    assert "  error  " not in plan({**FRONT, "time": {"end": 8}})


def test_without_it_the_run_says_that_nothing_is_known(run):
    summary, text, _ = run(with_time(FRONT, estimate_error=False))
    assert summary["temporal_error"] is None and "note: the error of a fixed step is not estimated" in text
    _, text, _ = run({**FRONT, "time": {"end": 8, "tolerance": 1e-3}})
    assert "not estimated" not in text


def test_nothing_else_of_a_run_depends_on_it(run, tmp_path):
    noisy = {
        **FRONT,
        "model": {**FRONT["model"], "noise": [{"name": "weather", "correlation": "uniform", "change": {"u": "0.2*u"}}]},
        "time": {"end": 8, "step": 0.125, "estimate_error": True},
    }
    with_it, _, state = run(noisy)
    without, _, other = run(with_time(noisy, estimate_error=False), name="other")
    assert (state["u"] == other["u"]).all()
    assert (tmp_path / "run" / "observables.csv").read_bytes() == (tmp_path / "other" / "observables.csv").read_bytes()
    assert with_it["steps"] == without["steps"]
    # Along the same path of the noise the error is one of the steps, far below what two paths differ by.
    assert 1e-5 < with_it["temporal_error"]["fields"]["u"]["relative"] < 0.1


def test_a_resumed_run_has_the_same_error(run, oncofield, tmp_path):
    content = {**FRONT, "checkpoint": {"every": 2, "keep": 9}}
    whole, _, _ = run(content)
    out = tmp_path / "parts"
    (tmp_path / "parts.json").write_text(json.dumps(with_time(content, end=4)))
    oncofield("run", tmp_path / "parts.json", "--output", out)
    oncofield("resume", out, "--set", "time.end=8")
    parts = json.loads((out / "run.json").read_text())
    assert parts["temporal_error"]["fields"] == whole["temporal_error"]["fields"]


def test_a_run_that_a_condition_ends_has_the_error_at_that_time(run):
    summary, _, state = run({**FRONT, "stop": [{"when": "mean(u) > 0.2"}]})
    time = summary["time"]
    assert time < 8 and summary["outcome"].startswith("stopped")
    fine = {"end": time, "step": 0.005, "scheme": "etdrk4"}
    _, _, exact = run({**FRONT, "time": fine}, name="exact")
    true = relative(state["u"], exact["u"])
    assert summary["temporal_error"]["time"] == time
    assert true / 1.3 < summary["temporal_error"]["fields"]["u"]["relative"] < true * 1.3


def test_a_complete_run_stays_complete_where_there_is_no_other(run):
    content = {**FRONT, "model": {"name": "m", "fields": {"u": {}}, "reactions": {"u": "-u"}}, "numerics": {}}
    summary, text, _ = run({**content, "time": {"end": 1, "tolerance": 1e-12, "estimate_error": True}})
    assert summary["outcome"] == "reached the end" and summary["temporal_error"] is None
    assert "note: the error of the last state is not estimated: there is no run with a tenth of the tolerance" in text


def test_a_branch_says_that_it_cannot(run, oncofield, tmp_path):
    run({**FRONT, "checkpoint": {"every": 2, "keep": 9}})
    branch = tmp_path / "branch"
    reason = "note: the error of the last state is not estimated: the run has branched off from another one"
    finished = oncofield("resume", tmp_path / "run", "--time", 4, "--set", "parameters.rho=2", "--output", branch)
    assert reason in finished.stderr
    assert json.loads((branch / "run.json").read_text())["temporal_error"] is None
    # What it is, it stays.
    finished = oncofield("resume", branch, "--set", "time.end=9")
    assert reason in finished.stderr


def test_a_resumed_run_finds_its_files_again(oncofield, tmp_path):
    (tmp_path / "study").mkdir()
    positions = (np.arange(160) + 0.5) * 40 / 160
    np.save(tmp_path / "study" / "u.npy", 0.8 * np.exp(-(positions**2) / 4))
    np.save(tmp_path / "study" / "tissue.npy", (positions < 35).astype(float))
    content = {**FRONT, "initial": {"u": {"file": "u.npy"}}, "numerics": {}}
    content["domain"] = {**FRONT["domain"], "mask": {"file": "tissue.npy"}}
    (tmp_path / "study" / "run.json").write_text(json.dumps(with_time(content, end=4)))
    oncofield("run", "study/run.json", "--output", "out", cwd=tmp_path)
    finished = oncofield("resume", "../out", "--set", "time.end=8", cwd=tmp_path / "study")
    assert "estimated relative error" in finished.stderr
    resolved = json.loads((tmp_path / "out" / "resolved.json").read_text())
    assert resolved["initial"]["u"]["file"] == str(tmp_path / "study" / "u.npy")
    assert resolved["domain"]["mask"]["file"] == str(tmp_path / "study" / "tissue.npy")
