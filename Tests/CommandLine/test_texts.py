"""Messages about wrong run files and lines of plans: the right place, all errors at once, none twice, a remedy."""

import copy
import json
import re

import pytest

GOOD = {
    "model": {
        "name": "m",
        "parameters": {"k": 1},
        "fields": {"u": {"diffusion": 1}},
        "processes": [{"name": "decay", "rate": "k*u", "change": {"u": -1}}],
    },
    "domain": {"size": [4], "points": [16]},
    "initial": {"u": 1},
    "time": {"end": 1, "tolerance": 1e-3},
}


def changed(changes):
    """The good run file with other values at some paths; None takes a key away."""
    content = copy.deepcopy(GOOD)
    for path, value in changes.items():
        *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
        place = content
        for key in parents:
            place = place[key] if isinstance(key, int) else place.setdefault(key, {})
        if value is None:
            place.pop(last)
        else:
            place[last] = value
    return json.dumps(content, indent=1, ensure_ascii=False)


def problems(oncofield, tmp_path, text, verb="validate"):
    """Of each error the characters that it points at, its message and its remedy."""
    path = tmp_path / "run.json"
    path.write_text(text)
    finished = oncofield(verb, path, check=False)
    lines = finished.stderr.splitlines()
    found = []
    for index, line in enumerate(lines):
        match = re.match(r".*run\.json:(\d+):(\d+): (error|warning): (.*)", line)
        if not match:
            continue
        row, column = int(match[1]), int(match[2])
        marks, _, remedy = lines[index + 2].split("|", 1)[1].strip().partition("  ")
        found.append((text.splitlines()[row - 1][column - 1 :][: len(marks)], match[4], remedy))
    assert (finished.returncode == 65) == any(": error:" in line for line in lines)
    return found


RATE = "model.processes.0.rate"
NO_NAME = 'if it is a parameter, add it to "parameters"'
DERIVATIVE = "diffusion is a key of its field, and taxis, too"

