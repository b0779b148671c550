"""Arrays that say what they mean: packed and missing numbers, the order and the positions of axes, units, orientation, colors, labels.

Each file is made here by a library that users have (netCDF4, xarray with both of its engines, h5py, tifffile, Pillow, NumPy). What the
program reads is what xarray, Pillow or tifffile show, or the file is refused with a sentence.
"""

import io
import json
import re
import struct
import zlib

import h5py
import netCDF4
import numpy
import pytest
import tifffile
import xarray
from PIL import Image, ImageOps, PngImagePlugin

# [y][x], the lowest coordinate first; different everywhere.
VALUES = numpy.arange(12, dtype=float).reshape(3, 4) / 10
X, Y = numpy.arange(4) + 0.5, numpy.arange(3) + 0.5
# Whole numbers that are the same by themselves.
COUNTS = numpy.arange(12).reshape(3, 4) * 20


def run_text(source, mask=None, shape=(4, 3), size=(4, 3), field_unit=None, unit=None):
    domain = {"size": [float(length) for length in size], "points": list(shape)}
    if mask is not None:
        domain["mask"] = mask
    if unit:
        domain["unit"] = unit
    field = {"unit": field_unit} if field_unit else {}
    return json.dumps(
        {
            "model": {"name": "still", "fields": {"u": field}, "reactions": {"u": "0"}},
            "domain": domain,
            "initial": {"u": source},
            "time": {"end": 1, "step": 1},
            "output": {"fields": {"every": 1}, "observables": {"every": 1}},
        }
    )


@pytest.fixture
def read(oncofield, tmp_path):
    """The field at the start of a run, [y][x]."""

    def read(source, name="out", **options):
        (tmp_path / f"{name}.json").write_text(run_text(source, **options))
        oncofield("run", tmp_path / f"{name}.json", "--output", tmp_path / name)
        with h5py.File(tmp_path / name / "fields.h5") as file:
            return file["u"][0]

    return read


@pytest.fixture
def refusal(oncofield, tmp_path):
    """What is said where a file is refused."""

    def refusal(source, **options):
        (tmp_path / "refused.json").write_text(run_text(source, **options))
        # netCDF4 lends its filters to all programs that are started from Python.
        environment = {"HDF5_PLUGIN_PATH": str(tmp_path)}
        command = ["run", tmp_path / "refused.json", "--output", tmp_path / "refused"]
        finished = oncofield(*command, check=False, environment=environment)
        assert finished.returncode == 65, finished.stderr
        assert not (tmp_path / "refused").exists()
        assert "refused.json:1:" in finished.stderr
        return finished.stderr

    return refusal


def dataset(values=VALUES, dims=("y", "x"), **attributes):
    positions = {"x": ("x", X), "y": ("y", Y)}
    return xarray.Dataset({"u": (dims, values, attributes)}, {name: positions[name] for name in dims if name in positions})


def seen_by_xarray(path, engine):
    with xarray.open_dataset(path, engine=engine) as data:
        return data["u"].squeeze().sortby(["x", "y"]).transpose("y", "x").values


# MARK: netCDF by xarray


@pytest.mark.parametrize("offset", [0, 0.5])
def test_a_scale_of_0_is_refused(refusal, tmp_path, offset):
    """Everything would be the offset."""
    with netCDF4.Dataset(tmp_path / "u.nc", "w") as file:
        file.createDimension("y", 3), file.createDimension("x", 4)
        values = file.createVariable("u", "i2", ("y", "x"))
        values.set_auto_maskandscale(False)
        values[:] = COUNTS
        values.scale_factor, values.add_offset = 0.0, offset
    assert "whose attribute scale_factor is 0, so that all of its values would be one number" in refusal({"file": "u.nc"})


@pytest.mark.parametrize("engine", ["netcdf4", "h5netcdf"])
@pytest.mark.parametrize(
    "encoding",
    [
        {"dtype": "i2", "scale_factor": 0.001, "add_offset": 10.0, "_FillValue": -32768},
        {"dtype": "u1", "scale_factor": 0.01, "_FillValue": 255},
        {"dtype": "i1", "_Unsigned": "true", "scale_factor": 1 / 128, "_FillValue": 255},
        {"dtype": "f4", "zlib": True, "shuffle": True, "fletcher32": True, "chunksizes": (2, 3)},
        {"dtype": ">f8"},
        {"dtype": ">i4", "scale_factor": 1e-6},
    ],
    ids=["i2", "u1", "unsigned-i1", "f4-gzip", "big-f8", "big-i4"],
)
def test_packed_numbers_are_unpacked(read, tmp_path, engine, encoding):
    dataset().to_netcdf(tmp_path / "u.nc", engine=engine, encoding={"u": encoding})
    expected = seen_by_xarray(tmp_path / "u.nc", engine)
    assert numpy.allclose(expected, VALUES, atol=0.01)
    # Where the factor is of single precision, so are the values of xarray.
    assert numpy.allclose(read({"file": "u.nc"}), expected, rtol=3e-7, atol=0)


@pytest.mark.parametrize("engine", ["netcdf4", "h5netcdf"])
@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.sortby("y", ascending=False),
        lambda data: data.sortby("x", ascending=False),
        lambda data: data.transpose("x", "y"),
        lambda data: data.transpose("x", "y").sortby("y", ascending=False).sortby("x", ascending=False),
        lambda data: data.expand_dims("time"),
        lambda data: data.expand_dims({"time": [3.0], "band": [1], "z": [0.5]}),
        lambda data: data.assign_coords(x=data.x.astype("f4"), y=data.y.astype("i2")).assign_coords(y=data.y),
    ],
    ids=["y-down", "x-down", "x-first", "all", "one-time", "four-axes", "single-precision"],
)
def test_axes_stand_as_their_positions_say(read, tmp_path, engine, change):
    change(dataset()).to_netcdf(tmp_path / "u.nc", engine=engine)
    expected = seen_by_xarray(tmp_path / "u.nc", engine)
    assert (expected == VALUES).all()
    assert (read({"file": "u.nc", "dataset": "u"}) == expected).all()


def test_square_arrays_are_turned_by_the_names_or_attributes_of_their_dimensions(read, tmp_path):
    square = numpy.arange(9.0).reshape(3, 3)
    for names, attributes in [
        (("x", "y"), ({}, {})),
        (("lon", "lat"), ({}, {})),
        (("a", "b"), ({"axis": "X"}, {"axis": "Y"})),
        (("a", "b"), ({"standard_name": "projection_x_coordinate"}, {"standard_name": "projection_y_coordinate"})),
        (("a", "b"), ({"axis": "X"}, {})),
        (("nx", "ny"), ({}, {})),
        (("xc", "yc"), ({}, {})),
        (("column", "row"), ({}, {})),
        (("rlon", "rlat"), ({}, {})),
        (("width", "height"), ({}, {})),
        (("a", "b"), ({"long_name": "x"}, {"long_name": "y"})),
        (("a", "b"), ({"long_name": "x coordinate of the cell"}, {"long_name": "y coordinate of the cell"})),
        (("a", "b"), ({"standard_name": "x"}, {"standard_name": "y"})),
    ]:
        coordinates = {name: (name, Y, attrs) for name, attrs in zip(names, attributes)}
        xarray.Dataset({"u": (names, square)}, coordinates).to_netcdf(tmp_path / "u.nc")
        assert (read({"file": "u.nc"}, name="-".join(names) + str(len(str(attributes))), shape=(3, 3), size=(3, 3)) == square.T).all()
    # Dimensions without positions.
    with netCDF4.Dataset(tmp_path / "bare.nc", "w") as file:
        file.createDimension("x", 3), file.createDimension("y", 3)
        file.createVariable("u", "f8", ("x", "y"))[:] = square
    assert (read({"file": "bare.nc"}, name="bare", shape=(3, 3), size=(3, 3)) == square.T).all()
    with h5py.File(tmp_path / "labels.h5", "w") as file:
        file["u"] = square
        file["u"].dims[0].label, file["u"].dims[1].label = "x", "y"
        file["places"] = Y[::-1]
        file["places"].make_scale("places")
        file["u"].dims[1].attach_scale(file["places"])
    assert (read({"file": "labels.h5"}, name="labels", shape=(3, 3), size=(3, 3)) == square.T[::-1]).all()


