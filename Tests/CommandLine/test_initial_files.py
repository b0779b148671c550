"""Initial values and masks from files of other programs, with their orientation, and runs that go on without them."""

import json
import struct
import zlib

import h5py
import numpy
import pytest


def write_png(path, grey):
    """Writes an image of 8-bit grey, its first row at the top."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows, columns = grey.shape
    lines = b"".join(b"\0" + grey[row].astype(numpy.uint8).tobytes() for row in range(rows))
    header = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    )


def run_text(initial, shape, mask=None, step=1):
    domain = {"size": [float(count) for count in shape], "points": list(shape)}
    if mask is not None:
        domain["mask"] = mask
    return json.dumps(
        {
            "model": {"name": "m", "fields": {"u": {"diffusion": 0.2}, "v": {}}, "reactions": {"v": "0.1*u*v"}},
            "domain": domain,
            "initial": {"u": initial, "v": "1 + 0.1*x"},
            "time": {"end": 4, "step": step},
            "output": {"fields": {"every": 2}},
            "checkpoint": {"every": 2, "keep": 9},
        }
    )


@pytest.fixture
def array():
    """[y][x], different everywhere."""
    return numpy.arange(1, 36, dtype=float).reshape(5, 7) / 35


@pytest.mark.parametrize("kind", ["npy", "hdf5", "png"])
def test_values_stand_where_they_should(oncofield, tmp_path, array, kind):
    initial = {"file": f"u.{kind}"}
    if kind == "npy":
        numpy.save(tmp_path / "u.npy", array)
    elif kind == "hdf5":
        with h5py.File(tmp_path / "u.hdf5", "w") as file:
            file["a/density"] = array
            file["other"] = numpy.zeros(3)
        initial["dataset"] = "a/density"
    else:
        array = numpy.round(array * 255) / 255
        write_png(tmp_path / "u.png", array[::-1] * 255)
    (tmp_path / "run.json").write_text(run_text(initial, (7, 5)))
    oncofield("run", tmp_path / "run.json", "--output", tmp_path / "out")
    with h5py.File(tmp_path / "out" / "fields.h5") as file:
        assert numpy.allclose(file["u"][0], array, rtol=0, atol=1e-15)


def test_a_run_goes_on_bit_for_bit_when_its_files_are_gone(oncofield, tmp_path, array):
    numpy.save(tmp_path / "u.npy", array)
    tissue = numpy.ones((5, 7))
    tissue[1:3, 2:4] = 0
    numpy.save(tmp_path / "tissue.npy", tissue)
    (tmp_path / "run.json").write_text(run_text({"file": "u.npy"}, (7, 5), mask="tissue.npy"))
    oncofield("run", tmp_path / "run.json", "--output", tmp_path / "whole")
    oncofield("run", tmp_path / "run.json", "--output", tmp_path / "part")
    resolved = tmp_path / "part" / "resolved.json"
    oncofield("run", resolved, "--output", tmp_path / "again")
    (tmp_path / "u.npy").unlink()
    (tmp_path / "tissue.npy").unlink()
    (tmp_path / "part" / "checkpoints" / "000000000004.h5").unlink()
    oncofield("resume", tmp_path / "part")
    for other in ["part", "again"]:
        assert json.loads(oncofield("compare", tmp_path / "whole", tmp_path / other, "--json").stdout)["equal"] is True
        assert (tmp_path / "whole/observables.csv").read_bytes() == (tmp_path / other / "observables.csv").read_bytes()
    with h5py.File(tmp_path / "part" / "fields.h5") as file:
        assert (numpy.isnan(file["u"][-1]) == (tissue == 0)).all()


def test_a_run_begins_where_another_was(oncofield, tmp_path, array):
    numpy.save(tmp_path / "u.npy", array)
    (tmp_path / "one.json").write_text(run_text({"file": "u.npy"}, (7, 5)))
    oncofield("run", tmp_path / "one.json", "--output", tmp_path / "one")
    (tmp_path / "two.json").write_text(run_text({"file": "one", "time": 2}, (7, 5)))
    oncofield("run", tmp_path / "two.json", "--output", tmp_path / "two")
    with h5py.File(tmp_path / "one" / "fields.h5") as one, h5py.File(tmp_path / "two" / "fields.h5") as two:
        assert (one["u"][1] == two["u"][0]).all()
    fine = run_text({"file": "one", "resampling": "mean"}, (14, 10)).replace("[14.0, 10.0]", "[7.0, 5.0]")
    (tmp_path / "fine.json").write_text(fine)
    oncofield("run", tmp_path / "fine.json", "--output", tmp_path / "fine")
    with h5py.File(tmp_path / "one" / "fields.h5") as one, h5py.File(tmp_path / "fine" / "fields.h5") as other:
        assert numpy.allclose(numpy.kron(one["u"][-1], numpy.ones((2, 2))), other["u"][0], rtol=1e-14)


@pytest.mark.parametrize(
    "initial, sentence",
    [
        ({"file": "none.npy"}, "the file {}/none.npy cannot be opened: no such file or directory"),
        ({"file": "wrong.npy"}, "the file {}/wrong.npy holds 6 × 5 points, but the grid has 7 × 5"),
        ({"file": "cube.npy"}, "the file {}/cube.npy holds an array of 3 axes, but the domain has 2 axes"),
        ({"file": "nan.npy"}, "the file {}/nan.npy holds a value that is not a finite number at [1, 2]"),
        ({"file": "text.png"}, "the file {}/text.png is of no kind that can be read: NPY, PNG, TIFF or HDF5"),
        ({"file": "half.png"}, "the file {}/half.png "),
    ],
)
def test_bad_files_are_refused_with_a_sentence_and_nothing_is_written(oncofield, tmp_path, initial, sentence):
    numpy.save(tmp_path / "wrong.npy", numpy.zeros((5, 6)))
    numpy.save(tmp_path / "cube.npy", numpy.zeros((2, 5, 7)))
    bad = numpy.zeros((5, 7))
    bad[1, 2] = numpy.nan
    numpy.save(tmp_path / "nan.npy", bad)
    (tmp_path / "text.png").write_text("no image")
    write_png(tmp_path / "half.png", numpy.zeros((5, 7)))
    (tmp_path / "half.png").write_bytes((tmp_path / "half.png").read_bytes()[:50])
    (tmp_path / "run.json").write_text(run_text(initial, (7, 5)))
    finished = oncofield("validate", tmp_path / "run.json", check=False)
    code = 66 if initial["file"] == "none.npy" else 65
    assert finished.returncode == code
    assert sentence.format(tmp_path) in finished.stderr
    finished = oncofield("run", tmp_path / "run.json", "--output", tmp_path / "out", check=False)
    assert finished.returncode == code
    assert sentence.format(tmp_path) in finished.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["npy", "hdf5"])
def test_values_and_tissue_in_space(oncofield, tmp_path, kind):
    array = numpy.arange(1, 61, dtype=float).reshape(3, 4, 5) / 60
    tissue = numpy.ones((3, 4, 5))
    tissue[1, 1:3, 2] = 0
    for name, values in {"u": array, "tissue": tissue}.items():
        if kind == "npy":
            numpy.save(tmp_path / f"{name}.npy", values)
        else:
            with h5py.File(tmp_path / f"{name}.hdf5", "w") as file:
                file[name] = values.astype("f4")
    text = run_text({"file": f"u.{kind}"}, (5, 4, 3), mask={"file": f"tissue.{kind}", "above": 0.5}, step=0.5)
    (tmp_path / "run.json").write_text(text)
    oncofield("run", tmp_path / "run.json", "--output", tmp_path / "out")
    with h5py.File(tmp_path / "out" / "fields.h5") as file:
        assert (numpy.isnan(file["u"][0]) == (tissue == 0)).all()
        assert numpy.allclose(file["u"][0][tissue > 0], array[tissue > 0], rtol=0, atol=1e-7)
        assert numpy.isclose(numpy.nansum(file["u"][-1]), array[tissue > 0].sum(), rtol=1e-6)
        assert numpy.nanstd(file["u"][-1]) < numpy.nanstd(file["u"][0])


def test_data_of_a_plane_are_refused_in_space(oncofield, tmp_path, array):
    numpy.save(tmp_path / "u.npy", array)
    (tmp_path / "run.json").write_text(run_text({"file": "u.npy"}, (7, 5, 3)))
    finished = oncofield("run", tmp_path / "run.json", "--output", tmp_path / "out", check=False)
    assert finished.returncode == 65
    assert "u.npy holds an array of 2 axes, but the domain has 3 axes" in finished.stderr


def test_damaged_hdf5_files_never_crash_the_program(oncofield, tmp_path, array):
    with h5py.File(tmp_path / "u.hdf5", "w") as file:
        file.create_dataset("u", data=array, chunks=(2, 3), compression="gzip")
        file.create_dataset("plain", data=array[:, :3])
    whole = (tmp_path / "u.hdf5").read_bytes()
    (tmp_path / "run.json").write_text(run_text({"file": "u.hdf5", "dataset": "u"}, (7, 5)))
    generator = numpy.random.default_rng(1)
    codes = {0: 0, 65: 0}
    # Where nothing is stored a change has no effect.
    places = numpy.flatnonzero(numpy.frombuffer(whole, numpy.uint8))
    # The fuzzing program reads thousands; here the exit code of the whole program counts.
    for _ in range(60):
        damaged = bytearray(whole)
        for place in generator.choice(places, generator.integers(1, 4)):
            damaged[place] = generator.integers(0, 256)
        (tmp_path / "u.hdf5").write_bytes(damaged[: generator.choice([len(whole), generator.integers(len(whole))])])
        finished = oncofield("validate", tmp_path / "run.json", check=False, timeout=20)
        assert finished.returncode in codes, (finished.returncode, finished.stderr)
        codes[finished.returncode] += 1
    assert codes[65] > 10


@pytest.mark.parametrize("geometry, dimension", [("cylindrical-radial", 2), ("spherical-radial", 3)])
def test_means_along_a_radius_keep_the_mass(geometry, dimension, oncofield, tmp_path):
    """u = r on four shells as means on two: by their volumes, not by their lengths."""

    def run(name, initial, points):
        content = {
            "model": {"name": "still", "fields": {"u": {}}, "reactions": {"u": "0"}},
            "domain": {"size": [4], "points": [points], "geometry": geometry},
            "initial": {"u": initial}, "time": {"end": 1, "step": 1}, "output": {"fields": {"every": 1}},
        }  # fmt: skip
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
        return oncofield("run", tmp_path / f"{name}.json", "--output", tmp_path / name, check=False)

    assert run("fine", "r", 4).returncode == 0
    assert run("coarse", {"file": "fine", "resampling": "mean"}, 2).returncode == 0
    volumes = numpy.diff(numpy.arange(5.0) ** dimension)
    right = (volumes * (numpy.arange(4) + 0.5)).reshape(2, 2).sum(1) / volumes.reshape(2, 2).sum(1)
    with h5py.File(tmp_path / "coarse" / "fields.h5") as file:
        numpy.testing.assert_allclose(file["u"][0], right, rtol=1e-14)


def test_a_run_of_another_geometry_is_refused_as_a_beginning(oncofield, tmp_path):
    kinds = ["cartesian", "cylindrical-radial", "spherical-radial"]
    for kind in kinds:
        for other in [None, *kinds]:
            content = {
                "model": {"name": "still", "fields": {"u": {}}, "reactions": {"u": "0"}},
                "domain": {"size": [4], "points": [4], "geometry": kind},
                "initial": {"u": {"file": other} if other else 1}, "time": {"end": 1, "step": 1},
                "output": {"fields": {"every": 1}},
            }  # fmt: skip
            if other and not (tmp_path / other).exists():
                continue
            (tmp_path / "run.json").write_text(json.dumps(content))
            name = tmp_path / (kind if other is None else f"{kind}-{other}")
            finished = oncofield("run", tmp_path / "run.json", "--output", name, check=False)
            right = 0 if other in (None, kind) else 65
            assert finished.returncode == right, (kind, other, finished.stderr)
            if right:
                assert f"is of a run whose first axis is {other}, but the domain is {kind}" in finished.stderr


GROWING = {
    "model": {"name": "fb", "fields": {"u": {"diffusion": 0.1}}, "reactions": {"u": "0"},
              "free_boundary": {"growth": {"rate": 0.5, "carries": ["u"]}}},
    "domain": {"size": [4], "points": [8]},
    "initial": {"u": 1},
    "time": {"end": 1, "step": 0.1},
    "output": {"fields": {"every": 0.5}},
    "checkpoint": {"every": 0.5, "keep": 9},
}  # fmt: skip


@pytest.mark.parametrize("time", [0, 0.5, 1])
def test_a_run_with_a_free_boundary_is_read_at_the_positions_of_its_time(oncofield, tmp_path, time):
    """The length is 4 exp(t/2) and u is exp(-t/2): the mass 4 is kept; in a domain of another length the file is refused."""
    (tmp_path / "a.json").write_text(json.dumps(GROWING))
    oncofield("run", tmp_path / "a.json", "--output", tmp_path / "a")
    with h5py.File(tmp_path / "a" / "fields.h5") as file:
        edge = dict(zip(file["time"][:], file["edge"][:]))[time]
    assert edge == pytest.approx(4 * numpy.exp(time / 2), rel=1e-6)
    sources = [
        {"file": "a", "time": time}, {"file": "a/fields.h5", "time": time},
        {"file": "a/fields.h5", "dataset": "u", "time": time},
    ]  # fmt: skip
    if time == 1:
        sources += [{"file": "a"}, {"file": "a/checkpoints/000000000010.h5"}]
    for source in sources:
        for size, code in ((edge, 0), (4 if time > 0 else 5, 65)):
            again = {**GROWING, "domain": {"size": [size], "points": [8]}, "initial": {"u": source}}
            (tmp_path / "b.json").write_text(json.dumps(again))
            finished = oncofield("run", tmp_path / "b.json", "--output", tmp_path / "b", "--overwrite", check=False)
            assert finished.returncode == code, (source, size, finished.stderr)
        assert f"covers 0 to {edge:.6g}"[:15] in finished.stderr
        header, row = (line.split(",") for line in (tmp_path / "b" / "observables.csv").read_text().splitlines()[:2])
        assert float(row[header.index("mass(u)")]) == pytest.approx(4, rel=1e-6)
    oncofield("resume", tmp_path / "a", "--set", "time.end=2", "--output", tmp_path / "branch")
    with h5py.File(tmp_path / "branch" / "fields.h5") as file:
        # The file of a branch says where its points were at the start of the first run.
        assert file["x"][0] + file["x"][-1] == 4 and file["edge"][0] > 6.5
        assert b"x * edge / L" in file["edge"].attrs["comment"]


def test_a_file_that_is_not_there_is_a_missing_input(oncofield, tmp_path):
    """Beside another error it is a bad run file; all are said at once."""
    missing = {**GROWING, "initial": {"u": {"file": "nowhere.npy"}}}
    cases = [
        (missing, 66, "nowhere.npy"), ({**GROWING, "model": "nowhere.json"}, 66, "nowhere.json"),
        ({**missing, "time": {"end": 1, "stepp": 0.1}}, 65, "stepp"),
    ]  # fmt: skip
    for content, code, text in cases:
        (tmp_path / "a.json").write_text(json.dumps(content))
        for verb in (["run", tmp_path / "a.json", "--output", tmp_path / "out"], ["validate", tmp_path / "a.json"]):
            finished = oncofield(*verb, check=False)
            assert finished.returncode == code and text in finished.stderr, finished.stderr
    assert not (tmp_path / "out").exists()
