"""Live figures and plots as HTML: the default state, the controls, and what the runtime needs to go on."""

from __future__ import annotations

import base64
import html
import json
import re

import numpy as np

from . import assets, drawing, palette, values
from .bindings import infer
from .consistency import check, getter
from .control_html import control_spec, controls_html, knob_rows
from .controls import Control
from .explain import explain_spec
from .figure import LiveFigure
from .guide import guide_html, guide_spec
from .linked import LinkedTexts
from .packed import packed
from .tape import held
from .touch import Map
from .views import links_html, views_html, views_spec
from .words import ENGINE, spoken

__all__ = ["figure_html", "plot_html", "standalone_html"]

_VIEW_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def figure_html(fig: LiveFigure, **controls) -> str:
    """The live figure `fig` at these control values, as one `<live-figure>` element for a page with the runtime.

    Raises ValueError for an unknown or out-of-range control, and for a declaration that contradicts itself: a drawing
    that computes, a readout or diagram that names no array, a claim about a control that does not exist.
    """
    given, arrays = fig.values(**controls), fig.arrays(**controls)
    get, plot = getter(fig, arrays, given), fig.plot(arrays)
    check(fig, given, arrays)
    spec, stage, zoomed = _spec(fig, given), "", ""
    if plot is not None:
        stage, zoomed = _moving_plot(fig, arrays, plot, spec)
    return f"""<live-figure name="{fig.name}" id="{fig.name}" class="live">
<figure{_shape(fig, drawn=plot is not None)}>
{_head_html(fig, zooms=plot is not None)}
{guide_html(fig)}<div class="live-body">
{_controls_html(fig, given)}
<div class="live-stage">{links_html(fig, given, arrays)}{_diagram_html(fig, get)}\
{views_html(fig, given, arrays)}{stage}</div>
</div>
{_readout_html(fig, get)}{_explained_html(fig)}
<div class="live-foot"><figcaption>{_text(values.unbroken(fig.caption))}{_hint(fig)}</figcaption></div>
<p class="live-say" role="status"></p>
<noscript><p class="live-note">{_word(fig, "no_scripts")}</p></noscript>
</figure>
<script type="application/json" class="live-spec">{packed(spec)}</script>{zoomed}
</live-figure>"""


def plot_html(fig, alt: str, caption: str = "", title: str = "") -> str:
    """An ordinary plotly figure as a `<live-plot>`, drawn by the same runtime in the page's own theme.

    Raises ValueError for what `drawing` has no form for.
    """
    said = {key: text for key, text in spoken().items() if key in ("stopped", "not_loaded")}
    spec = {"dark": palette.DARK, "words": said}
    figcaption = f"<figcaption>{_text(caption)}</figcaption>" if caption else ""
    head = f'<p class="live-title">{_text(title)}</p>\n' if title else ""
    return f"""<live-plot class="live"><figure>
{head}<div class="live-stage">{_plot_stage(drawing.html(drawing.Chart(fig)), alt)}</div>
<div class="live-foot">{figcaption}<div class="live-actions">{_zoom_button(ENGINE["engine.zoom"])}</div></div>
<p class="live-say" role="status"></p>
</figure><script type="application/json" class="live-spec">{packed(spec)}</script>{_zoomed_html(_plot_spec(fig))}
</live-plot>"""


def standalone_html(fig: LiveFigure, *, module_js: str | None = None, linked: bool = True, **controls) -> str:
    """A whole HTML document with `fig` and everything it needs inside: runtime and program, but no plotly.js to zoom.

    `module_js` replaces the compiled program; a document without an address of its own is not `linked`.
    """
    if module_js is None:
        from .compile import compile_figure

        module_js = compile_figure(fig).js
    return _document(fig.title, figure_html(fig, **controls), module_js, ["zoom"] if linked else ["zoom", "link"])