# For each file all that is to be said of it, in the order of its lines.
WRONG = {
    "other languages": (
        {RATE: "ln(u) + if(u > 1, u, 0) + u**2 + PI*u"},
        [
            ("ln", 'unknown function "ln" in the rate of process decay', 'did you mean "log"?'),
            ("if", 'unknown function "if" in the rate of process decay', 'did you mean "where"?'),
            ("**", '"**" is not an operator here in the rate of process decay', 'did you mean "^"?'),
            ("PI", 'unknown symbol "PI" in the rate of process decay', 'did you mean "pi"?'),
        ],
    ),
    "printed formulas": (
        {RATE: "k·u − u² × 2"},
        [
            ("·", 'the character "·" does not belong in an expression in the rate of process decay', "write *"),
            ("−", 'the character "−" does not belong in an expression in the rate of process decay', "write -"),
            ("²", 'the character "²" does not belong in an expression in the rate of process decay', "write ^2"),
            ("×", 'the character "×" does not belong in an expression in the rate of process decay', "write *"),
        ],
    ),
    "a missing parameter, and errors outside of the model": (
        {
            RATE: "gamma*u",
            "initial.u": "gaussian(x, 1)",
            "initial.v": 1,
            "observables": {"total": "sum(u)", "v": "mean(v)"},
            "stop": [{"when": "mean(u) < limit"}],
            "treatment": [{"name": "d", "time": 0.5, "add": {"w": 1}}],
        },
        [
            ("gamma", 'unknown symbol "gamma" in the rate of process decay', NO_NAME),
            ("gaussian", 'unknown function "gaussian" in the initial value of field u', "write exp(-(x - a)^2/(2*b^2))"),
            ('"v"', 'there is no field "v"', "the fields: u"),
            ("sum", 'unknown function "sum" in the observable total', 'did you mean "integral"?'),
            ("v", 'unknown symbol "v" in the observable v', NO_NAME),
            ("limit", 'unknown symbol "limit" in "stop"', NO_NAME),
            ('"time"', 'unknown key "time" in treatment.0', 'did you mean "at"?'),
            ('"w"', 'there is no field "w"', "the fields: u"),
        ],
    ),
    "derivatives in rates": (
        {RATE: "laplace(u) + d2_dx2(u) + gradient_squared(u)"},
        [
            ("laplace", 'unknown function "laplace" in the rate of process decay', DERIVATIVE),
            ("d2_dx2", 'unknown function "d2_dx2" in the rate of process decay', DERIVATIVE),
            ("gradient_squared", 'unknown function "gradient_squared" in the rate of process decay', DERIVATIVE),
        ],
    ),
    "sides of other programs": (
        {"model.fields.u.boundary": "dirichlet", "domain.boundary": "Neumann"},
        [
            ('"dirichlet"', 'unknown value "dirichlet"', 'write "no-flux" or "periodic", or an object, as in { "x-": { "value": … } }'),
            ('"Neumann"', 'unknown value "Neumann"', 'did you mean "no-flux"?'),
        ],
    ),
    "keys of other programs": (
        {"model.fields.u": {"diffusivity": 1, "bc": "no-flux"}, "time.dt": 0.1, "time.t_end": 1, "output": {"dir": "x", "fields": {"interval": 1}}},
        [
            ('"diffusivity"', 'unknown key "diffusivity" in model.fields.u', 'did you mean "diffusion"?'),
            ('"bc"', 'unknown key "bc" in model.fields.u', 'did you mean "boundary"?'),
            ('"dt"', 'unknown key "dt" in time', 'did you mean "step"?'),
            ('"t_end"', 'unknown key "t_end" in time', 'did you mean "end"?'),
            ('"dir"', 'unknown key "dir" in output', 'did you mean "directory"?'),
            ('"interval"', 'unknown key "interval" in output.fields', 'did you mean "every"?'),
        ],
    ),
    "fields as a list": (
        {"model.fields": ["u"]},
        [("[", "expected an object, found an array", 'write an object, { "…": … }')],
    ),
    "initial values as a list": (
        {"initial": [1]},
        [("[", "expected an object, found an array", 'write an object, { "…": … }')],
    ),
    "one where there may be several": (
        {"domain.size": "4", "stop": {"when": "mean(u) < 1"}},
        [
            ('"4"', 'expected an array, found the string "4"', "put it into square brackets, [ … ]"),
            ("{", "expected an array, found an object", "put it into square brackets, [ … ]"),
        ],
    ),
    "an expression for a parameter": (
        {"model.parameters.k": "2*3"},
        [('"2*3"', 'expected a number or an object, found the string "2*3"', "write a plain number: no expression can stand here")],
    ),
    "more axes than numbers of points": (
        {"domain.size": [4, 4]},
        [("[", '"points" is given for one axis, "size" for 2', "give one number for each axis in both")],
    ),
    "four axes": (
        {"domain.size": [4, 4, 4, 4], "domain.points": [4, 4, 4, 4]},
        [("[", "expected 1 to 3 elements, found 4", ""), ("[", "expected 1 to 3 elements, found 4", "")],
    ),
    "an observable without a name": (
        {"observables": {"": "integral(u)"}},
        [('""', "an observable must not be empty", "")],
    ),
    "a name without letters": (
        {"model.parameters": {"k": 1, "": 2}},
        [('""', "a parameter must not be empty", "")],
    ),
    "names that are taken": (
        {"model.parameters": {"k": 1, "u": 2, "pi": 3}, "observables": {"mass(u)": "integral(u)"}},
        [
            ('"u"', 'the name "u" is taken by a field', "choose another name"),
            ('"pi"', '"pi" is a word of the expression language', "choose another name"),
        ],
    ),
    "numbers out of bounds": (
        {"domain.size": [0], "domain.points": [0], "time": {"end": 0, "tolerance": -1}},
        [
            ("0", "0 is not greater than 0", "give a number greater than 0"),
            ("0", "0 is not at least 1", "give an integer from 1 to 16777216"),
            ("0", "the end of the run, 0, is not after its start, 0", ""),
            ("-1", "-1 is not at least 1e-12", "give a number from 1e-12 to 0.1"),
        ],
    ),
    "an axis that is not there": (
        {RATE: "k*u*r + y*u"},
        [
            ("r", '"r" in process decay is not a parameter of the model m, and there is no axis r in this domain', 'add it to "parameters", or use what there is: x'),
            ("y", '"y" in process decay is not a parameter of the model m, and there is no axis y in this domain', 'add it to "parameters", or use what there is: x'),
        ],
    ),
    "a division by a parameter that is 0": (
        {"model.parameters.k": 0, RATE: "u/k"},
        [("k", "a division by k, which is 0 with these parameters", "give a parameter another value, or leave the division out with where(…)")],
    ),
    "treatments": (
        {"treatment": [{"name": "d", "at": 0.5, "add": {"u": 1}}, {"name": "d", "add": {"u": 1}}]},
        [
            ("{", "the treatment d has no time", 'give "at" a time, or "when" a condition'),
            ('"d"', 'there are two treatments called "d"', "give each its own name"),
        ],
    ),
}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_all_that_is_wrong_in_a_run_file_is_said_once_with_its_place_and_a_remedy(oncofield, tmp_path, name):
    changes, expected = WRONG[name]
    found = problems(oncofield, tmp_path, changed(changes))
    # A brace or a bracket is marked alone, what follows it is not.
    assert [(place[: len(wanted[0])], *others) for (place, *others), wanted in zip(found, expected)] == expected
    assert len(found) == len(expected)


