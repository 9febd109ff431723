"""Fixtures for everything that looks at the built book."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from serve import open_server

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def built_book() -> Path:
    """The folder of the built book; fails where `make book` has not run."""
    folder = ROOT / "_build" / "html"
    if not (folder / "index.html").is_file():
        pytest.fail(f"{folder} holds no built book: run `make book` first (`make test` does)", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def site_url(built_book: Path):
    """The address of the built book, served on localhost for the session, without a slash at the end."""
    server = open_server(built_book, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
