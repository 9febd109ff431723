"""A package of live figures: `live = Figures("helpers.figures")`, then `live.show("name")` in a cell."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from . import notebook
from .figure import LiveFigure, from_module
from .words import words as words_of

__all__ = ["Figures", "expect_known"]


def expect_known(name: str, known) -> None:
    """Raise ValueError with the nearest of the `known` figures' names unless `name` is one of them."""
    if name not in known:
        near = difflib.get_close_matches(str(name), known, n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"there are {', '.join(known) or 'none'}"
        raise ValueError(f"there is no live figure {name!r}; {hint}")


class Figures:
    """The live figures of one package, one a module: `live = Figures("helpers.figures")`, then `live.show("name")`."""

    def __init__(self, package: str):
        self.package = package
        self.load = cache(self.load)

    def names(self) -> list[str]:
        """The names of the figures: one a file whose name does not begin with an underscore."""
        path = importlib.import_module(self.package).__path__
        return sorted(m.name for m in pkgutil.iter_modules(path) if not m.name.startswith("_"))

    def load(self, name: str) -> LiveFigure:
        """The live figure called `name`; raises ValueError with the nearest known names if there is none."""
        expect_known(name, self.names())
        return from_module(importlib.import_module(f"{self.package}.{name}"), name)

    def words(self) -> dict[str, str]:
        """Every text a reader sees of these figures, by key; see `live_figures.words`."""
        return {key: text for name in self.names() for key, text in words_of(self.load(name)).items()}

    def show(self, figure: str | LiveFigure, *, mode: str = "auto", words: Mapping[str, str] | None = None, **controls):
        """The live figure of that name, or your own, at these controls, its texts exchanged; see `notebook.show`."""
        if isinstance(figure, str):
            figure = self.load(figure)
        return notebook.show(figure.translated(words) if words else figure, mode=mode, **controls)
