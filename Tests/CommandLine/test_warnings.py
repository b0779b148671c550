"""Warnings are right: each has a run that deserves it, and no run that is in order has any."""

import ast
import json
import math
import pathlib
import re

import pytest

from conftest import ROOT

SOUND = sorted((pathlib.Path(__file__).parent / "sound").glob("*.json"))

SHIPPED = sorted(path.stem for path in (ROOT / "configs").glob("*.json") if path.stem != "oncofield.schema")

# A whole run takes ten seconds.
SHORTENED = {"immunotherapy": ["--set", "time.end=20"]}


def assert_silent(finished, run):
    assert "warning" not in finished.stderr, finished.stderr
    summary = json.loads((run / "run.json").read_text())
    assert summary["warnings"] == [] and summary["health"]["warnings"] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_run_files_that_come_with_the_program_have_no_warnings(oncofield, tmp_path, name):
    path = ROOT / "configs" / f"{name}.json"
    assert oncofield("validate", path).stderr == "" and oncofield("plan", path, "--trial", 0).stderr == ""
    finished = oncofield("run", path, *SHORTENED.get(name, []), "--output", tmp_path / "out", "--quiet")
    assert_silent(finished, tmp_path / "out")


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_runs_that_are_in_order_have_no_warnings(oncofield, tmp_path, path):
    assert oncofield("validate", path).stderr == ""
    settings = ["--set", "time.end=3"] if path.stem.startswith("many-rows") else []
    finished = oncofield("run", path, *settings, "--output", tmp_path / "out", "--quiet")
    assert_silent(finished, tmp_path / "out")


DECAY = {"name": "decay", "rate": "k*u", "change": {"u": -1}}


def content(**changes):
    """A run that is in order, with some keys changed."""
    return {
        "model": {"name": "m", "parameters": {"k": 1}, "fields": {"u": {"diffusion": 1}}, "processes": [DECAY]},
        "domain": {"size": [4], "points": [16]},
        "initial": {"u": 1},
        "time": {"end": 1, "tolerance": 1e-3},
        **changes,
    }


def model(**changes):
    return {**content()["model"], **changes}


def dose(**changes):
    return [{"name": "drug", "at": 0.5, "add": {"u": 1}, **changes}]


# Schnakenberg's model just beyond the onset of patterns.
WAVES = {
    "model": {
        "name": "m",
        "fields": {"u": {"diffusion": 1}, "v": {"diffusion": 8.8}},
        "reactions": {"u": "0.1 - u + u^2*v", "v": "0.9 - u^2*v"},
    },
    "domain": {"size": [42.9], "points": [64], "boundary": "periodic"},
    "initial": {"u": "1 + 1e-3*normal()", "v": 0.9},
}

