"""A Firefox as Debian or a reader installs it, driven by WebDriver BiDi, which it speaks without any driver."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path

from websocket import create_connection

__all__ = ["Firefox", "find_firefox"]

_PLACES = ("/Applications/Firefox.app/Contents/MacOS/firefox",)
_WAIT = 60  # seconds for one answer; a busy machine needs ten for a chapter


def find_firefox() -> str | None:
    """The path of a Firefox: the variable FIREFOX_PATH, or one installed; else None."""
    found = (os.environ.get("FIREFOX_PATH"), shutil.which("firefox-esr"), shutil.which("firefox"))
    return next((path for path in (*found, *_PLACES) if path and Path(path).exists()), None)


def _address(said: Path) -> str:
    """Where a browser that writes into the file `said` listens; raises RuntimeError if it never says."""
    until = time.monotonic() + _WAIT
    while time.monotonic() < until:
        if found := re.search(r"ws://\S+", said.read_text(encoding="utf-8", errors="replace")):
            return found[0]
        time.sleep(0.1)
    raise RuntimeError(f"Firefox does not listen: {said.read_text(encoding='utf-8', errors='replace')[-500:]}")


class Firefox:
    """One headless Firefox with one tab; `problems` collects what its console says and requests to other hosts."""

    def __init__(self, path: str):
        self._stack = contextlib.ExitStack()
        profile = self._stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        said = Path(profile) / "said"  # a pipe that nobody reads would fill, and stop the browser
        command = [path, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
        with said.open("w") as output:
            self._process = subprocess.Popen(command, stderr=output, stdout=output)
        self._stack.callback(self._end)
        address = _address(said)
        self._socket = create_connection(f"{address}/session", timeout=_WAIT, suppress_origin=True)
        self._numbers, self._events = count(1), []
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self._tab = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def _end(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=_WAIT)

    def close(self) -> None:
        """End the browser, and forget its profile."""
        self._socket.close()
        self._stack.close()

    def ask(self, method: str, **params):
        """The result of one command; raises RuntimeError with what the browser says against it."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("type") == "event":
                self._events.append(message)
            elif message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['message']}")
                return message["result"]

    def open(self, address: str, width: int, height: int) -> None:
        """Show a page on a screen of this size."""
        self.ask("browsingContext.setViewport", context=self._tab, viewport={"width": width, "height": height})
        self._events.clear()
        self.ask("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    def run(self, code: str):
        """What a function of the page gives, or what its promise comes to; of JSON's types."""
        result = self.ask("script.evaluate", target={"context": self._tab}, awaitPromise=True,
                          expression=f"(async () => JSON.stringify(await ({code})() ?? null))()")  # fmt: skip
        if result["type"] == "exception":
            raise RuntimeError(result["exceptionDetails"]["text"])
        return json.loads(result["result"]["value"])

    def problems(self, host: str) -> list[str]:
        """What the console has said since the page was opened, and what was asked of another host than `host`."""
        self.run("() => 0")  # whatever was said before this has arrived
        out = []
        for event in self._events:
            given = event["params"]
            if event["method"] == "log.entryAdded" and given["level"] in ("error", "warn"):
                out.append(f"console: {given['text']}")
            elif event["method"] == "network.beforeRequestSent" and given["context"] == self._tab:
                url = given["request"]["url"]
                if not url.startswith((host, "data:", "blob:", "about:")):
                    out.append(f"request to another host: {url}")
        return out
