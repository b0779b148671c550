"""Delays in whole runs: resuming from every checkpoint, looking, plans, what is said of the history."""

import json
import math

import pytest

from test_resume import assert_same, datasets, results

# Two constant delays and a gamma-distributed one; doses, some of them at the end of a delay or at a checkpoint; a
# parameter that changes; a condition that is located inside of a step.
MODEL = {
    "name": "delays",
    "parameters": {"tau": 1.3, "kill": 0.6},
    "fields": {"u": {"diffusion": 0.02}, "v": {"diffusion": 0.1}},
    "processes": [
        {"name": "growth", "rate": "u*(1 - delayed(u, tau))", "change": {"u": 1}},
        {"name": "killing", "rate": "kill*u*v", "change": {"u": -1}},
        {"name": "response", "rate": "delayed(u*v/(1 + u), 0.7) + 0.1*delayed(mean(u), tau, 3)", "change": {"v": 1}},
        {"name": "death", "rate": "0.8*v", "change": {"v": -1}},
    ],
}
TREATMENT = [
    {"name": "transfer", "at": [1.3, 1.8, 2.05, 3.35], "region": "x < 4", "add": {"v": 0.4}},
    {"name": "infusion", "at": 4, "for": 0.8, "infuse": {"v": "0.3*elapsed"}},
    {"name": "boost", "when": "mean(u) > 0.9", "once": True, "multiply": {"kill": 1.5, "u": 0.8}},
]
CONTENT = {
    "model": MODEL,
    "domain": {"size": [10, 6], "points": [20, 12]},
    "initial": {"u": "0.5 + 0.3*cos(pi*x/10)", "v": "0.2*(1 + 0.1*normal())"},
    "history": {"u": "(0.5 + 0.3*cos(pi*x/10))*exp(0.3*t)"},
    "treatment": TREATMENT,
    "time": {"end": 7, "step": 0.05, "scheme": "strang"},
    "observables": {"burden": "integral(u)"},
    "output": {"directory": "out", "fields": {"every": 0.33}, "observables": {"every": 0.21}},
    "checkpoint": {"every": 0.9, "keep": 1000},
    "seed": 3,
}
SCHEMES = [
    {"scheme": "strang"},
    {"scheme": "etdrk4"},
    {"scheme": "etd2-positive"},
    {"step": None, "tolerance": 1e-3, "scheme": "strang4"},
    {"step": None, "tolerance": 1e-3, "scheme": "rebalanced-strang"},
    {"step": None, "tolerance": 1e-4, "scheme": "auto"},
]


def name(changes):
    return "-".join(str(value) for value in changes.values() if value)


@pytest.fixture
def delayed_run(tmp_path):
    """Writes the run file with changes of "time" and of the rest."""

    def write(time=None, **others):
        content = CONTENT | others
        content["time"] = {key: value for key, value in (CONTENT["time"] | (time or {})).items() if value is not None}
        path = tmp_path / "run.json"
        path.write_text(json.dumps(content))
        return path

    return write


@pytest.mark.parametrize("time", SCHEMES, ids=name)
def test_resuming_from_any_checkpoint_gives_the_same_bytes(oncofield, delayed_run, tmp_path, time):
    whole = tmp_path / "whole"
    oncofield("run", delayed_run(time), "--output", whole, "--threads", 1)
    checkpoints = sorted((whole / "checkpoints").glob("*.h5"))
    final = datasets(checkpoints[-1])
    assert any(name.startswith("history/00") for name in final)
    assert any("history/start/u" in datasets(checkpoint) for checkpoint in checkpoints[:1])
    assert "history/start/u" not in final
    for checkpoint in checkpoints[:-1]:
        branch = tmp_path / checkpoint.stem
        oncofield("resume", whole, "--step", int(checkpoint.stem), "--output", branch, "--threads", 2)
        end = datasets(sorted((branch / "checkpoints").glob("*.h5"))[-1])
        names = [name for name in final if name.startswith(("fields/", "history/", "memory/"))]
        assert len(names) > 10
        for field in names:
            assert end[field] == final[field], (checkpoint.stem, field)


@pytest.mark.parametrize("time", SCHEMES, ids=name)
def test_looking_changes_no_bit(oncofield, delayed_run, tmp_path, time):
    final = []
    for label, every, taken in (("sparse", 7, 100), ("dense", 0.043, 0.5)):
        output = {"directory": "out", "fields": {"every": every}, "observables": {"every": every}}
        path = delayed_run(time, output=output, checkpoint={"every": taken, "keep": 2})
        oncofield("run", path, "--output", tmp_path / label)
        final.append(results(tmp_path / label)["checkpoint"][1])
    names = [name for name in final[0] if name.startswith(("fields/", "history/"))]
    for name in names:
        assert final[0][name] == final[1][name]