DESERVED = {
    "the unit \"furlong\" is not known": content(domain={"size": [4], "points": [16], "unit": "furlong"}),
    "the parameter j is never used": content(model=model(parameters={"k": 1, "j": 2})),
    'there are two processes called "decay": messages and the ledger': content(model=model(processes=[DECAY, {**DECAY, "rate": "2*u"}])),
    "the process decay takes something away at a rate that is negative": content(model=model(parameters={"k": -1})),
    "infusions of drug overlap: each lasts 0.3, and the next begins 0.2 later; their rates add up": content(
        treatment=[{"name": "drug", "at": {"every": 0.2}, "for": 0.3, "infuse": {"u": 1}}]
    ),
    "the region of drug holds at no point": content(treatment=dose(region="x > 50")),
    "no dose of drug is given before the end of the run": content(treatment=dose(at=1)),
    "no dose of drug is given: its times are before the start of the run or not before its end": content(
        treatment=dose(at=[-1, 1])
    ),
    "a dose of drug would be before the start of the run, and will not be given": content(treatment=dose(at=[-1, 0.5])),
    "2 doses of drug would be before the start of the run, and will not be given": content(
        treatment=dose(at=[-2, -1, 0.5])
    ),
    "the treatment drug has the time 0.5 more than once: each of these doses is given": content(
        treatment=dose(at=[0.25, 0.5, 0.5])
    ),
    '"r" is a name of the model, and means that everywhere in this run file, not the radius': content(
        model=model(parameters={"k": 1, "r": 2}, processes=[{**DECAY, "rate": "k*r*u"}]),
        domain={"geometry": "spherical-radial", "size": [4], "points": [16]},
    ),
    '"x" is a name of the model, and means that everywhere in this run file, not the position': content(
        model=model(parameters={"k": 1, "x": 2}, processes=[{**DECAY, "rate": "k*x*u"}])
    ),
    "the scheme strang is of lower order where something is prescribed at the sides": content(
        model=model(fields={"u": {"diffusion": 1, "boundary": {"x-": {"value": 1}}}}),
        time={"end": 1, "step": 0.1, "scheme": "strang"},
    ),
    'the condition in "stop" excludes one value of something that changes continuously': content(
        stop=[{"when": "mean(u) != 1"}]
    ),
    'the condition in "when" of the treatment drug excludes one value of something that changes continuously': content(
        treatment=[{"name": "drug", "when": "mean(u) != 1", "once": True, "multiply": {"u": 1}}]
    ),
    'the condition in "rearm_when" of the treatment drug excludes one value of something that changes continuously': content(
        treatment=[{"name": "drug", "when": "mean(u) < 0.5", "rearm_when": "!(mean(u) == 1)", "add": {"u": 0.5}}]
    ),
    'the condition in "stop" does not hold at any time of the run': content(stop=[{"when": "t > 5"}]),
    "the initial value of u is -0.5 at x = 0.125: a density is not negative": content(
        model=model(processes=[{**DECAY, "rate": "k*u^2"}]), initial={"u": "x - 0.625"}
    ),
    "waves of length 10.725 about the uniform state grow at a rate of 0.010188102, and with steps of 0.3 of strang they decay at ": content(
        **WAVES, time={"end": 30, "step": 0.3, "scheme": "strang"}
    ),
    "waves of length 10.725 about the uniform state grow at a rate of 0.010188102, and with steps of 1.0 of strang they decay at ": content(
        **WAVES, time={"end": 30, "tolerance": 1e-3, "smallest_step": 1, "scheme": "strang"}
    ),
}


# Times that are right: no word about doses, coordinates and conditions.
UNDESERVED = {
    "doses from the start on": content(treatment=dose(at=[0, 0.5])),
    "a dose of several that comes after the end": content(treatment=dose(at=[0.5, 1])),
    "infusions that follow each other": content(
        treatment=[{"name": "drug", "at": {"every": 0.2}, "for": 0.2, "infuse": {"u": 1}}]
    ),
    "a parameter with the name of an axis that is not there": content(
        model=model(parameters={"k": 1, "y": 2}, processes=[{**DECAY, "rate": "k*y*u"}])
    ),
    "a potential that is negative": content(
        model=model(processes=[{**DECAY, "rate": "where(u > 0, k*u^1.5, k*u)"}]), initial={"u": "cos(pi*x/4)"}
    ),
    "a region of one point": content(treatment=dose(region="x > 3.75")),
    "a region that a parameter moves later": content(
        model=model(parameters={"k": 1, "low": 5}),
        treatment=[{"name": "scan", "at": 0.2, "set": {"low": 1}}, *dose(region="x > low")],
    ),
    "a region of times and densities": content(treatment=dose(region="u > 2 || t < 0.1")),
    "fixed steps that grow waves rightly": content(**WAVES, time={"end": 1, "step": 0.03, "scheme": "strang"}),
    "a fixed step of any size of a scheme that is exact": content(**WAVES, time={"end": 100, "step": 5, "scheme": "etdrk4-coupled"}),
    "waves that decay fast": content(
        **{**WAVES, "model": {**WAVES["model"], "fields": {"u": {"diffusion": 1}, "v": {"diffusion": 2}}}}, time={"end": 30, "step": 0.3, "scheme": "strang"}
    ),
    "a dose at the time of a condition": content(stop=[{"when": "t > 0.5"}]),
}


def write(tmp_path, run_file):
    path = tmp_path / "run.json"
    path.write_text(json.dumps(run_file))
    return path


