// PETSc: additive Runge-Kutta methods of TS with adaptive steps; diffusion and linear decay implicit with their matrix, the
// rest explicit.
//
//   petsc PROBLEM POINTS 3|4|5 TOLERANCE OUT        the order of ARKIMEX; the absolute tolerance is a thousandth of TOLERANCE
//
// Linear systems (symmetric, positive definite) by conjugate gradients with symmetric successive over-relaxation
// (fewest seconds of Jacobi, ICC, ILU, SOR and multigrid on 64² points); more options of PETSc in PETSC_OPTIONS.
#include <petscdmda.h>
#include <petscts.h>
#include "stencil.h"

static Case c;
static double *supplied;
static DM grid;

// Calls the loop with every point's stencil in the periodic grid and the place of its result.
#define for_points(state, result)                                                                          \
  Vec local;                                                                                               \
  PetscScalar ***values, ***out;                                                                           \
  DMGetLocalVector(grid, &local);                                                                          \
  DMGlobalToLocal(grid, state, INSERT_VALUES, local);                                                      \
  DMDAVecGetArrayDOFRead(grid, local, &values);                                                            \
  DMDAVecGetArrayDOF(grid, result, &out);                                                                  \
  for (int i = 0; i < c.points; i++)                                                                       \
    for (int j = 0; j < c.points; j++)

#define end_points(result)                                                                                 \
  DMDAVecRestoreArrayDOFRead(grid, local, &values);                                                        \
  DMDAVecRestoreArrayDOF(grid, result, &out);                                                              \
  DMRestoreLocalVector(grid, &local);

static Stencil stencil(PetscScalar ***v, int i, int j) {
  return (Stencil){
    v[i][j],
    {v[i][j - 2], v[i][j - 1], v[i][j + 1], v[i][j + 2]},
    {v[i - 2][j], v[i - 1][j], v[i + 1][j], v[i + 2][j]},
  };
}

static PetscErrorCode explicit_part(TS ts, PetscReal t, Vec state, Vec rate, void *data) {
  for_points(state, rate) {
    const Stencil s = stencil(values, i, j);
    other_rates(&c, &s, supplied[(size_t)i * c.points + j], out[i][j]);
  }
  end_points(rate);
  return 0;
}

// d(state)/dt minus diffusion and linear decay.
static PetscErrorCode implicit_part(TS ts, PetscReal t, Vec state, Vec derivative, Vec residual, void *data) {
  PetscScalar ***derivatives;
  DMDAVecGetArrayDOFRead(grid, derivative, &derivatives);
  for_points(state, residual) {
    const Stencil s = stencil(values, i, j);
    for (int f = 0; f < 3; f++) out[i][j][f] = derivatives[i][j][f] - diffusion_and_decay(&c, &s, f);
  }
  end_points(residual);
  DMDAVecRestoreArrayDOFRead(grid, derivative, &derivatives);
  return 0;
}

static PetscErrorCode jacobian(TS ts, PetscReal t, Vec state, Vec derivative, PetscReal shift, Mat matrix, Mat same, void *data) {
  static const int offsets[4] = {-2, -1, 1, 2};
  static const double weights[4] = {1, -16, -16, 1};
  for (int i = 0; i < c.points; i++)
    for (int j = 0; j < c.points; j++)
      for (int f = 0; f < 3; f++) {
        const MatStencil row = {.i = j, .j = i, .c = f};
        const double scale = c.problem.diffusivity[f] / (12 * c.spacing * c.spacing);
        MatStencil columns[9] = {row};
        PetscScalar entries[9] = {shift + c.problem.decay[f] + 60 * scale};
        for (int n = 0; n < 4; n++) {
          columns[1 + n] = columns[5 + n] = row;
          columns[1 + n].i += offsets[n];
          columns[5 + n].j += offsets[n];
          entries[1 + n] = entries[5 + n] = weights[n] * scale;
        }
        MatSetValuesStencil(same, 1, &row, 9, columns, entries, INSERT_VALUES);
      }
  MatAssemblyBegin(same, MAT_FINAL_ASSEMBLY);
  MatAssemblyEnd(same, MAT_FINAL_ASSEMBLY);
  return 0;
}

