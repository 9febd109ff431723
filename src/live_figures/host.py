"""Where a cell's output is going to be shown: on a page that is being built, or in a notebook, with widgets or not."""

from __future__ import annotations

import importlib.util
import os
import sys

__all__ = ["PAGE", "on_page", "widgets_work"]

# `live_figures.sphinx` sets this for every kernel that a build starts.
PAGE = "LIVE_FIGURES_PAGE"


def on_page() -> bool:
    """Whether a site is being built: outputs are then part of a page that has the runtime and no kernel."""
    return os.environ.get(PAGE) == "1"


def widgets_work() -> bool:
    """Whether what is shown here can be trusted with ipywidgets and a plotly FigureWidget.

    Not on a page, which has no kernel; not on Colab, whose widget manager often leaves a FigureWidget blank
    (googlecolab/colabtools #1355); and not where plotly 6 or newer lacks anywidget.
    """
    if on_page() or "google.colab" in sys.modules or importlib.util.find_spec("ipywidgets") is None:
        return False
    import plotly

    needs_anywidget = int(plotly.__version__.split(".")[0]) >= 6
    return not needs_anywidget or importlib.util.find_spec("anywidget") is not None
