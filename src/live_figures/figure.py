"""A live figure: one declaration (controls, compute, figure) that the page, the notebook and the tests share."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType

import numpy as np

from .claims import Challenge, Claim, Try
from .controls import Control
from .explain import Signal
from .values import fill_template
from .words import ENGINE, translated

__all__ = ["PARTS", "LiveFigure", "from_module"]

MAX_VARIANTS = 16
# What a figure's file declares, in this order: what it asks, what moves, what is computed, drawn, said and promised.
PARTS = ("title", "caption", "alt", "controls", "rate", "consts", "initial", "step", "compute", "figure", "diagram",
         "views", "signals", "readout", "challenges", "tries", "claims")
_REFERENCE = re.compile(r"^(\w+)((?:\[\d+\])*)$")


@dataclass(frozen=True, repr=False)
class LiveFigure:
    """Everything one file of a package of figures declares; see `CONTRIBUTING.md`, "A new live figure".

    `compute(consts, **controls) -> {name: array}` is pure and uses the array API only. A figure with memory declares
    `initial(consts) -> state` and `step(consts, state, **controls) -> (state, arrays)` instead; while it plays it takes
    `rate` steps a second, or as many as the reader's machine can.
    """

    name: str
    title: str
    caption: str
    alt: str
    controls: tuple[Control, ...]
    make_consts: Callable[[], dict] = dict
    compute: Callable | None = None
    initial: Callable | None = None
    step: Callable | None = None
    figure: Callable | None = None
    diagram: str = ""
    views: tuple = ()
    signals: Mapping[str, Signal] = field(default_factory=dict)
    readout: str | tuple[tuple[str, str], ...] = ""
    challenges: tuple[Challenge, ...] = ()
    tries: tuple[Try, ...] = ()
    claims: tuple[Claim, ...] = ()
    rate: float = 60.0
    engine_words: Mapping[str, str] = field(default_factory=lambda: ENGINE)

    def __repr__(self) -> str:
        """What a cell shows of it: its name, its question and what moves; the whole declaration would fill pages."""
        moves = ", ".join(control.name for control in self.controls) or "none"
        return f"<LiveFigure {self.name!r}: {self.title} Controls: {moves}>"

    @cached_property
    def _made_consts(self) -> dict:
        return self.make_consts()

    @cached_property
    def consts(self) -> dict[str, np.ndarray]:
        """The figure's constants by name; floating point in the dtype they are stored in on the page.

        The fields of a named tuple stand under dotted names, `params.W_x`; those that are None are left out.
        """
        parts = (part for name, value in self._made_consts.items() for part in _parts(name, value))
        return {name: _constant(f"figure {self.name!r}: constant {name!r}", value) for name, value in parts}

    def build_consts(self, flat: Mapping) -> dict:
        """What `compute` receives: the values of `flat`, by the names of `consts`, in their named tuples again."""
        return {name: _rebuilt(name, value, flat) for name, value in self._made_consts.items()}

    @property
    def structural(self) -> tuple[Control, ...]:
        """The controls whose value selects a recorded variant of the program, in declared order."""
        return tuple(c for c in self.controls if c.structural)

    def values(self, **given) -> dict:
        """Every control's value: `given`, checked, over the defaults. Raises on an unknown or out-of-range control."""
        known = {c.name: c for c in self.controls}
        for name in given:
            if name not in known:
                raise ValueError(f"figure {self.name!r} has no control {name!r}; it has {', '.join(known) or 'none'}")
        return {name: c.check(given.get(name, c.value)) for name, c in known.items()}

    def inputs(self, **given) -> dict:
        """The arguments of `compute` for these control values: arrays, and plain values for structural controls."""
        values = self.values(**given)
        return {c.name: c.array(values[c.name]) for c in self.controls}

    def variants(self) -> list[dict]:
        """Every combination of the structural controls' values, the default combination first."""
        default = {c.name: c.value for c in self.structural}
        names = [c.name for c in self.structural]
        all_ = [dict(zip(names, v, strict=True)) for v in itertools.product(*(c.ends() for c in self.structural))]
        if len(all_) > MAX_VARIANTS:
            raise ValueError(
                f"figure {self.name!r}: its choices and toggles combine to {len(all_)} programs, more than "
                f"{MAX_VARIANTS}; turn one into a Slider(integer=True) and use xp.where"
            )
        return sorted(all_, key=lambda v: v != default)

    def float_consts(self) -> dict[str, np.ndarray]:
        """The constants by name, every floating one in float64, as `compute` sees them."""
        return {k: v.astype(np.float64) if v.dtype.kind == "f" else v for k, v in self.consts.items()}

    def run(self, state: dict | None = None, **given):
        """Compute with NumPy: the arrays, or `(state, arrays)` for a figure with memory (`state` None starts it)."""
        inputs, consts = self.inputs(**given), self.build_consts(self.float_consts())
        if self.compute is not None:
            return _as_arrays(self.name, self.compute(consts, **inputs))
        state = self.initial(consts) if state is None else state
        state, arrays = self.step(consts, state, **inputs)
        return _as_arrays(self.name, state), _as_arrays(self.name, arrays)

    def arrays(self, **given) -> dict[str, np.ndarray]:
        """What the figure shows at these control values: its arrays, of the first step if it has memory."""
        out = self.run(**given)
        return out if self.compute is not None else out[1]

    def said(self, get: Callable[[str], object]) -> str:
        """The readout as a sentence: its own, or the first of several whose condition is above zero or empty."""
        template = next(text for met, text in self.readouts if not met or float(get(met)) > 0)
        return fill_template(template, get)

    @property
    def readouts(self) -> tuple[tuple[str, str], ...]:
        """The sentences of the readout, each after the array that is its condition; the last one has none."""
        return (("", self.readout),) if isinstance(self.readout, str) else tuple(self.readout)

    def plot(self, arrays: dict[str, np.ndarray] | None = None):
        """The plotly figure of `arrays` (default state if None), or None for a figure that is a diagram alone."""
        if self.figure is None:
            return None
        plot = self.figure(self.arrays() if arrays is None else arrays)
        if not isinstance(plot, Mapping) and not hasattr(plot, "layout"):
            raise TypeError(f"figure {self.name!r}: figure(arrays) returned no plotly figure but {type(plot).__name__}")
        return plot

    def translated(self, words: Mapping[str, str]) -> LiveFigure:
        """This figure in other words, given by the keys of `words.words`; see `words.translated`."""
        return translated(self, words)

    def word(self, key: str) -> str:
        """What the engine says under `engine.<key>` around this figure."""
        return self.engine_words[f"engine.{key}"]

    def resolve(self, arrays: dict[str, np.ndarray], reference: str) -> np.ndarray:
        """The array or row that `reference` names (`"h"`, `"h[3]"`, `"g[0][2]"`); raises KeyError if there is none."""
        match = _REFERENCE.match(reference)
        if not match or match[1] not in arrays:
            raise KeyError(f"figure {self.name!r}: no array {reference!r}; it computes {', '.join(arrays)}")
        value = arrays[match[1]]
        for index in re.findall(r"\d+", match[2]):
            if value.ndim == 0 or int(index) >= value.shape[0]:
                shape = arrays[match[1]].shape
                raise KeyError(f"figure {self.name!r}: {reference!r} is outside an array of shape {shape}")
            value = value[int(index)]
        return value


