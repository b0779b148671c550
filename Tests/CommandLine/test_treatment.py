"""Treatments of whole runs: resuming from every checkpoint, looking, stopping, plans, published radiotherapy."""

import json
import math

import numpy as np
import pytest

from test_resume import assert_branches_end_alike, datasets, results

# An infusion that lasts over several checkpoints, doses of which some fall on checkpoints, a condition that sets off twice,
# a parameter that changes, and a fraction of radiotherapy.
TREATMENT = [
    {"name": "transfer", "at": [5, 12.3], "region": "x < 40", "add": {"u": "0.2*exp(-((x - 20)^2 + (y - 20)^2)/50)"}},
    {"name": "infusion", "at": {"start": 4, "every": 9, "count": 3}, "for": 3.7, "infuse": {"w": "where(y < 30, 0.01*elapsed, 0)"}},
    {"name": "fractions", "at": {"start": 20, "every": 1, "pattern": "11111--"},
     "radiotherapy": {"dose": 1.8, "alpha": 0.004, "alpha_beta": 10, "fields": ["v"]}},
    {"name": "maintenance", "when": "mean(u) > 0.305", "rearm_when": "mean(u) < 0.3", "at": [0, 0.45],
     "multiply": {"u": 0.97, "sigma_u": 0.99}},
]
SCHEMES = [
    {"time.scheme": "rebalanced-strang"},
    {"time.scheme": "strang4"},
    {"time.step": None, "time.tolerance": 1e-3, "time.scheme": "strang4"},
    {"time.step": None, "time.tolerance": 1e-3, "time.scheme": "rebalanced-strang"},
    {"time.step": None, "time.tolerance": 1e-3, "time.scheme": "etdrk4"},
    {"time.step": None, "time.tolerance": 1e-3, "time.scheme": "auto"},
]
SMALL = {"domain.points": [24, 16], "treatment": TREATMENT, "time.end": 30, "checkpoint": {"every": 2, "keep": 1000},
         "output.images": None}


def name(changes):
    return "-".join(str(value) for value in changes.values() if value)


@pytest.mark.parametrize("changes", SCHEMES, ids=name)
def test_resuming_from_any_checkpoint_gives_the_same_bytes(oncofield, run_file, tmp_path, changes):
    path = run_file(SMALL | changes)
    whole = tmp_path / "whole"
    oncofield("run", path, "--output", whole)
    checkpoints = sorted((whole / "checkpoints").glob("*.h5"))
    memories = [datasets(checkpoint)["texts/memory"] for checkpoint in checkpoints]
    assert any(b'"infusions":[{' in memory for memory in memories)
    assert any(b'"sigma_u":' in memory for memory in memories)
    # Each case takes every third checkpoint, beginning with another one.
    assert_branches_end_alike(oncofield, whole, tmp_path, chosen=slice(SCHEMES.index(changes) % 3, None, 3))


@pytest.mark.parametrize("changes", SCHEMES, ids=name)
def test_looking_changes_no_bit(oncofield, run_file, tmp_path, changes):
    sparse = {"output.fields.every": 30, "output.observables.every": 30, "checkpoint.every": 100}
    dense = {"output.fields.every": 0.77, "output.observables.every": 0.13, "checkpoint.every": 0.5}
    final = []
    for label, outputs in (("sparse", sparse), ("dense", dense)):
        oncofield("run", run_file(SMALL | changes | outputs), "--output", tmp_path / label)
        final.append(results(tmp_path / label)["checkpoint"][1])
    for field in ("fields/u", "fields/v", "fields/w"):
        assert final[0][field] == final[1][field]


def test_an_output_at_a_dose_time_shows_the_state_before(oncofield, run_file, tmp_path):
    rows = []
    for times in ([0, 5], [0]):
        dose = {"treatment": [{"name": "d", "at": times, "add": {"u": 1}}], "output.observables.every": 2.5}
        oncofield("run", run_file(dose), "--output", tmp_path / str(len(times)))
        rows.append((tmp_path / str(len(times)) / "observables.csv").read_text().splitlines())
    assert [row.split(",")[0] for row in rows[0][1:4]] == ["0", "2.5", "5"]
    assert rows[0][:4] == rows[1][:4]
    mass = [float(row[4].split(",")[rows[0][0].split(",").index("mass(u)")]) for row in rows]
    assert mass[0] > 1.1 * mass[1]


