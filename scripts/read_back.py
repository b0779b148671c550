"""Opens the fields of runs in every reader that Python has, and checks that all see the same.

    python scripts/read_back.py RUN_DIRECTORY …

Compared are values, positions, times and which points are missing. Readers: h5py; netCDF4; xarray with the engines h5netcdf
and netcdf4; VTK's reader of VTKHDF (ParaView from 5.12); the XDMF file, through VTK's reader and by following both kinds of
references in it. Programs that are not Python's are tried by `scripts/soak readers`; docs/readers.md has what all of them see.
"""

import argparse
import pathlib
import sys
import xml.etree.ElementTree

import h5py
import netCDF4
import numpy as np
import xarray


class Mismatch(Exception):
    pass


def require(condition, sentence):
    if not condition:
        raise Mismatch(sentence)


def same(found, expected):
    """Whether values are the same, and the same are missing."""
    return np.shape(found) == np.shape(expected) and np.array_equal(found, expected, equal_nan=True)


class Run:
    """What h5py sees, to which the others are compared."""

    def __init__(self, directory):
        self.path = directory / "fields.h5"
        self.xdmf = directory / "fields.xdmf"
        self.vtkhdf = directory / "fields.vtkhdf"
        with h5py.File(self.path) as file:
            self.names = list(file["VTKHDF/CellData"])
            require(self.names, "there is no field")
            self.axes = [dimension.label or dimension[0].name.strip("/") for dimension in file[self.names[0]].dims][1:]
            self.positions = {name: file[name][()] for name in self.axes}
            self.fields = {name: file[name][()] for name in self.names}
            self.times = file["time"][()]
            self.edge = file["edge"][()] if "edge" in file else np.ones_like(self.times)
            for name in self.names:
                labels = [dimension[0].name.strip("/") for dimension in file[name].dims]
                require(labels == ["time", *self.axes], f"{name} has the dimensions {labels}")
                attributes = file[name].attrs
                require("units" in attributes and "long_name" in attributes, f"{name} lacks units or long_name")
        require(len(self.times) > 0, "there is no frame")
        require(self.axes in (["r"], ["x"], ["y", "x"], ["z", "y", "x"]), f"the axes are {self.axes}")

    def bounds(self, scale=1.0):
        """Lower and upper end of each axis, x first: points stand in the middle of their volumes."""
        ends = []
        for name in reversed(self.axes):
            positions = self.positions[name]
            if len(positions) == 1:
                ends.append(None)
            else:
                half = (positions[1] - positions[0]) / 2
                ends.append((scale * (positions[0] - half), scale * (positions[-1] + half)))
        return ends

    def __str__(self):
        shape = " × ".join(str(len(positions)) for positions in self.positions.values())
        missing = int(np.isnan(self.fields[self.names[0]][0]).sum())
        return f"{len(self.times)} frames of {', '.join(self.names)}, {shape} points, {missing} of them missing"


def check_netcdf4(run):
    with netCDF4.Dataset(run.path) as file:
        require(same(file["time"][:].filled(np.nan), run.times), "times differ")
        for name, positions in run.positions.items():
            require(same(file[name][:].filled(np.nan), positions), f"positions along {name} differ")
        for name, values in run.fields.items():
            require(file[name].dimensions == ("time", *run.axes), f"{name} has the dimensions {file[name].dimensions}")
            found = file[name][:]
            require(same(found.filled(np.nan), values), f"values of {name} differ")
            require(same(np.ma.getmaskarray(found), np.isnan(values)), f"other points of {name} are missing")


def check_xarray(run, engine):
    with xarray.open_dataset(run.path, engine=engine) as dataset:
        require(dataset["time"].dtype == float, f"times have the type {dataset['time'].dtype}")
        require(same(dataset["time"].values, run.times), "times differ")
        for name, positions in run.positions.items():
            require(name in dataset.coords, f"{name} is no coordinate")
            require(same(dataset[name].values, positions), f"positions along {name} differ")
        for name, values in run.fields.items():
            require(dataset[name].dims == ("time", *run.axes), f"{name} has dimensions {dataset[name].dims}")
            require(same(dataset[name].values, values), f"values of {name} differ")
            require(same(dataset[name].isnull().values, np.isnan(values)), f"other points of {name} are missing")


