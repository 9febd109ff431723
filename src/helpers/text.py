"""Character corpora out of the Python standard library that the reader already has.

The text is read from the running Python's own source files; a part of it, frozen and labelled, is in `syntax`. Those
files are copyright of the Python Software Foundation and come under the PSF License Version 2, which allows this use:
https://docs.python.org/3/license.html. Versions of Python differ a little, and so do losses measured on their source.
"""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ._validate import as_array, as_floats, expect_counts, expect_number, expect_shape, namespace

__all__ = ["HELD_OUT", "MODULES", "VOCABULARY", "Split", "decode", "encode", "ngram_loss", "ngram_losses",
           "python_source", "source", "squeeze", "streams", "windows"]

# Newline and the printable ASCII characters: 96 symbols, the same on every Python.
VOCABULARY = "\n" + "".join(map(chr, range(32, 127)))

# Long, ordinary modules in pure Python that are one file each in every Python since 3.11.
MODULES = ("argparse", "ast", "cmd", "configparser", "copy", "dataclasses", "doctest", "enum", "functools", "inspect",
           "mailbox", "optparse", "pdb", "pickle", "random", "shutil", "smtplib", "statistics", "subprocess",
           "tarfile", "tempfile", "threading", "traceback", "typing")
# Whole modules are held out, so that no file is seen in part during training.
HELD_OUT = ("calendar", "csv", "difflib", "fractions", "shlex", "textwrap")


_LONGEST = 9  # the longest run of characters that one int64 can number: 96**9 < 2**63


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
    """Cross-entropy (nats a character) on `valid` of the n-gram frequencies of `train`, n from 0 (uniform) to 9.

    One number of `ngram_losses`, which says how. Raises TypeError for codes that are no whole numbers or a strength
    that is no number, ValueError for an n outside 0 .. 9, a strength that is not above 0, a `valid` of less than 3
    characters, or codes outside the vocabulary.
    """
    expect_number("strength", strength, above=0.0, high=1e300)
    return float(ngram_losses(train, valid, n, (float(strength),))[0, n])


def ngram_losses(train, valid, n: int, strengths: Sequence[float]) -> np.ndarray:
    """Cross-entropies (strengths, n + 1), nats a character on `valid`, of the 0- to n-gram frequencies of `train`.

    p(c | context) = (count + strength p'(c)) / (total + strength), with p' the estimate from a context that is one
    character shorter, down to the uniform 1/96: a context that was seen often is trusted, one that was never seen falls
    back to the shorter one. All are scored on the same characters, the third onwards; one with fewer characters before
    it than a context needs has the shorter contexts only. Raises TypeError for codes that are no whole numbers or
    strengths that are no numbers, ValueError for an n outside 0 .. 9, strengths that are not above 0, a `valid` of less
    than 3 characters, or codes outside the vocabulary.
    """
    expect_counts(0, _LONGEST, n=n)
    strengths = _expect_strengths(strengths)
    train, valid = expect_codes("train", train), expect_codes("valid", valid)
    if len(valid) < 3:
        raise ValueError(f"valid: expected at least 3 characters, got {len(valid)}")
    p = np.full((len(strengths), len(valid)), 1 / len(VOCABULARY))
    losses = [-np.log(p[:, 2:]).mean(axis=1)]
    for order in range(1, n + 1):
        count, total = _counted(_runs(train, order), _runs(valid, order))
        p[:, order - 1:] = (count + strengths * p[:, order - 1:]) / (total + strengths)
        losses.append(-np.log(p[:, 2:]).mean(axis=1))
    return np.stack(losses, axis=1)


def _counted(train: np.ndarray, valid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How often each run of `valid` stands in `train`, and how often its context does, whatever follows."""
    runs, counts = np.unique(train, return_counts=True)
    contexts, first = np.unique(runs // len(VOCABULARY), return_index=True)
    totals = np.add.reduceat(counts, first) if len(first) else counts
    return look_up(runs, counts, valid), look_up(contexts, totals, valid // len(VOCABULARY))


def look_up(keys: np.ndarray, values: np.ndarray, wanted: np.ndarray, missing=0) -> np.ndarray:
    """The value of each wanted key, `missing` (one number, or one for each) where it is none of the sorted `keys`."""
    if not len(keys):
        return np.zeros_like(wanted, dtype=values.dtype) + missing
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], missing)


def _runs(codes: np.ndarray, order: int) -> np.ndarray:
    """One integer for each run of `order` characters, the last character counting ones."""
    size, runs = len(VOCABULARY), max(len(codes) - order + 1, 0)
    return sum(codes[k:runs + k] * size ** (order - 1 - k) for k in range(order))


def _expect_strengths(strengths) -> np.ndarray:
    """Strengths as a column (strengths, 1)."""
    strengths = np.asarray(as_floats("strengths", strengths), dtype=float)
    expect_shape("strengths", strengths, ("strengths",))
    if not np.all((strengths > 0) & (strengths <= 1e300)):  # NaN too
        raise ValueError(f"strengths: expected numbers above 0, at most 1e300; got {strengths.tolist()!r:.60}")
    return strengths[:, None]


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