def test_equalities_of_what_changes_continuously_are_met_and_no_warning_is_given(oncofield, tmp_path):
    """u = exp(-t) crosses 0.7 at ln(1/0.7), is doubled there, and crosses it again; then 0.5."""
    run_file = content(
        time={"end": 3, "tolerance": 1e-6},
        treatment=[
            {"name": "drug", "when": "mean(u) == 0.7", "rearm_when": "mean(u) == 0.6", "multiply": {"u": 2}},
            {"name": "other", "when": "!(mean(u) != 0.65)", "once": True, "add": {"u": 0.01}},
        ],
        stop=[{"when": "mean(u) == 0.5", "because": "half"}],
    )
    finished = oncofield("run", write(tmp_path, run_file), "--output", tmp_path / "out", "--quiet")
    assert_silent(finished, tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "run.json").read_text())
    # Doubled once at 0.7, which is crossed again before the drug can be given again, raised by 0.01 at 0.65.
    assert summary["stop_reason"] == "half" and summary["never_held"] == []
    expected = math.log(1 / 0.7) + math.log(1.4 / 0.65) + math.log(0.66 / 0.5)
    assert summary["time"] == pytest.approx(expected, abs=1e-5)


def test_the_run_without_a_change_is_in_order(oncofield, tmp_path):
    finished = oncofield("run", write(tmp_path, content()), "--output", tmp_path / "out", "--quiet")
    assert_silent(finished, tmp_path / "out")


@pytest.mark.parametrize("text", sorted(DESERVED))
def test_what_is_doubtful_in_a_run_file_is_said_by_every_verb_and_written_down(oncofield, tmp_path, text):
    path = write(tmp_path, DESERVED[text])
    for verb in ("validate", "plan"):
        assert f"warning: {text}" in oncofield(verb, path).stderr
    finished = oncofield("run", path, "--output", tmp_path / "out", "--quiet")
    assert finished.stderr.count("warning:") == 1 and f"warning: {text}" in finished.stderr
    (written,) = json.loads((tmp_path / "out" / "run.json").read_text())["warnings"]
    assert written.startswith(text)


@pytest.mark.parametrize("name", sorted(UNDESERVED))
def test_what_only_looks_like_it_is_not_warned_of(oncofield, tmp_path, name):
    path = write(tmp_path, UNDESERVED[name])
    for verb in ("validate", "plan"):
        assert "warning" not in oncofield(verb, path).stderr
    finished = oncofield("run", path, "--output", tmp_path / "out", "--quiet")
    assert_silent(finished, tmp_path / "out")


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"model": model(fields={"u": {"diffusion": "x - 1"}})}, "the diffusivity of field u is -0.875 at x = 0.125, but must be at least 0"),
        ({"model": model(fields={"u": {"diffusion": "1 - 2*u"}})}, "the diffusivity of field u is -1 at x = 0.125, but must be at least 0"),
        ({"initial": {"u": "1/(x - 0.125)"}}, "the initial value of u is no finite number at x = 0.125"),
        ({"treatment": [{"name": "cut", "at": 0.5, "multiply": {"u": -0.01}}]}, "the treatment cut multiplies u by -0.01"),
        ({"model": model(parameters={"k": 0}, processes=[{**DECAY, "rate": "u/k"}])}, "a division by k, which is 0"),
    ],
)
def test_validate_refuses_what_a_run_would_refuse(oncofield, tmp_path, changes, message):
    path = write(tmp_path, content(**changes))
    for verb in ("validate", "plan", "run"):
        finished = oncofield(verb, path, *(["--output", tmp_path / "out"] if verb == "run" else []), check=False)
        assert finished.returncode == 65 and message in finished.stderr, (verb, finished.stderr)


def test_a_field_whose_equation_is_symmetric_in_its_sign_may_begin_below_zero(oncofield, tmp_path):
    assert oncofield("validate", write(tmp_path, content(initial={"u": "cos(pi*x/4)"}))).stderr == ""
    phase = model(parameters={}, processes=[{"name": "separation", "rate": "u - u^3", "change": {"u": 1}}])
    assert oncofield("validate", write(tmp_path, content(model=phase, initial={"u": "cos(pi*x/4)"}))).stderr == ""


