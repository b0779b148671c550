"""What pyvista sees of runs, for compare.py: python read_pyvista.py vtkhdf|xdmf RUN_DIRECTORY …"""

import argparse
import pathlib


def frames_of(reader, kind):
    """Times and images."""
    times, frames = [], []
    if kind == "xdmf":
        for index, time in enumerate(reader.time_values):
            reader.set_active_time_point(index)
            frames.append(reader.read().copy())
            times.append(time)
    else:
        # pyvista's reader has no times; VTK's beneath it has.
        reader.reader.UpdateInformation()
        for index in range(reader.reader.GetNumberOfSteps()):
            reader.reader.SetStep(index)
            frames.append(reader.read().copy())
            times.append(reader.reader.GetTimeValue())
    return times, frames


def main(kind, runs):
    import pyvista
    import vtk

    print("version pyvista", pyvista.__version__, "with VTK", vtk.vtkVersion().GetVTKVersion())
    for run in runs:
        path = pathlib.Path(run) / f"fields.{kind}"
        if not path.exists():
            continue
        print("run", run)
        times, frames = frames_of(pyvista.get_reader(path), kind)
        print("times", *(f"{time:.17g}" for time in times))
        for field in ("u", "v"):
            print("values", field, *(f"{number:.17g}" for frame in frames for number in frame.cell_data[field]))
        print("bounds", *(f"{number:.17g}" for number in frames[0].bounds))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["vtkhdf", "xdmf"])
    parser.add_argument("runs", nargs="+")
    main(**vars(parser.parse_args()))
