"""What a run says when its numbers cannot be trusted, as text, and in run.json."""

import json
import re

import pytest


@pytest.fixture
def run(oncofield, tmp_path):
    """Runs a model of one field; returns the exit code, the lines on standard error without the last word, and run.json."""

    def start(name, field, reactions, domain, initial, time, **others):
        path = tmp_path / f"{name}.json"
        model = {"name": name, "units": {"length": "mm", "time": "day"}, "fields": {"u": field}, **reactions}
        content = {"model": model, "domain": domain, "initial": {"u": initial}, "time": time, **others}
        path.write_text(json.dumps(content))
        finished = oncofield("run", path, "--output", tmp_path / name, "--overwrite", "--quiet", check=False)
        summary = json.loads((tmp_path / name / "run.json").read_text())
        text = finished.stderr.replace(str(tmp_path) + "/", "")
        return finished.returncode, re.sub(r"^Done: .*\n", "", text, flags=re.MULTILINE), summary

    return start


def test_a_blow_up_names_field_place_process_checkpoint_and_remedy(run):
    code, text, summary = run(
        "blow-up",
        {"diffusion": 0.1},
        {
            "processes": [
                {"name": "growth", "rate": "u^2", "change": {"u": 1}},
                {"name": "loss", "rate": "0.1*u", "change": {"u": -1}},
            ]
        },
        {"size": [120, 60], "points": [96, 40]},
        "1 + 0.5*exp(-(x - 60)^2)",
        {"end": 3, "step": 0.1},
        checkpoint={"every": 0.3},
    )
    assert code == 76
    # Digits of the numbers depend on the integrator, not on this promise.
    assert re.sub(r"\d+\.\d+", "#", text) == (
        "error: step 8 (t = # day): field u changes too fast for the reactions to be integrated at point (47, 0), x = #, "
        "y = # mm; largest process there: growth, # per day.\n"
        "The last good checkpoint is blow-up/checkpoints/000000000006.h5. A shorter step or a smaller tolerance may help; if "
        "the solution itself grows without limit, the process growth must saturate.\n"
    )
    failure = summary["failure"]
    assert summary["outcome"].startswith("failed: changes too fast")
    assert (failure["field"], failure["step"], failure["point"], failure["process"]) == ("u", 8, [47, 0], "growth")
    assert failure["position"] == {"x": 59.375, "y": 0.75} and failure["rate"] > 100
    assert 0.7 < failure["time"] < 0.8 and failure["checkpoint"].endswith("000000000006.h5")


@pytest.mark.parametrize("time", [{"end": 1, "scheme": scheme} for scheme in ("strang", "etdrk4", "etd2-positive", "auto")] + [
    {"end": 1, "step": 0.1, "scheme": scheme} for scheme in ("lie", "etdrk4")
], ids=lambda time: "-".join(str(value) for value in time.values()))
def test_what_is_no_number_in_a_rate_is_named_with_its_values_and_its_place(run, time):
    code, text, summary = run(
        "undefined",
        {"diffusion": 0.1},
        {"processes": [{"name": "growth", "rate": "0.2*u*sqrt(0.8 - u)", "change": {"u": 1}}]},
        {"size": [4], "points": [40]},
        "where(x < 2, 1, 0)",
        time,
    )
    assert code == 76
    assert re.search(
        r"^error: step 1 \(t = \S+ day\): field u has a rate that is no number at point \(\d+\), x = \S+ mm: "
        r"sqrt\(0\.8 - u\) of process growth, where u = (1\.0|0\.9\d*)\d*\.\n",
        text,
    ), text
    assert "sqrt(max(…, 0))" in text and "time.tolerance" not in text
    undefined = summary["failure"]["undefined"]
    assert undefined["expression"] == "sqrt(0.8 - u)" and undefined["in"] == "process growth"
    assert 0.9 < undefined["values"]["u"] < 1.001


def test_a_diffusivity_that_is_no_number_is_named_with_its_values(run):
    code, text, _ = run(
        "undefined-diffusivity",
        {"diffusion": "0.1*sqrt(u - 0.5)"},
        {"reactions": {"u": "-u"}},
        {"size": [4], "points": [40]},
        "0.6 + 0.05*cos(pi*x/4)",
        {"end": 1, "step": 0.01},
    )
    assert code == 76
    assert re.search(r"sqrt\(u - 0\.5\) of the diffusivity, where u = 0\.4\d+\.\n", text), text


