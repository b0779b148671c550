"""Fixtures for tests of the program as a whole: they run the release build as a user would."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".build" / "release" / "oncofield"


def build_preload(source, folder):
    """A library made from C, to be loaded into the program by LD_PRELOAD."""
    library = folder / f"{source.stem}.so"
    compiler = shutil.which("cc") or shutil.which("clang")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


@pytest.fixture
def oncofield():
    """Runs the program; returns the finished process."""

    def run(*arguments, cwd=ROOT, check=True, environment=None, timeout=120):
        finished = subprocess.run(
            [str(PROGRAM), *map(str, arguments)],
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=timeout,
            env={**os.environ, "NO_COLOR": "1", **(environment or {})},
        )
        if check:
            assert finished.returncode == 0, finished.stderr + finished.stdout
        return finished

    return run


@pytest.fixture
def start():
    """Starts the program without waiting for it."""
    processes = []

    def run(*arguments, cwd=ROOT, environment=None):
        process = subprocess.Popen(
            [str(PROGRAM), *map(str, arguments)],
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def run_file(tmp_path):
    """Writes a run file into a directory of its own: a copy of a small immunotherapy run with changes."""

    def write(changes=None, name="run.json"):
        content = {
            "model": "kirschner-panetta-diffusion",
            "parameters": {"sigma_u": 0.018},
            "domain": {"size": [120, 60], "points": [96, 40], "boundary": "no-flux"},
            "initial": {
                "u": "0.3*(1 + 0.1*normal())",
                "v": "0.4*(1 + 0.1*cos(2*pi*x/120))",
                "w": "0.02*(1 + 0.1*cos(pi*y/60))",
            },
            "time": {"end": 40, "step": 0.125, "scheme": "rebalanced-strang"},
            "observables": {"burden": "integral(v)"},
            "output": {
                "directory": "out",
                "fields": {"every": 3.3},
                "observables": {"every": 0.7},
                "images": {"every": 20},
                "ledger": True,
            },
            "checkpoint": {"every": 5, "keep": 3},
            "seed": 7,
        }
        for path, value in (changes or {}).items():
            place = content
            *parents, last = path.split(".")
            for key in parents:
                place = place.setdefault(key, {})
            if value is None:
                place.pop(last, None)
            else:
                place[last] = value
        path = tmp_path / name
        path.write_text(json.dumps(content, indent=2))
        return path

    return write
