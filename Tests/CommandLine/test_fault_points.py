"""Runs in which any single call that changes a file goes wrong, or all from one on: killed, disk full, input/output error.

Nothing that was there is lost, the program ends with an error that names the file and never by a signal, and the run goes on
afterwards to the same bytes.
"""

import errno
import json
import os
import pathlib
import random
import re
import shutil
import subprocess

import pytest

from conftest import PROGRAM, build_preload
from test_resume import assert_same, results

SMALL = {
    "domain.points": [16, 10],
    "time.end": 2,
    "output.fields.every": 0.5,
    "output.images.every": 2,
    "checkpoint.every": 1,
}

# Every so manieth call fails; scripts/soak faults lets each of them fail.
STRIDE = int(os.environ.get("ONCOFIELD_FAULT_STRIDE", "11"))
# Kills have a smaller stride: their effect differs most from call to call.
KILL_STRIDE = (STRIDE + 3) // 4


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    """A library that, loaded into the program, lets the n-th change of a file go wrong."""
    return build_preload(pathlib.Path(__file__).with_name("fault_at_change.c"), tmp_path_factory.mktemp("faults"))


@pytest.fixture
def resumption(oncofield, run_file, faults, tmp_path):
    """A run to be gone on with, again and again, from the same place."""
    return Resumption(oncofield, run_file, faults, tmp_path)


class Resumption:
    def __init__(self, oncofield, run_file, library, tmp_path):
        self.oncofield, self.library, self.directory = oncofield, library, tmp_path / "broken"
        self.first = tmp_path / "start"
        oncofield("run", run_file(SMALL), "--output", self.first)
        self.begin()
        count = tmp_path / "count"
        self.resume({"FAULT_COUNT": str(count), "FAULT": str(errno.EIO)})
        self.calls = int(count.read_text())
        self.whole = results(self.directory)
        self.files = self.names()

    def begin(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        shutil.copytree(self.first, self.directory)

    def names(self):
        return sorted(path.name for path in self.directory.iterdir())

    def resume(self, fault=None):
        environment = {"LD_PRELOAD": str(self.library), "FAULT_BELOW": str(self.directory), **(fault or {})}
        return self.oncofield(
            "resume", self.directory, "--set", "time.end=4", "--patience", "0.2", check=False,
            environment=environment if fault else None,
        )

    def assert_ends_like_the_whole_run(self, what):
        last = self.resume()
        assert last.returncode == 0, f"{what}: {last.stderr}"
        assert_same(self.whole, results(self.directory))
        assert self.names() == self.files
        assert json.loads((self.directory / "run.json").read_text())["outcome"] == "reached the end"


def test_a_kill_at_any_change_of_a_file_loses_nothing(resumption):
    generator = random.Random(1)
    journals = 0
    for call in range(1, 2000, KILL_STRIDE):
        resumption.begin()
        first = resumption.resume({"FAULT": "kill", "FAULT_AT": str(call)})
        if first.returncode == 0:
            break
        assert first.returncode == -9, first.stderr
        journals += (resumption.directory / "fields.h5-journal").exists()
        # The next run is killed too, at a random call, and the one after that ends.
        resumption.resume({"FAULT": "kill", "FAULT_AT": str(generator.randint(1, call))})
        resumption.assert_ends_like_the_whole_run(f"killed at call {call}")
    print(f"killed at {(call - 1) // KILL_STRIDE} calls, with {journals} journals")
    assert call > 100
    assert journals > 10 // KILL_STRIDE


@pytest.mark.parametrize("stays", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO], ids=["disk full", "input/output error"])
def test_a_call_that_fails_loses_nothing(resumption, error, stays):
    checkpoint = sorted((resumption.first / "checkpoints").glob("*.h5"))[-1]
    outcomes = {}
    for call in range(1 + (error + 2 * stays) % STRIDE, resumption.calls + 1, STRIDE):
        resumption.begin()
        fault = {"FAULT": str(error), "FAULT_AT": str(call), **({"FAULT_STAYS": "1"} if stays else {})}
        first = resumption.resume(fault)
        what = f"error {error} at call {call} of {resumption.calls}: {first.returncode}, {first.stderr}"
        outcomes[first.returncode] = outcomes.get(first.returncode, 0) + 1
        assert first.returncode in (0, 73, 74), what
        if first.returncode:
            assert "error: " in first.stderr and str(resumption.directory) in first.stderr, what
        # What was there before is still there, or something newer.
        assert (resumption.directory / "checkpoints" / checkpoint.name).exists() or first.returncode == 0, what
        resumption.assert_ends_like_the_whole_run(what)
    tried = sum(outcomes.values())
    print(f"{tried} of {resumption.calls} calls failed with error {error}: {outcomes}")
    assert tried >= resumption.calls // STRIDE > 10
    # What fails once is tried again.
    assert outcomes.get(74 if stays else 0, 0) > tried // 2


