"""A live figure as a picture: for a notebook that is read where nothing runs."""

from __future__ import annotations

import base64
import html
import re

from . import assets, drawing, values
from .consistency import getter
from .figure import LiveFigure

__all__ = ["still_html"]

_TONE = re.compile(r"--live-(\w+): (?:var\([^,]+, )?(#\w+)")
_PAINTED = re.compile(r"\b(fill|stroke)-(\w+)")


def still_html(fig: LiveFigure, controls: dict, token: str = "") -> str:
    """Title, picture and readout of `fig` at these controls; the widget that has the same `token` hides it."""
    arrays = fig.arrays(**controls)
    get = getter(fig, arrays, fig.values(**controls))
    said = fig.said(get) if fig.readout else fig.caption
    image = ""
    if svg := _picture(fig, arrays, get):
        # an image, because GitHub and notebooks that are not trusted take an SVG out of HTML
        data = base64.b64encode(svg.encode()).decode()
        image = (f'<img alt="{html.escape(fig.alt)}" src="data:image/svg+xml;base64,{data}" '
                 f'style="width:100%;max-width:640px">')
    return (f'<div data-live-still="{token}"><p><b>{html.escape(fig.title)}</b></p>{image}'
            f"<p>{html.escape(said)}</p><p><small>{html.escape(fig.word('asleep'))}</small></p></div>")


def _picture(fig: LiveFigure, arrays: dict, get) -> str:
    """The plot of these arrays, else the diagram, as an SVG of its own on white; "" where a figure has neither."""
    if fig.figure is not None:
        svg = drawing.svg(drawing.Chart(fig.plot(arrays)), "light")
    elif fig.diagram:
        svg = _toned(values.fill_diagram(fig.diagram, get))
    else:
        return ""
    head, rest = svg.split(">", 1)
    return f'{head}><rect width="100%" height="100%" fill="#fff"/>{rest}'


def _toned(svg: str) -> str:
    """A diagram with the colours of the light theme that its classes name."""
    tones = dict(_TONE.findall(assets.text("live-figure.css").split("}")[0])) | {"none": "none"}
    rules = "".join(f".{kind}-{name}{{{kind}:{tones[name]}}}" for kind, name in sorted(set(_PAINTED.findall(svg)))
                    if name in tones)
    head, rest = svg.split(">", 1)
    return f'{head} font-family="sans-serif"><style>text{{fill:{tones["ink"]}}}{rules}</style>{rest}'
