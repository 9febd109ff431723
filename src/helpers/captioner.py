"""A recurrence that is told about a picture: s_t = tanh(x_t W_xh + s_{t-1} W_hh + v W_ih + b). Array API only.

    v = tanh(p W_p + b_p)       the image vector, from the pixels p
    log_softmax(s_t W_y + b_y)  the chances of the next word; with the way "output": log_softmax(s_t W_y + v W_v + b_y)

The picture's term v W_ih is one more bias, which depends on the picture. `WAYS` says at which steps it is there: at
every one; at the first only, together with the stop symbol with which a caption begins (Karpathy & Fei-Fei 2015); in a
step of its own before the words (Vinyals et al. 2015), which in this cell is the same as a first state of
tanh(v W_ih + b); or at none, and the picture is added to the scores of the words (the "merge" of Tanti et al. 2017).
Vectors are rows, pictures (..., 8, 8); T steps, B captions, H units, E numbers of v, and the words of `captions.WORDS`.
"""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from live_figures import scan

from ._validate import (
    as_floats,
    expect_choice,
    expect_finite,
    expect_flags,
    expect_shape,
    namespace,
)
from .captions import STOP
from .cells import log_softmax

__all__ = ["WAYS", "CaptionerParams", "Written", "caption_step", "describe", "look", "trained"]

WAYS = ("every step", "first step", "before the words", "output")


class CaptionerParams(NamedTuple):
    """W_p (P, E), b_p (E,), W_xh (words, H), W_hh (H, H), W_ih (E, H), b (H,), W_y (H, words), b_y (words,), W_v.

    W_v (E, words) belongs to the way "output", where W_ih is None; in the others W_v is None. "ih" is here from the
    image to the hidden state; torch's weight_ih is from the input.
    """

    W_p: Any
    b_p: Any
    W_xh: Any
    W_hh: Any
    W_ih: Any
    b: Any
    W_y: Any
    b_y: Any
    W_v: Any


class Written(NamedTuple):
    """What was written: words (T, B), places in `captions.WORDS`, and log_p (T, B, words) of every word there."""

    words: Any
    log_p: Any


def trained(way: str) -> CaptionerParams:
    """The network of this way (one of `WAYS`) as `python -m helpers.data.make_captioner` left it.

    Raises ValueError for another way.
    """
    expect_choice("way", way, WAYS)
    return _stored(way)


@cache
def _stored(way: str) -> CaptionerParams:
    with np.load(Path(__file__).parent / "data" / "captioner.npz") as stored:
        return CaptionerParams(*(stored.get(f"{way} {name}") for name in CaptionerParams._fields))


def look(params, images):
    """The image vectors v = tanh(p W_p + b_p), (B, E), of pictures (B, 8, 8).

    Raises TypeError for other params or what is no array of real numbers, ValueError for a shape that does not fit, NaN
    or infinity.
    """
    params = _checked(params)
    images = as_floats("images", images)
    xp = namespace(images=images, **{"params.W_p": params.W_p})
    expect_shape("images", images, ("B", "rows", "columns"))
    expect_finite(images=images)
    expect_shape("params.W_p", params.W_p, (images.shape[1] * images.shape[2], "E"))
    pixels = xp.reshape(images, (images.shape[0], params.W_p.shape[0]))
    return xp.tanh(pixels @ params.W_p + params.b_p)


def caption_step(params, x, s, v=None):
    """One step of the recurrence that is told about a picture.

        s_t = tanh(x W_xh + s W_hh + v W_ih + b)

    s is the state before the step. Shapes: x (B, words), a row with a single 1 for each word, s (B, H), v (B, E) or
    None, where the picture does not enter -> s_t (B, H). Raises as `look`.
    """
    params = _checked(params)
    x, s = as_floats("x", x), as_floats("s", s)
    words, H = params.W_xh.shape
    expect_shape("x", x, ("B", words))
    expect_shape("s", s, (x.shape[0], H))
    if v is not None:
        v = as_floats("v", v)
        if params.W_ih is None:
            raise ValueError("v: expected None for the way \"output\", whose params have no W_ih")
        expect_shape("v", v, (x.shape[0], params.W_ih.shape[0]))
    xp = namespace(x=x, s=s, v=v, **{"params.W_hh": params.W_hh})
    expect_finite(x=x, s=s, v=v)
    return _state(xp, params, x @ params.W_xh, s, params.b if v is None else v @ params.W_ih + params.b)


