"""Files that earlier versions of the formats have written: read as they were, and gone on from. `kept/` has one run for each
version, made by `oncofield run kept/run.json`, and the values that were in it.
"""

import ctypes
import json
import pathlib
import shutil

import h5py
import numpy
import pytest

KEPT = pathlib.Path(__file__).parent / "kept"
RUNS = sorted(path for path in KEPT.iterdir() if path.is_dir())


@pytest.fixture(params=RUNS, ids=lambda path: path.name)
def kept_run(request, tmp_path):
    shutil.copytree(request.param, tmp_path / "run")
    return tmp_path / "run"


def test_there_is_a_run_of_the_versions_that_are_written(oncofield, tmp_path):
    oncofield("run", KEPT / "run.json", "--output", tmp_path / "new")

    def versions(run):
        files = [run / "fields.h5", next((run / "checkpoints").glob("*.h5"))]
        return [h5py.File(file).attrs["format"].decode().removeprefix("Oncofield ") for file in files]

    assert versions(tmp_path / "new") in [versions(run) for run in RUNS]
    for run in RUNS:
        fields, checkpoint = versions(run)
        assert run.name == f"{fields} {checkpoint}".replace("checkpoint", "checkpoints").replace(" ", "-")


def test_values_are_read_as_they_were(oncofield, kept_run):
    values = json.loads((kept_run / "values.json").read_text())
    checkpoint = next((kept_run / "checkpoints").glob("*.h5"))
    seen = json.loads(oncofield("inspect", checkpoint, "--json").stdout)
    assert (seen["time"], seen["whole"]) == (values["time"], True)
    series = json.loads(oncofield("inspect", kept_run / "fields.h5", "--json").stdout)
    assert series["frames"] == 2
    with h5py.File(kept_run / "fields.h5") as file:
        for name, kept in values["fields"].items():
            assert numpy.array_equal(file[name][-1], kept)
    with h5py.File(checkpoint) as file:
        for name, kept in values["fields"].items():
            assert numpy.array_equal(file[f"fields/{name}"], kept)


def test_a_run_goes_on(oncofield, kept_run):
    values = json.loads((kept_run / "values.json").read_text())
    oncofield("resume", kept_run, "--set", "time.end=2")
    with h5py.File(kept_run / "fields.h5") as file:
        assert list(file["time"]) == [0, values["time"], 2]
        # A file of an older version has become one of this version.
        assert file.attrs["format"] == b"Oncofield fields 2" and "frames" not in file
        for name, kept in values["fields"].items():
            assert numpy.array_equal(file[name][1], kept)
    assert json.loads((kept_run / "run.json").read_text())["outcome"] == "reached the end"


def test_fields_of_a_newer_version_are_refused_by_name(oncofield, kept_run):
    with h5py.File(kept_run / "fields.h5", "a") as file:
        file.attrs["format"] = numpy.bytes_("Oncofield fields 99")
    before = (kept_run / "fields.h5").read_bytes()
    for command in (["inspect", kept_run / "fields.h5"], ["resume", kept_run, "--set", "time.end=2"]):
        finished = oncofield(*command, check=False)
        assert finished.returncode == 74 and "is in format 99, newer than the format 2" in finished.stderr, finished.stderr
    assert (kept_run / "fields.h5").read_bytes() == before


def test_a_checkpoint_of_a_newer_version_is_refused_by_name(oncofield, kept_run):
    checkpoint = next((kept_run / "checkpoints").glob("*.h5"))
    library = ctypes.CDLL("libxxhash.so.0")
    library.XXH3_64bits.restype = ctypes.c_uint64
    with h5py.File(checkpoint, "a") as file:
        text = file["manifest"][()].replace(b'"format": 1,', b'"format": 99,')
        assert b"99" in text
        del file["manifest"]
        file["manifest"] = numpy.bytes_(text)
        file["manifest"].attrs["hash"] = numpy.bytes_(f"{library.XXH3_64bits(text, ctypes.c_size_t(len(text))):016x}")
    for command in (["inspect", checkpoint], ["resume", kept_run, "--set", "time.end=2"]):
        finished = oncofield(*command, check=False)
        assert finished.returncode == 74 and "is in format 99, newer than the format 1" in finished.stderr, finished.stderr