def test_a_value_that_is_no_number_is_found_at_the_end_of_its_step(run):
    code, text, summary = run(
        "side",
        {"diffusion": 1, "boundary": {"x-": {"value": "sqrt(1 - t)"}}},
        {},
        {"size": [10, 5], "points": [40, 20]},
        1,
        {"end": 2, "step": 0.125},
    )
    assert code == 76
    assert text == (
        "error: step 9 (t = 1.125 day): what is prescribed for field u at the side x- is no finite number: sqrt(1 - t), "
        "where t = 1.125.\n"
        "There is no checkpoint yet. Write what is prescribed so that it is a finite number at all times of the run.\n"
    )
    undefined = summary["failure"]["undefined"]
    assert undefined == {"expression": "sqrt(1 - t)", "in": "the side x-", "values": {"t": 1.125}}
    assert summary["failure"]["process"] is None and summary["steps"] == 8


def test_a_step_below_the_smallest_says_where_the_field_changes_fastest(run):
    code, text, summary = run(
        "chemical",
        {"diffusion": 1},
        {
            "processes": [
                {"name": "release", "rate": "50*(1 + cos(pi*x))", "change": {"u": 1}},
                {"name": "decay", "rate": "50*u", "change": {"u": -1}},
            ]
        },
        {"size": [1], "points": [16]},
        0,
        {"end": 20, "tolerance": 1e-9, "smallest_step": 0.1, "scheme": "strang4"},
    )
    assert code == 76
    assert re.sub(r"\d+\.\d+", "#", text) == (
        "error: step # (t = # day): field u cannot be advanced as accurately as asked for: with a step of # its error is # "
        "times the tolerance; it changes fastest at point (0), x = # mm; largest process there: release, # per day.\n"
        "There is no checkpoint yet. Allow shorter steps (time.smallest_step), ask for less (time.tolerance), or look at the "
        "processes of u.\n"
    ).replace("step # (t", f"step {summary['failure']['step']} (t", 1)


def test_a_diffusivity_below_zero_is_named(run):
    code, text, _ = run(
        "negative",
        {"diffusion": "1 - u"},
        {"reactions": {"u": "0.5"}},
        {"size": [10], "points": [20]},
        "0.5 + 0.1*cos(pi*x/10)",
        {"end": 5, "step": 0.125},
    )
    assert code == 76
    assert re.match(
        r"error: step \d+ \(t = [\d.]+ day\): field u has a diffusivity of -[\d.e-]+ at point \(0\), x = 0\.25 mm; largest "
        r"process there: reaction of u, 0\.5 per day\.\nThere is no checkpoint yet\. A diffusivity must be a number of at "
        r"least 0 at all densities that occur\.\n$",
        text,
    ), text


STEP = ({"diffusion": 1}, {}, {"size": [100], "points": [100]}, "where(x < 50, 1, 0)", {"end": 1, "step": 0.1})


def test_a_density_below_zero_is_a_warning_with_its_figure(run):
    code, text, summary = run("kernel", *STEP)
    assert (code, text) == (0, "") and summary["health"] == {"lowest_values": {"u": 0}, "warnings": []}
    code, text, summary = run("ringing", *STEP, numerics={"propagator": "fourier"})
    assert code == 0
    lowest = summary["health"]["lowest_values"]["u"]
    assert -0.02 < lowest < -0.001
    shown = re.match(r"warning: field u fell below 0, to (\S+), first at point \((\d+)\), x = \S+ mm \(step 1, t = 0\.1 day\);", text)
    assert shown and abs(float(shown[1]) - lowest) < 1e-6 and 50 <= int(shown[2]) < 55
    assert text.count("warning") == 1
    assert text.endswith(
        "; if it is a density, take a shorter step or a smaller tolerance, let it diffuse by kernel "
        "(numerics.propagator), or use the scheme etd2-positive\n"
    )
    (warning,) = summary["health"]["warnings"]
    assert (warning["kind"], warning["field"], warning["step"], warning["time"]) == ("negative", "u", 1, 0.1)
    assert f"warning: {warning['text']}\n" == text


