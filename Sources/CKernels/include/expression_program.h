#pragma once
#include <stddef.h>
#include <stdint.h>

// A vector program: each instruction works on a whole tile. Operands are slots: rows of numbers, or single numbers
// that hold for the whole tile (bit j of `scalars` says so of operand j).

typedef enum {
  EXPRESSION_COPY,  // a
  EXPRESSION_ADD,   // a + b
  EXPRESSION_SUBTRACT,
  EXPRESSION_MULTIPLY,
  EXPRESSION_DIVIDE,
  EXPRESSION_MULTIPLY_ADD,       // a·b + c, rounded twice
  EXPRESSION_MULTIPLY_SUBTRACT,  // a·b − c
  EXPRESSION_SUBTRACT_PRODUCT,   // c − a·b
  EXPRESSION_MULTIPLY_TWICE,     // a·b·c
  EXPRESSION_DIVIDE_BY_SUM,      // a / (b + c)
  EXPRESSION_MINIMUM,            // NaN if one of them is
  EXPRESSION_MAXIMUM,
  EXPRESSION_LESS,  // 1 or 0
  EXPRESSION_LESS_OR_EQUAL,
  EXPRESSION_EQUAL,
  EXPRESSION_NOT_EQUAL,
  EXPRESSION_AND,
  EXPRESSION_OR,
  EXPRESSION_NOT,
  EXPRESSION_SELECT,  // a ? b : c
  EXPRESSION_SQUARE_ROOT,
  EXPRESSION_ABSOLUTE,
  EXPRESSION_FLOOR,
  EXPRESSION_EXP,
  EXPRESSION_LOG,
  EXPRESSION_LOG10,
  EXPRESSION_SIN,
  EXPRESSION_COS,
  EXPRESSION_TAN,
  EXPRESSION_TANH,
  EXPRESSION_ERF,
  EXPRESSION_POWER,  // a^b for any exponent
} ExpressionOperation;

typedef struct {
  uint16_t operation;
  uint16_t scalars;
  uint16_t out, a, b, c;
} ExpressionInstruction;

/// Carries out the instructions on the first `count` numbers of each row. An operand may be the row that the
/// instruction writes.
void expression_run(const ExpressionInstruction *instructions, size_t instruction_count, double *const *slots,
                    size_t count);
