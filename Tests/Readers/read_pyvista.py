"""python read_pyvista.py vtkhdf|xdmf RUN_DIRECTORY …: what pyvista sees, for compare.py."""

import pathlib
import sys

import numpy
import pyvista
import vtk

kind = sys.argv[1]
print("version pyvista", pyvista.__version__, "with VTK", vtk.vtkVersion().GetVTKVersion())
for run in sys.argv[2:]:
    path = pathlib.Path(run) / f"fields.{kind}"
    if not path.exists():
        continue
    print("run", run)
    reader = pyvista.get_reader(path)
    frames = []
    if kind == "xdmf":
        times = reader.time_values
        for index in range(reader.number_time_points):
            reader.set_active_time_point(index)
            frames.append(reader.read())
    else:
        # pyvista's reader has no times; VTK's beneath it has.
        reader.reader.UpdateInformation()
        times = []
        for index in range(reader.reader.GetNumberOfSteps()):
            reader.reader.SetStep(index)
            frames.append(reader.read().copy())
            times.append(reader.reader.GetTimeValue())
    print("times", *(f"{time:.17g}" for time in times))
    for field in ("u", "v"):
        print("values", field, *(f"{number:.17g}" for frame in frames for number in frame.cell_data[field]))
    bounds = frames[0].bounds
    print("bounds", *(f"{number:.17g}" for number in bounds))
    values = numpy.concatenate([frame.cell_data["u"] for frame in frames])
    print("mean", f"{numpy.nanmean(values):.17g}")