def run_summary(oncofield, tmp_path, run_file):
    finished = oncofield("run", write(tmp_path, run_file), "--output", tmp_path / "out", "--overwrite", "--quiet", check=False)
    return finished, json.loads((tmp_path / "out" / "run.json").read_text())


SHARP = content(
    model=model(parameters={}, processes=[]),
    domain={"size": [100], "points": [100]},
    initial={"u": "where(x < 50, 1, 0)"},
    numerics={"propagator": "fourier"},
    time={"end": 1, "step": 0.1},
)


def test_the_warning_of_a_negative_density_keeps_first_and_lowest_apart(oncofield, tmp_path):
    drain = {"name": "drain", "rate": "exp(-(x - 2)^2) + where(t > 0.5, 4*exp(-4*(x - 1)^2), 0)", "change": {"u": -1}}
    run_file = content(model=model(parameters={}, processes=[drain]), initial={"u": 0.05}, time={"end": 1, "step": 0.1})
    finished, summary = run_summary(oncofield, tmp_path, run_file)
    (warning,) = summary["health"]["warnings"]
    lowest = summary["health"]["lowest_values"]["u"]
    assert warning["kind"] == "negative" and 1.5 < 4 / 16 * (warning["point"][0] + 0.5) < 2.5
    first, last = warning["text"].split("its lowest value so far was ")
    assert float(first.split("to ")[1].split(",")[0]) > 0.9 * lowest > float(last.split(" ")[0]) * 0.99
    assert abs(float(last.split(" ")[0]) - lowest) < 1e-6 and "step 10, t = 1" in last
    assert f"warning: {warning['text']}" in finished.stderr


def advice(oncofield, tmp_path, **changes):
    _, summary = run_summary(oncofield, tmp_path, {**SHARP, **changes})
    (warning,) = summary["health"]["warnings"]
    return warning["text"].split("; ")[-1]


def test_the_advice_of_the_warning_is_possible(oncofield, tmp_path):
    assert advice(oncofield, tmp_path) == (
        "if it is a density, take a shorter step or a smaller tolerance, let it diffuse by kernel (numerics.propagator), or use the scheme etd2-positive"
    )
    for scheme in ("etd2-positive", "strang"):
        settings = {"time": {**SHARP["time"], "scheme": scheme}} if scheme != "strang" else {}
        numerics = {} if scheme != "strang" else {"numerics": {"propagator": "kernel"}}
        finished, summary = run_summary(oncofield, tmp_path, {**SHARP, **settings, **numerics})
        assert finished.returncode == 0 and summary["health"]["warnings"] == []


def test_a_dose_that_takes_away_what_is_not_there_is_named(oncofield, tmp_path):
    run_file = content(treatment=[{"name": "cut", "at": 0.5, "add": {"u": -2}}])
    _, summary = run_summary(oncofield, tmp_path, run_file)
    (warning,) = summary["health"]["warnings"]
    assert warning["text"].endswith("treatments can take away what is not there: a dose of cut")


def test_fields_that_do_not_diffuse_get_no_advice_on_kernels(oncofield, tmp_path):
    fields = {"u": {}, "v": {"diffusion": 1}}
    delayed = {"name": "loss", "rate": "v", "change": {"u": -1}}
    run_file = content(model=model(parameters={}, fields=fields, processes=[delayed]), initial={"u": 0.1, "v": 1})
    _, summary = run_summary(oncofield, tmp_path, run_file)
    (warning,) = summary["health"]["warnings"]
    assert "v of loss" in warning["text"] and "kernel" not in warning["text"] and "etd2" not in warning["text"]


THIN = content(
    model=model(parameters={}, fields={"u": {"diffusion": 0.01}}, processes=[{"name": "growth", "rate": "u*(1 - u)", "change": {"u": 1}}]),
    domain={"size": [60], "points": [60]},
    initial={"u": "where(x < 10, 1, 0)"},
    time={"end": 60, "step": 0.25},
)


