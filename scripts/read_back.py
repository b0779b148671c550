"""Opens the fields of a run in every reader that people use, and checks that all see the same.

    python scripts/read_back.py RUN_DIRECTORY

Readers: h5py; xarray with the engines h5netcdf and netcdf4; VTK's reader of VTKHDF (ParaView from 5.12); the XDMF file,
through VTK's reader and by following its references.
"""

import pathlib
import sys
import xml.etree.ElementTree

import h5py
import numpy as np
import xarray


class Mismatch(Exception):
    pass


def require(condition, sentence):
    if not condition:
        raise Mismatch(sentence)


def with_h5py(path):
    with h5py.File(path) as file:
        axes = [name for name in "zyx" if name in file]
        names = list(file["VTKHDF/CellData"])
        coordinates = {name: file[name][()] for name in axes}
        fields = {name: file[name][()] for name in names}
        times = file["time"][()]
        for name in names:
            labels = [dimension[0].name.strip("/") for dimension in file[name].dims]
            require(labels == ["time", *axes], f"{name} has the dimensions {labels}")
            require("units" in file[name].attrs and "long_name" in file[name].attrs, f"{name} lacks units or long_name")
    return times, coordinates, fields


def check_xarray(path, engine, times, coordinates, fields):
    with xarray.open_dataset(path, engine=engine) as dataset:
        require(np.array_equal(dataset["time"].values, times), f"{engine}: times differ")
        for name, positions in coordinates.items():
            require(name in dataset.coords, f"{engine}: {name} is no coordinate")
            require(np.array_equal(dataset[name].values, positions), f"{engine}: positions along {name} differ")
        for name, values in fields.items():
            require(dataset[name].dims == ("time", *coordinates), f"{engine}: {name} has dimensions {dataset[name].dims}")
            require(np.array_equal(dataset[name].values, values), f"{engine}: values of {name} differ")


def check_image(reader, image, frame, coordinates, fields):
    """Compares a VTK image with the values of one frame: values belong to cells, x runs fastest."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    order = [name for name in "xyz" if name in coordinates]
    for axis, name in enumerate(order):
        positions = coordinates[name]
        spacing = positions[1] - positions[0] if len(positions) > 1 else image.GetSpacing()[axis]
        lower = positions[0] - spacing / 2
        bounds = image.GetBounds()[2 * axis : 2 * axis + 2]
        upper = positions[-1] + spacing / 2
        require(np.allclose(bounds, (lower, upper), rtol=1e-12, atol=1e-9 * spacing), f"{reader}: {name} spans {bounds}")
    for name, values in fields.items():
        array = image.GetCellData().GetArray(name)
        require(array is not None, f"{reader}: there is no {name}")
        found = vtk_to_numpy(array).reshape(values[frame].shape)
        require(np.array_equal(found, values[frame]), f"{reader}: values of {name} differ in frame {frame}")


def check_vtkhdf(path, times, coordinates, fields):
    from vtkmodules.vtkIOHDF import vtkHDFReader

    reader = vtkHDFReader()
    reader.SetFileName(str(path))
    reader.UpdateInformation()
    require(reader.GetNumberOfSteps() == len(times), f"VTKHDF: {reader.GetNumberOfSteps()} steps")
    for frame, time in enumerate(times):
        reader.SetStep(frame)
        reader.Update()
        require(reader.GetTimeValue() == time, f"VTKHDF: time {reader.GetTimeValue()} in frame {frame}")
        check_image("VTKHDF", reader.GetOutput(), frame, coordinates, fields)


def check_xdmf(path, times, coordinates, fields):
    """Reads the XDMF file with VTK, and follows its references as other readers do."""
    from vtkmodules.vtkCommonExecutionModel import vtkStreamingDemandDrivenPipeline
    from vtkmodules.vtkIOXdmf2 import vtkXdmfReader

    reader = vtkXdmfReader()
    reader.SetFileName(str(path.resolve()))
    reader.UpdateInformation()
    key = vtkStreamingDemandDrivenPipeline.TIME_STEPS()
    information = reader.GetOutputInformation(0)
    found = [information.Get(key, index) for index in range(information.Length(key))] if information.Has(key) else [times[0]]
    require(found == list(times), f"XDMF: times {found}")
    references = xml.etree.ElementTree.parse(path).getroot().findall("./Domain/Grid/Grid")
    require(len(references) == len(times), f"XDMF: {len(references)} frames")
    for frame, time in enumerate(times):
        reader.UpdateTimeStep(time)
        check_image("XDMF", reader.GetOutputDataObject(0), frame, coordinates, fields)
        for attribute in references[frame].findall("Attribute"):
            require(attribute.get("Center") == "Cell", "XDMF: values do not belong to cells")
            item = attribute.find("DataItem")
            name, dataset = item.text.strip().split(":")
            with h5py.File(path.parent / name) as file:
                values = file[dataset][()]
            require(list(values.shape) == [int(word) for word in item.get("Dimensions").split()], f"XDMF: shape of {dataset}")
            expected = fields[attribute.get("Name")][frame]
            require(np.array_equal(values.reshape(expected.shape), expected), f"XDMF: values of {dataset} differ")


def main(directory):
    path = directory / "fields.h5"
    times, coordinates, fields = with_h5py(path)
    require(len(times) > 0, "there is no frame")
    shape = " × ".join(str(len(positions)) for positions in coordinates.values())
    print(f"h5py: {len(times)} frames of {', '.join(fields)}, {shape} points")
    for engine in ("h5netcdf", "netcdf4"):
        check_xarray(path, engine, times, coordinates, fields)
        print(f"xarray with {engine}: the same")
    check_vtkhdf(path, times, coordinates, fields)
    print("VTKHDF: the same")
    check_xdmf(directory / "fields.xdmf", times, coordinates, fields)
    print("XDMF: the same")


if __name__ == "__main__":
    try:
        main(pathlib.Path(sys.argv[1]))
    except Mismatch as mismatch:
        print(f"{sys.argv[1]}: {mismatch}", file=sys.stderr)
        sys.exit(1)
