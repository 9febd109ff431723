"""Fixtures that several folders share: a node process, a browser, the built book."""

from __future__ import annotations

from pathlib import Path

import pytest
from node import Node
from serve import serving

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def node():
    """One node process for all tests."""
    with Node() as process:
        yield process


@pytest.fixture(scope="session")
def chromium():
    """One browser for the session: a second Playwright cannot be started beside the first."""
    from browser import launch_options
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        yield browser
        browser.close()


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
    with serving(built_book) as address:
        yield address
