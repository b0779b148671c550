"""The Shigesada–Kawasaki–Teramoto model by the method of lines and BDF, independently of Oncofield.

The values in Tests/ConfigurationTests/CrossDiffusionTests.swift:

    python3 Benchmarks/reference/cross_diffusion.py

needs NumPy and SciPy. The fluxes are those of docs/numerics.md: diffusivities at faces are means of both sides, what
moves up gradients is carried with limited values. Axes are closed or periodic, or a radius; some points may be outside.
"""

import argparse

import numpy as np

D1, D2, A11, A12, A21, A22 = 0.01, 0.01, 0.02, 1.0, 0.5, 0.02
R1, R2, B11, B12, B21, B22 = 1.2, 1.0, 1.0, 0.5, 0.38, 1.0


def half_slope(behind, ahead):
    third = (behind + 2 * ahead) / 3
    up = np.minimum(np.minimum(2 * behind, 2 * ahead), third)
    down = np.maximum(np.maximum(2 * behind, 2 * ahead), third)
    return 0.5 * (np.maximum(up, 0) + np.minimum(down, 0))


class Axis:
    """Faces along one axis of an array: one below each point, and one above the last."""

    def __init__(self, axis, spacing, periodic=False, areas=None, volumes=None, inside=None):
        self.axis, self.spacing, self.periodic = axis, spacing, periodic
        self.areas = 1.0 if areas is None else areas
        self.volumes = spacing if volumes is None else volumes
        self.inside = inside

    def around(self, u):
        """The values at two points below each face and two above."""
        width = [(2, 2) if axis == self.axis else (0, 0) for axis in range(u.ndim)]
        padded = np.pad(u, width, mode="wrap" if self.periodic else "edge")
        count = u.shape[self.axis] + 1
        return [np.take(padded, range(k, k + count), axis=self.axis) for k in range(4)]

    def divergence(self, u, diffusivity, others):
        """Of `D ∇u − Σ S u ∇c` for the pairs (S, c) of `others`."""
        a, b, c, d = self.around(u)
        _, before, behind, _ = self.around(diffusivity)
        is_open = np.ones_like(b)
        if self.inside is not None:
            va, vb, vc, vd = self.around(self.inside)
            a, d = np.where(va > 0, a, b), np.where(vd > 0, d, c)
            is_open = np.where((vb > 0) & (vc > 0), 1.0, 0.0)
        if not self.periodic:
            ends = np.moveaxis(is_open, self.axis, 0)
            ends[0], ends[-1] = 0, 0
        flux = 0.5 * (before + behind) * (c - b) / self.spacing
        velocity = 0
        for sensitivity, other in others:
            _, low, high, _ = self.around(other)
            velocity = velocity + sensitivity * (high - low) / self.spacing
        up, down = b + half_slope(b - a, c - b), c - half_slope(d - c, c - b)
        flux = flux - np.maximum(velocity, 0) * up - np.minimum(velocity, 0) * down
        flux = flux * is_open * self.areas
        return np.diff(flux, axis=self.axis) / self.volumes


def solve(axes, u, v, end, times=None, tolerance=1e-9):
    from scipy.integrate import solve_ivp
    from scipy.sparse import coo_array

    shape, size = u.shape, u.size
    inside = axes[0].inside
    kept = np.ones(shape, bool) if inside is None else inside > 0

    def rates(t, y):
        u, v = y[:size].reshape(shape), y[size:].reshape(shape)
        du = u * (R1 - B11 * u - B12 * v)
        dv = v * (R2 - B21 * u - B22 * v)
        for axis in axes:
            du = du + axis.divergence(u, D1 + 2 * A11 * u + A12 * v, [(-A12, v)])
            dv = dv + axis.divergence(v, D2 + 2 * A22 * v + A21 * u, [(-A21, u)])
        return np.concatenate([np.where(kept, du, 0).ravel(), np.where(kept, dv, 0).ravel()])

    # Points act on their neighbors up to two away along each axis.
    numbers = np.arange(size).reshape(shape)
    near = [numbers]
    for axis in axes:
        for offset in (-2, -1, 1, 2):
            near.append(np.roll(numbers, offset, axis=axis.axis))
    rows = np.tile(numbers.ravel(), len(near))
    columns = np.concatenate([n.ravel() for n in near])
    block = coo_array((np.ones(rows.size), (rows, columns)), shape=(size, size))
    pattern = coo_array(np.block([[block.toarray()] * 2] * 2) > 0)
    start = np.concatenate([u.ravel(), v.ravel()])
    result = solve_ivp(
        rates, (0, end), start, method="BDF", t_eval=times, rtol=tolerance, atol=1e-11, jac_sparsity=pattern)
    assert result.status == 0, result.message
    return [(t, y[:size].reshape(shape), y[size:].reshape(shape)) for t, y in zip(result.t, result.y.T)]


def report(name, solution, weights):
    for t, u, v in solution:
        line = [f"{np.sum(weights * field):.9g} {field[weights > 0].min():.9g} {field[weights > 0].max():.9g}"
                for field in (u, v)]
        print(f"{name} t = {t:g}: mass, least and largest of u {line[0]}, of v {line[1]}")


def points(length, count):
    return (np.arange(count) + 0.5) * length / count


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    x = points(10, 100)
    u, v = 1 + 0.3 * np.cos(np.pi * x / 5), 0.6 + 0.2 * np.cos(np.pi * x / 10)
    report("line", solve([Axis(0, 0.1)], u, v, 20, [2, 8, 20]), np.full(100, 0.1))

    x, y = points(10, 40)[None, :], points(5, 20)[:, None]
    u = 1 + 0.3 * np.cos(np.pi * x / 5) * np.cos(2 * np.pi * y / 5)
    v = 0.6 + 0.2 * np.cos(np.pi * x / 5) + 0 * y
    report("plane", solve([Axis(0, 0.25, True), Axis(1, 0.25)], u, v, 2, [2]), np.full((20, 40), 0.0625))
    inside = np.where((x - 5) ** 2 / 16 + (y - 2.5) ** 2 / 4 < 1, 1.0, 0.0)
    solution = solve([Axis(0, 0.25, inside=inside), Axis(1, 0.25, inside=inside)], u * inside, v * inside, 2, [2])
    report("tissue", solution, 0.0625 * inside)

    r = points(5, 50)
    faces = np.linspace(0, 5, 51)
    volumes = 4 * np.pi / 3 * np.diff(faces**3)
    u, v = 1 + 0.3 * np.cos(np.pi * r / 5), 0.6 + 0.2 * np.cos(np.pi * r / 5)
    radius = Axis(0, 0.1, areas=4 * np.pi * faces**2, volumes=volumes)
    report("sphere", solve([radius], u, v, 2, [2]), volumes)


if __name__ == "__main__":
    main()
