"""What every character of Python code is: a frozen corpus with a label for each character, and the labels of any code.

The corpus is text of CPython 3.11's standard library, under the PSF licence that lies beside it in `data`, with labels
from the same Python's `tokenize`; `python -m helpers.data.make_syntax` wrote it. It is the same on every Python.
"""

from __future__ import annotations

import io
import keyword
import tokenize
from pathlib import Path
from typing import NamedTuple

import numpy as np

from . import text
from ._validate import as_array, expect_choice, expect_counts

__all__ = ["CLASSES", "UNKNOWN", "VOCABULARY", "Corpus", "Labelled", "commonest", "corpus", "label", "stretches",
           "trained"]

# A docstring is any string that stands alone as a statement; a definition is the name that follows def or class; a
# call is a name that an opening bracket follows. White space inside strings and comments belongs to them.
CLASSES = ("space", "operator", "keyword", "definition", "call", "name", "number", "string", "docstring", "comment")
UNKNOWN = len(text.VOCABULARY)  # the code that stands for every character outside text.VOCABULARY
VOCABULARY = UNKNOWN + 1

_DATA = Path(__file__).with_name("data")
_TYPES = {tokenize.NUMBER: "number", tokenize.STRING: "string", tokenize.COMMENT: "comment", tokenize.OP: "operator"}
_SILENT = (tokenize.COMMENT, tokenize.NL)  # tokens between which a statement goes on
_STARTS = (None, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)  # the token before a statement
# Python 3.12 and later take f-strings to pieces: everything between these two is one string here.
_OPENS, _CLOSES = ({getattr(tokenize, f"{kind}STRING_{side}", -1) for kind in "FT"} for side in ("START", "END"))


class Labelled(NamedTuple):
    """A text as codes (N,) into text.VOCABULARY, and the class of each character (N,), an index into CLASSES."""

    codes: np.ndarray
    labels: np.ndarray


class Corpus(NamedTuple):
    """Whole modules to train on, to choose by (valid) and held out to the last (test), and the Python they are from."""

    train: Labelled
    valid: Labelled
    test: Labelled
    python: str


def corpus() -> Corpus:
    """The frozen corpus: 700 kB of modules to train on, 60 to choose by and 140 held out, int64 codes and labels."""
    with np.load(_DATA / "syntax.npz") as stored:
        parts = [Labelled(*(stored[f"{part}_{kind}"].astype(np.int64) for kind in ("codes", "labels")))
                 for part in Corpus._fields[:3]]
        return Corpus(*parts, str(stored["python"]))


def trained(net: str):
    """The `models.Tagger` of the figures, "one-way" or "two-way", as `python -m helpers.data.make_highlighter` left it.

    Raises ValueError for another name.
    """
    import torch

    from .models import Tagger

    expect_choice("net", net, ("one-way", "two-way"))
    with np.load(_DATA / "highlighter.npz") as stored:
        weights = {name.removeprefix(f"{net} "): torch.as_tensor(stored[name])
                   for name in stored.files if name.startswith(net) and name != f"{net} accuracy"}
    hidden = weights["recurrent.weight_hh_l0"].shape[1]
    model = Tagger("lstm", hidden, VOCABULARY, len(CLASSES), bidirectional=net == "two-way")
    model.load_state_dict(weights)
    return model


def label(code: str) -> np.ndarray:
    """The class (len(code),) of each character of some Python code, by this Python's own `tokenize`.

    Raises TypeError for anything but a str, ValueError that names the line for what does not tokenize.
    """
    if not isinstance(code, str):
        raise TypeError(f"code: expected a str, got {type(code).__name__}")
    labels = np.array([CLASSES.index("space" if c.isspace() else "operator") for c in code], dtype=np.int64)
    starts = np.cumsum([0, *map(len, io.StringIO(code))])
    before, tokens = None, _tokens(code)
    loud = [token for token in tokens if token.type not in _SILENT]
    follows = dict(zip(map(id, loud), loud[1:], strict=False))
    for token in tokens:
        if kind := _kind(before, token, follows.get(id(token))):
            (row, column), (last, end) = token.start, token.end
            labels[starts[row - 1] + column:starts[last - 1] + end] = CLASSES.index(kind)
        before = before if token.type in _SILENT else token
    return labels


