"""Help, messages and exit codes of the verbs."""

import json
import re
import shutil
import subprocess

import h5py
import pytest
from conftest import PROGRAM


@pytest.fixture
def finished_run(oncofield, run_file, tmp_path):
    path = run_file({"time.end": 5})
    oncofield("run", path, "--output", tmp_path / "out")
    return tmp_path / "out"


def test_help_teaches(oncofield):
    text = oncofield("--help").stdout
    for word in ("oncofield run configs/immunotherapy.json", "resume", "Exit codes: 0 done, 64 usage, 65 bad run file"):
        assert word in text
    for verb in ("run", "resume", "validate", "plan", "inspect", "models", "schema", "compare", "bench"):
        assert "USAGE" in oncofield(verb, "--help").stdout


def test_wrong_usage_ends_with_64(oncofield):
    finished = oncofield("rum", check=False)
    assert finished.returncode == 64


def test_a_missing_run_file_ends_with_66(oncofield):
    finished = oncofield("run", "nowhere.json", check=False)
    assert (finished.returncode, finished.stderr) == (66, "error: there is no run file nowhere.json\n")


def test_a_run_file_may_come_from_standard_input(run_file, tmp_path):
    """The same values as from the file; without --output the run is in runs/standard-input."""
    text = run_file({"title": "one of them", "time.end": 1, "output": {"fields": {"every": 0.5}}}).read_text()

    def run(*arguments, given=text):
        return subprocess.run([PROGRAM, *arguments], input=given, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert run("run", "run.json", "--output", "from-file").returncode == 0
    assert run("run", "-", "--set", "seed=7").returncode == 0
    written, expected = tmp_path / "runs" / "standard-input", tmp_path / "from-file"
    for name in ("observables.csv", "config.json"):
        assert (written / name).read_bytes() == (expected / name).read_bytes()
    # How many frames are written together depends on the clock, and with it where they lie in the file.
    with h5py.File(written / "fields.h5") as one, h5py.File(expected / "fields.h5") as other:
        names = [name for name, part in other.items() if isinstance(part, h5py.Dataset)]
        assert set(one) == set(other) and "time" in names and len(names) >= 3
        assert all(one[name][()].tobytes() == other[name][()].tobytes() for name in names)
    assert run("validate", "-").stdout.startswith("standard-input is")
    assert "steps" in run("plan", "-").stdout
    finished = run("run", "-", given=text.replace('"rebalanced-strang"', '"strangg"'))
    assert finished.returncode == 65 and "standard-input:" in finished.stderr and "did you mean" in finished.stderr
    finished = run("run", "-", given="")
    assert finished.returncode == 65 and "standard-input:1:1" in finished.stderr
    finished = run("validate", "-", given=" " * (8 * 2**20 + 1))
    assert finished.returncode == 74 and "more than the limit" in finished.stderr
    closed = subprocess.run(["sh", "-c", '"$0" validate - <&-', PROGRAM], capture_output=True, text=True, timeout=60)
    assert (closed.returncode, closed.stderr) == (66, "error: standard input cannot be read\n")


def test_a_bad_run_file_ends_with_65_and_nothing_is_written(oncofield, run_file, tmp_path):
    finished = oncofield("run", run_file({"time.scheme": "strangg"}), "--output", tmp_path / "out", check=False)
    assert finished.returncode == 65
    assert 'unknown value "strangg"' in finished.stderr
    assert 'did you mean "strang"?' in finished.stderr
    assert not (tmp_path / "out").exists()


def test_an_existing_run_ends_with_73_and_is_left_alone(oncofield, run_file, finished_run):
    before = (finished_run / "observables.csv").read_bytes()
    finished = oncofield("run", run_file({"time.end": 5}), "--output", finished_run, check=False)
    assert finished.returncode == 73
    assert "holds a run already" in finished.stderr and "--overwrite" in finished.stderr
    assert (finished_run / "observables.csv").read_bytes() == before
    oncofield("run", run_file({"time.end": 5}), "--output", finished_run, "--overwrite")


def test_resume_without_checkpoint_is_an_error_never_a_new_start(oncofield, finished_run):
    shutil.rmtree(finished_run / "checkpoints")
    finished = oncofield("resume", finished_run, check=False)
    assert finished.returncode == 66
    assert "has no checkpoint" in finished.stderr


def test_the_checkpoint_of_a_time_is_the_last_one_not_after_it(oncofield, run_file, tmp_path):
    oncofield("run", run_file({"time.end": 20, "checkpoint.every": 5, "checkpoint.keep": 9}), "--output", tmp_path / "out")
    for time, step in ((12, 80), (10, 80), (9.9, 40), (1e9, 160)):
        branch = tmp_path / f"branch-{time}"
        finished = oncofield(
            "resume", tmp_path / "out", "--time", time, "--set", "time.end=20.5", "--output", branch, "--overwrite"
        )
        record = json.loads((branch / "run.json").read_text())
        assert record["parent_checkpoint"].endswith(f"{step:012}.h5"), (time, record["parent_checkpoint"], finished.stderr)
    finished = oncofield("resume", tmp_path / "out", "--time", "4", "--output", tmp_path / "none", check=False)
    assert finished.returncode == 66
    assert "has no checkpoint at or before t = 4; its times: 5, 10, 15, 20" in finished.stderr
    assert oncofield("resume", tmp_path / "out", "--time", "4", "--step", "80", check=False).returncode == 64


def test_a_damaged_newest_checkpoint_is_passed_over(oncofield, run_file, tmp_path):
    oncofield("run", run_file({"time.end": 12}), "--output", tmp_path / "out")
    newest = sorted((tmp_path / "out" / "checkpoints").glob("*.h5"))[-1]
    content = bytearray(newest.read_bytes())
    for offset in range(len(content) // 2, len(content) // 2 + 4000):
        content[offset] ^= 0x55
    newest.write_bytes(content)
    finished = oncofield("resume", tmp_path / "out")
    assert "is damaged" in finished.stderr and "trying the one before" in finished.stderr
    whole = tmp_path / "whole"
    oncofield("run", run_file({"time.end": 12}), "--output", whole)
    assert json.loads(oncofield("compare", whole, tmp_path / "out", "--json").stdout)["equal"]


def test_a_run_branches_off_a_checkpoint_with_other_parameters(oncofield, finished_run, tmp_path):
    refused = oncofield("resume", finished_run, "--set", "parameters.sigma_u=0.05", check=False)
    assert refused.returncode == 65 and "branch off with --output" in refused.stderr
    oncofield(
        "resume", finished_run, "--set", "parameters.sigma_u=0.05", "--set", "time.end=8", "--output", tmp_path / "branch"
    )
    run = json.loads((tmp_path / "branch" / "run.json").read_text())
    assert run["parent_checkpoint"].startswith(str(finished_run)) and run["time"] == 8


def test_plan_says_what_was_chosen_and_why(oncofield, run_file):
    plan = json.loads(oncofield("plan", run_file(), "--json").stdout)
    assert plan["steps"] == 320 and plan["points"] == [96, 40] and plan["memory_bytes"] > 0
    for field in "uvw":
        for axis in "xy":
            assert plan["chosen"]["propagators"][field][axis]["because"]
    assert "kernel" in oncofield("plan", run_file()).stdout
    # etdrk4 has no kernels: where data jump, it takes the exponential of second-order differences.
    sharp = {
        "model": {"name": "m", "fields": {"u": {"diffusion": 1}}, "reactions": {"u": "hill(u, 0.5, 1.5) - u"}},
        "parameters": None,
        "initial": {"u": "where(x < 10, 1, 0)"},
        "observables": None,
        "time": {"end": 40, "scheme": "etdrk4"},
    }
    assert "u along x: second-order transform" in oncofield("plan", run_file(sharp)).stdout
    assert "u along x: second-order kernel" in oncofield("plan", run_file({**sharp, "time.scheme": "strang"})).stdout


@pytest.mark.parametrize("settings", [
    {"time.scheme": "etdrk4"},
    {"time.scheme": "strang"},
    {"time.scheme": "strang", "time.step": 0.5},
    {"time.scheme": "etd2-positive"},
], ids=str)  # fmt: skip
def test_the_run_directory_says_of_the_choice_what_the_plan_says(oncofield, run_file, tmp_path, settings):
    sharp = {
        "model": {"name": "m", "fields": {"u": {"diffusion": 1}}, "reactions": {"u": "hill(u, 0.5, 1.5) - u"}},
        "parameters": None,
        "initial": {"u": "where(x < 10, 1, 0)"},
        "observables": None,
        "time": {"end": 0.1},
    }
    path = run_file({**sharp, **settings})
    plan = json.loads(oncofield("plan", path, "--json").stdout)
    oncofield("run", path, "--output", tmp_path / "out", "--quiet")
    chosen = json.loads((tmp_path / "out" / "resolved.json").read_text())["chosen"]
    assert chosen == plan["chosen"]
    scheme = settings["time.scheme"]
    method = chosen["propagators"]["u"]["x"]["method"]
    # Where steps are split the data get a kernel; where they are not, all is transformed.
    assert (chosen["scheme"], method) == (scheme, "fourier" if scheme == "etdrk4" else "kernel")
    shown = oncofield("plan", path).stdout
    assert ("u along x: second-order transform" in shown) == (scheme == "etdrk4")


def test_the_scheme_that_the_rule_takes_is_named_with_its_reason(oncofield, run_file, tmp_path):
    path = run_file({"time.step": None, "time.scheme": None, "time.tolerance": 1e-3, "time.end": 0.5})
    plan = json.loads(oncofield("plan", path, "--json").stdout)
    assert plan["scheme"] == "etdrk4-coupled" and plan["scheme_because"]
    assert f"etdrk4-coupled ({plan['scheme_because']})" in oncofield("plan", path).stdout
    oncofield("run", path, "--output", tmp_path / "out", "--quiet")
    resolved = json.loads((tmp_path / "out" / "resolved.json").read_text())
    assert resolved["time"]["scheme"] == "auto" and resolved["chosen"]["scheme"] == "etdrk4-coupled"
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (run["scheme"], run["scheme_because"]) == ("etdrk4-coupled", plan["scheme_because"])


def test_inspect_shows_runs_checkpoints_and_series(oncofield, finished_run):
    run = json.loads(oncofield("inspect", finished_run, "--json").stdout)
    assert run["run"]["outcome"] == "reached the end" and run["fields"]["frames"] == 3
    checkpoint = json.loads(oncofield("inspect", finished_run / "checkpoints" / "000000000040.h5", "--json").stdout)
    assert checkpoint["step"] == 40 and checkpoint["time"] == 5 and checkpoint["whole"] is True
    assert "frames: 3" in oncofield("inspect", finished_run / "fields.h5").stdout


def test_compare_says_where_and_how_much(oncofield, run_file, finished_run, tmp_path):
    assert oncofield("compare", finished_run, finished_run).stdout == "equal, bit for bit\n"
    oncofield("run", run_file({"time.end": 5, "initial.v": 0.41}), "--output", tmp_path / "other")
    finished = oncofield("compare", finished_run, tmp_path / "other", "--json", check=False)
    assert finished.returncode == 1
    difference = json.loads(finished.stdout)["fields"]["v"]
    assert difference["first_time"] == 0 and 0.01 < difference["max_abs"] < 0.1 and difference["relative_l2"] > 0


def test_bench_gives_the_table_the_json_and_the_plot(oncofield, run_file, tmp_path):
    arguments = ["bench", run_file(), "--points", "16,32", "--threads", "1,2", "--seconds", "0.05", "--repeats", "2"]
    report = json.loads(oncofield(*arguments, "--json").stdout)
    assert [(entry["points"], entry["threads"]) for entry in report["results"]] == [
        ([16, 16], 1), ([16, 16], 2), ([32, 32], 1), ([32, 32], 2)
    ]
    for entry in report["results"]:
        assert 0 < entry["fastest"] <= entry["seconds_per_step"] <= entry["slowest"]
        assert entry["ns_per_point_field_step"] > 0 and entry["memory_bytes"] >= 0
        split = entry["split"]
        assert set(split) == {"reaction", "diffusion", "taxis", "other", "output"}
        assert split["reaction"] > 0 and split["diffusion"] > 0
        assert 0 < entry["share_of_bandwidth"] and 0 < entry["share_of_arithmetic"] < 1
    steps = [entry["steps"] for entry in report["results"]]
    assert steps[0] == steps[1] >= 4 and steps[2] == steps[3] >= 4
    assert [limit["threads"] for limit in report["machine"]] == [1, 2]
    assert all(limit["bytes_per_second"] > 1e8 and limit["operations_per_second"] > 1e8 for limit in report["machine"])
    assert [growth["threads"] for growth in report["growth"]] == [1, 2]
    plot = tmp_path / "scaling.png"
    assert "ns/point·field" in oncofield(*arguments, "--plot", plot).stdout
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_bench_takes_the_steps_of_the_run_whatever_the_scheme(oncofield, run_file):
    for settings in ({"time.scheme": "etdrk4"}, {"time.step": None, "time.tolerance": 1e-3}, {"time.scheme": "etd2-positive"}):
        arguments = ["bench", run_file(settings), "--points", "16", "--seconds", "0.02", "--repeats", "1"]
        entry = json.loads(oncofield(*arguments, "--json").stdout)["results"][0]
        split = entry["split"]
        assert split["reaction"] > 0 and split["diffusion"] > 0
        assert split["reaction"] + split["diffusion"] <= 1.5 * entry["seconds_per_step"]


def test_bench_compares_with_an_earlier_report(oncofield, run_file, tmp_path):
    arguments = ["bench", run_file(), "--points", "16", "--seconds", "0.02", "--repeats", "2"]
    report = json.loads(oncofield(*arguments, "--json").stdout)
    entry = report["results"][0]
    for factor, verdict in ((100, "faster"), (0.01, "slower")):
        changed = report | {"results": [entry | {key: factor * entry[key] for key in ("seconds_per_step", "fastest", "slowest")}]}
        earlier = tmp_path / "earlier.json"
        earlier.write_text(json.dumps(changed))
        assert oncofield(*arguments, "--compare", earlier).stdout.rstrip().endswith(verdict)
    earlier.write_text("{}")
    failed = oncofield(*arguments, "--compare", earlier, check=False)
    assert failed.returncode == 65 and "this is no report of oncofield bench" in failed.stderr


def test_progress_goes_to_standard_error_and_to_the_log(oncofield, run_file, tmp_path):
    finished = oncofield("run", run_file({"time.end": 5}), "--output", tmp_path / "out")
    assert finished.stdout == ""
    assert "100 %" in finished.stderr and "burden" in finished.stderr
    assert "100 %" in (tmp_path / "out" / "log.txt").read_text()
    quiet = oncofield("run", run_file({"time.end": 5}), "--output", tmp_path / "quiet", "--quiet")
    assert "%" not in quiet.stderr


def test_overrides_are_recorded(oncofield, run_file, tmp_path):
    oncofield("run", run_file(), "--output", tmp_path / "out", "--set", "time.end=2", "--set", "parameters.alpha=0.08")
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    resolved = json.loads((tmp_path / "out" / "resolved.json").read_text())
    assert run["set"] == ["time.end=2", "parameters.alpha=0.08"]
    assert resolved["time"]["end"] == 2 and resolved["model"]["parameters"]["alpha"]["value"] == 0.08


def test_a_verb_that_was_given_something_else_says_what_it_is(oncofield, run_file, tmp_path):
    path = run_file({"time.end": 1})
    oncofield("run", path, "--output", tmp_path / "out")
    for verb in ("resume", "inspect"):
        finished = oncofield(verb, path, check=False)
        assert finished.returncode == 66 and f"is a run file and no run; it is run by  oncofield run {path}" in finished.stderr
    for verb in ("run", "validate", "plan"):
        finished = oncofield(verb, tmp_path / "out", check=False)
        assert finished.returncode == 66 and f"oncofield inspect {tmp_path / 'out'}" in finished.stderr
        finished = oncofield(verb, tmp_path / "out" / "fields.h5", check=False)
        assert finished.returncode == 66 and "holds fields and is no run file" in finished.stderr
        finished = oncofield(verb, "kirschner-panetta-diffusion", check=False)
        assert finished.returncode == 66 and "that is a model, shown by  oncofield models kirschner" in finished.stderr
    finished = oncofield("resume", "kirschner-panetta-diffusion", check=False)
    assert finished.returncode == 66 and "that is a model" in finished.stderr


@pytest.mark.parametrize("verb", ["plan RUN", "plan RUN --json", "validate RUN", "inspect OUT", "models", "models fisher-kpp-glioma --source",
                                  "schema", "schema --reference", "compare OUT OUT --json", "--help", "--version"])  # fmt: skip
def test_what_cannot_be_printed_is_an_error_and_a_closed_pipe_is_none(run_file, finished_run, tmp_path, verb):
    words = verb.replace("RUN", str(tmp_path / "run.json")).replace("OUT", str(finished_run)).split()
    with open("/dev/full", "w") as full:
        finished = subprocess.run([PROGRAM, *words], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert finished.returncode == 74
    assert finished.stderr.endswith("error: standard output cannot be written: no space left on device\n")
    piped = subprocess.run(
        ["sh", "-c", '"$0" "$@" | head -1', PROGRAM, *words], capture_output=True, text=True, timeout=60)  # fmt: skip
    assert piped.returncode == 0 and len(piped.stdout.splitlines()) == 1 and "error" not in piped.stderr


def test_a_run_whose_messages_cannot_be_written_goes_on(oncofield, run_file, tmp_path):
    path = run_file({"time.end": 5})
    with open("/dev/full", "w") as full:
        for verb in (["run", path, "--output", tmp_path / "mute"], ["resume", tmp_path / "mute", "--set", "time.end=6"]):
            assert subprocess.run([PROGRAM, *verb], stderr=full, timeout=60).returncode == 0
    oncofield("run", path, "--output", tmp_path / "heard")
    oncofield("resume", tmp_path / "heard", "--set", "time.end=6")
    assert oncofield("compare", tmp_path / "mute", tmp_path / "heard").stdout == "equal, bit for bit\n"


@pytest.mark.parametrize("branch", [True, False])
def test_an_end_before_the_checkpoint_is_refused(oncofield, finished_run, tmp_path, branch):
    output = ["--output", tmp_path / "branch"] if branch else []
    finished = oncofield("resume", finished_run, "--set", "time.end=1.5", *output, check=False)
    assert finished.returncode == 65 and "time.end is 1.5, but the run is resumed from t = 5" in finished.stderr
    assert not (tmp_path / "branch").exists()


def test_plan_estimates_steps_and_seconds(oncofield, run_file, tmp_path):
    path = run_file()
    plan = json.loads(oncofield("plan", path, "--json", "--trial", "60").stdout)
    # The whole run was measured.
    assert plan["estimate"]["steps"] == plan["estimate"]["measured_steps"] == plan["steps"]
    assert plan["estimate"]["ended"] == "reached the end" and 0 < plan["estimate"]["seconds"] < 60
    # Of equal steps a part tells the number of all.
    setting = ("--set", "time.end=1000", "--set", "time.step=0.05")
    long = json.loads(oncofield("plan", path, *setting, "--json", "--trial", "0.05").stdout)
    assert long["steps"] == 20000 and abs(long["estimate"]["steps"] - 20000) <= 1
    assert long["estimate"]["measured_steps"] < 20000 and "ended" not in long["estimate"]
    text = oncofield("plan", path, *setting, "--trial", "0.05").stdout
    assert re.search(r"^  estimate     about 20000 steps, .*, if steps stay as they are at t = [\d.]+ \(after \d+ steps\)$", text, re.M)
    assert list(tmp_path.iterdir()) == [path], "a plan writes no files"


def test_plan_says_that_a_run_stops_or_fails(oncofield, run_file):
    path = run_file({"stop": [{"when": "t > 0.5", "because": "half"}]})
    assert "stopped at t = 0.5: half" in oncofield("plan", path, "--trial", "60").stdout
    growing = {
        "model": {"name": "m", "fields": {"u": {"diffusion": 1}}, "reactions": {"u": "u^2"}},
        "parameters": None, "initial": {"u": "1"}, "observables": None, "time": {"end": 4, "tolerance": 1e-3},
    }  # fmt: skip
    text = oncofield("plan", run_file(growing), "--trial", "60").stdout
    # 1/(1 − t) ends at t = 1.
    assert re.search(r"^  estimate     the run fails after \d+ steps, .*, at t = (1\.0|0\.99\d*):", text, re.M)


def test_plan_estimates_nothing_unasked_that_takes_long(oncofield, run_file):
    path = run_file()
    assert "\n  estimate " not in oncofield("plan", path, "--trial", "0").stdout
    assert "estimate" not in json.loads(oncofield("plan", path, "--json", "--trial", "0").stdout)
    large = oncofield("plan", path, "--set", "domain.points=[4000,4000]").stdout
    assert "  estimate     none for as many values; ask for it with --trial SECONDS\n" in large
    wrong = oncofield("plan", path, "--trial", "-1", check=False)
    assert wrong.returncode == 64 and "--trial" in wrong.stderr
