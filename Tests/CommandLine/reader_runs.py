"""Six small runs for those who read the files of others: one of each kind of domain."""

import json

MODEL = {
    "name": "two",
    "units": {"time": "days", "length": "mm"},
    "fields": {"u": {"diffusion": 0.1, "unit": "cells/mm^2", "title": "tumor cells"}, "v": {"diffusion": 0.05, "unit": "hours"}},
    "reactions": {"u": "u*(1 - u) - 0.1*u*v", "v": "0.1*u - 0.2*v"},
}
FRONT = {
    "fields": {"u": {"diffusion": 0.5, "boundary": {"x+": {"value": 0}}}, "v": {}},
    "free_boundary": {"stefan": {"field": "u", "coefficient": 0.8}},
}
KINDS = {
    "plain": ({}, {"size": [8, 6], "points": [16, 12], "origin": [-3, 5]}),
    "masked": ({}, {"size": [8, 6], "points": [16, 12], "mask": "(x - 4)^2 + (y - 3)^2 < 8"}),
    "radial": ({}, {"geometry": "spherical-radial", "size": [2], "points": [20]}),
    "free-boundary": (FRONT, {"size": [3], "points": [30]}),
    "one-axis": ({}, {"size": [8], "points": [16]}),
    "three-axis": ({}, {"size": [8, 6, 4], "points": [8, 6, 5]}),
}


def content(kind):
    model, domain = KINDS[kind]
    axis = "r" if "geometry" in domain else "x"
    return {
        "model": MODEL | model,
        "domain": domain,
        "initial": {"u": f"1 + 0.1*cos({axis})", "v": 0.5},
        "time": {"end": 1, "step": 0.1, "scheme": "strang"},
        "observables": {"total": "integral(u)"},
        "output": {"fields": {"every": 0.5}, "observables": {"every": 0.5}},
    }


def make(program, folder):
    """Runs all of them; the directories by kind."""
    for kind in KINDS:
        (folder / f"{kind}.json").write_text(json.dumps(content(kind), indent=1))
        program("run", folder / f"{kind}.json", "--output", folder / kind)
    return {kind: folder / kind for kind in KINDS}
