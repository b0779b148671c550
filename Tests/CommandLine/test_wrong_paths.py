"""Paths that hold no run: each verb says what is there and what to name instead, and ends with 66."""

import json
import os
import shutil

import h5py
import pytest

RUN = {
    "model": {"name": "decay", "fields": {"u": {"diffusion": 1}}, "reactions": {"u": "-u"}},
    "domain": {"size": [1], "points": [8]},
    "initial": {"u": 1},
    "time": {"end": 1},
    "output": {"fields": {"every": 0.5}},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return tmp_path_factory.mktemp("paths")


@pytest.fixture
def place(oncofield, made):
    """A run, and all that it can be mistaken for."""
    if (made / "run").exists():
        return made
    (made / "file.json").write_text(json.dumps(RUN))
    oncofield("run", made / "file.json", "--output", made / "run", "--quiet")
    (made / "empty").mkdir()
    # The files of another program, some of which have names that a run has, too.
    (made / "other" / "images").mkdir(parents=True)
    for name, content in {"config.json": "{}", "run.json": "{}", "log.txt": "", "weights.bin": "12"}.items():
        (made / "other" / name).write_text(content)
    shutil.copytree(made / "run", made / "without checkpoints", ignore=shutil.ignore_patterns("checkpoints"))
    shutil.copytree(made / "run", made / "checkpoints alone", ignore=shutil.ignore_patterns("fields*", "obs*", "resolved*"))
    (made / "several" / "a").mkdir(parents=True)
    shutil.copytree(made / "run", made / "several" / "b")
    (made / "text.txt").write_text("hello")
    (made / "nothing").write_text("")
    with h5py.File(made / "other.h5", "w") as file:
        file["a"] = [1, 2]
    os.mkfifo(made / "pipe")
    return made


NO_RUN = [
    ("nowhere", "there is nothing at"),
    ("empty", "is no run directory: it is empty; name what  oncofield run --output  was given"),
    ("other", "is no run directory: it has neither fields.h5, observables.csv nor checkpoints; name what"),
    ("several", "several/b"),
    ("text.txt", "is no run directory, checkpoint or file of fields; name what  oncofield run --output  was given"),
    ("nothing", "is no run directory, checkpoint or file of fields"),
    ("other.h5", "is an HDF5 file of another program"),
    ("pipe", "is neither a file nor the directory of a run"),
    ("file.json", "is a run file and no run; it is run by  oncofield run"),
    ("run/observables.csv", "name the run that it belongs to, "),
    ("run/run.json", "is a file of the run "),
    ("run/checkpoints", "is a part of the run "),
]


@pytest.mark.parametrize("verb", ["inspect", "resume", "compare first", "compare second"])
@pytest.mark.parametrize("path, sentence", NO_RUN, ids=[path for path, _ in NO_RUN])
def test_what_is_no_run_is_named(oncofield, place, verb, path, sentence):
    paths = {"compare first": [place / path, place / "run"], "compare second": [place / "run", place / path]}
    before = sorted(place.rglob("*"))
    finished = oncofield(verb.split(" ")[0], *paths.get(verb, [place / path]), check=False, timeout=20)
    assert finished.returncode == 66, finished.stderr
    assert finished.stdout == "" and finished.stderr.startswith("error: ") and finished.stderr.count("\n") == 1
    assert str(place / path) in finished.stderr and sentence in finished.stderr, finished.stderr
    assert sorted(place.rglob("*")) == before


@pytest.mark.parametrize("verb", ["run", "validate", "plan", "bench"])
@pytest.mark.parametrize(
    "path, sentence",
    [
        ("empty", "is a directory and no run file; name a file\n"),
        ("other", "is a directory and no run file; name a file in it: config.json, run.json\n"),
        ("run", "a run is shown by  oncofield inspect"),
        ("run/fields.h5", "holds fields and is no run file"),
    ],
)
def test_what_is_no_run_file_is_named(oncofield, place, verb, path, sentence):
    finished = oncofield(verb, place / path, check=False, timeout=20)
    assert finished.returncode == 66 and sentence in finished.stderr, finished.stderr


def test_a_run_without_checkpoints_is_shown_but_does_not_go_on(oncofield, place):
    path = place / "without checkpoints"
    assert "frames: 3" in oncofield("inspect", path).stdout
    assert oncofield("compare", path, place / "run").returncode == 0
    finished = oncofield("resume", path, check=False)
    assert finished.returncode == 66
    assert f"{path} has no checkpoint; begin the run anew:  oncofield run {path}/config.json" in finished.stderr


def test_a_run_that_has_checkpoints_alone_goes_on_but_is_not_compared(oncofield, place):
    path = place / "checkpoints alone"
    (checkpoint,) = (path / "checkpoints").glob("*.h5")
    finished = oncofield("compare", path, place / "run", check=False)
    assert finished.returncode == 66
    assert f"has neither fields.h5 nor observables.csv; its checkpoint can be compared, {checkpoint}" in finished.stderr
    assert json.loads(oncofield("inspect", path, "--json").stdout)["checkpoints"] == [int(checkpoint.stem)]
    assert oncofield("resume", path, "--set", "time.end=2", "--output", place / "branch", "--overwrite", "--quiet").returncode == 0
    shutil.rmtree(place / "branch")


def test_the_fields_of_a_run_are_no_checkpoint(oncofield, place):
    finished = oncofield("resume", place / "run" / "fields.h5", check=False)
    assert finished.returncode == 66
    assert f"is no checkpoint; the run goes on by  oncofield resume {place / 'run'}\n" in finished.stderr


def test_a_damaged_checkpoint_is_damaged(oncofield, place, tmp_path):
    (checkpoint,) = (place / "run" / "checkpoints").glob("*.h5")
    (tmp_path / "damaged.h5").write_bytes(checkpoint.read_bytes()[:3000])
    for verb in ("inspect", "resume"):
        assert oncofield(verb, tmp_path / "damaged.h5", check=False).returncode == 74
