"""An encoder that reads a sequence, a decoder that writes another, and between them one vector or attention.

Array API only; vectors are rows. Shapes: x (S, B, D) is read, y (B, V) are the symbols written, one a step; the states
of the encoder are (S, B, 2H), those of the decoder (B, H'). The equations of the parts are those of `bidirectional`,
`cells` and `attention`; `seq2seq` has the same network in torch, to train it.
"""

from typing import Any, NamedTuple

from array_api_compat import array_namespace

from ._validate import as_floats, as_params, expect_finite, expect_no_overflow, expect_shape, namespace
from .attention import additive_scores, attend, attention_weights
from .bidirectional import bidirectional
from .cells import GRUParams, gru_step

__all__ = ["EncoderDecoderParams", "Memory", "WriteStep", "as_encoder_decoder", "remember", "write_step"]

Array = Any
_ATTENTION = ("W_q", "W_k", "v")


class EncoderDecoderParams(NamedTuple):
    """Weights of an encoder-decoder of GRUs: `forward` and `backward` read, `cell` writes.

    W_0 (H, H') and b_0 make the decoder's first state, W_y (H', V) and b_y the scores of the symbols; W_q (H', A), W_k
    (2H, A) and v (A,) score where to look, and are None where the decoder has nothing but a fixed vector.
    """

    forward: GRUParams
    backward: GRUParams
    W_0: Array
    b_0: Array
    cell: GRUParams
    W_y: Array
    b_y: Array
    W_q: Array | None = None
    W_k: Array | None = None
    v: Array | None = None


class Memory(NamedTuple):
    """What was read: `keys` (S, B, 2H), what each direction read last as `fixed` (B, 2H), the first s (B, H')."""

    keys: Array
    fixed: Array
    s: Array


class WriteStep(NamedTuple):
    """One step of the decoder: `weights` (S, B) or None, `context` (B, 2H), next state s (B, H'), `logits` (B, V)."""

    weights: Array | None
    context: Array
    s: Array
    logits: Array


def remember(params, x, lengths=None):
    """Read x (S, B, D), of which `lengths` (B,) steps are real, all if None -> Memory.

        h_j = [h→_j, h←_j]    c = [h→_n, h←_1]    s_0 = tanh(h←_1 W_0 + b_0)

    Raises as `as_encoder_decoder`, TypeError, ValueError and FloatingPointError as `bidirectional`.
    Source: Bahdanau, Cho & Bengio 2015, arXiv 1409.0473, section 3 and appendix A.
    """
    params = as_encoder_decoder(params)
    trace = bidirectional((params.forward, params.backward), x, lengths)
    xp, H = array_namespace(trace.h), trace.h.shape[-1] // 2
    first = trace.h[0, :, H:]
    if lengths is None:
        last = trace.h[-1, :, :H]
    else:
        last = xp.stack([trace.h[int(n) - 1, b, :H] for b, n in enumerate(lengths)], axis=0)
    a_0 = first @ params.W_0 + params.b_0
    expect_no_overflow("W_0 or b_0 is too large", infinite=True, a_0=a_0)
    return Memory(trace.h, xp.concat([last, first], axis=-1), xp.tanh(a_0))


def write_step(params, memory, s, y, mask=None):
    """One step of the decoder from its state s (B, H') and the symbol y (B, V) it wrote before -> WriteStep.

        c_i = sum_j w_j h_j    w = softmax_j(tanh(s_{i-1} W_q + h_j W_k) v)    or the same c at every step
        s_i = GRU([y_{i-1}, c_i], s_{i-1})    logits = s_i W_y + b_y

    The query is the state before the step, as in Bahdanau's paper; the readout is simpler than there. `mask` (S, B) is
    True where a symbol is real. y is zeros at the first step. Raises as `as_encoder_decoder`, TypeError for a memory of
    another type, TypeError, ValueError and FloatingPointError as `gru_step` and `attention_weights`.
    """
    params = as_encoder_decoder(params)
    if not isinstance(memory, Memory):
        raise TypeError(f"memory: expected a Memory, got {type(memory).__name__}")
    keys, fixed, s, y = (as_floats(name, value) for name, value in
                         (("keys", memory.keys), ("fixed", memory.fixed), ("s", s), ("y", y)))
    (H, states), B = params.W_0.shape, s.shape[0] if s.ndim else "B"
    for name, array, shape in (("s", s, ("B", states)), ("y", y, (B, params.W_y.shape[1])),
                               ("keys", keys, ("S", B, 2 * H)), ("fixed", fixed, (B, 2 * H))):
        expect_shape(name, array, shape)
    xp = namespace(W_y=params.W_y, s=s, y=y, keys=keys, fixed=fixed)
    expect_finite(s=s, y=y, keys=keys, fixed=fixed)
    weights, context = None, fixed
    if params.v is not None:
        weights = attention_weights(additive_scores(s, keys, params.W_q, params.W_k, params.v), mask)
        context = attend(weights, keys)
    s = gru_step(params.cell, xp.concat([y, context], axis=-1), s).h
    logits = s @ params.W_y + params.b_y
    expect_no_overflow("W_y or b_y is too large", infinite=True, logits=logits)
    return WriteStep(weights, context, s, logits)


def as_encoder_decoder(params):
    """`params` with arrays of finite floats that fit together.

    Raises TypeError unless they are EncoderDecoderParams of one library, ValueError for shapes that do not fit, weights
    of attention of which some are missing, NaN or infinity.
    """
    if not isinstance(params, EncoderDecoderParams):
        raise TypeError(f"params: expected EncoderDecoderParams, got {type(params).__name__}")
    forward, D, H = as_params(params.forward, GRUParams)
    backward, *reads = as_params(params.backward, GRUParams)
    cell, enters, states = as_params(params.cell, GRUParams)
    rest = {name: as_floats(name, value) for name, value in params._asdict().items()
            if name not in ("forward", "backward", "cell") and (value is not None or name not in _ATTENTION)}
    if reads != [D, H]:
        raise ValueError(f"backward: expected {D} inputs and {H} units as forward has, got {reads[0]} and {reads[1]}")
    if set(rest) & set(_ATTENTION) not in (set(), set(_ATTENTION)):
        raise ValueError("W_q, W_k, v: expected all three, for attention, or none of them, for a fixed vector")
    shapes = {"W_0": (H, states), "b_0": (states,), "W_y": (states, "V"), "b_y": (enters - 2 * H,),
              "W_q": (states, "A"), "W_k": (2 * H, "A"), "v": ("A",)}
    for name, array in rest.items():
        expect_shape(name, array, shapes[name])
    if rest["W_y"].shape[1] != enters - 2 * H or len({array.shape[-1] for array in map(rest.get, _ATTENTION)
                                                      if array is not None}) > 1:
        raise ValueError("W_y, W_q: expected as many columns as symbols enter the cell, and as v has entries")
    namespace(W_x=forward.W_x, **{"backward.W_x": backward.W_x, "cell.W_x": cell.W_x}, **rest)
    expect_finite(**rest)
    return params._replace(forward=forward, backward=backward, cell=cell, **rest)
