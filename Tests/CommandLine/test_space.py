"""Runs with every operator in space: the same bytes whether interrupted, with any number of threads, seen often or seldom."""

import csv
import json
import re

import numpy
import pytest
import xarray

from test_resume import assert_same, results

MODELS = {
    "sides": {
        "fields": {
            "u": {
                "diffusion": {"x": 0.3, "y": 0.1},
                "boundary": {"x-": {"value": "1 + 0.2*sin(t + y)"}, "x+": {"flux": 0.1}, "y": {"value": 0.5}},
            },
            "v": {
                "diffusion": 0.2,
                "boundary": {"x-": {"robin": {"coefficient": 0.7, "outside": "cos(t)"}}, "y": "periodic"},
            },
        },
        "reactions": {"u": "u*(1 - u) - 0.2*u*v", "v": "0.1*u - 0.3*v"},
    },
    "movement": {
        "fields": {
            "u": {
                "diffusion": "0.05*(1 + v)",
                "taxis": [
                    {"toward": "w", "sensitivity": "0.3*(1 - u/4)"},
                    {"toward": "v", "sensitivity": "-0.1/(1 + w)"},
                ],
                "advection": {"x": "0.2*sin(y + t)"},
            },
            "v": {
                "diffusion": "0.1 + 0.05*sin(x)",
                "boundary": {"y+": {"robin": {"coefficient": "(0.5 + 0.1*u)*(1 + sin(x + t))", "outside": 1}}},
            },
            "w": {"diffusion": 2, "quasi_steady": True},
        },
        "reactions": {
            "u": "u*(1 - 0.3*mean(u, x) - 0.2*convolve(exp(-x^2 - y^2), u))",
            "v": "0.1*u*mean(w) - 0.2*v",
            "w": "u - (1 + v)*w",
        },
    },
    "front": {
        "fields": {
            "u": {"diffusion": "0.5*(1 + 0.1*v)", "boundary": {"x+": {"value": 0}}},
            "v": {},
            "w": {"diffusion": 0.3, "boundary": {"x+": {"robin": {"coefficient": "0.4*v", "outside": "cos(t)"}}}},
        },
        "reactions": {"u": "u*(1 - u) - 0.1*v*u", "v": "0.2*u*integral(w)", "w": "u - w*x"},
        "free_boundary": {"stefan": {"field": "u", "coefficient": 0.8}},
    },
    "spheroid": {
        "fields": {
            "u": {"diffusion": 0.02, "taxis": [{"toward": "w", "sensitivity": "0.1*(1 - u)"}]},
            "v": {},
            "w": {"diffusion": 2, "quasi_steady": True, "boundary": {"r+": {"value": 1}}},
        },
        "functions": {"growth": "w*u - 0.3*v"},
        "reactions": {"u": "w*u - 0.2*u", "v": "0.2*u - 0.3*v", "w": "-w*u"},
        "free_boundary": {"growth": {"rate": "growth", "carries": ["u", "v"]}},
    },
}
DOMAINS = {"front": {"size": [3], "points": [60]}, "spheroid": {"geometry": "spherical-radial", "size": [2], "points": [50]}}


def run_text(kind, mask, scheme):
    model = {"name": kind, **MODELS[kind]}
    fields = {name: {key: value for key, value in field.items() if value} for name, field in model["fields"].items()}
    domain = dict(DOMAINS.get(kind, {"size": [8, 6], "points": [32, 24]}))
    axis = "r" if "geometry" in domain else "x"
    initial = {"u": "0.5 + 0.5*random()", "v": f"0.3 + 0.1*cos({axis})", "w": 0.5}
    if mask:
        domain["mask"] = "(x - 4)^2 + (y - 3)^2 < 8"
    return json.dumps(
        {
            "model": {**model, "fields": fields},
            "domain": domain,
            "initial": {name: value for name, value in initial.items() if name in fields},
            "time": {"end": 3, "step": 0.1, "scheme": scheme},
            "observables": {"a": "integral(u)", "b": "mean(v)"},
            "output": {"fields": {"every": 0.35}, "observables": {"every": 0.25}, "images": {"every": 1.5}},
            "checkpoint": {"every": 1, "keep": 9},
        }
    )


