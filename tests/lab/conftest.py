"""Jupyter as a reader meets it: a server of each kind for the session, a fresh kernel and profile for each test."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache

import nbformat
import pytest
from figure_cells import of_cells
from reader import Reader
from server import FRONT_ENDS, serving


@pytest.fixture(scope="session")
def serve(tmp_path_factory):
    """`serve(front)` is a running server of this front end, started when it is first asked for."""
    with ExitStack() as running:
        yield cache(lambda front: running.enter_context(
            serving(front, tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp(front))))


@pytest.fixture(params=FRONT_ENDS)
def server(request, serve):
    """Each front end that this environment has."""
    return serve(request.param)


@pytest.fixture
def open_cells(chromium, server):
    """`open_cells(source, ...)` opens a notebook of these cells; `open_cells(notebook=...)` one that exists as such.

    A request to another host, an error of the console and an uncaught one fail the test.
    """
    readers = []

    def open_(*sources: str, notebook=None, **context) -> Reader:
        name = f"cells-{len(list(server.folder.iterdir()))}.ipynb"
        nbformat.write(notebook or of_cells(*sources), server.folder / name)
        reader = Reader(chromium, server, **context)
        readers.append(reader)
        reader.open(name)
        return reader

    yield open_
    problems = [problem for reader in readers for problem in reader.problems]
    for reader in readers:
        reader.close()
    server.end_kernels()
    assert not problems, problems
