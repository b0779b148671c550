"""A run that branches off with other values: what is set takes effect from there on, or the program says that it cannot."""

import csv
import json
import re

import pytest

PROCESS = {"name": "growth", "rate": "k", "change": {"u": 1}}


def model(k=1, **others):
    return {"name": "ramp", "parameters": {"k": k}, "fields": {"u": {}}, "processes": [PROCESS], **others}


def rows(run):
    with open(run / "observables.csv") as file:
        return {float(row["t"]): {key: float(value) for key, value in row.items()} for row in csv.DictReader(file)}


@pytest.fixture
def base(oncofield, tmp_path):
    """u' = k from u = 1, to t = 2; a dose at t = 1 sets k from 1 to 2, so that u(2) = 4, and u(3) = 6 if nothing is set."""

    def start(**changes):
        content = {
            "model": model(),
            "domain": {"size": [1], "points": [16]},
            "initial": {"u": 1},
            "time": {"end": 2, "step": 0.125},
            "treatment": [{"name": "twice", "at": 1, "set": {"k": 2}}],
            "output": {"observables": {"every": 0.5}},
            **changes,
        }
        path = tmp_path / "base.json"
        path.write_text(json.dumps(content))
        oncofield("run", path, "--output", tmp_path / "base", "--overwrite", "--quiet")
        return tmp_path / "base"

    return start


@pytest.fixture
def fork(oncofield, tmp_path):
    """Branches off to t = 3; returns the exit code, standard error and the last u."""

    def start(run, *settings, end=3):
        options = [option for setting in (f"time.end={end}", *settings) for option in ("--set", setting)]
        finished = oncofield(
            "resume", run, "--output", tmp_path / "fork", "--overwrite", "--quiet", *options, check=False, cwd=tmp_path
        )
        last = rows(tmp_path / "fork").get(end, {}).get("max(u)") if finished.returncode == 0 else None
        return finished.returncode, finished.stderr, last

    return start


WAYS_TO_SET = [
    "parameters.k=0.5",
    'parameters={"k": 0.5}',
    "model.parameters.k=0.5",
    'model.parameters={"k": 0.5}',
    'model.parameters.k={"value": 0.5}',
    "model=" + json.dumps(model(0.5)),
    "model=ramp.json",
    '"parameters"."k"=0.5',
]


@pytest.mark.parametrize("setting", WAYS_TO_SET)
def test_a_parameter_that_a_dose_has_changed_can_be_set_in_every_spelling(base, fork, tmp_path, setting):
    (tmp_path / "ramp.json").write_text(json.dumps(model(0.5)))
    code, text, u = fork(base(), setting)
    assert (code, u) == (0, 4.5), text


def test_a_parameter_can_be_set_to_what_it_was_before_the_dose(base, fork):
    assert fork(base(), "parameters.k=1")[2] == 5
    assert fork(base(), 'model.parameters={"k": 1}')[2] == 5


@pytest.mark.parametrize(
    "setting",
    ["title=other", "seed=0", "initial.u=1", "initial.u=1.0", "time.start=0", "output.observables.every=0.25", "threads=1"],
)
def test_what_does_not_concern_the_parameter_leaves_what_the_dose_has_made_of_it(base, fork, setting):
    assert fork(base(), setting)[2] == 6


def test_a_rate_that_is_set_counts_with_what_the_dose_has_made_of_its_parameter(base, fork):
    assert fork(base(), "model.processes.0.rate=3*k")[2] == 10


def test_a_later_dose_changes_what_is_set(base, fork):
    run = base(treatment=[{"name": "twice", "at": [1, 2.5], "multiply": {"k": 2}}])
    assert fork(run, "parameters.k=0.5")[2] == 4 + 0.25 + 0.5


@pytest.mark.parametrize(
    "setting",
    [
        "initial.u=4",
        "initial.u=1 + x",
        "seed=3",
        "time.start=1",
        "domain.mask=x < 0.5",
        "output.directory=elsewhere",
        "domain.points=[8]",
        "domain.size=[2]",
    ],
)
def test_what_is_past_is_refused(base, fork, setting):
    code, text, _ = fork(base(), setting)
    assert code == 65 and ("cannot change" in text or "nothing to change" in text or "is where a run begins" in text), text


