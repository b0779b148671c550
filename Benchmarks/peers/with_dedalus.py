"""Dedalus: spectral in Fourier space, periodic; diffusion and all that is linear implicit, the rest explicit; fixed steps.

METHOD a scheme of Dedalus (RK222, RK443, SBDF2, SBDF4, …), CONTROL the step.
"""

import logging
import warnings

from case import Case
from problems import SENSITIVITY, initial_values, supply

case = Case()
warnings.filterwarnings("ignore")

import dedalus.public as d3  # noqa: E402
import numpy as np  # noqa: E402

logging.disable(logging.INFO)

EQUATIONS = {
    2: [
        "dt(u) - 10*lap(u) + 0.167*u - 0.3*v = 0.692*u*w*(1 + w)**(-1)",
        "dt(v) - lap(v) - v = -v*v - u*v*(0.1 + v)**(-1)",
        "dt(w) - 100*lap(w) + 55.556*w = 27.778*u*v*(0.001 + v)**(-1)",
    ],
    3: [
        "dt(u) - 0.1*lap(u) + 0.3*u = -sensitivity*div(u*grad(v)) + s + 0.5*u*u*w",
        "dt(v) - 0.2*lap(v) + 0.5*v = u*w",
        "dt(w) - 0.05*lap(w) - w = -w*w - 1.5*u*w",
    ],
}

axes = d3.CartesianCoordinates("x", "y")
distributor = d3.Distributor(axes, dtype=np.float64)
bounds = (0, case.problem.length)
bases = tuple(d3.RealFourier(axes[name], size=case.points, bounds=bounds, dealias=1) for name in "xy")
u, v, w, s = (distributor.Field(name=name, bases=bases) for name in "uvws")
for field, values in zip((u, v, w), initial_values(case.number, case.points)):
    field["g"] = values.T
s["g"] = supply(case.points).T
problem = d3.IVP([u, v, w], namespace={"u": u, "v": v, "w": w, "s": s, "sensitivity": SENSITIVITY})
for equation in EQUATIONS[case.number]:
    problem.add_equation(equation)
solver = problem.build_solver(getattr(d3, case.method))
steps = case.steps_of(case.control)
case.start_stepping()
for _ in range(steps):
    solver.step(case.problem.end / steps)
fields = [field["g"].T for field in (u, v, w)]
case.finish(fields, steps)
