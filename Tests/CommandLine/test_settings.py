"""What is set on the command line counts, or is refused: for every command that takes settings."""

import json
import math

import pytest

CONTENT = {
    "model": {"name": "m", "parameters": {"k": 1}, "fields": {"u": {}}, "reactions": {"u": "-k*u"}},
    "domain": {"size": [1], "points": [8]},
    "initial": {"u": 1},
    "time": {"end": 1, "step": 0.25},
    "checkpoint": {"every": 0.5},
}

COMMANDS = {
    "run": ["run", "run.json", "--output", "new"],
    "plan": ["plan", "run.json"],
    "validate": ["validate", "run.json"],
    "bench": ["bench", "run.json", "--points", "8"],
    "resume": ["resume", "base", "--output", "new"],
}


@pytest.fixture
def command(oncofield, tmp_path):
    (tmp_path / "run.json").write_text(json.dumps(CONTENT))
    oncofield("run", "run.json", "--output", "base", "--quiet", cwd=tmp_path)

    def run(name, *options):
        finished = oncofield(*COMMANDS[name], *options, cwd=tmp_path, check=False)
        assert finished.returncode == 0 or not (tmp_path / "new").exists()
        return finished

    return run


@pytest.mark.parametrize("name", COMMANDS)
def test_two_values_of_one_key_are_refused_with_both(command, name):
    finished = command(name, "--set", "parameters.k=2", "--set", 'parameters={"k": 3}')
    assert finished.returncode == 65
    assert '--set:1:1: error: this contradicts --set "parameters.k=2", which comes before it' in finished.stderr
    assert 'parameters={"k": 3}\n' in finished.stderr and "leave one of the two out" in finished.stderr


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("run", ["--set", "output.directory=other"], "--set output.directory and --output contradict each other"),
        ("run", ["--set", "threads=2", "--threads", "1"], "--set threads and --threads contradict each other"),
        ("resume", ["--set", "threads=2", "--threads", "1"], "--set threads and --threads contradict each other"),
        ("bench", ["--set", "domain.points=[16]"], "--set domain.points changes nothing here; use --points"),
        ("bench", ["--set", "threads=2"], "--set threads changes nothing here; use --threads"),
    ],
)
def test_a_setting_that_an_option_overrides_is_refused(command, name, options, message):
    finished = command(name, *options)
    assert finished.returncode == 65 and message in finished.stderr


def test_settings_that_agree_with_an_option_are_taken(command):
    options = ["--set", "output.directory=new", "--set", "threads=1", "--threads", "1", "--set", "time.end=2", "--set", "time.end=2.0"]
    assert command("run", *options).returncode == 0


def test_a_negative_time_is_no_option(oncofield, tmp_path):
    (tmp_path / "run.json").write_text(json.dumps({**CONTENT, "time": {"start": -2, "end": 1, "step": 0.25}}))
    oncofield("run", "run.json", "--output", "base", "--quiet", "--set", "checkpoint.keep=10", cwd=tmp_path)
    oncofield("resume", "base", "--time", "-1", "--output", "new", "--set", "parameters.k=0", "--quiet", cwd=tmp_path)
    rows = (tmp_path / "new" / "observables.csv").read_text().splitlines()
    # u = exp(-1) from t = -1 on.
    assert float(rows[1].split(",")[0]) > -1 and abs(float(rows[-1].split(",")[2]) / math.exp(-1) - 1) < 1e-6


@pytest.mark.parametrize("threads", ["-1", "1025"])
def test_numbers_of_threads_are_those_of_a_run_file(command, threads):
    finished = command("run", "--threads", threads)
    assert finished.returncode == 64 and "--threads takes a number from 0 to 1024" in finished.stderr


@pytest.mark.parametrize("scheme, advice", [("etdrk4", "use strang4"), ("etdrk4-coupled", "use strang4 or auto")])
def test_a_scheme_that_tissue_does_not_allow_is_not_advised(command, scheme, advice):
    finished = command("run", "--set", f"time.scheme={scheme}", "--set", "domain.mask=x < 0.7")
    assert finished.returncode == 65 and "the tissue has a shape" in finished.stderr
    assert finished.stderr.rstrip().endswith(advice)


def test_a_step_that_the_time_cannot_tell_apart_is_refused(command):
    finished = command("run", "--set", "time.start=1e9", "--set", "time.end=1000000000.1", "--set", "time.step=1e-8")
    assert finished.returncode == 65 and "a step of 1e-8 is less than 16 roundings of the time" in finished.stderr.replace("e-08", "e-8")
