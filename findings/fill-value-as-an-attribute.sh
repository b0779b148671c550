#!/usr/bin/env bash
# What was never written of a netCDF-4 file that h5py has made is 0 in every reader, whatever its `_FillValue` says.
#
# Versions: h5py 3.14.0, netCDF4 1.7.2, h5netcdf 1.6.4, xarray 2025.7.1, NumPy 2.3.2.
#
# Guess, before it was run: `_FillValue` is how a netCDF variable says what stands where nothing was written. netCDF4 and xarray mask what is
# equal to it, so that a frame that was left out of a growing file is missing; h5py, which knows no netCDF, may show something else.
#
# Seen, for frames 0 and 2 of three written, `_FillValue` NaN, and frame 1 left out:
#
#   file made by                              h5py     netCDF4     xarray (netcdf4, h5netcdf)
#   h5py, attribute `_FillValue`              0 0 0    0 0 0       0 0 0
#   h5py, attribute and `fillvalue=nan`       nan      masked      nan
#   netCDF4, `fill_value=nan`                 nan      masked      nan
#
# The attribute marks; what stands in a chunk that is not there is the fill value of the HDF5 dataset, a property that netCDF4 sets along with
# the attribute and h5py does not. Oncofield sets both: a reader who does not find a frame sees it as missing.
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,/^set /{/^#/!d;s/^# \{0,1\}//p}' "$0" && exit ;; esac
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/environment"
"$folder/environment/bin/pip" install --quiet h5py==3.14.0 netCDF4==1.7.2 h5netcdf==1.6.4 xarray==2025.7.1 numpy==2.3.2
cd "$folder"
"$folder/environment/bin/python" - <<'P'
import h5py
import netCDF4
import numpy
import xarray


def with_h5py(path, **options):
    with h5py.File(path, "w") as file:
        for name, count in (("t", 3), ("x", 4)):
            file.create_dataset(name, data=numpy.arange(float(count))).make_scale(name)
        u = file.create_dataset("u", (3, 4), "f8", maxshape=(None, 4), chunks=(1, 4), **options)
        for axis, name in enumerate("tx"):
            u.dims[axis].attach_scale(file[name])
        u.attrs["_FillValue"] = numpy.array([numpy.nan])
        u[0], u[2] = 1, 3


def with_netcdf4(path):
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("t", None)
        file.createDimension("x", 4)
        u = file.createVariable("u", "f8", ("t", "x"), fill_value=numpy.nan)
        u[0], u[2] = 1, 3


def middle(path):
    with h5py.File(path) as file, netCDF4.Dataset(path) as other:
        found = [file["u"][1], numpy.ma.filled(other["u"][1], numpy.nan)]
    for engine in ("netcdf4", "h5netcdf"):
        with xarray.open_dataset(path, engine=engine) as data:
            found.append(data.u.values[1])
    print(path, [values.tolist() for values in found])
    return numpy.array(found)


with_h5py("attribute.nc")
with_h5py("both.nc", fillvalue=numpy.nan)
with_netcdf4("netcdf4.nc")
assert (middle("attribute.nc") == 0).all()
assert numpy.isnan(middle("both.nc")).all()
assert numpy.isnan(middle("netcdf4.nc")).all()
P
echo "as described"
