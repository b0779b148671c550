#!/usr/bin/env bash
# A fill value that h5py writes beside single-precision data marks nothing, in xarray and in netCDF4.
#
# Versions: h5py 3.16.0, xarray 2026.9.0 with h5netcdf 1.8.2 and netCDF4 1.7.5.1.post1, NumPy 2.4.6.
#
# Guess, before it was run: `data.attrs["_FillValue"] = 1e20` beside a float32 dataset whose missing points hold 1e20 is what
# xarray and netCDF4 need to leave these points out: both programs compare the numbers with the attribute, and 1e20 is 1e20.
#
# Seen: the attribute is a double (h5py makes one of a Python float), the data are single. In single precision 1e20 is
# 100000002004087734272. xarray compares in double precision, finds no equal number, and shows 1e20 as a density; the mean
# of [1, 2, missing, 4] is 2.5e19. netCDF4 does not use the attribute at all, and says so in a warning ("cannot be safely cast"),
# although 1e20 is the number the data were written with. -999 marks in all of them, because both precisions have it exactly;
# -999.9 does not. With the attribute as numpy.float32 all is as one would think:
#
#   attribute            xarray (either engine)     netCDF4
#   1e20  (float64)      [1 2 1e20 4]               [1 2 1e20 4], warning
#   -999.9 (float64)     [1 2 -999.9 4]             [1 2 -999.9 4], warning
#   -999.0 (float64)     [1 2 nan 4]                [1 2 -- 4]
#   1e20  (float32)      [1 2 nan 4]                [1 2 -- 4]
#
# The netCDF library itself refuses to write an attribute _FillValue of another type than the data; a file that h5py makes
# is never asked. Oncofield rounds marks to the precision of the data before it compares.
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,/^set /{/^#/!d;s/^# \{0,1\}//p}' "$0" && exit ;; esac
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  h5py==3.16.0 xarray==2026.9.0 h5netcdf==1.8.2 netCDF4==1.7.5.1.post1 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'P'
import warnings

import h5netcdf, h5py, netCDF4, numpy, xarray

print("h5py", h5py.__version__, "xarray", xarray.__version__, "h5netcdf", h5netcdf.__version__, "netCDF4", netCDF4.__version__)


def readings(mark):
    with h5py.File("u.h5", "w") as file:
        data = file.create_dataset("u", data=numpy.array([1, 2, mark, 4], "f4"))
        data.attrs["_FillValue"] = mark
        data.dims[0].attach_scale(scale(file))
    found = {}
    for engine in ["h5netcdf", "netcdf4"]:
        with xarray.open_dataset("u.h5", engine=engine) as opened:
            found[engine] = not numpy.isfinite(opened["u"].values[2])
    with warnings.catch_warnings(record=True) as said, netCDF4.Dataset("u.h5") as opened:
        warnings.simplefilter("always")
        found["netCDF4"] = bool(numpy.ma.getmaskarray(opened["u"][:])[2])
    print(f"{mark!r:>22}: left out by", [name for name, is_missing in found.items() if is_missing], [str(w.message) for w in said])
    return found, any("cannot be safely cast" in str(warning.message) for warning in said)


def scale(file):
    x = file.create_dataset("x", data=numpy.arange(4.0))
    x.make_scale("x")
    return x


for mark in [1e20, -999.9]:
    found, warned = readings(mark)
    assert not any(found.values()) and warned
for mark in [-999.0, numpy.float32(1e20)]:
    found, warned = readings(mark)
    assert all(found.values()) and not warned
print("as described: a mark in double precision marks nothing in single-precision data")
P