def test_a_thin_front_is_said_of_what_moves_and_of_what_a_moving_field_eats(oncofield, tmp_path):
    fields = {"u": {"diffusion": 0.01}, "h": {}}
    eaten = [{"name": "growth", "rate": "u*(1 - u)", "change": {"u": 1}}, {"name": "eaten", "rate": "5*u*h", "change": {"h": -1}}]
    run_file = {**THIN, "model": model(parameters={}, fields=fields, processes=eaten), "initial": {**THIN["initial"], "h": 1}}
    _, summary = run_summary(oncofield, tmp_path, run_file)
    assert {(warning["kind"], warning["field"]) for warning in summary["health"]["warnings"]} == {("thin front", "u"), ("thin front", "h")}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_points_that_know_nothing_of_each_other_have_no_front(oncofield, tmp_path, seed):
    growth = [{"name": "growth", "rate": "u*(1 - u)*(u - 0.3)", "change": {"u": 1}}]
    still = {**THIN, "model": model(parameters={}, fields={"u": {}}, processes=growth), "initial": {"u": "random()"}, "seed": seed}
    _, summary = run_summary(oncofield, tmp_path, {**still, "time": {"end": 100, "step": 0.1}})
    assert summary["health"]["warnings"] == []
    noise = [{"name": "n", "correlation": "white", "change": {"u": "0.5*u"}}]
    noisy = {**still, "model": {**still["model"], "noise": noise}, "time": {"end": 50, "step": 0.1}}
    _, summary = run_summary(oncofield, tmp_path, noisy)
    assert summary["health"]["warnings"] == []


def test_an_observable_that_is_no_number_is_said_and_written_down(oncofield, tmp_path):
    finished, summary = run_summary(oncofield, tmp_path, content(observables={"bad": "log(min(u) - 0.5)"}))
    (warning,) = summary["health"]["warnings"]
    assert (warning["kind"], warning["observable"]) == ("observable", "bad")
    assert f"warning: {warning['text']}" in finished.stderr


def test_conditions_that_never_held_are_noted_at_the_end(oncofield, tmp_path):
    run_file = content(
        treatment=[{"name": "drug", "when": "mean(u) > 5", "add": {"u": 1}}, {"name": "other", "when": "mean(u) < 0.9", "once": True, "add": {"u": 0.1}}],
        stop=[{"when": "mean(u) < 1e-6", "because": "gone"}],
    )
    path = write(tmp_path, run_file)
    finished = oncofield("run", path, "--output", tmp_path / "out")
    lines = [
        "the condition of the treatment drug, mean(u) > 5, was not seen to hold: no dose of it was given",
        'the condition mean(u) < 1e-6 of "stop" was not seen to hold',
    ]
    assert json.loads((tmp_path / "out" / "run.json").read_text())["never_held"] == lines
    assert all(f"note: {line}" in finished.stderr for line in lines) and "warning" not in finished.stderr


@pytest.mark.parametrize(
    "time, drive, limit, message",
    [
        ({"end": 400, "step": 2.5}, "", 1e-3, "leave the solution as it is, but the equations change it there at a relative rate of 0.153"),
        ({"end": 3000, "tolerance": 1e-4}, "+ 1e-6*sin(3*t)", 1e-8, "these may be errors alone; ask for a smaller time.tolerance, or raise the limit"),
    ],
)
def test_a_steady_state_that_may_never_be_found_is_told_of_at_once(oncofield, tmp_path, time, drive, limit, message):
    path = write(
        tmp_path,
        {
            "model": {"name": "m", "fields": {"u": {"diffusion": 0.1}}, "reactions": {"u": f"1 + cos(pi*x/2) {drive} - u"}},
            "domain": {"size": [2], "points": [32]},
            "initial": {"u": 0},
            "time": {"scheme": "rebalanced-strang", **time},
            "stop": [{"steady": limit, "for": 5}],
        },
    )
    finished = oncofield("run", path, "--output", tmp_path / "out", "--quiet")
    (warning,) = json.loads((tmp_path / "out" / "run.json").read_text())["warnings"]
    assert warning.startswith("the steady state of the run file may never be found: since t = ") and message in warning
    assert finished.stderr.count("warning: ") == 1 and warning.split(" of ")[0] in finished.stderr


