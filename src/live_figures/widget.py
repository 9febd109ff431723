"""A live figure as ipywidgets: the same controls, computed by the kernel, drawn by a plotly FigureWidget.

What is touched on a page is typed here: a pad as rows of digits 0 to f, the cell of a map as row-column. Pictures of
maps and coloured texts follow, and cannot be touched; `live.show(name, mode="html")` shows the page's own.
"""

from __future__ import annotations

import html

import ipywidgets
import numpy as np
import plotly.graph_objects as go

from . import assets, values
from .bindings import infer, part_of
from .consistency import getter
from .control_html import slider_format
from .controls import Choice, Control, LongText, Slider, Toggle
from .explain import explained, explained_html, numbers
from .figure import LiveFigure
from .touch import Map, Pad
from .views import links_html, views_html
from .widget_guide import GuideBox

__all__ = ["FigureBox"]

_WIDE = {"style": {"description_width": "12em"}, "layout": {"width": "32em", "max_width": "100%"}}


class FigureBox:
    """A live figure in a notebook: `box` is the widget; `controls`, `arrays` and `set(...)` read and move it.

    Raises ValueError for a control that does not exist or is out of its range.
    """

    def __init__(self, figure: LiveFigure, controls: dict):
        given = figure.values(**controls)
        self.figure, self.state, self.start = figure, None, given
        self.inputs = {c.name: _widget(c, given[c.name]) for c in figure.controls}
        self.say, self.guide = ipywidgets.HTML(), GuideBox(figure, self.set)
        self.compute()
        plot = figure.plot(self.arrays)
        self.plot = None if plot is None else go.FigureWidget(plot)
        self.bindings = [] if plot is None else infer(figure.name, figure.figure, self.arrays)
        self.asked = ipywidgets.Dropdown(options=[("–", None), *numbers(figure).items()],
                                         description=figure.word("explained"), **_WIDE)
        self.answer = ipywidgets.HTML()
        self.words, self.drawing, self.pictures = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML()
        self.show_words()
        for widget in self.inputs.values():
            widget.observe(self._moved, names="value")
        self.asked.observe(lambda _: self.show_words(), names="value")
        self.box = ipywidgets.VBox(list(self._parts()))

    def _parts(self):
        fig = self.figure
        styles = ["live-figure.css", "live-explain.css", *assets.needed(self.pictures.value, ".css")]
        style = "".join(assets.runtime(name) for name in styles)
        yield ipywidgets.HTML(f"<style>{style}</style><b>{html.escape(fig.title)}</b>")
        if fig.tries or fig.challenges:
            yield self.guide.box
        for control in fig.controls:
            widget = self.inputs[control.name]
            if isinstance(control, Slider) and control.play:
                play = ipywidgets.Play(min=control.min, max=control.max, step=control.step, value=widget.value,
                                       interval=1000 / control.play)
                ipywidgets.jslink((play, "value"), (widget, "value"))
                widget = ipywidgets.HBox([widget, play])
            yield widget
        yield ipywidgets.HBox(self._buttons())
        yield self.say
        if fig.diagram:
            yield self.drawing
        if self.pictures.value:
            yield self.pictures
        if self.plot is not None:
            yield self.plot
        if len(self.asked.options) > 1:
            yield self.asked
            yield self.answer
        yield self.words
        yield ipywidgets.HTML(f"<small>{html.escape(fig.caption)}</small>")

    def _buttons(self) -> list:
        actions = {"reset": self.reset}
        if self.figure.step is not None:
            actions = {"step": self.advance, "restart": self.restart} | actions
        buttons = []
        for name, action in actions.items():
            button = ipywidgets.Button(description=self.figure.word(name))
            button.on_click(lambda _, action=action: action())
            buttons.append(button)
        return buttons

    @property
    def controls(self) -> dict:
        """The controls' present values, by name; raises ValueError where a pad or a map cannot be read."""
        present = {c.name: (c, self.inputs[c.name].value) for c in self.figure.controls}
        return {name: c.check(value) if isinstance(c, (Map, Pad)) else value for name, (c, value) in present.items()}

    def set(self, **controls) -> None:
        """Move these controls; raises ValueError for an unknown control or a value out of range."""
        checked = self.figure.values(**controls)
        for control in self.figure.controls:
            if control.name in controls:
                value = checked[control.name]
                self.inputs[control.name].value = control.text(value) if isinstance(control, (Map, Pad)) else value

    def reset(self) -> None:
        """Put every control back to where this figure was first shown, and a figure with memory to its first state."""
        self.state = None
        self.set(**self.start)
        self.redraw()

    def restart(self) -> None:
        """Start a figure with memory again, with its controls as they are."""
        self.state = None
        self.redraw()

    def advance(self) -> None:
        """Take one step of a figure with memory."""
        self.redraw()

    def compute(self) -> None:
        """Compute the arrays for the present controls, in NumPy."""
        if self.figure.compute is not None:
            self.arrays = self.figure.run(**self.controls)
        else:
            self.state, self.arrays = self.figure.run(self.state, **self.controls)

    def redraw(self) -> None:
        """Compute and draw; a value that a control refuses is said under the controls, and the drawing stays."""
        try:
            self.compute()
        except (TypeError, ValueError) as error:
            self.say.value = f'<span role="alert">{html.escape(str(error))}</span>'
            return
        self.say.value = ""
        if self.plot is not None:
            with self.plot.batch_update():
                for binding in self.bindings:
                    value = np.atleast_1d(self.figure.resolve(self.arrays, binding.reference))
                    part_of(self.plot, binding.trace)[binding.attribute] = value
        self.show_words()

    def show_words(self) -> None:
        """Bring the diagram, the readout and the guide up to date."""
        fig, get = self.figure, getter(self.figure, self.arrays, self.controls)
        for control in fig.controls:
            if control.idle:
                self.inputs[control.name].disabled = bool(get(control.idle[0]))
        if fig.diagram:
            # its own ground, because a notebook's theme and the reader's system may disagree about dark and light
            self.drawing.value = (f'<div class="live-drawing" role="img" aria-label="{html.escape(fig.alt)}" '
                                  f'style="background:var(--live-paper);max-width:46rem">'
                                  f"{values.fill_diagram(fig.diagram, get)}</div>")
        if pictures := links_html(fig, self.controls, self.arrays) + views_html(fig, self.controls, self.arrays):
            self.pictures.value = f'<div class="live" style="background:var(--live-paper)" inert>{pictures}</div>'
        self.answer.value = self._explained(get) if self.asked.value else ""
        self.words.value = html.escape(fig.said(get)) if fig.readout else ""
        self.guide.follow(self.controls, self.arrays)

    def _explained(self, get) -> str:
        said = explained_html(self.figure, explained(self.figure, get, *self.asked.value))
        return f'<div class="live" style="background:var(--live-paper)">{said}</div>'

    def _moved(self, _change) -> None:
        self.redraw()


