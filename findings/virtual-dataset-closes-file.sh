#!/usr/bin/env bash
# One HDF5 virtual dataset, in whatever group, and R's ncdf4 opens nothing of the file; RNetCDF and the netCDF library read it.
#
# Versions: r-cran-ncdf4 1.21-1, r-cran-rnetcdf 2.6-2-1, R 4.2.2 (Debian 12); the file is written with h5py 3.16.0, and read with netCDF4
# 1.7.4, NumPy 2.4.6.
#
# Guess, before it was run: the netCDF library (4.9 in Debian 12) knows virtual datasets since 4.7, as one more way of storing values. A
# package on top of it shows them, or at worst cannot read that one variable; what else is in the file is there as ever.
#
# Seen: `nc_open` asks for the chunks of every variable of every group, gets an error from the library for the virtual one, and
# gives up the whole file, whatever one wanted to read:
#
#   netCDF4 (Python)    u and the virtual dataset are read
#   RNetCDF             u is read
#   ncdf4               Error in ncvar_inq_chunking(…): C function R_nc4_inq_var_chunking returned error
#   ncdf4, without it   u is read
#
# Views of a series, such as one frame, made the files of earlier Oncofields unreadable there; now the files have none.
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,/^set /{/^#/!d;s/^# \{0,1\}//p}' "$0" && exit ;; esac
if ! Rscript -e 'library(ncdf4); library(RNetCDF)' >/dev/null 2>&1; then
  apt-get install -y -qq --no-install-recommends r-cran-ncdf4 r-cran-rnetcdf >/dev/null
fi
dpkg-query -W r-base-core r-cran-ncdf4 r-cran-rnetcdf
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check h5py==3.16.0 netCDF4==1.7.4 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'P'
import subprocess

import h5py
import netCDF4
import numpy

values = numpy.arange(12.0).reshape(3, 4)


def write(path, isVirtual):
    with h5py.File(path, "w", libver="v110") as file:
        for name, size in (("time", 3), ("x", 4)):
            file[name] = numpy.arange(float(size))
            file[name].make_scale(name)
        file["u"] = values
        for index, name in enumerate(("time", "x")):
            file["u"].dims[index].attach_scale(file[name])
        group = file.create_group("views")
        if isVirtual:
            layout = h5py.VirtualLayout((4,), "f8")
            layout[:] = h5py.VirtualSource(".", "/u", (3, 4))[1]
            group.create_virtual_dataset("second", layout)


def in_r(package, path):
    reading = {"ncdf4": f'ncvar_get(nc_open("{path}"), "u")', "RNetCDF": f'var.get.nc(open.nc("{path}"), "u")'}[package]
    finished = subprocess.run(["Rscript", "-e", f"library({package}); cat({reading})"], capture_output=True, text=True)
    print(path, package, finished.stdout or finished.stderr.strip().splitlines()[-4:])
    return finished


write("plain.nc", False)
write("virtual.nc", True)
with netCDF4.Dataset("virtual.nc") as file:
    assert numpy.array_equal(file["u"][:], values) and numpy.array_equal(file["views/second"][:], values[1])
for package, path in (("ncdf4", "plain.nc"), ("RNetCDF", "plain.nc"), ("RNetCDF", "virtual.nc")):
    assert in_r(package, path).stdout.split() == [str(number) for number in range(12)]
failed = in_r("ncdf4", "virtual.nc")
assert failed.returncode != 0 and "R_nc4_inq_var_chunking returned error" in failed.stderr
print("as described: the file is closed to ncdf4")
P
