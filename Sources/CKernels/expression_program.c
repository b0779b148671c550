#include "include/expression_program.h"

#include "multiversion.h"
#include "vector_math.h"

#define KEY(OPERATION, SCALARS) ((uint32_t)(OPERATION) << 4 | (SCALARS))

// The result may be the row of an operand, point for point: no iteration depends on another one.
#define EACH_POINT _Pragma("clang loop vectorize(assume_safety)") for (size_t i = 0; i < points; i++)

// A scalar operand was loaded before the loop, as x0 and so on; a row is loaded in it.
#define OPERANDS(SCALARS)                             \
  const double x = (SCALARS) & 1 ? x0 : xs[i];        \
  const double y = (SCALARS) & 2 ? y0 : ys[i];        \
  const double z = (SCALARS) & 4 ? z0 : zs[i];        \
  const double w = (SCALARS) & 8 ? w0 : ws[i];        \
  (void)x, (void)y, (void)z, (void)w;

#define LOOP(NAME, SCALARS, FORMULA)                  \
  case KEY(EXPRESSION_##NAME, SCALARS):               \
    EACH_POINT {                                      \
      OPERANDS(SCALARS)                               \
      result[i] = (FORMULA);                          \
    }                                                 \
    break;

#define UNIFORM_LOOP(NAME, SCALARS, FORMULA)          \
  case KEY(EXPRESSION_##NAME, SCALARS):               \
    for (size_t i = 0; i < points; i++) {             \
      OPERANDS(SCALARS)                               \
      result[i] = (FORMULA);                          \
    }                                                 \
    break;

#define CIRCULAR_LOOP(NAME, SCALARS, FUNCTION)                                                        \
  case KEY(EXPRESSION_##NAME, SCALARS):                                                               \
    if (all_near(xs, points)) {                                                              \
      EACH_POINT result[i] = FUNCTION(vector_reduce(xs[i]));                                          \
    } else {                                                                                          \
      for (size_t i = 0; i < points; i++) result[i] = FUNCTION(reduce_any(xs[i]));                    \
    }                                                                                                 \
    break;

INLINED struct reduced_angle reduce_any(double x) {
  return __builtin_fabs(x) <= VECTOR_REDUCE_LIMIT ? vector_reduce(x) : reduce_far(x);
}

INLINED bool all_near(const double *xs, size_t points) {
  int far = 0;
  for (size_t i = 0; i < points; i++) far |= !(__builtin_fabs(xs[i]) <= VECTOR_REDUCE_LIMIT);
  return !far;
}

INLINED void run_one(const struct expression_instruction *instruction, double *const *rows, const double *scalars,
                           size_t points) {
  const uint16_t scalar = instruction->scalars;
  const double *xs = scalar & 1 ? scalars + instruction->x : rows[instruction->x];
  const double *ys = scalar & 2 ? scalars + instruction->y : rows[instruction->y];
  const double *zs = scalar & 4 ? scalars + instruction->z : rows[instruction->z];
  const double *ws = scalar & 8 ? scalars + instruction->w : rows[instruction->w];
  const double x0 = *xs, y0 = *ys, z0 = *zs, w0 = *ws;
  double *result = rows[instruction->result];
  switch (KEY(instruction->operation, scalar)) {
    EXPRESSION_UNARY_FORMS(LOOP)
    EXPRESSION_BINARY_FORMS(LOOP)
    EXPRESSION_FUSED_FORMS(LOOP)
    EXPRESSION_UNIFORM_FORMS(UNIFORM_LOOP)
    EXPRESSION_CIRCULAR_FORMS(CIRCULAR_LOOP)
    default: __builtin_trap();  // the compiler asks expression_has_form
  }
}

MULTIVERSIONED void expression_run(const struct expression_instruction *instructions, size_t count,
                                         double *const *rows, const double *scalars, size_t points) {
  if (points == 0) return;
  for (size_t i = 0; i < count; i++) run_one(instructions + i, rows, scalars, points);
}

bool expression_has_form(uint16_t operation, uint16_t scalars) {
#define HAS_FORM(NAME, SCALARS, FORMULA) case KEY(EXPRESSION_##NAME, SCALARS):
  switch (KEY(operation, scalars)) {
    EXPRESSION_UNARY_FORMS(HAS_FORM)
    EXPRESSION_BINARY_FORMS(HAS_FORM)
    EXPRESSION_FUSED_FORMS(HAS_FORM)
    EXPRESSION_UNIFORM_FORMS(HAS_FORM)
    EXPRESSION_CIRCULAR_FORMS(HAS_FORM)
      return true;
    default: return false;
  }
}

const char *expression_operation_name(uint16_t operation) {
#define TEXT(NAME, ARITY) #NAME,
  static const char *const names[] = {EXPRESSION_OPERATIONS(TEXT)};
  return names[operation];
}

int expression_operation_arity(uint16_t operation) {
#define COUNT(NAME, ARITY) ARITY,
  static const int arities[] = {EXPRESSION_OPERATIONS(COUNT)};
  return arities[operation];
}

double expression_value(uint16_t operation, double x, double y) {
  double result = 0;
  double *rows[] = {&x, &y, &result};
  const struct expression_instruction instruction = {.operation = operation, .result = 2, .x = 0, .y = 1};
  expression_run(&instruction, 1, rows, &x, 1);
  return result;
}
