#include "include/expression_program.h"

#include <math.h>

#include "multiversion.h"
#include "vector_math.h"

// Operands of the tile are elementwise: the row written may be a row read, at the same element.
#if defined(__clang__)
#define ELEMENTWISE _Pragma("clang loop vectorize(assume_safety) interleave(enable)")
#else
#define ELEMENTWISE _Pragma("GCC ivdep")
#endif

// The square root without the error number of the C library, so that it is one vector instruction.
static inline double square_root(double a) {
#if defined(__clang__)
  return __builtin_elementwise_sqrt(a);
#else
  return __builtin_sqrt(a);
#endif
}

#define LOOP(A, B, C, value)               \
  {                                        \
    ELEMENTWISE for (size_t i = 0; i < count; i++) { \
      const double a = A, b = B, c = C;    \
      (void)a, (void)b, (void)c;           \
      out[i] = (value);                    \
    }                                      \
  }

// One loop for each combination of rows and single numbers, chosen once per instruction.
#define UNARY(value)                                             \
  if (scalars & 1) LOOP(a_slot[0], 0, 0, value) else LOOP(a_slot[i], 0, 0, value)
#define BINARY(value)                                            \
  switch (scalars & 3) {                                         \
    case 0: LOOP(a_slot[i], b_slot[i], 0, value) break;          \
    case 1: LOOP(first, b_slot[i], 0, value) break;              \
    case 2: LOOP(a_slot[i], second, 0, value) break;             \
    default: LOOP(first, second, 0, value) break;                \
  }
#define TERNARY(value)                                           \
  switch (scalars & 7) {                                         \
    case 0: LOOP(a_slot[i], b_slot[i], c_slot[i], value) break;  \
    case 1: LOOP(first, b_slot[i], c_slot[i], value) break;      \
    case 2: LOOP(a_slot[i], second, c_slot[i], value) break;     \
    case 3: LOOP(first, second, c_slot[i], value) break;         \
    case 4: LOOP(a_slot[i], b_slot[i], third, value) break;      \
    case 5: LOOP(first, b_slot[i], third, value) break;          \
    case 6: LOOP(a_slot[i], second, third, value) break;         \
    default: LOOP(first, second, third, value) break;            \
  }
// A function of the C library, called one number at a time.
#define LIBRARY(value)                                           \
  for (size_t i = 0; i < count; i++) {                           \
    const double a = scalars & 1 ? first : a_slot[i];            \
    out[i] = (value);                                            \
  }

MULTIVERSIONED void expression_run(const ExpressionInstruction *instructions, size_t instruction_count,
                                   double *const *slots, size_t count) {
  for (size_t n = 0; n < instruction_count; n++) {
    const ExpressionInstruction instruction = instructions[n];
    double *out = slots[instruction.out];
    const double *a_slot = slots[instruction.a], *b_slot = slots[instruction.b], *c_slot = slots[instruction.c];
    const double first = a_slot[0], second = b_slot[0], third = c_slot[0];
    const unsigned scalars = instruction.scalars;
    switch ((ExpressionOperation)instruction.operation) {
      case EXPRESSION_COPY: UNARY(a) break;
      case EXPRESSION_ADD: BINARY(a + b) break;
      case EXPRESSION_SUBTRACT: BINARY(a - b) break;
      case EXPRESSION_MULTIPLY: BINARY(a * b) break;
      case EXPRESSION_DIVIDE: BINARY(a / b) break;
      case EXPRESSION_MULTIPLY_ADD: TERNARY(a * b + c) break;
      case EXPRESSION_MULTIPLY_SUBTRACT: TERNARY(a * b - c) break;
      case EXPRESSION_SUBTRACT_PRODUCT: TERNARY(c - a * b) break;
      case EXPRESSION_MULTIPLY_TWICE: TERNARY(a * b * c) break;
      case EXPRESSION_DIVIDE_BY_SUM: TERNARY(a / (b + c)) break;
      case EXPRESSION_MINIMUM: BINARY(a < b || a != a ? a : b) break;
      case EXPRESSION_MAXIMUM: BINARY(a > b || a != a ? a : b) break;
      case EXPRESSION_LESS: BINARY(a < b ? 1.0 : 0.0) break;
      case EXPRESSION_LESS_OR_EQUAL: BINARY(a <= b ? 1.0 : 0.0) break;
      case EXPRESSION_EQUAL: BINARY(a == b ? 1.0 : 0.0) break;
      case EXPRESSION_NOT_EQUAL: BINARY(a != b ? 1.0 : 0.0) break;
      case EXPRESSION_AND: BINARY(a != 0 && b != 0 ? 1.0 : 0.0) break;
      case EXPRESSION_OR: BINARY(a != 0 || b != 0 ? 1.0 : 0.0) break;
      case EXPRESSION_NOT: UNARY(a == 0 ? 1.0 : 0.0) break;
      case EXPRESSION_SELECT: TERNARY(a != 0 ? b : c) break;
      case EXPRESSION_SQUARE_ROOT: UNARY(square_root(a)) break;
      case EXPRESSION_ABSOLUTE: UNARY(__builtin_fabs(a)) break;
      case EXPRESSION_FLOOR: UNARY(__builtin_floor(a)) break;
      case EXPRESSION_EXP: UNARY(vector_exp(a)) break;
      case EXPRESSION_LOG: UNARY(vector_log(a)) break;
      case EXPRESSION_TANH: UNARY(vector_tanh(a)) break;
      case EXPRESSION_LOG10: LIBRARY(log10(a)) break;
      case EXPRESSION_SIN: LIBRARY(sin(a)) break;
      case EXPRESSION_COS: LIBRARY(cos(a)) break;
      case EXPRESSION_TAN: LIBRARY(tan(a)) break;
      case EXPRESSION_ERF: LIBRARY(erf(a)) break;
      case EXPRESSION_POWER: LIBRARY(pow(a, scalars & 2 ? second : b_slot[i])) break;
    }
  }
}
