"""What a reader of ParaView sees of fields.xdmf, for compare.py: pvbatch read_paraview.py READER RUN_DIRECTORY …"""

import argparse


def read(reader):
    from paraview import servermanager
    from paraview.vtk.util.numpy_support import vtk_to_numpy

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


def main(name, runs):
    from paraview import simple

    print("version", simple.GetParaViewSourceVersion())
    for run in runs:
        print("run", run)
        path = f"{run}/fields.xdmf"
        if name == "OpenDataFile":
            reader = simple.OpenDataFile(path)
        else:
            reader = getattr(simple, name)(**{"FileNames" if name == "XDMFReader" else "FileName": [path]})
        read(reader)
        simple.Delete(reader)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", metavar="READER")
    parser.add_argument("runs", nargs="+")
    main(**vars(parser.parse_args()))
