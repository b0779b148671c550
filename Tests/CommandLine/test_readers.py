"""The files of a run in the programs of others: all see the same values, axes, times and missing points, for every kind of
domain. Those that are not Python's, and older versions, are tried by scripts/soak readers.
"""

import csv
import json
import re
import shutil
import stat
import subprocess
import sys

import h5py
import numpy
import pytest
import xarray

import reader_runs
from conftest import PROGRAM, ROOT


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    def program(*arguments):
        subprocess.run([PROGRAM, *map(str, arguments)], check=True, capture_output=True)

    return reader_runs.make(program, tmp_path_factory.mktemp("runs"))


def read_back(*directories):
    command = [sys.executable, ROOT / "scripts" / "read_back.py", *directories]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_all_readers_see_the_same_in_every_kind_of_run(runs):
    finished = read_back(*runs.values())
    assert finished.returncode == 0, finished.stdout + finished.stderr
    # Seven readers beside h5py, of which one has nothing to read where the boundary is free.
    assert finished.stdout.count(": the same") == 7 * len(runs) - 1
    missing = {line.split(": ")[1].split(", ")[-1] for line in finished.stdout.splitlines() if "h5py" in line}
    assert missing == {"0 of them missing", "96 of them missing"}


@pytest.mark.parametrize("kind", ["masked", "radial"])
def test_files_that_do_not_agree_are_found_out(kind, runs, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(runs[kind], run)
    text = (run / "fields.xdmf").read_text()
    # The second frame in place of the third, for the readers of one version and of the other.
    for pattern, count in ((r"\|2 ([0 ]+:)", 1), (r">2 ((0 )+1 )", 2)):
        changed, found = re.subn(pattern, lambda match: match[0].replace("2", "1", 1), text)
        assert found == 2
        (run / "fields.xdmf").write_text(changed)
        finished = read_back(run)
        assert finished.returncode == 1
        assert finished.stdout.count("values of u differ") == count, finished.stdout


def test_fields_have_no_virtual_datasets(runs):
    """R's ncdf4 1.21 and h5netcdf with pyfive do not open files that have one."""
    for run in runs.values():
        with h5py.File(run / "fields.h5") as file:
            names = []
            file.visititems(lambda name, item: names.append(name) if getattr(item, "is_virtual", False) else None)  # noqa: B023
            assert names == [] and "frames" not in file


def test_the_name_for_vtk_is_a_small_file_and_no_link(runs):
    for kind, run in runs.items():
        path = run / "fields.vtkhdf"
        assert path.exists() == (kind != "free-boundary")
        if path.exists():
            assert stat.S_ISREG(path.lstat().st_mode) and path.stat().st_size < 1000
            with h5py.File(path) as file:
                assert isinstance(file.get("VTKHDF", getlink=True), h5py.ExternalLink)
                assert file["VTKHDF/CellData/u"].shape[0] == 3


@pytest.mark.parametrize("kind", reader_runs.KINDS)
def test_sums_over_cells_are_the_integrals_of_the_observables(kind, runs):
    with xarray.open_dataset(runs[kind] / "fields.h5") as series, open(runs[kind] / "observables.csv") as file:
        expected = [float(row["total"]) for row in csv.DictReader(file)]
        volume = series.cell_volume
        if "edge" in series:
            volume = volume * series.edge / series.edge[0]
        sums = (series.u * volume).sum(series.u.dims[1:])
        # Sums of up to 240 numbers, in two orders.
        numpy.testing.assert_allclose(sums, expected, rtol=240 * numpy.finfo(float).eps)
        assert series.cell_volume.dims == (() if kind == "three-axis" else series.u.dims[1:])
        dimension = {"plain": 2, "masked": 2, "radial": 3, "three-axis": 3}.get(kind, 1)
        measure = {1: None, 2: "area: cell_volume", 3: "volume: cell_volume"}[dimension]
        assert (series.u.attrs | series.u.encoding).get("cell_measures") == measure
        assert series.cell_volume.attrs["units"] == {1: "mm", 2: "mm^2", 3: "mm^3"}[dimension]


def test_means_in_xarray_leave_out_what_is_missing(runs):
    with xarray.open_dataset(runs["masked"] / "fields.h5") as series, open(runs["masked"] / "observables.csv") as file:
        tissue = float((series.u[0].notnull() * series.cell_volume).sum())
        assert tissue == (12 * 16 - 96) * 0.5**2
        expected = [float(row["total"]) / tissue for row in csv.DictReader(file)]
        numpy.testing.assert_allclose(series.u.weighted(series.cell_volume).mean(("y", "x")), expected, rtol=1e-13)


PLURALS = ["days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds"]


@pytest.mark.parametrize("unit, written", [("days", "day"), ("seconds", "second"), ("week", "week"), (None, "1")])
def test_units_are_written_so_that_no_xarray_makes_times_of_numbers(unit, written, oncofield, tmp_path):
    """xarray up to 2025.12 makes differences of times of whatever has one of these words as its unit."""
    content = reader_runs.content("one-axis")
    names = [f"u{index}" for index in range(len(PLURALS))]
    content["model"] = content["model"] | {"fields": {name: {"unit": plural} for name, plural in zip(names, PLURALS, strict=True)}}
    content["model"] |= {"units": {"time": unit} if unit else {}, "reactions": {"u0": "-u0"}}
    content |= {"initial": {name: 1 for name in names}, "observables": {}}
    (tmp_path / "run.json").write_text(json.dumps(content))
    oncofield("run", tmp_path / "run.json", "--output", tmp_path / "run")
    checkpoint = next((tmp_path / "run" / "checkpoints").glob("*.h5"))
    with h5py.File(tmp_path / "run" / "fields.h5") as file, h5py.File(checkpoint) as state:
        assert file["time"].attrs["units"].decode() == written
        for name, plural in zip(names, PLURALS, strict=True):
            assert file[name].attrs["units"].decode() == plural.removesuffix("s")
            assert state[f"fields/{name}"].attrs["units"].decode() == plural.removesuffix("s")
    with xarray.open_dataset(tmp_path / "run" / "fields.h5", decode_timedelta=True) as series:
        assert series["time"].dtype == float and all(series[name].dtype == float for name in names)
