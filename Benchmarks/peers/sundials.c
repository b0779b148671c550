// SUNDIALS: the variable-step, variable-order BDF of CVODE with matrix-free GMRES (method bdf), or the explicit
// Runge-Kutta pair of fourth order of ARKODE (method erk).
//
//   sundials PROBLEM POINTS bdf|erk RELATIVE_TOLERANCE OUT        the absolute tolerance is a thousandth of the relative one
//
// Linear systems are solved ten times as accurately as usual. The preconditioner of GMRES is the diagonal of diffusion and
// linear decay.
#include <arkode/arkode_erkstep.h>
#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_spgmr.h>
#include "stencil.h"

static Case c;
static double *supplied;
static long evaluations;

static int wrapped(int i) { return (i + c.points) % c.points; }

static int right_hand_side(realtype t, N_Vector state, N_Vector rate, void *data) {
  const double *values = N_VGetArrayPointer(state);
  double *out = N_VGetArrayPointer(rate);
  static const int offsets[4] = {-2, -1, 1, 2};
  evaluations++;
  for (int i = 0; i < c.points; i++) {
    const double *rows[4], *row = values + (size_t)3 * c.points * i;
    for (int n = 0; n < 4; n++) rows[n] = values + (size_t)3 * c.points * wrapped(i + offsets[n]);
    for (int j = 0; j < c.points; j++, out += 3) {
      Stencil s = {row + 3 * j};
      for (int n = 0; n < 4; n++) {
        const int k = j + offsets[n];
        s.x[n] = row + 3 * (k < 0 ? k + c.points : k >= c.points ? k - c.points : k);
        s.y[n] = rows[n] + 3 * j;
      }
      other_rates(&c, &s, supplied[(size_t)i * c.points + j], out);
      for (int f = 0; f < 3; f++) out[f] += diffusion_and_decay(&c, &s, f);
    }
  }
  return 0;
}

static int preconditioner(
  realtype t, N_Vector y, N_Vector fy, N_Vector r, N_Vector z, realtype gamma, realtype delta, int side, void *data
) {
  const double *in = N_VGetArrayPointer(r);
  double *out = N_VGetArrayPointer(z), factor[3];
  for (int f = 0; f < 3; f++) {
    const double loss = c.problem.diffusivity[f] * laplacian_diagonal(&c) + c.problem.decay[f];
    factor[f] = 1 / (1 + gamma * loss);
  }
  for (size_t k = 0; k < (size_t)c.points * c.points; k++)
    for (int f = 0; f < 3; f++) out[3 * k + f] = factor[f] * in[3 * k + f];
  return 0;
}

int main(int count, char **words) {
  c = read_case(count, words);
  const double start = seconds_now();
  supplied = supplies(&c);
  SUNContext context;
  SUNContext_Create(NULL, &context);
  N_Vector state = N_VNew_Serial((sunindextype)3 * c.points * c.points, context);
  double *values = N_VGetArrayPointer(state);
  for_initial_values(&c, values, 1, 3);
  const double absolute = c.control * 1e-3;
  realtype t = 0;
  long steps = 0, linear = 0;
  int outcome;
  double ready;
  if (!strcmp(c.method, "bdf")) {
    void *solver = CVodeCreate(CV_BDF, context);
    CVodeInit(solver, right_hand_side, 0, state);
    CVodeSStolerances(solver, c.control, absolute);
    CVodeSetMaxNumSteps(solver, -1);
    CVodeSetLinearSolver(solver, SUNLinSol_SPGMR(state, SUN_PREC_LEFT, 20, context), NULL);
    CVodeSetPreconditioner(solver, NULL, preconditioner);
    CVodeSetEpsLin(solver, 0.005);  // with the usual 0.05 some runs took five times the steps or had ten times the error
    ready = seconds_now();
    outcome = CVode(solver, c.problem.end, state, &t, CV_NORMAL);
    CVodeGetNumSteps(solver, &steps);
    CVodeGetNumLinIters(solver, &linear);
  } else {
    void *solver = ERKStepCreate(right_hand_side, 0, state, context);
    ERKStepSStolerances(solver, c.control, absolute);
    ERKStepSetMaxNumSteps(solver, -1);
    ERKStepSetStopTime(solver, c.problem.end);
    ready = seconds_now();
    outcome = ERKStepEvolve(solver, c.problem.end, state, &t, ARK_NORMAL);
    ERKStepGetNumSteps(solver, &steps);
  }
  const double stepping = seconds_now() - ready;
  if (outcome < 0) {
    fprintf(stderr, "SUNDIALS stopped at t = %g with flag %d\n", t, outcome);
    return 76;
  }
  char note[100];
  snprintf(note, sizeof note, "%ld right-hand sides, %ld linear iterations", evaluations, linear);
  write_result(&c, values, 1, 3, ready - start, stepping, steps, note, "SUNDIALS " SUNDIALS_VERSION);
}
