#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "expression_operations.h"

// A virtual machine for expressions on tiles: every instruction is one loop over up to 256 points.

/// What an instruction does; the formulas are in expression_operations.h.
enum expression_operation {
#define EXPRESSION_NAME(NAME, ARITY) EXPRESSION_##NAME,
  EXPRESSION_OPERATIONS(EXPRESSION_NAME)
#undef EXPRESSION_NAME
};

/// Bits of `scalars`: the operand is one number for all points.
enum { EXPRESSION_SCALAR_X = 1, EXPRESSION_SCALAR_Y = 2, EXPRESSION_SCALAR_Z = 4, EXPRESSION_SCALAR_W = 8 };

/// result = operation(x, y, z, w), point by point. Operands are numbers of rows, or of scalars where the bit is set in
/// `scalars`; those that the operation does not take are 0. The result may be the row of an operand.
struct expression_instruction {
  uint16_t operation;
  uint16_t scalars;
  uint32_t result;
  uint32_t x, y, z, w;
};

/// The name of an operation as in expression_operations.h, and its number of operands.
const char *expression_operation_name(uint16_t operation);
int expression_operation_arity(uint16_t operation);

/// Whether the machine has a loop for this operation with these operands being scalars.
bool expression_has_form(uint16_t operation, uint16_t scalars);

/// Runs the instructions on `points` ≤ 256 points. The result at a point does not depend on how many are computed
/// together, nor on the vector width of the machine.
void expression_run(const struct expression_instruction *instructions, size_t count, double *const *rows,
                    const double *scalars, size_t points);

/// One operation on single numbers, with the same bits as `expression_run`.
double expression_value(uint16_t operation, double x, double y);
