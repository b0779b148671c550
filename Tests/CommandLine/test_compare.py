"""Pairs of runs whose difference is known in closed form: `compare` states it at equal times, or refuses by name.

Every field decays exactly (`u' = −k u`), so that u(x, t) = u(x, 0) exp(−k t) and differences follow from the initial values.
"""

import json
import math

import numpy
import pytest

K = 0.5


def text(points=8, size=4, initial="1 + x", every=1, end=4, k=K, **others):
    """A run file along one axis; `others` replaces sections."""
    sections = {
        "title": "decay",
        "model": {
            "name": "decay", "parameters": {"k": k}, "fields": {"u": {}},
            "processes": [{"name": "decay", "rate": "k*u", "change": {"u": -1}}],
        },
        "domain": {"size": [size], "points": [points]},
        "initial": {"u": initial},
        "time": {"end": end, "step": 0.5, "scheme": "strang"},
        "observables": {"total": "integral(u)"},
        "output": {"fields": {"every": every}, "observables": {"every": every}},
    }  # fmt: skip
    sections.update(others)
    return json.dumps(sections)


@pytest.fixture
def pair(oncofield, tmp_path):
    """Runs two run files and compares what they wrote."""

    def compare(first, second, paths=("first", "second"), code=1):
        for name, content in (("first", first), ("second", second)):
            (tmp_path / f"{name}.json").write_text(content)
            oncofield("run", tmp_path / f"{name}.json", "--output", tmp_path / name, "--overwrite")
        finished = oncofield("compare", *(tmp_path / path for path in paths), "--json", check=False)
        assert finished.returncode == code, finished.stdout + finished.stderr
        shown = oncofield("compare", *(tmp_path / path for path in paths), check=False)
        assert shown.returncode == code
        return json.loads(finished.stdout) if code in (0, 1) else finished.stderr

    return compare


@pytest.mark.parametrize("domain", [
    {"size": [4], "points": [8]}, {"size": [4, 3], "points": [8, 6]}, {"size": [4], "points": [8], "geometry": "spherical-radial"},
])  # fmt: skip
def test_fields_may_have_the_names_of_axes_that_there_are_not(oncofield, pair, tmp_path, domain):
    names = ["z", "manifest", "y" if len(domain["size"]) == 1 else "r"]

    def content(value, file=None):
        model = {"name": "names", "fields": {name: {} for name in names}, "reactions": {}}
        sections = json.loads(text(model=model, domain=domain, observables={}))
        position = "r" if "geometry" in domain else "x"
        sections["initial"] = {name: {"file": file} if file else f"{value} + {position}" for name in names}
        return json.dumps(sections)

    result = pair(content(1), content(1.5))
    assert set(result["fields"]) == set(names)
    assert all(near(field["max_abs"], 0.5) for field in result["fields"].values())
    shown = json.loads(oncofield("inspect", tmp_path / "first", "--json").stdout)
    assert shown["fields"]["frames"] == 5 and set(shown["fields"]["fields"]) == set(names)
    # The last frame is the first one of a run that begins with it.
    result = pair(content(1), content(1, str(tmp_path / "first")), code=0)
    assert result["equal"]


def near(value, right):
    """Rounding of values near 10 over some operations."""
    return math.isclose(value, right, rel_tol=1e-12, abs_tol=2e-14)


def test_equal_runs_are_equal_whatever_their_run_files_say(pair):
    result = pair(text(), text(checkpoint={"keep": 2}), code=0)
    assert result["equal"] and result["mismatches"] == [] and result["times"]["compared"] == 5
    assert [entry["key"] for entry in result["run_files"]] == ["checkpoint.keep"]


