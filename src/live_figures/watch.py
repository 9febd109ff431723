"""Drawings in a notebook that follow a computation while it runs, and a button that ends it: an anywidget."""

from __future__ import annotations

import html
import threading
import time
from collections.abc import Callable, Mapping

import anywidget
import traitlets

from . import assets, drawing

__all__ = ["Watch"]

# Seconds between two drawings: at least so many, or so many times as long as one took, so that drawing costs the
# computation no more than a twentieth of its time, but no more than the last.
SHORTEST, SHARE, LONGEST = 0.25, 20, 2.0


class Watch(anywidget.AnyWidget):
    """What `look()` gives, shown again after each `soon()`: {title: plotly figure, as a dict too}, and a line of text.

    `pressed()` is called when the reader presses `button`, which `enabled` allows. `said` is a line that screen readers
    read out when it changes; `alt` describes the drawings.
    """

    _esm = assets.runtime("live-watch.js") + "export default self.LiveWatch;\n"
    _css = "".join(assets.runtime(f"live-{name}.css") for name in ("figure", "notebook", "watch"))
    drawings = traitlets.Unicode().tag(sync=True)
    progress = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    button = traitlets.Unicode().tag(sync=True)
    enabled = traitlets.Bool(True).tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)

    def __init__(self, look: Callable[[], tuple[Mapping, str]], pressed: Callable[[], object], **words):
        self._look, self._lock, self._due, self._drawing = look, threading.Lock(), False, False
        figures, progress = look()
        super().__init__(drawings=_drawn(figures), progress=progress, **words)
        self.on_msg(lambda _widget, content, _buffers: pressed() if content.get("pressed") else None)

    def soon(self) -> None:
        """Draw again, from a thread, as soon as the pause after the drawing before is over."""
        with self._lock:
            self._due = True
            if self._drawing:
                return
            self._drawing = True
        threading.Thread(target=self._draw, daemon=True).start()

    def _draw(self) -> None:
        while self._more():
            begin = time.perf_counter()
            figures, progress = self._look()
            with self.hold_sync():
                self.drawings, self.progress = _drawn(figures), progress
            time.sleep(min(LONGEST, max(SHORTEST, SHARE * (time.perf_counter() - begin))))

    def _more(self) -> bool:
        with self._lock:
            self._drawing, self._due = self._due, False
            return self._drawing


def _drawn(figures: Mapping) -> str:
    return "".join(f'<div><p class="live-title">{html.escape(title)}</p>'
                   f'<div class="live-plot">{drawing.html(drawing.Chart(figure))}</div></div>'
                   for title, figure in figures.items())
