#!/usr/bin/env bash
# A quantity measured in "days" is cut at 292 years, rounded to nanoseconds and loses what is infinite in xarray up to 2025.12.
#
# Versions: xarray 2025.12.0 and 2026.9.0, with netCDF4 1.7.4, NumPy 2.3.5, pandas 2.3.3. (Debian 12's 2023.01,
# not checked here, reads 2e5 days as -13504 days without a word.)
#
# Guess, before it was run: times are what CF says they are: coordinates with units "… since …". Perhaps a coordinate `time` in "days"
# becomes a difference of times. A variable of the data whose unit is a length of time, such as the mean age of cells or the time to
# treatment, is a number with a unit, like one in "mm", and "day" and "days" are one unit (UDUNITS).
#
# Seen, for a variable `age(x)` and `xarray.open_dataset(path)` without options:
#
#   units   values            2025.12.0                                              2026.9.0
#   day     0.5  2e5   3      float64, as they are                                   the same
#   days    0.5  2e5   3      none can be read: OutOfBoundsTimedelta                 float64, as they are
#   days    0.5  1e-16 3      timedelta64[ns]: 0.5, 0, 3 days                        float64, as they are
#   days    0.5  inf   3      timedelta64[ns]: 0.5, NaT, 3 days; the mean is 1.75    float64; the mean is infinite
#   weeks   0.5  1e-16 3      float64, as they are                                   the same
#
# So the plural of seven words (days to nanoseconds) decides. Oncofield writes all units in the singular.
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,/^set /{/^#/!d;s/^# \{0,1\}//p}' "$0" && exit ;; esac
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/read.py" <<'P'
import sys

import netCDF4
import numpy
import xarray

isOld = sys.argv[1] == "2025.12.0"
assert xarray.__version__ == sys.argv[1]
print("xarray", xarray.__version__)


def read(number, units, values):
    path = f"{number}.nc"
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("x", len(values))
        age = file.createVariable("age", "f8", ("x",))
        age.units = units
        age[:] = values
    try:
        found = xarray.open_dataset(path).age.load()
    except Exception as error:
        print(f"  {units}, {values}: {type(error).__name__}")
        return error
    print(f"  {units}, {values}: {found.values}, mean {found.mean().values}")
    return found


def isAsItWas(found, values):
    return found.dtype == float and numpy.array_equal(found, values)


large, small, infinite = [0.5, 2e5, 3], [0.5, 1e-16, 3], [0.5, numpy.inf, 3]
assert isAsItWas(read(0, "day", large), large)
assert isAsItWas(read(1, "weeks", small), small)
found = [read(number + 2, "days", values) for number, values in enumerate((large, small, infinite))]
if isOld:
    day = numpy.timedelta64(1, "D")
    assert isinstance(found[0], Exception) and type(found[0]).__name__ == "OutOfBoundsTimedelta"
    assert list(found[1].values / day) == [0.5, 0, 3]
    assert found[2].mean().values / day == 1.75
else:
    assert all(isAsItWas(array, values) for array, values in zip(found, (large, small, infinite)))
P
cd "$folder"
python3 -m venv venv
for version in 2025.12.0 2026.9.0; do
  venv/bin/pip install --quiet --disable-pip-version-check xarray=="$version" netCDF4==1.7.4 numpy==2.3.5 pandas==2.3.3
  mkdir "$version"
  (cd "$version" && ../venv/bin/python -W ignore ../read.py "$version")
done
echo "as described: units in the plural make times of numbers, up to 2025.12"