def test_a_parameter_changes_values_from_the_start(pair):
    result = pair(text(), text(k=0.25))
    u = result["fields"]["u"]
    # At the point x = 3.75; 4.75 (exp(-k t/2) − exp(−k t)) is largest at t = 4 ln 2, of the frames at 3.
    assert near(u["max_abs"], 4.75 * (math.exp(-0.75) - math.exp(-1.5))) and u["time"] == 3 and u["place"] == [3.75]
    assert u["first_time"] == 1
    assert near(u["relative_l2"], 1 - math.exp(-1))
    (difference,) = result["run_files"]
    assert difference["key"].startswith("model.parameters.k") and "0.25" in json.dumps(difference)
    total = result["observables"]["total"]
    assert near(total["max_abs"], 12 * (math.exp(-0.75) - math.exp(-1.5))) and total["time"] == 3
    assert near(total["last"][0], 12 * math.exp(-2)) and near(total["last"][1], 12 * math.exp(-1))


def test_the_branch_of_a_run_is_compared_at_equal_times(oncofield, pair, tmp_path):
    pair(text(checkpoint={"every": 2, "keep": 9}), text(), code=0)
    oncofield("resume", tmp_path / "first", "--step", "4", "--set", "model.parameters.k=0.25", "--output", tmp_path / "branch")
    finished = oncofield("compare", tmp_path / "first", tmp_path / "branch", "--json", check=False)
    result = json.loads(finished.stdout)
    assert finished.returncode == 1
    assert result["times"] == {"compared": 2, "only_first": [0, 1, 2], "only_second": []}
    u = result["fields"]["u"]
    assert u["time"] == 4 and near(u["max_abs"], 4.75 * (math.exp(-1.5) - math.exp(-2)))
    assert any("only the first has fields at t = 0.0, 1.0, 2.0" in line for line in result["mismatches"])


@pytest.mark.parametrize("fine", [16, 24, 12, 9, 1000])
def test_means_over_control_volumes_of_a_line_are_its_values(pair, fine):
    """A linear profile has the same means on all grids, whatever the ratio of the points."""
    result = pair(text(), text(points=fine))
    assert result["points"] == [8] and not result["equal"]
    assert result["fields"].get("u", {"max_abs": 0})["max_abs"] < 1e-13
    swapped = pair(text(points=fine), text())
    assert swapped["points"] == [8] and swapped["fields"].get("u", {"max_abs": 0})["max_abs"] < 1e-13


@pytest.mark.parametrize("ratio", [2, 3, 5])
def test_a_finer_grid_differs_by_the_curvature_within_a_control_volume(pair, ratio):
    """Of x² the mean of r values within an interval h is the square of the middle plus h²(1 − 1/r²)/12."""
    result = pair(text(initial="x^2"), text(initial="x^2", points=8 * ratio))
    assert near(result["fields"]["u"]["max_abs"], 0.25 * (1 - 1 / ratio**2) / 12)


def test_other_output_times_are_paired_where_they_are_equal(pair):
    result = pair(text(every=0.5), text(every=0.1, k=0.25))
    assert result["times"]["compared"] == 9 and len(result["times"]["only_second"]) == 32
    result = pair(text(every=0.8), text(every=1.2, k=0.25))
    # 0, 2.4, and the end if it is stored: then the differences at the two are 1.17 and 1.10.
    u = result["fields"]["u"]
    assert result["times"]["compared"] in (2, 3) and math.isclose(u["time"], 2.4)
    assert near(u["max_abs"], 4.75 * (math.exp(-0.25 * u["time"]) - math.exp(-0.5 * u["time"])))


