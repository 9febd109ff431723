"""A layer that reads in both directions: two sets of weights, sequences of unequal length, and the gradients by hand.

Array API only. Shapes: x (T, B, D), time first, shorter sequences padded at the end; `lengths` (B,), the true ones, as
whole numbers from 1 to T, or None where all are T.
"""

from typing import Any, NamedTuple

from array_api_compat import array_namespace

from ._validate import as_array, as_floats, expect_counts, expect_finite, expect_shape, expect_trace, namespace
from .kinds import kind_of

__all__ = ["BidirectionalGrads", "BidirectionalTrace", "bidirectional", "bidirectional_bptt", "reverse_within"]

Array = Any


class BidirectionalTrace(NamedTuple):
    """`h` (T, B, 2H), forward half first and 0 after a sequence's end; `forward`, `backward`: the trace of each half.

    Both traces are in order of time, and hold what the cell did on the padding too.
    """

    h: Array
    forward: NamedTuple
    backward: NamedTuple


class BidirectionalGrads(NamedTuple):
    """`x` (T, B, D): dL/dx; `forward`, `backward`: the gradients of each set of weights."""

    x: Array
    forward: NamedTuple
    backward: NamedTuple


def reverse_within(x, lengths=None):
    """x (T, B, ...) with the first `lengths[b]` steps of sequence b in reverse; its padding stays where it is.

    Twice gives x again. NaN stays NaN. Raises TypeError for an x that is no array or lengths that are no whole numbers,
    ValueError for an x without time and batch, for another number of lengths than sequences, or one outside 1 .. T.

    >>> import numpy as np
    >>> reverse_within(np.asarray([[1, 4], [2, 5], [3, 0]]), [3, 2]).T.tolist()
    [[3, 2, 1], [5, 4, 0]]
    """
    x = as_array("x", x)
    xp = namespace(x=x)
    if x.ndim < 2 or 0 in x.shape[:2]:
        raise ValueError(f"x: expected shape (T, B, ...) with at least one step and sequence, got {tuple(x.shape)}")
    if lengths is None:
        return xp.flip(x, axis=0)
    columns = [xp.concat([xp.flip(x[:n, b, ...], axis=0), x[n:, b, ...]], axis=0)
               for b, n in enumerate(_whole(lengths, *x.shape[:2]))]
    return xp.stack(columns, axis=1)


def bidirectional(params, x, lengths=None, **options):
    """Run a bidirectional layer over x (T, B, D): params = (forward, backward), two sets of weights of one kind.

        h_t = [forward_t, backward_t]    forward_t read x_1 .. x_t, backward_t read x_n .. x_t, n the true length

    `options` go to the unroll of the cell (`activation`, `coupled`, `reset_after`). Same numbers as a bidirectional
    torch.nn.RNN, LSTM or GRU on a packed sequence. Raises TypeError for params that are no pair of one kind, TypeError
    and ValueError as `reverse_within`, and what the unroll of the cell raises: TypeError, ValueError, and
    FloatingPointError where numbers too large end in NaN.
    Source: Schuster & Paliwal, "Bidirectional recurrent neural networks", 1997.

    >>> import numpy as np
    >>> from helpers.params import gru_params
    >>> both = gru_params(3, 4, seed=0), gru_params(3, 4, seed=1)
    >>> bidirectional(both, np.ones((5, 2, 3)), lengths=[5, 2]).h[:, 1, 0].round(1).tolist()[2:]
    [0.0, 0.0, 0.0]
    """
    kind = _kind_of_both(params)
    x = as_floats("x", x)
    reversed_x = reverse_within(x, lengths)
    forward = kind.forward(params[0], x, **options)
    backward = _reversed(kind.forward(params[1], reversed_x, **options), lengths)
    xp = array_namespace(x)
    h = xp.concat([forward.h, backward.h], axis=-1)
    return BidirectionalTrace(_within(h, lengths), forward, backward)


def bidirectional_bptt(params, x, trace, grad_h, lengths=None, **options):
    """Gradients of a loss through `trace = bidirectional(params, x, lengths)`, given grad_h (T, B, 2H).

    Each half goes back the way it read; dL/dx is the sum of the two. What grad_h says after a sequence's end does not
    count. The arrays over time in `forward` and `backward` each stand in the order in which that half read. Raises
    TypeError for a trace that is none of `bidirectional`, else TypeError, ValueError and FloatingPointError as
    `bidirectional`.
    """
    kind = _kind_of_both(params)
    x, grad_h = as_floats("x", x), as_floats("grad_h", grad_h)
    if not isinstance(trace, BidirectionalTrace):
        raise TypeError(f"trace: expected BidirectionalTrace, got {type(trace).__name__}")
    expect_shape("x", x, ("T", "B", "D"))
    for half in (trace.forward, trace.backward):
        expect_trace(half, kind.trace, (*x.shape[:2], "H"))
    H = trace.forward.h.shape[-1]
    expect_shape("grad_h", grad_h, (*x.shape[:2], H + trace.backward.h.shape[-1]))
    expect_finite(grad_h=grad_h)
    grad_h = _within(grad_h, lengths)
    forward = kind.backward(params[0], x, trace.forward, grad_h[..., :H], **options)
    turned = (reverse_within(x, lengths), _reversed(trace.backward, lengths), reverse_within(grad_h, lengths)[..., H:])
    backward = kind.backward(params[1], *turned, **options)
    return BidirectionalGrads(forward.x + reverse_within(backward.x, lengths), forward, backward)


def _kind_of_both(params):
    """The kind of a pair of parameters; TypeError unless both are of one."""
    if not isinstance(params, (tuple, list)) or len(params) != 2 or hasattr(params, "_fields"):
        raise TypeError(f"params: expected a pair (forward, backward), got {type(params).__name__}")
    kind = kind_of(params[0])
    if not isinstance(params[1], kind.params):
        got = type(params[1]).__name__
        raise TypeError(f"params: expected two sets of one kind, got {kind.params.__name__} and {got}")
    return kind


def _whole(lengths, T, B):
    """`lengths` as B ints from 1 to T."""
    lengths = as_array("lengths", lengths)
    xp = namespace(lengths=lengths)
    expect_shape("lengths", lengths, (B,))
    if not xp.isdtype(lengths.dtype, "integral"):
        raise TypeError(f"lengths: expected whole numbers, got {lengths.dtype}")
    lengths = [int(n) for n in lengths]
    expect_counts(1, T, **{f"lengths[{b}]": n for b, n in enumerate(lengths)})
    return lengths


def _within(a, lengths):
    """`a` (T, B, F) with 0 after each sequence's end."""
    if lengths is None:
        return a
    xp, (T, B, _) = array_namespace(a), a.shape
    columns = [xp.concat([a[:n, b, :], xp.zeros_like(a[n:, b, :])], axis=0)
               for b, n in enumerate(_whole(lengths, T, B))]
    return xp.stack(columns, axis=1)


def _reversed(trace, lengths):
    return type(trace)(*(reverse_within(field, lengths) for field in trace))