# The rate is infinite at t = 0.53 alone, and its integral is finite: u stays finite.
SINGULAR = content(
    model=model(parameters={}, fields={"u": {}}, processes=[{"name": "p", "rate": "0.1*log((t - 0.53)^2)", "change": {"u": 1}}]),
    time={"end": 1, "step": 0.1},
)


def test_a_value_between_two_steps_that_is_no_number_is_said_once(oncofield, tmp_path):
    observed = {"output": {"observables": {"every": 0.53}}, "observables": {"value": "mean(u)"}}
    finished, summary = run_summary(oncofield, tmp_path, {**SINGULAR, **observed})
    (warning,) = summary["health"]["warnings"]
    assert (warning["kind"], warning["field"], warning["time"]) == ("output", "u", 0.53)
    assert warning["text"].startswith("what is written of field u at t = 0.53, between two steps, is no number (NaN) at point (0), x = 0.125")
    assert finished.returncode == 0 and finished.stderr.count("warning:") == 1 and f"warning: {warning['text']}" in finished.stderr


def test_values_between_two_steps_that_are_sound_are_not_warned_of(oncofield, tmp_path):
    finished, summary = run_summary(oncofield, tmp_path, {**SINGULAR, "output": {"observables": {"every": 0.47}}})
    assert finished.returncode == 0 and summary["health"]["warnings"] == [] and "warning" not in finished.stderr


@pytest.mark.parametrize("depth, is_said", [(1.5, True), (0.4, False)])
def test_a_population_that_comes_back_from_nothing_is_said(oncofield, tmp_path, depth, is_said):
    # At the lowest e^(-30 depth), at t = 30, where a step ends because the rate jumps.
    rate = f"where(t < 30, -{depth}, {depth})*u"
    grown = model(parameters={}, fields={"u": {}}, processes=[{"name": "p", "rate": rate, "change": {"u": 1}}])
    _, summary = run_summary(oncofield, tmp_path, content(model=grown, time={"end": 60, "step": 0.1}))
    assert [warning["kind"] for warning in summary["health"]["warnings"]] == (["regrowth"] if is_said else [])
    if is_said:
        text = summary["health"]["warnings"][0]["text"]
        assert text.startswith("field u has grown again after it was down to 2.86e-20 at its largest at t = 30.0, which is")
        (warning,) = summary["health"]["warnings"]
        # The reactions are exact to a tolerance of 1e-6 for each unit of the exponent.
        assert warning["time_of_lowest"] == 30 and abs(math.log(warning["lowest_maximum"]) + 45) < 5e-5


KILLED = {
    "equations that change": ("where(t < 50, -1, 1)*u*(1 - u)", [], True),
    "an infusion that takes away": ("0.5*u*(1 - u)", [{"name": "chemo", "at": 10, "infuse": {"u": "-1.2*u"}, "for": 60}], True),
    "an infusion that adds": ("-u", [{"name": "cells", "at": 100, "infuse": {"u": 0.1}, "for": 10}], False),
    "a dose that adds": ("where(t < 100, -1, 1)*u*(1 - u)", [{"name": "cells", "at": 100, "add": {"u": 1e-8}}], False),
}


@pytest.mark.parametrize("rate, treatment, is_said", KILLED.values(), ids=KILLED)
def test_regrowth_from_what_the_errors_of_steps_have_left_is_said(oncofield, tmp_path, rate, treatment, is_said):
    """The tumor is down to 1e-18 and less; steps of a tolerance hold it at 1e-13, and it comes back from there, too early."""
    grown = model(parameters={}, fields={"u": {}}, processes=[{"name": "p", "rate": rate, "change": {"u": 1}}])
    _, summary = run_summary(oncofield, tmp_path, content(model=grown, initial={"u": 0.5}, treatment=treatment, time={"end": 200}))
    assert [warning["kind"] for warning in summary["health"]["warnings"]] == (["regrowth"] if is_said else [])


