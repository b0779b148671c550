#!/usr/bin/env bash
# The same part of a dataset in XDMF is read by one reader of ParaView and silently dropped by another, or an error there;
# a letter in the wrong case makes a file that both read.
#
# Versions: ParaView 5.11.0+dfsg-1+b1 (Debian 12; "XDMF Reader" is XDMF 2, "Xdmf3 Reader S" is XDMF 3), h5py 3.7.0-8 (Debian 12).
#
# Guess, before it was run: an Attribute whose DataItem has ItemType="HyperSlab" is the documented way to show one frame of a series
# (t, z, y, x) in HDF5; both readers read it. XDMF 3 writes `file.h5:/u|start:stride:count:shape` itself; the older reader says that
# it does not know that. No file holds both ways, since a DataItem is of one type.
#
# Seen, for one frame of a series on 2 × 3 × 4 cells:
#
#   DataItem                                            XDMF 2              XDMF 3
#   ItemType="HyperSlab", selection and source inside   the frame           the grid without the array, no word
#   no type, text file:dataset|start:stride:…           an error, no array  the frame
#   ItemType="Hyperslab", both                          the frame           the frame
#
# XDMF 2 compares the type without regard to case, and does not look at the text then. XDMF 3 wants "HyperSlab" exactly, and for anything else
# takes the text. Oncofield's `fields.xdmf` is written in the third way.
#
# ParaView takes some 1.3 GB on the disk.
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,/^set /{/^#/!d;s/^# \{0,1\}//p}' "$0" && exit ;; esac
if ! command -v pvbatch >/dev/null || ! /usr/bin/python3 -c 'import h5py' 2>/dev/null; then
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-paraview python3-h5py >/dev/null
fi
dpkg-query -W python3-paraview python3-h5py
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >read.py <<'P'
import h5py
import numpy
from paraview import servermanager, simple
from paraview.vtk.util.numpy_support import vtk_to_numpy

shape, frame = (2, 3, 4), 1
values = numpy.arange(3.0 * 24).reshape(3, *shape)
with h5py.File("series.h5", "w") as file:
    file["u"] = values

start, stride, count, whole = "1 0 0 0", "1 1 1 1", "1 2 3 4", "3 2 3 4"
inside = f"""<DataItem Dimensions="3 4" NumberType="Int" Format="XML">{start} {stride} {count}</DataItem>
<DataItem Dimensions="{whole}" NumberType="Float" Precision="8" Format="HDF">series.h5:/u</DataItem>"""
text = f"series.h5:/u|{start}:{stride}:{count}:{whole}"
WAYS = {
    "HyperSlab": ('ItemType="HyperSlab"', inside),
    "text": ("", text),
    "Hyperslab": ('ItemType="Hyperslab"', text + inside),
}
GRID = """<?xml version="1.0"?>
<Xdmf Version="3.0"><Domain><Grid Name="frame" GridType="Uniform">
<Topology TopologyType="3DCoRectMesh" Dimensions="3 4 5"/>
<Geometry GeometryType="ORIGIN_DXDYDZ">
<DataItem Dimensions="3" NumberType="Float" Precision="8" Format="XML">0 0 0</DataItem>
<DataItem Dimensions="3" NumberType="Float" Precision="8" Format="XML">1 1 1</DataItem>
</Geometry>
<Attribute Name="u" AttributeType="Scalar" Center="Cell">
<DataItem {kind} Dimensions="2 3 4" NumberType="Float" Precision="8" Format="HDF">{content}</DataItem>
</Attribute></Grid></Domain></Xdmf>
"""


def read(reader):
    """Whether the grid is there, and whether the frame is."""
    try:
        reader.UpdatePipeline()
        image = servermanager.Fetch(reader)
    except RuntimeError:
        return False, False
    while image is not None and image.IsA("vtkMultiBlockDataSet"):
        image = image.GetBlock(0)
    array = image and image.GetCellData().GetArray("u")
    isRight = array is not None and numpy.array_equal(vtk_to_numpy(array), values[frame].ravel())
    return image is not None and image.GetNumberOfCells() == 24, isRight


found = {}
for name, (kind, content) in WAYS.items():
    path = f"{__import__('os').getcwd()}/{name}.xdmf"
    with open(path, "w") as file:
        file.write(GRID.format(kind=kind, content=content))
    found[name, 2] = read(simple.XDMFReader(FileNames=[path]))[1]
    found[name, 3] = read(simple.Xdmf3ReaderS(FileName=[path]))
    print(name, "XDMF 2: frame", found[name, 2], "XDMF 3: grid, frame", found[name, 3], flush=True)
assert found["HyperSlab", 2] and found["HyperSlab", 3] == (True, False)
assert not found["text", 2] and found["text", 3] == (True, True)
assert found["Hyperslab", 2] and found["Hyperslab", 3] == (True, True)
print("as described: the two agree on one spelling only")
P
pvbatch read.py 2>&1 | grep -v hwloc | tee out.txt
grep -q '^as described' out.txt
