#pragma once
// The operations of the expression machine. Conditions are 1 (holds) and 0.
//
// FORM(name, scalars, formula in x, y, z, w) is one loop; `scalars` says which operands are one number for all points.
// Operands that commute are given to the machine with the scalar first, so that half of the forms suffice. The fused
// operations round after every step, as the separate ones do.

#define EXPRESSION_OPERATIONS(NAME)                                                                          \
  NAME(COPY, 1) NAME(NEGATE, 1) NAME(NOT, 1) NAME(ABSOLUTE, 1) NAME(SQUARE_ROOT, 1) NAME(FLOOR, 1)           \
  NAME(SQUARE, 1) NAME(EXP, 1) NAME(LOG, 1) NAME(LOG10, 1) NAME(SINE, 1) NAME(COSINE, 1)                     \
  NAME(TANGENT, 1) NAME(TANH, 1) NAME(ERF, 1) NAME(ADD, 2) NAME(SUBTRACT, 2) NAME(MULTIPLY, 2)               \
  NAME(DIVIDE, 2) NAME(POWER, 2) NAME(MINIMUM, 2) NAME(MAXIMUM, 2) NAME(LESS, 2) NAME(LESS_OR_EQUAL, 2)      \
  NAME(EQUAL, 2) NAME(NOT_EQUAL, 2) NAME(AND, 2) NAME(OR, 2) NAME(SELECT, 3) NAME(MULTIPLY_ADD, 3)           \
  NAME(MULTIPLY_SUBTRACT, 3) NAME(SUBTRACT_MULTIPLY, 3) NAME(SUM_MULTIPLY, 3)                                \
  NAME(DIFFERENCE_MULTIPLY, 3) NAME(PRODUCT, 3) NAME(SUM, 3) NAME(DIVIDE_BY_SUM, 3)                          \
  NAME(SUM_OF_PRODUCTS, 4) NAME(DIFFERENCE_OF_PRODUCTS, 4) NAME(PRODUCT_BY_SUM, 4) NAME(SELECT_LESS, 4)      \
  NAME(SELECT_LESS_OR_EQUAL, 4)

#define EXPRESSION_UNARY_FORMS(FORM)                                                                         \
  FORM(COPY, 0, x)                                                                                           \
  FORM(COPY, 1, x)                                                                                           \
  FORM(NEGATE, 0, -x)                                                                                        \
  FORM(NOT, 0, 1.0 - x)                                                                                      \
  FORM(ABSOLUTE, 0, __builtin_fabs(x))                                                                       \
  FORM(SQUARE_ROOT, 0, __builtin_elementwise_sqrt(x))                                                        \
  FORM(FLOOR, 0, vector_floor(x))                                                                            \
  FORM(SQUARE, 0, x *x)                                                                                      \
  FORM(EXP, 0, vector_exp(x))                                                                                \
  FORM(LOG, 0, vector_log(x))                                                                                \
  FORM(LOG10, 0, vector_log10(x))                                                                            \
  FORM(TANH, 0, vector_tanh(x))                                                                              \
  FORM(ERF, 0, vector_erf(x))

// x and y commute: both rows, or x scalar.
#define EXPRESSION_SYMMETRIC(FORM, NAME, FORMULA) FORM(NAME, 0, FORMULA) FORM(NAME, 1, FORMULA)
// x and y do not commute.
#define EXPRESSION_ORDERED(FORM, NAME, FORMULA)                                                              \
  EXPRESSION_SYMMETRIC(FORM, NAME, FORMULA) FORM(NAME, 2, FORMULA)
// x and y commute, z may be scalar.
#define EXPRESSION_SYMMETRIC_Z(FORM, NAME, FORMULA)                                                          \
  EXPRESSION_SYMMETRIC(FORM, NAME, FORMULA) FORM(NAME, 4, FORMULA) FORM(NAME, 5, FORMULA)
// x and y do not commute, z may be scalar.
#define EXPRESSION_ORDERED_Z(FORM, NAME, FORMULA)                                                            \
  EXPRESSION_SYMMETRIC_Z(FORM, NAME, FORMULA) FORM(NAME, 2, FORMULA) FORM(NAME, 6, FORMULA)
// x and y do not commute, z and w may be scalars.
#define EXPRESSION_ORDERED_ZW(FORM, NAME, FORMULA)                                                           \
  EXPRESSION_ORDERED_Z(FORM, NAME, FORMULA)                                                                  \
  FORM(NAME, 8, FORMULA) FORM(NAME, 9, FORMULA) FORM(NAME, 10, FORMULA)                                      \
  FORM(NAME, 12, FORMULA) FORM(NAME, 13, FORMULA) FORM(NAME, 14, FORMULA)

