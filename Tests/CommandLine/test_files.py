"""What a run leaves behind beside its numbers: run files, provenance, figures of the run."""

import csv
import json

import jsonschema

from conftest import ROOT


def test_resolved_run_file_is_a_run_file_that_gives_the_same_result(oncofield, run_file, tmp_path):
    oncofield("run", run_file({"time.end": 5}), "--output", tmp_path / "one")
    oncofield("run", tmp_path / "one" / "resolved.json", "--output", tmp_path / "two")
    finished = oncofield("compare", tmp_path / "one", tmp_path / "two", "--json")
    assert json.loads(finished.stdout)["equal"] is True


def test_run_files_of_the_project_fit_the_schema_and_run(oncofield, tmp_path):
    schema = json.loads((ROOT / "configs" / "oncofield.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    for path in sorted((ROOT / "configs").glob("*.json")):
        if path.name == "oncofield.schema.json":
            continue
        resolved = tmp_path / path.stem / "resolved.json"
        plan = json.loads(oncofield("plan", path, "--json").stdout)
        shortened = plan["first_step"] * 4
        oncofield("run", path, "--output", resolved.parent, "--set", f"time.end={shortened}")
        jsonschema.validate(json.loads(resolved.read_text()), schema)


def test_provenance_names_versions_command_and_outcome(oncofield, run_file, tmp_path):
    oncofield("run", run_file({"time.end": 5}), "--output", tmp_path / "out", "--set", "seed=11")
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert run["outcome"] == "reached the end"
    assert run["steps"] == 40
    assert run["seed"] == 11
    assert "--set seed=11" in " ".join(run["command"])
    assert set(run["libraries"]) >= {"FFTW", "HDF5"}
    seconds = run["seconds"]
    assert set(seconds) == {"steps", "output", "checkpoints"}
    # A checkpoint is written beside the run, and copied in less than the half millisecond that is shown.
    assert seconds["steps"] > 0 and min(seconds.values()) >= 0
    assert sum(seconds.values()) <= run["wall_seconds"] + 0.002


def test_the_estimated_error_of_each_field_is_in_the_summary(oncofield, run_file, tmp_path):
    """In its unit and relative to its size; only where it is estimated."""

    def estimated(changes):
        oncofield("run", run_file(changes), "--output", tmp_path / "out", "--overwrite")
        return json.loads((tmp_path / "out" / "run.json").read_text())["estimated_global_error"]

    controlled = {"time.step": None, "time.tolerance": 1e-4}
    errors = estimated(controlled)
    with open(tmp_path / "out" / "observables.csv") as file:
        rows = list(csv.DictReader(file))
    for name in ("u", "v", "w"):
        error = errors[name]
        # The estimate is 0.2 to 3 tolerances of 1e-4; the size lies between the least and the largest value.
        assert 0.2e-4 < error["relative"] < 3e-4
        lowest, highest = min(float(row[f"min({name})"]) for row in rows), max(float(row[f"max({name})"]) for row in rows)
        assert lowest < error["absolute"] / error["relative"] < highest
    loose = estimated(controlled | {"time.tolerance": {"relative": 1e-4, "absolute": {"u": 1.0}}})
    # An absolute tolerance of 1 is the error that is accepted, whatever the size.
    assert loose["u"]["absolute"] > 1000 * loose["v"]["absolute"]
    assert estimated({"time.end": 1}) is None
    assert estimated(controlled | {"time.scheme": "etdrk4"}) is None
