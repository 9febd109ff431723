"""Constants that need few digits, in a form that travels light."""

import numpy as np

__all__ = ["short"]


def short(values, bits: int = 8) -> np.ndarray:
    """`values` rounded to `bits` significant bits, as float32: what is cut off compresses to nothing on the way.

    The relative change is at most 2**-bits. For random inputs and trained weights; not where a matrix must stay exactly
    orthogonal.
    """
    mantissa, exponent = np.frexp(np.asarray(values, dtype=np.float64))
    return np.ldexp(np.round(mantissa * 2**bits), exponent - bits).astype(np.float32)
