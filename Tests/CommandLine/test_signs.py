"""Fields that are negative at the start: rates that are defined there are used as they are, others are refused."""

import csv
import json
import math

import pytest


def run_file(rate, start, time=None, **changes):
    return {
        "model": {
            "name": "m",
            "fields": {"u": {}},
            "processes": [{"name": "p", "rate": rate, "change": {"u": 1}}],
            **changes.pop("model", {}),
        },
        "domain": {"size": [1], "points": [4]},
        "initial": {"u": start},
        "time": {"end": 1, **(time or {"tolerance": 1e-6})},
        "observables": {"value": "mean(u)"},
        **changes,
    }


def write(tmp_path, content):
    path = tmp_path / "run.json"
    path.write_text(json.dumps(content))
    return path


def columns(directory):
    with open(directory / "observables.csv") as file:
        rows = list(csv.DictReader(file))
    return {name: [float(row[name]) for row in rows] for name in rows[0]}


def value_at_end(oncofield, tmp_path, content):
    finished = oncofield("run", write(tmp_path, content), "--output", tmp_path / "out", "--overwrite", "--quiet")
    assert "error" not in finished.stderr
    return columns(tmp_path / "out")["value"][-1]


def solved(rate, u, count=2000):
    """The value at t = 1 by the classical method of fourth order with steps whose error is far below that of the run."""
    h = 1 / count
    for _ in range(count):
        a = rate(u)
        b = rate(u + h / 2 * a)
        c = rate(u + h / 2 * b)
        d = rate(u + h * c)
        u += h / 6 * (a + 2 * b + 2 * c + d)
    return u


CASES = [
    ("1/u", -1, -math.sqrt(3)),
    ("u^(-3)", -1, -(5**0.25)),
    ("log(u^2)", -2, solved(lambda u: math.log(u * u), -2)),
    ("log(abs(u))", -2, solved(lambda u: math.log(abs(u)), -2)),
    ("sqrt(u*u)", -1, -math.exp(-1)),
    ("(u^2)^0.75", -1, solved(lambda u: (u * u) ** 0.75, -1)),
    # u = -(1 + t/2)^2
    ("-sqrt(-u)", -1, -2.25),
    ("abs(u)^1.5", -1, -4 / 9),
    ("where(u > 0, u^1.5, 0) - 0.1", -1, -1.1),
    ("where(u > 0, 1/u, -1)", -1, -2),
    ("where(u >= 0, sqrt(u), -sqrt(-u))", -1, -2.25),
    ("max(u, 0)^1.5 - 1", -1, -2),
    ("1/(1 + u^2)", -1, solved(lambda u: 1 / (1 + u * u), -1)),
    ("1 - exp(u)", -1, -math.log(1 + (math.e - 1) / math.e)),
    ("u^2", -1, -0.5),
    ("hill(u, 1, 2) - u", -1, solved(lambda u: u * u / (1 + u * u) - u, -1)),
]


@pytest.mark.parametrize("rate, start, right", CASES, ids=[case[0] for case in CASES])
def test_rates_that_are_defined_at_negative_values_are_those(oncofield, tmp_path, rate, start, right):
    # The error at the end is some of the tolerance of 1e-6.
    assert abs(value_at_end(oncofield, tmp_path, run_file(rate, start)) - right) < 1e-5


@pytest.mark.parametrize("scheme", ["lie", "strang", "strang4", "rebalanced-strang", "etdrk4", "etd2-positive"])
@pytest.mark.parametrize("rate, start, right", [CASES[0], CASES[13], CASES[8]], ids=["1/u", "1 - exp(u)", "where"])
def test_every_scheme_takes_rates_at_negative_values_as_they_are(oncofield, tmp_path, scheme, rate, start, right):
    tolerance = 1e-3 if scheme == "lie" else 1e-4
    content = run_file(rate, start, {"tolerance": tolerance, "scheme": scheme})
    assert abs(value_at_end(oncofield, tmp_path, content) - right) < 10 * tolerance


@pytest.mark.parametrize("method", ["etdrk4", "etd2rk", "rodas4", "alpha-qss", "bogacki-shampine", "dormand-prince"])
def test_every_method_for_reactions_takes_rates_at_negative_values_as_they_are(oncofield, tmp_path, method):
    time = {"step": 0.05, "scheme": "strang", "reactions": {"method": method, "tolerance": 1e-6}}
    content = run_file("1 - exp(u)", -1, time)
    assert abs(value_at_end(oncofield, tmp_path, content) + math.log(1 + (math.e - 1) / math.e)) < 1e-4


