"""A small book in the test's own folder, and what draws its formulas."""

from __future__ import annotations

from pathlib import Path

import pytest
from minibook import build_book
from rnn_book.maths import Katex

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def build(tmp_path):
    """`build(pages, **environ) -> Built`: see `minibook.build_book`."""
    return lambda pages, **environ: build_book(tmp_path / "mini", pages, **environ)


@pytest.fixture(scope="session")
def katex():
    """KaTeX, as Colab and GitHub use it; the same rules hold for MathJax."""
    drawing = Katex(ROOT / "node_modules" / "katex" / "dist")
    yield drawing
    drawing.close()