def test_a_condition_ends_a_run_with_its_reason(oncofield, run_file, tmp_path):
    stop = {"stop": [{"when": "mean(u) > 0.29 && t > 3", "because": "enough cells"}]}
    finished = oncofield("run", run_file(stop), "--output", tmp_path / "out")
    assert "Stopped, enough cells: t = 3.0 after 24 steps" in finished.stderr
    summary = json.loads((tmp_path / "out" / "run.json").read_text())
    assert summary["outcome"] == "stopped: enough cells" and summary["stop_reason"] == "enough cells"
    before = results(tmp_path / "out")
    again = oncofield("resume", tmp_path / "out")
    assert "Stopped, enough cells" in again.stderr
    assert before == results(tmp_path / "out")
    oncofield("resume", tmp_path / "out", "--set", "stop=[]", "--output", tmp_path / "on")
    assert json.loads((tmp_path / "on" / "run.json").read_text())["outcome"] == "reached the end"


def test_a_branch_takes_another_treatment_from_its_beginning_on(oncofield, run_file, tmp_path):
    oncofield("run", run_file(SMALL | {"time.end": 10}), "--output", tmp_path / "out")
    other = json.dumps([{"name": "new", "at": {"start": 0, "every": 4}, "set": {"u": 0, "sigma_u": 0}}])
    oncofield("resume", tmp_path / "out", "--set", f"treatment={other}", "--set", "time.end=12.5", "--output", tmp_path / "on")
    memory = datasets(sorted((tmp_path / "on" / "checkpoints").glob("*.h5"))[-1])["texts/memory"]
    assert b'"sigma_u":0' in memory and b'"infusions":[]' in memory


def test_a_plan_lists_treatments(oncofield, run_file):
    path = run_file(SMALL)
    text = oncofield("plan", path).stdout
    assert "treatment    infusion: 3 doses, t = 4 to 22, each for 3.7" in text
    plan = json.loads(oncofield("plan", path, "--json").stdout)
    times = [20, 21, 22, 23, 24, 27, 28, 29]
    assert plan["treatment"][2] == {"name": "fractions", "doses": 8, "first": 20, "last": 29, "times": times}


def test_compartments_are_numbers_in_the_table_and_in_no_picture(oncofield, run_file, tmp_path):
    model = {
        "name": "m", "fields": {"u": {"diffusion": 1}}, "compartments": {"A": {"unit": "mg/l"}},
        "reactions": {"u": "0.1*A*u*(1 - u)", "A": "mean(u) - 0.5*A"},
    }
    path = run_file({
        "model": model, "parameters": None, "initial": {"u": "0.1*(1 + 0.5*cos(pi*x/120))", "A": 1}, "observables": {"twice": "2*A"},
        "domain.mask": "x + y < 130", "treatment": [{"name": "drip", "at": {"every": 7}, "for": 3, "infuse": {"A": 0.2}}],
        "checkpoint": {"every": 5, "keep": 100},
    })
    whole = tmp_path / "whole"
    oncofield("run", path, "--output", whole)
    rows = [line.split(",") for line in (whole / "observables.csv").read_text().splitlines()]
    assert rows[0][:7] == ["t", "dt", "twice", "mass(u)", "min(u)", "max(u)", "A"]
    assert all(float(row[2]) == 2 * float(row[6]) for row in rows[1:])
    assert "A" not in datasets(whole / "fields.h5")
    final = datasets(sorted((whole / "checkpoints").glob("*.h5"))[-1])
    middle = sorted((whole / "checkpoints").glob("*.h5"))[3]
    oncofield("resume", whole, "--step", int(middle.stem), "--output", tmp_path / "on")
    end = datasets(sorted((tmp_path / "on" / "checkpoints").glob("*.h5"))[-1])
    assert end["fields/u"] == final["fields/u"] and end["fields/A"] == final["fields/A"]


# MARK: Radiotherapy of a glioma


