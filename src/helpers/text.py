"""Character corpora out of the Python standard library that the reader already has.

The text is read from the running Python's own source files; a part of it, frozen and labelled, is in `syntax`. Those
files are copyright of the Python Software Foundation and come under the PSF License Version 2, which allows this use:
https://docs.python.org/3/license.html. Versions of Python differ a little, and so do losses measured on their source.
"""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ._validate import as_array, expect_counts, expect_number, namespace

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

    Raises FileNotFoundError where this Python has no such source file, TypeError for anything but a str.
    """
    if not isinstance(module, str):
        raise TypeError(f"module: expected the name of a module, got {type(module).__name__}")
    path = Path(sysconfig.get_path("stdlib"), *module.split(".")).with_suffix(".py")
    if not path.is_file():
        raise FileNotFoundError(f"module: this Python has no source of {module!r} at {path}; name another one")
    known = set(VOCABULARY)
    return "".join(c for c in path.read_text(encoding="utf-8").expandtabs(4) if c in known)


def python_source(modules: Iterable[str] = MODULES, held_out: Iterable[str] = HELD_OUT) -> Split:
    """The standard library as training and validation codes, split by whole modules.

    Raises TypeError for what are no names, ValueError if the two overlap, FileNotFoundError as `source`.
    """
    names = {"modules": modules, "held_out": held_out}
    for name, value in names.items():
        if not isinstance(value, (list, tuple, set)) or not all(isinstance(module, str) for module in value):
            raise TypeError(f"{name}: expected a list of names of modules, got {type(value).__name__}")
    texts = {name: list(value) for name, value in names.items()}
    both = [module for module in texts["modules"] if module in texts["held_out"]]
    if both:
        raise ValueError(f"held_out: {both[0]!r} is in modules too; leave it in one of them")
    return Split(*(encode("\n".join(map(source, value))) for value in texts.values()))


def encode(text: str) -> np.ndarray:
    """Codes (len(text),) of `text`; raises ValueError naming the first character outside VOCABULARY.

    Raises TypeError for anything but a str.
    """
    if not isinstance(text, str):
        raise TypeError(f"text: expected a str, got {type(text).__name__}")
    if unknown := sorted(set(text) - set(VOCABULARY)):
        raise ValueError(f"text: expected newline and printable ASCII, the vocabulary; got {unknown[0]!r}")
    codes = np.frombuffer(text.encode("ascii"), dtype=np.uint8).astype(np.int64)
    return np.where(codes == 10, 0, codes - 31)


def decode(codes) -> str:
    """The text of integer `codes` of any shape, read in order.

    Raises TypeError for codes that are no whole numbers, ValueError for one outside the vocabulary.
    """
    return "".join(VOCABULARY[c] for c in expect_codes("codes", codes, axes=None))


def squeeze(codes: np.ndarray) -> np.ndarray:
    """The codes (M,) of a text (N,) without its indentation, empty lines and runs of spaces; raises as `decode`."""
    return encode(re.sub(r"\n[\n ]*", "\n", re.sub(" +", " ", decode(codes))))


def windows(codes, T: int, B: int) -> Callable:
    """A `batch(rng)` for `training.fit`: B windows of T characters from random places, as (x, y) torch tensors (T, B).

    y holds the character that follows each of x. Raises TypeError for codes that are no whole numbers, ValueError when
    the text is shorter than one window or a count is no whole number of at least 1.
    """
    import torch

    codes = torch.as_tensor(_batched(codes, T, B, lambda: T + 1))

    def batch(rng):
        at = torch.randint(len(codes) - T, (1, B), generator=rng) + torch.arange(T)[:, None]
        return codes[at], codes[at + 1]

    return batch


def streams(codes, T: int, B: int) -> Callable:
    """A `batch(rng)` that reads on: B streams side by side, each call the next T characters, as (x, y) tensors (T, B).

    Row 0 of a call follows the last row of the call before, so a state may be carried over; after the last whole window
    the streams start again. Raises as `windows`, for a text too short for B streams of one window.
    """
    codes = _batched(codes, T, B, lambda: B * T + 1)
    x, y = side_by_side(codes, B)
    starts = range(0, len(x) - T + 1, T)
    calls = 0

    def batch(rng=None):
        nonlocal calls
        at = starts[calls % len(starts)]
        calls += 1
        return x[at:at + T], y[at:at + T]

    return batch


def side_by_side(codes: np.ndarray, B: int) -> tuple:
    """A text as B streams (T, B), and the characters that follow them, as torch tensors; a rest is dropped."""
    import torch

    length = (len(codes) - 1) // B
    x, y = (torch.as_tensor(codes[k:k + B * length].reshape(B, length).T.copy()) for k in (0, 1))
    return x, y


def ngram_loss(train, valid, n: int, strength: float = 5.0) -> float:
    """Cross-entropy (nats a character) on `valid` of the n-gram frequencies of `train`, n from 0 (uniform) to 3.

    p(c | context) = (count + strength p'(c)) / (total + strength), with p' the (n-1)-gram's own estimate: a context
    that was never seen falls back to a shorter one. All n are scored on the same characters (the third onwards).
    Raises TypeError for codes that are no whole numbers, ValueError for an n outside 0 .. 3, a strength that is not
    above 0, a `valid` of less than 3 characters, or codes outside the vocabulary.
    """
    expect_counts(0, n=n)
    if n > 3:
        raise ValueError(f"n: expected one from 0 to 3, got {n}")
    expect_number("strength", strength, above=0.0, high=1e300)
    strength = float(strength)
    train, valid = expect_codes("train", train), expect_codes("valid", valid)
    if len(valid) < 3:
        raise ValueError(f"valid: expected at least 3 characters, got {len(valid)}")
    size = len(VOCABULARY)
    p = np.full(size, 1 / size)
    for order in range(1, n + 1):
        counts = np.bincount(_context(train, order), minlength=size**order).reshape(-1, size).astype(float)
        shorter = np.tile(p.reshape(-1, size), (len(counts) * size // p.size, 1))
        p = (counts + strength * shorter) / (counts.sum(axis=1, keepdims=True) + strength)
    order = max(n, 1)
    return float(-np.mean(np.log(p.ravel()[_context(valid, order)[3 - order:]])))


def _context(codes: np.ndarray, order: int) -> np.ndarray:
    """One integer for each run of `order` characters, the last character counting ones."""
    size, runs = len(VOCABULARY), max(len(codes) - order + 1, 0)
    return sum(codes[k:runs + k] * size ** (order - 1 - k) for k in range(order))


def _batched(codes, T, B, need: Callable[[], int]) -> np.ndarray:
    expect_counts(T=T, B=B)
    codes = expect_codes("codes", codes, vocabulary=None)
    if len(codes) < need():
        raise ValueError(f"codes: T={T} and B={B} need {need()} characters, the text has {len(codes)}")
    return codes


def expect_codes(name: str, codes, vocabulary: int | None = len(VOCABULARY), axes: int | None = 1) -> np.ndarray:
    """Codes as int64 (N,); TypeError unless they are whole numbers, ValueError outside the vocabulary (None: any)."""
    codes = as_array(name, codes)
    xp = namespace(**{name: codes})
    if 0 not in codes.shape and not xp.isdtype(codes.dtype, "integral"):
        raise TypeError(f"{name}: expected whole numbers, got {codes.dtype}")
    codes = codes.detach().cpu().numpy() if hasattr(codes, "detach") else np.asarray(codes)
    if axes is not None and codes.ndim != axes:
        raise ValueError(f"{name}: expected shape (N,), got {codes.shape}")
    if codes.size and vocabulary is not None and (codes.min() < 0 or codes.max() >= vocabulary):
        raise ValueError(f"{name}: expected codes from 0 to {vocabulary - 1}, got {codes.min()} to {codes.max()}")
    return codes.reshape(-1).astype(np.int64)
