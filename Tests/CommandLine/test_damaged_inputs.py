"""Damaged inputs for everything that reads what others have written: none ends the program, takes more than a second, or needs more than
2 GiB; and files that crash the HDF5 library, or keep it busy for ever, are refused like others.

`ONCOFIELD_FUZZ_INPUTS` is the number of inputs for each kind, `ONCOFIELD_FUZZ_SEED` the seed; scripts/soak damaged-inputs tries a million
inputs of a new seed.
"""

import os
import pathlib
import re
import struct
import subprocess
import tarfile
import time
import zlib

import h5py
import numpy
import pytest
import tifffile

from conftest import ROOT, build_preload

FUZZ = pathlib.Path(os.environ.get("ONCOFIELD_FUZZ_PROGRAM", ROOT / ".build" / "release" / "fuzz-readers"))
CORPORA = ROOT / "Tests" / "FuzzReaders" / "Corpora"
KINDS = ["json", "run-file", "expression", "npy", "png", "tiff", "hdf5", "checkpoint"]
SEED = os.environ.get("ONCOFIELD_FUZZ_SEED", "1")
# Each input in a process of its own takes some milliseconds.
ISOLATED = ["hdf5", "checkpoint"]


def inputs(kind):
    return int(os.environ.get("ONCOFIELD_FUZZ_INPUTS", "300" if kind in ISOLATED else "3000"))


EXPRESSIONS = r"""
r*u*(1 - u/k)
a*u*v/(0.1 + u) - k*u
where(u > 0.5 && x < 3, exp(-t), 0)
integral(u*v)/(1 + mean(v)^2)
0.05*(1 + 0.1*normal())
sin(pi*x/5)*cos(2*pi*y/5) + max(u, v) - min(a, b)
u^2*v - 1.5e-3*w + sqrt(abs(u)) + tanh(v)/log(2 + w)
"""


def png(bits, color, rows, palette=b""):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    width = len(rows[0]) * 8 // (bits * channels)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, len(rows), bits, color, 0, 0, 0))
    if palette:
        content += chunk(b"PLTE", palette)
    content += chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows)))
    return content + chunk(b"IEND", b"")


def tiff(array):
    """One uncompressed page of floating-point numbers."""
    height, width = array.shape
    data = array.astype("<f4").tobytes()
    tags = [
        (256, 4, width), (257, 4, height), (258, 3, 32), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1), (278, 4, height),
        (279, 4, len(data)), (339, 3, 3),
    ]  # fmt: skip
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag[:2], 1, tag[2]) for tag in tags) + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory


def seeds(kind, folder, oncofield, run_file):
    """Good inputs of a kind."""
    array = numpy.linspace(0, 1, 48).reshape(6, 8)
    if kind in ("json", "run-file"):
        return [*sorted((ROOT / "configs").glob("*.json")), *sorted((ROOT / "Benchmarks/problems").glob("*.json"))]
    if kind == "expression":
        (folder / "expressions.txt").write_text(EXPRESSIONS)
        return [folder / "expressions.txt"]
    if kind == "npy":
        numpy.save(folder / "a.npy", array)
        numpy.save(folder / "b.npy", (array * 255).astype(">u2"))
    elif kind == "png":
        bytes_ = (array * 255).astype("u1")
        (folder / "a.png").write_bytes(png(8, 0, [row.tobytes() for row in bytes_]))
        (folder / "b.png").write_bytes(png(16, 2, [numpy.repeat(row, 6).tobytes() for row in bytes_]))
        (folder / "c.png").write_bytes(png(8, 3, [bytes(row % 4) for row in bytes_], palette=bytes(range(12))))
    elif kind == "tiff":
        (folder / "a.tif").write_bytes(tiff(array))
        marks = [(274, "H", 1, 6, True), (42112, "s", 0, "<GDALMetadata/>", True), (42113, "s", 0, "3", True)]
        tifffile.imwrite(folder / "b.tif", array > 0.5, extratags=marks, description="ImageJ=1.11a\nimages=1\nslices=1\n", metadata=None)
    elif kind == "hdf5":
        with h5py.File(folder / "a.h5", "w") as file:
            file.create_dataset("group/u", data=array, chunks=(3, 4), compression="gzip", fletcher32=True)
        with h5py.File(folder / "b.h5", "w", libver="latest") as file:
            file["u"] = array
            file["v"] = h5py.SoftLink("/u")
        with h5py.File(folder / "c.h5", "w") as file:
            described = file.create_dataset("u", data=(array * 100).astype("i1")[None])
            described.attrs.update({"scale_factor": 0.5, "add_offset": 1.0, "_Unsigned": "true", "coordinates": "place bent"})
            described.attrs.update({"_FillValue": numpy.int8(-1), "valid_range": numpy.array([0, 120], "i1"), "units": numpy.bytes_("1")})
            for name, positions in [("time", [3.0]), ("y", numpy.arange(6.0)[::-1]), ("x", numpy.arange(8.0))]:
                file[name] = positions
                file[name].make_scale(name)
                described.dims[["time", "y", "x"].index(name)].attach_scale(file[name])
            described.dims[0].label = "time"
            file["time"].attrs["units"] = "days since 2000-01-01"
            file["bent"] = array
            file["place"] = numpy.arange(8.0)
            file["place"].dims[0].attach_scale(file["x"])
    else:
        changes = {"domain.points": [9, 5], "time.end": 1, "checkpoint.every": 1}
        oncofield("run", run_file(changes), "--output", folder / "run")
        return sorted((folder / "run" / "checkpoints").glob("*.h5"))
    return sorted(folder.iterdir())


