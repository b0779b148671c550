"""Nothing that others do to the files of a run while it goes on costs what it has computed: they read them, hold them, move them, fill the
disk. Nor do requests to stop, whatever is being written.
"""

import errno
import hashlib
import io
import json
import math
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import time

import h5py
import numpy as np
import pytest

from conftest import PROGRAM, build_preload
from test_resume import assert_same, results, wait_for_checkpoint

# scripts/soak held-files and stops take more.
READERS = int(os.environ.get("ONCOFIELD_READERS", "5"))
MIXED = int(os.environ.get("ONCOFIELD_MIXED_STATES", "1000"))
SIGNALS = int(os.environ.get("ONCOFIELD_SIGNALS", "6"))

BUSY = {
    "domain.points": [48, 32],
    "time.end": 80,
    "output.fields.every": 0.125,
    "output.observables.every": 0.5,
    "output.images.every": 40,
    "output.ledger": False,
    "checkpoint.every": 20,
}

# As many frames as a long run may have.
RARE = {"output.fields.every": 0.5}


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    """A library that, loaded into the program, lets changes of files go wrong."""
    return build_preload(pathlib.Path(__file__).with_name("fault_at_change.c"), tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The results of an undisturbed run of a file, computed once for each content."""
    known = {}

    def run(oncofield, file):
        content = file.read_text()
        if content not in known:
            directory = tmp_path_factory.mktemp("undisturbed") / "run"
            oncofield("run", file, "--output", directory)
            known[content] = results(directory)
        return known[content]

    return run


def newest(directory):
    return max(int(path.stem) for path in (directory / "checkpoints").glob("*.h5"))


# MARK: Readers


HELD_BY_ANOTHER = """
import hashlib, json, sys, time, h5py
deadline, seen = time.monotonic() + 5, []
while time.monotonic() < deadline:
    try:
        file = h5py.File(sys.argv[1])
        for frame in range(0, len(file["time"]), 5):
            seen.append((float(file["time"][frame]), hashlib.sha256(file["u"][frame].tobytes()).hexdigest()))
        break
    except (OSError, KeyError):
        time.sleep(0.01)
print(json.dumps(seen), flush=True)
time.sleep(float(sys.argv[2]))
"""


HELD_BY_VTK = """
import sys, time
from vtkmodules.vtkIOHDF import vtkHDFReader
reader = vtkHDFReader()
reader.SetFileName(sys.argv[1])
reader.Update()
time.sleep(0.3)
"""


class Reader:
    """Opens and closes `fields.h5` in all ways, at random, and keeps what it has seen.

    It runs in a process of its own (below, `__main__`): a library that reads a file while it changes may end its process.
    """

    def __init__(self, path, seed):
        self.path, self.random = path, random.Random(seed)
        self.seen, self.opened, self.refused, self.held, self.others, self.problems = [], 0, 0, [], [], []
        self.over = path.parent.parent / "over"
        self.ways = [self.with_h5py, self.with_xarray, self.with_vtk, self.by_holding, self.in_another_process, self.by_inspecting, self.by_a_run]

    def __call__(self):
        while not self.over.exists():
            if self.path.exists():
                try:
                    self.random.choice(self.ways)()
                    self.opened += 1
                except (OSError, KeyError, RuntimeError, ValueError):
                    self.refused += 1  # HDF5 found it in the midst of a change
                except AssertionError as error:
                    self.problems.append(str(error))
            time.sleep(self.random.uniform(0, 0.02))
        for file in self.held:
            file.close()
        for process in self.others:
            report, _ = process.communicate()
            if report:
                self.seen += json.loads(report)

    def note(self, times, values):
        # What HDF5 has open twice in a process it takes for the same, and keeps some of what it has read.
        if self.held:
            return
        for frame in self.random.sample(range(len(times)), min(3, len(times))):
            self.seen.append((float(times[frame]), digest(values[frame])))

    def oncofield(self, *arguments):
        return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=60)

    def with_h5py(self):
        with h5py.File(self.path) as file:
            times = file["time"][()]
            self.note(times, file["u"])

    def with_xarray(self):
        import xarray

        engine = self.random.choice(["h5netcdf", "netcdf4"])
        with xarray.open_dataset(self.path, engine=engine, decode_times=False, cache=False) as series:
            self.note(series["time"].values, series["u"].values)

    def with_vtk(self):
        """In a process of its own, which VTK 9.7 ends now and then when it meets a file in the midst of a change."""
        self.others.append(subprocess.Popen([sys.executable, "-c", HELD_BY_VTK, self.path], stderr=subprocess.DEVNULL))

    def by_holding(self):
        self.held.append(h5py.File(self.path))
        if len(self.held) > 3:
            while self.held:
                self.held.pop().close()

    def in_another_process(self):
        command = [sys.executable, "-c", HELD_BY_ANOTHER, self.path, f"{self.random.uniform(0, 1)}"]
        self.others.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))

    def by_inspecting(self):
        finished = self.oncofield("inspect", self.path.parent)
        assert finished.returncode == 0 and "frames" in finished.stdout, finished.stderr

    def by_a_run(self):
        """Takes its initial values from the run."""
        file = self.path.parent.parent / "other.json"
        size, points = [120, 60], [48, 32]
        file.write_text(json.dumps({
            "model": {"name": "still", "fields": {"a": {}}, "reactions": {"a": "0"}},
            "domain": {"size": size, "points": points},
            "initial": {"a": {"file": str(self.path.parent), "field": "u"}},
            "time": {"end": 1, "step": 1},
        }))  # fmt: skip
        finished = self.oncofield("run", file, "--output", self.path.parent.parent / "other", "--overwrite")
        assert finished.returncode == 0 or "frame" in finished.stderr, finished.stderr


def digest(values):
    return hashlib.sha256(np.array(values).tobytes()).hexdigest()


def test_readers_never_matter_to_a_run(oncofield, start, run_file, tmp_path):
    file = run_file(BUSY)
    oncofield("run", file, "--output", tmp_path / "whole")
    whole = results(tmp_path / "whole")
    with h5py.File(tmp_path / "whole" / "fields.h5") as series:
        known = {float(time): digest(series["u"][frame]) for frame, time in enumerate(series["time"][()])}
        no_values = digest(np.full_like(series["u"][0], np.nan))
    opened = refused = seen = missing = died = 0
    for number in range(READERS):
        out = tmp_path / f"run {number}" / "out"
        out.parent.mkdir()
        reader = subprocess.Popen([sys.executable, __file__, out / "fields.h5", f"{number}"], stdout=subprocess.PIPE, text=True)
        assert reader.stdout.readline() == "ready\n"
        process = start("run", file, "--output", out)
        try:
            _, errors = process.communicate(timeout=120)
        finally:
            (out.parent / "over").touch()
            report, _ = reader.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert "warning" not in errors
        assert_same(whole, results(out))
        shutil.rmtree(out.parent)
        if reader.returncode < 0:
            died += 1
            continue
        found = json.loads(report.splitlines()[-1])
        assert not found["problems"], found["problems"][0]
        for at, values in found["seen"]:
            # The time of a frame that is not found yet can be missing as well as its values.
            right = known.values() if math.isnan(at) else [known[at]]
            assert values in (*right, no_values), f"a reader saw other values at t = {at}"
        missing += sum(values == no_values or math.isnan(at) for at, values in found["seen"])
        opened, refused, seen = opened + found["opened"], refused + found["refused"], seen + len(found["seen"])
    print(
        f"{READERS} runs, opened {opened} times, refused {refused} times, {seen} frames compared, of them {missing} seen as missing, "
        f"{died} readers died"
    )
    # Those of one node of an index, which was divided between two readings of it.
    assert missing <= max(16, seen // 50)
    assert died <= READERS // 2
    assert opened > 3 * (READERS - died)
    assert refused <= opened // 4


class Changing(io.RawIOBase):
    """A file that becomes another after some readings."""

    def __init__(self, before, after, reads):
        self.before, self.after, self.reads, self.position = before, after, reads, 0

    def seekable(self):
        return True

    def readable(self):
        return True

    def content(self):
        return self.before if self.reads > 0 else self.after

    def seek(self, offset, whence=0):
        self.position = (0, self.position, len(self.content()))[whence] + offset
        return self.position

    def tell(self):
        return self.position

    def readinto(self, buffer):
        found = self.content()[self.position : self.position + len(buffer)]
        buffer[: len(found)] = found
        self.position += len(found)
        self.reads -= 1
        return len(found)


def frames(file):
    """What a reader sees: the values of each field at each time."""
    with h5py.File(file, "r") as series:
        times = series["time"][()]
        fields = {name: series[name][: len(times)] for name in "uvw"}
        assert all(len(values) == len(times) for values in fields.values()), "fewer frames than times"
        return {(name, at): values[frame] for name, values in fields.items() for frame, at in enumerate(times)}


def test_a_reader_sees_right_values_at_every_moment_of_a_change(oncofield, run_file, tmp_path):
    """The file as it is after each call that changes it, and two such states that a reader takes for one."""
    out, copies = tmp_path / "out", tmp_path / "copies"
    copies.mkdir()
    preload = build_preload(pathlib.Path(__file__).with_name("copy_at_change.c"), tmp_path)
    # Frames enough for an index of more than one node (64 entries), whose nodes are divided.
    file = run_file({**BUSY, "domain.points": [6, 4], "time.end": 18, "output.images": None, "checkpoint.every": 3})
    environment = {"LD_PRELOAD": str(preload), "COPIES_OF": str(out / "fields.h5"), "COPIES_INTO": str(copies)}
    oncofield("run", file, "--output", out, environment=environment)
    known = frames(out / "fields.h5")
    states = [path.read_bytes() for path in sorted(copies.iterdir())]
    assert len(known) == 3 * 145 and len(states) > 400
    for state in states:
        for moment, values in frames(io.BytesIO(state)).items():
            assert (values == known[moment]).all(), f"{moment} has other values"
    choice = random.Random(26)
    refused = missing = 0
    for _ in range(MIXED):
        first = choice.randrange(len(states))
        last = min(first + choice.choice([1, 2, 5, 20]), len(states) - 1)
        try:
            seen = frames(Changing(states[first], states[last], choice.randrange(1, 100)))
        except (OSError, KeyError, RuntimeError, ValueError):
            refused += 1
            continue
        for moment, values in seen.items():
            is_missing = np.isnan(values).all()
            missing += is_missing
            assert is_missing or (values == known[moment]).all(), f"{moment} has other values"
    print(f"{len(states)} states; of {MIXED} readings across changes {refused} were refused; {missing} frames seen as missing")
    assert refused < MIXED // 10 and missing < MIXED // 10


def test_a_program_that_writes_is_waited_for_and_named(oncofield, start, run_file, tmp_path):
    out = tmp_path / "out"
    file = run_file({**BUSY, "time.end": 800, **RARE})
    process = start("run", file, "--output", out, "--patience", "1")
    wait_for_checkpoint(out, process)
    code = "import fcntl, sys, time; f = open(sys.argv[1], 'r+b'); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); time.sleep(60)"
    other = subprocess.Popen([sys.executable, "-c", code, out / "fields.h5"], stdout=subprocess.PIPE)
    try:
        assert other.stdout.readline() == b"held\n"
        _, errors = process.communicate(timeout=60)
    finally:
        other.kill()
        other.communicate()
    assert process.returncode == 74, errors
    assert "is open for writing in another program" in errors
    assert "Nothing that was computed is lost: there is a checkpoint of step" in errors and "Close it there" in errors
    oncofield("resume", out)
    oncofield("run", file, "--output", tmp_path / "whole")
    assert_same(results(tmp_path / "whole"), results(out))


# MARK: Outputs that cannot be written

FAILING = {
    "domain.points": [16, 10],
    "time.end": 40,
    "output.fields.every": 0.5,
    "output.images.every": 10,
    "checkpoint.every": 1000,
}


@pytest.mark.parametrize("part, outcome", [
    ("fields.h5", 74), ("observables.csv", 74), ("images", 74), ("fields.xdmf", 74), ("run.json", 74), ("log.txt", 0), ("checkpoints", 74),
])  # fmt: skip
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EACCES, errno.EIO, errno.EROFS], ids=os.strerror)
def test_an_output_that_cannot_be_written_costs_nothing(oncofield, run_file, faults, tmp_path, part, outcome, error):
    file, out = run_file(FAILING), tmp_path / "out"
    oncofield("run", file, "--output", tmp_path / "whole")
    environment = {"LD_PRELOAD": str(faults), "FAULT_BELOW": str(out / part), "FAULT": str(error), "FAULT_STAYS": "1"}
    # The first calls are those of the beginning, of which nothing has been computed.
    first = {"fields.h5": 40, "run.json": 5, "checkpoints": 3, "observables.csv": 4, "images": 3, "fields.xdmf": 4, "log.txt": 1}[part]
    environment["FAULT_AT"] = str(first)
    finished = oncofield("run", file, "--output", out, "--patience", "0.2", check=False, environment=environment)
    assert finished.returncode == outcome, finished.stderr
    if outcome == 0:
        return assert_same(results(tmp_path / "whole"), results(out))
    assert f"error: {out}" in finished.stderr and os.strerror(error).lower() in finished.stderr
    # Without a checkpoint there is nothing to go on from.
    assert ("begin again" if part == "checkpoints" else f"oncofield resume {out}") in finished.stderr
    if part not in ("checkpoints", "run.json"):
        assert "Nothing that was computed is lost" in finished.stderr
        remedy = {errno.ENOSPC: "Free space", errno.EACCES: "writable", errno.EROFS: "writable", errno.EIO: "See to the disk"}
        assert remedy[error] in finished.stderr
    if part == "checkpoints":
        # The results are all there.
        oncofield("run", file, "--output", out, "--overwrite")
        return
    assert newest(out) > 0
    oncofield("resume", out)
    assert_same(results(tmp_path / "whole"), results(out))


def test_what_could_not_be_written_for_a_moment_is_written(oncofield, run_file, faults, tmp_path):
    file = run_file(FAILING)
    oncofield("run", file, "--output", tmp_path / "whole")
    for part in ("fields.h5", "observables.csv", "images", "checkpoints"):
        out = tmp_path / f"out-{part}"
        environment = {"LD_PRELOAD": str(faults), "FAULT_BELOW": str(out / part), "FAULT": str(errno.EIO), "FAULT_AT": "40" if part == "fields.h5" else "3"}
        finished = oncofield("run", file, "--output", out, environment=environment)
        assert "input/output error" in finished.stderr and "nothing that belongs to the run is missing" in finished.stderr
        assert_same(results(tmp_path / "whole"), results(out))


@pytest.fixture
def small_disk(tmp_path):
    """A file system of sixteen megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "none", place], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.parametrize("every", [1000, 20, 1])
