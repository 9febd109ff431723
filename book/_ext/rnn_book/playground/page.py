"""The playground as HTML: controls, stories and a finished run, drawn before any script runs."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np

from helpers import playground
from live_figures import palette, raster
from live_figures.control_html import control_html, control_spec
from live_figures.packed import packed
from live_figures.words import spoken

from . import plots
from .controls import BIASED, CONTROLS, CURES, SHORT, SPEEDS, WHOLE, WORDS

__all__ = ["playground_html"]

LIMIT = 20_000  # steps of a run, at which it rests
_GATE = {"low": 0, "high": 1, "scale": "up"}
_STATE = {"low": -1, "high": 1, "scale": "both"}
# What is seen of each cell, from top to bottom: the array, its name, the colour that it has in the book, its range.
_HIDDEN = {"name": "h", "label": "hidden h", "color": "c5", **_STATE}
STRIPS = {
    "input": {"name": "x", "label": "input", "color": "c6", **_STATE},
    "rnn": [_HIDDEN],
    "lstm": [
        {"name": "f", "label": "forget f", "color": "c1", **_GATE},
        {"name": "i", "label": "input i", "color": "c2", **_GATE},
        {"name": "g", "label": "candidate g", "color": "c3", **_STATE},
        {"name": "c", "label": "cell c", "color": "c0", **_STATE},
        {"name": "o", "label": "output o", "color": "c4", **_GATE},
        _HIDDEN,
    ],
    "gru": [
        {"name": "r", "label": "reset r", "color": "c4", **_GATE},
        {"name": "z", "label": "update z", "color": "c1", **_GATE},
        {"name": "n", "label": "candidate n", "color": "c3", **_STATE},
        _HIDDEN,
    ],
    "mingru": [
        {"name": "z", "label": "update z", "color": "c1", **_GATE},
        {"name": "n", "label": "candidate n", "color": "c3", **_STATE},
        _HIDDEN,
    ],
    "answer": {"name": "output", "label": "answer", "color": "ink"},
    "chance": {"name": "output", "label": "chances", "color": "ink", **_GATE},
}
_SHADES = 20  # of a strip before it moves: more weigh more, and nobody sees them
SCALES = {"up": palette.SEQUENTIAL, "both": palette.DIVERGING}


def playground_html(run: Mapping[str, np.ndarray]) -> str:
    """The whole element, opened on the finished `run`, see `saved`."""
    first = {c.name: c.value for c in CONTROLS}
    task = playground.TASKS[first["task"]]
    limit = first["threshold"] if first["clip"] == "norm" else np.nan
    of = plots.arrays(run, list(task.baselines(first["length"]).values()), limit)
    spec = _spec(run, of)
    return f"""<live-playground name="playground" id="playground" class="live">
{_transport()}
<div class="live-note" data-part-of="note" role="alert" hidden><p></p><div>{_cures()}</div></div>
{_stories()}
<div class="play-desk">
<div class="play-chosen"><div class="play-runs" role="group" aria-label="{_word("runs")}">\
<div class="play-tabs" data-part-of="runs">{_tab()}</div>\
<button type="button" data-act="add">{_word("add")}</button>\
<button type="button" data-act="remove" hidden>{_word("remove")}</button></div>
<p class="play-task" data-part-of="task">{_text(task.says)}</p>
{_controls(first)}</div>
<div class="play-plots">{_plot("loss", of, _ends(of, task, first))}{_plot("norm", of)}</div>
<div class="play-inside"><div data-part-of="look" role="img" aria-label="{_word("inside_alt")}">
<p class="live-label">{_word("inside")} <b class="play-which">{_text(_label("cell"))}</b></p>
<div class="play-strips">{_strips(run, first)}</div></div>
{_plot("lags", of)}</div>
</div>
<p class="live-say" role="status"></p>
<noscript><p class="live-note">{_word("no_scripts")}</p></noscript>
{_dialog()}
<script type="application/json" class="live-spec">{packed(spec)}</script>
</live-playground>"""


def _spec(run, of) -> dict:
    told = {name: [float(f"{v:.4g}") for v in run[name]] for name in ("loss", "norm", "lags")}
    saved = {"loss": told["loss"], "norm": told["norm"], "look": {"lags": told["lags"]}}  # the strips are in the page
    return {
        "name": "playground", "controls": [control_spec(c) | {"start": c.value} for c in CONTROLS], "short": SHORT,
        "whole": WHOLE, "biased": BIASED, "limit": LIMIT, "bound": playground.LOST, "probe": playground.PROBE,
        "most": plots.MOST, "baselines": plots.BASELINES, "ranges": plots.RANGES,
        "plots": {name: plots.plot_spec(name, of) for name in plots.PLOTS}, "strips": STRIPS, "scales": SCALES,
        "dark": palette.DARK, "tasks": {key: _task(key) for key in playground.TASKS},
        "fold": playground.FOLDED, "signs": len(playground.SIGNS), "other": playground.OTHER,
        "stories": [_story(story) for story in playground.PRESETS.values()], "of_text": list(_text_levels()),
        "python": playground.TEMPLATE, "saved": saved, "words": spoken() | WORDS,
    }


def _task(key: str) -> dict:
    """What the page must know of a task; a baseline that moves with the length is a list, by length."""
    task, (_, most) = playground.TASKS[key], playground.LENGTHS
    lengths = [] if key == "text" else range(most + 1)  # those of a text are computed in the page
    at = [task.baselines(max(task.shortest, length)) for length in lengths]
    levels = {name: [round(float(each[name]), 5) for each in at] for name in (at[0] if at else ())}
    return {"where": task.where, "inputs": task.inputs, "classes": task.outputs if task.loss == "cross-entropy" else 0,
            "shortest": task.shortest, "says": task.says,
            "baselines": {name: at[-1] if len(set(at)) == 1 else at for name, at in levels.items()}}


def _text_levels() -> dict[str, float]:
    """The baselines of the text that stands in the page at first, by name."""
    codes, count, _ = playground.encoded(playground.TEXT)
    return playground.TASKS["text"].baselines(playground.LENGTHS[0], codes, count) if "text" in playground.TASKS else {}


def _story(story) -> dict:
    runs = [{name: str(value) if name in WHOLE else value for name, value in given.items()} for given in story.runs]
    return {"runs": runs, "names": story.names, "right": story.right, "steps": story.steps}


# ---------------------------------------------------------------- parts
def _transport() -> str:
    speeds = "".join(f'<option value="{rate}"{"" if rate else " selected"}>{_text(said)}</option>'
                     for rate, said in SPEEDS.items())
    saves = "".join(_button(act) for act in ("json", "svg", "png", "python"))
    return f"""<div class="play-top">
