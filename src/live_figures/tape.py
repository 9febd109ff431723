"""A line that the reader types, and under each of its characters what a program made of it: lanes on one grid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import numpy as np

from . import values
from .controls import Choice, LongText

__all__ = ["Lane", "Tape", "held", "tape_html"]

FULL = 0.25  # the bar of the likeliest character is as long as there is room, if it has at least this chance


@dataclass(frozen=True)
class Lane:
    """One value for each row of a tape: a filled area between `low` and `high`, from zero, with its edge.

    `values` is an array, `shows` the one whose number stands beside the label where it is another. `color` is a slot
    of the palette; `signal` names what it is, for whoever points at it.
    """

    values: str
    label: str
    shows: str = ""
    low: float = 0.0
    high: float = 1.0
    color: int = 0
    format: str = ".2f"
    signal: str = ""


@dataclass(frozen=True, kw_only=True)
class Tape:
    """The line of the `LongText` called `text`, typed where it stands, on one grid with `lanes` of what was computed.

    Arrays have a row for each character, row t when t of them were read: row 0 is before the first. A lane fills the
    column of the character that was read last. Characters whose `marked` is above zero have a ground. `next` (rows, B)
    are code points, the likeliest first, and `chance` their chances: as bars, of which a click takes one, as the right
    arrow takes the first at the end of the line. The indexed `Choice` called `picks` is a row of buttons; `shares`
    (rows, options) draws a small bar in each. `says` are sentences as those of a readout, for the row at the caret or
    under the pointer; {character} is the one read last. The lines `types` type
    themselves, one after the other, until the reader does.
    """

    text: str
    lanes: tuple[Lane, ...]
    next: str
    chance: str
    next_label: str
    says: tuple[tuple[str, str], ...]
    marked: str = ""
    picks: str = ""
    shares: str = ""
    types: tuple[str, ...] = ()


def held(fig) -> set[str]:
    """The controls that tapes show themselves."""
    return {name for view in fig.views if isinstance(view, Tape) for name in (view.text, view.picks) if name}


def tape_html(fig, view: Tape, given: dict, arrays: dict, name: str) -> str:
    """A tape in one state of its figure, read to its end; raises ValueError where it names what is not there."""
    text, picks = _expect_controls(fig, view)
    _expect_arrays(fig, view, arrays, text.max_length + 1)
    line, count = escape(given[view.text]), len(given[view.text])
    counted = values.fill_template(fig.word("text_count"), {"count": str(count), "max": str(text.max_length)}.get)
    mark = _marks(arrays[view.marked][1:count + 1]) if view.marked else ""
    return f"""<div class="live-tape" data-view="{name}" style="--n:{text.max_length};--length:{count};--at:{count}">