def test_a_full_disk_has_room_for_a_checkpoint(oncofield, start, run_file, small_disk, tmp_path, every):
    file, out = run_file({**BUSY, **RARE, "time.end": 400, "checkpoint.every": every}), small_disk / "out"
    process = start("run", file, "--output", out, "--patience", "0.5", "--allow-large-output")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 74, errors
    assert "no space left on device" in errors and "Free space on the disk" in errors
    assert "Nothing that was computed is lost" in errors
    assert newest(out) > 0
    # Nothing is lost either where there is still no room.
    oncofield("resume", out, "--patience", "0.1", check=False)
    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
    oncofield("resume", out)
    oncofield("run", file, "--output", tmp_path / "whole")
    assert_same(results(tmp_path / "whole"), results(out))


def test_a_disk_with_little_room_has_it_for_a_checkpoint(oncofield, run_file, small_disk, tmp_path):
    # Less than for two checkpoints with all outputs that may wait, which take 9 MB.
    subprocess.run(["mount", "-o", "remount,size=4m", small_disk], check=True)
    file, out = run_file({**BUSY, **RARE, "time.end": 400, "checkpoint.every": 1000}), small_disk / "out"
    failed = oncofield("run", file, "--output", out, "--patience", "0.2", "--allow-large-output", check=False)
    assert failed.returncode == 74 and "Nothing that was computed is lost" in failed.stderr, failed.stderr
    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
    oncofield("resume", out)
    oncofield("run", file, "--output", tmp_path / "whole")
    assert_same(results(tmp_path / "whole"), results(out))