#define EXPRESSION_BINARY_FORMS(FORM)                                                                        \
  EXPRESSION_SYMMETRIC(FORM, ADD, x + y)                                                                     \
  EXPRESSION_ORDERED(FORM, SUBTRACT, x - y)                                                                  \
  EXPRESSION_SYMMETRIC(FORM, MULTIPLY, x *y)                                                                 \
  EXPRESSION_ORDERED(FORM, DIVIDE, x / y)                                                                    \
  EXPRESSION_ORDERED(FORM, POWER, vector_power(x, y))                                                        \
  FORM(MINIMUM, 0, ((x < y) | (x != x)) ? x : y)                                                             \
  FORM(MINIMUM, 2, ((x < y) | (x != x)) ? x : y)                                                             \
  FORM(MAXIMUM, 0, ((x > y) | (x != x)) ? x : y)                                                             \
  FORM(MAXIMUM, 2, ((x > y) | (x != x)) ? x : y)                                                             \
  EXPRESSION_ORDERED(FORM, LESS, x < y ? 1.0 : 0.0)                                                          \
  EXPRESSION_ORDERED(FORM, LESS_OR_EQUAL, x <= y ? 1.0 : 0.0)                                                \
  EXPRESSION_SYMMETRIC(FORM, EQUAL, x == y ? 1.0 : 0.0)                                                      \
  EXPRESSION_SYMMETRIC(FORM, NOT_EQUAL, x != y ? 1.0 : 0.0)                                                  \
  EXPRESSION_SYMMETRIC(FORM, AND, x *y)                                                                      \
  EXPRESSION_SYMMETRIC(FORM, OR, x > y ? x : y)

#define EXPRESSION_FUSED_FORMS(FORM)                                                                         \
  FORM(SELECT, 0, x != 0.0 ? y : z)                                                                          \
  FORM(SELECT, 2, x != 0.0 ? y : z)                                                                          \
  FORM(SELECT, 4, x != 0.0 ? y : z)                                                                          \
  FORM(SELECT, 6, x != 0.0 ? y : z)                                                                          \
  EXPRESSION_SYMMETRIC_Z(FORM, MULTIPLY_ADD, x *y + z)                                                       \
  EXPRESSION_SYMMETRIC_Z(FORM, MULTIPLY_SUBTRACT, x *y - z)                                                  \
  EXPRESSION_SYMMETRIC_Z(FORM, SUBTRACT_MULTIPLY, z - x * y)                                                 \
  EXPRESSION_SYMMETRIC_Z(FORM, SUM_MULTIPLY, (x + y) * z)                                                    \
  EXPRESSION_ORDERED_Z(FORM, DIFFERENCE_MULTIPLY, (x - y) * z)                                               \
  EXPRESSION_SYMMETRIC_Z(FORM, PRODUCT, x *y *z)                                                             \
  EXPRESSION_SYMMETRIC_Z(FORM, SUM, x + y + z)                                                               \
  EXPRESSION_SYMMETRIC_Z(FORM, DIVIDE_BY_SUM, z / (x + y))                                                   \
  EXPRESSION_SYMMETRIC_Z(FORM, SUM_OF_PRODUCTS, x *y + z * w)                                                \
  EXPRESSION_SYMMETRIC_Z(FORM, DIFFERENCE_OF_PRODUCTS, x *y - z * w)                                         \
  EXPRESSION_SYMMETRIC_Z(FORM, PRODUCT_BY_SUM, (x * y) / (z + w))                                            \
  EXPRESSION_ORDERED_ZW(FORM, SELECT_LESS, x < y ? z : w)                                                    \
  EXPRESSION_ORDERED_ZW(FORM, SELECT_LESS_OR_EQUAL, x <= y ? z : w)

// A choice that is the same for all points: the compiler makes copies of it.
#define EXPRESSION_UNIFORM_FORMS(FORM)                                                                       \
  FORM(SELECT, 1, x != 0.0 ? y : z)                                                                          \
  FORM(SELECT, 3, x != 0.0 ? y : z)                                                                          \
  FORM(SELECT, 5, x != 0.0 ? y : z)

// Sine, cosine and tangent, whose large arguments take another way.
#define EXPRESSION_CIRCULAR_FORMS(FORM)                                                                      \
  FORM(SINE, 0, vector_sine)                                                                                 \
  FORM(COSINE, 0, vector_cosine)                                                                             \
  FORM(TANGENT, 0, vector_tangent)