def test_numbers_that_are_none_and_missing_commas_are_said_where_they_are(oncofield, tmp_path):
    for old, new, expected in [
        ('"k": 1', '"k": NaN', ("NaN", 'expected a value, found "NaN"', "numbers are finite")),
        ('"end": 1,', '"end": Infinity,', ("Infinity", 'expected a value, found "Infinity"', "numbers are finite")),
        ('"end": 1,', '"end": 1', ("", 'expected "," or "}", found the string "tolerance"', "put a comma here")),
    ]:
        text = changed({}).replace(old, new)
        assert text != changed({})
        assert problems(oncofield, tmp_path, text) == [expected]


def plan(oncofield, tmp_path, changes):
    path = tmp_path / "run.json"
    path.write_text(changed(changes))
    return oncofield("plan", path).stdout


def test_a_plan_says_of_a_scheme_what_is_true(oncofield, tmp_path):
    # Splitting loses its order at the side, and the diffusivity is not constant.
    changes = {"model.fields.u": {"diffusion": "1 + u", "boundary": {"x-": {"value": 1}}}}
    text = plan(oncofield, tmp_path, changes)
    assert "rebalanced-strang (u: its diffusivity depends on fields)" in text
    for changes in ({}, changes, {"model.fields.u.boundary": {"x-": {"value": 1}}}):
        assert "()" not in plan(oncofield, tmp_path, changes)


@pytest.mark.parametrize("unit", [None, "1"])
def test_numbers_without_a_unit_are_written_without_one(oncofield, tmp_path, unit):
    changes = {RATE: "delayed(u, 4.1)", **({"time.unit": unit, "domain.unit": unit} if unit else {})}
    text = plan(oncofield, tmp_path, changes)
    assert re.search(r"delay +delayed\(u, 4\.1\): 4\.1$", text, re.MULTILINE)
    assert "0.0 to 1.0, etdrk4 (" in text and re.search(r"spacing 0\.25$", text, re.MULTILINE)


@pytest.mark.parametrize("scheme", ["strang", "rebalanced-strang"])
def test_what_is_no_number_just_below_zero_is_named_in_a_failure(oncofield, tmp_path, scheme):
    changes = {
        "model.fields": {"u": {"diffusion": 1, "cross_diffusion": {"v": 0.9}}, "v": {"diffusion": 1}},
        RATE: "hill(u, k, 1.5)",
        "domain": {"size": [10], "points": [64]},
        "initial": {"u": 0.1, "v": "1 + cos(pi*x/10)"},
        "time": {"end": 5, "step": 0.05, "scheme": scheme},
    }
    path = tmp_path / "run.json"
    path.write_text(changed(changes))
    finished = oncofield("run", path, "--output", tmp_path / "out", "--quiet", check=False)
    assert finished.returncode == 76
    assert re.search(r"field u has a rate that is no number at point \(0\), .*: hill\(u, k, 1\.5\) of process decay, where u = -", finished.stderr)


