"""What xarray sees of runs, for compare.py: python read_xarray.py h5netcdf|netcdf4|pyfive RUN_DIRECTORY …"""

import argparse
from importlib.metadata import version


def show(word, numbers):
    assert numbers.dtype == float, f"{word}: {numbers.dtype}"
    print(word, *(f"{number:.17g}" for number in numbers.ravel()))


def main(engine, runs):
    import xarray

    options = {"engine": "h5netcdf", "open_kwargs": {"backend": "pyfive"}} if engine == "pyfive" else {"engine": engine}
    libraries = {"h5netcdf": ["h5netcdf"], "netcdf4": ["netCDF4"], "pyfive": ["h5netcdf", "pyfive"]}[engine]
    print("version", ", ".join(f"{name} {version(name)}" for name in ["xarray", *libraries]))
    for run in runs:
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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=["h5netcdf", "netcdf4", "pyfive"])
    parser.add_argument("runs", nargs="+")
    main(**vars(parser.parse_args()))
