"""exponax: ETDRK4 in Fourier space, periodic, fixed steps; the loop over steps is one program compiled by XLA.

METHOD etdrk4 or etdrk2, CONTROL the step.
"""

from case import Case
from problems import SENSITIVITY, initial_values, supply

case = Case()

import exponax  # noqa: E402
import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
from exponax._spectral import build_laplace_operator  # noqa: E402
from exponax.nonlin_fun import BaseNonlinearFun  # noqa: E402

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platform_name", "cpu")


class Immunotherapy(BaseNonlinearFun):
    def __init__(self, derivative):
        super().__init__(2, case.points, dealiasing_fraction=None)

    def __call__(self, coefficients):
        u, v, w = self.ifft(coefficients)
        rates = [0.3 * v + 0.692 * u * w / (1 + w), v * (1 - v) - u * v / (0.1 + v), 27.778 * u * v / (0.001 + v)]
        return self.fft(jnp.stack(rates))


class Chemotaxis(BaseNonlinearFun):
    derivative: object
    supply: object

    def __init__(self, derivative):
        super().__init__(2, case.points, dealiasing_fraction=None)
        self.derivative, self.supply = derivative, jnp.asarray(supply(case.points))

    def __call__(self, coefficients):
        E, _, T = self.ifft(coefficients)
        gradient = self.ifft(self.derivative * coefficients[1:2])
        taxis = SENSITIVITY * jnp.sum(self.derivative * self.fft(E[None] * gradient), axis=0)
        rates = self.fft(jnp.stack([self.supply + 0.5 * E * E * T, E * T, T * (1 - T) - 1.5 * E * T]))
        return rates.at[0].add(-taxis)


class Stepper(exponax.BaseStepper):
    def __init__(self, step):
        super().__init__(
            num_spatial_dims=2, domain_extent=case.problem.length, num_points=case.points, dt=step, num_channels=3,
            order=int(case.method[-1]), num_circle_points=32, circle_radius=1.0,
        )  # fmt: skip

    def _build_linear_operator(self, derivative):
        laplacian = build_laplace_operator(derivative, order=2)
        linear = zip(case.problem.diffusivities, case.problem.decays)
        return jnp.concatenate([diffusivity * laplacian - decay for diffusivity, decay in linear])

    def _build_nonlinear_fun(self, derivative):
        return (Immunotherapy if case.number == 2 else Chemotaxis)(derivative)


steps = case.steps_of(case.control)
stepper = Stepper(case.problem.end / steps)
start = jnp.asarray(initial_values(case.number, case.points))
program = jax.jit(exponax.repeat(stepper, steps)).lower(start).compile()
case.start_stepping()
fields = program(start).block_until_ready()
case.finish(fields, steps)
