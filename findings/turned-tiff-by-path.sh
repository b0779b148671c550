#!/usr/bin/env bash
# Pillow shows the same TIFF as another picture when it is opened by its path than when it is opened from memory.
#
# Versions: Pillow 13.0.0 (the same with 11.3.0 and 12.0.0), tifffile 2026.3.3, NumPy 2.4.6.
#
# Guess, before it was run: of a scan that is stored sideways (tag Orientation 6, "the first row is the right side") Pillow shows
# the upright picture, `stored.T[:, ::-1]`, and tifffile shows what is stored. How the file is opened makes no difference.
#
# Seen: tifffile as guessed; Pillow as guessed where the bytes come from memory, or the file is compressed. An uncompressed file of
# 8 bits that is opened by its path is mapped into memory with the sides of the upright picture before it is turned: rows are
# cut at the wrong places and the picture is scrambled. Of 4 × 3 stored numbers 0 … 11:
#
#   from memory   [[9 6 3 0] [10 7 4 1] [11 8 5 2]]          rows × columns: 3 × 4, right
#   by its path   [[8 4 0] [9 5 1] [10 6 2] [11 7 3]]        4 × 3, wrong: no turn of the stored picture gives it
#
# The same for Orientation 5, 7 and 8; 2, 3 and 4 keep the sides, and are right either way. A square picture keeps its size, so
# that there nothing but the content could tell; it is right, because both ways to cut it agree.
set -euo pipefail
case "${1:-}" in -h | --help) sed -n '2,/^set /{/^#/!d;s/^# \{0,1\}//p}' "$0" && exit ;; esac
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tifffile==2026.3.3 pillow==13.0.0 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'P'
import io, pathlib

import numpy, PIL, tifffile
from PIL import Image

print("tifffile", tifffile.__version__, "Pillow", PIL.__version__)
UPRIGHT = {
    1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1],
    5: lambda a: a.T, 6: lambda a: a.T[:, ::-1], 7: lambda a: a.T[::-1, ::-1], 8: lambda a: a.T[::-1],
}


def shown(source):
    with Image.open(source) as picture:
        picture.load()
        return numpy.asarray(picture)


def same(a, b):
    return a.shape == b.shape and (a == b).all()


for stored in [numpy.arange(12, dtype="u1").reshape(4, 3), numpy.arange(16, dtype="u1").reshape(4, 4)]:
    for orientation, upright in UPRIGHT.items():
        tifffile.imwrite("u.tif", stored, extratags=[(274, "H", 1, orientation, True)], photometric="minisblack", metadata=None)
        Image.fromarray(stored).save("packed.tif", compression="tiff_lzw", tiffinfo={274: orientation})
        right = upright(stored)
        by_path, from_memory = shown("u.tif"), shown(io.BytesIO(pathlib.Path("u.tif").read_bytes()))
        assert same(tifffile.imread("u.tif"), stored)
        assert same(from_memory, right)
        assert same(shown("packed.tif"), right)
        is_scrambled = orientation >= 5 and stored.shape[0] != stored.shape[1]
        assert same(by_path, right) == (not is_scrambled), orientation
        if is_scrambled:
            assert not any(same(by_path, turn(stored)) for turn in UPRIGHT.values())
            print(orientation, "by its path:", by_path.tolist(), "from memory:", from_memory.tolist())
print("as described: opened by its path a TIFF that lies on its side is scrambled")
P
