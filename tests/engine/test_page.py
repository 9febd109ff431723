"""The HTML of live figures and plots: complete before scripts run, refused where it contradicts itself."""

import dataclasses
import importlib
import json
import re
from html.parser import HTMLParser

import numpy as np
import plotly.graph_objects as go
import pytest

from helpers import live, plots
from live_figures import Challenge, Choice, Claim, Slider, Try, assets, consistency, figure, notebook, page
from live_figures.__main__ import preview

VOID = {"input", "meta", "link", "br", "img"}


class Parsed(HTMLParser):
    """Every element with its attributes and text; fails on a tag that is not closed."""

    def __init__(self, html: str):
        super().__init__()
        self.elements, self.open = [], []
        self.feed(html)
        assert self.open == [], self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append({"tag": tag, "text": "", **dict(attrs)})
        if tag not in VOID:
            self.open.append(self.elements[-1])

    def handle_startendtag(self, tag, attrs):
        self.elements.append({"tag": tag, "text": "", **dict(attrs)})

    def handle_endtag(self, tag):
        assert self.open and self.open.pop()["tag"] == tag, tag

    def handle_data(self, data):
        if self.open:
            self.open[-1]["text"] += data

    def all(self, tag: str, **attributes) -> list[dict]:
        return [e for e in self.elements if e["tag"] == tag and all(e.get(k) == v for k, v in attributes.items())]

    def one(self, tag: str, **attributes) -> dict:
        found = self.all(tag, **attributes)
        assert len(found) == 1, (tag, attributes, len(found))
        return found[0]


def load_fixture(name: str) -> figure.LiveFigure:
    return figure.from_module(importlib.import_module(f"tests.engine.fixtures.{name}"), name)


def spec_of(html: str, kind: str = "spec") -> dict:
    return json.loads(re.search(rf'class="live-{kind}">(.*?)</script>', html, re.S)[1].replace("<\\/", "</"))


@pytest.fixture(scope="module")
def everything():
    return load_fixture("everything")


def test_the_default_state_is_there_before_scripts(everything):
    html = Parsed(page.figure_html(everything))
    assert html.one("live-figure", name="everything", id="everything")
    gain = html.one("input", name="gain")
    assert (gain["type"], gain["min"], gain["max"], gain["step"], gain["value"]) == ("range", "0", "2", "0.05", "1")
    assert (gain["aria-valuetext"], gain["style"]) == ("1.00", "--at:0.5000")
    rate = html.one("input", name="rate")
    assert (rate["min"], rate["max"], rate["value"], rate["aria-valuetext"]) == ("-2", "0", "-1", "0.1 per step")
    assert [o["text"] for o in html.all("output")] == ["1.00", "0.1 per step", "7"]
    assert [o["text"] for o in html.all("option")] == ["A wave", "A ramp"]
    assert "checked" not in html.one("input", name="mirror")
    assert html.one("input", name="word")["value"] == "abba"
    assert html.one("p", **{"class": "live-readout"})["text"] == (
        "At step 7 the A wave is at 0.64; at step 30 it is at 0.141.")
    assert html.one("text", **{"data-live": "text=here:.2f"})["text"] == "0.64"
    assert html.one("svg", **{"class": "live-data"})
    assert len(html.all("div", role="img", **{"aria-label": everything.alt})) == 2


def test_other_control_values_are_drawn_and_kept_as_the_start(everything):
    html = page.figure_html(everything, gain=2.0, step=16, shape="ramp", mirror=True)
    parsed = Parsed(html)
    assert parsed.one("input", name="gain")["value"] == "2"
    assert "checked" in parsed.one("input", name="mirror")
    assert "selected" in parsed.one("option", value="ramp")
    here = everything.run(gain=2.0, step=16, shape="ramp", mirror=True)["here"]
    assert parsed.one("text", **{"data-live": "text=here:.2f"})["text"] == f"{float(here):.2f}".replace("-", "−")
    assert {c["name"]: c["start"] for c in spec_of(html)["controls"]}["step"] == 16


