"""pvbatch read_paraview.py READER RUN_DIRECTORY …: what a reader of ParaView sees of fields.xdmf, for compare.py."""

import sys

from paraview import servermanager, simple
from paraview.vtk.util.numpy_support import vtk_to_numpy

name = sys.argv[1]
print("version ParaView", simple.GetParaViewSourceVersion().split()[-1])
for run in sys.argv[2:]:
    print("run", run)
    path = f"{run}/fields.xdmf"
    if name == "OpenDataFile":
        reader = simple.OpenDataFile(path)
    else:
        reader = getattr(simple, name)(**{"FileNames" if name == "XDMFReader" else "FileName": [path]})
    reader.UpdatePipelineInformation()
    times = list(reader.TimestepValues)
    print("times", *(f"{time:.17g}" for time in times))
    values = {"u": [], "v": []}
    for index, time in enumerate(times):
        reader.UpdatePipeline(time)
        image = servermanager.Fetch(reader)
        while image.IsA("vtkMultiBlockDataSet"):
            image = image.GetBlock(0)
        if index == 0:
            print("bounds", *(f"{number:.17g}" for number in image.GetBounds()))
        for field, found in values.items():
            found.extend(vtk_to_numpy(image.GetCellData().GetArray(field)))
    for field, found in values.items():
        print("values", field, *(f"{number:.17g}" for number in found))
    simple.Delete(reader)
