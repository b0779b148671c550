"""The power fails: what a file system finds when it starts again is what had reached the disk, in whatever order that was written.

A run writes into a file system in a file. At a random moment it is stopped, and the file is copied: the copy is the disk after a power
cut, without anything that the system had not written yet. Mounted, it is the directory that the run goes on from. As a control the same is done to runs
whose program cannot make anything last: these do lose what they had announced.

Needs a superuser who may mount; `ONCOFIELD_POWER_CUTS` is the number of cuts, 60 in scripts/soak power-cuts.
"""

import os
import random
import shutil
import signal
import subprocess
import time

import pytest

from conftest import build_preload
from test_resume import assert_same, results, wait_for_checkpoint

CUTS = int(os.environ.get("ONCOFIELD_POWER_CUTS", "2"))

RUN = {
    "domain.points": [48, 20],
    "time.end": 400,
    "output.fields.every": 5,
    "output.observables.every": 1,
    "output.images.every": 100,
    "checkpoint.every": 2,
}

# What a program is like that forgets to make things last.
FORGETFUL = """
int fsync(int file) { return 0; }
int fdatasync(int file) { return 0; }
"""


class Disk:
    """A file system in a file."""

    def __init__(self, folder, image=None):
        self.image, self.place, self.is_mounted = folder / "disk", folder / "mounted", False
        folder.mkdir()
        self.place.mkdir()
        if image is None:
            with open(self.image, "wb") as file:
                file.truncate(64 << 20)
            subprocess.run(["mkfs.ext4", "-q", "-E", "lazy_itable_init=0", self.image], check=True)
        else:
            shutil.copyfile(image, self.image)

    def __enter__(self):
        subprocess.run(["mount", "-o", "loop", self.image, self.place], check=True, capture_output=True)
        self.is_mounted = True
        return self.place

    def __exit__(self, *_):
        subprocess.run(["umount", self.place], check=True)

    def copy(self, folder):
        """What is on the disk now, when two looks at it agree."""
        before = None
        while True:
            now = self.image.read_bytes()
            if now == before:
                break
            before = now
        folder.mkdir()
        (folder / "image").write_bytes(now)
        copy = Disk(folder / "disk", folder / "image")
        (folder / "image").unlink()
        return copy


@pytest.fixture(scope="module")
def may_mount(tmp_path_factory):
    try:
        with Disk(tmp_path_factory.mktemp("try") / "disk"):
            pass
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no file system can be mounted here: {error}")


@pytest.fixture
def forgetful(tmp_path):
    (tmp_path / "forgetful.c").write_text(FORGETFUL)
    return build_preload(tmp_path / "forgetful.c", tmp_path)


def steps(directory):
    return [int(path.stem) for path in sorted((directory / "checkpoints").glob("*.h5"))]


def cut(start, run_file, folder, random_, program=None):
    """Runs until a random moment; what was there then, and the disk as it was found."""
    disk = Disk(folder)
    with disk as place:
        process = start("run", run_file(RUN), "--output", place / "run", **({"environment": program} if program else {}))
        wait_for_checkpoint(place / "run", process)
        time.sleep(random_.uniform(0, 0.8))
        process.send_signal(signal.SIGSTOP)
        announced = steps(place / "run")
        found = disk.copy(folder / "after")
        process.kill()
        process.communicate()
    return announced[-1], found


def test_nothing_that_was_announced_is_lost_when_the_power_fails(may_mount, oncofield, start, run_file, tmp_path):
    whole = tmp_path / "whole"
    oncofield("run", run_file(RUN), "--output", whole)
    expected = results(whole)
    random_ = random.Random(1)
    for number in range(CUTS):
        announced, disk = cut(start, run_file, tmp_path / f"cut {number}", random_)
        with disk as place:
            oncofield("inspect", place / "run" / "checkpoints" / f"{announced:012}.h5")
            oncofield("resume", place / "run")
            assert_same(expected, results(place / "run"))
        shutil.rmtree(tmp_path / f"cut {number}")
    print(f"{CUTS} power cuts: all went on to the same bytes")


def test_without_making_things_last_they_are_lost(may_mount, oncofield, start, run_file, forgetful, tmp_path):
    random_, lost = random.Random(2), 0
    cuts = max(2, CUTS // 5)
    for number in range(cuts):
        announced, disk = cut(start, run_file, tmp_path / f"cut {number}", random_, {"LD_PRELOAD": str(forgetful)})
        with disk as place:
            finished = oncofield("inspect", place / "run" / "checkpoints" / f"{announced:012}.h5", check=False)
            lost += finished.returncode != 0
        shutil.rmtree(tmp_path / f"cut {number}")
    print(f"{cuts} power cuts without: {lost} lost the newest checkpoint")
    assert lost > 0
