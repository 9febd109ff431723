"""The controls of a live figure, declared as data: the page, the notebook and the tests all read the same list."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

__all__ = ["Choice", "Control", "Slider", "Text", "Toggle"]


def _number(control: Slider, value) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"control {control.name!r} takes a number, got {value!r} ({type(value).__name__})")
    value = float(value)
    if not math.isfinite(value):
        raise ValueError(f"control {control.name!r} takes a finite number, got {value!r}")
    if not control.min <= value <= control.max:
        raise ValueError(f"control {control.name!r} goes from {control.min:g} to {control.max:g}, got {value:g}")
    return value


@dataclass(frozen=True, kw_only=True)
class Control:
    """What every control has: a Python name, a label for the reader, a unit, and its default value."""

    name: str
    label: str
    unit: str = ""

    # A structural control may change shapes and choose code: the program is recorded once for each of its values.
    structural = False

    def __post_init__(self):
        if not self.name.isidentifier():
            raise ValueError(f"a control's name must be a Python name, got {self.name!r}")
        if not self.label.strip():
            raise ValueError(f"control {self.name!r} needs a label: it is what a screen reader says")
        self.check(self.value)

    def check(self, value):
        """Return `value` in the control's own type; raise TypeError or ValueError naming the control and its limits."""
        raise NotImplementedError

    def array(self, value):
        """What `compute` receives for `value`: a 0-d or 1-d NumPy array, or the plain value of a structural control."""
        return np.asarray(self.check(value))

    def ends(self) -> list:
        """The values that tests must always try: both ends of a range, or every option."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Slider(Control):
    """A number from `min` to `max` in steps of `step`; `log` spaces the slider by powers of ten.

    `compute` receives a 0-d float64 array, or int64 when `integer` is set. `play` (frames a second) adds a play button
    that walks the slider to its end, for sliders that mean time.
    """

    min: float
    max: float
    step: float
    value: float
    log: bool = False
    integer: bool = False
    play: float = 0.0

    def __post_init__(self):
        if not self.min < self.max:
            raise ValueError(f"control {self.name!r}: min {self.min:g} must be below max {self.max:g}")
        if not self.step > 0:
            raise ValueError(f"control {self.name!r}: step must be positive, got {self.step:g}")
        if self.log and self.min <= 0:
            raise ValueError(f"control {self.name!r}: a logarithmic slider needs min > 0, got {self.min:g}")
        super().__post_init__()

    def check(self, value):
        value = _number(self, value)
        if self.integer and value != round(value):
            raise ValueError(f"control {self.name!r} takes a whole number, got {value:g}")
        return int(value) if self.integer else value

    def ends(self):
        return [self.check(self.min), self.check(self.max)]


@dataclass(frozen=True, kw_only=True)
class Choice(Control):
    """One of a few named options; structural: `compute` receives the option's own string."""

    options: tuple[str, ...]
    value: str
    labels: tuple[str, ...] = ()

    structural = True

    def __post_init__(self):
        if len(self.options) < 2 or len(set(self.options)) != len(self.options):
            raise ValueError(f"control {self.name!r} needs two or more different options, got {self.options!r}")
        if self.labels and len(self.labels) != len(self.options):
            raise ValueError(f"control {self.name!r}: {len(self.labels)} labels for {len(self.options)} options")
        super().__post_init__()

    def check(self, value):
        if value not in self.options:
            raise ValueError(f"control {self.name!r} takes one of {', '.join(self.options)}; got {value!r}")
        return value

    def array(self, value):
        return self.check(value)

    def ends(self):
        return list(self.options)


@dataclass(frozen=True, kw_only=True)
class Toggle(Control):
    """On or off; structural: `compute` receives a Python bool."""

    value: bool

    structural = True

    def check(self, value):
        if not isinstance(value, (bool, np.bool_)):
            raise TypeError(f"control {self.name!r} is on or off (True or False), got {value!r}")
        return bool(value)

    def array(self, value):
        return self.check(value)

    def ends(self):
        return [False, True]


@dataclass(frozen=True, kw_only=True)
class Text(Control):
    """A line of text over `alphabet`; `compute` receives int64 indices, padded with -1 to `max_length`."""

    value: str
    alphabet: str
    max_length: int

    def check(self, value):
        if not isinstance(value, str):
            raise TypeError(f"control {self.name!r} takes text, got {value!r} ({type(value).__name__})")
        if not value:
            raise ValueError(f"control {self.name!r} needs at least one character")
        if len(value) > self.max_length:
            raise ValueError(f"control {self.name!r} takes at most {self.max_length} characters, got {len(value)}")
        if unknown := sorted(set(value) - set(self.alphabet)):
            raise ValueError(f"control {self.name!r} does not know {unknown[0]!r}; it knows {self.alphabet!r}")
        return value

    def array(self, value):
        codes = [self.alphabet.index(c) for c in self.check(value)]
        return np.array(codes + [-1] * (self.max_length - len(codes)), dtype=np.int64)

    def ends(self):
        return [self.alphabet[0], (self.alphabet * self.max_length)[: self.max_length]]