def test_indices_of_a_square_say_nothing_of_axes(read, refusal, tmp_path):
    square = numpy.arange(9.0).reshape(3, 3)
    xarray.Dataset({"u": (("i", "j"), square)}).to_netcdf(tmp_path / "u.nc")
    assert "has the dimensions i, j, of which it is not clear which axes they are" in refusal({"file": "u.nc"})
    xarray.Dataset({"u": (("j", "i"), square)}).to_netcdf(tmp_path / "v.nc")
    assert (read({"file": "v.nc"}, name="usual", shape=(3, 3), size=(3, 3)) == square).all()
    xarray.Dataset({"u": (("height", "width"), square)}).to_netcdf(tmp_path / "w.nc")
    assert (read({"file": "w.nc"}, name="picture", shape=(3, 3), size=(3, 3)) == square).all()


def test_an_array_in_space_is_put_in_order(read, tmp_path):
    values = numpy.arange(24.0).reshape(2, 3, 4)
    space = xarray.Dataset({"u": (("z", "y", "x"), values)}, {"x": X, "y": Y, "z": [0.5, 1.5]})
    space.transpose("x", "z", "y").sortby("z", ascending=False).to_netcdf(tmp_path / "u.nc")
    assert (read({"file": "u.nc"}, shape=(4, 3, 2), size=(4, 3, 2)) == values).all()


def test_a_time_is_chosen_or_asked_for(read, refusal, tmp_path):
    series = xarray.Dataset({"u": (("time", "y", "x"), numpy.stack([VALUES, 2 * VALUES]))}, {"time": [0.0, 2.5], "x": X, "y": Y})
    series.to_netcdf(tmp_path / "u.nc")
    assert (read({"file": "u.nc", "time": 2.5}) == 2 * VALUES).all()
    assert 'holds 2 times along "time", 0.0 to 2.5; say which one is meant with "time"' in refusal({"file": "u.nc"})
    assert 'does not hold the time 1.0 along "time"' in refusal({"file": "u.nc", "time": 1})
    numpy.save(tmp_path / "u.npy", VALUES)
    assert "is an NPY file and has no times" in refusal({"file": "u.npy", "time": 1})


def test_a_variable_is_found_among_what_describes_it(read, refusal, tmp_path):
    data = dataset(grid_mapping="crs", ancillary_variables="quality")
    data["x"].attrs["bounds"] = "x_bnds"
    data["x_bnds"] = (("x", "nv"), numpy.stack([X - 0.5, X + 0.5], 1))
    data["crs"] = ((), 0)
    data["quality"] = (("y", "x"), numpy.ones((3, 4)))
    data = data.assign_coords(distance=(("y", "x"), VALUES), moment=3.0)
    data.to_netcdf(tmp_path / "u.nc")
    assert (read({"file": "u.nc"}) == VALUES).all()
    data["v"] = data["u"]
    data.to_netcdf(tmp_path / "two.nc")
    assert 'holds several arrays, of which one must be named: "u", "v"' in refusal({"file": "two.nc"})


def test_positions_must_be_those_of_the_domain(refusal, read, tmp_path):
    data = dataset()
    data.assign_coords(x=10 * X, y=10 * Y).to_netcdf(tmp_path / "wide.nc")
    said = refusal({"file": "wide.nc"})
    assert "covers 0 to 30 along y, the domain 0 to 3" in said and 'set "size" and "origin"' in said
    data.assign_coords(x=X - 0.5).to_netcdf(tmp_path / "half.nc")
    assert "covers -0.5 to 3.5 along x, the domain 0 to 4" in refusal({"file": "half.nc"})
    data.assign_coords(x=X**2).to_netcdf(tmp_path / "uneven.nc")
    assert "its points along x are not evenly spaced, but 2.0 to 6.0 apart" in refusal({"file": "uneven.nc"})
    coarse = xarray.Dataset({"u": (("y", "x"), [[1.0, 2.0], [3.0, 4.0]])}, {"x": [1.0, 3.0], "y": [2.25, 0.75]})
    coarse.to_netcdf(tmp_path / "coarse.nc")
    expected = numpy.kron([[3, 4], [1, 2]], numpy.ones((2, 2)))
    assert (read({"file": "coarse.nc", "resampling": "nearest"}, shape=(4, 4)) == expected).all()


@pytest.mark.parametrize(
    "values, positions, fields, domain, sentence",
    [
        (None, "cm", None, "mm", 'gives the positions along y in "cm", the domain in "mm"'),
        (None, "millimeters", None, "mm", None),
        (None, None, None, "mm", None),
        ("cells/cm^2", None, "cells/mm^2", None, 'gives its values in "cells/cm^2", but the field u is in "cells/mm^2"'),
        ("cells mm-2", None, "cells/mm^2", None, None),
        ("%", None, "1", None, 'gives its values in "%", but the field u is in "1"'),
        ("cells/cm^2", None, None, None, None),
        ("1", None, "cells/mm^2", None, None),
    ],
)
def test_units_are_compared(read, refusal, tmp_path, values, positions, fields, domain, sentence):
    data = dataset(**({"units": values} if values else {}))
    for axis in ["x", "y"] if positions else []:
        data[axis].attrs["units"] = positions
    data.to_netcdf(tmp_path / "u.nc")
    options = {"field_unit": fields, "unit": domain}
    if sentence is None:
        assert (read({"file": "u.nc"}, **options) == VALUES).all()
        return
    assert sentence in refusal({"file": "u.nc"}, **options)
    if values:
        assert numpy.allclose(read({"file": "u.nc", "scale": 0.01}, **options), VALUES / 100, rtol=1e-15)


# MARK: Missing values


def written(path, kind, marks, packed, **changes):
    """A file by netCDF4: `packed` as it is stored, with these attributes."""
    fill = marks.pop("_FillValue", None)
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("y", 3), file.createDimension("x", 4)
        variable = file.createVariable("u", kind, ("y", "x"), fill_value=fill)
        variable.setncatts(marks)
        variable.set_auto_maskandscale(False)
        if packed is not None:
            variable[:] = packed
        else:
            variable[0, :] = 1
    with netCDF4.Dataset(path) as file:
        return file["u"][:]


def packed(kind, at):
    """Whole numbers with another one in the middle."""
    values = numpy.arange(1, 13).reshape(3, 4).astype(kind)
    values[1, 2] = at
    return values


