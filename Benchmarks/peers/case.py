"""One case of a peer in Python: its command line and what it leaves behind, as case.h for C.

    python with_PEER.py PROBLEM POINTS METHOD CONTROL OUT

OUT.fields has 3 × POINTS × POINTS doubles, OUT.json the seconds of set-up (import of the library and compilation included) and
of stepping, the steps, and a remark.
"""

import argparse
import json
import pathlib
import time

import numpy as np

from problems import PROBLEMS


class Case:
    def __init__(self):
        self.started = time.perf_counter()
        parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
        for name, kind in {"problem": int, "points": int, "method": str, "control": float, "out": pathlib.Path}.items():
            parser.add_argument(name, metavar=name.upper(), type=kind)
        given = parser.parse_args()
        self.number, self.points, self.method = given.problem, given.points, given.method
        self.control, self.out = given.control, given.out
        self.problem = PROBLEMS[self.number]
        self.ready = None

    def steps_of(self, step):
        """The number of equal steps until the end."""
        return round(self.problem.end / step)

    def start_stepping(self):
        self.ready = time.perf_counter()

    def finish(self, fields, steps, stepping=None, note="", **more):
        """Takes what lay between `start_stepping` and now for the stepping, if no time is given."""
        now = time.perf_counter()
        stepping = now - self.ready if stepping is None else stepping
        np.asarray(fields, dtype=np.float64).tofile(f"{self.out}.fields")
        result = {"setup": now - self.started - stepping, "stepping": stepping, "steps": steps, "note": note}
        pathlib.Path(f"{self.out}.json").write_text(json.dumps(result | more))