def test_a_density_beside_a_signed_field_keeps_its_domain(oncofield, tmp_path):
    fields = {"u": {}, "v": {}}
    processes = [{"name": "p", "rate": "u^(-2)", "change": {"u": -1}}, {"name": "q", "rate": "v^1.5", "change": {"v": -1}}]
    content = run_file("0", -1, model={"fields": fields, "processes": processes})
    content["initial"]["v"] = 1
    content["observables"]["other"] = "mean(v)"
    # u = -(1 + 3t)^(1/3), v = (1 + t/2)^-2
    assert abs(value_at_end(oncofield, tmp_path, content) + 4 ** (1 / 3)) < 1e-5
    assert abs(columns(tmp_path / "out")["other"][-1] - 4 / 9) < 1e-5
    plan = oncofield("plan", write(tmp_path, content)).stdout
    assert "u: negative at the start, so that nothing is promised of its sign" in plan and "v: cannot become negative" in plan


def test_a_diffusivity_is_taken_at_negative_values_as_it_is(oncofield, tmp_path):
    # D = (u^2)^0.5 = -u; with v = -u the equation is v_t = (v v_x)_x for a density.
    def mean_square(sign, diffusivity):
        content = run_file("0", f"{sign}*(1 + 0.5*cos(pi*x))", model={"fields": {"u": {"diffusion": diffusivity}}, "processes": []})
        content["domain"]["points"] = [16]
        content["observables"]["value"] = "mean(u^2)"
        return value_at_end(oncofield, tmp_path, content)

    assert abs(mean_square(-1, "0.1*(u^2)^0.5") - mean_square(1, "0.1*u")) < 1e-5


REFUSED = [
    ({"rate": "u^1.5"}, "u^1.5 of p"),
    ({"rate": "log(u)"}, "log(u) of p"),
    # As it is written, whatever it is computed by.
    ({"rate": "hill(u, 1, 2.5)"}, "hill(u, 1, 2.5) of p"),
    ({"rate": "2*hill(u, 1, 0.5)"}, "hill(u, 1, 0.5) of p"),
    ({"rate": "3*u^0.5"}, "u^0.5 of p"),
    ({"rate": "1 + sqrt( u )"}, "sqrt( u ) of p"),
    ({"rate": "where(u < 0, sqrt(u), 0)"}, "sqrt(u) of p"),
    ({"rate": "0", "diffusion": "1 + sqrt(u)"}, "sqrt(u) of the diffusivity of u"),
    ({"rate": "0", "advection": {"x": "log(u)"}}, "log(u) of the velocity of u"),
]


@pytest.mark.parametrize("changes, part", REFUSED, ids=[part for _, part in REFUSED])
def test_rates_that_are_no_number_at_the_initial_values_are_refused_with_their_place(oncofield, tmp_path, changes, part):
    content = run_file(changes.pop("rate"), "-1 - x")
    content["model"]["fields"]["u"] = changes
    for verb in ("validate", "plan", "run"):
        finished = oncofield(verb, write(tmp_path, content), *(["--output", tmp_path / "out"] if verb == "run" else []), check=False)
        assert finished.returncode == 65, finished.stderr
        assert f"the initial value of field u is -1.125 at point (0), x = 0.125, where {part} is not defined" in finished.stderr
        assert finished.stderr.count("error:") == 1
    assert not (tmp_path / "out").exists()


def test_what_rounding_leaves_below_zero_is_still_a_density(oncofield, tmp_path):
    content = run_file("-u^1.5", "where(x < 0.3, -1e-17, 1)")
    value_at_end(oncofield, tmp_path, content)
    assert "u: cannot become negative" in oncofield("plan", write(tmp_path, content)).stdout


def test_a_run_of_a_negative_field_goes_on_with_the_same_bits(oncofield, tmp_path):
    content = run_file("1 - exp(u) + 0.1*log(u^2)", "-1 - x", {"tolerance": 1e-4})
    content["model"]["fields"]["u"]["diffusion"] = 0.1
    path = write(tmp_path, {**content, "output": {"fields": {"every": 0.25}}, "checkpoint": {"every": 0.3}})
    oncofield("run", path, "--output", tmp_path / "whole", "--quiet")
    oncofield("run", path, "--output", tmp_path / "other", "--quiet")
    files = sorted((tmp_path / "other" / "checkpoints").glob("*.h5"))
    for newer in files[1:]:
        newer.unlink()
    oncofield("resume", tmp_path / "other", "--quiet")
    assert (tmp_path / "whole" / "observables.csv").read_bytes() == (tmp_path / "other" / "observables.csv").read_bytes()


BALANCE = run_file(
    "0",
    0,
    model={
        "parameters": {"theta": 0.4, "a": 1, "k": 1, "d": 0.1},
        "functions": {"C": "theta - D - T"},
        "fields": {"D": {"diffusion": 0.01}, "T": {"diffusion": 0.01}},
        "processes": [
            {"name": "activation", "rate": "a*C/(C + 0.1)*(0.3 - D)", "change": {"D": 1}},
            {"name": "recruitment", "rate": "k*C*D", "change": {"T": 1}},
            {"name": "death", "rate": "d*T", "change": {"T": -1}},
        ],
    },
    initial={"D": 0.01, "T": 0.02},
    observables={},
)


