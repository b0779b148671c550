"""FiPy: finite volumes, no-flux, sources that decay implicit; conjugate gradients of scipy, or its GMRES where taxis makes the
matrix unsymmetric.

METHOD euler (implicit, one sweep over the equations) or trapezoidal (second order, two sweeps), CONTROL the step.
"""

import os

os.environ["FIPY_SOLVERS"] = "scipy"

from case import Case  # noqa: E402
from problems import SENSITIVITY, initial_values, supply  # noqa: E402

case = Case()

import fipy  # noqa: E402
from fipy import CellVariable, DiffusionTerm, ImplicitSourceTerm, TransientTerm  # noqa: E402

part, sweeps = {"euler": (1, 1), "trapezoidal": (0.5, 2)}[case.method]
spacing = case.problem.length / case.points
mesh = fipy.Grid2D(dx=spacing, dy=spacing, nx=case.points, ny=case.points)
fields = [CellVariable(mesh=mesh, value=values.ravel(), hasOld=True) for values in initial_values(case.number, case.points)]
s = CellVariable(mesh=mesh, value=supply(case.points).ravel())


def immunotherapy(u, v, w):
    """Sources, and what multiplies the field itself in losses."""
    return [
        (0.3 * v + 0.692 * u * w / (1 + w), 0.167),
        (v, v + u / (0.1 + v)),
        (27.778 * u * v / (0.001 + v), 55.556),
    ]


def chemotaxis(E, a, T):
    return [(s + 0.5 * E * E * T, 0.3), (E * T, 0.5), (T, T + 1.5 * E)]


def transport(field, coefficient, toward):
    """What moves a field, at its values before the step."""
    flux = coefficient * field.faceGrad
    if toward is not None:
        flux = flux - SENSITIVITY * field.arithmeticFaceValue * toward.faceGrad
    return flux.divergence


rates = immunotherapy if case.number == 2 else chemotaxis
equations, explicit, before = [], [], []
old = [field.old for field in fields]
for index, (field, (source, loss), (old_source, old_loss)) in enumerate(zip(fields, rates(*fields), rates(*old))):
    coefficient = case.problem.diffusivities[index]
    isTaxis = case.number == 3 and index == 0
    implicit = DiffusionTerm(part * coefficient) + part * source - ImplicitSourceTerm(part * loss)
    if isTaxis:
        implicit = implicit - fipy.CentralDifferenceConvectionTerm(part * SENSITIVITY * fields[1].faceGrad)
    moved = transport(old[index], coefficient, old[1] if isTaxis else None)
    before.append((1 - part) * (moved + old_source - old_loss * old[index]))
    explicit.append(CellVariable(mesh=mesh, value=0.0))
    equations.append(TransientTerm() == implicit + explicit[-1])

symmetric = fipy.LinearPCGSolver(tolerance=1e-8, iterations=500)
general = fipy.LinearGMRESSolver(tolerance=1e-8, iterations=500)
solvers = [general if case.number == 3 else symmetric, symmetric, symmetric]
steps = case.steps_of(case.control)
case.start_stepping()
for _ in range(steps):
    for field in fields:
        field.updateOld()
    if part < 1:
        for known, rate in zip(explicit, before):
            known.setValue(rate.value)
    for _ in range(sweeps):
        for field, equation, solver in zip(fields, equations, solvers):
            equation.sweep(var=field, dt=case.problem.end / steps, solver=solver)
case.finish([field.value.reshape(case.points, case.points) for field in fields], steps)
