"""A reader in a browser: opens a notebook in a Jupyter of today or of old, runs it, scrolls, presses, looks."""

from __future__ import annotations

import time
from urllib.parse import urlparse

from playwright.sync_api import Browser, Locator, expect
from server import Server

__all__ = ["Reader"]

_OPENS_WITHIN = 120_000  # milliseconds, on a machine that is kept busy
_CELLS = {"lab": ".jp-Notebook .jp-CodeCell", "notebook": ".jp-Notebook .jp-CodeCell", "classic": ".code_cell"}
_IDLE = {"lab": '.jp-Notebook-ExecutionIndicator[data-status="idle"]',
         "notebook": '.jp-Notebook-ExecutionIndicator[data-status="idle"]', "classic": ".kernel_idle_icon"}
_KERNEL = {"lab": ".jp-KernelName", "notebook": ".jp-KernelName", "classic": ".kernel_indicator_name"}
_STOP = {"lab": '.jp-NotebookPanel-toolbar [data-jp-item-name="interrupt"]',
         "notebook": '.jp-NotebookPanel-toolbar [data-jp-item-name="interrupt"]',
         "classic": '[data-jupyter-action="jupyter-notebook:interrupt-kernel"]'}
# What Jupyter itself complains of, with any notebook; the old one also where its MathJax asks for its empty font.
_ITS_OWN = ("Cannot read properties of undefined (reading 'schema')", "Access to font at 'about:blank'",
            "net::ERR_FAILED (about:blank)")
# Whether a figure lives: its runtime has taken it over, and there is something in its plots, or else in its drawing.
_LIVES = """cell => {
  const figure = cell.querySelector("live-figure[ready]");
  if (!figure || figure.getBoundingClientRect().height < 100) return false;
  const lines = [...figure.querySelectorAll(".live-panel path:not([data-grid])")];
  if (lines.length) return lines.some((line) => (line.getAttribute("d") ?? "").length > 8);
  const marks = [...figure.querySelectorAll(".live-stage :is(path, rect, circle, line, text, canvas, span)")];
  return marks.filter((mark) => mark.getBoundingClientRect().width > 0).length > 5;
}"""


class Reader:
    """One browser profile on one server; `problems` collects errors of the console and requests to other hosts."""

    def __init__(self, browser: Browser, server: Server, *, slower: int = 1, **context):
        self.server, self.front, self.problems = server, server.front, []
        self._context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | context))
        self._context.route("**/*", self._guard)
        self.tab = self._context.new_page()
        self.tab.on("console", lambda said: said.type == "error" and self._note(
            f"console: {said.text} ({said.location['url']})"))
        self.tab.on("pageerror", lambda error: self._note(f"uncaught: {error}"))
        if slower > 1:
            self._context.new_cdp_session(self.tab).send("Emulation.setCPUThrottlingRate", {"rate": slower})

    def _guard(self, route) -> None:
        url = urlparse(route.request.url)
        if url.scheme in ("data", "blob") or url.netloc == urlparse(self.server.address).netloc:
            route.continue_()
        else:
            self.problems.append(f"request to another host: {route.request.url}")
            route.abort()

    def _note(self, text: str) -> None:
        if not any(known in text for known in _ITS_OWN):
            self.problems.append(text)

    def close(self) -> None:
        """Close the browser's profile."""
        self._context.close()

    def open(self, notebook: str) -> None:
        """Open this notebook and wait until its kernel answers."""
        self.tab.goto(self.server.page(notebook), timeout=_OPENS_WITHIN)
        expect(self.tab.locator(_KERNEL[self.front]).first).to_have_text("Python 3 (ipykernel)", timeout=_OPENS_WITHIN)
        while not any(session["kernel"]["connections"] for session in self.server.ask("sessions")):
            self.tab.wait_for_timeout(100)  # the page says "idle" before it has a kernel
        self.tab.wait_for_selector(_IDLE[self.front], timeout=_OPENS_WITHIN)
        self.cells.first.wait_for(timeout=_OPENS_WITHIN)

    @property
    def cells(self) -> Locator:
        """The cells of code."""
        return self.tab.locator(_CELLS[self.front])

    def run_all(self) -> None:
        """Choose "Run all" in the menu."""
        if self.front == "classic":
            self.tab.get_by_role("link", name="Cell", exact=True).click()
            self.tab.get_by_role("menuitem", name="Run All", exact=True).click()
        else:
            self.tab.get_by_role("menuitem", name="Run", exact=True).click()
            self.tab.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    def run(self, number: int) -> None:
        """Run this cell alone."""
        cell = self.cells.nth(number)
        cell.locator(".cm-content, .CodeMirror-code").first.click()
        self.tab.keyboard.press("Control+Enter")

    def interrupt(self) -> None:
        """Press Jupyter's own stop button."""
        self.tab.locator(_STOP[self.front]).first.click()

    def said(self, number: int, text: str, within: float = 60) -> None:
        """Wait until the output of this cell holds `text`; fails after `within` seconds."""
        output = self.cells.nth(number).locator(".jp-Cell-outputArea, .output_area").first
        expect(output).to_contain_text(text, timeout=1000 * within)

    def lives(self, number: int) -> bool:
        """Scroll this cell into view; whether the live figure in it lives."""
        cell = self.cells.nth(number)
        cell.evaluate("cell => cell.scrollIntoView({ block: 'start' })")
        return cell.evaluate(_LIVES)

    def scroll_until_drawn(self, numbers: list[int], within: float) -> dict[int, float]:
        """Scroll through these cells again and again until each has drawn its figure, or for `within` seconds.

        Returns the seconds after which each was seen drawn.
        """
        start, seen = time.monotonic(), {}
        while len(seen) < len(numbers) and time.monotonic() - start < within:
            for number in [n for n in numbers if n not in seen]:
                if self.lives(number):
                    seen[number] = time.monotonic() - start
                self.tab.wait_for_timeout(100)
        return seen
