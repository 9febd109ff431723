"""What is true at each place of a Python text once its character is read: in a string, in which column, how indented.

Unlike the labels of `syntax`, which say what a character is, these say what a reader who goes on must have kept. A
string or docstring is open from its first character to the one before its last; a comment until its line ends, for
nobody who reads knows which character is its last.
"""

from __future__ import annotations

import numpy as np

from . import text
from ._validate import expect_choice, expect_counts
from .syntax import CLASSES, VOCABULARY, Labelled, expect_labelled

__all__ = ["PLACES", "SIGNS", "far", "places"]

# The characters that change each quantity: `far` looks for places long after the last of them.
SIGNS = {"in a string or comment": "\"'#\n", "in a string": "\"'", "in a docstring": "\"'", "in a comment": "#\n",
         "in brackets": "([{}])", "bracket depth": "([{}])", "indentation": "\n", "column": "\n"}
PLACES = tuple(SIGNS)


def places(part: Labelled) -> dict[str, np.ndarray]:
    """Each of PLACES at every character of a labelled text, (N,) float64; "in ..." are 0 or 1.

    A docstring is no "string" here, but all three are "a string or comment". The depth is the number of brackets that
    are open outside of them; the column, the characters of the line so far, its newline excluded; the indentation, the
    spaces with which they begin. Raises TypeError and ValueError for what is no text with its labels.
    """
    codes, labels = expect_labelled(part)
    string, docstring, comment = (labels == CLASSES.index(name) for name in ("string", "docstring", "comment"))
    depth, column = _depth(codes, labels == CLASSES.index("operator")), _since(codes == 0)
    string, docstring = _goes_on(string), _goes_on(docstring)
    found = {"in a string or comment": string | docstring | comment, "in a string": string,
             "in a docstring": docstring, "in a comment": comment, "in brackets": depth > 0, "bracket depth": depth,
             "indentation": _indentation(codes, column), "column": column}
    return {name: values.astype(np.float64) for name, values in found.items()}


def far(codes, name: str, reach: int) -> np.ndarray:
    """Whether none of the last `reach` characters up to each of `codes` (N,), itself included, is one of SIGNS[name].

    Raises TypeError for codes that are no whole numbers, ValueError for one outside the vocabulary, another name, or a
    reach below 1.
    """
    codes = text.expect_codes("codes", codes, VOCABULARY)
    expect_choice("name", name, PLACES)
    expect_counts(reach=reach)
    signs = np.isin(codes, [text.VOCABULARY.index(sign) for sign in SIGNS[name]])
    return _since(signs) >= reach


def _goes_on(inside: np.ndarray) -> np.ndarray:
    """Where this character and the next one are inside."""
    return inside & np.concatenate([inside[1:], [False]])


def _since(ends: np.ndarray) -> np.ndarray:
    """The number of characters since the last end, which has 0; the first character of a text has 1, or 0 as an end."""
    at = np.arange(len(ends))
    return at - np.maximum.accumulate(np.where(ends, at, -1))


def _depth(codes, operator):
    """The brackets that are open after each character; the text may begin within some, so the lowest depth is 0."""
    steps = [np.isin(codes, [text.VOCABULARY.index(c) for c in signs]) & operator for signs in ("([{", ")]}")]
    return np.cumsum(steps[0].astype(int) - steps[1])


def _indentation(codes, column):
    """The spaces at the beginning of the line so far."""
    at, line = np.arange(len(codes)), np.cumsum(codes == 0)
    other = (codes != text.VOCABULARY.index(" ")) & (codes != 0)
    first = np.full(line[-1] + 1, len(codes))
    np.minimum.at(first, line[other], at[other])
    start = at - column  # of the newline before, or -1
    return np.where(at < first[line], column, first[line] - 1 - start)
