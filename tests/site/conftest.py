"""Live elements in a real browser: a small site as the book lays it out, on localhost, every other host blocked."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlparse

import pytest
from live_pages import write_site
from serve import serving


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory) -> Path:
    """The folder of the small site."""
    folder = tmp_path_factory.mktemp("site")
    write_site(folder)
    return folder


@pytest.fixture(scope="session")
def address(site_folder: Path):
    """Where `site_folder` is served."""
    with serving(site_folder) as address:
        yield address


@pytest.fixture
def open_page(chromium, address):
    """`open_page("everything.html", expect=(), **context)` opens a page of the small site, or any other address.

    A request to another host, a console message of the kinds error and warning, and an uncaught error fail the test,
    unless one of `expect` is part of the message.
    """
    contexts, problems = [], []

    def open_(path: str, expect: tuple[str, ...] = (), **options):
        target = path if "://" in path else f"{address}/{path}"
        context = chromium.new_context(**({"viewport": {"width": 1000, "height": 800}} | options))
        contexts.append(context)

        def guard(route):
            url = urlparse(route.request.url)
            if url.scheme in ("file", "data") or url.netloc == urlparse(target).netloc:
                route.continue_()
            else:
                problems.append(f"request to another host: {route.request.url}")
                route.abort()

        def note(text: str):
            if not any(known in text for known in expect):
                problems.append(text)

        context.route("**/*", guard)
        tab = context.new_page()
        tab.on("console", lambda message: message.type in ("error", "warning") and note(f"console: {message.text}"))
        tab.on("pageerror", lambda error: note(f"uncaught: {error}"))
        tab.goto(target)
        return tab

    yield open_
    for context in contexts:
        context.close()
    assert not problems, problems