def test_a_parameter_of_the_mask_is_past(base, fork):
    run = base(domain={"size": [1], "points": [16], "mask": "x < 0.25*k + 0.5"})
    code, text, _ = fork(run, "parameters.k=0.5")
    assert code == 65 and "k cannot change when a run goes on: domain.mask depends on it" in text
    assert fork(run, "threads=1")[2] == 6


def test_the_columns_of_a_table_are_those_of_its_run(oncofield, base, fork):
    run = base()
    before = (run / "observables.csv").read_bytes()
    refused = oncofield("resume", run, "--set", "time.end=3", "--set", "output.ledger=true", check=False)
    assert refused.returncode == 65 and "output.ledger gives observables.csv other columns" in refused.stderr
    assert (run / "observables.csv").read_bytes() == before
    assert fork(run, "output.ledger=true")[2] == 6
    oncofield("resume", run, "--set", "time.end=3", "--set", "output.ledger=false")


def test_a_parameter_that_is_given_twice_is_not_set_where_it_does_not_count(oncofield, base, tmp_path):
    run = base(parameters={"k": 1})
    refused = oncofield("run", tmp_path / "base.json", "--set", "model.parameters.k=0.5", "--output", tmp_path / "other", check=False)
    assert refused.returncode == 65
    assert "model.parameters.k is set from outside, but parameters.k is given too, and counts" in refused.stderr
    assert "set parameters.k" in refused.stderr and run.exists()


def test_a_seed_counts_where_there_is_noise_to_come(base, fork):
    noise = [{"name": "n", "correlation": "white", "change": {"u": 0.1}}]
    run = base(model=model(noise=noise))
    one, other = fork(run), fork(run, "seed=3")
    assert one[0] == other[0] == 0 and one[2] != other[2]


def test_a_history_is_past(base, fork):
    delayed = {**PROCESS, "rate": "k + 0*u + 0.001*delayed(u, 0.5)"}
    run = base(model=model(processes=[delayed]))
    code, text, _ = fork(run, "history.u=2")
    assert code == 65 and "history cannot change when a run is resumed" in text


@pytest.mark.parametrize(
    "setting, said, u",
    [
        ("treatment.0.set.k=9", "the treatment twice has been given before t = 2 as it was then", 6),
        ("treatment.0.at=0.5", "the treatment twice has been given before t = 2 as it was then", 6),
        ("treatment.0.at=[1, 2.5]", "the treatment twice has been given before t = 2 as it was then", 6),
        ("treatment=[]", "the treatment twice is left out from t = 2 on; what it has done before stays", 6),
        (
            'treatment=[{"name": "twice", "at": 1, "set": {"k": 2}}, {"name": "new", "at": [0.5, 2.5], "set": {"k": 0}}]',
            "doses of new before t = 2 are not given",
            5,
        ),
    ],
)
def test_doses_of_the_past_are_said(base, fork, setting, said, u):
    code, text, last = fork(base(), setting)
    assert (code, last) == (0, u) and f"warning: {said}" in text, text


def test_doses_to_come_can_change_without_a_word(base, fork):
    run = base(treatment=[{"name": "late", "at": 2.5, "set": {"k": 2}}])
    code, text, u = fork(run, "treatment.0.set.k=4")
    assert (code, u) == (0, 3 + 0.5 + 2) and "warning" not in text


def test_an_infusion_under_way_lasts_as_long_as_is_set(base, fork):
    infusion = {"name": "drug", "at": 1.5, "for": 1, "infuse": {"u": 2}}
    run = base(treatment=[infusion])
    assert fork(run)[2] == 4 + 2
    # Of the rate 2 from 1.5 on: to 2.25 and to 2.75, and 4 from t = 2 on.
    assert fork(run, "treatment.0.for=0.75")[2] == 4 + 1.5
    assert fork(run, "treatment.0.for=1.25")[2] == 4 + 2.5
    assert fork(run, "treatment.0.infuse.u=4")[2] == 4 + 1 + 2
    assert fork(run, "treatment=[]")[2] == 4 + 1