def _parts(name: str, value) -> Iterator[tuple[str, object]]:
    """The arrays in a constant with their names: its fields, if it is a named tuple, without those that are None."""
    if not hasattr(value, "_fields"):
        yield name, value
        return
    for member, part in zip(value._fields, value, strict=True):
        if part is not None:
            yield from _parts(f"{name}.{member}", part)


def _rebuilt(name: str, value, flat: Mapping):
    if not hasattr(value, "_fields"):
        return flat[name]
    return value._make(None if part is None else _rebuilt(f"{name}.{member}", part, flat)
                       for member, part in zip(value._fields, value, strict=True))


def _constant(where: str, value) -> np.ndarray:
    """`value` as an array of numbers; raises TypeError or ValueError that begins with `where`."""
    try:
        value = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{where} is neither an array nor a named tuple of arrays: {error}") from error
    if value.dtype.kind not in "fiub":
        raise TypeError(f"{where} has dtype {value.dtype}, not a number")
    if not np.all(np.isfinite(value)):
        raise ValueError(f"{where} holds NaN or infinity")
    return value


class _Arrays(dict):
    """The arrays of a figure by name; a name that is none of them is told what there is."""

    def __init__(self, figure: str, arrays: Mapping):
        super().__init__(arrays)
        self.figure = figure

    def __missing__(self, name):
        raise KeyError(f"figure {self.figure!r}: no array {name!r}; it computes {', '.join(self)}")


def _as_arrays(name: str, arrays: Mapping) -> dict[str, np.ndarray]:
    if not isinstance(arrays, Mapping):
        raise TypeError(f"figure {name!r}: it computes a dict, name: array; what it returned is {arrays!r}")
    arrays = _Arrays(name, {k: np.asarray(v) for k, v in arrays.items()})
    for key, value in arrays.items():
        if not np.all(np.isfinite(value)):
            raise ValueError(f"figure {name!r}: array {key!r} holds NaN or infinity; bound it in compute")
    return arrays


def from_module(module: ModuleType, name: str) -> LiveFigure:
    """Read a figure's declaration from its module; raises ValueError naming what is missing or contradictory."""
    get = lambda part, default=None: getattr(module, part, default)  # noqa: E731
    for part in ("title", "caption", "alt", "controls"):
        if not get(part):
            raise ValueError(f"figure {name!r} declares no {part}; every figure needs one")
    if (get("compute") is None) == (get("step") is None):
        raise ValueError(f"figure {name!r} must declare either compute or step, and not both")
    if get("step") is not None and get("initial") is None:
        raise ValueError(f"figure {name!r} has step but no initial(consts) for its first state")
    pictures = any(hasattr(control, "picture") for control in module.controls)
    if get("figure") is None and not get("diagram") and not get("views") and not pictures:
        raise ValueError(f"figure {name!r} draws nothing: declare figure(arrays), diagram, views or a Map")
    diagram = get("diagram", "")
    return LiveFigure(
        name=name,
        title=module.title,
        caption=module.caption,
        alt=module.alt,
        controls=tuple(module.controls),
        make_consts=get("consts", dict),
        compute=get("compute"),
        initial=get("initial"),
        step=get("step"),
        figure=get("figure"),
        diagram=diagram() if callable(diagram) else diagram,
        views=tuple(get("views", ())),
        signals=dict(get("signals", {})),
        readout=get("readout", ""),
        challenges=tuple(get("challenges", ())),
        tries=tuple(get("tries", ())),
        claims=tuple(get("claims", ())),
        rate=float(get("rate", 60.0)),
    )