@pytest.mark.parametrize("given, error, message", [
    ({"gain": 3}, ValueError, "goes from 0 to 2, got 3"),
    ({"speed": 1}, ValueError, "has no control 'speed'"),
    ({"mirror": 1}, TypeError, "on or off"),
])  # fmt: skip
def test_wrong_controls_are_refused(everything, given, error, message):
    with pytest.raises(error, match=message):
        page.figure_html(everything, **given)


def test_bound_arrays_are_not_carried_twice_and_the_rest_is(everything):
    html = page.figure_html(everything)
    spec, zoomed = spec_of(html), spec_of(html, "zoomed")
    traces = {t["name"]: t for t in zoomed["data"]}
    for trace, attribute, reference in spec["bindings"]:
        assert attribute.split(".")[-1] not in zoomed["data"][trace] or "." in attribute, (attribute, reference)
    assert "size" not in traces["here"]["marker"] and traces["here"]["marker"]["color"] == plots.COLORS[1]
    assert "x" in traces["wave"] and "y" not in traces["wave"]
    assert len(spec["bindings"]) == 9


def test_a_figure_is_computed_once_for_its_page(everything):
    runs = []
    counted = dataclasses.replace(everything, compute=lambda *a, **k: runs.append(1) or everything.compute(*a, **k))
    page.figure_html(counted)
    assert len(runs) == 1


def test_a_figure_with_memory_has_its_buttons_and_shows_one_step():
    fig = load_fixture("walker")
    html = Parsed(page.figure_html(fig))
    assert [b["data-act"] for b in html.all("button") if "data-act" in b] == ["zoom", "reset", "link", "play", "step",
                                                                              "restart"]
    assert html.one("p", **{"class": "live-readout"})["text"].startswith("After 1 steps")


def test_text_is_escaped(everything):
    awkward = dataclasses.replace(everything, title="a < b & \"c\"", caption="</script><b>", alt='"x" < y')
    html = page.figure_html(awkward)
    assert Parsed(html).one("p", **{"class": "live-title"})["text"] == 'a < b & "c"'
    assert "</script><b>" not in html
    spec = page.figure_html(dataclasses.replace(everything, readout="</script> {here:.2f}"))
    assert spec_of(spec)["readout"] == "</script> {here:.2f}"
    Parsed(spec)


ASK = {"ask": "What now?", "guesses": ("Up.", "Down."), "right": 0, "do": "Move it.", "at": {"gain": 2.0},
       "says": "Up.", "holds": lambda a: True}


@pytest.mark.parametrize("change, message", [
    ({"readout": "now {heer:.2f}"}, "no array 'heer'"),
    ({"readout": "now {wave:.2f}"}, r"'wave' has shape \(40,\)"),
    ({"challenges": (Challenge("Do.", met="size"),)}, "'size' is float64 of shape .*'Do.' is met by must be one bool"),
    ({"challenges": (Challenge("Do nothing.", met="low"),)}, "'Do nothing.' is met before anything moves"),
    ({"claims": (Claim("Loud.", at={"gain": 3}, holds=lambda a: True),)}, "claim 'Loud.': .*goes from 0 to 2, got 3"),
    ({"claims": (Claim("Two.", at=({}, {}), holds=lambda a: True),)}, "'Two.': holds must take the arrays of 2 states"),
    ({"tries": (ASK | {"right": 2},)}, "right is the index of the true guess, got 2 of 2"),
    ({"tries": (ASK | {"guesses": ("Up.", "Up.")},)}, "two or more different guesses"),
    ({"tries": (ASK | {"at": {"gain": (2, 1)}},)}, r"a range of 'gain' is \(low, high\), got \(2, 1\)"),
    ({"tries": (ASK | {"met": "nothing"},)}, "no array 'nothing'"),
    ({"challenges": (Challenge("Do.", met="nothing"),)}, "no array 'nothing'"),
    ({"diagram": "<svg viewBox='0 0 1 1'><g data-live='x=nothing'/></svg>"}, "no array 'nothing'"),
])  # fmt: skip
def test_a_declaration_that_contradicts_itself_is_refused(everything, change, message):
    change = {part: tuple(Try(**p) if isinstance(p, dict) else p for p in value) if part == "tries" else value
              for part, value in change.items()}
    with pytest.raises(ValueError, match=message):
        page.figure_html(dataclasses.replace(everything, **change))


