"""What ends a run, and the last state: files of whole runs, resuming, extending, branching."""

import csv
import json
import math

import h5py
import pytest

from test_resume import assert_same, datasets, results

DRUG = {
    "model": {"name": "drug", "fields": {"u": {"diffusion": 0.1}}, "reactions": {"u": "-2*u"}},
    "parameters": None, "domain": {"size": [2], "points": [16]}, "initial": {"u": 1}, "observables": None,
    "time": {"end": 10, "step": 1}, "treatment": [{"name": "bolus", "at": 3.1, "set": {"u": 10}}],
    "stop": [{"when": "mean(u) > 5", "because": "toxic"}],
    "output": {"directory": "out", "fields": {"every": 1}, "observables": {"every": 1}, "images": {"every": 2}, "ledger": True},
    "checkpoint": {"every": 1, "keep": 100},
}


def rows(directory):
    with open(directory / "observables.csv") as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def frames(directory, field="u"):
    with h5py.File(directory / "fields.h5") as file:
        return list(file["time"][:]), file[field][:]


def summary(directory):
    return json.loads((directory / "run.json").read_text())


@pytest.mark.parametrize("time", [{"step": 1}, {"step": 2.5}, {"tolerance": 1e-3}], ids=str)
@pytest.mark.parametrize("dose", [3.1, 3])
def test_the_state_at_a_stop_after_a_dose_is_the_last_frame_and_row(oncofield, run_file, tmp_path, time, dose):
    changes = DRUG | {"time": {"end": 10, **time}, "treatment": [{"name": "bolus", "at": dose, "set": {"u": 10}}]}
    oncofield("run", run_file(changes), "--output", tmp_path / "out")
    assert summary(tmp_path / "out")["time"] == dose and summary(tmp_path / "out")["stop_reason"] == "toxic"
    times, values = frames(tmp_path / "out")
    # Where an output is due at the time of the dose it shows the state before, and that after it follows.
    expected = [0, 1, 2, 3, dose if dose > 3 else math.nextafter(3, 4)]
    assert times == expected and [row["t"] for row in rows(tmp_path / "out")] == expected
    assert values[-1].min() == values[-1].max() == 10 and abs(values[3].max() / math.exp(-6) - 1) < 1e-6
    assert rows(tmp_path / "out")[-1]["mass(u)"] == pytest.approx(20, rel=1e-14)
    # A ledger of the last row knows of the dose.
    ledger = sum(value for key, value in rows(tmp_path / "out")[-1].items() if key.startswith("ledger"))
    assert ledger == pytest.approx(18, rel=1e-12)


def test_resuming_a_run_that_a_condition_ended_changes_nothing(oncofield, run_file, tmp_path):
    for dose in (3.1, 3):
        out = tmp_path / str(dose)
        oncofield("run", run_file(DRUG | {"treatment": [{"name": "bolus", "at": dose, "set": {"u": 10}}]}), "--output", out)
        before = results(out)
        assert "Stopped, toxic" in oncofield("resume", out).stderr
        assert_same(before, results(out))


@pytest.mark.parametrize("moment", [{"at": 3.1}, {"when": "t == 3.1"}, {"when": "t == 3.1", "rearm_when": "t > 3"}], ids=str)
def test_a_branch_goes_on_behind_a_stop_and_its_dose_as_if_it_had_not_been(oncofield, run_file, tmp_path, moment):
    """The dose of the moment of the stop is not given twice, but one of another treatment at that moment is."""
    treatment = {"name": "bolus", **moment, "add": {"u": 10}}
    path = run_file(DRUG | {"treatment": [treatment]})
    oncofield("run", path, "--output", tmp_path / "out")
    oncofield("run", path, "--output", tmp_path / "free", "--set", "stop=[]")
    oncofield("resume", tmp_path / "out", "--set", "stop=[]", "--output", tmp_path / "on")
    final = [datasets(sorted((tmp_path / name / "checkpoints").glob("*.h5"))[-1]) for name in ("free", "on")]
    assert final[0]["fields/u"] == final[1]["fields/u"]
    assert rows(tmp_path / "free")[-1] == rows(tmp_path / "on")[-1]
    added = "treatment=" + json.dumps([treatment, {"name": "other", "at": 3.1, "multiply": {"u": 2}}])
    oncofield("resume", tmp_path / "out", "--set", "stop=[]", "--set", added, "--output", tmp_path / "two")
    two, one = (rows(tmp_path / name)[-1]["mass(u)"] for name in ("two", "on"))
    assert two == pytest.approx(2 * one, rel=1e-12)