def test_a_process_that_takes_what_is_not_there_is_named(run):
    removal = {"processes": [{"name": "removal", "rate": "0.5*x", "change": {"u": -1}}]}
    code, text, _ = run("removal", {"diffusion": 0.1}, removal, {"size": [1], "points": [8]}, 0.1, {"end": 1, "step": 0.1})
    assert code == 0
    assert re.match(r"warning: field u fell below 0, to -0\.\d+, first at .* \(step 3, t = 0\.3 day\); its lowest value so far was -0\.\d+ at .* \(step 10, t = 1\.0 day\); its processes can take away what is not there: ", text)
    assert text.endswith(" of removal\n")


def front(run, points):
    return run(
        "front",
        {"diffusion": 0.01},
        {"reactions": {"u": "u*(1 - u)"}},
        {"size": [60], "points": [points]},
        "where(x < 10, 1, 0)",
        {"end": 60, "step": 0.25},
    )


def test_a_front_thinner_than_two_points_is_a_warning_with_its_width(run):
    code, text, summary = front(run, 60)
    assert code == 0
    assert re.fullmatch(
        r"warning: the front of field u is thinner than two points \(1\.\d+ at point \(1\d\), x = 1\d\.5 mm, step \d+, t = "
        r"\S+ day\), so that its speed and width depend on the grid; take at least twice as many points \(domain\.points\)\n",
        text,
    ), text
    (warning,) = summary["health"]["warnings"]
    assert warning["kind"] == "thin front" and 1 < warning["width_in_points"] < 2
    assert front(run, 240)[1] == ""


@pytest.mark.parametrize("scheme", ["auto", "strang", "rebalanced-strang", "strang4", "etdrk4", "etd2-positive"])
@pytest.mark.parametrize("side", [{"value": "sqrt(1 - t)"}, {"flux": "1 + sqrt(1 - t)"}], ids=["value", "flux"])
def test_a_side_that_is_no_number_is_no_lack_of_accuracy(run, scheme, side):
    code, text, summary = run(
        "side", {"diffusion": 1, "boundary": {"x-": side}}, {"reactions": {"u": "-u"}}, {"size": [4], "points": [20]}, 1,
        {"end": 2, "scheme": scheme},
    )
    assert code == 76
    assert "what is prescribed for field u at the side x- is no finite number: " in text
    assert "where t = 1.0" in text and "tolerance" not in text.split("error: ")[1]
    assert summary["failure"]["undefined"]["in"] == "the side x-"


def test_values_whose_squares_overflow_end_the_run(run):
    """Norms are sums of squares: infinite ones cannot be written into a checkpoint (exit code 74)."""
    code, text, summary = run("growth", {}, {"reactions": {"u": "u"}}, {"size": [1], "points": [4]}, 1e149, {"end": 12})
    assert code == 76 and "field u has overflowed" in text
    # u = 1e150 at t = ln 10.
    assert 2.3 <= summary["failure"]["time"] < 4


@pytest.mark.parametrize("scheme", ["strang", "etdrk4", "etd2-positive"])
def test_a_velocity_that_is_no_number_is_named_with_its_face(oncofield, tmp_path, scheme):
    model = {
        "name": "m", "parameters": {"chi": 0.1, "K": 1},
        "fields": {"u": {"diffusion": 0.1, "taxis": [{"toward": "c", "sensitivity": "chi*sqrt(1-u/K)"}]}, "c": {}},
        "reactions": {"u": "u"},
    }
    path = tmp_path / "run.json"
    path.write_text(json.dumps({
        "model": model, "domain": {"size": [4], "points": [40]}, "initial": {"u": 0.5, "c": "0.01*x"},
        "time": {"end": 2, "scheme": scheme},
    }))
    finished = oncofield("run", path, "--output", tmp_path / "out", check=False)
    assert finished.returncode == 76
    assert re.search(
        r"field u is carried with a velocity that is no number \(NaN\) at the face below point \(\d+\) along x, x = [\d.]+: "
        r"sqrt\(1-u/K\) of the sensitivity toward c, where K = 1\.0, u = 1\.0\d*\.\n",
        finished.stderr,
    ), finished.stderr
    failure = json.loads((tmp_path / "out" / "run.json").read_text())["failure"]
    assert abs(failure["position"]["x"] - 0.1 * failure["point"][0]) < 1e-12