def test_a_share_that_is_what_others_leave_is_named_as_the_condition_of_their_signs(oncofield, tmp_path):
    path = write(tmp_path, BALANCE)
    plan = oncofield("plan", path).stdout
    for field in ("D", "T"):
        assert f"{field}: cannot become negative while C = theta - D - T is not" in plan
    positivity = json.loads(oncofield("plan", path, "--json").stdout)["positivity"]
    assert positivity["T"]["while_not_negative"] == "C" and not positivity["T"]["proven"]
    drained = json.loads(json.dumps(BALANCE))
    drained["model"]["processes"][2]["rate"] = "d*D"
    plan = oncofield("plan", write(tmp_path, drained)).stdout
    assert "T: can become negative where" in plan and "d*max(D, 0) of death" in plan
    assert "T: cannot" not in plan and "D: cannot become negative while C" in plan


def two_fields(reactions, start, size=1, points=4, diffusion=0, time=None):
    return {
        "model": {"name": "m", "fields": {"v": {"diffusion": diffusion}, "w": {}}, "reactions": reactions},
        "domain": {"size": [size], "points": [points]},
        "initial": start,
        "time": {"end": 20, **(time or {"tolerance": 1e-4})},
        "output": {"observables": {"every": 0.37}},
    }


FITZHUGH_NAGUMO = {"v": "v*(1 - v)*(v - 0.1) - w", "w": "0.01*(v - 2*w)"}

SIGNED = [
    (two_fields(FITZHUGH_NAGUMO, {"v": "where(x < 10, 1, 0)", "w": 0}, 100, 200, 1, {"end": 200}), ["v", "w"]),
    (two_fields({"v": "w", "w": "-v"}, {"v": 0, "w": 1}), ["v", "w"]),
    (two_fields({"v": "w", "w": "-v"}, {"v": 1, "w": 0}, time={"step": 0.5, "scheme": "strang"}), ["v", "w"]),
    (two_fields({"v": "v - v^3/3 - mean(w)", "w": "0.3*(v - 0.5*w)"}, {"v": 1, "w": 0}, time={"end": 60}), ["v", "w"]),
]


@pytest.mark.parametrize("content, fields", SIGNED, ids=["FitzHugh-Nagumo", "circle", "fixed step", "mean"])
def test_fields_that_drive_each_other_to_and_fro_are_no_densities(oncofield, tmp_path, content, fields):
    finished = oncofield("run", write(tmp_path, content), "--output", tmp_path / "out")
    assert "warning" not in finished.stderr
    summary = json.loads((tmp_path / "out" / "run.json").read_text())
    assert summary["health"]["warnings"] == []
    said = [line for line in finished.stderr.splitlines() if "has become negative" in line]
    assert [line.split()[2] for line in said if line.startswith("note: field ")] == fields
    assert all(summary["health"]["lowest_values"][name] < 0 for name in fields)


@pytest.mark.parametrize("rates", [{"v": "-0.5*w", "w": "0"}, {"v": "0.1*(1 - v) - w", "w": "0.1*w*(1 - w)"}])
def test_a_density_that_loses_what_is_not_there_is_a_warning(oncofield, tmp_path, rates):
    content = two_fields(rates, {"v": 1, "w": 0.9})
    content["time"]["end"] = 3
    finished = oncofield("run", write(tmp_path, content), "--output", tmp_path / "out")
    (warning,) = [line for line in finished.stderr.splitlines() if line.startswith("warning")]
    assert warning.startswith("warning: field v fell below 0")
    assert "its processes can take away what is not there" in warning


@pytest.mark.parametrize(
    "k, n, v, right",
    [
        (1e-12, 30, 1e-12, 0.5), (1e-12, 30, 2e-12, 1 / (1 + 2**-30)), (1e-12, 30.5, 1e-12, 0.5), (1e9, 40, 1e9, 0.5),
        (1e9, 40, 0.9e9, 1 / (1 + 0.9**-40)), (1, 30, 1e12, 1), (1e12, 30, 1, 0), (1e-12, 13, 3e-12, 1 / (1 + 3**-13)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["strang", "etdrk4"])
def test_hill_functions_are_functions_of_the_ratio(oncofield, tmp_path, k, n, v, right, scheme):
    content = two_fields({"v": "0", "w": "hill(v, K, n) - 0*w"}, {"v": v, "w": 0}, time={"step": 0.1, "scheme": scheme})
    content["model"]["parameters"] = {"K": k, "n": n}
    content["model"]["fields"]["z"] = {}
    content["model"]["reactions"]["z"] = "-v*hill(v, K, n)/v*z"
    content["initial"]["z"] = 1
    content["time"]["end"] = 1
    content["observables"] = {"h": "hill(max(v), K, n)", "c": f"hill({v}, {k}, {n})"}
    oncofield("run", write(tmp_path, content), "--output", tmp_path / "out")
    last = {name: values[-1] for name, values in columns(tmp_path / "out").items()}
    for name in ["h", "c", "max(w)"]:
        assert last[name] == pytest.approx(right, rel=1e-12, abs=1e-300), name
    assert last["max(z)"] == pytest.approx(math.exp(-right), rel=1e-5)