def test_a_branch_of_a_stopped_run_ends_where_its_own_condition_holds(oncofield, run_file, tmp_path):
    oncofield("run", run_file(DRUG), "--output", tmp_path / "out")
    oncofield("resume", tmp_path / "out", "--output", tmp_path / "same")
    assert summary(tmp_path / "same")["time"] == 3.1 and frames(tmp_path / "same")[0] == [3.1]
    stop = 'stop=[{"when": "mean(u) < 1", "because": "toxic"}]'
    oncofield("resume", tmp_path / "out", "--set", stop, "--output", tmp_path / "other")
    assert summary(tmp_path / "other")["time"] == pytest.approx(3.1 + math.log(10) / 2, abs=1e-9)


def test_a_condition_that_holds_at_the_start_ends_the_run_there(oncofield, run_file, tmp_path):
    stop = {"stop": [{"when": "mean(u) > 0.5"}], "treatment": [{"name": "d", "at": 0, "set": {"u": 0}}]}
    out = tmp_path / "out"
    finished = oncofield("run", run_file(DRUG | stop), "--output", out)
    assert "Stopped, mean(u) > 0.5: t = 0.0 after 0 steps" in finished.stderr
    assert frames(out)[0] == [0] and [row["mass(u)"] for row in rows(out)] == [2]
    before = results(out)
    oncofield("resume", out)
    assert_same(before, results(out))


TIMES = [{"step": 0.125}, {"tolerance": 1e-3}, {"tolerance": 1e-4, "scheme": "etdrk4"}]


@pytest.mark.parametrize("time", TIMES, ids=str)
def test_an_extended_run_is_the_longer_run(oncofield, run_file, tmp_path, time):
    """The last frame, row and picture of the shorter one, off the grid of outputs, are gone then."""
    path = run_file({"time": {"end": 4.25, **time}, "output.fields.every": 0.9, "output.observables.every": 0.4})
    short, long = tmp_path / "short", tmp_path / "long"
    oncofield("run", path, "--output", long, "--set", "time.end=7.75")
    oncofield("run", path, "--output", short)
    assert frames(short)[0][-2:] == pytest.approx([3.6, 4.25]) and rows(short)[-1]["t"] == 4.25
    assert len(list((short / "images").glob("*.png"))) == 2
    oncofield("resume", short, "--set", "time.end=7.75")
    assert frames(short)[0] == frames(long)[0] and frames(long)[0][-1] == 7.75
    assert [row["t"] for row in rows(short)] == [row["t"] for row in rows(long)]
    if "step" in time:
        # With a tolerance steps know where the run ends, so that the runs are equal within the tolerance only.
        assert (short / "observables.csv").read_bytes() == (long / "observables.csv").read_bytes()
        assert (frames(short)[1] == frames(long)[1]).all()
    for one, other in zip(rows(short), rows(long)):
        assert one["burden"] == pytest.approx(other["burden"], rel=1e-2)


CONDITIONS = {
    "model": {
        "name": "wave", "fields": {"u": {"diffusion": 0.1}, "v": {}, "w": {"quasi_steady": True}},
        "processes": [
            {"name": "wave", "rate": "cos(t)*(1 + 0.1*x)", "change": {"v": 1}},
            {"name": "loss", "rate": "0.1*u", "change": {"u": -1}},
            {"name": "source", "rate": "where(t > 4.7, 2, 1) - w", "change": {"w": 1}},
        ],
    },
    "parameters": None, "domain": {"size": [2], "points": [16]}, "initial": {"u": 1, "v": 0}, "observables": None,
    "treatment": [
        {"name": "peak", "when": "mean(v) > 1.05", "rearm_when": "mean(v) < -1.05", "add": {"u": 1}},
        {"name": "window", "when": "sin(3*t) > 0.9 && mean(u) < 4", "add": {"u": 0.5}},
        {"name": "late", "when": "mean(w) > 1.5", "once": True, "at": [0, 0.35], "add": {"u": 0.3}},
    ],
    "stop": [{"when": "mean(u) > 4.2 && t > 15", "because": "many"}, {"steady": 1e-9, "for": 3}],
    "output": {"directory": "out", "fields": {"every": 0.77}, "observables": {"every": 0.3}},
    "checkpoint": {"every": 1, "keep": 1000},
}


