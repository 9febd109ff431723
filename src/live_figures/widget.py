"""A live figure as one anywidget: the page's own element in a notebook, tied to Python both ways."""

from __future__ import annotations

import gzip
import json
import uuid
from functools import cache

import anywidget
import numpy as np
import traitlets
from ipywidgets import widget_serialization

from . import assets, page, still
from .compile import compile_figure
from .figure import LiveFigure
from .setting import Controls, how_set

__all__ = ["LiveWidget"]


class Runtime(anywidget.AnyWidget):
    """What all figures of a kernel share: it goes to the page once, before the first, and once into the notebook."""

    _esm = "export default {};"
    packed = traitlets.Bytes().tag(sync=True)
    _held = None

    @classmethod
    def shared(cls) -> Runtime:
        """The one of this kernel; another where a reader has closed it."""
        if cls._held is None or cls._held.comm is None:
            cls._held = cls(packed=_packed(assets.for_notebooks()))
        return cls._held


class LiveWidget(anywidget.AnyWidget):
    """The live figure `figure`, computed and drawn in the page; `controls`, `arrays` and `observe` follow its reader.

    Assigning a part of `controls` moves the page, in every view of the widget. Raises ValueError or TypeError for an
    unknown control or a value that it does not take, TraceError for a computation that cannot be recorded.
    """

    _esm = assets.text("widget.mjs")
    _runtime = traitlets.Instance(Runtime).tag(sync=True, **widget_serialization)
    _figure = traitlets.Bytes().tag(sync=True)
    controls = traitlets.Dict().tag(sync=True)

    def __init__(self, figure: LiveFigure, **controls):
        self.token, self._rested, self._computed = uuid.uuid4().hex, None, (None, {})
        self.figure = figure
        given = figure.values(**controls)
        shown = {"name": figure.name, "html": page.figure_html(figure, **controls), "token": self.token,
                 "js": compile_figure(figure).js}
        super().__init__(_runtime=Runtime.shared(), _figure=_packed(shown), controls=given)
        self.on_msg(self._received)

    def __setattr__(self, name, value):
        """Refuse to make an attribute of what a reader took for a control."""
        known = getattr(self.__dict__.get("figure"), "controls", ())
        if any(control.name == name for control in known) and not self.has_trait(name):
            raise AttributeError(how_set(f"{name!r}: {value!r}"))
        super().__setattr__(name, value)

    @traitlets.validate("controls")
    def _whole(self, proposal) -> Controls:
        """All controls, where a part of them has been assigned."""
        return Controls(self.figure.values(**{**self.controls, **proposal["value"]}))

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays at the present controls, computed by NumPy; with memory, those at which a page last rested."""
        if self._rested is not None:
            return self._rested
        if self._computed[0] is not self.controls:
            self._computed = self.controls, self.figure.arrays(**self.controls)
        return self._computed[1]

    def step(self, steps: int = 1) -> None:
        """Take steps of a figure with memory, in every view; raises ValueError for a figure without."""
        self._expect_memory()
        self.send({"act": "step", "steps": steps})

    def restart(self) -> None:
        """Start a figure with memory again, its controls as they are; raises ValueError for a figure without."""
        self._expect_memory()
        self._rested = None
        self.send({"act": "restart"})

    def _expect_memory(self) -> None:
        if self.figure.step is None:
            raise ValueError(f"figure {self.figure.name!r} has no memory: it takes no steps")

    def _received(self, _widget, content: dict, buffers: list) -> None:
        if content.get("ask") == "zoom":
            self.send({"act": "zoom"}, buffers=[_packed_zoom()])
        if "arrays" in content:
            like = self.figure.arrays(**self.controls)
            self._rested = {name: np.frombuffer(data, "<f8").reshape(shape).astype(like[name].dtype)
                            for (name, shape), data in zip(content["arrays"], buffers, strict=True)}

    def __repr__(self) -> str:
        return f"live figure {self.figure.name!r}: {self.figure.title}"

    def _repr_mimebundle_(self, include=None, exclude=None, **_options) -> tuple[dict, dict]:
        """The widget, with what Colab needs to show it, and a still picture for viewers that know no widgets."""
        data, metadata = super()._repr_mimebundle_()
        return data | {"text/html": still.still_html(self.figure, self.controls), "text/plain": repr(self)}, metadata

    def _ipython_display_(self) -> None:
        """Show the still, which the widget hides while it lives, and the widget: JupyterLab shows no widget without a
        kernel, and no other form of that output either. Raises RuntimeError for a widget that was closed.
        """
        if self.comm is None:
            raise RuntimeError(f"this widget of figure {self.figure.name!r} is closed: show the figure again")
        from IPython.display import display

        picture = still.still_html(self.figure, self.controls, self.token)
        display({"text/html": picture, "text/plain": repr(self)}, raw=True)
        data, metadata = super()._repr_mimebundle_()
        display(data | {"text/plain": ""}, raw=True, metadata=metadata)


def _packed(value) -> bytes:
    return gzip.compress(json.dumps(value, ensure_ascii=False).encode(), mtime=0)


@cache
def _packed_zoom() -> bytes:
    return gzip.compress(assets.zoom_module().encode(), mtime=0)