MISSING = {
    "fill": ("f8", {"_FillValue": 1e20}, packed("f8", 1e20), "(_FillValue 1e+20) at 1 of 12 points, the first at [1, 2] (x = 2.5, y = 1.5)"),
    "fill-of-packed": ("i2", {"_FillValue": -9, "scale_factor": 0.5, "add_offset": 3.0}, packed("i2", -9), "(_FillValue -9) at 1 of 12"),
    "fill-of-unsigned": ("i1", {"_FillValue": numpy.int8(-1), "_Unsigned": "true"}, packed("i1", -1), "(_FillValue 255) at 1 of 12"),
    "nan": ("f8", {"_FillValue": numpy.nan}, packed("f8", numpy.nan), "holds a value that is not a finite number at [1, 2]"),
    "several-marks": ("f4", {"missing_value": numpy.array([-99, -98], "f4")}, packed("f4", -98), "(missing_value -98) at 1 of 12"),
    "default-f8": ("f8", {}, None, "(netCDF's default fill value 9.969209968386869e+36) at 8 of 12"),
    "default-f4": ("f4", {}, None, "(netCDF's default fill value 9.969209968386869e+36) at 8 of 12"),
    "default-i2": ("i2", {"scale_factor": 2.0}, None, "(netCDF's default fill value -32767) at 8 of 12"),
    "default-u4": ("u4", {}, None, "(netCDF's default fill value 4294967295) at 8 of 12"),
    "default-i8": ("i8", {}, None, "(netCDF's default fill value -9223372036854775808) at 8 of 12"),
    "valid-range": ("i2", {"valid_range": numpy.array([0, 100], "i2"), "scale_factor": 0.1}, packed("i2", 101), "(outside valid_range 0 to 100)"),
    "valid-range-unsigned": ("i1", {"valid_range": numpy.array([0, -56], "i1"), "_Unsigned": "true", "_FillValue": numpy.int8(-2)}, packed("i1", -55), "(outside valid_range 0 to 200)"),
    "valid-min": ("f8", {"valid_min": 0.0}, packed("f8", -1), "(outside valid_min 0)"),
    "valid-max": ("f4", {"valid_max": numpy.float32(50)}, packed("f4", 51), "(outside valid_max 50)"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISSING)
def test_missing_values_are_no_densities(read, refusal, tmp_path, case):
    kind, marks, stored, sentence = MISSING[case]
    seen = written(tmp_path / "u.nc", kind, dict(marks), stored)
    missing = numpy.ma.getmaskarray(seen) | ~numpy.isfinite(numpy.ma.filled(seen, 0).astype(float))
    assert missing.any() and not missing.all()
    assert sentence in refusal({"file": "u.nc"})
    # What lies outside the tissue need not be there, and "missing" gives a value.
    numpy.save(tmp_path / "tissue.npy", ~missing)
    inside = read({"file": "u.nc"}, mask="tissue.npy")
    assert (numpy.isnan(inside) == missing).all()
    assert numpy.allclose(inside[~missing], numpy.asarray(seen)[~missing], rtol=1e-15)
    filled = read({"file": "u.nc", "missing": 0.25}, name="filled")
    assert numpy.allclose(filled, numpy.where(missing, 0.25, numpy.asarray(seen)), rtol=1e-15)


def test_a_valid_range_of_values_counts_after_unpacking(read, refusal, tmp_path):
    marks = {"valid_range": numpy.array([0.0, 1.0]), "scale_factor": 0.1}
    written(tmp_path / "u.nc", "i2", dict(marks), packed("i2", 7) % 11)
    assert read({"file": "u.nc"}).max() == 1
    written(tmp_path / "u.nc", "i2", dict(marks), packed("i2", 7))
    assert "(outside valid_range 0 to 1) at 2 of 12" in refusal({"file": "u.nc"})


@pytest.mark.parametrize("mark", [1e20, -999.9])
def test_a_mark_of_another_precision_is_that_of_the_data(refusal, tmp_path, mark):
    # Neither xarray nor netCDF4 recognizes it: findings/fill-value-of-another-precision.sh.
    with h5py.File(tmp_path / "u.h5", "w") as file:
        file["u"] = packed("f4", mark)
        file["u"].attrs["_FillValue"] = mark
    assert "has no value (_FillValue" in refusal({"file": "u.h5"})


def test_bytes_and_arrays_that_are_no_netcdf_have_no_default_marks(read, tmp_path):
    seen = written(tmp_path / "u.nc", "u1", {}, packed("u1", 255))
    assert (read({"file": "u.nc"}) == seen).all()
    with h5py.File(tmp_path / "u.h5", "w") as file:
        file["u"] = packed("i2", -32767)
    assert read({"file": "u.h5"}, name="plain")[1, 2] == -32767


def test_holes_are_not_filled_by_resampling(read, refusal, tmp_path):
    values = numpy.ones((6, 8))
    values[2, 3] = numpy.nan
    numpy.save(tmp_path / "u.npy", values)
    for method in ["nearest", "linear"]:
        said = refusal({"file": "u.npy", "resampling": method}, shape=(16, 12))
        assert "not a finite number at [4, 6] (x = 1.625, y = 1.125), and at 3 more of 192 points" in said
    assert (read({"file": "u.npy", "resampling": "mean"}) == 1).all()
    values[3, 2:4] = values[2, 2] = numpy.nan
    numpy.save(tmp_path / "u.npy", values)
    assert "not a finite number at [1, 1]" in refusal({"file": "u.npy", "resampling": "mean"})


# MARK: HDF5


def test_numbers_of_all_types_are_read(read, tmp_path):
    with h5py.File(tmp_path / "u.h5", "w") as file:
        for kind in ["i1", "u1", ">i2", "<u4", ">i8", "f2", ">f4", "f8", "g"]:
            file[f"group/{kind}"] = (COUNTS % 120).astype(kind)
        file["truth"] = COUNTS > 100
        file.create_dataset("named", data=COUNTS % 3, dtype=h5py.enum_dtype({"a": 0, "b": 1, "c": 2}, basetype="i4"))
        file.create_dataset("small", data=COUNTS, chunks=(2, 2), compression="gzip", shuffle=True, scaleoffset=0)
    for number, kind in enumerate(["i1", "u1", ">i2", "<u4", ">i8", "f2", ">f4", "f8", "g"]):
        assert (read({"file": "u.h5", "dataset": f"group/{kind}"}, name=str(number)) == COUNTS % 120).all()
    assert (read({"file": "u.h5", "dataset": "truth"}, name="truth") == (COUNTS > 100)).all()
    assert (read({"file": "u.h5", "dataset": "named"}, name="named") == COUNTS % 3).all()
    assert (read({"file": "u.h5", "dataset": "small"}, name="small") == COUNTS).all()


def test_what_is_no_array_of_numbers_is_refused_by_name(refusal, tmp_path):
    with h5py.File(tmp_path / "u.h5", "w") as file:
        file["complex"] = VALUES + 1j
        file["text"] = numpy.array([["a", "b"]], dtype="S1")
        file["records"] = numpy.zeros((3, 4), dtype=[("a", "f8"), ("b", "f8"), ("c", "i4")])
        file["single"] = 3.0
        file["empty"] = numpy.zeros((3, 0))
        file["lists"] = numpy.zeros(3, dtype=[("a", "f8", 4)])["a"][:, None]
        file["deep"] = numpy.zeros((2, 2, 3, 4))
        file["scaled"] = VALUES
        file["scaled"].attrs["scale_factor"] = [1.0, 2.0]
        file.create_dataset("lzf", data=VALUES, compression="lzf")
    for name, sentence in {
        "complex": "values are not real numbers but pairs of numbers (complex numbers?)",
        "text": "values are not real numbers but text",
        "records": "values are not real numbers but records",
        "single": "is a single number, not an array",
        "empty": "has no values: its size is 3 × 0",
        "deep": "has 4 axes; 1 to 3 can be read",
        "scaled": "attribute scale_factor is not one finite number",
        "lzf": "is compressed with LZF (filter 32000), and this HDF5 library has no such filter",
    }.items():
        assert sentence in refusal({"file": "u.h5", "dataset": name})


@pytest.mark.parametrize("method, name", [("zstd", "Zstandard (filter 32015)"), ("bzip2", "bzip2 (filter 307)")])
def test_filters_of_netcdf_are_named(refusal, tmp_path, method, name):
    with netCDF4.Dataset(tmp_path / "u.nc", "w") as file:
        file.createDimension("y", 3), file.createDimension("x", 4)
        file.createVariable("u", "f8", ("y", "x"), compression=method)[:] = VALUES
    assert f"is compressed with {name}" in refusal({"file": "u.nc"})


def test_positions_may_stand_in_a_variable_of_another_name(read, tmp_path):
    data = xarray.Dataset(
        {"u": (("row", "column"), VALUES[::-1])},
        {"north": ("row", Y[::-1], {"axis": "Y"}), "east": ("column", X, {"axis": "X"})},
    )
    data.to_netcdf(tmp_path / "u.nc")
    assert (read({"file": "u.nc"}) == VALUES).all()


def test_curved_coordinates_are_refused(refusal, read, tmp_path):
    places = {"lon": (("j", "i"), VALUES), "lat": (("j", "i"), VALUES)}
    xarray.Dataset({"u": (("j", "i"), VALUES)}, places).to_netcdf(tmp_path / "u.nc")
    assert 'do not stand on a rectangular grid: the positions "l' in refusal({"file": "u.nc"})
    xarray.Dataset({"u": (("y", "x"), VALUES)}, {"x": X, "y": Y, "lon": (("y", "x"), VALUES)}).to_netcdf(tmp_path / "u.nc")
    assert (read({"file": "u.nc"}) == VALUES).all()


def test_dimensions_that_the_domain_does_not_have_are_refused(refusal, tmp_path):
    for dims, sentence in [
        (("z", "x"), 'has a dimension "z", the axis z, but the domain has the axes x, y'),
        (("time", "x"), 'holds 3 times along "time"; say which one is meant'),
        (("x", "lon"), "has two dimensions (x, lon) that are the axis x"),
    ]:
        with netCDF4.Dataset(tmp_path / "u.nc", "w") as file:
            for name, count in zip(dims, (3, 4)):
                file.createDimension(name, count)
            file.createVariable("u", "f8", dims)[:] = VALUES
        assert sentence in refusal({"file": "u.nc"})
    with netCDF4.Dataset(tmp_path / "u.nc", "w") as file:
        for name, count in [("band", 2), ("y", 3), ("x", 4)]:
            file.createDimension(name, count)
        file.createVariable("u", "f8", ("band", "y", "x"))[:] = 1
    assert "holds an array of 3 axes (band, y, x), but the domain has 2 axes" in refusal({"file": "u.nc"})


# MARK: Images


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_of_a_tiff_is_that_which_pillow_shows(read, tmp_path, orientation):
    stored = COUNTS.astype("u1")
    if orientation >= 5:
        stored = numpy.ascontiguousarray(stored.reshape(4, 3))
    tifffile.imwrite(tmp_path / "u.tif", stored, extratags=[(274, "H", 1, orientation, True)], metadata=None)
    # From memory: Pillow 13.0 shows files that it maps into memory in another way where rows are columns.
    with Image.open(io.BytesIO((tmp_path / "u.tif").read_bytes())) as picture:
        picture.load()
        shown = numpy.asarray(picture)
    assert shown.shape == (3, 4)
    assert (read({"file": "u.tif"}) == shown[::-1] / 255).all()


def tiff(path, bits, rows, photometric=1):
    """One uncompressed page whose samples of so many bits are packed, highest bit first."""
    lines = []
    for row in rows:
        text = "".join(format(value, f"0{bits}b") for value in row)
        text += "0" * (-len(text) % 8)
        lines.append(int(text, 2).to_bytes(len(text) // 8, "big"))
    data = b"".join(lines)
    tags = [
        (256, 4, len(rows[0])), (257, 4, len(rows)), (258, 3, bits), (259, 3, 1), (262, 3, photometric), (273, 4, 8),
        (277, 3, 1), (278, 4, len(rows)), (279, 4, len(data)),
    ]  # fmt: skip
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag[:2], 1, tag[2]) for tag in tags) + bytes(4)
    path.write_bytes(b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory)


@pytest.mark.parametrize("bits", [1, 2, 4, 6, 10, 12, 14])
@pytest.mark.parametrize("photometric", [0, 1])
def test_samples_of_few_bits_go_from_black_to_white(read, tmp_path, bits, photometric):
    white = 2**bits - 1
    stored = numpy.arange(12).reshape(3, 4) * 997 % (white + 1)
    tiff(tmp_path / "u.tif", bits, stored.tolist(), photometric)
    expected = stored[::-1] / white
    assert numpy.allclose(read({"file": "u.tif"}), expected if photometric else 1 - expected, rtol=0, atol=1e-15)
    if bits in (1, 2, 4):
        with Image.open(tmp_path / "u.tif") as picture:
            shown = numpy.asarray(picture.convert("L"))[::-1] / 255
        assert numpy.allclose(read({"file": "u.tif"}, name="again"), shown, atol=1e-15)


@pytest.mark.parametrize(
    "kind, options",
    [
        ("u1", {}),
        ("u2", {"byteorder": ">"}),
        ("u4", {}),
        ("f2", {}),
        ("f4", {"byteorder": ">"}),
        ("f8", {"bigtiff": True}),
        ("u1", {"tile": (16, 16)}),
        ("f4", {"tile": (16, 16)}),
        ("u2", {"rowsperstrip": 2}),
        ("?", {}),
        ("u1", {"resolution": (300, 150)}),
        ("u1", {"photometric": "miniswhite"}),
    ],
)
def test_tiffs_of_tifffile_are_read(read, tmp_path, kind, options):
    stored = (COUNTS > 100) if kind == "?" else COUNTS.astype(kind)
    tifffile.imwrite(tmp_path / "u.tif", stored, **options)
    shown = tifffile.imread(tmp_path / "u.tif")[::-1].astype(float)
    if kind.startswith("u"):
        shown = shown / (2 ** (8 * int(kind[1])) - 1)
    # tifffile writes truth values with white for 0, and shows what is stored.
    if kind == "?" or options.get("photometric"):
        shown = 1 - shown
    assert (read({"file": "u.tif"}) == shown).all()


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
@pytest.mark.parametrize("kind", ["?", "u1", "u2"])
def test_white_is_what_the_file_says(oncofield, read, tmp_path, kind, photometric):
    """0 is white where PhotometricInterpretation is 0. tifffile does so for truth values by itself, which is said."""
    stored = (COUNTS > 100) if kind == "?" else COUNTS.astype(kind)
    tifffile.imwrite(tmp_path / "u.tif", stored, photometric=photometric)
    white = 1 if kind == "?" else 2 ** (8 * int(kind[1])) - 1
    expected = stored[::-1].astype(float) / white
    expected = expected if photometric == "minisblack" else 1 - expected
    assert numpy.allclose(read({"file": "u.tif"}), expected, rtol=0, atol=1e-15)
    if kind != "u2":
        with Image.open(tmp_path / "u.tif") as picture:
            assert numpy.allclose(expected, numpy.asarray(picture.convert("L"))[::-1] / 255, rtol=0, atol=1e-15)
    said = "the file .*u.tif holds truth values that tifffile has written with white for 0: what is true is black, and 0 here"
    is_said = kind == "?" and photometric == "miniswhite"
    for command in (["validate"], ["plan"], ["run", "--output", tmp_path / "again", "--quiet"]):
        finished = oncofield(command[0], tmp_path / "out.json", *command[1:])
        assert len(re.findall(said, finished.stderr)) == is_said, finished.stderr
        assert ("out.json:1:" in finished.stderr and 'astype("float32")' in finished.stderr) == is_said
    warnings = json.loads((tmp_path / "again" / "run.json").read_text())["warnings"]
    assert len([warning for warning in warnings if re.fullmatch(said, warning)]) == is_said
    # A mask of them is refused, unless the run file says what is meant.
    if kind == "?":
        (tmp_path / "masked.json").write_text(run_text("1", mask={"file": "u.tif", "above": 0.5}))
        assert len(re.findall(said, oncofield("validate", tmp_path / "masked.json").stderr)) == is_said
    # The same picture from a program that means a drawing is none of truth values.
    if is_said:
        tiff(tmp_path / "u.tif", 1, stored.astype(int).tolist(), photometric=0)
        assert oncofield("validate", tmp_path / "out.json").stderr == ""


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "group4"])
def test_tiffs_of_pillow_are_read(read, tmp_path, compression):
    picture = Image.fromarray(COUNTS.astype("u1"))
    if compression == "group4":
        picture = picture.convert("1", dither=Image.Dither.NONE)
    options = {"tiffinfo": {317: 2}} if compression in ("tiff_lzw", "tiff_adobe_deflate") else {}
    picture.save(tmp_path / "u.tif", compression=compression, **options)
    with Image.open(tmp_path / "u.tif") as shown:
        expected = numpy.asarray(shown.convert("L"))[::-1] / 255
    assert (read({"file": "u.tif"}) == expected).all()