@pytest.mark.parametrize("time", [{"step": 0.9}, {"step": 0.07, "scheme": "etdrk4"}, {"tolerance": 1e-3}], ids=str)
def test_runs_with_conditions_go_on_from_any_checkpoint_to_the_same_bytes(oncofield, run_file, tmp_path, time):
    path = run_file(CONDITIONS | {"time": {"end": 30, **time}})
    whole = tmp_path / "whole"
    oncofield("run", path, "--output", whole)
    assert summary(whole)["stop_reason"] == "many"
    checkpoints = sorted((whole / "checkpoints").glob("*.h5"))
    assert len(checkpoints) > 10
    final = datasets(checkpoints[-1])
    for checkpoint in checkpoints[:-1:4]:
        branch = tmp_path / checkpoint.stem
        oncofield("resume", whole, "--step", int(checkpoint.stem), "--output", branch)
        end = datasets(sorted((branch / "checkpoints").glob("*.h5"))[-1])
        # What is remembered has the extents of files, which a branch begins anew.
        for name in final.keys() - {"texts/memory", "manifest"}:
            assert end[name] == final[name], (checkpoint.stem, name)
        assert rows(branch)[-1] == rows(whole)[-1] and summary(branch)["time"] == summary(whole)["time"]
    # Looking and checkpoints change no bit.
    dense = {
        "output": {"directory": "out", "fields": {"every": 0.11}, "observables": {"every": 0.013}}, "checkpoint": {"every": 7}}
    oncofield("run", run_file(CONDITIONS | {"time": {"end": 30, **time}} | dense), "--output", tmp_path / "dense")
    end = datasets(sorted((tmp_path / "dense" / "checkpoints").glob("*.h5"))[-1])
    assert end["fields/u"] == final["fields/u"]


STEADY = {
    "model": {"name": "growth", "fields": {"u": {"diffusion": 0.1}}, "reactions": {"u": "1 - u"}},
    "parameters": None, "domain": {"size": [2], "points": [16]}, "initial": {"u": 0}, "observables": None,
    "time": {"end": 100, "step": 0.25}, "stop": [{"steady": 1e-3, "for": 2, "because": "at rest"}],
    "output": {"directory": "out", "fields": {"every": 5}, "observables": {"every": 1}},
}


@pytest.mark.parametrize("time", [{"step": 0.25}, {"tolerance": 1e-4}], ids=str)
def test_a_branch_of_a_run_that_a_steady_state_has_ended_ends_at_once(oncofield, run_file, tmp_path, time):
    """As one that a condition has ended, unless what ends it is changed, or what makes it move."""
    out = tmp_path / "out"
    oncofield("run", run_file(STEADY | {"time": {"end": 100, **time}}), "--output", out)
    end = summary(out)
    assert end["stop_reason"] == "at rest" and 7 < end["time"] < 20
    before = results(out)
    assert "Stopped, at rest" in oncofield("resume", out).stderr
    assert_same(before, results(out))

    def branch(name, *settings):
        given = [part for setting in settings for part in ("--set", setting)]
        oncofield("resume", out, "--output", tmp_path / name, *given)
        return summary(tmp_path / name)

    for name, settings in (("same", []), ("later", ["time.end=200"])):
        found = branch(name, *settings)
        assert (found["time"], found["steps"], found["stop_reason"]) == (end["time"], end["steps"], "at rest")
        assert [row["t"] for row in rows(tmp_path / name)] == [end["time"]]
    longer = branch("longer", 'stop=[{"steady": 1e-3, "for": 5}]')
    assert longer["time"] >= end["time"] + 3 and longer["stop_reason"] == "steady state"
    assert branch("free", "stop=[]")["time"] == 100
    moved = branch("moved", 'treatment=[{"name": "d", "at": 30, "set": {"u": 0}}]')
    assert end["time"] < moved["time"] < 30 and moved["stop_reason"] == "at rest"