def test_an_extinction_that_is_set_counts_from_there_on(base, fork):
    run = base(treatment=[])
    code, _, u = fork(run, 'model.fields.u.extinction={"below": 100, "every": 2.5}')
    assert (code, u) == (0, 0.5)


def test_observables_that_are_set_are_written(base, fork, tmp_path):
    assert fork(base(), 'observables={"twice": "2*mean(u)"}')[0] == 0
    assert rows(tmp_path / "fork")[3]["twice"] == 12


def test_other_conditions_that_end_a_run_begin_anew(base, fork, tmp_path):
    stop = [{"when": "mean(u) > 3", "because": "large"}]
    run = base(stop=stop)
    assert json.loads((run / "run.json").read_text())["stop_reason"] == "large"
    code, text, u = fork(run, "stop.0.when=mean(u) > 100")
    assert (code, u) == (0, pytest.approx(6, rel=1e-14)) and "Stopped" not in text
    # Without another condition it stays where it was stopped.
    assert "Stopped, large" in fork(run)[1]


def test_the_first_step_is_past(base, fork):
    run = base(time={"end": 2, "tolerance": 1e-4})
    code, text, _ = fork(run, "time.first_step=1e-5")
    assert code == 0 and "warning: time.first_step changes nothing when a run is resumed" in text


def test_a_fork_warns_of_what_is_doubtful_in_what_is_set(base, fork):
    code, text, _ = fork(base(), 'observables={"a": {"value": "mean(u)", "unit": "furlong"}}')
    assert code == 0 and 'warning: the unit "furlong" is not known' in text


@pytest.mark.parametrize("setting", [
    'time={"end": 3, "step": 0.125}', 'time={"end": 3, "start": 0, "step": 0.125}', 'initial={"u": "1"}', "initial.u=1.0",
])  # fmt: skip
def test_what_is_set_to_the_value_that_it_has_changes_nothing(base, fork, setting):
    """The start of a run that began at 0 is 0, whether it is written or not; "1" is 1."""
    code, errors, last = fork(base(), setting)
    assert (code, last) == (0, 6), errors
    assert "warning" not in errors


# What is set from outside takes the place of what it excludes in the file.
EXCLUSIVE = {
    "a step for a tolerance": ({"time": {"end": 2, "tolerance": 1e-3, "largest_step": 0.5, "scheme": "auto"}}, ["time.step=0.125"], "time.step", 0.125),
    "a tolerance for a step": ({}, ["time.tolerance=1e-3"], "time.tolerance.relative.u", 1e-3),
    "a tolerance of a field": ({}, ['time.tolerance={"relative": {"u": 1e-3}}'], "time.tolerance.relative.u", 1e-3),
    "another condition": (
        {"stop": [{"steady": 1e-9, "for": 1}]}, ["stop.0.when=mean(u) > 100"], "stop.0", {"when": "mean(u) > 100"}),
    "a steady state": (
        {"stop": [{"when": "mean(u) > 100", "because": "big"}]}, ["stop.0.steady=1e-9"], "stop.0", {"because": "big", "steady": 1e-9}),
    "once for again": (
        {"treatment": [{"name": "w", "when": "t >= 1", "rearm_when": "t < 1", "set": {"k": 2}}]}, ["treatment.0.once=true"],
        "treatment.0", {"name": "w", "when": "t >= 1", "set": {"k": 2}, "once": True}),
    "again for once": (
        {"treatment": [{"name": "w", "when": "t >= 1", "once": True, "set": {"k": 2}}]}, ["treatment.0.rearm_when=t < 1"],
        "treatment.0", {"name": "w", "when": "t >= 1", "set": {"k": 2}, "rearm_when": "t < 1"}),
    "a flux for a value": (
        {"model": model(fields={"u": {"diffusion": 1, "boundary": {"x-": {"value": 1}}}})},
        ["model.fields.u.boundary.x-.flux=0"], "model.fields.u.boundary.x-", {"flux": 0}),
}


