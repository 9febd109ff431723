"""Find the browser that the tests drive, or install one: `python browser.py --install` prints its path."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["find_browser", "launch_options"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
# No sandbox: root in a container has none. The rest keeps the browser itself from talking to the network.
_QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync")


def _playwright_browser() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def find_browser() -> str | None:
    """The path of a Chromium, Chrome or Edge: the variable BROWSER_PATH, one installed, or Playwright's; else None."""
    if given := os.environ.get("BROWSER_PATH"):
        return given
    found = (shutil.which(name) for name in _NAMES)
    placed = (place for place in _PLACES if Path(place).exists())
    return next((p for p in (*found, *placed) if p), None) or _playwright_browser()


def launch_options() -> dict:
    """What Playwright's `chromium.launch` needs; raises RuntimeError where there is no browser."""
    path = find_browser()
    if path is None:
        raise RuntimeError("no Chromium, Chrome or Edge found: run `make test`, or set BROWSER_PATH to one")
    return {"executable_path": path, "args": list(_QUIET)}


def _apt_install() -> bool:
    """Whether Debian's own chromium could be installed, the lists of packages fetched first as they may be missing."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "chromium"])
    return all(subprocess.run(command, env=environment).returncode == 0 for command in commands)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", action="store_true", help="install Chromium where no browser is found")
    options = parser.parse_args()
    path = find_browser()
    if path is None and options.install:
        print("No Chromium, Chrome or Edge found: installing Chromium", flush=True)
        if not _apt_install():
            subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
        path = find_browser()
    if path is None:
        sys.exit("The tests need a browser: install Chromium, Chrome or Edge, or set BROWSER_PATH to one.")
    print(f"Browser: {path}")


if __name__ == "__main__":
    main()
