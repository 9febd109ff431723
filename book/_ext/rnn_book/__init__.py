"""The Sphinx extensions of this book: one file a component, each with its own `setup_x(app)`."""

from __future__ import annotations

from sphinx.application import Sphinx

from .access import setup_access
from .cells import setup_cells
from .chapter_cards import setup_chapter_cards
from .curves import setup_curves
from .execution import setup_execution
from .highlight import setup_highlight
from .hub_link import setup_hub_link
from .maths import setup_maths
from .pages import setup_pages
from .playground import setup_playground
from .progress import setup_progress
from .reader_notebooks import setup_reader_notebooks
from .repository import setup_repository
from .search import setup_search
from .security import setup_security
from .styles import setup_styles

__all__ = ["setup"]


def setup(app: Sphinx) -> dict:
    """Register every component; the order is that in which their handlers of one event run."""
    for component in (setup_repository, setup_execution, setup_highlight, setup_cells, setup_maths, setup_curves,
                      setup_chapter_cards, setup_playground, setup_progress, setup_hub_link, setup_reader_notebooks,
                      setup_access, setup_pages, setup_search, setup_styles, setup_security):
        component(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