def check_image(run, image, frame, scale=1.0):
    """Compares a VTK image with the values of one frame: values belong to cells, x runs fastest."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    found = image.GetBounds()
    for axis, ends in enumerate(run.bounds(scale)):
        bounds = found[2 * axis : 2 * axis + 2]
        require(ends is None or np.allclose(bounds, ends, rtol=1e-12, atol=1e-9 * abs(ends[1] - ends[0])), f"an axis spans {bounds}")
    for name, values in run.fields.items():
        array = image.GetCellData().GetArray(name)
        require(array is not None, f"there is no {name}")
        require(same(vtk_to_numpy(array), values[frame].ravel()), f"values of {name} differ in frame {frame}")


def check_vtkhdf(run, path):
    from vtkmodules.vtkIOHDF import vtkHDFReader

    reader = vtkHDFReader()
    reader.SetFileName(str(path))
    reader.UpdateInformation()
    require(reader.GetNumberOfSteps() == len(run.times), f"{reader.GetNumberOfSteps()} steps")
    for frame, time in enumerate(run.times):
        reader.SetStep(frame)
        reader.Update()
        require(reader.GetTimeValue() == time, f"time {reader.GetTimeValue()} in frame {frame}")
        check_image(run, reader.GetOutput(), frame)


def check_xdmf(run):
    from vtkmodules.vtkCommonExecutionModel import vtkStreamingDemandDrivenPipeline
    from vtkmodules.vtkIOXdmf2 import vtkXdmfReader

    reader = vtkXdmfReader()
    reader.SetFileName(str(run.xdmf.resolve()))
    reader.UpdateInformation()
    key = vtkStreamingDemandDrivenPipeline.TIME_STEPS()
    information = reader.GetOutputInformation(0)
    found = [information.Get(key, index) for index in range(information.Length(key))] if information.Has(key) else [run.times[0]]
    require(found == list(run.times), f"times {found}")
    for frame, time in enumerate(run.times):
        reader.UpdateTimeStep(time)
        check_image(run, reader.GetOutputDataObject(0), frame, scale=run.edge[frame] / run.edge[0])


def part(file, reference, start, stride, count, whole):
    """The part of a dataset that a reference speaks of."""
    name, dataset = reference.split(":")
    require(name == file.filename.split("/")[-1], f"refers to {name}")
    shape = file[dataset].shape
    require(shape[1:] == tuple(whole[1:]) and shape[0] >= whole[0], f"{dataset} is taken to be {whole}")
    return file[dataset][tuple(slice(a, a + s * n, s) for a, s, n in zip(start, stride, count, strict=True))]


def check_references(run):
    frames = xml.etree.ElementTree.parse(run.xdmf).getroot().findall("./Domain/Grid/Grid")
    require(len(frames) == len(run.times), f"{len(frames)} frames")
    with h5py.File(run.path) as file:
        for index, frame in enumerate(frames):
            require(float(frame.find("Time").get("Value")) == run.times[index], "times differ")
            for attribute in frame.findall("Attribute"):
                require(attribute.get("Center") == "Cell", "values do not belong to cells")
                item = attribute.find("DataItem")
                expected = run.fields[attribute.get("Name")][index]
                shape = [int(word) for word in item.get("Dimensions").split()]
                require(shape == [1] * (3 - expected.ndim) + list(expected.shape), f"the shape of a frame is {shape}")
                selection, source = item.findall("DataItem")
                slab = np.array(selection.text.split(), int).reshape(3, -1)
                second = part(file, source.text.strip(), *slab, [int(word) for word in source.get("Dimensions").split()])
                reference, parts = item.text.strip().split("|")
                third = part(file, reference, *[[int(word) for word in words.split()] for words in parts.split(":")])
                for found in (second, third):
                    require(same(found[0], expected), f"values of {attribute.get('Name')} differ")


BY_NAME = "VTKHDF by its name"
READERS = {
    "netCDF4": check_netcdf4,
    "xarray with h5netcdf": lambda run: check_xarray(run, "h5netcdf"),
    "xarray with netcdf4": lambda run: check_xarray(run, "netcdf4"),
    "VTKHDF": lambda run: check_vtkhdf(run, run.path),
    BY_NAME: lambda run: check_vtkhdf(run, run.vtkhdf),
    "XDMF": check_xdmf,
    "references of XDMF": check_references,
}


def main(directories):
    isWrong = False
    for directory in directories:
        print(directory)
        try:
            run = Run(directory)
        except (Mismatch, OSError, KeyError) as problem:
            print(f"  h5py: {problem}")
            isWrong = True
            continue
        print(f"  h5py: {run}")
        for name, check in READERS.items():
            if check is READERS[BY_NAME] and not run.vtkhdf.exists():
                print(f"  {name}: there is no {run.vtkhdf.name}")
                continue
            try:
                check(run)
                print(f"  {name}: the same")
            except Mismatch as mismatch:
                print(f"  {name}: {mismatch}")
                isWrong = True
    return 1 if isWrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directories", nargs="+", metavar="RUN_DIRECTORY", type=pathlib.Path)
    sys.exit(main(parser.parse_args().directories))