def test_a_diffusivity_that_is_no_number_is_called_so(oncofield, tmp_path):
    changes = {
        "model.fields": {"u": {"diffusion": 1}, "w": {"diffusion": "0.1 + sqrt(u)"}},
        RATE: "1",
        "initial": {"u": "0.1*(1 + cos(pi*x/4))", "w": 1},
        "time": {"end": 5, "step": 0.05},
    }
    path = tmp_path / "run.json"
    path.write_text(changed(changes))
    finished = oncofield("run", path, "--output", tmp_path / "out", "--quiet", check=False)
    assert finished.returncode == 76
    assert "field w has a diffusivity that is no number (NaN)" in finished.stderr and "sqrt(u) of the diffusivity" in finished.stderr


@pytest.mark.parametrize("kernel, distance", [("1/sqrt(abs(x))", 0), ("log(abs(x - 0.5))", 0.5)])
def test_a_kernel_that_is_infinite_at_a_distance_is_refused(oncofield, tmp_path, kernel, distance):
    text = changed({RATE: f"convolve({kernel}, u) + k*u"})
    ((_, message, remedy),) = problems(oncofield, tmp_path, text, verb="plan")
    assert re.search(f"the kernel .* of a convolution is infinite or no number at the distance x = {distance}(.0)?$", message)
    assert "finite value at every distance" in remedy


def test_an_infinite_kernel_is_refused_in_observables_and_where_a_treatment_makes_it_so(oncofield, tmp_path):
    observable = "max(convolve(1/abs(x), u))"
    text = changed({"observables": {"near": observable}})
    ((marked, message, _),) = problems(oncofield, tmp_path, text, verb="plan")
    assert marked == f'"{observable}"' and "infinite or no number at the distance x = 0" in message
    treatment = [{"name": "off", "at": [0.5], "set": {"k": 0}}]
    path = tmp_path / "run.json"
    path.write_text(changed({RATE: "convolve(exp(-x^2/k)/k, u)", "treatment": treatment}))
    finished = oncofield("run", path, "--output", tmp_path / "out", "--quiet", check=False)
    assert finished.returncode == 76
    assert "t = 0.5: a treatment leaves no run that is possible: the kernel exp(-(x^2/k))/k of a convolution" in finished.stderr


def test_wrong_numbers_are_told_together_with_wrong_expressions(oncofield, tmp_path):
    content = copy.deepcopy(GOOD)
    content["model"]["fields"] = {"u": {"diffusion": -1}, "v": {"diffusion": {"x": -2}}, "w": {}}
    content["initial"] = {"u": 1, "v": "a", "w": 1}
    content["model"]["processes"][0]["rate"] = "k*q"
    file = tmp_path / "run.json"
    file.write_text(json.dumps(content))
    errors = oncofield("validate", file, check=False).stderr
    for text in ("of field u is -1, but", "of field v is -2, but", 'unknown symbol "q"', 'unknown symbol "a"'):
        assert errors.count(text) == 1, errors
    # Initial values count with the errors of the run file around a model that is right.
    content["model"]["fields"] = {"u": {"diffusion": 1}, "v": {}, "w": {}}
    content["model"]["processes"] = [
        {"name": "growth", "rate": "u*(1 - u)", "change": {"u": 1}},
        {"name": "loss", "rate": "k*w^1.5", "change": {"w": -1}},
    ]
    content["initial"] = {"u": -0.5, "v": "a", "w": "-k"}
    content["observables"] = {"o": "mean(q)"}
    file.write_text(json.dumps(content))
    finished = oncofield("validate", file, check=False)
    assert finished.returncode == 65
    for text in (
        'error: unknown symbol "a"',
        'error: unknown symbol "q"',
        "error: the initial value of field w is -1, where w^1.5 of loss is not defined",
        "warning: the initial value of u is -0.5: a density is not negative",
    ):
        assert finished.stderr.count(text) == 1, finished.stderr
    # Alone they are said as at the start of a run.
    content["initial"] = {"u": -0.5, "v": 1, "w": 1}
    content["observables"] = {}
    file.write_text(json.dumps(content))
    finished = oncofield("validate", file)
    assert finished.stderr.count("the initial value of u is -0.5 at x = 0.125: a density is not negative") == 1