def test_colors_are_luminance(read, tmp_path):
    color = numpy.stack([COUNTS, COUNTS[::-1], COUNTS[:, ::-1]], -1).astype("u1")
    expected = (color @ [0.2126, 0.7152, 0.0722])[::-1] / 255
    tifffile.imwrite(tmp_path / "a.tif", color, photometric="rgb")
    tifffile.imwrite(tmp_path / "b.tif", numpy.moveaxis(color, -1, 0), photometric="rgb", planarconfig="separate")
    Image.fromarray(color).save(tmp_path / "c.png")
    for name in ["a.tif", "b.tif", "c.png"]:
        assert numpy.allclose(read({"file": name}, name=name[0]), expected, atol=1e-15)


def test_whole_numbers_with_sign_need_a_factor(read, refusal, tmp_path):
    tifffile.imwrite(tmp_path / "u.tif", (COUNTS - 100).astype("i2"))
    assert 'holds whole numbers with sign, of which it is not clear what is white' in refusal({"file": "u.tif"})
    assert (read({"file": "u.tif", "scale": 1}) == COUNTS[::-1] - 100).all()
    assert numpy.allclose(read({"file": "u.tif", "scale": 0.5}, name="half"), (COUNTS[::-1] - 100) / 2)


def test_pictures_of_a_tiff_are_the_axis_z_unless_they_are_something_else(read, refusal, tmp_path):
    stack = numpy.arange(24, dtype="u1").reshape(2, 3, 4)
    space = {"shape": (4, 3, 2), "size": (4, 3, 2)}
    tifffile.imwrite(tmp_path / "z.tif", stack, photometric="minisblack", metadata={"axes": "ZYX"})
    assert (read({"file": "z.tif"}, **space) == stack[:, ::-1] / 255).all()
    tifffile.imwrite(tmp_path / "i.tif", stack, imagej=True, metadata={"axes": "ZYX"})
    assert (read({"file": "i.tif"}, name="imagej", **space) == stack[:, ::-1] / 255).all()
    # A thumbnail is no picture of the stack.
    with tifffile.TiffWriter(tmp_path / "t.tif") as writer:
        writer.write(COUNTS.astype("u1"), metadata=None)
        writer.write(COUNTS.astype("u1")[:, ::-1], subfiletype=1, metadata=None)
    assert (read({"file": "t.tif"}, name="thumbnail") == COUNTS[::-1] / 255).all()
    for name, options, sentence in [
        ("times.tif", {"metadata": {"axes": "TYX"}}, "is a stack of 2 times"),
        ("channels.tif", {"metadata": {"axes": "CYX"}}, "is a stack of 2 channels"),
        ("times-i.tif", {"imagej": True, "metadata": {"axes": "TYX"}}, "is a stack of 2 times"),
        ("channels-i.tif", {"imagej": True, "metadata": {"axes": "CYX"}}, "is a stack of 2 channels"),
        ("times.ome.tif", {"metadata": {"axes": "TYX"}}, "is a stack of 2 times"),
        ("channels.ome.tif", {"metadata": {"axes": "CYX"}}, "is a stack of 2 channels"),
        ("short.tif", {"imagej": True, "truncate": True, "metadata": {"axes": "ZYX"}}, "an ImageJ stack of 2 pictures that lists only the first"),
    ]:
        tifffile.imwrite(tmp_path / name, stack, photometric="minisblack", **options)
        assert sentence in refusal({"file": name}, **space)


