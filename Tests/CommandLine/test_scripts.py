"""Every script says what it is for, at once, and does nothing else when it is asked for help."""

import os
import shutil
import subprocess
import sys

import pytest

from conftest import ROOT

PLACES = ["scripts", "Benchmarks", "findings", "Tests/FuzzReaders", "Tests/Readers", ".ci"]
# What installs, builds or fetches.
GUARDED = ["apt-get", "sudo", "pip", "pip3", "swift", "cc", "clang", "gcc", "mpicc", "curl", "wget", "make", "cmake"]


def is_script(path):
    if path.suffix not in ("", ".py", ".sh") or not path.is_file():
        return False
    text = path.read_text()
    return text.startswith("#!") or "__main__" in text or path.name.startswith("with_")


SCRIPTS = sorted(
    path.relative_to(ROOT) for place in PLACES for path in (ROOT / place).rglob("*") if is_script(path) and "__pycache__" not in path.parts
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The scripts as they come, where nothing has been built or installed."""
    root = tmp_path_factory.mktemp("tree")
    for place in [*PLACES, "Tests/CommandLine"]:
        shutil.copytree(ROOT / place, root / place, ignore=shutil.ignore_patterns("__pycache__", "kept", "*.tar.xz", "*.h5"))
    guards = root / "guards"
    guards.mkdir()
    for name in GUARDED:
        (guards / name).write_text(f"#!/bin/sh\necho {name} >> {root}/used.txt\nexit 1\n")
        (guards / name).chmod(0o755)
    return root


def test_the_scripts_are_found():
    names = {str(path) for path in SCRIPTS}
    assert names >= {"scripts/soak", "scripts/install", "scripts/read_back.py", "Benchmarks/peers/compare.py", ".ci/run"}
    assert len(names) > 20


@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_help_is_answered_at_once(script, tree):
    command = ["bash", script] if script.suffix != ".py" else [sys.executable, script]
    if script.name == "compare.py" and "peers" in script.parts:
        # It makes its own environment: nothing but Python's own library may be needed before.
        command.insert(1, "-S")
    environment = os.environ | {"PATH": f"{tree / 'guards'}:{os.environ['PATH']}", "PIP_NO_INDEX": "1", "COLUMNS": "100"}
    before = {path.name for path in tree.iterdir()}
    finished = subprocess.run([*command, "--help"], cwd=tree, env=environment, capture_output=True, text=True, timeout=20, check=False)
    assert finished.returncode == 0, finished.stderr
    assert len(finished.stdout) > 60 and (script.stem in finished.stdout or script.suffix != ".py"), finished.stdout
    assert finished.stderr == ""
    assert {path.name for path in tree.iterdir()} == before, "something was made"
    assert not (tree / "used.txt").exists(), (tree / "used.txt").read_text()
