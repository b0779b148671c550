"""The directory of a run may come from somebody else. Whatever lies in place of its files (links to files of ours, links to
nothing, pipes, directories), no verb writes to or removes anything outside of the directory, waits for ever, or ends
without a sentence.
"""

import os
import shutil

import pytest

FILES = [
    "config.json", "resolved.json", "run.json", "fields.h5", "fields.h5-journal", "fields.xdmf", "fields.vtkhdf", "observables.csv",
    "log.txt", ".lock",
]  # fmt: skip
DIRECTORIES = ["checkpoints", "images"]
KINDS = ["link", "link to a copy", "link to nothing", "pipe", "device", "other"]


@pytest.fixture(scope="module")
def stopped_run(tmp_path_factory):
    """A run with all its files, which can go on."""
    return tmp_path_factory.mktemp("stopped") / "run"


def place(kind, path, outside):
    """Puts something else where a part of a run is; files outside are ours."""
    outside.mkdir()
    target = outside / path.name
    if kind == "link to a copy" and path.exists():
        shutil.move(path, target)
    elif path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    if kind == "link":
        if path.name in DIRECTORIES:
            target.mkdir()
            for name in ("000000000100.h5", "000000000200.h5.part", "mine.txt"):
                (target / name).write_text("mine")
        else:
            target.write_text("mine")
    if kind.startswith("link"):
        path.symlink_to(target)
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif path.name in DIRECTORIES:
        path.write_text("mine")
    else:
        path.mkdir()
        (path / "mine.txt").write_text("mine")


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", FILES + DIRECTORIES)
def test_nothing_outside_of_a_directory_is_touched(part, kind, oncofield, run_file, stopped_run, tmp_path):
    file = run_file({
        "domain.points": [9, 5], "time.end": 2, "checkpoint.every": 1,
        "output.fields.every": 1, "output.images": {"every": 1},
    })  # fmt: skip
    if not stopped_run.exists():
        oncofield("run", file, "--output", stopped_run)
        assert {path.name for path in stopped_run.iterdir()} == {*FILES, *DIRECTORIES} - {"fields.h5-journal"}
    attempts = [
        ["run", file, "--output", "RUN"],
        ["run", file, "--output", "RUN", "--overwrite"],
        ["resume", "RUN", "--set", "time.end=4"],
        ["resume", "RUN", "--set", "parameters.sigma_u=0.02", "--output", "BRANCH"],
        ["resume", stopped_run, "--set", "parameters.sigma_u=0.02", "--output", "RUN", "--overwrite"],
        ["inspect", "RUN"],
        ["compare", "RUN", stopped_run],
    ]
    for number, command in enumerate(attempts):
        folder = tmp_path / str(number)
        run, outside = folder / "run", folder / "outside"
        shutil.copytree(stopped_run, run)
        place(kind, run / part, outside)
        before = contents(outside)
        there = (run / part).lstat()
        command = [{"RUN": run, "BRANCH": folder / "branch"}.get(word, word) for word in command]
        finished = oncofield(*command, check=False, timeout=8)
        assert contents(outside) == before, command
        assert finished.returncode in (0, 1, 65, 66, 73, 74), (command, finished.stderr)
        assert finished.returncode in (0, 1) or "error: " in finished.stderr, command
        if "--overwrite" not in command:
            assert (run / part).lstat().st_ino == there.st_ino, command
        elif kind in ("other", "pipe"):
            assert finished.returncode == 73 and part in finished.stderr, finished.stderr
        if command[0] == "resume" and command[1] == run and "--output" not in command:
            assert finished.returncode != 0 and (part in finished.stderr or "no checkpoint" in finished.stderr)


def test_files_of_others_among_those_of_a_run_stay(oncofield, run_file, tmp_path):
    out, file = tmp_path / "out", run_file({"time.end": 2, "output.images.every": 1})
    (out / "images").mkdir(parents=True)
    (out / "images" / "mine.png").write_text("mine")
    (out / "images" / "1.png").write_text("mine")
    # No run is there yet.
    oncofield("run", file, "--output", out)
    (out / "checkpoints" / "notes.txt").write_text("mine")
    before = sorted(path.name for path in (out / "images").iterdir())
    assert oncofield("run", file, "--output", out, check=False).returncode == 73
    oncofield("run", run_file({"time.end": 2, "output.images": None}, "plain.json"), "--output", out, "--overwrite")
    assert sorted(path.name for path in (out / "images").iterdir()) == ["1.png", "mine.png"] != before
    assert (out / "checkpoints" / "notes.txt").read_text() == "mine"


def test_a_run_file_is_not_removed_by_its_own_run(oncofield, run_file, tmp_path):
    file = run_file({"time.end": 1})
    assert file.name == "run.json"
    text = file.read_bytes()
    refused = oncofield("run", file, "--output", tmp_path, "--overwrite", check=False)
    assert refused.returncode == 73 and "is the run file, and would be removed with the run" in refused.stderr
    assert file.read_bytes() == text
    # The copy that a run keeps of its run file may be run again.
    oncofield("run", file, "--output", tmp_path / "out")
    oncofield("run", tmp_path / "out" / "config.json", "--output", tmp_path / "out", "--overwrite")
    assert (tmp_path / "out" / "config.json").read_bytes() == text
