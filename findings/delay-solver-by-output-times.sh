#!/usr/bin/env bash
# The times at which ddeint is asked for the solution of a delay equation decide how accurate it is.
#
# Versions: ddeint 0.3.0 with SciPy 1.17.1, NumPy 2.4.6.
#
# A user's guess: as with SciPy's solvers, output times say what is returned, and the error control of the method (LSODA) says how accurate
# it is. Ours, before it was run: the past is kept at output times only and interpolated linearly, so that the error falls with the square
# of their spacing.
#
# Seen for u' = -(pi/2) u(t - 1) with u = cos(pi t/2) before 0, which is the solution for all times; error at t = 21:
#
#   output times to a delay     5      10      20      100
#   error                       0.068  0.018   0.0048  0.00016
#
# So it is, and there is no argument for a tolerance. A curve at the times of some measurements is another solution than one for a plot, and
# parameters that are fitted to it are shifted. Oncofield keeps the past at the ends of its steps, interpolates it by cubic polynomials, and
# holds their error to the tolerance; output times change nothing.
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,/^set /{/^#/!d;s/^# \{0,1\}//p}' "$0" && exit ;; esac
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/delay.py" <<'P'
import inspect
import math

import numpy
from ddeint import ddeint

rate, end = math.pi / 2, 21
errors = []
for count in (5, 10, 20, 100):
    times = numpy.linspace(0, end, end * count + 1)
    values = ddeint(lambda u, t: -rate * u(t - 1), lambda t: math.cos(rate * t), times)
    errors.append(abs(float(numpy.ravel(values)[-1]) - math.cos(rate * end)))
    print(f"{count} output times to a delay: error {errors[-1]:.2g}")
assert 0.03 < errors[0] < 0.2 and errors[3] < 1e-3
# The error falls with the square of the spacing.
assert all(3 < coarse / fine < 5 for coarse, fine in zip(errors[:2], errors[1:3]))
assert not {"rtol", "atol", "tolerance"} & set(inspect.signature(ddeint).parameters)
P
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check ddeint==0.3.0 scipy==1.17.1 numpy==2.4.6
venv/bin/python delay.py
echo "as described: output times decide how accurate the solution is"
