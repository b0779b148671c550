// The loops of the expression machine, once for each kind of number: REAL, OF_REAL(name) being what a function is called.
// Functions such as the exponential are always computed in double precision.

INLINED bool OF_REAL(all_near)(const REAL *xs, size_t points) {
  int far = 0;
  for (size_t i = 0; i < points; i++) far |= !(__builtin_fabs(xs[i]) <= VECTOR_REDUCE_LIMIT);
  return !far;
}

INLINED void OF_REAL(run_one)(const struct expression_instruction *instruction, REAL *const *rows, const REAL *scalars,
                           size_t points) {
  const uint16_t scalar = instruction->scalars;
  const REAL *xs = scalar & 1 ? scalars + instruction->x : rows[instruction->x];
  const REAL *ys = scalar & 2 ? scalars + instruction->y : rows[instruction->y];
  const REAL *zs = scalar & 4 ? scalars + instruction->z : rows[instruction->z];
  const REAL *ws = scalar & 8 ? scalars + instruction->w : rows[instruction->w];
  const REAL x0 = *xs, y0 = *ys, z0 = *zs, w0 = *ws;
  REAL *result = rows[instruction->result];
  switch (KEY(instruction->operation, scalar)) {
    EXPRESSION_UNARY_FORMS(LOOP)
    EXPRESSION_BINARY_FORMS(LOOP)
    EXPRESSION_FUSED_FORMS(LOOP)
    EXPRESSION_UNIFORM_FORMS(UNIFORM_LOOP)
    EXPRESSION_CIRCULAR_FORMS(CIRCULAR_LOOP)
    default: __builtin_trap();  // the compiler asks expression_has_form
  }
}

MULTIVERSIONED void OF_REAL(expression_run)(const struct expression_instruction *instructions, size_t count,
                                         REAL *const *rows, const REAL *scalars, size_t points) {
  if (points == 0) return;
  for (size_t i = 0; i < count; i++) OF_REAL(run_one)(instructions + i, rows, scalars, points);
}

#undef OF_REAL
#undef REAL