def test_marks_of_gdal_in_a_tiff_count(read, refusal, tmp_path):
    values = VALUES.astype("f4")
    values[1, 2] = -9999
    tifffile.imwrite(tmp_path / "u.tif", values, extratags=[(42113, "s", 0, "-9999", True)], metadata=None)
    assert "has no value (GDAL_NODATA -9999.0) at 1 of 12 points, the first at [1, 2]" in refusal({"file": "u.tif"})
    assert read({"file": "u.tif", "missing": 0})[1, 2] == 0
    scale = '<GDALMetadata><Item name="SCALE" sample="0" role="scale">0.1</Item></GDALMetadata>'
    tifffile.imwrite(tmp_path / "s.tif", COUNTS.astype("u2"), extratags=[(42112, "s", 0, scale, True)], metadata=None)
    assert "has a scale or an offset of GDAL, which is not applied" in refusal({"file": "s.tif"})


@pytest.mark.parametrize("mode", ["1", "L", "I;16", "P", "gamma", "2 bits"])
def test_pngs_of_pillow_are_read(read, tmp_path, mode):
    grey, options = COUNTS.astype("u1"), {}
    expected = grey / 255
    if mode == "1":
        picture, expected = Image.fromarray(grey > 100), (grey > 100).astype(float)
    elif mode == "I;16":
        picture = Image.fromarray(COUNTS.astype("u2") * 200)
        expected = COUNTS * 200 / 65535
    elif mode in ("P", "2 bits"):
        picture = Image.fromarray(grey // 60).convert("P")
        picture.putpalette([value for grey in (0, 80, 160, 240) for value in (grey, grey, grey)])
        expected = (grey // 60 * 80) / 255
        options = {"bits": 2} if mode == "2 bits" else {}
    else:
        picture = Image.fromarray(grey)
        if mode == "gamma":
            options["pnginfo"] = PngImagePlugin.PngInfo()
            options["pnginfo"].add(b"gAMA", struct.pack(">I", 45455))
    picture.save(tmp_path / "u.png", **options)
    assert numpy.allclose(read({"file": "u.png"}), expected[::-1], rtol=0, atol=1e-15)


@pytest.mark.parametrize("mode", ["1", "L", "I;16"])
@pytest.mark.parametrize("orientation", [1, 2, 3, 4, 5, 6, 7, 8])
def test_the_orientation_of_a_png_is_that_which_pillow_shows(read, tmp_path, orientation, mode):
    """The chunk eXIf, as cameras and viewers write it; shown is what ImageOps.exif_transpose gives."""
    array = {"1": COUNTS > 100, "L": COUNTS.astype("u1"), "I;16": COUNTS.astype("u2") * 200}[mode]
    exif = Image.Exif()
    exif[274] = orientation
    exif[271] = "the maker of the camera"
    Image.fromarray(array).save(tmp_path / "u.png", exif=exif)
    with Image.open(tmp_path / "u.png") as picture:
        shown = numpy.asarray(ImageOps.exif_transpose(picture)).astype(float)
    white = {"1": 1, "L": 255, "I;16": 65535}[mode]
    height, width = shown.shape
    found = read({"file": "u.png"}, shape=(width, height), size=(width, height))
    assert numpy.allclose(found, shown[::-1] / white, rtol=0, atol=1e-15)


def exif_chunk(data):
    return struct.pack(">I", len(data)) + b"eXIf" + data + struct.pack(">I", zlib.crc32(b"eXIf" + data))


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("place", ["before the pixels", "after them"])
def test_orientations_of_a_png_are_read_in_both_orders_and_places(read, tmp_path, order, place):
    Image.fromarray(COUNTS.astype("u1")).save(tmp_path / "plain.png")
    plain = (tmp_path / "plain.png").read_bytes()
    entry = struct.pack(order + "HHIHH", 274, 3, 1, 3, 0)
    exif = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, 1) + entry + bytes(4)
    start = plain.index(b"IDAT" if place == "before the pixels" else b"IEND") - 4
    (tmp_path / "u.png").write_bytes(plain[:start] + exif_chunk(exif) + plain[start:])
    assert numpy.allclose(read({"file": "u.png"}), COUNTS[:, ::-1] / 255, rtol=0, atol=1e-15)


@pytest.mark.parametrize("exif", [b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff", b"other", b""])
def test_exif_data_that_end_too_soon_say_nothing(read, tmp_path, exif):
    Image.fromarray(COUNTS.astype("u1")).save(tmp_path / "plain.png")
    plain = (tmp_path / "plain.png").read_bytes()
    start = plain.index(b"IDAT") - 4
    (tmp_path / "u.png").write_bytes(plain[:start] + exif_chunk(exif) + plain[start:])
    assert numpy.allclose(read({"file": "u.png"}), COUNTS[::-1] / 255, rtol=0, atol=1e-15)


def xmp_packet(orientation, form="attribute", prefix="tiff"):
    """Metadata as photo editors write them."""
    attribute = f'{prefix}:Orientation="{orientation}"' if form == "attribute" else ""
    element = f"<{prefix}:Orientation>{orientation}</{prefix}:Orientation>" if form == "element" else ""
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        f'xmlns:{prefix}="http://ns.adobe.com/tiff/1.0/" {attribute}>{element}</rdf:Description></rdf:RDF></x:xmpmeta>'
    )


def raw_profile(orientation, kind):
    """EXIF data in hexadecimal digits, as ImageMagick and ExifTool write them into texts of a PNG."""
    exif = Image.Exif()
    exif[274] = orientation
    data = (b"" if kind == "bare" else b"Exif\0\0") + exif.tobytes().removeprefix(b"Exif\0\0")
    digits = data.hex()
    return f"\nexif\n{len(data):8}\n" + "\n".join(digits[start : start + 72] for start in range(0, len(digits), 72)) + "\n"


METADATA = {
    "XMP attribute": lambda info, number: info.add_itxt("XML:com.adobe.xmp", xmp_packet(number)),
    "compressed XMP element": lambda info, number: info.add_itxt("XML:com.adobe.xmp", xmp_packet(number, "element"), zip=True),
    "raw EXIF profile": lambda info, number: info.add_text("Raw profile type exif", raw_profile(number, "bare"), zip=True),
    "raw EXIF profile with its head": lambda info, number: info.add_text("Raw profile type exif", raw_profile(number, "head")),
}


@pytest.mark.parametrize("where", METADATA)
@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_the_orientation_in_metadata_of_a_png_is_that_which_pillow_shows(read, tmp_path, where, orientation):
    info = PngImagePlugin.PngInfo()
    METADATA[where](info, orientation)
    Image.fromarray(COUNTS.astype("u1")).save(tmp_path / "u.png", pnginfo=info)
    with Image.open(tmp_path / "u.png") as picture:
        shown = numpy.asarray(ImageOps.exif_transpose(picture)).astype(float)
    assert (shown.shape == (3, 4)) == (orientation < 5)
    height, width = shown.shape
    found = read({"file": "u.png"}, shape=(width, height), size=(width, height))
    assert numpy.allclose(found, shown[::-1] / 255, rtol=0, atol=1e-15)


@pytest.mark.parametrize("metadata", ["", "<x", 'tiff:Orientation="9"', 'other:Orientation="6"', "\nexif\n 4\n4949\n", "\nexif\n"])
@pytest.mark.parametrize("key", ["XML:com.adobe.xmp", "Raw profile type exif", "Comment"])
def test_metadata_without_an_orientation_say_nothing(read, tmp_path, metadata, key):
    info = PngImagePlugin.PngInfo()
    info.add_itxt(key, metadata)
    Image.fromarray(COUNTS.astype("u1")).save(tmp_path / "u.png", pnginfo=info)
    assert numpy.allclose(read({"file": "u.png"}), COUNTS[::-1] / 255, rtol=0, atol=1e-15)


def test_a_png_that_says_two_things_of_its_orientation_is_refused(refusal, tmp_path):
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", xmp_packet(6))
    exif = Image.Exif()
    exif[274] = 3
    Image.fromarray(COUNTS.astype("u1")).save(tmp_path / "u.png", exif=exif, pnginfo=info)
    assert "says two things of its orientation: 3 in its EXIF data, 6 in its XMP metadata" in refusal({"file": "u.png"})


@pytest.mark.parametrize("tag, said", [(None, 1), (6, 6), (None, 6), (1, 8)])
def test_xmp_metadata_of_a_tiff_agree_with_its_tag_or_are_refused(read, refusal, tmp_path, tag, said):
    stored = COUNTS.astype("u1") if said == 1 or tag != said else numpy.ascontiguousarray(numpy.rot90(COUNTS.astype("u1")))
    packet = xmp_packet(said, prefix="exif-tiff").encode()
    tags = [(700, "B", len(packet), packet, True)] + ([(274, "H", 1, tag, True)] if tag else [])
    tifffile.imwrite(tmp_path / "u.tif", stored, extratags=tags, metadata=None)
    if said in (1, tag):
        assert (read({"file": "u.tif"}) == COUNTS[::-1] / 255).all()
    else:
        assert f"says two things of its orientation: 1 in its tag Orientation, {said} in its XMP metadata" in refusal({"file": "u.tif"})


def png_of_16_bits(path, samples):
    """Grey or red, green and blue, and an opacity for each pixel, which Pillow does not write."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, count = samples.shape
    header = struct.pack(">IIBBBBB", width, height, 16, {2: 4, 4: 6}[count], 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


TRANSPARENT = ["LA.png", "RGBA.png", "LA16.png", "RGBA16.png", "P.png", "L key.png", "RGB key.png", "LA.tif", "RGBA.tif", "RGBA16.tif"]


def save_with_opacity(path, kind, grey, opacity):
    """Saves greys, those of opacity 0 as transparent pixels that keep their grey."""
    deep = "16" in kind
    if "key" in kind:
        # One value stands for a transparent pixel.
        key = int(grey[opacity == 0][0])
        picture = Image.fromarray(grey if kind.startswith("L") else numpy.stack([grey] * 3, -1))
        picture.save(path, transparency=key if kind.startswith("L") else (key,) * 3)
    elif kind.startswith("P"):
        # The last color of the palette has the grey of another one, and is transparent.
        picture = Image.fromarray(numpy.where(opacity == 0, 12, grey // 20).astype("u1"), "P")
        picture.putpalette([value for value in [*range(0, 240, 20), int(grey[opacity == 0][0])] for _ in range(3)])
        picture.save(path, transparency=bytes([255] * 12 + [0]))
    else:
        samples = numpy.stack([grey] * (3 if "RGB" in kind else 1) + [opacity], -1)
        if not deep:
            Image.fromarray(samples).save(path)
        elif path.suffix == ".png":
            png_of_16_bits(path, samples.astype("u2") * 257)
        else:
            tifffile.imwrite(path, samples.astype("u2") * 257, photometric="rgb", extrasamples=["unassalpha"])


@pytest.mark.parametrize("kind", TRANSPARENT)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_transparent_pixels_have_no_value_and_others_that_which_pillow_shows(read, refusal, tmp_path, kind):
    grey = COUNTS.astype("u1")
    opacity = numpy.where(grey == 20, 0, 255).astype("u1")
    if "key" not in kind and kind != "P.png":
        # What is seen through in part has the grey that is stored.
        opacity[2, 3] = 1
    path = tmp_path / f"u.{kind[-3:]}"
    save_with_opacity(path, kind, grey, opacity)
    if "16" not in kind:
        with Image.open(path) as picture:
            shown = numpy.asarray(picture.convert("RGBA"))
        assert (shown[..., 0] == grey).all() and ((shown[..., 3] == 0) == (opacity == 0)).all()
    said = refusal({"file": path.name})
    assert "has no value (fully transparent) at 1 of 12 points, the first at [2, 1] (x = 1.5, y = 2.5)" in said
    assert 'add "missing": 0' in said
    expected = numpy.where(opacity == 0, 0, grey / 255)[::-1]
    assert numpy.allclose(read({"file": path.name, "missing": 0}), expected, rtol=0, atol=1e-15)


def test_transparent_pixels_of_a_mask_are_no_tissue_only_where_that_is_said(read, refusal, tmp_path):
    grey = COUNTS.astype("u1")
    opacity = numpy.where(grey == 40, 0, 255).astype("u1")
    save_with_opacity(tmp_path / "u.png", "LA.png", grey, opacity)
    assert "has no value (fully transparent) at 1 of 12 points" in refusal(1, mask="u.png")
    tissue = read(1, mask={"file": "u.png", "missing": 0})
    assert (numpy.isfinite(tissue) == ((grey > 0) & (opacity > 0))[::-1]).all()


@pytest.mark.parametrize("kind", ["LA.png", "RGBA.png", "RGBA16.png", "LA.tif", "RGBA16.tif"])
def test_pictures_with_an_opacity_that_are_nowhere_transparent_are_read(read, tmp_path, kind):
    path = tmp_path / f"u.{kind[-3:]}"
    save_with_opacity(path, kind, COUNTS.astype("u1"), numpy.full(COUNTS.shape, 255, "u1"))
    assert numpy.allclose(read({"file": path.name}), COUNTS[::-1] / 255, rtol=0, atol=1e-15)


def test_kinds_that_are_not_read_are_refused_by_name(refusal, tmp_path):
    Image.fromarray(COUNTS.astype("u1")).save(tmp_path / "u.jpg")
    Image.fromarray(COUNTS.astype("u1")).save(tmp_path / "u.gif")
    Image.fromarray(COUNTS.astype("u1")).convert("P").save(tmp_path / "u.tif")
    with netCDF4.Dataset(tmp_path / "u.nc", "w", format="NETCDF3_CLASSIC") as file:
        file.createDimension("y", 3), file.createDimension("x", 4)
        file.createVariable("u", "f8", ("y", "x"))[:] = VALUES
    numpy.savez(tmp_path / "u.npz", u=VALUES)
    for name, sentence in {
        "u.jpg": "is a JPEG picture, which is not read; save it as PNG or TIFF",
        "u.gif": "is a GIF picture",
        "u.tif": "is a TIFF picture with a palette, which cannot be read; save it in grey values",
        "u.nc": "is a netCDF file of the classic format, which is not read; convert it with  nccopy -k nc4",
        "u.npz": "is a ZIP archive (NPZ?), which is not read; save the array with numpy.save",
    }.items():
        assert sentence in refusal({"file": name})


def test_arrays_of_numpy_are_read(read, refusal, tmp_path):
    for number, array in enumerate(
        [numpy.asfortranarray(VALUES), VALUES.astype(">f8"), VALUES.astype("f4"), COUNTS.astype(">u2"), COUNTS > 100, COUNTS[None, None]]
    ):
        numpy.save(tmp_path / "u.npy", array)
        assert (read({"file": "u.npy"}, name=str(number)) == array.reshape(3, 4)).all()
    numpy.save(tmp_path / "u.npy", VALUES + 1j)
    assert "holds complex numbers, not real ones" in refusal({"file": "u.npy"})
    numpy.save(tmp_path / "u.npy", numpy.zeros((3, 4), dtype=[("a", "f8")]))
    assert "holds records of several numbers, not numbers" in refusal({"file": "u.npy"})


# MARK: Masks


LABELS = numpy.array([[0, 1, 2, 2], [0, 1, 200, 200], [0, 0, 3, 3]])


@pytest.mark.parametrize(
    "save",
    [
        lambda path: Image.fromarray(LABELS.astype("u1")).save(path / "mask.png"),
        lambda path: Image.fromarray((LABELS * 100).astype("u2")).save(path / "mask.png"),
        lambda path: tifffile.imwrite(path / "mask.tif", LABELS.astype("u1")),
        lambda path: tifffile.imwrite(path / "mask.tif", LABELS.astype("u4")),
        lambda path: tifffile.imwrite(path / "mask.tif", LABELS.astype("i4")),
        lambda path: tifffile.imwrite(path / "mask.tif", LABELS.astype("f4")),
        lambda path: tifffile.imwrite(path / "mask.tif", LABELS > 0, photometric="minisblack"),
        lambda path: Image.fromarray((LABELS > 0).astype("u1")).save(path / "mask.png"),
        lambda path: Image.fromarray((LABELS > 0).astype("u1") * 255).save(path / "mask.png"),
        lambda path: numpy.save(path / "mask.npy", LABELS[::-1]),
        lambda path: xarray.Dataset({"m": (("y", "x"), LABELS)}, {"x": X, "y": Y[::-1]}).to_netcdf(path / "mask.nc"),
        lambda path: xarray.Dataset({"m": (("x", "y"), LABELS.T > 0)}, {"x": X, "y": Y[::-1]}).to_netcdf(path / "mask.nc"),
    ],
)
def test_labels_are_tissue_where_they_are_not_0(read, tmp_path, save):
    save(tmp_path)
    name = next(path.name for path in tmp_path.iterdir() if path.name.startswith("mask"))
    assert (numpy.isnan(read("1", mask=name)) == (LABELS[::-1] == 0)).all()
    # Labels are told from the outside before they are resampled, not by their numbers.
    fine = read("1", name="fine", mask={"file": name, "resampling": "linear"}, shape=(8, 6))
    numpy.save(tmp_path / "truth.npy", (LABELS[::-1] > 0).astype(float))
    truth = read("1", name="truth", mask={"file": "truth.npy", "resampling": "linear"}, shape=(8, 6))
    assert (numpy.isnan(fine) == numpy.isnan(truth)).all()


def test_a_mask_that_can_be_meant_in_two_ways_is_refused(read, refusal, tmp_path):
    grey = numpy.array([[0, 60, 255, 255], [0, 60, 255, 255], [0, 0, 160, 255]], "u1")
    Image.fromarray(grey).save(tmp_path / "grey.png")
    said = refusal("1", mask="grey.png")
    assert "can be read as a mask in two ways: 8 of its 12 points are not black, 6 are lighter than half of white" in said
    for above, count in [(0, 8), (0.5, 6)]:
        found = read("1", name=f"above{count}", mask={"file": "grey.png", "above": above})
        assert numpy.isfinite(found).sum() == count
    tifffile.imwrite(tmp_path / "truth.tif", grey > 0)
    assert "is a picture of one bit in which 0 is white" in refusal("1", mask="truth.tif")
    assert numpy.isfinite(read("1", name="white", mask={"file": "truth.tif", "above": 0.5})).sum() == 4
    for name, array in [("grey.npy", grey), ("float.npy", grey.astype(float)), ("sixteen.npy", grey.astype("u2") * 257)]:
        numpy.save(tmp_path / name, array)
        assert "8 of its 12 points are not black, 6 are lighter than half of white" in refusal("1", mask=name)
    Image.fromarray(numpy.maximum(grey, 1) // 2 + 1).save(tmp_path / "noise.png")
    assert "12 of its 12 points are not black" in refusal("1", mask="noise.png")


def test_a_mask_says_of_each_point_what_it_is(read, refusal, tmp_path):
    data = xarray.Dataset({"m": (("y", "x"), numpy.where(LABELS > 0, 1.0, numpy.nan))}, {"x": X, "y": Y[::-1]})
    data.to_netcdf(tmp_path / "mask.nc", encoding={"m": {"dtype": "i2", "_FillValue": -1}})
    assert "mask.nc has no value (_FillValue -1) at 4 of 12 points" in refusal("1", mask="mask.nc")
    found = read("1", mask={"file": "mask.nc", "missing": 0})
    assert (numpy.isnan(found) == (LABELS[::-1] == 0)).all()


# MARK: Masked runs


def disk(points, radius=2.5):
    x = (numpy.arange(points) + 0.5) * 4 / points
    return (x[None, :] - 2) ** 2 + (x[:, None] - 2) ** 2 < radius


@pytest.mark.parametrize("kind", ["fields", "checkpoint", "checkpoint of a mask in a file"])
@pytest.mark.parametrize("method", ["nearest", "linear", "mean"])
def test_nothing_is_mixed_in_from_outside_the_tissue_of_a_run(read, tmp_path, kind, method):
    shape = "(x - 2)^2 + (y - 2)^2 < 2.5"
    numpy.save(tmp_path / "disk.npy", disk(16))
    mask = "disk.npy" if kind.endswith("file") else shape
    read("1", name="coarse", mask=mask, shape=(16, 16), size=(4, 4))
    source = "coarse" if kind == "fields" else "coarse/checkpoints/000000000001.h5"
    for points in [32, 48, 24, 8]:
        found = read({"file": source, "resampling": method}, name=f"to{points}", mask=shape, shape=(points, points), size=(4, 4))
        assert (numpy.isfinite(found) == disk(points)).all()
        assert (found[disk(points)] == 1).all()
        if points == 32:
            assert numpy.nansum(found) / 64 == 7.8125


def test_a_start_keeps_the_symmetry_of_the_run_that_it_is_taken_from(read, tmp_path):
    shape = "(x - 2)^2 + (y - 2)^2 < 2.5"
    read("1 + (x - 2)^2 + (y - 2)^2", name="coarse", mask=shape, shape=(16, 16), size=(4, 4))
    found = read({"file": "coarse", "resampling": "linear"}, name="fine", mask=shape, shape=(48, 48), size=(4, 4))
    inside = disk(48)
    assert numpy.allclose(found[inside], found.T[inside], rtol=1e-14) and numpy.allclose(found[inside], found[::-1, ::-1][inside], rtol=1e-14)
    x = (numpy.arange(48) + 0.5) / 12
    exact = 1 + (x[None, :] - 2) ** 2 + (x[:, None] - 2) ** 2
    # The interpolation of the parabola is off by up to h²/4 for each axis, at the edge a value stands for its neighbor: 0.25 · 2 · 1.58.
    assert abs(found - exact)[inside].max() < 0.8 and abs(found - exact)[disk(48, 1.2)].max() < 0.25**2 / 2 + 1e-12


def test_tissue_that_a_run_did_not_have_needs_a_value(read, refusal, tmp_path):
    read("1", name="coarse", mask="x < 2")
    said = refusal({"file": "coarse"})
    assert "has no value at 6 of 12 points, which lie outside the tissue of that run, the first at [0, 2] (x = 2.5, y = 0.5)" in said
    found = read({"file": "coarse", "missing": 0}, name="whole")
    assert (found == [[1, 1, 0, 0]] * 3).all()
    assert "outside the tissue of that run" in refusal({"file": "coarse", "resampling": "linear"}, shape=(8, 6))


def test_the_units_of_a_run_are_compared(read, refusal, tmp_path):
    read("1 + x", name="one", unit="mm", field_unit="cells/mm^2")
    assert (read({"file": "one"}, name="same", unit="mm", field_unit="cells/mm^2") == 1 + X).all()
    assert 'gives the positions along x in "mm", the domain in "cm"' in refusal({"file": "one"}, unit="cm")
    assert 'gives its values in "cells/mm^2", but the field u is in "cells/cm^2"' in refusal({"file": "one"}, field_unit="cells/cm^2")
