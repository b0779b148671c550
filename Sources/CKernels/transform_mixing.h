// Coefficients of complex transforms, joined with their mirror images. Included once for each number of lines in a block:
// WIDTH lines side by side, in vectors of the type VECTOR, of which NAME(turned) gives i·v; NAME(name) is what a function is called.

LANES_INLINE VECTOR NAME(load)(const double *from) {
  VECTOR v;
  memcpy(&v, from, sizeof v);
  return v;
}

LANES_INLINE void NAME(store)(double *to, VECTOR v) { memcpy(to, &v, sizeof v); }

// For each vector u of coefficient k and v of its mirror image m, with i·u and i·v; p and q say where they are.
#define FOR_MIRRORED(k, m)                                                                     \
  for (double *p = block + (k) * WIDTH, *q = block + (m) * WIDTH, *end = p + WIDTH; p < end;   \
       p += sizeof(VECTOR) / sizeof(double), q += sizeof(VECTOR) / sizeof(double))

LANES_INLINE void NAME(mix)(double *block, size_t count, const double *a, const double *b_real,
                            const double *b_imaginary) {
  for (size_t j = 0; j < WIDTH; j++) block[j] *= a[0];
  for (size_t k = 1; 2 * k <= count; k++) {
    const size_t m = count - k;
    FOR_MIRRORED(k, m) {
      const VECTOR u = NAME(load)(p), v = NAME(load)(q), iu = NAME(turned)(u), iv = NAME(turned)(v);
      NAME(store)(p, a[k] * u + (b_real[k] * v + b_imaginary[k] * iv));
      if (m != k) NAME(store)(q, a[m] * v + (b_real[m] * u + b_imaginary[m] * iu));
    }
  }
}

LANES_INLINE void NAME(mix_complex)(double *block, size_t count, const double *a_real, const double *a_imaginary,
                                    const double *b_real, const double *b_imaginary) {
  for (size_t k = 0; 2 * k <= count; k++) {
    const size_t m = k == 0 ? 0 : count - k;
    FOR_MIRRORED(k, m) {
      const VECTOR u = NAME(load)(p), v = NAME(load)(q), iu = NAME(turned)(u), iv = NAME(turned)(v);
      NAME(store)(p, (a_real[k] * u + a_imaginary[k] * iu) + (b_real[k] * v + b_imaginary[k] * iv));
      if (m != k) NAME(store)(q, (a_real[m] * v + a_imaginary[m] * iv) + (b_real[m] * u + b_imaginary[m] * iu));
    }
  }
}

LANES_INLINE void NAME(to_cosines)(double *block, size_t count, const double *cosines, const double *sines) {
  for (size_t j = 0; j < WIDTH; j++) block[j] *= 2;
  for (size_t k = 1; 2 * k <= count; k++) {
    const double c = cosines[k], s = sines[k];
    FOR_MIRRORED(k, count - k) {
      const VECTOR u = NAME(load)(p), v = NAME(load)(q), sum = u + v, difference = NAME(turned)(v - u);
      // Where p is q, both are the same.
      NAME(store)(p, c * sum + s * difference);
      NAME(store)(q, s * sum - c * difference);
    }
  }
}

LANES_INLINE void NAME(from_cosines)(double *block, size_t count, const double *cosines, const double *sines) {
  for (size_t j = 0; j < WIDTH; j++) block[j] *= 0.5;
  for (size_t k = 1; 2 * k <= count; k++) {
    const double c = 0.5 * cosines[k], s = 0.5 * sines[k];
    FOR_MIRRORED(k, count - k) {
      const VECTOR u = NAME(load)(p), v = NAME(load)(q), iu = NAME(turned)(u), iv = NAME(turned)(v);
      NAME(store)(p, c * (u - iv) + s * (v + iu));
      NAME(store)(q, s * (v - iu) + c * (u + iv));
    }
  }
}

#undef FOR_MIRRORED
#undef NAME
#undef VECTOR
#undef WIDTH