def kept(kind, folder):
    """Inputs that a guided search has kept, because each runs through code that no other does."""
    corpus = CORPORA / f"{kind}.tar.xz"
    (folder / "kept").mkdir()
    if not corpus.exists():
        return []
    with tarfile.open(corpus) as archive:
        archive.extractall(folder / "kept", filter="data")
    return sorted((folder / "kept").iterdir())


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_inputs_are_refused_or_read(kind, oncofield, run_file, tmp_path):
    files = seeds(kind, tmp_path, oncofield, run_file) + kept(kind, tmp_path)
    assert files
    command = [FUZZ, kind, str(max(inputs(kind), 2 * len(files))), SEED, *files]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    print(finished.stdout.strip())
    assert finished.returncode == 0, finished.stderr
    assert " 0 refused" not in finished.stdout


@pytest.mark.parametrize("action, report", [
    ("succeed", "^read$"),
    ("refuse", "^trial is refused$"),
    ("abort", r"^trial cannot be read: that crashes the program \(signal 6\)$"),
    ("fault", r"^trial cannot be read: that crashes the program \(signal 11\)$"),
    # 1 GiB, less what allocation itself takes.
    ("allocate", r"^trial had (9[5-9]\d|10[01]\d|102[0-4]) MiB$"),
])  # fmt: skip
def test_the_guard_survives_what_a_child_does(action, report):
    finished = subprocess.run([FUZZ, "guard", action], capture_output=True, text=True, check=True, timeout=60)
    assert re.search(report, finished.stdout.strip()), finished.stdout


# What a broken file can make the library do.
CRASH = r"""
#include <signal.h>
#include <unistd.h>
int H5Dread(void) { %s return -1; }
"""


@pytest.mark.parametrize("what, message", [
    ("raise(SIGSEGV);", "that crashes the program (signal 11)"),
    ("for (;;) pause();", "there is no end to it"),
])  # fmt: skip
def test_a_file_that_crashes_the_library_is_refused(what, message, oncofield, run_file, tmp_path):
    oncofield("run", run_file({"domain.points": [9, 5], "time.end": 1}), "--output", tmp_path / "run")
    numbers = tmp_path / "u.h5"
    with h5py.File(numbers, "w") as file:
        file["u"] = numpy.ones((5, 9))
    (tmp_path / "crash.c").write_text(CRASH % what)
    library = build_preload(tmp_path / "crash.c", tmp_path)
    preload = {"LD_PRELOAD": str(library)}
    checkpoint = next((tmp_path / "run" / "checkpoints").glob("*.h5"))
    before = sorted(path.name for path in (tmp_path / "run").iterdir())
    command = ["inspect", checkpoint] if "pause" in what else ["resume", checkpoint, "--set", "time.end=2"]
    started = time.monotonic()
    finished = oncofield(*command, check=False, environment=preload)
    assert finished.returncode == 74 and message in finished.stderr, finished.stderr
    # A child process without end is stopped after ten seconds.
    assert time.monotonic() - started < 20
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == before
    if "pause" not in what:
        changes = {"domain.points": [9, 5], "time.end": 1, "initial": {"u": {"file": str(numbers)}, "v": 0.1, "w": 0.1}}
        finished = oncofield("validate", run_file(changes), check=False, environment=preload)
        assert finished.returncode == 65 and message in finished.stderr, finished.stderr
