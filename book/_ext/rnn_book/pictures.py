"""A live figure as a small picture: the lines and areas of its drawing, in the page's own colours, without words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from helpers import live
from live_figures import drawing, values
from live_figures.consistency import getter
from live_figures.linked import LinkedTexts, linked_html
from live_figures.views import ColoredText

__all__ = ["picture"]

_SVG = "http://www.w3.org/2000/svg"
_PLOT = re.compile(r'<svg class="live-data">.*</svg>', re.DOTALL)
_LINKS = re.compile(r"<svg .*?</svg>", re.DOTALL)
_SECOND = 120  # of 200: where the second of two texts begins


def picture(name: str, part: str = "plot", **controls) -> str:
    """The `part` of a live figure at these controls as an SVG: "plot", "diagram", "texts" (their tints) or "links".

    Raises ValueError for a figure, part or control that does not exist.
    """
    fig = live.load(name)
    given, arrays = fig.values(**controls), fig.arrays(**controls)
    if part not in _PARTS:
        raise ValueError(f"there is no part {part!r}; there are {', '.join(_PARTS)}")
    if not (drawn := _PARTS[part](fig, given, arrays)):
        raise ValueError(f"figure {name!r} has no {part}")
    root = ET.fromstring(drawn)
    _keep_shapes(root)
    return ET.tostring(root, encoding="unicode").replace(f' xmlns="{_SVG}"', "")


def _plot(fig, given, arrays) -> str:
    return fig.figure and _PLOT.search(drawing.html(drawing.Chart(fig.plot(arrays))))[0]


def _diagram(fig, given, arrays) -> str:
    return fig.diagram and values.fill_diagram(fig.diagram, getter(fig, arrays, given))


def _texts(fig, given, arrays) -> str:
    """A row of fields for each coloured text, as strong as its tints, with a frame around the chosen one."""
    texts, rows = [v for v in fig.views if isinstance(v, ColoredText)], []
    for k, view in enumerate(texts):
        count, top = len(given[view.text]), k * _SECOND + 20
        rows.append(f'<rect x="0" y="{top}" width="400" height="60" class="fill-c6 stroke-none" opacity="0.15"/>')
        for at, tint in enumerate(fig.resolve(arrays, view.tint)[:count]):
            place = f'x="{400 * at / count:.1f}" y="{top}" width="{400 / count:.1f}" height="60"'
            if (shade := min(float(tint) / view.high, 1)) >= 0.01:
                rows.append(f'<rect {place} class="fill-c{k} stroke-none" opacity="{shade:.2f}"/>')
            if at == given.get(view.chooses):
                rows.append(f'<rect {place} class="fill-none stroke-ink" stroke-width="3"/>')
    return f'<svg xmlns="{_SVG}" viewBox="0 0 400 220">{"".join(rows)}</svg>' if texts else ""


def _links(fig, given, arrays) -> str:
    """The lines between linked texts: those of the chosen character stand out."""
    view = next((v for v in fig.views if isinstance(v, LinkedTexts)), None)
    return view and _LINKS.search(linked_html(fig, view, given, arrays, ""))[0].replace(' aria-hidden="true"', "")


_PARTS = {"plot": _plot, "diagram": _diagram, "texts": _texts, "links": _links}


def _keep_shapes(element: ET.Element) -> None:
    """Drop words, what is hidden, empty groups, and what only a script would read."""
    for name in [name for name in element.attrib if name == "style" or name.startswith("data-")]:
        del element.attrib[name]
    for child in list(element):
        _keep_shapes(child)
        tag = child.tag.rpartition("}")[2]
        hidden = child.get("visibility") == "hidden" or child.get("opacity") == "0" or child.get("d") == ""
        if tag in ("text", "title") or hidden or (tag in ("g", "svg") and not len(child)):
            element.remove(child)
