#!/usr/bin/env bash
# A mask that tifffile writes from an array of truth values is read inverted by Pillow and OpenCV.
#
# Versions: tifffile 2026.3.3, Pillow 13.0.0, opencv-python-headless 5.0.0.93, NumPy 2.4.6.
#
# Guess, before it was run: `tifffile.imwrite("mask.tif", tissue)` with an array of bool writes one bit for each pixel, and
# True is white: that is what PhotometricInterpretation "BlackIsZero" says, tifffile's choice for all other arrays of one plane.
# Pillow and OpenCV then show True as 255, and a mask of tissue that goes from one to the other is the same mask.
#
# Seen: tifffile writes bool with PhotometricInterpretation 0, "WhiteIsZero". True is stored as 1, which is black. tifffile
# itself gives back what it wrote and does not look at the tag; Pillow and OpenCV do, and show the tissue as what is outside:
#
#   written           [[False  True] [False False]]
#   tifffile          [[False  True] [False False]]     photometric 0 (WhiteIsZero)
#   Pillow            [[ True False] [ True  True]]
#   OpenCV            [[  255     0] [  255   255]]
#   as uint8 · 255    the same in all three
#
# All three follow the letter of the format. For a mask the difference is the complement, without a word. Oncofield refuses such
# a file as a mask unless "above" says what is meant.
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,/^set /{/^#/!d;s/^# \{0,1\}//p}' "$0" && exit ;; esac
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  tifffile==2026.3.3 pillow==13.0.0 opencv-python-headless==5.0.0.93 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'P'
import cv2, numpy, PIL, tifffile
from PIL import Image

print("tifffile", tifffile.__version__, "Pillow", PIL.__version__, "OpenCV", cv2.__version__)
tissue = numpy.zeros((4, 6), bool)
tissue[0, 1] = tissue[2, 3:] = True


def readings(path):
    with tifffile.TiffFile(path) as file:
        photometric = int(file.pages[0].photometric)
    shown = numpy.asarray(Image.open(path)).astype(float)
    found = {
        "tifffile": tifffile.imread(path) > 0, "Pillow": shown > 0, "OpenCV": cv2.imread(path, cv2.IMREAD_UNCHANGED) > 0,
    }
    print(path, "photometric", photometric, {name: int(array.sum()) for name, array in found.items()}, "true of", tissue.size)
    return photometric, found


tifffile.imwrite("bool.tif", tissue)
photometric, found = readings("bool.tif")
assert photometric == 0
assert (found["tifffile"] == tissue).all()
assert (found["Pillow"] == ~tissue).all()
assert (found["OpenCV"] == ~tissue).all()

tifffile.imwrite("uint8.tif", tissue.astype("u1") * 255)
photometric, found = readings("uint8.tif")
assert photometric == 1
assert all((array == tissue).all() for array in found.values())
print("as described: truth values of tifffile are inverted by Pillow and OpenCV")
P