# The n-th call of the HDF5 library goes wrong: FAULT_AT is the number. What is to be closed is closed.
HDF5_CALLS = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
static atomic_long calls;
static int strikes(void) {
  const char *number = getenv("FAULT_AT");
  return atomic_fetch_add(&calls, 1) + 1 == (number ? atol(number) : 0);
}
__attribute__((destructor)) static void tell(void) {
  const char *path = getenv("FAULT_COUNT");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (file) fprintf(file, "%ld\n", atomic_load(&calls)), fclose(file);
}
#define CALL(name, closes)                                                              \
  long name(long a, long b, long c, long d, long e, long f, long g, long h) {           \
    static long (*real)(long, long, long, long, long, long, long, long);                \
    if (!real) real = (long (*)(long, long, long, long, long, long, long, long))dlsym(RTLD_NEXT, #name); \
    const int fails = strikes();                                                        \
    const long result = fails && !closes ? -1 : real(a, b, c, d, e, f, g, h);           \
    return fails ? -1 : result;                                                         \
  }
"""


@pytest.fixture(scope="module")
def hdf5_faults(tmp_path_factory):
    """A library that lets the n-th call of HDF5 fail, of all that the program calls."""
    folder = tmp_path_factory.mktemp("hdf5-faults")
    symbols = subprocess.run(["nm", "-D", "--undefined-only", PROGRAM], check=True, capture_output=True, text=True).stdout
    # Not what hands on to files; where failure is not a negative number.
    names = [name for name in re.findall(r" U (H5[ADFGILOPST]\w+)\b", symbols) if not re.match(r"H5FD|H5Tget_size|H5Pget_driver_info|.*_g$", name)]
    assert {"H5Dwrite", "H5Dread", "H5Fcreate", "H5Dset_extent", "H5Fclose"} <= set(names)
    calls = "\n".join(f"CALL({name}, {int(name.endswith('close'))})" for name in names)
    (folder / "hdf5.c").write_text(HDF5_CALLS + calls + "\n")
    return build_preload(folder / "hdf5.c", folder)


def test_a_call_of_hdf5_that_fails_loses_nothing(oncofield, run_file, hdf5_faults, tmp_path):
    resumption = Resumption(oncofield, run_file, hdf5_faults, tmp_path)
    outcomes = {}
    for call in range(1, resumption.calls + 1, (2 * STRIDE * STRIDE + 1) // 3):
        resumption.begin()
        first = resumption.resume({"FAULT_AT": str(call)})
        what = f"HDF5 call {call} of {resumption.calls}: {first.returncode}, {first.stderr}"
        outcomes[first.returncode] = outcomes.get(first.returncode, 0) + 1
        assert first.returncode in (0, 73, 74), what
        if first.returncode:
            assert "error: " in first.stderr and str(resumption.directory) in first.stderr, what
        resumption.assert_ends_like_the_whole_run(what)
    print(f"{sum(outcomes.values())} of {resumption.calls} calls of HDF5 failed: {outcomes}")
    # What fails while the run goes on is tried again.
    assert outcomes.get(0, 0) > sum(outcomes.values()) // 2 and outcomes.get(74, 0) > 3


def test_memory_that_is_not_to_be_had_ends_a_run_with_a_figure(oncofield, run_file, faults, tmp_path):
    file, out = run_file(SMALL), tmp_path / "out"
    for call in range(1, 200):
        environment = {"LD_PRELOAD": str(faults), "FAULT_MEMORY": "1", "FAULT_AT": str(call)}
        finished = oncofield("run", file, "--output", out, "--overwrite", check=False, environment=environment)
        if finished.returncode == 0:
            break
        # A checkpoint that cannot be read back for want of memory is none.
        assert finished.returncode in (65, 74), f"call {call}: {finished.returncode}, {finished.stderr}"
        assert "of memory" in finished.stderr and ", more than there" in finished.stderr
    print(f"{call - 1} sets of fields")
    assert call > 10