def test_an_interrupted_run_goes_on_with_the_same_bytes(oncofield, start, delayed_run, tmp_path):
    path = delayed_run({"end": 30})
    oncofield("run", path, "--output", tmp_path / "whole")
    broken = tmp_path / "broken"
    process = start("run", path, "--output", broken)
    while len(list((broken / "checkpoints").glob("*.h5"))) < 4:
        assert process.poll() is None, process.communicate()
    process.kill()
    process.communicate()
    oncofield("resume", broken, "--threads", 2)
    assert_same(results(tmp_path / "whole"), results(broken))


def test_only_the_fields_of_the_file_are_drawn(oncofield, delayed_run, tmp_path):
    oncofield("run", delayed_run({"end": 1}), "--output", tmp_path / "out")
    fields = datasets(tmp_path / "out" / "fields.h5")
    assert "u" in fields and not any("stage" in name for name in fields)
    header = (tmp_path / "out" / "observables.csv").read_text().splitlines()[0]
    assert header == "t,dt,burden,mass(u),min(u),max(u),mass(v),min(v),max(v)"
    resolved = json.loads((tmp_path / "out" / "resolved.json").read_text())
    assert resolved["history"] == CONTENT["history"]
    # It reads back as the same run.
    oncofield("run", tmp_path / "out" / "resolved.json", "--output", tmp_path / "again")
    assert_same(results(tmp_path / "out"), results(tmp_path / "again"))


def test_plan_and_run_say_what_the_history_takes(oncofield, delayed_run, tmp_path):
    path = delayed_run()
    text = oncofield("plan", path).stdout
    assert "  delay        delayed(u, tau): 1.3\n" in text
    assert "  delay        delayed(mean(u), tau, 3): 1.3 on average, in 3 further fields\n" in text
    plan = json.loads(oncofield("plan", path, "--json").stdout)
    assert [entry["value"] for entry in plan["delays"]] == [
        "delayed(u, tau)", "delayed(u*v/(1 + u), 0.7)", "delayed(mean(u), tau, 3)"]
    assert plan["delays"][2]["fields"] == [f"delay 3 stage {stage}" for stage in (1, 2, 3)]
    oncofield("run", path, "--output", tmp_path / "out")
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    # 26 steps to the longest delay, some more at treatments and breaks and for interpolation.
    assert 30 < run["history"]["most_steps"] < 50
    assert run["history"]["bytes"] == run["history"]["most_steps"] * 2 * 12 * 24 * 8
    assert 0 < run["history"]["interpolation_error"] < 1e-2
    assert plan["memory_bytes"] > 31 * 2 * 12 * 24 * 8
    assert "history      31 steps" in text


def test_a_delay_cannot_grow_when_a_run_goes_on(oncofield, delayed_run, tmp_path):
    oncofield("run", delayed_run({"end": 5}), "--output", tmp_path / "out")
    longer = oncofield(
        "resume", tmp_path / "out", "--set", "time.end=6", "--set", "parameters.tau=3", "--output", tmp_path / "longer",
        check=False)
    assert longer.returncode != 0
    assert "a delay cannot become longer when a run is resumed" in longer.stderr
    oncofield(
        "resume", tmp_path / "out", "--set", "time.end=6", "--set", "parameters.tau=0.9", "--output", tmp_path / "shorter")


def test_a_history_of_too_many_steps_ends_the_run_with_a_sentence(oncofield, delayed_run, tmp_path):
    model = {
        "name": "oscillator", "fields": {"u": {}, "v": {}},
        "reactions": {"u": "30*(v - 2)", "v": "30*(2 - u) + 1e-9*delayed(u, 50)"},
    }
    path = delayed_run(
        {"step": None, "tolerance": 1e-10, "scheme": "etdrk4", "end": 60}, model=model, treatment=[], history={"u": 1},
        domain={"size": [1], "points": [1]}, initial={"u": 3, "v": 2}, observables={})
    finished = oncofield("run", path, "--output", tmp_path / "out", check=False)
    assert finished.returncode == 76
    assert "the history would hold more than 10000 steps, because the longest delay is 50.0" in finished.stderr
    assert "The last good checkpoint is" in finished.stderr