@pytest.mark.parametrize("second, reason", [
    (text(size=5), "axis 1 covers 0.0 to 4.0 and 0.0 to 5.0"),
    (text(points=16, domain={"size": [4], "points": [16], "origin": [1]}), "axis 1 covers 0.0 to 4.0 and 1.0 to 5.0"),
    (text(domain={"size": [4, 4], "points": [8, 8]}), "the domains have 1 and 2 axes"),
    (text(points=16, domain={"size": [4], "points": [16], "geometry": "spherical-radial"}, initial="1 + r"), "the first axis is cartesian and spherical-radial"),
    (text(domain={"size": [4], "points": [8], "geometry": "cylindrical-radial"}, initial="1 + r"), "the first axis is cartesian and cylindrical-radial"),
    (text(domain={"size": [4], "points": [8], "unit": "cm"}), 'the unit of length is "mm" in one and "cm" in the other'),
    (text(time={"end": 4, "step": 0.5, "scheme": "strang", "unit": "h"}), 'the unit of time is "day" in one and "h" in the other'),
    (text(model={"name": "other", "fields": {"v": {}}, "processes": []}, initial={"v": 1}, observables={}), "no field is common"),
    (text(time={"start": 10, "end": 12, "step": 0.5, "scheme": "strang"}), "no time is stored in both"),
])  # fmt: skip
def test_what_cannot_be_compared_is_refused_by_name(pair, second, reason):
    if '"initial": {"u"' in second and '"v": {}' in second:
        second = second.replace('{"u": {"v": 1}}', '{"v": 1}')
    first = json.loads(text())
    first["domain"]["unit"], first["time"]["unit"] = "mm", "day"
    error = pair(json.dumps(first), second, code=65)
    assert "they cannot be compared" in error and reason in error


def test_fields_of_only_one_run_are_named(pair):
    model = json.loads(text())["model"]
    model["fields"]["v"] = {}
    second = json.loads(text(model=model))
    second["initial"]["v"] = 1
    result = pair(text(), json.dumps(second))
    assert result["mismatches"] == ["only the second stores v"] and result["fields"] == {}


def test_tissue_of_only_one_run_is_named(pair):
    domain = {"size": [4], "points": [8]}
    result = pair(text(), text(domain=domain | {"mask": "x < 3"}))
    assert result["mismatches"] == ["field u has a value in only one of them at 2 points"]
    assert result["fields"] == {} and near(result["observables"]["total"]["last"][1], 7.5 * math.exp(-2))


def test_points_outside_the_tissue_do_not_enter_means(pair):
    """The finer mask cuts a coarse control volume in half, whose mean is that of its points inside."""
    coarse = text(initial="2", domain={"size": [4], "points": [8], "mask": "x < 3"})
    fine = text(initial="2", domain={"size": [4], "points": [32], "mask": "x < 2.8"})
    result = pair(coarse, fine)
    assert result["fields"].get("u", {"max_abs": 0})["max_abs"] < 1e-15
    assert result["mismatches"] == ["grids of 8 and 32 points"]


@pytest.mark.parametrize("geometry, dimension", [("cylindrical-radial", 2), ("spherical-radial", 3)])
def test_shells_are_averaged_by_their_volumes(pair, geometry, dimension):
    def run(points):
        return text(initial="r", domain={"size": [4], "points": [points], "geometry": geometry})

    result = pair(run(8), run(16))
    edges = numpy.linspace(0, 4, 17)
    volumes = numpy.diff(edges**dimension)
    means = (volumes * (edges[1:] + edges[:-1]) / 2).reshape(8, 2).sum(1) / volumes.reshape(8, 2).sum(1)
    right = numpy.abs(means - (numpy.arange(8) + 0.5) / 2)
    assert near(result["fields"]["u"]["max_abs"], right.max())
    assert near(result["fields"]["u"]["place"][0], (right.argmax() + 0.5) / 2)


def test_along_each_axis_the_fewer_points_count(pair):
    def run(points):
        return text(initial="x + 10*y + 100*z", domain={"size": [4, 2, 1], "points": points})

    result = pair(run([8, 3, 4]), run([4, 6, 4]))
    assert result["points"] == [4, 3, 4]
    assert result["fields"].get("u", {"max_abs": 0})["max_abs"] < 1e-12


