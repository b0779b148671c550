#!/usr/bin/env bash
# CDO writes other times than it read where they count from no date: day 40 becomes day 1, and hours called "h" all become 0.
#
# Versions: CDO 2.1.1-1+deb12u1 (Debian 12); the files are written and read with netCDF4 1.7.4 and NumPy 2.4.6.
#
# Guess, before it was run: `units = "day"` without "since" says how long after the start a frame was. CDO has a kind of time axis
# of its own for that ("relative" ones have a date, these are numbers), and an operator that leaves the time alone (fldmean)
# writes the times that it read. "h" is the UDUNITS name of the hour, as good as "hour".
#
# Seen, for times 0, 0.5 and 40, with exit code 0:
#
#   units                      times after fldmean         said
#   day                        0  0.5  1                   Reset wrong date/time to 0000-00-01 00:00:00!
#   hour                       0  0.0208333  1.66667       nothing; in days now, though the unit is still "hour"
#   second                     0  0  40                    nothing; the half second is lost
#   h                          0  0  0                     Unsupported TIMEUNIT: h!
#   days since 2000-01-01      0  0.5  40                  –
#
# A simulation that lasts longer than a month loses its times, and one in hours is off by a factor of 24. Oncofield's times have
# no date; docs/readers.md gives the line that adds one for CDO.
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,/^set /{/^#/!d;s/^# \{0,1\}//p}' "$0" && exit ;; esac
if ! command -v cdo >/dev/null; then apt-get install -y -qq --no-install-recommends cdo >/dev/null; fi
dpkg-query -W cdo
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check netCDF4==1.7.4 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'P'
import subprocess

import netCDF4
import numpy

times = [0, 0.5, 40]


def after(units):
    """The times, and their unit, of the result of an operator that does not touch them."""
    with netCDF4.Dataset("in.nc", "w") as file:
        for name, size in (("time", None), ("y", 2), ("x", 2)):
            file.createDimension(name, size)
            axis = file.createVariable(name, "f8", (name,))
            axis.units = units if name == "time" else "mm"
            axis[:] = times if name == "time" else [0, 1]
        u = file.createVariable("u", "f8", ("time", "y", "x"))
        u[:] = numpy.arange(12.0).reshape(3, 2, 2)
    finished = subprocess.run(["cdo", "-O", "fldmean", "in.nc", "out.nc"], capture_output=True, text=True, check=True)
    said = [line for line in finished.stderr.splitlines() if "date/time" in line or "TIMEUNIT" in line]
    with netCDF4.Dataset("out.nc") as file:
        assert numpy.array_equal(file["u"][:].ravel(), [1.5, 5.5, 9.5])
        found, unit = file["time"][:].data, file["time"].units
    print(f"{units!r}: {list(found)} {unit!r}; {said[0] if said else 'nothing said'}")
    return found, unit


assert list(after("day")[0]) == [0, 0.5, 1]
found, unit = after("hour")
assert numpy.allclose(found, numpy.array(times) / 24) and unit == "hour"
assert list(after("second")[0]) == [0, 0, 40]
assert list(after("h")[0]) == [0, 0, 0]
assert list(after("days since 2000-01-01")[0]) == times
print("as described: only times with a date come through")
P
