"""Checks of arguments: every message names the argument, what was expected, what came, and the fix where it is known.

One rule for arrays: a list, a number, integers and bools count as float64 (of NumPy, unless they are arrays already);
float32 stays float32. Values are looked at in NumPy and torch arrays only: a traced array has none yet.
"""

import math
import numbers
import sys

from array_api_compat import array_namespace, is_numpy_array, is_torch_array

__all__ = [
    "LARGEST",
    "as_array",
    "as_floats",
    "as_params",
    "expect_choice",
    "expect_counts",
    "expect_finite",
    "expect_finite_numbers",
    "expect_flags",
    "expect_generator",
    "expect_matrices",
    "expect_no_overflow",
    "expect_number",
    "expect_shape",
    "expect_texts",
    "expect_trace",
    "has_values",
    "namespace",
]

LARGEST = sys.float_info.max


def has_values(array):
    """Whether the values of `array` can be looked at, as those of a traced array cannot."""
    return is_numpy_array(array) or is_torch_array(array)


def as_array(name, value):
    """`value` as an array: lists and numbers become NumPy arrays. TypeError for anything else, ValueError if ragged."""
    if hasattr(value, "shape"):
        return value
    if not isinstance(value, (int, float, list, tuple, range)) or hasattr(value, "_fields"):
        raise TypeError(f"{name}: expected an array, got {type(value).__name__}")
    import numpy as np  # here, so that the equations load without it

    try:
        return np.asarray(value)
    except (ValueError, TypeError, OverflowError):
        raise ValueError(f"{name}: expected numbers in rows of one length, got {_shown(value)}") from None


def as_floats(name, value):
    """`value` as an array of real floats; TypeError for complex numbers, text and objects, else as `as_array`."""
    array = as_array(name, value)
    if is_numpy_array(array) and array.dtype.kind == "f":
        return array  # the usual case; the questions below cost as much as a small product
    xp = namespace(**{name: array})
    return array if xp.isdtype(array.dtype, "real floating") else xp.astype(array, xp.float64)


def as_params(params, kind):
    """`params` with fields of finite floats that fit together, and the sizes (D, H).

    Raises TypeError unless `params` is of the class `kind`, ValueError for a shape that does not fit, NaN or infinity.
    """
    if not isinstance(params, kind):
        raise TypeError(f"params: expected {kind.__name__}, got {type(params).__name__}")
    name, gates = kind.__name__, len(kind.BLOCKS)
    given = {k: v for k, v in params._asdict().items() if v is not None or k != "peephole"}
    arrays = {k: as_floats(f"{name}.{k}", v) for k, v in given.items()}
    if "W_h" in arrays:
        expect_shape(f"{name}.W_h", arrays["W_h"], ("H", f"{gates}*H" if gates > 1 else "H"))
        H = arrays["W_h"].shape[0]
    else:
        expect_shape(f"{name}.W_x", arrays["W_x"], ("D", f"{gates}*H"))
        H = arrays["W_x"].shape[1] // gates
    wanted = {"W_h": (H, gates * H), "W_x": ("D", gates * H), "peephole": (3, H)}
    namespace(**{f"{name}.{field}": array for field, array in arrays.items()})
    for field, array in arrays.items():
        expect_shape(f"{name}.{field}", array, wanted.get(field, (gates * H,)))
    if H == 0 or arrays["W_x"].shape[0] == 0:
        sizes = f"{arrays['W_x'].shape[0]} and {H}"
        raise ValueError(f"{name}.W_x, {name}.b: expected at least one input and one hidden unit, got {sizes}")
    expect_finite(**{f"{name}.{field}": array for field, array in arrays.items()})
    return params._replace(**arrays), arrays["W_x"].shape[0], H


def namespace(**arrays):
    """The namespace that `arrays` (None is skipped) share; TypeError unless they are real numbers of one library.

    torch computes with one dtype and on one device only: TypeError where these differ, ValueError on "meta".
    """
    given = [array for array in arrays.values() if array is not None]
    if given and all(is_numpy_array(array) and array.dtype.kind in "fiub" for array in given):
        return array_namespace(given[0])
    first = None
    for name, array in arrays.items():
        if array is None:
            continue
        try:
            xp = array_namespace(array)
        except TypeError:
            raise TypeError(f"{name}: expected an array, got {type(array).__name__}") from None
        if not xp.isdtype(array.dtype, ("real floating", "integral", "bool")):
            raise TypeError(f"{name}: expected real numbers, got dtype {array.dtype}")
        if first is None:
            first = (name, array, xp)
        elif xp is not first[2]:
            kinds = [_library(a) for a in (first[1], array)]
            raise TypeError(f"{name}: expected {kinds[0]} as {first[0]} is, got {kinds[1]}; convert one of the two")
        if is_torch_array(array):
            _expect_like(name, array, *first[:2])
    if first is None:
        raise TypeError(f"{' or '.join(arrays)}: expected an array, got None")
    return first[2]


def _library(array):
    return "a torch tensor" if is_torch_array(array) else "a NumPy array" if is_numpy_array(array) else "another array"


def _expect_like(name, tensor, other_name, other):
    if tensor.device.type == "meta":
        raise ValueError(f"{name}: expected numbers, got a tensor on the device meta, which has none")
    if tensor.layout != other.layout or str(tensor.layout) != "torch.strided":
        raise TypeError(f"{name}: expected a dense tensor, got {tensor.layout}; .to_dense() makes one")
    if tensor.device != other.device:
        raise TypeError(f"{name}: expected the device {other.device} of {other_name}, got {tensor.device}")
    if tensor.is_floating_point() and other.is_floating_point() and tensor.dtype != other.dtype:
        wanted = f"expected the dtype {other.dtype} of {other_name}, got {tensor.dtype}"
        raise TypeError(f"{name}: {wanted}; convert it with .to({other.dtype})")