def explicit_euler(spacing, step, pattern, calendar=False):
    """The published computation (Rockne et al. 2009 as in PDE Control Gym): days of detection and death.

    With a calendar treatments are on whole days of it, and the rest of the day of detection counts as the first of them.
    """
    count = round(200 / spacing) + 1
    x = np.linspace(0, 200, count)
    capacity = 1e5
    cells = 0.8 * capacity * np.exp(-0.25 * x**2)
    killed = 1 - np.exp(-0.04 * 1.8 * (1 + 1.8 / 10))
    steps_of_a_day = round(1 / step)
    detection = None
    for index in range(1, round(600 / step) + 1):
        rate = np.zeros(count)
        if detection is not None and pattern:
            begin = detection // steps_of_a_day * steps_of_a_day if calendar else detection
            day = (index - 1 - begin) // steps_of_a_day
            fraction = sum(pattern[earlier % 7] == "1" for earlier in range(day + 1))
            if pattern[day % 7] == "1" and fraction <= 34:
                edge = x[np.nonzero(cells >= 0.16 * capacity)[0].max()]
                rate[x <= edge + 25] = killed
        new = np.empty(count)
        inner = cells[1:-1]
        laplacian = (cells[2:] - 2 * inner + cells[:-2]) / spacing**2
        new[1:-1] = inner + step * (0.2 * laplacian + (0.03 - rate[1:-1]) * inner * (1 - inner / capacity))
        new[0], new[-1] = new[1], new[-2]
        cells = np.clip(new, 0, capacity)
        seen = np.nonzero(cells >= 0.8 * capacity)[0]
        radius = x[seen.max()] if seen.size else 0
        if detection is None and radius >= 15:
            detection = index
        if radius >= 35:
            return detection * step, index * step


def survival(oncofield, directory, *settings, courses=('treatment.0.at={"every": 1, "count": 34}', "title=5 on, 2 off")):
    """Days of death untreated, and with the settings of each course: fractions on all days, and on five days of seven."""
    days = []
    for treatment in ("treatment=[]", *courses):
        sets = [argument for value in (treatment, *settings) for argument in ("--set", value)]
        oncofield("run", "configs/radiotherapy.json", "--output", directory / str(len(days)), *sets)
        days.append(json.loads((directory / str(len(days)) / "run.json").read_text())["time"])
    return days


def on_days_of_the_calendar(pattern):
    """The course of the example, but the first fraction takes the rest of the day, 0.8, and the others follow on whole days."""
    part = {"when": "max(where(c >= 0.8*K, x, 0)) >= 15", "once": True,
            "region": "x < max(where(c >= 0.16*K, x, 0)) + 25",
            "infuse": {"c": "-(1 - exp(-0.04*1.8*(1 + 1.8/10)))*c*(1 - c/K)"}}
    week = (pattern[1:] + pattern[0]).replace("0", "-")
    first = {"name": "first", "at": [0], "for": 0.8}
    others = {"name": "others", "at": {"start": 0.8, "every": 1, "count": 33, "pattern": week}, "for": 1}
    return "treatment=" + json.dumps([part | first, part | others])


def test_the_published_days_of_radiotherapy_and_their_limit(oncofield, tmp_path):
    """Published, by explicit Euler steps of a day on points 1 mm apart: 213, 363, and 67 and 68 days won."""
    assert explicit_euler(1, 1, "") == (213, 363)
    assert explicit_euler(1, 1, "1111111")[1] == 363 + 67
    assert explicit_euler(1, 1, "1111100")[1] == 363 + 68
    on_points_at_0_1_2 = ["domain.origin=[-0.5]", "domain.size=[201]", "domain.points=[201]", "time.step=1"]
    coarse = survival(oncofield, tmp_path / "coarse", *on_points_at_0_1_2)
    fine = survival(oncofield, tmp_path / "fine")
    print("dx = 1, dt = 1:", coarse, "dx = 0.25, dt = 0.1:", fine)
    for days in (coarse, fine):
        assert round(days[1] - days[0]) == 67
        assert round(days[2] - days[0]) == 68
    # What explicit Euler tends to with small steps: 67.22 and 67.92.
    euler = [explicit_euler(0.25, 0.02, pattern)[1] for pattern in ("", "1111111", "1111100")]
    for index in (1, 2):
        assert abs((fine[index] - fine[0]) - (euler[index] - euler[0])) < 0.15