<div class="tape-head">{_picks_html(fig, view, picks, given, arrays, name, count)}{_types_html(fig, view)}</div>
<div class="live-longtext tape-body" data-count="{escape(fig.word("text_count"))}">
<div class="tape-strip"><div class="tape-sheet"><i class="tape-at"></i>
<label class="tape-line"><span class="live-hidden">{escape(text.label)}</span>{_svg(text.max_length, 1, mark)}\
<input type="text" name="{view.text}" value="{line}" autocomplete="off" autocapitalize="off" spellcheck="false"></label>
{"".join(_lane_html(lane, arrays, count, text.max_length) for lane in view.lanes)}</div></div>
<div class="tape-next" role="group" aria-label="{escape(view.next_label)}"><span class="live-label">\
{escape(view.next_label)}</span>{"".join(_next_html(arrays[view.next][count], arrays[view.chance][count]))}</div>
<span class="live-count">{escape(counted)}</span><span class="live-hint" role="alert"></span></div>
<div class="tape-foot"><p class="tape-says">{escape(_said(fig, view, given, arrays, count))}</p>\
<p class="tape-keys">{escape(fig.word("tape_takes"))}</p></div></div>
"""


def _picks_html(fig, view: Tape, control: Choice | None, given: dict, arrays: dict, name: str, row: int) -> str:
    """The options as buttons of which one is pressed, and the field that holds which."""
    if control is None:
        return ""
    shares = arrays[view.shares][row] if view.shares else np.zeros(len(control.options))
    options = "".join(
        f'<label style="--p:{100 * share:.0f}%"><input type="radio" name="{name}" value="{escape(option)}"'
        f'{" checked" if option == given[view.picks] else ""}><span>{escape(label)}</span></label>'
        for option, label, share in zip(control.options, control.labels or control.options, shares, strict=True))
    return (f'<fieldset class="tape-picks"><legend>{escape(control.label)}</legend>{options}'
            f'<input type="hidden" name="{view.picks}" value="{escape(given[view.picks])}"></fieldset>')


def _lane_html(lane: Lane, arrays: dict, count: int, columns: int) -> str:
    zero = _height(0.0, lane)
    edge = _edge(arrays[lane.values][1:count + 1], lane)
    area = f"{edge}V{zero}H0Z" if edge else ""
    shown = values.format_value(arrays[lane.shows or lane.values][count], lane.format)
    signal = f' data-signal="{escape(lane.signal)}"' if lane.signal else ""
    paths = "".join(f'<path class="{part}" d="{d}"/>' for part, d in
                    (("base", f"M0 {zero}H{columns}"), ("area", area), ("edge", edge)))
    return (f'<div class="tape-lane"{signal} style="--c:var(--live-c{lane.color});--a:var(--live-a{lane.color})">'
            f'<span class="tape-name">{escape(lane.label)} <output>{shown}</output></span>'
            f"{_svg(columns, 100, paths)}</div>\n")


def _svg(columns: int, height: int, inside: str) -> str:
    """A picture as wide as the tape: a unit is a character."""
    return f'<svg viewBox="0 0 {columns} {height}" preserveAspectRatio="none" aria-hidden="true">{inside}</svg>'


def _edge(heights, lane: Lane) -> str:
    """The upper edge of a lane: a step for each character."""
    ups = [_height(v, lane) for v in heights]
    return "".join(f"{'V' if k else 'M0 '}{y}H{k + 1}" for k, y in enumerate(ups))


def _height(value: float, lane: Lane) -> str:
    return values.format_value(100 * (1 - (float(value) - lane.low) / (lane.high - lane.low)), ".1f")


def _marks(marked) -> str:
    """The ground of the marked characters, as one path of rectangles."""
    ends = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(marked) > 0, [0]])))
    return f'<path d="{"".join(f"M{a} 0H{b}V1H{a}Z" for a, b in zip(ends[::2], ends[1::2], strict=True))}"/>'


def _next_html(codes, chances) -> Iterator[str]:
    """The next characters as buttons; the end of a line can be expected, but not typed into it."""
    for code, chance in zip(codes, chances, strict=True):
        character = chr(int(code))
        width = values.format_value(100 * chance / max(chances[0], FULL), ".1f")
        yield (f'<button type="button" tabindex="-1"{" disabled" if character == chr(10) else ""} style="--p:{width}%">'
               f"<b>{escape(values.SIGNS.get(character, character))}</b> <i></i> "
               f'<small>{values.format_value(chance, ".0%")}</small></button>')


def _types_html(fig, view: Tape) -> str:
    """The button that lets lines type themselves, and stops them."""
    label = escape(fig.word("tape_types"))
    return (f'<button type="button" class="live-play" aria-pressed="false" aria-label="{label}" title="{label}">'
            "</button>") if view.types else ""


def _said(fig, view: Tape, given: dict, arrays: dict, row: int) -> str:
    """The sentence of one row: the first whose condition is above zero there, or empty."""
    labels = {c.name: dict(zip(c.options, c.labels or c.options, strict=True)) for c in fig.controls
              if isinstance(c, Choice)}

    def get(reference: str):
        if reference == "character":
            character = given[view.text][row - 1] if row else ""
            return values.SIGNS.get(character, character)
        return labels[reference][given[reference]] if reference in labels else fig.resolve(arrays, reference)[row]

    said = next(said for met, said in view.says if not met or arrays[met][row] > 0)
    return values.fill_template(said, get)


def _expect_controls(fig, view: Tape) -> tuple[LongText, Choice | None]:
    """The controls of the line and of the buttons; ValueError unless they are of the right kind."""
    controls = {c.name: c for c in fig.controls}
    text, picks = controls.get(view.text), controls.get(view.picks)
    if not isinstance(text, LongText):
        raise ValueError(f"figure {fig.name!r}: a tape names {view.text!r}, which is not a LongText among its controls")
    if view.picks and not (isinstance(picks, Choice) and picks.indexed):
        raise ValueError(f"figure {fig.name!r}: a tape names {view.picks!r}, which is not an indexed Choice among its "
                         "controls")
    for line in view.types:
        text.check(line)
    return text, picks


def _expect_arrays(fig, view: Tape, arrays: dict, rows: int) -> None:
    """Refuse an array that is not there or has not a row for each character, and one before the first."""
    lanes = [array for lane in view.lanes for array in (lane.values, lane.shows)]
    for names, axes in (([*lanes, view.marked], 1), ([view.shares, view.next, view.chance], 2)):
        for name in filter(None, names):
            if (array := fig.resolve(arrays, name)).ndim != axes or len(array) != rows:
                raise ValueError(f"figure {fig.name!r}: {name!r} has the shape {array.shape}; a tape needs {rows} rows"
                                 f"{' of several values' if axes == 2 else ''}")