def expect_shape(name, array, expected):
    """Raise unless `array` has the `expected` shape: an int is that size, a letter any size.

    Raises TypeError for something that is no array, ValueError for a wrong shape.
    """
    wanted = "(" + ", ".join(map(str, expected)) + ("," if len(expected) == 1 else "") + ")"
    if not hasattr(array, "shape"):
        raise TypeError(f"{name}: expected an array of shape {wanted}, got {type(array).__name__}")
    got = tuple(array.shape)
    fits = len(got) == len(expected) and all(isinstance(e, str) or g == e for g, e in zip(got, expected, strict=True))
    if not fits:
        raise ValueError(f"{name}: expected shape {wanted}, got {got}")


def expect_trace(trace, kind, shape):
    """Raise unless `trace` is of the class `kind`, its arrays of this `shape` and its states finite."""
    if not isinstance(trace, kind):
        raise TypeError(f"trace: expected {kind.__name__}, got {type(trace).__name__}")
    fields = {f"trace.{name}": value for name, value in trace._asdict().items()}
    for name, value in fields.items():
        expect_shape(name, value, shape)
    namespace(**fields)
    if len(shape) and 0 in trace.h.shape:
        raise ValueError(f"trace.h: expected none empty, got shape {tuple(trace.h.shape)}")
    expect_finite(**fields)


def expect_matrices(name, array, ndims):
    """Raise ValueError unless `array` holds square matrices (..., n, n), at least one of them, in as many axes."""
    shape = tuple(array.shape)
    if array.ndim not in ndims or shape[-1] != shape[-2] or 0 in shape:
        wanted = " or ".join("(" + ", ".join(["..."] * (n > 2) + ["n", "n"]) + f") of {n} axes" for n in ndims)
        raise ValueError(f"{name}: expected square matrices, shape {wanted}, none empty; got {shape}")


def expect_finite(**arrays):
    """Raise ValueError naming the first of `arrays` (None is skipped) that holds NaN or infinity."""
    for name, array in arrays.items():
        if has_values(array):
            xp = array_namespace(array)
            bad = ~xp.isfinite(array)
            if xp.any(bad):
                count, size = int(xp.sum(xp.astype(bad, xp.int64))), math.prod(array.shape)
                what = "NaN" if xp.any(xp.isnan(array)) else "infinity"
                raise ValueError(f"{name}: expected finite numbers, got {what} in {count} of its {size} entries")


def expect_no_overflow(cause, infinite=False, **results):
    """Raise FloatingPointError naming the first of `results` with NaN (or `infinite`): the end of numbers too large."""
    for name, array in results.items():
        if has_values(array):
            xp = array_namespace(array)
            if xp.any(~xp.isfinite(array) if infinite else xp.isnan(array)):
                raise FloatingPointError(f"{name} overflows; {cause}: make them smaller")


def expect_counts(smallest=1, largest=2**31, **counts):
    """Raise ValueError naming the first of `counts` that is no whole number (an int) from `smallest` to `largest`."""
    for name, value in counts.items():
        if isinstance(value, bool) or not isinstance(value, numbers.Integral) or not smallest <= value <= largest:
            raise ValueError(f"{name}: expected a whole number of at least {smallest}, got {_shown(value)}" + (
                f"; at most {largest} will do" if isinstance(value, numbers.Integral) and value > largest else ""))


def _shown(value):
    """`value` for a message, cut short: an array can be long."""
    text = " ".join(repr(value).split())
    return text if len(text) < 60 else text[:57] + "..."


def expect_number(name, value, low=-math.inf, above=-math.inf, high=math.inf):
    """Raise unless `value` is one number, a 0-d array too: from `low` or `above` it, up to `high`.

    Raises TypeError for what is no real number, ValueError for NaN or a number outside.
    """
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        namespace(**{name: value})
        expect_shape(name, value, ())
        if not has_values(value):
            return
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name}: expected a number, got {type(value).__name__}")
    if not (low <= value <= high and (value > above or above == -math.inf)):
        sides = [f" at least {low}"] * (low > -LARGEST) + [f" above {above}"] * (above > -math.inf)
        sides = " and".join(sides + [f" at most {high}"] * (high < LARGEST))
        raise ValueError(f"{name}: expected a {'finite ' if high == LARGEST else ''}number{sides}, got {_shown(value)}")


def expect_finite_numbers(**values):
    """Raise as `expect_number` unless every one of `values` is a finite number."""
    for name, value in values.items():
        expect_number(name, value, low=-LARGEST, high=LARGEST)


def expect_choice(name, value, options):
    """Raise ValueError unless `value` is one of the strings `options`."""
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"{name}: expected one of {', '.join(options)}; got {_shown(value)}")


def expect_texts(**texts):
    """Raise TypeError naming the first of `texts` that is no str."""
    for name, text in texts.items():
        if not isinstance(text, str):
            raise TypeError(f"{name}: expected a str, got {type(text).__name__}")


def expect_generator(rng):
    """Raise TypeError unless `rng` is a numpy.random.Generator."""
    import numpy as np  # here, so that the equations load without it

    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng: expected a numpy.random.Generator, got {type(rng).__name__}")


def expect_flags(**flags):
    """Raise TypeError naming the first of `flags` that is not True or False."""
    for name, value in flags.items():
        numpy_bool = is_numpy_array(value) and value.shape == () and value.dtype.kind == "b"
        if not (isinstance(value, bool) or numpy_bool):
            raise TypeError(f"{name}: expected True or False, got {_shown(value)}")
