"""Random numbers that NumPy, torch and the page draw alike: each is a function of a seed and of its place alone.

There is no generator whose state moves on. Number k of a draw is Philox2x32-10 (Salmon, Moraes, Dror and Shaw,
"Parallel random numbers: as easy as 1, 2, 3", SC 2011) with the seed as key and (k, stream) as counter: a longer draw
begins with a shorter one, and the streams of a seed have nothing in common. Seed and stream are whole numbers from 0 to
2**32 - 1, and may be traced: a slider, the step of a recurrence. `xp` is the namespace to draw in: that of the seed or
stream if None, NumPy for plain numbers.

    uniform, integers, halves     equal to the last bit everywhere
    normal                        to rounding: logarithms and cosines differ in their last digit
"""

import math

from array_api_compat import array_namespace, is_array_api_obj

__all__ = ["categorical", "halves", "integers", "normal", "philox", "uniform"]

_WORD, _HALF = 2**32, 2**16
_MULTIPLIER, _WEYL, _ROUNDS = 0xD256D193, 0x9E3779B9, 10


def philox(xp, low, high, key):
    """The two words of Philox2x32-10 for the counter (low, high) and the key: int64 arrays of numbers below 2**32.

    On the page whole numbers are doubles, exact to 2**53: a product of two words is taken in two parts of 48 bits.
    """
    for step in range(_ROUNDS):
        first, second = low * (_MULTIPLIER % _HALF), low * (_MULTIPLIER // _HALF)
        second = second + first // _HALF
        bumped = (key + step * _WEYL % _WORD) % _WORD
        low = xp.bitwise_xor(xp.bitwise_xor(second // _HALF, bumped), high)
        high = second % _HALF * _HALF + first % _HALF
    return low, high


def uniform(seed, shape, stream=0, xp=None):
    """Numbers of [0, 1), each a multiple of 2**-53.

    >>> uniform(7, (3,)).round(4).tolist()
    [0.606, 0.8907, 0.6509]
    """
    xp, low, high = _words(seed, shape, stream, xp)
    whole = low // 2**5 * 2**26 + high // 2**6
    return xp.astype(whole, xp.float64) / 2.0**53


def normal(seed, shape, stream=0, xp=None):
    """Numbers of the standard normal distribution, by Box and Muller's method; none is larger than 6.8.

    >>> normal(7, (3,)).round(4).tolist()
    [-0.6751, 0.2661, 0.5295]
    """
    xp, low, high = _words(seed, shape, stream, xp)
    radius = xp.sqrt(-2.0 * xp.log((xp.astype(low, xp.float64) + 0.5) / _WORD))
    return radius * xp.cos(xp.astype(high, xp.float64) * (2 * math.pi / _WORD))


def integers(seed, low, high, shape, stream=0, xp=None):
    """Whole numbers from `low` to `high` - 1, each as likely as the others to one part in 2**53 / (high - low).

    >>> integers(7, 0, 10, (5,)).tolist()
    [6, 8, 6, 5, 1]
    """
    drawn = uniform(seed, shape, stream, xp)
    xp = array_namespace(drawn)
    return xp.astype(xp.floor(drawn * (high - low)), xp.int64) + low


def halves(seed, shape, stream=0, xp=None):
    """Whole numbers below 2**16, four from each call of Philox, for draws that have to be fast.

    Divided by 2**16 they are exact in float32 too. Raises ValueError for a last axis that is no multiple of four.

    >>> halves(7, (4,)).tolist()
    [39716, 14025, 41429, 25396]
    """
    if not shape or shape[-1] % 4:
        raise ValueError(f"shape: expected a last axis that is a multiple of 4, got {tuple(shape)}")
    xp, *words = _words(seed, (*shape[:-1], shape[-1] // 4), stream, xp)
    return xp.concat([half for word in words for half in (word // _HALF, word % _HALF)], axis=-1)


def categorical(seed, weights, shape, stream=0):
    """Positions along the last axis of `weights`, each as likely as its weight is large; leading axes broadcast.

    >>> import numpy as np
    >>> categorical(7, np.asarray([0.2, 0.5, 0.3]), (5,)).tolist()
    [1, 2, 1, 1, 0]
    """
    xp = array_namespace(weights)
    bounds = xp.cumulative_sum(weights, axis=weights.ndim - 1)
    drawn = uniform(seed, shape, stream, xp)[..., None] * bounds[..., -1:]
    return xp.sum(xp.astype(drawn >= bounds[..., :-1], xp.int64), axis=-1)


def _words(seed, shape, stream, xp):
    """The namespace, and the two words of every number of a draw."""
    if xp is None:
        xp = _namespace(seed, stream)
    key, high = (_word(xp, name, value) for name, value in (("seed", seed), ("stream", stream)))
    count = math.prod(shape)
    if count > _WORD:
        raise ValueError(f"shape: a draw has at most 2**32 numbers, got {tuple(shape)}")
    places = xp.reshape(xp.arange(count, dtype=xp.int64), tuple(shape))
    return xp, *philox(xp, places, high, key)


def _namespace(*given):
    arrays = [value for value in given if is_array_api_obj(value)]
    if arrays:
        return array_namespace(*arrays)
    import array_api_compat.numpy

    return array_api_compat.numpy


def _word(xp, name, value):
    """A seed or a stream as an array; a plain number is checked, a traced one has no value to check."""
    if is_array_api_obj(value):
        return xp.astype(value, xp.int64)
    if value != int(value) or not 0 <= value < _WORD:
        raise ValueError(f"{name}: expected a whole number from 0 to 2**32 - 1, got {value!r}")
    return xp.asarray(int(value), dtype=xp.int64)