def _widget(control: Control, value):
    words = {"description": f"{control.label} ({control.unit})" if control.unit else control.label} | _WIDE
    if isinstance(control, Slider):
        if control.integer:
            return ipywidgets.IntSlider(value=value, min=control.min, max=control.max, step=control.step, **words)
        form = slider_format(control)
        if control.log:
            low, high = np.log10(control.min), np.log10(control.max)
            return ipywidgets.FloatLogSlider(value=value, min=low, max=high, step=(high - low) / 200,
                                             readout_format=form, **words)
        return ipywidgets.FloatSlider(value=value, min=control.min, max=control.max, step=control.step,
                                      readout_format=form, **words)
    if isinstance(control, Choice):
        labels = control.labels or control.options
        return ipywidgets.Dropdown(options=list(zip(labels, control.options, strict=True)), value=value, **words)
    if isinstance(control, Toggle):
        return ipywidgets.Checkbox(value=value, **words)
    if isinstance(control, (LongText, Pad)):
        text = value if isinstance(control, LongText) else control.text(value)
        return ipywidgets.Textarea(value=text, continuous_update=False, rows=min(text.count("\n") + 2, 18), **words)
    text = control.text(value) if isinstance(control, Map) else value
    return ipywidgets.Text(value=text, continuous_update=False, **words)