def test_what_a_drawing_has_no_form_for_is_refused(everything):
    with pytest.raises(ValueError, match="figure 'everything': a drawing has no 'pie' trace; it has scatter"):
        page.figure_html(dataclasses.replace(everything, figure=lambda arrays: go.Figure(go.Pie(values=[1]))))
    with pytest.raises(ValueError, match="a drawing has no 'surface' trace"):
        page.plot_html(go.Figure(go.Surface(z=np.eye(3))), alt="A surface.")


def test_more_than_six_controls_or_a_default_off_its_grid_is_refused(everything):
    more = (*everything.controls, Slider(name="more", label="More", min=0, max=1, step=1, value=0))
    with pytest.raises(ValueError, match="has 7 controls; 6 at most"):
        page.figure_html(dataclasses.replace(everything, compute=lambda consts, more, **rest: everything.compute(
            consts, **rest), controls=more))
    off = (Slider(name="gain", label="Gain", min=0, max=2, step=0.3, value=1.0), *everything.controls[1:])
    with pytest.raises(ValueError, match="the default 1 of 'gain' is no whole number of steps of 0.3 above 0"):
        page.figure_html(dataclasses.replace(everything, controls=off))


def test_a_choice_is_called_by_its_label_in_words():
    choice = Choice(name="kind", label="Kind", options=("a", "b"), value="a")
    fig = dataclasses.replace(load_fixture("walker"), controls=(choice,))
    assert consistency.getter(fig, {}, {"kind": "b"})("kind") == "b"


def test_every_figure_of_the_book_agrees_with_itself():
    for name in live.names():
        Parsed(page.figure_html(live.load(name)))


def test_an_ordinary_plot():
    html = page.plot_html(plots.lines({"a": [1.0, 2.0]}), alt="A line.", caption="It goes <up>.")
    parsed = Parsed(html)
    assert parsed.one("div", role="img")["aria-label"] == "A line."
    assert parsed.one("figcaption")["text"] == "It goes <up>."
    assert parsed.one("svg", **{"class": "live-data"})
    assert spec_of(html, "zoomed")["data"][0]["name"] == "a"


def test_shown_plots(monkeypatch):
    shown = plots.show(plots.lines({"a": [1.0, 2.0]}), alt="A line.")
    monkeypatch.setenv("LIVE_FIGURES_PAGE", "1")
    assert list(shown._repr_mimebundle_()) == ["text/html"]
    with pytest.raises(ValueError, match="alt: expected one sentence"):
        plots.show(go.Figure(), alt=" ")


def test_a_whole_document_holds_everything(everything):
    html = page.standalone_html(everything, gain=0.5, module_js="/*module*/")
    alone = page.standalone_html(everything, module_js="", linked=False)
    assert '.live [data-act="zoom"] { display: none; }' in html
    assert '.live [data-act="zoom"], .live [data-act="link"] { display: none; }' in alone
    parsed = Parsed(html)
    scripts = [s["text"] for s in parsed.all("script")]
    runtime = [assets.runtime(name) for name in ("live-text.js", "live-tries.js", "live-figure.js")]
    assert scripts[-4:] == ["/*module*/", *runtime] and len(html) < 200_000
    asked = [e.get("src") or e.get("href") or "data:" for e in parsed.elements]
    assert all(address.startswith("data:") for address in asked)
    assert parsed.one("input", name="gain")["value"] == "0.5"


def test_preview_writes_one_file(tmp_path):
    path = preview(live.FIGURES, live.names()[0], tmp_path)
    assert path.name == f"{live.names()[0]}.html" and "<live-figure" in path.read_text()


def test_during_a_book_build_show_gives_html_alone(monkeypatch):
    monkeypatch.setenv("LIVE_FIGURES_PAGE", "1")
    name = live.names()[0]
    assert page.figure_html(live.load(name)) in notebook.show(live.load(name))._repr_html_()
