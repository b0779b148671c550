#include "vector_math.h"

#pragma STDC FP_CONTRACT OFF

/// 2/π after the binary point, behind 64 zeros.
static const uint64_t two_over_pi[] = {
    0,
    0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
    0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484,
    0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f,
    0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d, 0x7527bac7ebe5f17b,
    0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab,
};

/// 64 bits from a position of the table.
static uint64_t window(int position) {
  const int word = position / 64, shift = position % 64;
  return shift == 0 ? two_over_pi[word] : two_over_pi[word] << shift | two_over_pi[word + 1] >> (64 - shift);
}

/// The value of 128 bits after the binary point, to twice the precision of a double.
static struct double_double fraction_value(unsigned __int128 bits) {
  if (bits == 0) return (struct double_double){0, 0};
  uint64_t zeros = 0;
  while (!(bits >> 127)) bits <<= 1, zeros++;
  const double scale = power_of_two(-64ull - zeros);
  const double high = (double)((uint64_t)(bits >> 64) & ~0x7ffull) * scale;
  const double low = (double)(uint64_t)((bits << 53) >> 64) * (scale * 0x1p-53);
  return (struct double_double){high, low};
}

struct reduced_angle reduce_far(double x) {
  const double magnitude = __builtin_fabs(x);
  if (!(magnitude < __builtin_inf())) return (struct reduced_angle){__builtin_nan(""), 0, 0};
  // |x| = mantissa · 2^exponent. Bits of 2/π up to the position exponent − 2 give multiples of 4 quarters.
  const uint64_t mantissa = (bits_of(magnitude) & 0xfffffffffffffull) | 0x10000000000000ull;
  const int exponent = (int)(bits_of(magnitude) >> 52) - 1075;
  const int position = exponent - 2 + 64;
  const uint64_t w1 = window(position), w2 = window(position + 64), w3 = window(position + 128);
  const unsigned __int128 p3 = (unsigned __int128)mantissa * w3;
  const unsigned __int128 p2 = (unsigned __int128)mantissa * w2 + (p3 >> 64);
  const uint64_t top = mantissa * w1 + (uint64_t)(p2 >> 64);
  // top : p2 : p3 is the angle in quarters modulo 4, the point behind the first two bits.
  uint64_t quarter = top >> 62;
  unsigned __int128 fraction = (unsigned __int128)(top << 2 | (uint64_t)p2 >> 62) << 64;
  fraction |= (uint64_t)p2 << 2 | (uint64_t)p3 >> 62;
  const int beyond_half = (int)(fraction >> 127);
  quarter += (uint64_t)beyond_half;
  const struct double_double f = fraction_value(beyond_half ? -fraction : fraction);
  // times π/2
  const struct double_double product = exact_product(f.high, 0x1.921fb54442d18p+0);
  const double low = product.low + (f.high * 0x1.1a62633145c07p-54 + f.low * 0x1.921fb54442d18p+0);
  const struct double_double angle = exact_sum(product.high, low);
  const int negative = beyond_half != (x < 0);
  return (struct reduced_angle){negative ? -angle.high : angle.high, negative ? -angle.low : angle.low,
                                x < 0 ? 0 - quarter : quarter};
}
