/// Rational functions with common poles that stand for `φ₁`, `φ₂` and `φ₃` on the negative real axis:
/// `φ_l(z) = Σ_k Re w_lk/(p_k − z)`.
///
/// The poles are those of the best uniform approximation of `e^z` by rational functions of degree 16, by the method of
/// Carathéodory and Fejér. The weights of `φ₁` are those with which `1 + z φ₁(z)` is nearest to `e^z`, and the ones of `φ₂`
/// and `φ₃` are fitted to these functions, all with the exact value at 0. The largest errors are 2e-15 of `e^z`, 1.3e-14 of `φ₁`,
/// 2.7e-14 of `φ₂` and 5.6e-14 of `φ₃`.
///
/// Source: L. N. Trefethen, J. A. C. Weideman & T. Schmelzer, Talbot quadratures and rational approximations, BIT 46
/// (2006) 653–670; T. Schmelzer & L. N. Trefethen, Evaluating matrix functions for exponential integrators via
/// Carathéodory–Fejér approximation and contour integrals, Electron. Trans. Numer. Anal. 29 (2007) 1–18.
enum RationalPhi {
  /// Those in the upper half of the plane: real parts, then imaginary ones.
  static let poles: [Double] = [
    6.416177699099483, 5.948152268951234, 4.993174737718069, 3.509103608415018,
    1.4193758971858133, -1.413928462488652, -5.264971343442207, -10.843917078695654,
    1.1941223933701346, 3.58745736201831, 5.996881713603921, 8.436198985884344,
    10.92536348449668, 13.497725698892689, 16.22022147316785, 19.27744616718121,
  ]

  /// Of `φ₁`, `φ₂` and `φ₃`, in the order of the poles; with the factor 2 for the conjugate poles.
  static let weights: [[Double]] = [
    [
      32.025829067676504, -43.1183627279269, 12.456738432419503, -0.10362906697840497,
      -0.2837998395466842, 0.023704215336663385, -0.0004819672240273049, 1.886243350428109e-06,
      64.04842192571026, -8.273013811333119, -10.478464713270506, 3.527124688335193,
      -0.30767123683956527, 0.003595433565855407, 0.0001825241104665429, -1.1138334029339032e-06,
    ],
    [
      6.619929521036796, -5.9305820889084915, -0.010499218136210972, 0.3520625322184029,
      -0.031011585913631345, 8.210066228266387e-05, 1.8831771979791994e-05, -9.278125402129065e-08,
      8.75030740072263, 2.1860251231105017, -2.0859590157648222, 0.1587306446104009,
      0.021949616452648712, -0.0017650668474615818, 2.3487345921785622e-05, -4.4096346121768475e-08,
    ],
    [
      1.2424968328787986, -0.5685238768957446, -0.20628337083676526, 0.030822819245301496,
      0.001615481649049548, -0.00012865537858364507, 7.843056429255045e-07, -1.507771777815089e-08,
      1.1325883078271761, 0.7104480035933166, -0.17004085777158323, -0.02890208081702357,
      0.0030536096237251376, 6.5972931904815505e-06, -1.6731810361172738e-06, 1.8333649170494313e-08,
    ],
  ]
}