static TS stepper(void) {
  TS ts;
  TSCreate(PETSC_COMM_WORLD, &ts);
  TSSetDM(ts, grid);
  TSSetRHSFunction(ts, NULL, explicit_part, NULL);
  TSSetIFunction(ts, NULL, implicit_part, NULL);
  TSSetIJacobian(ts, NULL, NULL, jacobian, NULL);
  TSSetProblemType(ts, TS_NONLINEAR);
  TSSetType(ts, TSARKIMEX);
  TSARKIMEXSetType(ts, c.method);
  TSARKIMEXSetFullyImplicit(ts, PETSC_FALSE);
  TSSetTolerances(ts, c.control * 1e-3, NULL, c.control, NULL);
  TSSetTimeStep(ts, 1e-3);
  TSSetMaxTime(ts, c.problem.end);
  TSSetMaxSteps(ts, 100000000);
  TSSetExactFinalTime(ts, TS_EXACTFINALTIME_MATCHSTEP);
  SNES nonlinear;
  KSP linear;
  PC preconditioner;
  TSGetSNES(ts, &nonlinear);
  SNESSetType(nonlinear, SNESKSPONLY);  // what is implicit is linear
  SNESGetKSP(nonlinear, &linear);
  KSPSetType(linear, KSPCG);
  KSPSetTolerances(linear, fmin(1e-3 * c.control, 1e-6), PETSC_DEFAULT, PETSC_DEFAULT, PETSC_DEFAULT);
  KSPGetPC(linear, &preconditioner);
  PCSetType(preconditioner, PCSOR);
  PCSORSetSymmetric(preconditioner, SOR_LOCAL_SYMMETRIC_SWEEP);
  TSSetFromOptions(ts);
  return ts;
}

int main(int count, char **words) {
  c = read_case(count, words);
  int none = 1;
  PetscInitialize(&none, &words, NULL, NULL);
  const double start = seconds_now();
  supplied = supplies(&c);
  DMDACreate2d(
    PETSC_COMM_WORLD, DM_BOUNDARY_PERIODIC, DM_BOUNDARY_PERIODIC, DMDA_STENCIL_STAR, c.points, c.points, PETSC_DECIDE, PETSC_DECIDE,
    3, 2, NULL, NULL, &grid
  );
  DMSetUp(grid);
  Vec state;
  DMCreateGlobalVector(grid, &state);
  PetscScalar *values;
  VecGetArray(state, &values);
  for_initial_values(&c, values, 1, 3);
  VecRestoreArray(state, &values);
  TS ts = stepper();
  const double ready = seconds_now();
  TSSolve(ts, state);
  const double stepping = seconds_now() - ready;
  TSConvergedReason reason;
  PetscInt steps, rejected, linear;
  TSGetConvergedReason(ts, &reason);
  TSGetStepNumber(ts, &steps);
  TSGetStepRejections(ts, &rejected);
  TSGetKSPIterations(ts, &linear);
  if (reason < 0) {
    fprintf(stderr, "PETSc stopped: %s\n", TSConvergedReasons[reason]);
    return 76;
  }
  char note[100], version[100];
  snprintf(version, sizeof version, "PETSc %d.%d.%d", PETSC_VERSION_MAJOR, PETSC_VERSION_MINOR, PETSC_VERSION_SUBMINOR);
  snprintf(note, sizeof note, "%d rejected steps, %d linear iterations", (int)rejected, (int)linear);
  VecGetArray(state, &values);
  write_result(&c, values, 1, 3, ready - start, stepping, steps, note, version);
  VecRestoreArray(state, &values);
  return PetscFinalize();
}