def _document(title: str, body: str, module_js: str, without: list[str]) -> str:
    hidden = ", ".join(f'.live [data-act="{act}"]' for act in without)
    styles = "".join(assets.runtime(name) for name in assets.needed(body, ".css"))
    scripts = [module_js, *(assets.runtime(name) for name in assets.needed(body, ".js"))]
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{_text(title)}</title><style>{styles}
body {{ margin: 0 auto; max-width: 68rem; padding: 1rem; background: var(--live-paper); }}
{hidden} {{ display: none; }}</style></head>
<body>{body}
{"".join(f"<script>{code}</script>{chr(10)}" for code in scripts)}</body></html>"""


def _spec(fig: LiveFigure, given: dict) -> dict:
    spec = {"name": fig.name, "memory": fig.step is not None, "rate": fig.rate, "readout": fig.readout,
            "words": spoken(fig.engine_words),
            "dark": palette.DARK, "controls": [control_spec(c) | {"start": given[c.name]} for c in fig.controls]}
    if parts := views_spec(fig) + guide_spec(fig) + explain_spec(fig):
        spec["views"] = parts
    return spec


def _moving_plot(fig: LiveFigure, arrays: dict, plot, spec: dict) -> tuple[str, str]:
    """The drawing of a figure, and what zooms it; adds to `spec` what a page needs to move it."""
    bindings, full = infer(fig.name, fig.figure, arrays), _plot_spec(plot)
    try:
        chart = drawing.Chart(plot)
    except ValueError as error:
        raise ValueError(f"figure {fig.name!r}: {error}") from error
    spec |= {"bindings": bindings, "chart": drawing.moves(chart, bindings, fig.name)}
    stage = _plot_stage(drawing.html(chart, drawing.moving(bindings, chart), drawing.told(bindings)), fig.alt)
    for trace, attribute, _ in bindings:
        if trace >= 0:  # the program computes it again; the page need not carry it twice
            _forget(full["data"][trace], attribute)
    return stage, _zoomed_html(full)


def _zoomed_html(plot: dict) -> str:
    """The plotly figure, for a reader who zooms; a site keeps it in a file of its own, see `sphinx`."""
    return f'<script type="application/json" class="live-zoomed">{packed(plot)}</script>'


def _forget(part: dict, attribute: str) -> None:
    *path, last = attribute.split(".")
    for name in path:
        part = part.get(name, {})
    part.pop(last, None)


def _plot_spec(plot) -> dict:
    spec = json.loads(plot.to_json())
    if plot.layout.template == palette.TEMPLATE:  # live-zoom.js has it
        del spec["layout"]["template"]
    return {"data": _in_single_precision(spec["data"]), "layout": spec["layout"]}


def _in_single_precision(part):
    """`part` with packed arrays as f4 where that holds them: a plot shows no more digits, in half the bytes."""
    if isinstance(part, list):
        return [_in_single_precision(p) for p in part]
    if not isinstance(part, dict):
        return part
    if part.get("dtype") == "f8" and "bdata" in part:
        values = np.frombuffer(base64.b64decode(part["bdata"]), "<f8")
        with np.errstate(over="ignore"):
            narrow = values.astype("<f4")
        if not np.allclose(narrow, values, rtol=1e-6, atol=0.0, equal_nan=True):
            return part  # a gradient of 1e-60 on a logarithmic axis is a point, in f4 it would be 0 and a gap
        return part | {"dtype": "f4", "bdata": base64.b64encode(narrow.tobytes()).decode()}
    return {name: _in_single_precision(p) for name, p in part.items()}


def _head_html(fig: LiveFigure, zooms: bool) -> str:
    """The figure's title, and what a reader can do to all of it."""
    zoom = _zoom_button(fig.word("zoom")) if zooms else ""
    return f"""<div class="live-head"><p class="live-title">{_text(fig.title)}</p>
<div class="live-actions">{zoom}<button type="button" data-act="reset">{_word(fig, "reset")}</button>
<button type="button" data-act="link">{_word(fig, "link")}</button></div></div>"""


def _controls_html(fig: LiveFigure, given: dict) -> str:
    inside = controls_html(_outside(fig), given, fig.word) + _step_buttons(fig)
    return inside and (f'<div class="live-controls" role="group" aria-label="{_word(fig, "controls")}">\n{inside}\n'
                       "</div>")


def _outside(fig: LiveFigure) -> list[Control]:
    """The controls that no view shows itself."""
    return [c for c in fig.controls if c.name not in held(fig)]


def _shape(fig: LiveFigure, drawn: bool) -> str:
    """What the style sheet must know to lay a figure out: are there two things to see, and how high are the others?

    `--rows` counts the rows of knobs where they stand two by two, `--tall` is the height of a diagram over its width.
    """
    pictures = [part for part in (*fig.controls, *fig.views) if isinstance(part, (Map, LinkedTexts))]
    both = ' class="live-pair"' if bool(fig.diagram) + drawn + len(pictures) > 1 else ""
    size = _VIEW_BOX.search(fig.diagram)
    tall = f";--tall:{float(size[2]) / float(size[1]):.3g}" if size else ""
    return f'{both} style="--rows:{knob_rows(_outside(fig)) + (fig.step is not None)}{tall}"'


def _step_buttons(fig: LiveFigure) -> str:
    if fig.step is None:
        return ""
    play, step, restart = (_word(fig, key) for key in ("play", "step", "restart"))
    return (f'<div class="live-steps"><button type="button" data-act="play" aria-pressed="false">{play}</button>'
            f'<button type="button" data-act="step">{step}</button>'
            f'<button type="button" data-act="restart">{restart}</button></div>\n')


def _readout_html(fig: LiveFigure, get) -> str:
    return f'<p class="live-readout">{_text(fig.said(get))}</p>' if fig.readout else ""


def _explained_html(fig: LiveFigure) -> str:
    """Where the arithmetic of a touched number stands; empty until then."""
    if not fig.signals:
        return ""
    return f'\n<section class="live-explained" role="group" aria-label="{_word(fig, "explained")}"></section>'


def _hint(fig: LiveFigure) -> str:
    return f" {_word(fig, 'touch_numbers')}" if any(s.formula for s in fig.signals.values()) else ""


def _diagram_html(fig: LiveFigure, get) -> str:
    if not fig.diagram:
        return ""
    svg = values.fill_diagram(fig.diagram, get)
    return f'<div class="live-drawing" role="img" aria-label="{_text(fig.alt)}">{svg}</div>'


def _plot_stage(chart: str, alt: str) -> str:
    return f'<div class="live-plot" role="img" aria-label="{_text(alt)}" tabindex="0">{chart}</div>'


def _zoom_button(word: str) -> str:
    return f'<button type="button" data-act="zoom" aria-pressed="false">{_text(word)}</button>'


def _word(fig: LiveFigure, key: str) -> str:
    return _text(fig.word(key))


def _text(value) -> str:
    return html.escape(str(value))