def test_a_checkpoint_is_compared_with_the_frame_of_its_time(pair, tmp_path):
    result = pair(text(end=3), text(k=0.25), paths=("first/checkpoints/000000000006.h5", "second"))
    u = result["fields"]["u"]
    assert u["time"] == 3 and near(u["max_abs"], 4.75 * (math.exp(-0.75) - math.exp(-1.5)))
    assert result["times"]["compared"] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"time.tolerance": 1e-3},
        {"time.scheme": "etdrk4"},
        {"time.step": 0.25},
        {"time.reactions": {"tolerance": 1e-7}},
        {"domain.mask": "x < 2.6"},
        {"domain.mask": "mask.npy"},
        {"initial.u": {"file": "u.npy"}},
        {"initial.u": {"file": "../data/u.npy", "scale": 2}},
    ],
    ids=str,
)
def test_a_run_equals_its_own_checkpoints(oncofield, tmp_path, changes):
    """What a checkpoint leaves out, because it follows from the rest or from the place, is no difference."""
    (tmp_path / "here").mkdir(), (tmp_path / "data").mkdir()
    for folder in ("here", "data"):
        numpy.save(tmp_path / folder / "u.npy", numpy.linspace(1, 2, 8))
    numpy.save(tmp_path / "here" / "mask.npy", numpy.array([0, 1, 1, 1, 1, 1, 1, 0]))
    content = json.loads(text(checkpoint={"every": 2, "keep": 9}, every=2))
    for key, value in changes.items():
        part, name = key.split(".")
        content[part][name] = value
        if key != "time.step" and part == "time":
            content["time"].pop("step", None)
    (tmp_path / "here" / "run.json").write_text(json.dumps(content))
    oncofield("run", tmp_path / "here" / "run.json", "--output", tmp_path / "out", "--quiet")
    # Fields of a run whose steps are chosen are stored at other times than all checkpoints but the last.
    checkpoints = sorted((tmp_path / "out" / "checkpoints").glob("*.h5"))[0 if "step" in content["time"] else -1 :]
    assert len(checkpoints) == (2 if "step" in content["time"] else 1)
    for checkpoint in checkpoints:
        for paths in ((tmp_path / "out", checkpoint), (checkpoint, tmp_path / "out")):
            result = json.loads(oncofield("compare", *paths, "--json", check=False).stdout)
            assert result["run_files"] == [], result
            # It holds one of the times.
            assert [line for line in result["mismatches"] if "has fields at t = " not in line] == []
            assert result["fields"] == {} and result["times"]["compared"] == 1


def test_what_was_set_for_a_run_is_a_difference_from_the_checkpoint_of_another(pair):
    time = {"end": 3, "step": 0.5, "scheme": "strang", "reactions": {"tolerance": 1e-7}}
    result = pair(text(end=3), text(time=time), paths=("first/checkpoints/000000000006.h5", "second"))
    assert [entry["key"] for entry in result["run_files"]] == ["time.reactions.tolerance"]


def test_checkpoints_are_compared_with_each_other(pair, tmp_path):
    checkpoint = "checkpoints/000000000008.h5"
    pair(text(), text(), paths=(f"first/{checkpoint}", f"first/{checkpoint}"), code=0)
    result = pair(text(), text(k=0.25), paths=(f"first/{checkpoint}", f"second/{checkpoint}"))
    u = result["fields"]["u"]
    assert u["time"] == 4 and near(u["max_abs"], 4.75 * (math.exp(-1) - math.exp(-2)))
    # The checkpoints hold the run files.
    (difference,) = result["run_files"]
    assert difference["key"].startswith("model.parameters.k")


def test_runs_without_fields_are_compared_by_their_observables(pair):
    output = {"observables": {"every": 1}}
    result = pair(text(output=output), text(output=output, k=0.25))
    assert result["fields"] == {} and near(result["observables"]["total"]["last"][1], 12 * math.exp(-1))
    result = pair(text(output=output), text())
    assert result["mismatches"] == ["only the second stores u"] and result["observables"] == {}
    pair(text(output=output), text(output=output), code=0)


def test_a_checkpoint_on_another_grid_is_refused(pair):
    error = pair(text(end=3), text(points=16), paths=("first/checkpoints/000000000006.h5", "second"), code=65)
    assert "compare the directories of the runs" in error


def test_a_dose_shows_from_its_time_on(pair):
    dose = [{"name": "dose", "at": [1.5], "add": {"u": 1}}]
    result = pair(text(), text(treatment=dose))
    u = result["fields"]["u"]
    assert u["first_time"] == 2 and u["time"] == 2 and near(u["max_abs"], math.exp(-0.25))
    assert [entry["key"] for entry in result["run_files"]] == ["treatment"]


