"""Reference solutions of the problems of the work-precision benchmark, independent of Oncofield: equations, initial values
and numerics are written out here a second time, in numpy alone.

    .venv/bin/python Benchmarks/reference/solutions.py [--problem NAME]... [--directory DIRECTORY]

writes DIRECTORY/NAME.npy (times × fields × points, y first; the times are the start, the end and what divides the run into
FRAMES equal parts) and prints how much the solutions with the step and with half of it differ at the end (largest over fields
of the relative L2 difference), which bounds the error of the one that is kept.

Space is that of the program: points at the centers of equal volumes, no-flux, the spectral or the second-order Laplacian, and
for taxis the fluxes with Koren's limiter; `chemotaxis-spectral` has taxis without discretization errors instead, and names that
end with `-neighbors` the second-order Laplacian instead of the spectral one. Time:
Krogstad's ETDRK4 (J. Comput. Phys. 203 (2005) 72) where something is stiff, with diffusion and linear decay in the
exponentials and dense cosine matrices as transforms; the classical Runge-Kutta method where a front runs into empty tissue,
which the rounding of a transform would fill.
"""

import argparse
import dataclasses
import itertools
import pathlib
import time
from collections.abc import Callable

import numpy as np

FRAMES = 20


@dataclasses.dataclass
class Problem:
    name: str
    length: float
    points: int
    axes: int
    end: float
    step: float
    diffusivities: tuple
    decays: tuple
    initial: Callable
    """Rates of change besides diffusion and linear decay: of the fields, the positions and the space."""
    rates: Callable
    isSpectral: bool = True
    isStiff: bool = True


class Space:
    """The positions and the operators of a problem; fields have shape (fields, y, x) or (fields, x)."""

    def __init__(self, problem):
        count, self.axes = problem.points, problem.axes
        self.spacing = problem.length / count
        x = (np.arange(count) + 0.5) * self.spacing
        self.positions = tuple(np.meshgrid(x, x, indexing="xy")) if self.axes == 2 else (x,)
        waves = np.arange(count)
        self.cosines = np.sqrt(2 / count) * np.cos(np.pi * np.outer(waves, np.arange(count) + 0.5) / count)
        self.cosines[0] /= np.sqrt(2)
        angle = np.pi * waves / count
        line = -(angle**2) if problem.isSpectral else -4 * np.sin(angle / 2) ** 2
        line = line / self.spacing**2
        self.symbol = line[:, None] + line[None, :] if self.axes == 2 else line

    def forward(self, values):
        return self.cosines @ values @ self.cosines.T if self.axes == 2 else values @ self.cosines.T

    def inverse(self, coefficients):
        return self.cosines.T @ coefficients @ self.cosines if self.axes == 2 else coefficients @ self.cosines

    def laplacian(self, values):
        return self.inverse(self.symbol * self.forward(values))

    def differences(self, values):
        """The Laplacian of neighboring points along one axis, without a transform."""
        return self.divergence(np.diff(values, axis=-1) / self.spacing)

    def divergence(self, flux, axis=-1):
        """Of fluxes between points; none crosses the sides."""
        width = [(0, 0)] * flux.ndim
        width[axis] = (1, 1)
        return np.diff(np.pad(flux, width), axis=axis) / self.spacing

    def taxis(self, u, c, sensitivity):
        """-div(S u grad c) with Koren's limited values of u at the faces."""
        total = np.zeros_like(u)
        for axis in range(-self.axes, 0):
            v = np.moveaxis(u, axis, -1)
            velocity = sensitivity * np.diff(np.moveaxis(c, axis, -1), axis=-1) / self.spacing
            padded = np.concatenate([v[..., :1], v, v[..., -1:]], axis=-1)
            jump = np.diff(padded, axis=-1)  # below each point, and above the last
            before = v[..., :-1] + half_slope(jump[..., :-2], jump[..., 1:-1])
            behind = v[..., 1:] - half_slope(jump[..., 2:], jump[..., 1:-1])
            flux = np.where(velocity > 0, before, behind) * velocity
            total -= np.moveaxis(self.divergence(flux), -1, axis)
        return total

    def exact_taxis(self, u, c, sensitivity):
        """The same with div(u grad c) = (lap(u c) + u lap c - c lap u)/2, which takes cosines to cosines."""
        laplacian = self.laplacian
        return -0.5 * sensitivity * (laplacian(u * c) + u * laplacian(c) - c * laplacian(u))


def half_slope(behind, ahead):
    """Half of Koren's limited difference."""
    third = (behind + 2 * ahead) / 3
    smallest = np.minimum(np.minimum(2 * np.abs(behind), 2 * np.abs(ahead)), np.abs(third))
    return np.where(behind * ahead > 0, 0.5 * np.sign(ahead) * smallest, 0)


# MARK: Problems


