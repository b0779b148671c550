"""A resumed run that was killed at any call that changes a file ends with the same bytes as one that was not."""

import json
import pathlib
import random
import shutil
import subprocess

import pytest

from test_resume import assert_same, results

SMALL = {
    "domain.points": [16, 10],
    "time.end": 2,
    "output.fields.every": 0.5,
    "output.images.every": 2,
    "checkpoint.every": 1,
}


@pytest.fixture(scope="module")
def killer(tmp_path_factory):
    """A library that, loaded into the program, kills it at the n-th change of a file."""
    library = tmp_path_factory.mktemp("killer") / "kill_at_change.so"
    source = pathlib.Path(__file__).with_name("kill_at_change.c")
    compiler = shutil.which("cc") or shutil.which("clang")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


def test_a_kill_at_any_change_of_a_file_loses_nothing(oncofield, run_file, killer, tmp_path):
    oncofield("run", run_file(SMALL), "--output", tmp_path / "start")
    broken = tmp_path / "broken"

    def resume(kill_at=None):
        environment = {"LD_PRELOAD": str(killer), "KILL_BELOW": str(broken), "KILL_AT": str(kill_at)}
        return oncofield(
            "resume", broken, "--set", "time.end=4", check=False, environment=environment if kill_at else None
        )

    shutil.copytree(tmp_path / "start", broken)
    resume()
    broken.rename(tmp_path / "whole")
    whole = results(tmp_path / "whole")
    files = sorted(path.name for path in (tmp_path / "whole").iterdir())

    generator = random.Random(1)
    journals = 0
    for call in range(1, 2000):
        shutil.copytree(tmp_path / "start", broken)
        first = resume(kill_at=call)
        if first.returncode == 0:
            break
        assert first.returncode == -9, first.stderr
        journals += (broken / "fields.h5-journal").exists()
        # The next one is killed too, somewhere on the way, and the one after that is left alone.
        resume(kill_at=generator.randint(1, call))
        last = resume()
        assert last.returncode == 0, f"killed at call {call}: {last.stderr}"
        assert_same(whole, results(broken))
        assert sorted(path.name for path in broken.iterdir()) == files
        assert json.loads((broken / "run.json").read_text())["outcome"] == "reached the end"
        shutil.rmtree(broken)
    print(f"killed at {call - 1} calls, with {journals} journals")
    assert call > 100
    assert journals > 10
