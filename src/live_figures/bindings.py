"""Which array feeds which attribute of a drawing: found out by drawing arrays of unique values and looking for them.

A figure's drawing holds no mathematics: what moves must be an array, a row or a number of it, as `compute` returned it.
So the figure is drawn twice, from two sets of random numbers: whatever differs between the two drawings came from the
arrays, and must be found in them unchanged. The second set is the first turned upside down, so that a minimum, a
maximum or a range that was computed while drawing is not mistaken for the element it happened to be.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

__all__ = ["LAYOUT", "Binding", "infer", "leaves", "part_of", "unpacked"]

LAYOUT = -1


class Binding(NamedTuple):
    """`reference`, an array or a row of it, is drawn as `attribute` of the trace number `trace` (-1: the layout)."""

    trace: int
    attribute: str
    reference: str


def infer(name: str, figure: Callable, arrays: Mapping[str, np.ndarray]) -> list[Binding]:
    """The bindings of `figure(arrays)`; raises ValueError for an attribute that is computed from an array.

    Only the shapes of `arrays` matter. `name` is the figure's, for the message.
    """
    draws = np.random.default_rng(0)
    probes = {key: np.asarray(draws.uniform(0.25, 0.75, np.shape(value))) for key, value in arrays.items()}
    turned = {key: np.asarray(1.0 - value) for key, value in probes.items()}
    first, second = (dict(leaves(figure(dict(given)))) for given in (probes, turned))
    found = []
    for place in [*first, *(p for p in second if p not in first)]:
        if place in first and place in second and _same(first[place], second[place]):
            continue
        reference = _reference(first.get(place), probes)
        if reference is None or reference != _reference(second.get(place), turned):
            raise ValueError(f"figure {name!r}: {_named(place)} is computed from "
                             f"{_causes(place, figure, probes, turned)} while drawing; let compute return what is "
                             "drawn there, and draw it as it is, whole or a row of it")
        found.append(Binding(*place, reference))
    return found


def part_of(plot, trace: int):
    """The trace of this number, or the layout."""
    return plot.layout if trace == LAYOUT else plot.data[trace]


def leaves(plot) -> Iterator[tuple[tuple[int, str], object]]:
    """Every attribute of a plotly figure that holds no further attributes: ((trace or -1, path), value)."""
    parts = plot.to_plotly_json()
    for trace, part in [*enumerate(parts["data"]), (LAYOUT, parts["layout"])]:
        for path, value in _walk(part):
            yield (trace, path), value


def _walk(part, path: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(part, dict) and "bdata" in part:
        yield path, unpacked(part)
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from _walk(value, f"{path}.{key}" if path else key)
    elif isinstance(part, (list, tuple)) and part and isinstance(part[0], dict):
        for k, value in enumerate(part):
            yield from _walk(value, f"{path}[{k}]")
    else:
        yield path, part


def unpacked(part: dict) -> np.ndarray:
    """The array that plotly packed as base64."""
    flat = np.frombuffer(base64.b64decode(part["bdata"]), np.dtype(part["dtype"]))
    return flat.reshape([int(n) for n in str(part["shape"]).split(",")]) if "shape" in part else flat


def _numbers(value) -> np.ndarray | None:
    """A leaf as an array of floats, or None for words, colours, single numbers and switches, which do not move."""
    if not isinstance(value, (list, tuple, np.ndarray)):
        return None
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return None


def _same(a, b) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.shape(a) == np.shape(b) and bool(np.all(np.asarray(a) == np.asarray(b)))
    return a == b


def _reference(value, probes: Mapping[str, np.ndarray]) -> str | None:
    """The array, or row of one, that `value` is; a single number of an array counts as a list of it."""
    drawn = _numbers(value)
    if drawn is None or drawn.size == 0:
        return None
    for name, probe in probes.items():
        at = np.argwhere(probe == drawn.flat[0])
        if len(at):
            for depth in range(probe.ndim + 1):
                row = at[0][:depth]
                if np.array_equal(np.atleast_1d(probe[tuple(row)]), drawn):
                    return name + "".join(f"[{k}]" for k in row)
    return None


def _causes(place, figure, probes, turned) -> str:
    """The names of the arrays that change what stands at `place`, by turning one at a time."""
    before = dict(leaves(figure(dict(probes)))).get(place)
    causes = [repr(key) for key in probes
              if not _same(before, dict(leaves(figure(probes | {key: turned[key]}))).get(place))]
    return " and ".join(causes) or "several arrays"


def _named(place: tuple[int, str]) -> str:
    trace, path = place
    return f"layout.{path}" if trace == LAYOUT else f"data[{trace}].{path}"
