"""The peers: which program, how it was set up, and the cases that are measured, (points along an axis, method, control)."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Peer:
    name: str
    """A script in this directory or a compiled program."""
    program: str
    """How it was given its best reasonable chance."""
    how: str
    """Problem → cases, from quick to slow."""
    cases: dict
    """The distribution that its version is asked of; programs in C say it themselves."""
    package: str = ""
    """Problem → why there are no cases."""
    absent: dict = dataclasses.field(default_factory=dict)


def cases(points, method, *controls):
    return [(count, method, control) for control in controls for count in points]


FOURTH_ORDER = (
    "The right-hand side is ours: central differences of fourth order, with which 96² points are enough for 1e-4 on P2, where "
    "those of second order need some 500²"
)

FIXED_STEPS_OF_ETDRK4 = {
    2: cases([32, 48, 64], "etdrk4", 0.25, 0.1, 0.04, 0.02, 0.01) + cases([128], "etdrk4", 0.25, 0.04, 0.01),
    3: cases([32, 48, 64], "etdrk4", 1, 0.5, 0.25, 0.1) + cases([128], "etdrk4", 0.5, 0.1),
}

PEERS = [
    Peer(
        "Oncofield",
        "with_oncofield.py",
        "The run files of `Benchmarks/problems`: no-flux, spectral Laplacian, scheme `auto`, only points and tolerance changed. "
        "Stepping is the seconds of the steps in `run.json`; planning of transforms, "
        "compilation of the model, output and checkpoints are outside it, but in the whole process. P3 with "
        "`numerics.taxis` as the method says: limited fluxes, which never make a density negative and are of second order in "
        "space, or series, for smooth solutions like this one.",
        {
            2: cases([32, 48, 64], "auto", 1e-2, 1e-3, 1e-4, 5e-5, 1e-5, 1e-6, 5e-7)
            + cases([128], "auto", 1e-2, 1e-4, 1e-6),
            3: cases([32, 48, 64], "auto spectral", 1e-2, 1e-3, 1e-4, 1e-5, 3e-6, 1e-6, 3e-7, 1e-7)
            + cases([128], "auto spectral", 1e-3, 1e-5, 1e-7)
            + cases([32, 64, 128], "auto limited", 1e-2, 1e-3, 1e-5) + cases([256, 512], "auto limited", 1e-3, 1e-5),
        },
    ),
    Peer(
        "hand-written C",
        "hand_written",
        "What a specialist writes for these two problems and nothing else: ETDRK4 with fixed steps and cosine transforms made "
        "for the purpose (no-flux, spectral). No checks, no error control: the step is found by trial.",
        FIXED_STEPS_OF_ETDRK4,
    ),
    Peer(
        "exponax",
        "with_exponax.py",
        "ETDRK4 with fixed steps, spectral, periodic, double precision; the whole loop over steps is one compiled program, and "
        "compilation counts as set-up. The step is found by trial.",
        FIXED_STEPS_OF_ETDRK4,
        "exponax",
    ),
    Peer(
        "SUNDIALS",
        "sundials",
        f"{FOURTH_ORDER}. CVODE's BDF with GMRES and the diagonal of diffusion and decay as preconditioner, linear "
        "systems solved ten times as accurately as usual, which it needs here; or ARKODE's explicit pair. Steps by their error, "
        "absolute tolerance a thousandth of the relative one.",
        {
            2: cases([32, 48], "bdf", 1e-3, 3e-4, 1e-4) + cases([64], "bdf", 1e-4, 1e-5) + cases([96, 128], "bdf", 1e-5, 1e-6, 1e-7)
            + cases([192], "bdf", 1e-6),
            3: cases([32, 48, 64], "bdf", 1e-2, 1e-3, 1e-4, 1e-5) + cases([32, 48, 64], "erk", 1e-2, 1e-3, 1e-4)
            + cases([96], "erk", 1e-4, 1e-5) + cases([96, 128], "bdf", 1e-6, 1e-7),
        },
    ),
    Peer(
        "PETSc",
        "petsc",
        f"{FOURTH_ORDER}. TS with ARKIMEX, diffusion and decay implicit with their matrix, the rest explicit; conjugate "
        "gradients with symmetric over-relaxation, which took the fewest seconds of the preconditioners tried (Jacobi, ICC, "
        "ILU, multigrid); steps by their error. The method is the order.",
        {
            2: cases([48, 64], "3", 1e-2, 1e-3) + cases([48, 64, 96], "4", 1e-2, 1e-3) + cases([96, 128], "4", 1e-4),
            3: cases([32, 64], "3", 1e-2, 1e-3, 1e-4) + cases([32, 64, 96], "4", 1e-3, 1e-4, 1e-5) + cases([128], "5", 1e-6),
        },
    ),
    Peer(
        "Dedalus",
        "with_dedalus.py",
        "Spectral, periodic, all that is linear implicit, no dealiasing, one process. Fixed steps found by trial; those of its "
        "schemes that were fastest.",
        {
            2: cases([32, 48], "RK222", 0.1, 0.05) + cases([48, 64], "RK222", 0.02)
            + cases([48, 64], "RK443", 0.04, 0.02, 0.01) + cases([64], "SBDF4", 0.01, 0.005),
            3: cases([32, 48], "RK222", 0.2, 0.1, 0.05) + cases([32, 48], "RK443", 0.2, 0.1, 0.05, 0.02)
            + cases([48, 64], "SBDF4", 0.02, 0.01),
        },
        "dedalus",
    ),
    Peer(
        "py-pde",
        "with_pypde.py",
        "Second-order differences and explicit steps are what it offers for these systems; compiled by numba, whose time "
        "counts as set-up. Steps near the limit of stability, or by their error.",
        {
            2: cases([64], "euler", 0.004) + cases([48, 64], "runge-kutta-adaptive", 1e-3) + cases([128], "euler", 0.001)
            + cases([256], "euler", 2.5e-4) + cases([576], "euler", 7e-5),
            3: cases([64], "euler", 0.02, 0.01) + cases([64, 128], "runge-kutta-adaptive", 1e-4) + cases([128], "euler", 0.005)
            + cases([256], "runge-kutta-adaptive", 1e-5),
        },
        "py-pde",
    ),
    Peer(
        "sme",
        "with_sme.py",
        "spatial-model-editor's pixel simulator: second-order differences, no-flux, explicit pairs with steps by their error, "
        "rates compiled by LLVM.",
        {2: cases([48, 64], "RK212", 1e-2) + cases([64], "RK323", 1e-2) + cases([128, 256], "RK212", 1e-2)},
        "sme",
        {3: "its Python interface knows diffusion of a species by itself, no flux of one along the gradient of another"},
    ),
    Peer(
        "FiPy",
        "with_fipy.py",
        "Finite volumes of second order, no-flux, sources that decay implicit; conjugate gradients (GMRES with taxis) of scipy to "
        "1e-8. Its usual implicit Euler method, and the trapezoidal rule with two sweeps over the equations, which is an order "
        "better and was put together from its terms. Fixed steps.",
        {
            2: cases([48], "euler", 0.1) + cases([48, 64], "trapezoidal", 0.1, 0.04) + cases([96], "trapezoidal", 0.04),
            3: cases([48], "euler", 0.1) + cases([32, 48, 64], "trapezoidal", 0.2, 0.1) + cases([128], "trapezoidal", 0.1),
        },
        "FiPy",
    ),
]  # fmt: skip
