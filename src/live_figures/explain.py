"""What a number on the drawing comes from: the quantities of a figure, declared once, explained and checked.

A figure's `signals` give each quantity its symbol, the array that holds it, the formula by which it comes about, and
what the text calls it. A reader who touches its number sees the formula with the present numbers; `drifts` holds each
formula against the arrays, so that no explanation can part from the program.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from . import formulas, values
from .draw import COLORS
from .words import explaining

__all__ = ["Explained", "Signal", "check_signals", "drifts", "explained", "explain_spec", "shown_at"]

_PATTERN = re.compile(r"^(\w+)((?:\[\w+\])*)$")
_PLACE = re.compile(r"\[([a-z])([+-]\d+)?\]")
SIGNS = {"·": "times", "+": "plus", "−": "minus", "/": "over", "^": "power", "σ(": "sigma_of", "tanh(": "tanh_of",
         "exp(": "exp_of", "log(": "log_of", "√": "root_of", "Σ": "sum_of", "…": "dots"}  # and the words that say them
NEAR = 1e-9  # a formula and the program round differently


@dataclass(frozen=True)
class Signal:
    """A quantity of a figure, and how it comes about.

    `symbol` writes it, `c_{t-1}`; `value` is where it stands, an array (`"now[9]"`) or a control. Letters in the
    brackets of a value are free: `"e[s][k]"` is any number of that array, and `e_[s]` in a symbol shows the place,
    counted from 1. `formula` says in the names of other signals how it comes about, `"f * c_prev + i * g"`, or is
    several after the values that are their conditions, the last after none. `name` is what it is called where symbols
    cannot be seen, and `says` a sentence below the arithmetic. Where a shape of the drawing stands for the number,
    `mark` is what moves the shape, in the same letters.

    What the text calls it are its `words`, where `$f$` is a formula; its symbol names it as well. Such a word lights
    up the parts of the diagram that show the signal, the lines of the plot that have the name `line` (without it, that
    of the signal), and what else it `lights`.
    """

    symbol: str = ""
    value: str = ""
    name: str = ""
    formula: str | tuple[tuple[str, str], ...] = ""
    says: str = ""
    color: str = "ink"
    format: str = ".2f"
    mark: str = ""
    words: tuple[str, ...] = ()
    line: str | tuple[str, ...] = ""
    lights: tuple[str, ...] = ()

    @cached_property
    def letters(self) -> tuple[str, ...]:
        """The free indices of its value, in their order."""
        return tuple(part for part in re.findall(r"\[([a-z]\w*)\]", self.value))

    @cached_property
    def formulas(self) -> tuple[tuple[str, object], ...]:
        """Its formulas, read, each after the value that is its condition; None where there is nothing to compute."""
        several = (("", self.formula),) if isinstance(self.formula, str) else self.formula
        return tuple((met, formulas.parse(text) if text else None) for met, text in several)

    @property
    def named(self) -> tuple[str, ...]:
        """What names it in the text; nothing unless it declares words."""
        symbol = () if "[" in self.symbol or not self.symbol else (f"${self.symbol}$",)
        return (*self.words, *symbol) if self.words else ()

    def at(self, places: tuple[int, ...], reference: str = "") -> str:
        """The reference of its number at these places, or of another one in the same letters."""
        known = dict(zip(self.letters, places, strict=True))
        return re.sub(r"\[([a-z]\w*)\]", lambda m: f"[{known.get(m[1], m[1])}]", reference or self.value)


@dataclass(frozen=True)
class Explained:
    """The arithmetic of one number: its symbol, its lines, and the sentence below them."""

    symbol: str
    color: str
    lines: tuple[formulas.Line, ...]
    says: str
    spoken: str


# ---------------------------------------------------------------- one number explained
def shown_at(signals: Mapping[str, Signal], reference: str) -> tuple[str, tuple[int, ...]] | None:
    """The signal that the number `reference` of a drawing is, and its places; None if it is none."""
    for name, signal in signals.items():
        pattern = re.escape(signal.value)
        for letter in signal.letters:
            pattern = pattern.replace(re.escape(f"[{letter}]"), r"\[(\d+)\]")
        if match := re.fullmatch(pattern, reference):
            return name, tuple(map(int, match.groups()))
    return None


def _quantities(fig, get: Callable[[str], object], signal: Signal, places: tuple[int, ...]) -> formulas.Quantities:
    return formulas.Quantities(
        value=lambda name, at: float(get(fig.signals[name].at(at))),
        symbol=lambda name, at: _symbol(fig.signals[name], at), form=lambda name: fig.signals[name].format,
        letters=dict(zip(signal.letters, places, strict=True)), steps=_steps(signal.format))


def _steps(form: str) -> str:
    """The format of what is computed on the way to a number of this format."""
    return ".3g" if form.endswith("%") else ".2f" if form in "dc" else form


def _symbol(signal: Signal, places: tuple) -> str:
    """The symbol with its places, counted from 1; those that run in a sum stay letters."""
    known = dict(zip(signal.letters, places, strict=True))

    def place(match) -> str:
        at = known[match[1]]
        if isinstance(at, int):
            return f"{{{at + int(match[2] or 0) + 1}}}"
        by = at[1] + int(match[2] or 0)
        return f"{{{at[0]}{f'{by:+d}' if by else ''}}}"

    return _PLACE.sub(place, signal.symbol)


def _tree(signal: Signal, get: Callable[[str], object], places: tuple[int, ...]):
    """The formula that holds at present."""
    return next(tree for met, tree in signal.formulas if not met or float(get(signal.at(places, met))) > 0)


def explained(fig, get: Callable[[str], object], name: str, places: tuple[int, ...] = ()) -> Explained:
    """How the number of the signal `name` comes about; `get` gives the present value of a reference."""
    signal, of = fig.signals[name], _quantities(fig, get, fig.signals[name], places)
    tree = _tree(signal, get, places)
    value = values.format_value(float(get(signal.at(places))), signal.format)
    shown = [formulas.Line(False, ((value, ""),))] if tree is None else formulas.lines(tree, of, signal.format)
    words = {sign: fig.word(key) for sign, key in SIGNS.items()} | {"(": "", ")": ""}
    heard = [formulas.spelled(line.tokens, words, (lambda of: fig.signals[of].name) if k == 0 and tree else None)
             for k, line in enumerate(shown)]
    symbol = _symbol(signal, places)
    said = [(line, text) for line, text in zip(shown, heard, strict=True) if line.text != symbol]
    spoken = "".join(f" {fig.word('about' if line.about else 'equals')} {text}" for line, text in said)
    return Explained(symbol, signal.color, tuple(line for line, _ in said), signal.says, signal.name + spoken)


def explain_spec(fig) -> list[dict]:
    """What the runtime needs to know to explain numbers, if the figure does."""
    signals = {name: _signal_spec(signal) for name, signal in fig.signals.items()}
    words = explaining(fig.engine_words) if any(signal.value for signal in fig.signals.values()) else {}
    return [{"kind": "explain", "words": words, "signals": signals}] if signals else []


def _signal_spec(signal: Signal) -> dict:
    spec = {"symbol": signal.symbol, "value": signal.value, "name": signal.name, "formulas": signal.formulas,
            "says": signal.says, "color": signal.color, "format": signal.format, "steps": _steps(signal.format),
            "mark": signal.mark,
            "line": signal.line, "lights": signal.lights}
    usual = {"symbol": "", "value": "", "formulas": (("", None),), "says": "", "color": "ink", "format": ".2f",
             "steps": ".2f", "mark": "", "line": "", "lights": ()}
    return {key: value for key, value in spec.items() if value != usual.get(key)}


# ---------------------------------------------------------------- declared right
def check_signals(fig, get: Callable[[str], object]) -> None:
    """Raise ValueError, naming the signal, for what cannot be read or names what is not there."""
    for name, signal in fig.signals.items():
        where = f"figure {fig.name!r}: signal {name!r}"
        if not name.isidentifier() or not (signal.name.strip() or signal.words):
            raise ValueError(f"{where} needs a name that a formula can use and one that can be said")
        if unknown := set(signal.lights) - set(fig.signals):
            raise ValueError(f"{where} lights {min(unknown)!r}, which is no signal")
        if signal.color not in COLORS:
            raise ValueError(f"{where}: a colour is one of {', '.join(COLORS)}; got {signal.color!r}")
        if not (signal.value or signal.formula) and signal.words:
            continue  # it is named, and not explained
        if not _PATTERN.match(signal.value):
            raise ValueError(f"{where}: cannot read the value {signal.value!r}; write now[9] or e[s][k]")
        try:
            several = signal.formulas
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from error
        if [met for met, _ in several].index("") != len(several) - 1:
            raise ValueError(f"{where}: each formula but the last has a condition")
        _check_number(where, signal, get, signal.value)
        if signal.mark:
            _check_number(where, signal, get, signal.mark)
        for met, tree in several:
            if met:
                _check_number(where, signal, get, met)
            _check_references(fig, where, signal, tree)


def _check_number(where: str, signal: Signal, get, reference: str) -> None:
    """A reference is one number, wherever its letters point."""
    value = get(signal.at((0,) * len(signal.letters), reference))
    if isinstance(value, str) or np.ndim(value):
        raise ValueError(f"{where}: {reference!r} is {value!r}, not one number" if isinstance(value, str) else
                         f"{where}: {reference!r} has {np.ndim(value)} indices too few: its shape there is "
                         f"{np.shape(value)}")


def _check_references(fig, where: str, signal: Signal, tree) -> None:
    for name, indices, bound in formulas.references(tree):
        if name not in fig.signals:
            raise ValueError(f"{where}: there is no signal {name!r}; there are {', '.join(fig.signals)}")
        needed = len(fig.signals[name].letters)
        if needed != len(indices):
            raise ValueError(f"{where}: {name!r} has {needed} indices, got {len(indices)}")
        for index in indices:
            if isinstance(index, tuple) and index[0] not in {*signal.letters, *bound}:
                raise ValueError(f"{where}: the index {index[0]!r} has no value; its value has "
                                 f"{', '.join(signal.letters) or 'none'}")


# ---------------------------------------------------------------- held to the program
def drifts(fig, get: Callable[[str], object]) -> Iterator[str]:
    """Where a formula does not give the number that it explains, in the state of `get`: one sentence each."""
    for name, signal in fig.signals.items():
        for places in _all_places(signal, get):
            tree = _tree(signal, get, places)
            if tree is None:
                continue
            value = float(get(signal.at(places)))
            computed = formulas.compute(tree, _quantities(fig, get, signal, places))
            if not abs(computed - value) <= NEAR * max(1.0, abs(value)):
                yield (f"figure {fig.name!r}: {name} at {places} is {value!r}, but {signal.formula!r} gives "
                       f"{computed!r}")


def _all_places(signal: Signal, get: Callable[[str], object]) -> Iterator[tuple[int, ...]]:
    """Every place of a signal's value; none if it has no value."""
    if not signal.value:
        return
    array, brackets = _PATTERN.match(signal.value).groups()
    sizes = np.shape(get(array))
    letters = [k for k, part in enumerate(re.findall(r"\[(\w+)\]", brackets)) if not part.isdigit()]
    yield from itertools.product(*(range(sizes[k]) for k in letters))