def test_the_days_of_radiotherapy_of_a_refined_computation(oncofield, tmp_path):
    """Refined, the computation of the benchmark has deaths on days 357.1, 424.0 and 424.7: 66.9 and 67.6 days won."""
    patterns = ("1111111", "1111100")
    euler = [explicit_euler(0.25, 0.1, pattern, calendar=True)[1] for pattern in ("", *patterns)]
    assert [round(day, 1) for day in euler] == [357.1, 424.0, 424.7]
    days = survival(oncofield, tmp_path, courses=map(on_days_of_the_calendar, patterns))
    print("days of the calendar:", days)
    assert max(abs(day - refined) for day, refined in zip(days, euler)) < 0.1


def warnings(directory):
    return json.loads((directory / "run.json").read_text())["warnings"]


@pytest.mark.parametrize("condition, overlaps", [
    ("t > 1 && t < 1.5 || t > 2 && t < 2.5", True), ("t > 1 && t < 1.5 || t > 3 && t < 3.5", False), ("t > 1", False)])
def test_infusions_of_one_condition_that_overlap_are_a_warning(oncofield, run_file, tmp_path, condition, overlaps):
    path = tmp_path / "case.json"
    path.write_text(json.dumps({
        "model": {"name": "m", "fields": {"u": {}}, "reactions": {"u": "0*u"}}, "domain": {"size": [1], "points": [4]},
        "initial": {"u": 0}, "time": {"end": 10},
        "treatment": [{"name": "A", "when": condition, "infuse": {"u": 1}, "for": 2}],
        "checkpoint": {"every": 1, "keep": 100}}))
    run = oncofield("run", path, "--output", tmp_path / "out")
    text = "infusions of A overlapped: its condition came true again at t = 2, when an infusion still lasted; their rates added up"
    assert (f"warning: {text}" in run.stderr) == overlaps
    assert (text in warnings(tmp_path / "out")) == overlaps
    # A run that goes on from before or after that moment says the same.
    for number, checkpoint in enumerate(sorted((tmp_path / "out" / "checkpoints").glob("*.h5"))):
        oncofield("resume", checkpoint, "--output", tmp_path / str(number))
        assert (text in warnings(tmp_path / str(number))) == overlaps


def test_a_condition_that_is_no_number_ends_the_run_by_name(oncofield, run_file, tmp_path):
    path = tmp_path / "case.json"
    path.write_text(json.dumps({
        "model": {"name": "m", "fields": {"u": {}}, "reactions": {"u": "-1"}}, "domain": {"size": [1], "points": [4]},
        "initial": {"u": 0.5}, "time": {"end": 2, "step": 0.25}, "stop": [{"when": "mean(sqrt(u)) > 9"}]}))
    run = oncofield("run", path, "--output", tmp_path / "out", check=False)
    assert run.returncode == 76
    assert "t = 0.75: the condition mean(sqrt(u)) > 9 is neither true nor false: sqrt(u) is no number where u = -0.25, at x = 0.125" in run.stderr


UNDEFINED = {
    # As it is written, what of it is no number, and the values that make it so.
    "sqrt(mean(u) - 0.3 + 0) + hill(mean(u), k, 1.5)*2 > 3": "sqrt(mean(u) - 0.3 + 0) is no number where mean(u) = 0.25",
    "mean(sqrt(u - k*1.5)) >= 1/2": "sqrt(u - k*1.5) is no number where k = 0.25, u = 0.25, at x = 0.125",
    "log(A - 1 - 1) > 1 + 1 || mean(u) > 5": "log(A - 1 - 1) is no number where A = 1.0",
}


