"""The controls of a live figure, declared as data: the page, the notebook and the tests all read the same list."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

__all__ = ["Choice", "Control", "LongText", "Slider", "Text", "Toggle"]

LONGEST_TEXT = 20_000
LONGEST_LIST = 12  # characters, of an alphabet that is told to a reader one by one
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


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
    """What every control has: a Python name, a label for the reader, a unit, and its default value.

    Where a control may move nothing, `idle` is a pair: the array that is above zero in those states, in which the
    control is disabled, and a few words that then stand in its place and say why.
    """

    name: str
    label: str
    unit: str = ""
    idle: tuple[str, str] | tuple[()] = ()

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
    """One of several named options; `compute` receives the option's own string, and is recorded once for each.

    With `indexed` it receives the option's place among them, a 0-d int64 array, and one program serves for all: for
    long lists, and where nothing but an index into an array changes.
    """

    options: tuple[str, ...]
    value: str
    labels: tuple[str, ...] = ()
    indexed: bool = False

    @property
    def structural(self) -> bool:
        """Whether each option has a program of its own."""
        return not self.indexed

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
        option = self.check(value)
        return np.asarray(self.options.index(option)) if self.indexed else option

    def ends(self):
        return [self.options[0], self.options[-1]] if self.indexed else list(self.options)


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
    """A line of text over `alphabet`; `compute` receives int64 indices, padded with -1 to `max_length`.

    `knows` says in words what the alphabet holds; a short one may be listed as it is.
    """

    value: str
    alphabet: str
    max_length: int
    knows: str = ""

    def __post_init__(self):
        if len(self.alphabet) > LONGEST_LIST and not self.knows:
            raise ValueError(f"control {self.name!r}: nobody reads a list of {len(self.alphabet)} characters; say in "
                             "`knows` what they are")
        super().__post_init__()

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


@dataclass(frozen=True, kw_only=True)
class LongText(Control):
    """A text of any characters, in any script, that the reader types or pastes: at most `max_length` code points.

    `compute` receives int64 codes, padded with -1 to `max_length`: a character's place in `alphabet`, or `unknown` for
    every other (by default one past the alphabet). A line ends with one newline, however it was pasted. The address
    keeps texts of up to 200 characters; a link to a longer one leaves it out and says so. The reader can take a text
    from a list of `examples`.
    """

    value: str
    alphabet: str
    max_length: int = LONGEST_TEXT
    min_length: int = 1
    unknown: int | None = None
    lines: int = 5
    examples: tuple[str, ...] = ()

    def __post_init__(self):
        if not 0 <= self.min_length <= self.max_length <= LONGEST_TEXT or not self.max_length:
            raise ValueError(f"control {self.name!r}: lengths go from 0 to {LONGEST_TEXT}, min_length to max_length, "
                             f"got {self.min_length} and {self.max_length}")
        if not self.alphabet or len(set(self.alphabet)) != len(self.alphabet) or "\r" in self.alphabet:
            raise ValueError(f"control {self.name!r} needs an alphabet of different characters, without \\r")
        if not 0 <= self.unknown_code <= len(self.alphabet):
            raise ValueError(f"control {self.name!r}: unknown is a code from 0 to {len(self.alphabet)}, got "
                             f"{self.unknown}")
        super().__post_init__()
        for example in self.examples:
            self.check(example)

    @property
    def unknown_code(self) -> int:
        """The code of a character that is not in the alphabet."""
        return len(self.alphabet) if self.unknown is None else self.unknown

    def check(self, value):
        if not isinstance(value, str):
            raise TypeError(f"control {self.name!r} takes text, got {value!r} ({type(value).__name__})")
        value = _LONE_SURROGATE.sub("\ufffd", re.sub("\r\n?", "\n", value))
        if not self.min_length <= len(value) <= self.max_length:
            raise ValueError(f"control {self.name!r} takes {self.min_length} to {self.max_length} characters, got "
                             f"{len(value)}")
        return value

    def array(self, value):
        codes = np.full(self.max_length, -1, dtype=np.int64)
        places = {character: k for k, character in enumerate(self.alphabet)}
        value = self.check(value)
        codes[: len(value)] = [places.get(character, self.unknown_code) for character in value]
        return codes

    def ends(self):
        cycle = self.alphabet + "\N{GRINNING FACE}"
        return [self.alphabet[0] * self.min_length, (cycle * self.max_length)[: self.max_length]]