@pytest.mark.parametrize("verb", ["run", "resume"])
@pytest.mark.parametrize("name", EXCLUSIVE)
def test_what_is_set_takes_the_place_of_what_it_excludes(oncofield, base, tmp_path, verb, name):
    changes, settings, path, value = EXCLUSIVE[name]
    run = base(**changes)
    given = [part for setting in settings for part in ("--set", setting)]
    if verb == "run":
        oncofield("run", tmp_path / "base.json", "--output", tmp_path / "out", *given)
    else:
        oncofield("resume", run, "--output", tmp_path / "out", *given, "--set", "time.end=3")
    found = json.loads((tmp_path / "out" / "resolved.json").read_text())
    for key in path.split("."):
        found = found[int(key)] if isinstance(found, list) else found[key]
    assert found == value
    assert rows(tmp_path / "out")[2 if verb == "run" else 3]["mass(u)"] > 1


@pytest.mark.parametrize(
    "settings, message",
    [
        (["time.step=0.1", "time.tolerance=1e-3"], 'a fixed step leaves nothing to choose for "tolerance"'),
        (["time.tolerance=1e-3", "time.step=0.1"], 'a fixed step leaves nothing to choose for "tolerance"'),
        (["time.largest_step=0.1"], 'a fixed step leaves nothing to choose for "largest_step"'),
        (['stop=[{"steady": 1e-3}]', "stop.0.when=t > 1"], 'the keys "when" and "steady" exclude each other'),
    ],
)
def test_two_settings_that_exclude_each_other_are_refused(oncofield, base, tmp_path, settings, message):
    run = base()
    given = [part for setting in settings for part in ("--set", setting)]
    finished = oncofield("resume", run, "--output", tmp_path / "out", *given, check=False)
    assert finished.returncode == 65 and message in finished.stderr
    assert not (tmp_path / "out").exists()


def test_what_a_tolerance_implies_follows_another_one(oncofield, base, tmp_path):
    """How accurate reactions are follows from the tolerance of the run, unless the run file says it."""
    run = base(time={"end": 2, "tolerance": 1e-3, "scheme": "strang"})

    def tolerance(name, *settings):
        oncofield("resume", run, "--output", tmp_path / name, "--set", "time.end=3", *settings)
        return json.loads((tmp_path / name / "resolved.json").read_text())["time"]["reactions"]["tolerance"]

    same, other = tolerance("same"), tolerance("other", "--set", "time.tolerance=1e-8")
    assert other < 1e-3 * same
    assert tolerance("given", "--set", "time.tolerance=1e-8", "--set", "time.reactions.tolerance=1e-6") == 1e-6


def test_what_is_set_counts_from_the_checkpoint_and_a_run_that_was_ended_says_so(oncofield, tmp_path):
    content = {
        "model": {"name": "m", "parameters": {"k": 0.3}, "fields": {"u": {}}, "reactions": {"u": "-k*u"}},
        "domain": {"size": [1], "points": [4]},
        "initial": {"u": 1},
        "time": {"end": 9, "step": 0.7},
        "stop": [{"when": "mean(u) < 0.1", "because": "gone"}],
        "checkpoint": {"every": 2},
    }
    (tmp_path / "run.json").write_text(json.dumps(content))
    base = tmp_path / "base"
    oncofield("run", tmp_path / "run.json", "--output", base)
    changed = ["--set", "parameters.k=0.2"]
    early = oncofield("resume", base, "--time", "5", *changed, "--output", tmp_path / "early").stderr
    assert "warning: the last checkpoint at or before t = 5 is of t = 4.15" in early
    (time,) = re.findall(r"what is set counts from t = (\S+) on", early)
    exact = oncofield("resume", base, "--time", time, *changed, "--output", tmp_path / "exact").stderr
    assert "warning" not in exact
    assert "was ended at t = 7.67" in (said := oncofield("resume", base).stderr) and "stop: gone" in said
