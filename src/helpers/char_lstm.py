"""A character LSTM that reads Python source: the equations of `cells` and `sequence` with weights trained here.

    (h_t, c_t) = lstm_step(x_t, h_{t-1}, c_{t-1})     x_t: the character as a row with a single 1
    log_softmax(h_t V + c)                            the chances of the next character

It knows newline and printable ASCII, `text.VOCABULARY`, and reads anything else as `syntax.UNKNOWN`. NumPy only.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from array_api_compat import is_numpy_array

from . import sequence, syntax, text
from ._in_bytes import from_bytes
from ._validate import as_array, as_floats, as_params, expect_choice, expect_finite, expect_shape, namespace
from .cells import LSTMParams, LSTMStep, log_softmax
from .measured import measured

__all__ = ["SIZES", "CharLSTM", "Meaning", "bits", "encode", "log_chances", "meanings", "read", "stored", "trained"]

SIZES = {"large": 128, "small": 64}
FILES = {"large": "char_lstm.npz", "small": "char_lstm_small.npz"}
WEIGHTS = ("W_x", "W_h", "b", "V", "c")


class CharLSTM(NamedTuple):
    """An LSTM with D = 97 inputs and H units, its readout V (H, 96), c (96,), and its loss in bits a character.

    `bits` is the loss on modules that are in no training text, `syntax.corpus().test`.
    """

    params: LSTMParams
    V: np.ndarray
    c: np.ndarray
    bits: float


class Meaning(NamedTuple):
    """What a cell tells: the correlation of tanh(c) of `unit` (from 0) with one of `places.PLACES` in held-out modules.

    `control` is the largest size of a correlation that any of the cells has with the same labels once they are shifted,
    over many random shifts.
    """

    unit: int
    name: str
    correlation: float
    control: float


def stored(size: str = "large") -> dict:
    """The file of this size of SIZES: each of WEIGHTS as bytes with its `step` ("W_x", "W_x step" ...), and "bits".

    This is how a page carries the network; `_in_bytes.from_bytes(bytes, step)` are the weights. Raises ValueError for
    another size.
    """
    expect_choice("size", size, SIZES)
    with np.load(Path(__file__).parent / "data" / FILES[size]) as file:
        return {name: file[name] for name in file.files}


def trained(size: str = "large") -> CharLSTM:
    """The network of this size as `python -m helpers.data.make_char_lstm` left it; raises as `stored`."""
    expect_choice("size", size, SIZES)
    return _trained(size)


@cache
def _trained(size: str) -> CharLSTM:
    return unpacked(stored(size))


def unpacked(file: dict) -> CharLSTM:
    """The network that such a dict as `stored` returns stands for, in float64."""
    W_x, W_h, b, V, c = (from_bytes(file[name], file[f"{name} step"]) for name in WEIGHTS)
    return CharLSTM(LSTMParams(W_x, W_h, b), V, c, float(file["bits"]))


def encode(code: str) -> np.ndarray:
    """Codes (len(code),) of any text: UNKNOWN for a character outside text.VOCABULARY; TypeError for no str."""
    if not isinstance(code, str):
        raise TypeError(f"code: expected a str, got {type(code).__name__}")
    known = {c: k for k, c in enumerate(text.VOCABULARY)}
    return np.array([known.get(c, syntax.UNKNOWN) for c in code], dtype=np.int64)


def read(model: CharLSTM, codes) -> LSTMStep:
    """Everything the LSTM computes while it reads `codes` (T,) or (T, B) from a state of zeros, by `sequence.lstm`.

    Row t of each field, (T, H) or (T, B, H), is what is there once character t was read. Raises TypeError for a model
    that is no CharLSTM of NumPy arrays or codes that are no whole numbers, ValueError for weights or codes of another
    shape, none at all, or a code outside the vocabulary, FloatingPointError where weights are too large.
    """
    model, codes = _checked(model), _checked_codes(codes)
    x = np.eye(syntax.VOCABULARY, dtype=model.params.W_x.dtype)[codes.reshape(len(codes), -1)]
    trace = sequence.lstm(model.params, x)
    return LSTMStep(*(a.reshape(*codes.shape, -1) for a in trace))


def log_chances(model: CharLSTM, h) -> np.ndarray:
    """The logarithm of the chance of each next character (..., 96), from states h (..., H).

    Raises TypeError and ValueError as `read` for the model, and for an h that is no array of finite floats so long.
    """
    model = _checked(model)
    h = as_floats("h", h)
    namespace(h=h, V=model.V)
    expect_shape("h", h, (*h.shape[:-1], len(model.V)))
    expect_finite(h=h)
    return log_softmax(h @ model.V + model.c)


def bits(model: CharLSTM, codes) -> float:
    """The bits that each next character of `codes` (T,) or (T, B) costs the network, in the mean.

    It starts each text from zeros and reads on to its end. Raises as `read`, ValueError for less than two characters or
    for a next character that is UNKNOWN.
    """
    codes = _checked_codes(codes)
    if len(codes) < 2:
        raise ValueError(f"codes: expected at least 2 characters, got {len(codes)}")
    log_p = log_chances(model, read(model, codes[:-1]).h)
    wanted = text.expect_codes("codes after the first", codes[1:], axes=None)
    return float(-log_p.reshape(-1, log_p.shape[-1])[np.arange(len(wanted)), wanted].mean() / np.log(2))


def meanings() -> tuple[Meaning, ...]:
    """The cells of the larger network whose meaning was measured, the surest first, as `readable_cells` says."""
    return tuple(Meaning(*found) for found in measured("readable_cells")["meanings"])


def _checked_codes(codes) -> np.ndarray:
    """`codes` as int64 (T,) or (T, B), at least one of them; raises as `read`."""
    codes = as_array("codes", codes)
    shape = tuple(codes.shape)
    if len(shape) not in (1, 2):
        raise ValueError(f"codes: expected shape (T,) or (T, B), got {shape}")
    if 0 in shape:
        raise ValueError("codes: expected at least one character, got none")
    return text.expect_codes("codes", codes, syntax.VOCABULARY, axes=None).reshape(shape)


def _checked(model) -> CharLSTM:
    """`model` with fields of finite NumPy floats that fit together; TypeError or ValueError where they do not."""
    if not isinstance(model, CharLSTM):
        raise TypeError(f"model: expected a CharLSTM, got {type(model).__name__}")
    params, D, H = as_params(model.params, LSTMParams)
    if D != syntax.VOCABULARY:
        raise ValueError(f"params: expected {syntax.VOCABULARY} inputs, one a character; got {D}")
    V, c = (as_floats(name, getattr(model, name)) for name in ("V", "c"))
    namespace(**params._asdict(), V=V, c=c)
    if not is_numpy_array(params.W_x):
        raise TypeError(f"model: expected NumPy arrays, got {type(params.W_x).__name__}")
    expect_shape("V", V, (H, len(text.VOCABULARY)))
    expect_shape("c", c, (len(text.VOCABULARY),))
    expect_finite(V=V, c=c)
    return model._replace(params=params, V=V, c=c)