def test_no_advice_is_given_that_cannot_be_followed(oncofield, run_file, small_disk):
    # Not even a checkpoint has room.
    subprocess.run(["mount", "-o", "remount,size=400k", small_disk], check=True)
    file, out = run_file({**BUSY, **RARE, "domain.points": [96, 64], "time.end": 400, "checkpoint.every": 1000}), small_disk / "out"
    failed = oncofield("run", file, "--output", out, "--patience", "0.2", "--allow-large-output", check=False)
    assert failed.returncode in (73, 74), failed.stderr
    assert "oncofield resume" not in failed.stderr
    assert failed.returncode == 73 or "begin again with the same command and --overwrite" in failed.stderr


@pytest.mark.parametrize("change, says", [
    (lambda out: (out / "observables.csv").unlink(), "observables.csv was moved or removed"),
    (lambda out: os.truncate(out / "observables.csv", 100), "observables.csv was shortened by another program"),
    (lambda out: (out / "fields.h5").unlink(), "fields.h5 cannot be opened: no such file"),
    (lambda out: os.truncate(out / "fields.h5", 3000), "fields.h5 cannot be changed"),
], ids=["table removed", "table cut", "fields removed", "fields cut"])  # fmt: skip
def test_a_file_that_another_has_changed_ends_the_run(oncofield, start, run_file, undisturbed, tmp_path, change, says):
    file, out = run_file({**BUSY, "time.end": 400, **RARE}), tmp_path / "out"
    process = start("run", file, "--output", out, "--patience", "0.2")
    wait_for_checkpoint(out, process)
    process.send_signal(signal.SIGSTOP)
    saved = shutil.copytree(out, tmp_path / "saved")
    change(out)
    process.send_signal(signal.SIGCONT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 74 and says in errors, errors
    assert "Nothing that was computed is lost" in errors
    there = sorted(path.name for path in out.iterdir())
    refused = oncofield("resume", out, check=False)
    assert refused.returncode == 74, refused.stderr
    # What is wrong with a file that was cut in the middle of a change is for HDF5 to say.
    assert "resume … --output NEW" in refused.stderr or "fields.h5 cannot be" in refused.stderr, refused.stderr
    # What is refused makes no files.
    assert sorted(path.name for path in out.iterdir()) == there
    oncofield("resume", out, "--output", tmp_path / "branch")
    # With the files as they were when it began to go wrong, the run goes on from a checkpoint of before.
    shutil.rmtree(out)
    saved.rename(out)
    oncofield("resume", out)
    assert_same(undisturbed(oncofield, file), results(out))


def test_pictures_that_were_removed_are_missed(oncofield, run_file, tmp_path):
    out = tmp_path / "out"
    oncofield("run", run_file({**FAILING, "time.end": 20}), "--output", out)
    (out / "images" / "000001.png").unlink()
    finished = oncofield("resume", out, "--set", "time.end=40")
    assert f"warning: {out}/images holds 2 of the 3 pictures that were drawn before" in finished.stderr


def test_a_directory_that_is_moved_gets_a_checkpoint_and_goes_on_when_it_is_back(
    oncofield, start, run_file, undisturbed, tmp_path
):
    file, out = run_file({**BUSY, "time.end": 400, **RARE}), tmp_path / "out"
    process = start("run", file, "--output", out, "--patience", "0.5")
    wait_for_checkpoint(out, process)
    out.rename(tmp_path / "away")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 74, errors
    assert "was moved or removed during the run" in errors or "no such file or directory" in errors
    assert "Put the files of the run back" in errors and "Nothing that was computed is lost" in errors
    step = newest(out)
    assert step > newest(tmp_path / "away")
    # Without its files it goes on in another directory only.
    refused = oncofield("resume", out, check=False)
    assert refused.returncode in (73, 74) and "put the file of this run back" in refused.stderr, refused.stderr
    oncofield("resume", out, "--output", tmp_path / "branch")
    for name in ("fields.h5", "fields.xdmf", "observables.csv", "images"):
        if (tmp_path / "away" / name).is_dir():
            shutil.copytree(tmp_path / "away" / name, out / name, dirs_exist_ok=True)
        else:
            shutil.copy(tmp_path / "away" / name, out / name)
    oncofield("resume", out)
    assert_same(undisturbed(oncofield, file), results(out))


def test_a_run_whose_directory_another_has_taken_writes_nothing_there(oncofield, start, run_file, tmp_path):
    file, out = run_file({**BUSY, "time.end": 800, **RARE}), tmp_path / "out"
    process = start("run", file, "--output", out, "--patience", "0.5")
    wait_for_checkpoint(out, process)
    process.send_signal(signal.SIGSTOP)
    shutil.rmtree(out)
    other = start("run", file, "--output", out, "--set", "time.end=20")
    wait_for_checkpoint(out, other)
    process.send_signal(signal.SIGCONT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 74, errors
    _, others = other.communicate(timeout=60)
    assert other.returncode == 0, others
    oncofield("run", file, "--output", tmp_path / "whole", "--set", "time.end=20")
    assert_same(results(tmp_path / "whole"), results(out))


# MARK: Requests to stop

HEAVY = {
    "domain.points": [48, 32],
    "time.end": 40,
    "time.step": 20,
    "output.fields.every": 1e-5,
    "output.observables.every": 1,
    "output.images": None,
    "checkpoint.every": 10,
}


def test_requests_to_stop_are_served_between_outputs(oncofield, start, run_file, tmp_path):
    controlled = {"time.step": None, "time.tolerance": 1e-2, "time.scheme": "strang"}
    files = [run_file(HEAVY, "fixed.json"), run_file(HEAVY | controlled, "controlled.json")]
    generator, longest = random.Random(3), 0
    for number in range(SIGNALS):
        out = tmp_path / f"out-{number}"
        file = files[number % 2]
        process = start("run", file, "--output", out, "--allow-large-output")
        while not (out / "fields.h5").exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        time.sleep(generator.uniform(0.05, 1))
        before = time.monotonic()
        process.send_signal(signal.SIGINT if generator.random() < 0.5 else signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
        longest = max(longest, time.monotonic() - before)
        assert process.returncode == 75, errors
        assert "a checkpoint is written" in errors
        assert newest(out) == json.loads((out / "run.json").read_text())["steps"]
        if number < 4:
            # The frames that were shown of the step that was dropped are shown again.
            rare = ["--set", "output.fields.every=0.5"]
            oncofield("resume", out, *rare)
            whole = tmp_path / f"whole-{number % 2}"
            if not whole.exists():
                oncofield("run", file, "--output", whole, *rare)
            assert datasets_at_end(out) == datasets_at_end(whole)
            assert results(out)["observables"] == results(whole)["observables"]
        shutil.rmtree(out)
    print(f"{SIGNALS} requests, the longest took {longest:.2f} s")
    assert longest < (1 if SIGNALS > 50 else 3)


def datasets_at_end(directory):
    with h5py.File(sorted((directory / "checkpoints").glob("*.h5"))[-1]) as file:
        return {name: file["fields"][name][()].tobytes() for name in "uvw"}


def test_a_run_that_was_stopped_inside_of_a_step_goes_on_to_the_same_bytes(oncofield, start, run_file, tmp_path):
    # A thousand frames in a step: enough to be stopped among them.
    file = run_file({**HEAVY, "output.fields.every": 2e-2, "domain.points": [24, 16]})
    oncofield("run", file, "--output", tmp_path / "whole")
    out = tmp_path / "out"
    process = start("run", file, "--output", out)
    stops = 0
    for delay in (0.1, 0.3, 0.2):
        while not (out / "run.json").exists() or '"running"' not in (out / "run.json").read_text():
            assert process.poll() is None, process.communicate()
            time.sleep(0.002)
        time.sleep(delay)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
        if process.returncode == 0:
            break
        assert process.returncode in (75, -signal.SIGTERM, 128 + signal.SIGTERM), errors
        stops += process.returncode == 75
        process = start("resume", out) if list(out.glob("checkpoints/*.h5")) else start("run", file, "--output", out, "--overwrite")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert_same(results(tmp_path / "whole"), results(out))
    assert stops >= 1


ROLLED_BACK = {
    "model": {
        "name": "pair", "parameters": {"k": 1}, "fields": {"u": {"diffusion": 0.05}, "v": {"diffusion": 0.5}},
        "reactions": {"u": "k*u*(1 - u) - u*v", "v": "u - v"},
    },
    "parameters": None, "observables": None, "domain": {"size": [4, 4], "points": [16, 16]},
    "initial": {"u": "exp(-4*((x - 2)^2 + (y - 2)^2))", "v": 0},
    "treatment": [
        {"name": "moment", "when": "t == 2", "add": {"u": 0.3}},
        {"name": "level", "when": "mean(u) == 0.2", "multiply": {"u": 0.7}},
        {"name": "rate", "at": [1, 3, 5.5], "set": {"k": 1.5}},
        {"name": "infusion", "at": 2.5, "for": 1, "infuse": {"v": 0.5}},
    ],
    "output": {"directory": "out", "fields": {"every": 2}, "observables": {"every": 0.002}, "ledger": True},
    "checkpoint": {"every": 3, "keep": 100},
}


@pytest.mark.parametrize("time_, delayed", [
    ({"tolerance": 1e-3}, False), ({"step": 0.3, "scheme": "etdrk4"}, False), ({"tolerance": 1e-3}, True)], ids=str)
def test_a_step_that_is_rolled_back_is_taken_again_to_the_same_bytes(oncofield, start, run_file, tmp_path, time_, delayed):
    """Also where doses were given at its start, its scheme was chosen there, and where something is delayed."""
    reactions = {"model.reactions.u": "k*u*(1 - delayed(u, 1)) - u*v"} if delayed else {}
    file = run_file(ROLLED_BACK | reactions | {"time": {"end": 8, **time_}})
    before = time.monotonic()
    oncofield("run", file, "--output", tmp_path / "whole")
    duration = time.monotonic() - before
    out, generator, stops = tmp_path / "out", random.Random(5), 0
    process = start("run", file, "--output", out)
    while stops < 4:
        while process.poll() is None and not ((out / "run.json").exists() and '"running"' in (out / "run.json").read_text()):
            time.sleep(0.002)
        time.sleep(generator.uniform(0.01, duration / 4))
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
        if process.returncode == 0:
            break
        assert process.returncode == 75, errors
        stops += 1
        process = start("resume", out)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0 and stops >= 2, errors
    assert_same(results(tmp_path / "whole"), results(out))


def test_progress_is_shown_between_outputs(start, run_file, tmp_path):
    process = start("run", run_file(HEAVY), "--output", tmp_path / "out", "--allow-large-output")
    time.sleep(7)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 75, errors
    lines = [line for line in errors.splitlines() if "steps/s" in line]
    # Before the end of the first step, which is of 20.
    times = [float(re.search(r" t (\S+)", line)[1]) for line in lines]
    assert len(times) >= 2 and 0 < times[0] < times[1] < 20 and "step 0 " in lines[-1], errors


# MARK: How much is written


@pytest.mark.parametrize("setting, what", [
    ("output.fields.every=1e-6", "40000001 frames of fields"),
    ("output.images.every=1e-3", "40001 images"),
    ("output.observables.every=1e-6", "40000001 rows of observables"),
])  # fmt: skip
def test_more_output_than_can_be_meant_is_refused(oncofield, run_file, tmp_path, setting, what):
    file, out = run_file(), tmp_path / "out"
    refused = oncofield("run", file, "--output", out, "--set", setting, check=False)
    assert refused.returncode == 65, refused.stderr
    assert what in refused.stderr and "--allow-large-output" in refused.stderr
    assert not out.exists()
    assert what in oncofield("plan", file, "--set", setting).stdout
    # Also when a run goes on.
    oncofield("run", file, "--output", out, "--set", "time.end=5")
    before = results(out)
    refused = oncofield("resume", out, "--set", "time.end=40", "--set", setting, check=False)
    assert refused.returncode == 65 and "--allow-large-output" in refused.stderr
    assert_same(before, results(out))


def test_more_output_than_the_disk_has_room_for_is_refused(oncofield, run_file, small_disk):
    file = run_file({"domain.points": [192, 120], "output.fields.every": 1})
    refused = oncofield("run", file, "--output", small_disk / "out", check=False)
    assert refused.returncode == 73, refused.stderr
    assert "are free" in refused.stderr and "--allow-large-output" in refused.stderr
    assert not (small_disk / "out").exists()


# MARK: Many frames


def test_a_frame_costs_the_same_however_many_there_are(oncofield, tmp_path):
    still = {
        "model": {"name": "still", "fields": {"u": {}}, "reactions": {"u": "0"}},
        "domain": {"size": [1], "points": [10]},
        "initial": {"u": 1},
        "time": {"end": 40, "step": 0.01},
        "output": {"fields": {"every": 0.01}, "observables": {"every": 40}},
    }
    (tmp_path / "still.json").write_text(json.dumps(still))
    seconds = {}
    for count in (1000, 4000):
        out = tmp_path / f"out-{count}"
        oncofield("run", tmp_path / "still.json", "--output", out, "--set", f"time.end={count / 100}")
        seconds[count] = json.loads((out / "run.json").read_text())["wall_seconds"]
        with h5py.File(out / "fields.h5") as file:
            assert file["u"].shape == (count + 1, 10) and (file["u"][()] == 1).all()
    print(f"seconds by the number of frames: {seconds}")
    # At most two milliseconds a frame (measured: a twentieth of that).
    assert seconds[4000] < 8
    assert seconds[4000] - seconds[1000] < 6 * max(seconds[1000], 0.5)


if __name__ == "__main__":
    reader = Reader(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
    # What takes a second to be loaded.
    import netCDF4  # noqa: F401
    import xarray  # noqa: F401

    print("ready", flush=True)
    reader()
    print(json.dumps({name: getattr(reader, name) for name in ("opened", "refused", "problems", "seen")}))
