"""A step that passes a pole of a rate does not count, whatever the scheme: the run ends there."""

import csv
import json
import math

import pytest

SCHEMES = ["auto", "strang", "strang4", "rebalanced-strang", "etdrk4", "etd2-positive"]


@pytest.fixture
def run(oncofield, tmp_path):
    """Runs some processes (a rate and what it changes); returns the exit code, standard error and run.json."""

    def start(processes, initial, time, diffusion=0.0):
        fields = {name: {"diffusion": diffusion} if diffusion else {} for name in initial}
        model = {
            "name": "poles",
            "units": {"length": "mm", "time": "day"},
            "fields": fields,
            "processes": [
                {"name": f"process{number}", "rate": rate, "change": change}
                for number, (rate, change) in enumerate(processes)
            ],
        }
        content = {
            "model": model,
            "domain": {"size": [10], "points": [16]},
            "initial": initial,
            "time": time,
            "observables": {"mean": "mean(u)"},
            "output": {"observables": {"every": time["end"]}},
        }
        path = tmp_path / "run.json"
        path.write_text(json.dumps(content))
        finished = oncofield("run", path, "--output", tmp_path / "out", "--overwrite", "--quiet", check=False)
        return finished.returncode, finished.stderr, json.loads((tmp_path / "out" / "run.json").read_text())

    return start


def mean(directory):
    """The observable at the end of the run."""
    with open(directory / "out" / "observables.csv") as file:
        return float(list(csv.DictReader(file))[-1]["mean"])


# Rates, initial values, and when the solution comes to the pole, by separation of variables.
POLES = {
    "1/(2 - u)": ([("1/(2 - u)", {"u": 1})], {"u": 1}, 0.5),
    "1/(2 - u)^2": ([("1/(2 - u)^2", {"u": 1})], {"u": 1}, 1 / 3),
    "-1/u": ([("1/u", {"u": -1})], {"u": 1}, 0.5),
    "1/abs(2 - u)": ([("1/abs(2 - u)", {"u": 1})], {"u": 1}, 0.5),
    "u/(5 - t)": ([("u/(5 - t)", {"u": 1})], {"u": 1}, 5.0),
    "u*tan(t)": ([("u*tan(t)", {"u": 1})], {"u": 1}, 1.5707963),
    # 25 log(u) - 10 (u - 1) = t until 10 u = 25.
    "u/(25 - integral(u))": ([("u/(25 - integral(u))", {"u": 1})], {"u": 1}, 7.9072683),
    # By way of another field.
    "u/(2 - v)": ([("0.2", {"v": 1}), ("u/(2 - v)", {"u": 1})], {"u": 1, "v": 1}, 5.0),
}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", POLES)
def test_a_run_ends_at_a_pole(run, name, scheme):
    processes, initial, end = POLES[name]
    code, text, summary = run(processes, initial, {"end": 10, "scheme": scheme})
    assert code == 76, text
    assert summary["failure"]["time"] == pytest.approx(end, rel=2e-3)


# What is divided by depends on the past or on other points; when it is 0, by integration of the same equations.
ELSEWHERE = {
    "along an axis": ("u/(25 - integral(u, x))", 7.9072683),
    "convolution": ("u/(1.5 - convolve(where(abs(x) < 20, 0.05, 0), u))", None),
    "past": ("0.3*u/(3 - delayed(u, 1))", None),
    "largest value": ("u/(3 - max(u))", 3 * math.log(3) - 2),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_divisors_with_other_points_and_times_are_watched(run, name):
    rate, end = ELSEWHERE[name]
    code, text, summary = run([(rate, {"u": 1})], {"u": 1}, {"end": 30, "scheme": "etdrk4"}, diffusion=0.1)
    assert code == 76, text
    if end:
        assert "comes to a pole of" in text
        # A step may pass the pole by a little and end on the side on which it began.
        assert summary["failure"]["time"] == pytest.approx(end, rel=2e-2)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_with_diffusion_the_lowest_point_comes_to_the_pole_first(run, scheme):
    code, text, summary = run(
        [("1/u", {"u": -1})], {"u": "1 + 0.5*cos(pi*x/10)"}, {"end": 10, "scheme": scheme}, diffusion=1
    )
    assert code == 76, text
    # By Radau's method of order 5 on the same points, to a tolerance of 1e-10, until u is 1e-5.
    assert summary["failure"]["time"] == pytest.approx(0.12926, rel=3e-3)
    assert summary["failure"]["point"] == [15]


def test_the_message_names_the_pole(run):
    code, text, summary = run([("1/(2 - u)", {"u": 1})], {"u": 1}, {"end": 10, "step": 0.05, "scheme": "etdrk4"})
    assert code == 76
    assert "field u comes to a pole of 1/(2 - u) of process process0, where 2 - u goes from" in text
    assert "at point (0), x = 0.3125 mm." in text
    assert "write the rate so that it stays finite" in text
    assert summary["failure"]["field"] == "u"


# Rates that stay finite where their divisor is 0, and the values at t = 3.
NO_POLES = {
    # u' = 0.1 (u + 1.5)
    "0.1*(u^2 - 2.25)/(u - 1.5)": 2.5 * 2.718281828459045**0.3 - 1.5,
    # Left out near the zero: u' = 0.2.
    "where(abs(u - 1.3) > 1e-3, 0.2*(u - 1.3)/(u - 1.3), 0.2)": 1.6,
    # u' = 0.2 by a product that is the same on both sides.
    "0.2*sin(u - 1.237)/(u - 1.237)*(u - 1.237)/sin(u - 1.237)": 1.6,
}


@pytest.mark.parametrize("time", [{"scheme": scheme} for scheme in SCHEMES] + [{"step": 0.1}], ids=str)
@pytest.mark.parametrize("rate", NO_POLES)
def test_a_rate_that_stays_finite_is_no_pole(run, rate, time, tmp_path):
    code, text, _ = run([(rate, {"u": 1})], {"u": 1}, {"end": 3, **time})
    assert code == 0, text
    assert mean(tmp_path) == pytest.approx(NO_POLES[rate], rel=1e-4)


@pytest.mark.parametrize("scheme", ["auto", "strang", "strang4"])
def test_an_error_below_0_makes_no_gain_of_a_loss(run, tmp_path, scheme):
    """The pole of `u/(1e-6 + u)` is nearer to 0 than the error of a step where the field comes to an end, at t = 0.53."""
    code, text, summary = run(
        [("u/(1e-6 + u)", {"u": -1})], {"u": "1 + 0.5*cos(pi*x/10)"}, {"end": 0.6, "scheme": scheme}, diffusion=1
    )
    assert code == 0, text
    # By Radau's method on the same points, of max(u, 0)/(1e-6 + max(u, 0)).
    assert mean(tmp_path) == pytest.approx(0.4084, abs=2e-4)
    assert summary["health"]["lowest_values"]["u"] > -1e-3