@pytest.mark.parametrize("condition", UNDEFINED)
def test_what_is_no_number_is_printed_as_it_is_written(oncofield, tmp_path, condition):
    """And not as it is computed: `hill` as a quotient of powers, `k*1.5` as `1.5*k`."""
    path = tmp_path / "case.json"
    content = {
        "model": {
            "name": "m", "parameters": {"k": 0.25}, "fields": {"u": {}}, "compartments": {"A": {}},
            "processes": [{"name": "loss", "rate": "k", "change": {"u": -1}}]},
        "domain": {"size": [1], "points": [4]}, "initial": {"u": 0.5, "A": 1}, "time": {"end": 2, "step": 1}}
    for rest in ({"stop": [{"when": condition}]}, {"treatment": [{"name": "D", "when": condition, "add": {"u": 1}}]}):
        path.write_text(json.dumps(content | rest))
        run = oncofield("run", path, "--output", tmp_path / "out", "--overwrite", check=False)
        start = 0.0 if "log" in condition else 1.0
        assert run.returncode == 76
        assert f"error: t = {start}: the condition {condition} is neither true nor false: {UNDEFINED[condition]}\n" in run.stderr
    # The run of which `plan` tries the first steps ends the same way.
    plan = oncofield("plan", path)
    assert f"the condition {condition} is neither true nor false: {UNDEFINED[condition]}" in plan.stdout


@pytest.mark.parametrize("change, text", [
    ({"add": {"u": "sqrt(u - 1 - 0) + hill(u, k, 1.5)"}}, "sqrt(u - 1 - 0) is no number where u = 0.5"),
    ({"set": {"k": "2*sqrt(mean(u) - 1 + 0)"}}, "sqrt(mean(u) - 1 + 0) is no number where mean(u) = 0.5"),
])
def test_a_dose_that_is_no_number_is_printed_as_it_is_written(oncofield, tmp_path, change, text):
    path = tmp_path / "case.json"
    path.write_text(json.dumps({
        "model": {"name": "m", "parameters": {"k": 0.5}, "fields": {"u": {}}, "reactions": {"u": "0*k"}},
        "domain": {"size": [1], "points": [4]}, "initial": {"u": 0.5}, "time": {"end": 2, "step": 1},
        "treatment": [{"name": "D", "at": 1, **change}]}))
    run = oncofield("run", path, "--output", tmp_path / "out", check=False)
    assert run.returncode == 76 and text in run.stderr


def test_a_plan_has_the_first_step_of_the_run_where_traces_are_removed(oncofield, tmp_path):
    path = tmp_path / "case.json"
    path.write_text(json.dumps({
        "model": {"name": "m", "fields": {"u": {"extinction": {"below": 1e-3, "every": 1}}}, "reactions": {"u": "-u"}},
        "domain": {"size": [1], "points": [4]}, "initial": {"u": 1},
        "time": {"end": 3.5, "step": 0.3}, "treatment": [{"name": "D", "at": 2.5, "for": 0.5, "infuse": {"u": 1}}]}))
    plan = json.loads(oncofield("plan", path, "--json").stdout)
    assert oncofield("run", path, "--output", tmp_path / "out").returncode == 0
    steps = json.loads((tmp_path / "out" / "run.json").read_text())["steps"]
    # 4 on the way to 1 and to 2, 2 each to 2.5, 3 and 3.5.
    assert plan["step"] == 0.25 and plan["steps"] == steps == 14