def _tokens(code: str) -> list[tokenize.TokenInfo]:
    """The tokens of `code`, an f-string always being one of them."""
    tokens, opened = [], []
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.ERRORTOKEN and token.string.strip():
                raise tokenize.TokenError(f"unexpected {token.string!r}", token.start)
            if token.type in _OPENS:
                opened.append(token)
            elif token.type in _CLOSES:
                token = opened.pop()._replace(type=tokenize.STRING, end=token.end)
            if not opened:
                tokens.append(token)
    except (tokenize.TokenError, SyntaxError) as error:  # an IndentationError is a SyntaxError
        said, line = (error.msg, error.lineno) if isinstance(error, SyntaxError) else (error.args[0], error.args[1][0])
        raise ValueError(f"code: line {line} does not tokenize as Python: {said}") from None
    return tokens


def _kind(before, token, after) -> str | None:
    """The class of a token between its neighbours; None for ends of lines and indentation."""
    if token.type == tokenize.STRING:
        alone = (before and before.type) in _STARTS and after and after.type == tokenize.NEWLINE
        return "docstring" if alone else "string"
    if token.type != tokenize.NAME:
        return _TYPES.get(token.type)
    if keyword.iskeyword(token.string):
        return "keyword"
    if before and before.string in ("def", "class"):
        return "definition"
    return "call" if after and after.string == "(" else "name"


def commonest(part: Labelled, codes, before: int = 0, after: int = 0) -> np.ndarray:
    """The commonest class in `part` of each character of `codes` (T, ...), given its neighbours in time.

    Looks at `before` characters in front of it and `after` behind, 8 together at most; what never occurs in `part`
    among so many falls back on fewer of them. Raises TypeError for codes that are no whole numbers, ValueError for
    codes or counts out of range, else as `stretches`.
    """
    part = expect_labelled(part)
    expect_counts(0, before=before, after=after)
    if before + after > 8:
        raise ValueError(f"after: expected at most 8 neighbours, before and after together; got {before + after}")
    codes = as_array("codes", codes)
    shape = tuple(codes.shape)
    if not shape:
        raise ValueError("codes: expected shape (T, ...), got one number")
    codes = text.expect_codes("codes", codes, VOCABULARY, axes=None).reshape(shape)
    answers = np.zeros(shape, dtype=np.int64)
    for reach in range(max(before, after) + 1):
        reaches = (min(reach, before), min(reach, after))
        contexts, which = np.unique(_contexts(part.codes, *reaches), return_inverse=True)
        counts = np.bincount(which * len(CLASSES) + part.labels, minlength=len(contexts) * len(CLASSES))
        labels = counts.reshape(-1, len(CLASSES)).argmax(axis=1)
        answers = text.look_up(contexts, labels, _contexts(codes, *reaches), missing=answers)
    return answers


def _contexts(codes, before: int, after: int) -> np.ndarray:
    """One whole number for each character with its neighbours, none of them outside the text."""
    pad = [(before, after)] + [(0, 0)] * (codes.ndim - 1)
    wide = np.pad(codes, pad, constant_values=VOCABULARY)
    return sum(wide[k:k + len(codes)] * (VOCABULARY + 1) ** k for k in range(before + after + 1))


def stretches(part: Labelled, length: int) -> Labelled:
    """A text as stretches of `length` characters, (length, B), each from the beginning of a line outside strings.

    What lies between the end of one and the next such beginning is left out. Raises TypeError for anything but a
    Labelled of whole numbers, ValueError for codes, labels or a length out of range, or a text too short.
    """
    expect_counts(length=length)
    part = expect_labelled(part)
    at, found = 0, []
    for start in line_starts(part):
        if start >= at and start + length <= len(part.codes):
            found.append(start)
            at = start + length
    if not found:
        raise ValueError(f"length: the text has {len(part.codes)} characters, too few for a stretch of {length}")
    where = np.arange(length)[:, None] + np.array(found)
    return Labelled(part.codes[where], part.labels[where])


def line_starts(part: Labelled) -> np.ndarray:
    """Where a line begins outside strings and comments: after each newline that is white space, and at 0."""
    ends = (part.codes == text.VOCABULARY.index("\n")) & (part.labels == CLASSES.index("space"))
    return np.concatenate([[0], np.flatnonzero(ends[:-1]) + 1])


def expect_labelled(part) -> Labelled:
    """`part` with both fields as int64 (N,); TypeError or ValueError unless it is a text with its labels."""
    if not isinstance(part, Labelled):
        raise TypeError(f"part: expected a Labelled, got {type(part).__name__}")
    codes = text.expect_codes("codes", part.codes, VOCABULARY)
    labels = text.expect_codes("labels", part.labels, len(CLASSES))
    if len(codes) != len(labels):
        raise ValueError(f"labels: expected one for each of the {len(codes)} codes, got {len(labels)}")
    return Labelled(codes, labels)
