"""A small book in the test's own folder."""

from __future__ import annotations

import pytest
from minibook import build_book


@pytest.fixture
def build(tmp_path):
    """`build(pages, **environ) -> Built`: see `minibook.build_book`."""
    return lambda pages, **environ: build_book(tmp_path / "mini", pages, **environ)