def test_every_dose_is_recorded_with_its_time_what_it_did_and_why(oncofield, tmp_path):
    """u' = u from 1: a dose at ln 2 takes half of it, at which the second treatment sets k; a resumed run has the same record."""
    content = {
        "model": {
            "name": "m",
            "parameters": {"k": 1},
            "fields": {"u": {}},
            "compartments": {"A": {}},
            "processes": [{"name": "growth", "rate": "k*u", "change": {"u": 1}}],
        },
        "domain": {"size": [4], "points": [8]},
        "initial": {"u": 1, "A": 0},
        "time": {"end": 2, "step": 0.125},
        "treatment": [
            {"name": "kill", "when": "mean(u) > 2", "once": True, "multiply": {"u": 0.5}, "add": {"A": 3}},
            {"name": "slow", "at": [1, 1.5], "set": {"k": "k/2"}, "infuse": {"u": 1}, "for": 0.25},
        ],
        "checkpoint": {"every": 0.125, "keep": 100},
    }
    (tmp_path / "run.json").write_text(json.dumps(content))
    finished = oncofield("run", tmp_path / "run.json", "--output", tmp_path / "out")
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    kill, first, second = record["doses"]
    assert record["doses_given"] == 3 and (kill["treatment"], kill["when"]) == ("kill", "mean(u) > 2")
    # Half of 2 on a length of 4; the reactions are exact to 1e-6.
    assert abs(kill["time"] - math.log(2)) < 1e-6 and abs(kill["added"]["u"] + 4) < 1e-5 and kill["added"]["A"] == 3
    assert (first["time"], first["when"], first["set"], first["infused_until"]) == (1, None, {"k": 0.5}, 1.25)
    assert (second["time"], second["set"], second["infused_until"]) == (1.5, {"k": 0.25}, 1.75)
    assert "note: a dose of kill was given at t = 0.693147" in finished.stderr
    for step in (2, 8, 14):
        oncofield("resume", tmp_path / "out", "--step", step, "--quiet")
        assert json.loads((tmp_path / "out" / "run.json").read_text())["doses"] == record["doses"]


IRRADIATED = {
    "model": {"name": "m", "fields": {"u": {}}, "compartments": {"N": {}}, "processes": []},
    "domain": {"size": [4], "points": [8]},
    "initial": {"u": 1, "N": 1e6},
    "time": {"end": 2, "step": 0.5},
    "treatment": [{"name": "rt", "at": 1, "radiotherapy": {"dose": 2, "alpha": 0.3, "alpha_beta": 10, "fields": ["u", "N"]}}],
}


def test_radiotherapy_treats_compartments(oncofield, tmp_path):
    (tmp_path / "run.json").write_text(json.dumps(IRRADIATED))
    oncofield("run", tmp_path / "run.json", "--output", tmp_path / "out", "--quiet")
    header, *rows = (tmp_path / "out" / "observables.csv").read_text().splitlines()
    last = dict(zip(header.split(","), map(float, rows[-1].split(","))))
    survival = math.exp(-0.3 * 2 * (1 + 2 / 10))
    assert abs(last["N"] / (1e6 * survival) - 1) < 1e-12 and abs(last["max(u)"] / survival - 1) < 1e-12


@pytest.mark.parametrize(
    "change, message",
    [
        ({"fields": ["M"]}, 'there is no field "M"'),
        ({"alpha": "0.3*u"}, "the share of the compartment N that survives varies from point to point"),
    ],
)
def test_what_radiotherapy_cannot_treat_is_named(oncofield, tmp_path, change, message):
    treatment = [{**IRRADIATED["treatment"][0], "radiotherapy": {**IRRADIATED["treatment"][0]["radiotherapy"], **change}}]
    (tmp_path / "run.json").write_text(json.dumps({**IRRADIATED, "treatment": treatment}))
    finished = oncofield("validate", tmp_path / "run.json", check=False)
    assert finished.returncode == 65 and message in finished.stderr
    assert "M" not in change.get("fields", []) or "the fields: u, N" in finished.stderr


def test_a_plan_lists_all_doses_on_request(oncofield, tmp_path):
    treatment = [
        {"name": "weekdays", "at": {"start": 1, "every": 1, "pattern": "11111--", "count": 7}, "add": {"u": 1}},
        {"name": "late", "when": "mean(u) > 3", "at": [0, 2.5], "add": {"u": 1}},
        {"name": "never", "at": 99, "add": {"u": 1}},
    ]
    content = {**IRRADIATED, "treatment": treatment, "time": {"end": 20, "step": 0.5}}
    (tmp_path / "run.json").write_text(json.dumps(content))
    text = oncofield("plan", tmp_path / "run.json", "--doses").stdout
    assert text.endswith(
        "weekdays: at t = 1, 2, 3, 4, 5, 8, 9\nlate: after its condition comes true, at 0, 2.5\nnever: no dose within the run\n"
    ), text
    plan = json.loads(oncofield("plan", tmp_path / "run.json", "--json").stdout)
    assert [entry["times"] for entry in plan["treatment"]] == [[1, 2, 3, 4, 5, 8, 9], [0, 2.5], []]
