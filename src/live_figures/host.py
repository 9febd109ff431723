"""Where a cell's output is shown: on a page that is being built, or in a notebook, as a widget or in a frame."""

from __future__ import annotations

import html
import importlib.util
import os
import sys

__all__ = ["PAGE", "framed", "on_page", "widgets_work"]

# `live_figures.sphinx` sets this for every kernel that a build starts.
PAGE = "LIVE_FIGURES_PAGE"


def on_page() -> bool:
    """Whether a site is being built: outputs are then part of a page that has the runtime and no kernel."""
    return os.environ.get(PAGE) == "1"


def widgets_work() -> bool:
    """Whether what is shown here can be trusted with an anywidget.

    Not on a page, which has no kernel; not on Colab, whose widget manager takes its parts from another host and has
    left widgets blank (googlecolab/colabtools #1355); and not where anywidget is missing.
    """
    return not on_page() and "google.colab" not in sys.modules and importlib.util.find_spec("anywidget") is not None


def framed(document: str, title: str, height: str) -> str:
    """An HTML document in a frame of its own, which keeps its scripts and styles out of the notebook.

    The frame grows with its content; `height`, a CSS length, is what it has until that is known.
    """
    grow = ("const d=this.contentDocument,fit=()=>{this.style.height=d.body.scrollHeight+'px'};"
            "fit();new ResizeObserver(fit).observe(d.body)")
    return (f'<iframe title="{html.escape(title)}" srcdoc="{html.escape(document)}" loading="lazy" '
            f'style="width:100%;height:{height};border:0" onload="{grow}"></iframe>')
