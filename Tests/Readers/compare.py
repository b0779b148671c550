"""The files of runs in the programs of others: whether all see what h5py sees.

    python Tests/Readers/compare.py [--without READER …]

Makes a run of each kind of domain, opens them with R (ncdf4, RNetCDF), Octave, NCO, CDO, ncdump, Debian's xarray, xarray with
pyfive, pyvista and ParaView, and compares values, axes, times and missing points; then the remedies of docs/readers.md. The
programs must be installed (`scripts/soak readers` sees to that). Prints a table; ends with 1 on any difference. Readers of
Python's own are tried by scripts/read_back.py, of which `scripts/test` makes use.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import h5py
import numpy

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAM = ROOT / ".build" / "release" / "oncofield"
SEPARATE = ROOT / "runs" / "readers-venv" / "bin" / "python"
sys.path.insert(0, str(ROOT / "Tests" / "CommandLine"))


class Difference(Exception):
    pass


def require(condition, sentence):
    if not condition:
        raise Difference(sentence)


def output(*command, **options):
    finished = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, timeout=300, **options)
    if finished.returncode:
        lines = (finished.stderr.strip() or finished.stdout.strip() or f"ended with {finished.returncode}").splitlines()
        raise Difference(lines[-1])
    return finished.stdout


class Truth:
    def __init__(self, directory):
        self.directory = directory
        with h5py.File(directory / "fields.h5") as file:
            self.times = file["time"][()]
            self.axes = [dimension[0].name.strip("/") for dimension in file["u"].dims][1:]
            self.positions = {axis: file[axis][()] for axis in self.axes}
            self.values = {name: file[name][()] for name in ("u", "v")}
            # Alone the origin and the number of points tell how far a domain goes.
            self.bounds = []
            for axis in reversed(self.axes):
                half = (self.positions[axis][1] - self.positions[axis][0]) / 2
                self.bounds += [self.positions[axis][0] - half, self.positions[axis][-1] + half]

    @property
    def means(self):
        return [numpy.nanmean(frame) for frame in self.values["u"]]

    @property
    def means_of_planes(self):
        """By the sizes of the cells where the axis is that of a circle; a sphere has no areas."""
        planes = self.values["u"].reshape(-1, numpy.prod(self.values["u"].shape[-2:] if len(self.axes) > 1 else self.values["u"].shape[-1:]))
        return numpy.nanmean(planes, axis=1)


def same(found, expected):
    found = numpy.array(found, float)
    return found.shape == numpy.ravel(expected).shape and numpy.array_equal(found, numpy.ravel(expected), equal_nan=True)


def check(truth, seen):
    """Compares what a script has printed of a run."""
    require(same(seen["times"], truth.times), "times differ")
    if "order" in seen:
        require(seen["order"] == [*reversed(truth.axes), "time"], f"the order is {seen['order']}")
        for axis, positions in truth.positions.items():
            require(same(seen[f"axis {axis}"], positions), f"positions along {axis} differ")
    if "bounds" in seen:
        found = numpy.array(seen["bounds"], float)[: len(truth.bounds)]
        require(numpy.allclose(found, truth.bounds, rtol=1e-12, atol=1e-12), f"the domain is taken to be {found}")
    for name, values in truth.values.items():
        require(same(seen[f"values {name}"], values), f"values or missing points of {name} differ")
    if "mean" in seen:
        # Sums in another order.
        require(numpy.isclose(float(seen["mean"][0]), numpy.nanmean(truth.values["u"]), rtol=1e-13), f"the mean is {seen['mean'][0]}")


def by_script(*command, passed_over=()):
    """A reader that is a script, which prints what it sees of all runs."""

    def read(truths):
        version, runs, current = "", {}, None
        for line in output(*command, *(truth.directory for truth in truths.values())).splitlines():
            word, *rest = line.split()
            if word == "version":
                version = " ".join(rest)
            elif word == "run":
                current = runs.setdefault(rest[0], {})
            elif word in ("axis", "values"):
                current[f"{word} {rest[0]}"] = rest[1:]
            else:
                current[word] = rest
        results = {}
        for kind, truth in truths.items():
            if kind in passed_over:
                continue
            require(str(truth.directory) in runs, f"nothing was read of the run {kind}")
            check(truth, runs[str(truth.directory)])
            results[kind] = "same"
        return version, results

    return read


def numbers(text):
    return [float("nan") if word in ("_", "nan", "NaN", "-nan") else float(word) for word in text.replace(",", " ").split()]


def by_ncdump(truths):
    version = output("sh", "-c", "ncdump 2>&1 | tail -1 || true").split()[3]
    for truth in truths.values():
        names = ["time", *truth.axes, "u", "v"]
        text = output("ncdump", "-p", "9,17", "-v", ",".join(names), truth.directory / "fields.h5")
        found = {name: numbers(body) for name, body in re.findall(r"^ (\w+) =([^;]*);", text.split("\ndata:")[1], re.M)}
        expected = {"time": truth.times, **truth.positions, **truth.values}
        for name in names:
            require(same(found[name], expected[name]), f"{name} differs")
    return f"ncdump of netCDF {version}", dict.fromkeys(truths, "same")


def plain_copy(truth, folder):
    """The recipe of docs/readers.md: a netCDF file without the group for VTK."""
    copy = folder / f"{truth.directory.name}.nc"
    output("ncks", "-O", "-x", "-g", "VTKHDF", truth.directory / "fields.h5", copy)
    return copy


def by_nco(truths):
    version = output("sh", "-c", "ncks --version 2>&1").split()[-1]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for kind, truth in truths.items():
            copy = plain_copy(truth, folder)
            for name, expected in {"time": truth.times, **truth.positions, **truth.values}.items():
                found = numbers(output("ncks", "-H", "-C", "-s", "%.17g\\n", "-v", name, copy))
                require(same(found, expected), f"{name} of {kind} differs")
            # A mean over a masked run is missing, until the fill value is a number.
            if kind == "masked":
                require(all(numpy.isnan(mean(truth, copy, folder))), "means over missing points are not missing: change docs/readers.md")
            output("ncatted", "-a", "_FillValue,,m,d,1e36", copy)
            require(numpy.allclose(mean(truth, copy, folder), truth.means, rtol=1e-13), f"means of {kind} differ")
    return f"NCO {version}", dict.fromkeys(truths, "same") | {"masked": "same; means after the remedy"}


def mean(truth, copy, folder):
    output("ncwa", "-O", "-C", "-v", "u", "-a", ",".join(truth.axes), copy, folder / "mean.nc")
    return numbers(output("ncks", "-H", "-C", "-s", "%.17g\\n", "-v", "u", folder / "mean.nc"))


def by_cdo(truths):
    version = output("sh", "-c", "cdo --version 2>&1").split()[4]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for kind, truth in truths.items():
            path = truth.directory / "fields.h5"
            for name, values in truth.values.items():
                found = numbers(output("cdo", "-s", "outputf,%.17g,1", f"-selname,{name}", path))
                require(same(found, values), f"{name} of {kind} differs")
            # Means over the plane, one for each level, over what is not missing and by the sizes of the cells.
            found = numbers(output("cdo", "-s", "outputf,%.17g,1", "-fldmean", "-selname,u", path))
            require(numpy.allclose(found, truth.means_of_planes, rtol=1e-13), f"means of {kind} are {found}")
            for axis in truth.axes[-2:]:
                text = output("cdo", "-s", "griddes", path)
                letter = {"r": "x"}.get(axis, axis)
                first, step = (float(re.search(rf"{letter}{word} *= (\S+)", text)[1]) for word in ("first", "inc"))
                positions = first + step * numpy.arange(len(truth.positions[axis]))
                require(numpy.allclose(positions, truth.positions[axis], rtol=1e-6), f"positions of {kind} differ")
            if "z" in truth.axes:
                levels = re.search(r"levels *= ([^#]*)", output("cdo", "-s", "zaxisdes", path))[1]
                require(numpy.allclose(numbers(levels), truth.positions["z"], rtol=1e-6), "levels differ")
            # Times are right once they count from a date.
            copy = plain_copy(truth, folder)
            output("ncatted", "-a", "units,time,m,c,days since 2000-01-01", copy)
            dates = [numpy.datetime64(word) for word in output("cdo", "-s", "showtimestamp", copy).split()]
            found = [(date - numpy.datetime64("2000-01-01")) / numpy.timedelta64(1, "D") for date in dates]
            require(same(found, truth.times), f"times of {kind} are {found}")
    return f"CDO {version}", dict.fromkeys(truths, "same; times after the remedy")


PYTHON = sys.executable
READERS = {
    "R, ncdf4": by_script("Rscript", HERE / "read.R", "ncdf4"),
    "R, RNetCDF": by_script("Rscript", HERE / "read.R", "RNetCDF"),
    "Octave": by_script("octave-cli", "--no-gui", HERE / "read.m"),
    "ncdump": by_ncdump,
    "NCO": by_nco,
    "CDO": by_cdo,
    "Debian's xarray, h5netcdf": by_script("/usr/bin/python3", HERE / "read_xarray.py", "h5netcdf"),
    "Debian's xarray, netcdf4": by_script("/usr/bin/python3", HERE / "read_xarray.py", "netcdf4"),
    "xarray, h5netcdf": by_script(PYTHON, HERE / "read_xarray.py", "h5netcdf"),
    "xarray, netcdf4": by_script(PYTHON, HERE / "read_xarray.py", "netcdf4"),
    "xarray, pyfive": by_script(SEPARATE, HERE / "read_xarray.py", "pyfive"),
    "pyvista, fields.xdmf": by_script(SEPARATE, HERE / "read_pyvista.py", "xdmf"),
    "pyvista, fields.vtkhdf": by_script(SEPARATE, HERE / "read_pyvista.py", "vtkhdf", passed_over=["free-boundary"]),
    **{
        f"ParaView, {name}": by_script("pvbatch", HERE / "read_paraview.py", name)
        for name in ("XDMFReader", "Xdmf3ReaderS", "Xdmf3ReaderT", "OpenDataFile")
    },
}


def main(passed_over):
    import reader_runs

    failed = False
    with tempfile.TemporaryDirectory() as folder:
        runs = reader_runs.make(lambda *arguments: output(PROGRAM, *arguments), pathlib.Path(folder))
        truths = {kind: Truth(run) for kind, run in runs.items()}
        print("| reader | version |", " | ".join(truths), "|")
        print("| --- | --- |" + " --- |" * len(truths))
        for name, read in READERS.items():
            if any(name.startswith(word) for word in passed_over):
                continue
            try:
                version, results = read(truths)
                print(f"| {name} | {version} |", " | ".join(results.get(kind, "–") for kind in truths), "|", flush=True)
            except (Difference, OSError, subprocess.TimeoutExpired) as problem:
                failed = True
                print(f"| {name} | **{problem}** |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--without", action="append", default=[], metavar="READER", help="passes over readers whose name begins so")
    sys.exit(main(parser.parse_args().without))