<div class="play-bar" role="group" aria-label="{_word("training")}">
<button type="button" data-act="play" class="play-go" aria-pressed="false"><i aria-hidden="true"></i>\
<span>{_word("play")}</span></button>
{_button("step")}{_button("reset")}
<p class="play-count" data-part-of="count"></p></div>
<div class="play-more">
<label class="play-speed"><span class="live-label">{_word("speed")}</span>\
<select name="speed" autocomplete="off">{speeds}</select></label>
<div class="live-actions">{_button("link")}<details class="play-save"><summary>{_word("save")}</summary>\
<div>{saves}</div></details></div></div>
</div>"""


def _button(act: str) -> str:
    return f'<button type="button" data-act="{act}">{_word(act)}</button>'


def _cures() -> str:
    return "".join(f'<button type="button" data-cure="{how}">{_text(said)}</button>' for how, said in CURES.items())


def _controls(first: dict) -> str:
    knobs = "".join(control_html(c, first[c.name]) for c in CONTROLS if c.name != "text")
    text = next(control_html(c, first["text"]) for c in CONTROLS if c.name == "text")
    text = text.replace('class="live-longtext"', 'class="live-longtext" hidden', 1) if first["task"] != "text" else text
    return (f'<div class="play-controls" role="group" aria-label="{_word("chosen")}">'
            f'<div class="live-knobs">{knobs}</div>{text}</div>')


def _label(name: str) -> str:
    control = next(c for c in CONTROLS if c.name == name)
    return control.labels[control.options.index(control.value)]


def _tab() -> str:
    line = '<svg viewBox="0 0 28 4" aria-hidden="true"><path d="M0 2H28" class="play-dash0"/></svg>'
    return (f'<button type="button" class="play-tab play-run0" data-run="0" aria-pressed="true">{line}<b>A</b> '
            f'<span>{_text(_label("cell"))}</span></button>')


def _plot(name: str, of, ends: str = "") -> str:
    chart = plots.plot_html(name, of)
    chart = chart.removesuffix("</div></div>") + f"{ends}</div></div>"
    return (f'<section class="play-plot play-{name}"><p class="live-label">{_word(name)}</p>'
            f'<div class="live-plot" data-plot="{name}" role="img" aria-label="{_word(f"{name}_alt")}" tabindex="0">'
            f"{chart}</div></section>")


def _ends(of, task, first) -> str:
    """The names of the curve and of the baselines in the plot of losses, until `plots.js` places them."""
    low, high = plots.RANGES["loss"]
    place = lambda power: f"top:{100 * (high - power) / (high - low):.2f}%;--left:100%"  # noqa: E731
    levels = "".join(f'<span class="play-level" style="{place(np.log10(value))}">{_text(name)}</span>'
                     for name, value in task.baselines(first["length"]).items())
    return f'<span class="play-end play-run0" style="{place(of["loss0"][-1])}">{_text(_label("cell"))}</span>{levels}'


def _strips(run, first) -> str:
    length = first["length"]
    rows = [STRIPS["input"], *STRIPS[first["cell"]]]
    out = "".join(_strip(strip, _heat(strip, run[strip["name"]].reshape(length, -1))) for strip in rows)
    return out + _strip(STRIPS["answer"], _curves(run["output"].ravel(), run["y"].ravel(), length))


def _strip(strip: dict, inside: str) -> str:
    color = f'style="color:var(--live-{strip["color"]})"'
    return (f'<div class="play-strip" data-strip="{strip["name"]}"><span class="live-label" {color}>'
            f'{_text(strip["label"])}</span><div class="play-cells">{inside}</div></div>')


def _heat(strip: dict, values: np.ndarray) -> str:
    """A picture for each theme, time from left to right."""
    out = ""
    for theme in ("light", "dark"):
        scale = [(at, palette.DARK.get(c, c) if theme == "dark" else c) for at, c in SCALES[strip["scale"]]]
        level = (values.T - strip["low"]) / (strip["high"] - strip["low"])
        pixels = raster.colors(np.round(_SHADES * level.clip(0, 1)) / _SHADES, 0, 1, scale)
        out += f'<img class="live-{theme}" alt="" src="{raster.png(pixels)}">'
    return out


def _curves(output: np.ndarray, due: np.ndarray, length: int) -> str:
    """The answer of every step, and a point where one is due; `look.js` draws the same."""
    every = np.concatenate([output, due])
    low, room = every.min(), float(np.ptp(every)) or 1.0
    point = lambda value, t: f"{t + 0.5:g} {0.94 - 0.88 * (value - low) / room:.4f}"  # noqa: E731
    goal = f"M{point(due[0], length - 1)}h.01" if len(due) == 1 else "M" + "L".join(map(point, due, range(length)))
    said = "M" + "L".join(map(point, output, range(length)))
    return (f'<svg viewBox="0 0 {length} 1" preserveAspectRatio="none"><path class="play-due" d="{goal}"/>'
            f'<path class="play-said" d="{said}"/></svg>')


def _stories() -> str:
    names = "".join(f'<option value="{k}">{_text(story.title)}</option>'
                    for k, story in enumerate(playground.PRESETS.values()))
    items = "".join(map(_story_html, playground.PRESETS.values()))
    return (f'<section class="play-stories" data-part-of="stories" role="group" aria-label="{_word("stories")}">'
            f'<div class="play-story-head"><label><span class="live-label">{_word("stories")}</span>'
            f'<select name="story" autocomplete="off">{names}</select></label>'
            f'<button type="button" data-story="next">{_word("next")}</button></div><ol>{items}</ol></section>')


def _story_html(story) -> str:
    guesses = "".join(f'<li><button type="button" data-guess="{k}">{_text(guess)}</button></li>'
                      for k, guess in enumerate(story.guesses))
    return (f'<li data-phase="ask"><div class="play-said"><p class="play-ask">{_text(story.question)}</p>'
            f'<p class="play-why"><b class="play-verdict"></b> {_text(story.says)} {_more(story.chapter)}</p></div>'
            f'<div class="play-ways"><ul class="play-guesses">{guesses}</ul><p class="play-wait">{_word("running")}</p>'
            f'<button type="button" class="play-aside" data-story="unsure">{_word("unsure")}</button>'
            f'<button type="button" class="play-aside" data-story="again">{_word("again")}</button></div></li>')


def _more(chapter: str) -> str:
    said = WORDS["more"].format(number=int(chapter[:2]))
    return f'<a href="../chapters/{chapter}.html">{_text(said)}</a>'


def _dialog() -> str:
    return (f'<dialog class="play-dialog" aria-label="{_word("python")}"><p>{_word("python_says")}</p>'
            f'<pre tabindex="0"></pre><div>{_button("copy")}{_button("close")}</div></dialog>')


def _word(key: str) -> str:
    return _text(WORDS[key])


def _text(value) -> str:
    return escape(str(value))
