"""py-pde: second-order finite differences and explicit steps, compiled by numba, no-flux.

METHOD euler or runge-kutta, fixed steps with CONTROL the step; with "-adaptive", CONTROL is the tolerance. The first five
steps, with which numba compiles, count as set-up.
"""

from case import Case
from problems import SENSITIVITY, initial_values, supply

case = Case()

import pde  # noqa: E402

grid = pde.CartesianGrid([[0, case.problem.length]] * 2, [case.points] * 2)
RATES = {
    2: {
        "u": "10*laplace(u) + 0.3*v - 0.167*u + 0.692*u*w/(1 + w)",
        "v": "laplace(v) + v*(1 - v) - u*v/(0.1 + v)",
        "w": "100*laplace(w) + 27.778*u*v/(0.001 + v) - 55.556*w",
    },
    3: {
        "E": f"0.1*laplace(E) - {SENSITIVITY}*(dot(gradient(E), gradient(a)) + E*laplace(a)) + s + 0.5*E*E*T - 0.3*E",
        "a": "0.2*laplace(a) + E*T - 0.5*a",
        "T": "0.05*laplace(T) + T*(1 - T) - 1.5*E*T",
    },
}
constants = {"s": pde.ScalarField(grid, supply(case.points).T)} if case.number == 3 else {}
equations = pde.PDE(RATES[case.number], bc={"derivative": 0}, consts=constants)
start = pde.FieldCollection([pde.ScalarField(grid, values.T) for values in initial_values(case.number, case.points)])
adaptive = case.method.endswith("-adaptive")
name = case.method.removesuffix("-adaptive")
step = 1e-4 if adaptive else case.control


settings = {"adaptive": True, "tolerance": case.control} if adaptive else {}
solver = pde.solvers.SolverBase.from_name(name, equations, backend="numba", **settings)


def note_time(state, time):
    """The compiler is done once the first steps are."""
    if time > 0 and case.ready is None:
        case.start_stepping()


tracker = pde.CallbackTracker(note_time, interrupts=[5 * step, case.problem.end])
controller = pde.Controller(solver, t_range=case.problem.end, tracker=tracker)
result = controller.run(start, dt=step)
case.finish([field.data.T for field in result], int(controller.diagnostics["solver"]["steps"]))