def _state(xp, params, x_term, s, image_term):
    """The equation, given the terms of the word and of the picture; the bias is part of the second one."""
    return xp.tanh(x_term + s @ params.W_hh + image_term)


def describe(params, way, v, follow=False):
    """Captions, word by word: each time the likeliest word, which is the next input. Returns Written.

    v (T, B, E) is the picture at each step, so that it can be exchanged on the way; T words are written, what stands
    behind the first full stop means nothing. With `follow` all captions take over the words of the first: their log_p
    say what each of them would have thought of these. Raises as `look`, ValueError for an unknown way or params of
    another one, TypeError for a follow that is not True or False.
    """
    expect_flags(follow=follow)
    xp, params, images, shown, s = _start(params, way, v)
    none = 0.0 * s[:, 0]

    def step(state, now):
        s, word = state
        s = _state(xp, params, xp.take(params.W_xh, word, axis=0), s, now[0])
        log_p = log_softmax(s @ params.W_y + now[1])
        likeliest = xp.argmax(log_p[:1, :] if follow else log_p, axis=-1)
        word = xp.astype(none, xp.int64) + likeliest
        return (s, word), Written(word, log_p)

    return scan(step, (s, xp.astype(none, xp.int64) + STOP), (images, shown))[1]


def _start(params, way, v):
    """Check the arguments; what the picture adds to the state (T, B, H) and to the scores at each step; the state."""
    params = _checked(params)
    expect_choice("way", way, WAYS)
    if (params.W_ih is None) != (way == "output"):
        raise ValueError(f"way: expected one that fits params, which have {'no' if params.W_ih is None else 'a'} W_ih")
    v = as_floats("v", v)
    sees = params.W_v if way == "output" else params.W_ih
    expect_shape("v", v, ("T", "B", sees.shape[0]))
    if 0 in v.shape:
        raise ValueError(f"v: expected at least one step of one caption, got shape {tuple(v.shape)}")
    xp = namespace(v=v, **{"params.W_hh": params.W_hh})
    expect_finite(v=v)
    if way == "output":
        images, shown = 0.0 * v[:, :, :1] + params.b, v @ params.W_v + params.b_y
        return xp, params, images, shown, 0.0 * images[0, ...]
    # one form for the three ways, so that a page holds one program for them
    term, until = v @ params.W_ih, {"every step": v.shape[0], "first step": 1, "before the words": 0}[way]
    enters = xp.astype(xp.arange(v.shape[0]) < until, v.dtype)[:, None, None]
    first = float(way == "before the words") * xp.tanh(term[0, ...] + params.b)
    return xp, params, enters * term + params.b, 0.0 * enters + params.b_y, first


def _checked(params):
    """`params` with fields of finite floats that fit together; TypeError or ValueError where they do not."""
    if not isinstance(params, CaptionerParams):
        raise TypeError(f"params: expected CaptionerParams, got {type(params).__name__}")
    fields = {f"params.{name}": as_floats(f"params.{name}", value) for name, value in params._asdict().items()
              if value is not None}
    for name in CaptionerParams._fields[:-1]:
        if f"params.{name}" not in fields and name != "W_ih":
            raise TypeError(f"params.{name}: expected an array, got NoneType")
    if (params.W_ih is None) == (params.W_v is None):
        raise ValueError("params.W_ih, params.W_v: expected one of them, the other None")
    namespace(**fields)
    expect_shape("params.W_xh", fields["params.W_xh"], ("words", "H"))
    expect_shape("params.W_p", fields["params.W_p"], ("P", "E"))
    (words, H), E = fields["params.W_xh"].shape, fields["params.W_p"].shape[1]
    for name, wanted in {"b_p": (E,), "W_hh": (H, H), "W_ih": (E, H), "b": (H,), "W_y": (H, words), "b_y": (words,),
                         "W_v": (E, words)}.items():
        if f"params.{name}" in fields:
            expect_shape(f"params.{name}", fields[f"params.{name}"], wanted)
    expect_finite(**fields)
    return params._replace(**{name.removeprefix("params."): value for name, value in fields.items()})
