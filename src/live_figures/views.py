"""What a figure shows beside its drawing: a text whose characters are coloured by an array, the picture of a map."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from html import escape

import numpy as np

from . import palette, raster, values
from .controls import LongText, Slider, Text
from .linked import LinkedTexts, linked_html
from .tape import Tape, tape_html
from .touch import Map

__all__ = ["ColoredText", "links_html", "views_html", "views_spec"]

STILL = 1000  # characters coloured before any script has run; a page need not carry more
LEVELS = 20
GROUNDS = tuple(f"a{k}" for k in range(len(palette.AREAS)))
STROKES = ("bold", "italic", "underline", "double", "dotted", "dashed", "wavy")


@dataclass(frozen=True, kw_only=True)
class ColoredText:
    """A text, each character on a ground tinted by one value of the array `tint`.

    The text is what stands in the control `text`, or `fixed`, or what the figure itself writes: the array `codes` of
    code points, 0 where there is no character. `tint` has one value a character, or rows of them,
    of which the integer `Slider` called `row` shows one. Values go from `low` to `high`; below zero they are tinted in
    another colour. The integer `Slider` called `chooses` follows the character that the reader touches.

    With `classes`, pairs of a name and a look, each value is the place of a class among them. A look is a few words: a
    ground of the palette, a0 to a6, or none, and strokes, of which no two classes on a ground have the same. A `legend`
    names them.
    """

    label: str
    tint: str
    low: float = 0.0
    high: float = 1.0
    classes: tuple[tuple[str, str], ...] = ()
    legend: bool = True
    text: str = ""
    fixed: str = ""
    codes: str = ""
    row: str = ""
    chooses: str = ""
    format: str = ".2f"

    def __post_init__(self):
        if not self.label.strip():
            raise ValueError("a coloured text needs a label: it is what a screen reader says")
        if sum(map(bool, (self.text, self.fixed, self.codes))) != 1:
            raise ValueError(f"coloured text {self.label!r} shows the text of a control, a fixed one, or an array of "
                             "code points: one of the three")
        if not self.low <= 0 < self.high:
            raise ValueError(f"coloured text {self.label!r}: zero has no colour, so low is at most 0, high above it; "
                             f"got {self.low:g} and {self.high:g}")
        self._expect_looks_that_differ()

    def _expect_looks_that_differ(self):
        """Refuse an unknown word in a look, and two classes that colour alone would tell apart."""
        seen = {}
        for name, look in self.classes:
            said = look.split()
            if unknown := set(said) - {*GROUNDS, *STROKES}:
                raise ValueError(f"coloured text {self.label!r}: the look of {name!r} has the word {min(unknown)!r}; "
                                 f"it is made of {', '.join((*GROUNDS, *STROKES))}")
            bare = (frozenset(said) - set(GROUNDS), not set(GROUNDS) & set(said))
            if bare in seen:
                raise ValueError(f"coloured text {self.label!r}: nothing but colour tells {seen[bare]!r} from {name!r}")
            seen[bare] = name


class _Shown:
    """A coloured text in one state of its figure; raises ValueError where the declaration names what is not there."""

    def __init__(self, fig, view: ColoredText, given: dict, arrays: dict):
        controls = {c.name: c for c in fig.controls}
        where = f"figure {fig.name!r}: coloured text {view.label!r}"
        for name, kinds, what in ((view.text, (LongText, Text), "a text"), (view.row, Slider, "an integer Slider"),
                                  (view.chooses, Slider, "an integer Slider")):
            control = controls.get(name)
            if name and not (isinstance(control, kinds) and getattr(control, "integer", True)):
                raise ValueError(f"{where} names {name!r}, which is not {what} among its controls")
        self.view = view
        written = fig.resolve(arrays, view.codes) if view.codes else ()
        self.text = given[view.text] if view.text else view.fixed or "".join(map(chr, filter(None, written)))
        self.at = min(given[view.chooses], max(len(self.text) - 1, 0)) if view.chooses else None
        tints = fig.resolve(arrays, view.tint)
        room = controls[view.text].max_length if view.text else len(view.fixed or written)
        if tints.ndim != (2 if view.row else 1) or tints.shape[-1] < room:
            raise ValueError(f"{where}: {view.tint!r} has the shape {tints.shape}; it needs {room} values"
                             f"{' a row' if view.row else ''}")
        self.tints = tints[given[view.row]] if view.row else tints
        if view.classes and not np.isin(self.tints, np.arange(len(view.classes))).all():
            raise ValueError(f"{where}: {view.tint!r} has values that are none of its {len(view.classes)} classes")

    def html(self, name: str) -> str:
        """The text, its scale, and the value of the chosen character."""
        view, label = self.view, escape(self.view.label)
        marks = "".join(self._character(k) for k in range(min(len(self.text), STILL)))
        role = (f'role="slider" tabindex="0" aria-label="{label}" aria-valuemin="0" '
                f'aria-valuemax="{max(len(self.text) - 1, 0)}" aria-valuenow="{self.at}" '
                f'aria-valuetext="{escape(self._reading())}"' if view.chooses else f'role="group" aria-label="{label}"')
        scale = "" if view.classes else _scale(view.low, _ramp(view.low), view.high)
        return (f'<div class="live-colored" data-view="{name}"><div class="live-label">{label}</div>'
                f'<div class="live-text" dir="auto" {role}>{marks}{escape(self.text[STILL:])}</div>'
                f"{_legend(view)}{_key(scale, self._reading())}</div>\n")

    def _character(self, k: int) -> str:
        """One character on its ground; a line's end is marked, so that it can be seen and touched."""
        view, value = self.view, float(self.tints[k])
        if view.classes:
            look, style = _look(view.classes[int(value)][1]), ""
        else:
            look, end = ("n", view.low) if value < 0 and view.low < 0 else ("p", view.high)
            level = int(np.floor(np.clip(value / end, 0, 1) * LEVELS + 0.5))
            style = f' style="--t:{100 * level // LEVELS}%"'
        look = " ".join([look] + ["end"] * (self.text[k] == "\n") + ["at"] * (k == self.at))
        return f'<span class="{look}"{style}>{escape(self.text[k])}</span>'

    def _reading(self) -> str:
        if self.at is None or not self.text:
            return ""
        character = values.SIGNS.get(self.text[self.at], self.text[self.at])
        value, view = self.tints[self.at], self.view
        said = view.classes[int(value)][0] if view.classes else values.format_value(value, view.format)
        return f"{self.at}: “{character}” {said}"