def test_an_observable_that_is_defined_otherwise_differs(pair):
    result = pair(text(), text(observables={"total": "2*integral(u)"}))
    assert result["fields"] == {} and list(result["observables"]) == ["total"] and not result["equal"]
    assert near(result["observables"]["total"]["max_abs"], 12) and result["observables"]["total"]["time"] == 0


def test_a_field_that_grows_out_of_nothing_has_a_relative_norm_of_at_most_two(pair):
    """1e-70 against 1: not 1e70."""
    result = pair(text(initial="1e-70"), text(initial="1"))
    assert near(result["fields"]["u"]["relative_l2"], 1)


def test_rows_of_observables_at_other_times_are_a_difference(oncofield, pair, tmp_path):
    """Fields and common rows are equal bit for bit: every 0.5 and every 1, and a table cut after 3 rows."""
    rows = {"output": {"fields": {"every": 1}, "observables": {"every": 0.5}}}
    found = pair(text(**rows), text())
    assert found["fields"] == found["observables"] == {} and found["equal"] is False
    assert found["mismatches"] == ["only the first has observables at t = 0.5, 1.5, 2.5, 3.5"]
    assert found["observable_times"] == {"compared": 5, "only_first": [0.5, 1.5, 2.5, 3.5], "only_second": []}
    table = tmp_path / "second" / "observables.csv"
    table.write_text("".join(table.read_text().splitlines(keepends=True)[:4]))
    found = oncofield("compare", tmp_path / "second", tmp_path / "second")
    assert found.stdout == "equal, bit for bit\n"
    oncofield("run", tmp_path / "second.json", "--output", tmp_path / "whole")
    for paths, name in ((("second", "whole"), "second"), (("whole", "second"), "first")):
        found = oncofield("compare", *(tmp_path / path for path in paths), check=False)
        assert found.returncode == 1 and f"only the {name} has observables at t = 3.0, 4.0" in found.stdout


def test_columns_of_only_one_table_are_a_difference(pair):
    found = pair(text(), text(observables={"total": "integral(u)", "top": "max(u)"}))
    assert found["mismatches"] == ["only the second observes top"]


def growing(rate, **others):
    model = {"name": "fb", "fields": {"u": {}}, "reactions": {}, "free_boundary": {"growth": {"rate": rate, "carries": ["u"]}}}
    return text(model=model, initial=1, end=1, every=0.5, **others)


def test_places_in_a_domain_with_a_free_boundary_are_those_of_the_time(oncofield, pair, tmp_path):
    """u = exp(-k t) in a length of 4 exp(k t): the same everywhere, so that the first point, at 1/16 of the length, is named."""
    found = pair(growing(0.5), growing(0.6))
    difference = found["fields"]["u"]
    assert difference["max_abs"] == pytest.approx(math.exp(-0.5) - math.exp(-0.6), rel=1e-4)
    share = difference["place"][0] / (4 * math.exp(0.5))
    assert share * 16 % 2 == pytest.approx(1, abs=1e-4)
    assert len(found["mismatches"]) == 1
    words = found["mismatches"][0]
    assert words.startswith("lengths of the domains from t = 0.5 on, most at t = 1.0: 6.59") and " and 7.28" in words
    checkpoints = [max((tmp_path / name / "checkpoints").glob("*.h5")) for name in ("first", "second")]
    shown = oncofield("compare", *checkpoints, check=False)
    assert shown.returncode == 1 and "lengths of the domains from t = 1.0 on" in shown.stdout
    # Of the same run, a checkpoint and the series have the same lengths and values at t = 1.
    shown = oncofield("compare", checkpoints[0], tmp_path / "first", check=False)
    assert shown.returncode == 1 and "lengths" not in shown.stdout and "u: equal, bit for bit" in shown.stdout


def test_a_run_that_is_not_there_is_a_missing_input(oncofield, tmp_path):
    finished = oncofield("compare", tmp_path / "none", tmp_path, check=False)
    assert (finished.returncode, finished.stderr) == (66, f"error: there is nothing at {tmp_path / 'none'}\n")
