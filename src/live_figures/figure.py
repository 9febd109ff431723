"""A live figure: one declaration (controls, compute, figure) that the page, the notebook and the tests share."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType

import numpy as np

from .controls import Control

__all__ = ["Challenge", "LiveFigure", "from_module"]

MAX_VARIANTS = 16
_REFERENCE = re.compile(r"^(\w+)((?:\[\d+\])*)$")


@dataclass(frozen=True)
class Challenge:
    """A task the reader does by moving the controls; met when the scalar output `met` is above zero."""

    text: str
    met: str


@dataclass(frozen=True)
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
    make_consts: Callable[[], dict[str, np.ndarray]]
    compute: Callable | None = None
    initial: Callable | None = None
    step: Callable | None = None
    figure: Callable | None = None
    bindings: dict[str, dict[str, str]] = field(default_factory=dict)
    diagram: str = ""
    readout: str = ""
    challenges: tuple[Challenge, ...] = ()
    rate: float = 60.0

    @cached_property
    def consts(self) -> dict[str, np.ndarray]:
        """The figure's constants, by name; floating point in the dtype they are stored in on the page."""
        consts = {name: np.asarray(value) for name, value in self.make_consts().items()}
        for name, value in consts.items():
            if value.dtype.kind not in "fiub":
                raise TypeError(f"figure {self.name!r}: constant {name!r} has dtype {value.dtype}, not a number")
            if not np.all(np.isfinite(value)):
                raise ValueError(f"figure {self.name!r}: constant {name!r} holds NaN or infinity")
        return consts

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
        """The constants as `compute` sees them: every floating constant in float64."""
        return {k: v.astype(np.float64) if v.dtype.kind == "f" else v for k, v in self.consts.items()}

    def run(self, state: dict | None = None, **given):
        """Compute with NumPy: the arrays, or `(state, arrays)` for a figure with memory (`state` None starts it)."""
        inputs, consts = self.inputs(**given), self.float_consts()
        if self.compute is not None:
            return _as_arrays(self.name, self.compute(consts, **inputs))
        state = self.initial(consts) if state is None else state
        state, arrays = self.step(consts, state, **inputs)
        return _as_arrays(self.name, state), _as_arrays(self.name, arrays)

    def default_arrays(self) -> dict[str, np.ndarray]:
        """The arrays of the default state: what the figure shows before anything moves."""
        out = self.run()
        return out if self.compute is not None else out[1]

    def plot(self, arrays: dict[str, np.ndarray] | None = None):
        """The plotly figure of `arrays` (default state if None), or None for a figure that is a diagram alone."""
        if self.figure is None:
            return None
        return self.figure(self.default_arrays() if arrays is None else arrays)

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


def _as_arrays(name: str, arrays: dict) -> dict[str, np.ndarray]:
    arrays = {k: np.asarray(v) for k, v in arrays.items()}
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
    if get("figure") is None and not get("diagram"):
        raise ValueError(f"figure {name!r} draws nothing: declare figure(arrays), or diagram, or both")
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
        bindings=dict(get("bindings", {})),
        diagram=diagram() if callable(diagram) else diagram,
        readout=get("readout", ""),
        challenges=tuple(get("challenges", ())),
        rate=float(get("rate", 60.0)),
    )
