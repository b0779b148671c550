"""FiPy: finite volumes, no-flux, implicit Euler in time, sources that decay implicit; conjugate gradients of scipy, or its
GMRES where taxis makes the matrix unsymmetric.

METHOD euler, CONTROL the step.
"""

import os

os.environ["FIPY_SOLVERS"] = "scipy"

from case import Case  # noqa: E402
from problems import SENSITIVITY, initial_values, supply  # noqa: E402

case = Case()

import fipy  # noqa: E402
from fipy import CellVariable, DiffusionTerm, ImplicitSourceTerm, TransientTerm  # noqa: E402

spacing = case.problem.length / case.points
mesh = fipy.Grid2D(dx=spacing, dy=spacing, nx=case.points, ny=case.points)
fields = [CellVariable(mesh=mesh, value=values.ravel(), hasOld=True) for values in initial_values(case.number, case.points)]
if case.number == 2:
    u, v, w = fields
    rates = [
        DiffusionTerm(10) + 0.3 * v + 0.692 * u * w / (1 + w) - ImplicitSourceTerm(0.167),
        DiffusionTerm(1) + v - ImplicitSourceTerm(v + u / (0.1 + v)),
        DiffusionTerm(100) + 27.778 * u * v / (0.001 + v) - ImplicitSourceTerm(55.556),
    ]
else:
    E, a, T = fields
    s = CellVariable(mesh=mesh, value=supply(case.points).ravel())
    taxis = fipy.CentralDifferenceConvectionTerm(SENSITIVITY * a.faceGrad)
    rates = [
        DiffusionTerm(0.1) - taxis + s + 0.5 * E * E * T - ImplicitSourceTerm(0.3),
        DiffusionTerm(0.2) + E * T - ImplicitSourceTerm(0.5),
        DiffusionTerm(0.05) + T - ImplicitSourceTerm(T + 1.5 * E),
    ]
equations = [TransientTerm() == rate for rate in rates]
symmetric = fipy.LinearPCGSolver(tolerance=1e-8, iterations=500)
general = fipy.LinearGMRESSolver(tolerance=1e-8, iterations=500)
solvers = [general if case.number == 3 else symmetric, symmetric, symmetric]
steps = case.steps_of(case.control)
case.start_stepping()
for _ in range(steps):
    for field in fields:
        field.updateOld()
    for field, equation, solver in zip(fields, equations, solvers):
        equation.solve(var=field, dt=case.problem.end / steps, solver=solver)
case.finish([field.value.reshape(case.points, case.points) for field in fields], steps)
