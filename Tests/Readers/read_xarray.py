"""python read_xarray.py h5netcdf|netcdf4|pyfive RUN_DIRECTORY …: what xarray sees, for compare.py."""

import sys

import numpy
import xarray

engine = sys.argv[1]
options = {"engine": "h5netcdf", "open_kwargs": {"backend": "pyfive"}} if engine == "pyfive" else {"engine": engine}


def show(word, numbers):
    assert numbers.dtype == float, f"{word}: {numbers.dtype}"
    print(word, *(f"{number:.17g}" for number in numpy.ravel(numbers)))


try:
    from importlib.metadata import version

    versions = f"xarray {version('xarray')}, {version('h5netcdf' if engine != 'netcdf4' else 'netCDF4')}"
except ImportError:
    versions = f"xarray {xarray.__version__}"
print("version", versions + (f", pyfive {version('pyfive')}" if engine == "pyfive" else ""))
for run in sys.argv[2:]:
    print("run", run)
    with xarray.open_dataset(f"{run}/fields.h5", **options) as series:
        show("times", series["time"].values)
        print("order", *reversed(series["u"].dims))
        for axis in series["u"].dims[1:]:
            assert axis in series.coords
            show(f"axis {axis}", series[axis].values)
        for field in ("u", "v"):
            show(f"values {field}", series[field].values)
        print("mean", f"{float(series['u'].mean()):.17g}")
