"""A Jupyter server of the tests' own: JupyterLab, Notebook 7 or the classic Notebook, without the user's settings."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib.metadata import version
from pathlib import Path

__all__ = ["FRONT_ENDS", "Server", "serving"]

ROOT = Path(__file__).resolve().parents[2]
# What this environment has: the floors have Colab's Notebook 6, the book's own environment the two of today.
FRONT_ENDS = ("classic",) if version("notebook").startswith("6.") else ("lab", "notebook")
_MODULES = {"lab": "jupyterlab", "notebook": "notebook", "classic": "notebook"}
_PAGES = {"lab": "lab/tree", "notebook": "notebooks", "classic": "notebooks"}
_STARTS_WITHIN = 90  # seconds, on a busy machine
# JupyterLab asks once whether it may fetch news from jupyter.org; this reader has said no.
_SETTINGS = {"@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False}}


class Server:
    """A running server: `front` is its kind, `folder` holds its notebooks."""

    def __init__(self, front: str, folder: Path, address: str, token: str):
        self.front, self.folder, self.address, self._token = front, folder, address, token

    def page(self, notebook: str) -> str:
        """The address where a reader opens this notebook of the folder, without the tabs that were open before."""
        return f"{self.address}/{_PAGES[self.front]}/{notebook}?reset&token={self._token}"

    def ask(self, path: str, method: str = "GET"):
        """What the server's own interface answers, from JSON."""
        headers = {"Authorization": f"token {self._token}"}
        request = urllib.request.Request(f"{self.address}/api/{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or "null")

    def end_kernels(self) -> None:
        """End every kernel, so that the next notebook has the machine for itself."""
        for session in self.ask("sessions"):
            self.ask(f"sessions/{session['id']}", "DELETE")


@contextlib.contextmanager
def serving(front: str, folder: Path, private: Path):
    """Serve `folder` by this front end while the block runs; settings and state lie in the folder `private`.

    Raises RuntimeError, with what the server printed, where it does not start.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    server = Server(front, folder, f"http://127.0.0.1:{port}", token)
    command = [sys.executable, "-m", _MODULES[front], "--no-browser", "--allow-root", "--ip=127.0.0.1",
               f"--port={port}", f"--notebook-dir={folder}"]
    private.mkdir(parents=True, exist_ok=True)
    with open(private / "server.log", "w") as log:
        process = subprocess.Popen(command, env=_environment(private, token), cwd=folder, stdout=log, stderr=log)
        try:
            _await(server, process, private / "server.log")
            yield server
        finally:
            process.terminate()
            process.wait(30)


def _environment(private: Path, token: str) -> dict[str, str]:
    """This process's environment, with Jupyter's folders in `private` and this checkout's packages."""
    settings = private / "config" / "lab" / "user-settings"
    for name, content in _SETTINGS.items():
        file = settings / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content))
    path = os.pathsep.join([str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    folders = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
               "IPYTHONDIR": "ipython"}
    own = {name: str(private / folder) for name, folder in folders.items()}
    return {**os.environ, **own, "JUPYTER_TOKEN": token, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}


def _await(server: Server, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, urllib.error.URLError):
            server.ask("status")
            return
        time.sleep(0.2)
    raise RuntimeError(f"{server.front} did not start: {log.read_text()[-2000:]}")