def immunotherapy(alpha, sigma_u, rho_w, sigma_w):
    def rates(fields, _, __):
        u, v, w = fields
        return np.stack(
            [
                alpha * v + 0.692 * u * w / (1 + w) + sigma_u,
                v * (1 - v) - u * v / (0.1 + v),
                rho_w * u * v / (0.001 + v) + sigma_w,
            ]
        )

    return rates


def turing_start(x):
    c3, c6, c9 = (np.cos(n * np.pi * x / 120) for n in (3, 6, 9))
    return np.stack(
        [
            0.3019 * (1 + 0.1 * c3 + 0.1 * c6 + 0.05 * c9),
            0.39 * (1 + 0.2 * c3 - 0.2 * c6 + 0.05 * c9),
            0.0226 * (1 + 0.3 * c3 + 0.1 * c6 + 0.05 * c9),
        ]
    )


def immunotherapy_start(x, y):
    k = 2 * np.pi / 100
    return np.stack(
        [
            0.14 * (1 + 0.3 * np.cos(k * x) * np.cos(2 * k * y) + 0.1 * np.cos(3 * k * x)),
            0.06 + 0.03 * np.cos(2 * k * x) * np.cos(k * y) + 0.01 * np.cos(4 * k * y),
            0.07 * (1 + 0.2 * np.cos(k * x) + 0.2 * np.cos(2 * k * y)),
        ]
    )


def chemotaxis(taxis):
    def rates(fields, positions, space):
        E, a, T = fields
        x, y = positions
        k = np.pi / 5
        supply = 0.1 * 0.5 * (1 - 0.5 * np.cos(k * x) - 0.5 * np.cos(k * y))
        return np.stack(
            [taxis(space)(E, a, 0.5) + supply + 0.5 * E * E * T, E * T, T * (1 - T) - 1.5 * E * T]
        )

    return rates


def chemotaxis_start(x, y):
    k = np.pi / 5
    return np.stack(
        [
            0.2 * (1 - 0.5 * np.cos(k * x) * np.cos(k * y)),
            0.1 * (1 + 0.5 * np.cos(k * x) + 0.3 * np.cos(2 * k * y)),
            0.4 * np.exp(-3 * ((1 - np.cos(k * (x - 5))) + (1 - np.cos(k * (y - 5)))))
            + 0.05 * (1 + np.cos(2 * k * x)) * (1 + np.cos(k * y)),
        ]
    )


def dormancy(fields, _, __):
    E, T = fields
    return np.stack(
        [1.3e4 + 0.1245 * E * T / (2.019e7 + T) - 3.422e-10 * E * T, 0.18 * T * (1 - 2e-9 * T) - 1.101e-7 * E * T]
    )


def infiltration(fields, positions, space):
    E, a, T, C = fields
    formed, parted, killed, p = 1.3e-7 * E * T, 24 * C, 7.2 * C, 0.9997  # parted and killed are decay of C
    supply = np.where(positions[0] > 0.2, 1.36e4, 0)
    return np.stack(
        [
            space.taxis(E, a, 1.728e-4) + supply + 0.2988e8 * C / (2.02e7 + T) - formed + parted + p * killed,
            7.2e-6 * C,
            0.18 * T * (1 - 2e-9 * T) - formed + parted + (1 - p) * killed,
            formed,
        ]
    )


def step_down(x, place, width):
    return (1 - np.tanh((x - place) / width)) / 2


def infiltration_start(x):
    shape = step_down(x, 0.2, 0.02)
    return np.stack([3.3e5 * (1 - shape), 0 * x, 5e8 * shape, 0 * x])


def acid(fields, _, space):
    u, v, w = fields
    conductance = 4e-5 * 0.5 * ((1 - u[1:]) + (1 - u[:-1]))
    invasion = space.divergence(conductance * np.diff(v) / space.spacing)
    return np.stack([u * (1 - u) - 1.5 * u * w, v * (1 - v) + invasion, 70 * v])


def acid_start(x):
    return np.stack([1 - step_down(x, 0.2, 0.02), step_down(x, 0.2, 0.02), step_down(x, 0.2, 0.1)])


