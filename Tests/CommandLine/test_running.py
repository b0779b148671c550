"""What others can do to a run that is going on: ask it to stop, or begin another one in its directory."""

import signal
import time

import pytest

from test_resume import wait_for_checkpoint

LONG = {"time.end": 4000, "checkpoint.every": 1, "output.images.every": 4000}


def test_a_second_run_in_a_directory_is_refused_until_the_first_has_ended(oncofield, start, run_file, tmp_path):
    file, out = run_file(LONG), tmp_path / "out"
    process = start("run", file, "--output", out)
    wait_for_checkpoint(out, process)
    for command in (["run", file, "--output", out, "--overwrite"], ["resume", out]):
        other = oncofield(*command, check=False)
        assert other.returncode == 73, other.stderr
        assert f"is in use by process {process.pid} on" in other.stderr
    assert process.poll() is None
    # The lock goes with the process, and the text that it leaves keeps nobody out.
    process.kill()
    process.communicate()
    newest = max(path.name for path in (out / "checkpoints").glob("*.h5"))
    again = start("resume", out)
    deadline = time.monotonic() + 60
    while max(path.name for path in (out / "checkpoints").glob("*.h5")) <= newest:
        assert again.poll() is None, again.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_directory_in_use_is_called_so_before_it_has_a_checkpoint(oncofield, start, run_file, tmp_path):
    out = tmp_path / "out"
    process = start("run", run_file({**LONG, "checkpoint.every": 4000}), "--output", out)
    deadline = time.monotonic() + 60
    while not (out / "config.json").exists() or not (out / ".lock").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.002)
    for more in ([], ["--step", "3"], ["--output", tmp_path / "branch"]):
        other = oncofield("resume", out, *more, check=False)
        assert other.returncode == 73, other.stderr
        assert f"is in use by process {process.pid} on" in other.stderr and "has no checkpoint" not in other.stderr
    assert process.poll() is None and not (tmp_path / "branch").exists()
    process.kill()
    process.communicate()
    other = oncofield("resume", out, check=False)
    assert other.returncode == 66 and "has no checkpoint" in other.stderr


@pytest.mark.parametrize("request_to_stop", [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1])
def test_a_request_to_stop_takes_a_checkpoint(oncofield, start, run_file, tmp_path, request_to_stop):
    out = tmp_path / "out"
    process = start("run", run_file(LONG), "--output", out)
    wait_for_checkpoint(out, process)
    process.send_signal(request_to_stop)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 75, errors
    assert "Continue with:  oncofield resume" in errors
    oncofield("inspect", sorted((out / "checkpoints").glob("*.h5"))[-1])


def test_a_second_request_ends_at_once_and_leaves_whole_files(oncofield, start, run_file, tmp_path):
    out = tmp_path / "out"
    # A step takes so long that the first request cannot be granted before the second.
    slow = {**LONG, "domain.points": [1500, 1500], "checkpoint.every": 1000, "output.ledger": False}
    process = start("run", run_file(slow), "--output", out, "--allow-large-output")
    deadline = time.monotonic() + 60
    while not (out / "fields.h5").exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    before = time.monotonic()
    _, errors = process.communicate(timeout=60)
    # No checkpoint is promised that there is not.
    assert process.returncode == 128 + signal.SIGTERM
    assert "without another checkpoint" in errors
    assert time.monotonic() - before < 0.5
    assert not list((out / "checkpoints").glob("*.h5"))


def test_a_run_stops_before_its_time_is_over(oncofield, run_file, tmp_path):
    out = tmp_path / "out"
    began = time.monotonic()
    finished = oncofield("run", run_file(LONG), "--output", out, "--max-walltime", "0:03", check=False)
    assert finished.returncode == 75, finished.stderr
    assert 1 < time.monotonic() - began < 3
    assert "Continue with:  oncofield resume" in finished.stderr
    last = sorted((out / "checkpoints").glob("*.h5"))[-1]
    # The same for what goes on, from whichever checkpoint.
    finished = oncofield("resume", out, "--step", "latest", "--max-walltime", "00:00:02", check=False)
    assert finished.returncode == 75, finished.stderr
    assert sorted((out / "checkpoints").glob("*.h5"))[-1] > last


@pytest.mark.parametrize("time_limit, is_good", [
    ("10", True), ("10:30", True), ("1:00:00", True), ("1-2", True), ("1-2:30", True), ("1-2:30:15", True),
    ("0", False), ("", False), ("1:2:3:4", False), ("-5", False), ("1-", False), ("an hour", False), ("1e3", False),
])  # fmt: skip
def test_time_limits_are_those_of_batch_systems(oncofield, run_file, tmp_path, time_limit, is_good):
    file = run_file({"domain.points": [9, 5], "time.end": 1})
    finished = oncofield("run", file, "--output", tmp_path / "out", f"--max-walltime={time_limit}", check=False)
    assert finished.returncode == (0 if is_good else 64), finished.stderr
    assert is_good or "max-walltime" in finished.stderr