def test_a_peak_that_collapses_is_warned_of(oncofield, tmp_path):
    path = tmp_path / "run.json"
    path.write_text(json.dumps({
        "model": {
            "name": "keller-segel", "parameters": {"M": 14},
            "fields": {"n": {"diffusion": 1, "taxis": [{"toward": "c", "sensitivity": 1}]}, "c": {"diffusion": 1, "quasi_steady": True}},
            "reactions": {"c": "n - c"},
        },
        "domain": {"size": [8, 8], "origin": [-4, -4], "points": [32, 32]},
        "initial": {"n": "M*exp(-x^2 - y^2)"},
        "time": {"end": 0.8, "tolerance": 1e-3},
    }))  # fmt: skip
    collapsed = oncofield("run", path, "--output", tmp_path / "out", "--quiet")
    assert "warning: the peak of field n has become as narrow as the grid (2." in collapsed.stderr
    (found,) = json.loads((tmp_path / "out" / "run.json").read_text())["health"]["warnings"]
    assert found["kind"] == "narrow peak" and 2 < found["width_in_points"] < 3 and found["height"] > 28
    # Below the critical mass of 8 pi cells spread.
    assert_silent(oncofield("run", path, "--set", "model.parameters.M=7", "--output", tmp_path / "again", "--quiet"), tmp_path / "again")


# MARK: No warning without a test


def literals(call):
    """The strings of the first argument of a call in Swift that may begin its text, each as its fixed pieces."""
    found, position, isContinued, open_parentheses = [], 0, False, 1
    while position < len(call):
        character = call[position]
        if character == '"':
            pieces, position = [""], position + 1
            while call[position] != '"':
                if call.startswith("\\(", position):
                    depth, position = 1, position + 2
                    while depth:
                        depth += {"(": 1, ")": -1}.get(call[position], 0)
                        position += 1
                    pieces.append("")
                else:
                    if call[position] == "\\":
                        position += 1
                    pieces[-1] += call[position]
                    position += 1
            if not isContinued:
                found.append([piece for piece in pieces if len(piece) > 3])
            isContinued = False
        elif character == "+":
            isContinued = True
        elif call.startswith("at:", position) or call.startswith("remedy:", position):
            break
        elif character in "()":
            open_parentheses += 1 if character == "(" else -1
            if open_parentheses == 0:
                break
        position += 1
    return [pieces for pieces in found if pieces]


def warnings_in_sources():
    for path in sorted((ROOT / "Sources").rglob("*.swift")):
        text = path.read_text()
        for match in re.finditer(r"\.warning\(|[wW]arnings\.append\(", text):
            for pieces in literals(text[match.end() : match.end() + 1500]):
                yield path.name, pieces


def strings_in_tests():
    for path in sorted(pathlib.Path(__file__).parent.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_growth_by_a_root_from_nothing_is_warned_of(oncofield, run_file):
    changes = {"model": {"name": "m", "fields": {"u": {"diffusion": 1}}, "reactions": {"u": "sqrt(u) - u"}}, "parameters": None, "observables": None}
    warning = "the rate of u goes to 0 more slowly than u itself, as sqrt(u) does, and u is 0 everywhere"
    assert warning in oncofield("validate", run_file({**changes, "initial": {"u": 0}})).stderr
    assert warning not in oncofield("validate", run_file({**changes, "initial": {"u": 0.1}})).stderr


def test_every_warning_of_the_program_is_in_a_test_and_on_its_page():
    tested = list(strings_in_tests())
    page = (ROOT / "docs" / "health.md").read_text()
    found = list(warnings_in_sources())
    assert len(found) > 15
    for name, pieces in found:
        # What is beyond the first words of a text may be left out in a test.
        begin = ".+?".join(re.escape(piece[:20] if index == 0 else piece[:10]) for index, piece in enumerate(pieces[:2]))
        if len(pieces[0]) > 20:
            begin = re.escape(pieces[0][:20])
        assert any(re.search(begin, text) for text in tested), (name, pieces)
        assert any(piece.strip(' "')[:12] in page for piece in pieces), (name, pieces)


def test_every_kind_of_finding_in_the_computed_values_is_in_a_test():
    report = (ROOT / "Sources" / "Configuration" / "HealthReport.swift").read_text()
    kinds = set(re.findall(r'"kind"(?:,|:) \.string\("([^"]+)"\)', report))
    assert len(kinds) >= 5 and kinds <= set(strings_in_tests())