PROBLEMS = [
    Problem(
        "turing", 120, 128, 1, 40, 0.01, (100, 1, 100), (0.167, 0, 55.56), turing_start,
        immunotherapy(0.07, 0.018, 2.5, 0.5),
    ),
    Problem(
        "immunotherapy", 100, 128, 2, 20, 0.01, (10, 1, 100), (0.167, 0, 55.556), immunotherapy_start,
        immunotherapy(0.3, 0, 27.778, 0),
    ),
    Problem(
        "chemotaxis", 10, 128, 2, 10, 0.01, (0.1, 0.2, 0.05), (0.3, 0.5, 0), chemotaxis_start,
        chemotaxis(lambda space: space.taxis),
    ),
    Problem(
        "chemotaxis-spectral", 10, 128, 2, 10, 0.05, (0.1, 0.2, 0.05), (0.3, 0.5, 0), chemotaxis_start,
        chemotaxis(lambda space: space.exact_taxis),
    ),
    Problem(
        "dormancy", 4, 128, 1, 100, 0.01, (0.01, 0.001), (0.0412, 0),
        lambda x: np.stack([1.3e4 / 0.0412 + 0 * x, 1e7 * np.exp(-(x**2) / 0.1)]), dormancy,
        isSpectral=False, isStiff=False,
    ),
    Problem(
        "infiltration", 0.5, 200, 1, 20, 0.002, (1e-6, 1e-2, 1e-6, 0), (0.0412, 1.155e-2, 0, 31.2), infiltration_start,
        infiltration, isSpectral=False,
    ),
    Problem(
        "fisher", 60, 240, 1, 20, 0.002, (1,), (0,), lambda x: 0.5 * np.exp(-(x**2) / 4)[None],
        lambda fields, _, __: fields * (1 - fields), isSpectral=False, isStiff=False,
    ),
    Problem(
        "acid", 0.5, 200, 1, 10, 2e-3, (0, 0, 1), (0, 0, 70), acid_start, acid, isSpectral=False,
    ),
]  # fmt: skip
PROBLEMS += [
    dataclasses.replace(problem, name=f"{problem.name}-neighbors", isSpectral=False)
    for problem in PROBLEMS if problem.name in ("turing", "immunotherapy", "chemotaxis")
]  # fmt: skip


# MARK: Time


def phi(z):
    """phi_1, phi_2, phi_3 of z <= 0: Taylor series near 0, else by recurrence."""
    small = np.abs(z) < 0.5
    series = np.where(small, z, 0)
    out = []
    for order in (1, 2, 3):
        term = np.full_like(z, 1 / np.prod(np.arange(1, order + 1)))
        total = term.copy()
        for index in range(1, 20):
            term = term * series / (order + index)
            total += term
        out.append(total)
    big = np.where(small, -1, z)
    one = np.expm1(big) / big
    two = (one - 1) / big
    three = (two - 0.5) / big
    return [np.where(small, taylor, closed) for taylor, closed in zip(out, (one, two, three))]


def etdrk4(problem, space, steps):
    shape = (-1,) + (1,) * space.symbol.ndim
    linear = np.reshape(problem.diffusivities, shape) * space.symbol - np.reshape(problem.decays, shape)
    h = problem.end / steps
    z = h * linear
    one, two, three = phi(z)
    half_one, half_two, _ = phi(z / 2)
    whole, half = np.exp(z), np.exp(z / 2)

    def nonlinear(coefficients):
        return space.forward(problem.rates(space.inverse(coefficients), space.positions, space))

    u = space.forward(problem.initial(*space.positions))
    yield space.inverse(u)
    for _ in range(steps):
        n0 = nonlinear(u)
        a = half * u + h / 2 * half_one * n0
        na = nonlinear(a)
        nb = nonlinear(a + h * half_two * (na - n0))
        nc = nonlinear(whole * u + h * one * n0 + 2 * h * two * (nb - n0))
        u = whole * u + h * (
            (one - 3 * two + 4 * three) * n0 + (2 * two - 4 * three) * (na + nb) + (4 * three - two) * nc
        )
        yield space.inverse(u)


def runge_kutta(problem, space, steps):
    shape = (-1,) + (1,) * space.symbol.ndim
    diffusivities, decays = np.reshape(problem.diffusivities, shape), np.reshape(problem.decays, shape)
    h = problem.end / steps

    def slope(u):
        return diffusivities * space.differences(u) - decays * u + problem.rates(u, space.positions, space)

    u = problem.initial(*space.positions)
    yield u
    for _ in range(steps):
        k1 = slope(u)
        k2 = slope(u + h / 2 * k1)
        k3 = slope(u + h / 2 * k2)
        u = u + h / 6 * (k1 + 2 * k2 + 2 * k3 + slope(u + h * k3))
        yield u


def solve(problem, step):
    """The solution at the times that are kept."""
    method = etdrk4 if problem.isStiff else runge_kutta
    steps = round(problem.end / step)
    assert steps % FRAMES == 0
    return np.stack(list(itertools.islice(method(problem, Space(problem), steps), 0, None, steps // FRAMES)))


def difference(values, reference):
    """The largest over fields of the L2 difference relative to the L2 norm of the reference."""
    return max(np.linalg.norm(a - b) / np.linalg.norm(b) for a, b in zip(values, reference))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problem", action="append", choices=[problem.name for problem in PROBLEMS])
    parser.add_argument("--directory", type=pathlib.Path, default=pathlib.Path("runs/references"))
    arguments = parser.parse_args()
    arguments.directory.mkdir(parents=True, exist_ok=True)
    for problem in PROBLEMS:
        if arguments.problem and problem.name not in arguments.problem:
            continue
        start = time.monotonic()
        coarse = solve(problem, problem.step)
        fine = solve(problem, problem.step / 2)
        np.save(arguments.directory / f"{problem.name}.npy", fine)
        print(f"{problem.name}: steps of {problem.step / 2:g}, {difference(coarse[-1], fine[-1]):.1e} from twice that,", end=" ")
        print(f"{time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
