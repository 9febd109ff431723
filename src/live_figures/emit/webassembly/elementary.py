"""exp and tanh by lanes: rational functions, no table, no branch, one division.

After Cephes (exp.c and expf.c, S. L. Moshier) both begin with exp(x) = s (1 + 2u / (v - u)): s = 2^k is a power of two,
k = round(x / ln 2), and u / v a rational function of the rest. Where products and sums are fused, tanh in float32 is
Eigen's, which is shorter, and without fusing less exact. In float32 as in float64 exp is right to 1.6 units in the last
place and tanh to 4.1, measured at 40,000 places in tests/engine/test_webassembly.py.
"""

from __future__ import annotations

import math

__all__ = ["exp", "tanh"]

LOG2_E = 1.4426950408889634
LN2 = (6.93145751953125e-1, 1.42860682030941723212e-6)  # in two parts: the first times k is exact
# Coefficients of u / r and of v in r², the leading one first, by the type of the lanes.
NUMERATOR = {"f64x2": (1.26177193074810590878e-4, 3.02994407707441961300e-2, 1.0), "f32x4": (1 / 60, 1.0)}
DENOMINATOR = {
    "f64x2": (3.00198505138664455042e-6, 2.52448340349684104192e-3, 2.27265548208155028766e-1, 2.0),
    "f32x4": (0.2, 2.0),
}
EXPONENT = {"f64x2": (6755399441056767.0, "i64x2", 52), "f32x4": (12583039.0, "i32x4", 23)}  # k + bias in the low bits
RANGE = {"f64x2": (-708.0, 709.0), "f32x4": (-87.0, 88.0)}  # of exp, beyond which it is taken as 0 or infinite
FLAT = {"f64x2": 20.0, "f32x4": 10.0}  # where tanh has become 1
# Eigen's tanh in float32 (ptanh_float in MathFunctionsImpl.h): x P(x²) / Q(x²), 1 from where this is reached.
EIGEN_FLAT = 7.99881172180175781
EIGEN_ABOVE = (-2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-08,
               1.48572235717979e-05, 6.37261928875436e-04, 4.89352455891786e-03)  # fmt: skip
EIGEN_BELOW = (1.19825839466702e-06, 1.18534705686654e-04, 2.26843463243900e-03, 4.89352518554385e-03)


class _Lanes:
    """Instructions on lanes of one type, on texts and on numbers; `kernel` gives constants and locals."""

    def __init__(self, kernel, kind: str):
        self.kernel, self.kind = kernel, kind

    def __getattr__(self, name):
        return lambda *args: f"({self.kind}.{name} {' '.join(map(self.text, args))})"

    def text(self, value: str | float) -> str:
        return value if isinstance(value, str) else self.kernel.number(value, self.kind)

    def keep(self, text: str) -> tuple[str, str]:
        """A statement that keeps a value, and its use."""
        name = self.kernel.local("v128")
        return f"(local.set {name} {text})", f"(local.get {name})"

    def polynomial(self, x: str, coefficients: tuple[float, ...]) -> str | float:
        """Horner's scheme."""
        value = coefficients[0]
        for number in coefficients[1:]:
            value = self.madd(value, x, number)
        return value

    def madd(self, x: str | float, y: str | float, z: str | float) -> str:
        """x * y + z."""
        return self.kernel.multiplied_and_added(self.kind, *map(self.text, (x, y, z)))

    def parts(self, x: str, low: float, high: float) -> tuple[str, str, str, str]:
        """Statements, and s, u and v - u with exp(x) = s (1 + 2u / (v - u)) for the x between `low` and `high`."""
        magic, whole, bits = EXPONENT[self.kind]
        keep_x, x = self.keep(self.pmin(self.pmax(x, low), high))  # one instruction each; NaN stays, being first
        keep_k, k = self.keep(self.nearest(self.mul(x, LOG2_E)))
        keep_r, r = self.keep(self.madd(k, -LN2[1], self.madd(k, -LN2[0], x)))
        keep_z, z = self.keep(self.mul(r, r))
        keep_u, u = self.keep(self.mul(r, self.polynomial(z, NUMERATOR[self.kind])))
        keep_v, v = self.keep(self.sub(self.polynomial(z, DENOMINATOR[self.kind]), u))
        keep_s, s = self.keep(f"({whole}.shl {self.add(k, magic)} (i32.const {bits}))")
        return keep_x + keep_k + keep_r + keep_z + keep_u + keep_v + keep_s, s, u, v


def exp(kernel, kind: str, x: str) -> str:
    """exp of every lane; 0 below `RANGE`, where results begin to lose digits, and infinite above."""
    o, (low, high) = _Lanes(kernel, kind), RANGE[kind]

    def text(x):
        steps, s, u, v = o.parts(x, low, high)
        inside = o.madd(s, o.div(o.add(u, u), v), s)
        bounded = f"(v128.bitselect {o.text(math.inf)} {inside} {o.gt(x, high)})"
        return f"{steps}(v128.bitselect {o.text(0.0)} {bounded} {o.lt(x, low)})"

    return kernel.bound(x, kind, text)


def tanh(kernel, kind: str, x: str) -> str:
    """tanh of every lane."""
    return _eigen_tanh(kernel, kind, x) if kernel.module.fused and kind == "f32x4" else _tanh_by_exp(kernel, kind, x)


def _eigen_tanh(kernel, kind: str, x: str) -> str:
    """x P(x²) / Q(x²)."""
    o = _Lanes(kernel, kind)
    keep_x, x = o.keep(o.pmin(o.pmax(x, -EIGEN_FLAT), EIGEN_FLAT))
    keep_z, z = o.keep(o.mul(x, x))
    quotient = o.div(o.mul(x, o.polynomial(z, EIGEN_ABOVE)), o.polynomial(z, EIGEN_BELOW))
    return f"(block (result v128) {keep_x}{keep_z}{quotient})"


def _tanh_by_exp(kernel, kind: str, x: str) -> str:
    """(e - 1) / (e + 1) with e = exp(2x), as one quotient in which nothing cancels near 0."""
    o, flat = _Lanes(kernel, kind), FLAT[kind]

    def text(x):
        steps, s, u, v = o.parts(o.add(x, x), -2 * flat, 2 * flat)
        keep, a = o.keep(o.mul(s, o.add(u, u)))
        quotient = o.div(o.madd(o.sub(s, 1.0), v, a), o.madd(o.add(s, 1.0), v, a))
        return f"{steps}{keep}(v128.bitselect {x} {quotient} {o.text(-0.0)})"  # the sign of x, also that of -0

    return kernel.bound(x, kind, text)