def _look(look: str) -> str:
    """The classes of a mark that has this look."""
    return f"k {look}".strip()


def _legend(view: ColoredText) -> str:
    """The names of the classes, each as its characters look."""
    if not (view.classes and view.legend):
        return ""
    names = "".join(f'<span class="{_look(look)}">{escape(name)}</span>' for name, look in view.classes)
    return f'<div class="live-classes">{names}</div>'


def links_html(fig, given: dict, arrays: dict) -> str:
    """The figure's linked texts, which stand above its diagram, in the state of `given` and `arrays`."""
    return "".join(linked_html(fig, v, given, arrays, f"view{k}") for k, v in enumerate(fig.views)
                   if isinstance(v, LinkedTexts))


def views_html(fig, given: dict, arrays: dict) -> str:
    """The figure's tapes, the pictures of its maps and its coloured texts, in the state of `given` and `arrays`."""
    tapes = "".join(tape_html(fig, v, given, arrays, f"view{k}") for k, v in enumerate(fig.views)
                    if isinstance(v, Tape))
    maps = "".join(_map_html(fig, c, given[c.name], arrays) for c in fig.controls if isinstance(c, Map))
    texts = (_Shown(fig, v, given, arrays).html(f"view{k}") for k, v in enumerate(fig.views)
             if isinstance(v, ColoredText))
    return tapes + maps + "".join(texts)


def views_spec(fig) -> list[dict]:
    """What the runtime needs to know of the views."""
    kinds = {ColoredText: "colored", LinkedTexts: "linked", Tape: "tape"}
    return [asdict(v) | {"name": f"view{k}", "kind": kinds[type(v)]} for k, v in enumerate(fig.views)]


def _map_html(fig, control: Map, cell, arrays: dict) -> str:
    array = fig.resolve(arrays, control.picture)
    if array.shape != (control.rows, control.columns):
        raise ValueError(f"figure {fig.name!r}: the map {control.name!r} shows {control.picture!r}, of shape "
                         f"{array.shape}, and has {control.rows} rows and {control.columns} columns")
    (row, column), label = cell, escape(control.label)
    place = f"--row:{row};--column:{column};--rows:{control.rows};--columns:{control.columns}"
    scales = _scales(control)
    pictures = {theme: raster.png(raster.colors(array, control.low, control.high, s)) for theme, s in scales.items()}
    stills = "".join(f'<img class="live-{theme}" alt="" src="{source}">' for theme, source in pictures.items())
    ramp = ";".join(f"--{theme}:{','.join(color for _, color in scale)}" for theme, scale in scales.items())
    key = _key(_scale(control.low, f'<i class="live-ramp" style="{ramp}"></i>', control.high),
               f"{row}, {column}: {values.format_value(array[row, column], control.format)}")
    said = f'aria-label="{label}" aria-description="{escape(fig.word("map_keys"))}"'
    return (f'<div class="live-map"><div class="live-label">{label}</div>'
            f'<div class="live-surface" style="{place}" role="application" tabindex="0" {said}>{stills}'
            f'<canvas width="{control.columns}" height="{control.rows}" aria-hidden="true"></canvas>'
            f'<i class="live-cell"></i></div>{key}'
            f'<input type="hidden" name="{control.name}" value="{control.text(cell)}"></div>\n')


def _scales(control: Map) -> dict:
    """The colour scale of a map in each theme."""
    scale = palette.DIVERGING if control.diverging else palette.SEQUENTIAL
    return {"light": scale, "dark": [(at, palette.DARK[color]) for at, color in scale]}


def _ramp(low: float) -> str:
    return f'<i class="live-ramp{" n" if low < 0 else ""}"></i>'


def _scale(low: float, ramp: str, high: float) -> str:
    """The scale of the colours between its ends."""
    ends = [values.format_value(end, "d" if end == int(end) else ".3g") for end in (low, high)]
    return f"<span>{ends[0]}</span>{ramp}<span>{ends[1]}</span>"


def _key(scale: str, reading: str) -> str:
    """What the colours mean, with the value of what is chosen."""
    return f'<div class="live-key">{scale}<output>{escape(reading)}</output></div>'