@pytest.mark.parametrize("time", [
    {"step": 4, "scheme": "etdrk4"}, {"step": 0.4, "scheme": "strang"}, {"tolerance": 1e-2, "scheme": "strang4"}, {"tolerance": 1e-4}],
    ids=str)
def test_a_steady_state_is_found_at_the_same_time_by_whoever_goes_on_and_looks(oncofield, run_file, tmp_path, time):
    """With a field in balance, a delay and given sides; from each checkpoint, with other outputs, on two threads."""
    model = {
        "name": "rest",
        "fields": {
            "u": {"diffusion": 0.2, "boundary": {"x-": {"value": 1}}}, "v": {}, "w": {"quasi_steady": True}},
        "reactions": {"u": "0.3 - u", "v": "delayed(u, 5) - v", "w": "1 + u^2 - w"},
    }
    base = STEADY | {
        "model": model, "initial": {"u": 0, "v": 3}, "time": {"end": 300, **time}, "checkpoint": {"every": 1, "keep": 1000},
        "stop": [{"steady": 1e-4, "for": 7.3}, {"steady": 1e-9, "for": 1}]}
    whole = tmp_path / "whole"
    oncofield("run", run_file(base), "--output", whole)
    assert summary(whole)["stop_reason"] == "steady state"
    checkpoints = sorted((whole / "checkpoints").glob("*.h5"))
    final = datasets(checkpoints[-1])
    for checkpoint in checkpoints[:-1][:: max(1, len(checkpoints) // 3)]:
        branch = tmp_path / checkpoint.stem
        oncofield("resume", whole, "--step", int(checkpoint.stem), "--output", branch, "--threads", 2)
        end = datasets(sorted((branch / "checkpoints").glob("*.h5"))[-1])
        for name in final.keys() - {"texts/memory", "manifest"}:
            assert end[name] == final[name], (checkpoint.stem, name)
        assert summary(branch)["time"] == summary(whole)["time"]
    dense = {"output": {"directory": "out", "fields": {"every": 0.37}, "observables": {"every": 0.13}}}
    oncofield("run", run_file(base | dense), "--output", tmp_path / "dense")
    assert summary(tmp_path / "dense")["time"] == summary(whole)["time"]
    end = datasets(sorted((tmp_path / "dense" / "checkpoints").glob("*.h5"))[-1])
    assert all(end[f"fields/{field}"] == final[f"fields/{field}"] for field in "uvw")


def test_a_branch_of_a_run_at_its_end_ends_at_once_and_goes_on_with_a_later_end(oncofield, run_file, tmp_path):
    """A dose at the end is given when the run goes on."""
    changes = DRUG | {"time": {"end": 3.1, "step": 1}, "stop": None, "treatment": [{"name": "bolus", "at": 3.1, "set": {"u": 10}}]}
    oncofield("run", run_file(changes), "--output", tmp_path / "out")
    oncofield("resume", tmp_path / "out", "--output", tmp_path / "same")
    assert summary(tmp_path / "same")["outcome"] == "reached the end" and summary(tmp_path / "same")["time"] == 3.1
    assert rows(tmp_path / "same")[-1]["mass(u)"] == rows(tmp_path / "out")[-1]["mass(u)"] < 1
    oncofield("resume", tmp_path / "out", "--output", tmp_path / "on", "--set", "time.end=4")
    assert rows(tmp_path / "on")[-1]["mass(u)"] == pytest.approx(20 * math.exp(-1.8), rel=1e-6)


@pytest.mark.parametrize("time", [{"step": 0.9}, {"step": 0.4, "scheme": "etdrk4"}, {"tolerance": 1e-3, "scheme": "rebalanced-strang"}], ids=str)
def test_events_that_no_state_shows_are_carried_out_by_whoever_goes_on(oncofield, run_file, tmp_path, time):
    """Equalities, windows and peaks; the step ends there, then a checkpoint is taken, then the dose is given."""
    treatments = [
        {"name": "level", "when": "mean(v) == 0.35", "add": {"u": 0.5}},
        {"name": "window", "when": "mean(v) > 0.6 && mean(v) < 0.6001", "multiply": {"u": 0.9}},
        {"name": "peak", "when": "max(v) > 0.99995*(1 + 0.1*1.9375)", "add": {"u": 0.1}},
    ]
    path = run_file(CONDITIONS | {
        "treatment": treatments, "stop": [{"when": "mean(v) == -0.5 && t > 9", "because": "low"}], "time": {"end": 30, **time},
        "checkpoint": {"every": 0.01, "keep": 1000}})
    whole = tmp_path / "whole"
    oncofield("run", path, "--output", whole)
    assert summary(whole)["stop_reason"] == "low" and summary(whole)["never_held"] == []
    final = datasets(sorted((whole / "checkpoints").glob("*.h5"))[-1])
    waiting = [
        file for file in sorted((whole / "checkpoints").glob("*.h5"))
        if b'"happened"' in datasets(file)["texts/memory"]]
    assert len(waiting) >= 8
    for checkpoint in waiting[: -1 : len(waiting) // 4]:
        branch = tmp_path / checkpoint.stem
        oncofield("resume", whole, "--step", int(checkpoint.stem), "--output", branch)
        end = datasets(sorted((branch / "checkpoints").glob("*.h5"))[-1])
        assert end["fields/u"] == final["fields/u"] and summary(branch)["time"] == summary(whole)["time"]


def test_observables_that_are_no_numbers_are_named(oncofield, run_file, tmp_path):
    observables = {"fine": "mean(u)", "share": "mean(u)/where(t < 100, 0, 1)", "root": "sqrt(0.5 - t)", "level": "log(where(t < 100, 0, 1))"}
    finished = oncofield("run", run_file(DRUG | {"observables": observables, "stop": None}), "--output", tmp_path / "out")
    for text in (
        "the observable share is infinite at t = 0.0, and no finite number in 11 rows",
        "the observable root is no number (NaN) at t = 1.0, and no finite number in 10 rows",
        "the observable level is minus infinity at t = 0.0, and no finite number in 11 rows",
    ):
        assert f"warning: {text}; look at its expression" in finished.stderr
    found = summary(tmp_path / "out")["health"]["warnings"]
    assert [(item["kind"], item["observable"], item["time"], item["rows"]) for item in found] == [
        ("observable", "share", 0, 11), ("observable", "level", 0, 11), ("observable", "root", 1, 10)]


def test_rows_between_steps_from_sharp_data_are_sound(oncofield, tmp_path):
    """Growth after von Bertalanffy from a disk: two rows and frames were NaN; right masses 3.1807 and 3.1974."""
    run = {
        "model": {"name": "bertalanffy", "fields": {"u": {"diffusion": 0.05}}, "reactions": {"u": "0.5*u^(2/3) - 0.5*u"}},
        "domain": {"size": [4, 4], "points": [64, 64]}, "initial": {"u": "where((x - 2)^2 + (y - 2)^2 < 1, 1, 0)"},
        "time": {"end": 2, "tolerance": 0.01}, "output": {"fields": {"every": 0.1}, "observables": {"every": 0.1}},
    }
    (tmp_path / "run.json").write_text(json.dumps(run))
    finished = oncofield("run", tmp_path / "run.json", "--output", tmp_path / "out", "--quiet")
    assert "warning" not in finished.stderr
    found = rows(tmp_path / "out")
    assert found[1]["mass(u)"] == pytest.approx(3.1807, rel=4e-3) and found[2]["mass(u)"] == pytest.approx(3.1974, rel=4e-3)
    times, values = frames(tmp_path / "out")
    for time, value, row in zip(times, values, found):
        assert row["t"] == time and value.min() >= -1e-3 and value.mean() * 16 == pytest.approx(row["mass(u)"], rel=1e-12)
