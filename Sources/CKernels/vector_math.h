#pragma once
// Elementary functions without branches, which the compiler turns into vector instructions inside a loop. They use
// +, −, ×, ÷, comparisons and bits only, without fused operations, so that every width gives the same bits.
//
// Errors, found with 113-bit arithmetic, are listed in the tests (VectorMathTests). Method: reduce the argument
// (Cody & Waite, Software Manual for the Elementary Functions, 1980), then a polynomial; products whose rounding
// matters are split in the manner of Dekker (Numer. Math. 18, 1971).

#include "vector_math_circular.h"
#include "vector_math_exponential.h"
#include "vector_math_logarithm.h"
#include "vector_math_power.h"
