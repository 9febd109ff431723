"""Finds cells of the small character LSTM that tell by their sign: `python -m helpers.data.make_line_cells`.

A line is read alone, as a reader types it: after a newline, from a state of zeros. For each of SOUGHT the cell is taken
whose sign fits best in the modules to choose by (valid), and how often it is right is measured in the held-out ones
(test). "Right" is the mean of the shares that are right where it is so and where it is not, so that guessing has 1/2.
The control is the best cell, in either direction, for labels that are shifted along these lines by a random LEAST
characters or more: the largest of SHIFTS. Writes line_cells.json beside this file, in a few seconds.
"""

from __future__ import annotations

import numpy as np

from .. import char_lstm, measured, places, syntax, text

__all__ = ["SOUGHT", "lines", "measure", "right", "told"]

SOUGHT = ("quotes", "brackets", "words", "numbers")
SHORTEST, LONGEST, MOST = 20, 96, 3000  # characters of a line; lines
SHIFTS, LEAST = 200, 5000
_NAMES = np.array([c.isalpha() or c == "_" for c in text.VOCABULARY] + [False])


def lines(part: syntax.Labelled) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Lines without their indentation as columns of codes (LONGEST + 1, L), a newline first; which of them are read
    characters; and each of SOUGHT there, as bools.

    Only lines that begin outside of strings and brackets and hold nothing of a docstring, at most MOST of them.
    """
    found, labels = places.places(part), _labels(part)
    ends = np.flatnonzero(part.codes == 0)
    outside = (found["in brackets"] + found["in a string or comment"])[ends[:-1]] == 0
    first = ends[:-1] + 1 + found["indentation"][ends[1:] - 1].astype(int)
    size, docstring = ends[1:] - first, np.cumsum(found["in a docstring"])
    good = outside & (size >= SHORTEST) & (size <= LONGEST) & (docstring[ends[1:]] == docstring[ends[:-1]])
    first, size = first[good][:MOST], size[good][:MOST]
    at = np.arange(LONGEST)[:, None]
    read, where = at < size, np.minimum(first + at, len(part.codes) - 1)
    pad = lambda a: np.concatenate([np.zeros_like(a[:1]), a])  # noqa: E731
    return (pad(np.where(read, part.codes[where], 0)), pad(read),
            {name: pad(labels[name][where] & read) for name in SOUGHT})


def _labels(part: syntax.Labelled) -> dict[str, np.ndarray]:
    found = places.places(part)
    return {"quotes": found["in a string"] > 0, "brackets": found["in brackets"] > 0, "words": _NAMES[part.codes],
            "numbers": part.labels == syntax.CLASSES.index("number")}


def told(part: syntax.Labelled) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """The cells c (N, H) of the small network after each character of the `lines`, one line after the other, their
    sizes' 99 % point (H,), and each of SOUGHT (N,)."""
    codes, read, labels = lines(part)
    c = char_lstm.read(char_lstm.trained("small"), codes).c.transpose(1, 0, 2)[read.T]
    return c, np.quantile(np.abs(c), 0.99, axis=0), {name: values.T[read.T] for name, values in labels.items()}


def right(c: np.ndarray, yes: np.ndarray) -> np.ndarray:
    """How often c > 0 (N, H) is right about `yes` (N,), as the mean over where it is so and where it is not (H,)."""
    above = (c > 0).astype(np.float32)
    yes = yes.astype(np.float32)
    hits, false = yes @ above / yes.sum(), (1 - yes) @ above / (1 - yes).sum()
    return (hits + 1 - false) / 2


def measure() -> list[dict]:
    """For each of SOUGHT its cell, 1 or -1 for a cell that is above or below zero there, how often it is right, the
    control, and `top`, which one in a hundred of its sizes exceeds."""
    corpus = syntax.corpus()
    (chosen, _, known), (c, top, asked) = told(corpus.valid), told(corpus.test)
    shifts = np.random.default_rng(0).integers(LEAST, len(c) - LEAST, SHIFTS)
    found = []
    for name in SOUGHT:
        fits = right(chosen, known[name])
        unit = int(np.abs(fits - 0.5).argmax())
        up = 1 if fits[unit] > 0.5 else -1
        control = max(np.abs(right(c, np.roll(asked[name], shift)) - 0.5).max() + 0.5 for shift in shifts)
        found.append({"name": name, "unit": unit, "up": up, "right": round(float(right(up * c, asked[name])[unit]), 4),
                      "control": round(float(control), 4), "top": round(float(top[unit]), 2)})
    return found


if __name__ == "__main__":
    measured.write("line_cells", {"cells": measure()})
