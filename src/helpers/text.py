"""Character corpora out of the Python standard library that the reader already has.

The text is read from the running Python's own source files and never copied into this project. Those files are
copyright of the Python Software Foundation and come under the PSF License Version 2, which allows this use:
https://docs.python.org/3/license.html. Versions of Python differ a little, and so do losses measured on their source.
"""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

__all__ = ["HELD_OUT", "MODULES", "VOCABULARY", "Split", "decode", "encode", "ngram_loss", "python_source", "source",
           "squeeze", "streams", "windows"]

# Newline and the printable ASCII characters: 96 symbols, the same on every Python.
VOCABULARY = "\n" + "".join(map(chr, range(32, 127)))

# Long, ordinary modules in pure Python that are one file each in every Python since 3.11.
MODULES = ("argparse", "ast", "cmd", "configparser", "copy", "dataclasses", "doctest", "enum", "functools", "inspect",
           "mailbox", "optparse", "pdb", "pickle", "random", "shutil", "smtplib", "statistics", "subprocess",
           "tarfile", "tempfile", "threading", "traceback", "typing")
# Whole modules are held out, so that no file is seen in part during training.
HELD_OUT = ("calendar", "csv", "difflib", "fractions", "shlex", "textwrap")


class Split(NamedTuple):
    """A corpus as character codes, `train` (N,) and `valid` (M,), int64 indices into VOCABULARY."""

    train: np.ndarray
    valid: np.ndarray


def source(module: str) -> str:
    """The source of one standard-library module: tabs become four spaces, characters outside VOCABULARY are dropped.

    Raises FileNotFoundError where this Python has no such source file.
    """
    path = Path(sysconfig.get_path("stdlib"), *module.split(".")).with_suffix(".py")
    if not path.is_file():
        raise FileNotFoundError(f"this Python has no source of {module!r} at {path}; name another standard module")
    known = set(VOCABULARY)
    return "".join(c for c in path.read_text(encoding="utf-8").expandtabs(4) if c in known)


def python_source(modules: Iterable[str] = MODULES, held_out: Iterable[str] = HELD_OUT) -> Split:
    """The standard library as training and validation codes, split by whole modules; ValueError if these overlap."""
    modules, held_out = tuple(modules), tuple(held_out)
    if both := sorted(set(modules) & set(held_out)):
        raise ValueError(f"module {both[0]!r} is in the training and in the held-out text; leave it in one of them")
    return Split(*(encode("\n".join(map(source, names))) for names in (modules, held_out)))


def encode(text: str) -> np.ndarray:
    """Codes (len(text),) of `text`; raises ValueError naming the first character outside VOCABULARY."""
    if unknown := sorted(set(text) - set(VOCABULARY)):
        raise ValueError(f"the vocabulary has no {unknown[0]!r}: it holds newline and printable ASCII")
    codes = np.frombuffer(text.encode("ascii"), dtype=np.uint8).astype(np.int64)
    return np.where(codes == 10, 0, codes - 31)


def decode(codes) -> str:
    """The text of integer `codes` of any shape, read in order; raises ValueError on a code outside the vocabulary."""
    codes = np.asarray(codes).ravel()
    if codes.size and (codes.min() < 0 or codes.max() >= len(VOCABULARY)):
        raise ValueError(f"codes go from 0 to {len(VOCABULARY) - 1}, got {codes.min()} to {codes.max()}")
    return "".join(VOCABULARY[c] for c in codes)


def squeeze(codes: np.ndarray) -> np.ndarray:
    """The codes (M,) of a text (N,) without its indentation, empty lines and runs of spaces."""
    return encode(re.sub(r"\n[\n ]*", "\n", re.sub(" +", " ", decode(codes))))


def windows(codes: np.ndarray, T: int, B: int) -> Callable:
    """A `batch(rng)` for `training.fit`: B windows of T characters from random places, as (x, y) torch tensors (T, B).

    y holds the character that follows each of x. Raises ValueError when the text is shorter than one window.
    """
    import torch

    _check(codes, T, B, T + 1)
    codes = torch.as_tensor(codes)

    def batch(rng):
        at = torch.randint(len(codes) - T, (1, B), generator=rng) + torch.arange(T)[:, None]
        return codes[at], codes[at + 1]

    return batch


def streams(codes: np.ndarray, T: int, B: int) -> Callable:
    """A `batch(rng)` that reads on: B streams side by side, each call the next T characters, as (x, y) tensors (T, B).

    Row 0 of a call follows the last row of the call before, so a state may be carried over; after the last whole window
    the streams start again. Raises ValueError when the text is too short for B streams of one window.
    """
    import torch

    _check(codes, T, B, B * T + 1)
    length = (len(codes) - 1) // B
    x, y = (torch.as_tensor(codes[k:k + length * B].reshape(B, length).T.copy()) for k in (0, 1))
    starts = range(0, length - T + 1, T)
    calls = 0

    def batch(rng=None):
        nonlocal calls
        at = starts[calls % len(starts)]
        calls += 1
        return x[at:at + T], y[at:at + T]

    return batch


def ngram_loss(train: np.ndarray, valid: np.ndarray, n: int, strength: float = 5.0) -> float:
    """Cross-entropy (nats a character) on `valid` of the n-gram frequencies of `train`, n from 0 (uniform) to 3.

    p(c | context) = (count + strength p'(c)) / (total + strength), with p' the (n-1)-gram's own estimate: a context
    that was never seen falls back to a shorter one. All n are scored on the same characters (the third onwards).
    """
    if not 0 <= n <= 3:
        raise ValueError(f"ngram_loss takes n from 0 to 3, got {n}")
    size = len(VOCABULARY)
    p = np.full(size, 1 / size)
    for order in range(1, n + 1):
        key = _context(train, order)
        counts = np.bincount(key, minlength=size**order).reshape(-1, size).astype(float)
        shorter = np.tile(p.reshape(-1, size), (len(counts) * size // p.size, 1))
        p = (counts + strength * shorter) / (counts.sum(axis=1, keepdims=True) + strength)
    order = max(n, 1)
    return float(-np.mean(np.log(p.ravel()[_context(valid, order)[3 - order:]])))


def _context(codes: np.ndarray, order: int) -> np.ndarray:
    """One integer for each run of `order` characters, the last character counting ones."""
    size = len(VOCABULARY)
    return sum(codes[k:len(codes) - order + 1 + k] * size ** (order - 1 - k) for k in range(order))


def _check(codes: np.ndarray, T: int, B: int, need: int) -> None:
    if T < 1 or B < 1:
        raise ValueError(f"a batch needs T >= 1 and B >= 1, got T={T} and B={B}")
    if len(codes) < need:
        raise ValueError(f"T={T} and B={B} need {need} characters, the text has {len(codes)}")
