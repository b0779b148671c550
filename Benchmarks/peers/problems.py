"""The two problems, for the peers in Python: parameters, positions, initial values. The same in C is model.h; Oncofield's run
files for them are Benchmarks/problems/immunotherapy.json and chemotaxis.json.

P2, immunotherapy with diffusion (Kirschner and Panetta), in a square of 100 until t = 20:

    u_t = 10 lap u + 0.3 v - 0.167 u + 0.692 u w/(1 + w)
    v_t =    lap v + v (1 - v) - u v/(0.1 + v)
    w_t = 100 lap w + 27.778 u v/(0.001 + v) - 55.556 w

P3, T cells E that follow a chemokine a to tumor cells T, in a square of 10 until t = 10:

    E_t = 0.1 lap E - 0.5 div(E grad a) + s + 0.5 E E T - 0.3 E
    a_t = 0.2 lap a + E T - 0.5 a
    T_t = 0.05 lap T + T (1 - T) - 1.5 E T

The initial values and the supply s are even and periodic along both axes, so that the solution is the same with no-flux and
with periodic sides: tools that have only one of them can be compared.
"""

import dataclasses

import numpy as np


@dataclasses.dataclass
class Problem:
    length: float
    end: float
    diffusivities: tuple
    decays: tuple


PROBLEMS = {
    2: Problem(100, 20, (10, 1, 100), (0.167, 0, 55.556)),
    3: Problem(10, 10, (0.1, 0.2, 0.05), (0.3, 0.5, 0)),
}
SENSITIVITY = 0.5


def positions(problem, points):
    """x and y at the centers of equal volumes, as arrays [y, x]."""
    x = (np.arange(points) + 0.5) * PROBLEMS[problem].length / points
    return np.meshgrid(x, x, indexing="xy")


def initial_values(problem, points):
    """Fields × y × x."""
    x, y = positions(problem, points)
    k = 2 * np.pi / PROBLEMS[problem].length
    if problem == 2:
        return np.stack(
            [
                0.14 * (1 + 0.3 * np.cos(k * x) * np.cos(2 * k * y) + 0.1 * np.cos(3 * k * x)),
                0.06 + 0.03 * np.cos(2 * k * x) * np.cos(k * y) + 0.01 * np.cos(4 * k * y),
                0.07 * (1 + 0.2 * np.cos(k * x) + 0.2 * np.cos(2 * k * y)),
            ]
        )
    return np.stack(
        [
            0.2 * (1 - 0.5 * np.cos(k * x) * np.cos(k * y)),
            0.1 * (1 + 0.5 * np.cos(k * x) + 0.3 * np.cos(2 * k * y)),
            0.4 * np.exp(-3 * (2 - np.cos(k * (x - 5)) - np.cos(k * (y - 5))))
            + 0.05 * (1 + np.cos(2 * k * x)) * (1 + np.cos(k * y)),
        ]
    )


def supply(points):
    """s of P3."""
    x, y = positions(3, points)
    k = 2 * np.pi / PROBLEMS[3].length
    return 0.1 * 0.5 * (1 - 0.5 * np.cos(k * x) - 0.5 * np.cos(k * y))