@pytest.mark.parametrize("scheme", ["strang", "rebalanced-strang"])
@pytest.mark.parametrize("kind, mask", [("sides", False), ("movement", False), ("movement", True), ("front", False), ("spheroid", False)])
def test_no_byte_depends_on_interruption_or_threads(oncofield, tmp_path, kind, mask, scheme):
    (tmp_path / "run.json").write_text(run_text(kind, mask, scheme))
    oncofield("run", tmp_path / "run.json", "--output", tmp_path / "whole", "--threads", 1)
    oncofield("run", tmp_path / "run.json", "--output", tmp_path / "part", "--threads", 2)
    assert_same(results(tmp_path / "whole"), results(tmp_path / "part"))
    for path in sorted((tmp_path / "part" / "checkpoints").glob("*.h5"))[1:]:
        path.unlink()
    oncofield("resume", tmp_path / "part", "--threads", 2)
    assert_same(results(tmp_path / "whole"), results(tmp_path / "part"))


@pytest.mark.parametrize("kind, mask", [("movement", True), ("front", False), ("spheroid", False)])
def test_nothing_depends_on_how_often_a_run_is_looked_at(oncofield, tmp_path, kind, mask):
    (tmp_path / "run.json").write_text(run_text(kind, mask, "strang"))
    oncofield("run", tmp_path / "run.json", "--output", tmp_path / "often")
    oncofield(
        "run", tmp_path / "run.json", "--output", tmp_path / "seldom", "--set", "output.fields.every=3",
        "--set", "output.observables.every=3", "--set", "output.images.every=3",
    )
    often, seldom = results(tmp_path / "often"), results(tmp_path / "seldom")
    for name in ("u", "v", "w"):
        assert often["checkpoint"][1][f"fields/{name}"] == seldom["checkpoint"][1][f"fields/{name}"]


def test_the_plan_says_how_each_field_is_moved(oncofield, tmp_path):
    (tmp_path / "run.json").write_text(run_text("movement", True, "strang"))
    plan = oncofield("plan", tmp_path / "run.json").stdout
    assert "of them tissue" in plan
    assert "u: super-time-stepping" in plan and "its diffusivity depends on fields" in plan
    assert "w: at quasi-steady state with the others" in plan
    assert "taxis        u: limited fluxes" in plan
    chosen = json.loads(oncofield("plan", tmp_path / "run.json", "--json").stdout)["chosen"]
    assert chosen["propagators"]["v"]["method"] == "super-time-stepping" and chosen["taxis_parts"] >= 1
    (tmp_path / "front.json").write_text(run_text("front", False, "strang"))
    plan = oncofield("plan", tmp_path / "front.json").stdout
    assert "x+ moves with s' = −(0.8) ∂u/∂n" in plan
    assert "u: exactly, on points that move" in plan and "v: not at all; limited fluxes" in plan
    (tmp_path / "spheroid.json").write_text(run_text("spheroid", False, "strang"))
    assert "r+ moves with the tissue, ∇·v = w*u - 0.3*v, which carries u, v" in oncofield(
        "plan", tmp_path / "spheroid.json"
    ).stdout


def test_the_free_boundary_is_in_every_file(oncofield, tmp_path):
    (tmp_path / "run.json").write_text(run_text("spheroid", False, "strang"))
    oncofield("run", tmp_path / "run.json", "--output", tmp_path / "run")
    with open(tmp_path / "run" / "observables.csv") as file:
        rows = list(csv.DictReader(file))
    with xarray.open_dataset(tmp_path / "run" / "fields.h5", engine="h5netcdf") as series:
        assert series.edge.dims == ("time",)
        edges = dict(zip(series.time.values, series.edge.values))
        # Every 0.35 and every 0.25: both at 0 and 1.75.
        for row in rows:
            if float(row["t"]) in edges:
                assert float(row["edge(r)"]) == edges[float(row["t"])]
        # Volumes of the shells, as the page on run directories says where points are.
        radius = (series.edge / series.edge[0] * series.r).values
        mass = (series.u.values * 4 * numpy.pi * radius**2 * (radius[:, 1:2] - radius[:, :1])).sum(axis=1)
        given = [float(row["mass(u)"]) for row in rows if float(row["t"]) == 1.75]
        frame = list(series.time.values).index(1.75)
        assert abs(mass[frame] / given[0] - 1) < 1e-3
        assert series.edge[-1] > series.edge[0] == 2
    spacings = re.findall(r"Format=\"XML\">(\S+) (\S+) (\S+)</DataItem>", (tmp_path / "run" / "fields.xdmf").read_text())
    widths = [float(triple[2]) for triple in spacings[1::2]]
    assert numpy.allclose(widths, numpy.array(list(edges.values())) / 50, rtol=1e-12)