@pytest.mark.parametrize("first, second, reason", [
    ("-u", "-delayed(u, 0.5)", "the checkpoint has no history of it, the run had no delays"),
    ("-delayed(u, 0.5)", "-delayed(v, 0.5)", 'the checkpoint has no history of it, it is that of "u"'),
    ("-delayed(u, 0.5)", "-delayed(u, 0.5) - delayed(v, 0.5)", 'it is that of "u"'),
    ("-delayed(u, 0.5)", "-delayed(u, 1.5)", "the longest delay is 1.5, but the history"),
])  # fmt: skip
def test_a_branch_cannot_look_back_on_what_was_not_kept(oncofield, tmp_path, first, second, reason):
    """Other delayed values, and longer delays than the history has once the start is forgotten."""
    path = tmp_path / "run.json"
    path.write_text(json.dumps({
        "model": {"name": "m", "fields": {"u": {}, "v": {}}, "reactions": {"u": first, "v": "-v"}},
        "domain": {"size": [1], "points": [4]}, "initial": {"u": 1, "v": 2}, "time": {"end": 3, "step": 0.125},
    }))  # fmt: skip
    oncofield("run", path, "--output", tmp_path / "out")
    finished = oncofield(
        "resume", tmp_path / "out", "--set", "time.end=4", "--set", f"model.reactions.u={second}", "--output",
        tmp_path / "branch", check=False)  # fmt: skip
    assert finished.returncode == 65 and reason in finished.stderr and "begin a new run with it" in finished.stderr
    assert finished.stderr.startswith("--set:1:")
    # What was kept may be used in another way.
    if "delayed" in first:
        oncofield("resume", tmp_path / "out", "--set", "time.end=4", "--set", "model.reactions.u=-2*delayed(u, 0.25)",
                  "--output", tmp_path / "other")  # fmt: skip


FORKS = {
    # u' = k(t - 1), k from 1 to 5 at the fork.
    "a parameter in a constant delay": ({"u": "delayed(k, 1)"}, 2, 6, 3 + 3 * 5),
    # Before the start k was 1, too.
    "a delay that leads before the start": ({"u": "delayed(k, 1)"}, 0.5, 3, 1.5 + 1.5 * 5),
    # v = t up to 2, then 2 + 5 (t - 2), and 0 before the start.
    "a rate whose field is delayed": ({"u": "delayed(v, 1)", "v": "k"}, 2, 6, 2 + 6 + 22.5),
    # w = k in balance.
    "a field in balance": ({"u": "w", "w": "k - w"}, 2, 4, 2 + 2 * 5),
    # Two stages of rate 2: y = 5 - 4 (1 + 2 s) exp(-2 s), s = t - 2.
    "a gamma-distributed delay": ({"u": "delayed(k, 1, 2)"}, 2, 6, 2 + 20 - 4 * (1 - 5 * math.exp(-8))),
}


def forked(oncofield, tmp_path, reactions, changes, end, *others):
    """The value of u at the end of a run with k = 1 that is branched off with other values of k at some times."""
    fields = {name: {"quasi_steady": True} if name == "w" else {} for name in reactions}
    content = {
        "model": {"name": "m", "parameters": {"k": 1}, "fields": fields, "reactions": reactions},
        "domain": {"size": [1], "points": [4]},
        "initial": {name: 0 for name in reactions}, "time": {"end": changes[0][0], "tolerance": 1e-8, **dict(others)},
    }
    path, last = tmp_path / "run.json", tmp_path / "0"
    path.write_text(json.dumps(content))
    oncofield("run", path, "--output", last, "--quiet")
    times = [time for time, _ in changes[1:]] + [end]
    for number, ((_, value), time) in enumerate(zip(changes, times)):
        branch = tmp_path / str(number + 1)
        oncofield(
            "resume", last, "--output", branch, "--quiet", "--set", f"time.end={time}", "--set", f"parameters.k={value}")
        last = branch
    header, *_, row = (last / "observables.csv").read_text().splitlines()
    return float(row.split(",")[header.split(",").index("min(u)")])


@pytest.mark.parametrize("scheme", ["auto", "strang", "strang4", "etdrk4", "etd2-positive"])
@pytest.mark.parametrize("name", FORKS)
def test_a_fork_is_a_break_a_delay_later(oncofield, tmp_path, name, scheme):
    reactions, time, end, right = FORKS[name]
    found = forked(oncofield, tmp_path, reactions, [(time, 5)], end, ("scheme", scheme))
    assert abs(found - right) < 1e-6 * right


def test_a_fork_of_a_fork_looks_back_on_all_values(oncofield, tmp_path):
    """k is 1 up to t = 0.5, then 5, and 2 from 0.7 on; delays lead before the start up to t = 1."""
    found = forked(oncofield, tmp_path, {"u": "delayed(k, 1)"}, [(0.5, 5), (0.7, 2)], 3)
    assert abs(found - (1.5 + 0.2 * 5 + 1.3 * 2)) < 1e-7
