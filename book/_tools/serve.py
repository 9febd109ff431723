"""Serve a folder on localhost: `python serve.py _build/html --port 8000`; from a busy port on, the next free one."""

from __future__ import annotations

import argparse
import contextlib
import functools
import gzip
import http.server
import io
import re
import sys
import threading
from pathlib import Path

__all__ = ["open_server", "serving"]

_POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')
_TEXTS = {".css", ".html", ".js", ".json", ".svg", ".txt"}


@functools.lru_cache(maxsize=256)
def _packed(path: Path, changed: int) -> bytes:
    """The file `path`, last changed at `changed`, gzipped."""
    return gzip.compress(path.read_bytes(), 6)


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Files as any host sends them: text gzipped, and pages with the policy that they carry as a header too.

    A header, unlike the page itself, can forbid framing.
    """

    protocol_version = "HTTP/1.1"  # one connection for many files
    disable_nagle_algorithm = True  # else a file waits for the acknowledgement of its own headers
    # Windows' registry may call scripts text/plain, which browsers then refuse.
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}

    def send_head(self):
        path = Path(self.translate_path(self.path))
        asked = "If-Modified-Since" not in self.headers and "gzip" in self.headers.get("Accept-Encoding", "")
        if not asked or path.suffix not in _TEXTS or not path.is_file():
            return super().send_head()
        changed = path.stat()
        data = _packed(path, changed.st_mtime_ns)
        self.send_response(200)
        for name, value in (("Content-Type", self.guess_type(str(path))), ("Content-Length", str(len(data))),
                            ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"),
                            ("Last-Modified", self.date_time_string(changed.st_mtime))):
            self.send_header(name, value)
        self.end_headers()
        return io.BytesIO(data)

    def end_headers(self):
        path = Path(self.translate_path(self.path))
        page = path / "index.html" if path.is_dir() else path
        if page.suffix == ".html" and page.is_file() and (found := _POLICY.search(page.read_text(encoding="utf-8"))):
            self.send_header("Content-Security-Policy", f"{found[1]}; frame-ancestors 'self'")
        super().end_headers()

    def log_message(self, *args):
        """Stay silent: the address that `main` prints should remain in sight."""


def open_server(folder: Path, port: int, tries: int = 20) -> http.server.ThreadingHTTPServer:
    """A server of `folder` on 127.0.0.1, bound to the first free port from `port` on (0: any); OSError if none is."""
    if not (folder / "index.html").is_file():
        raise FileNotFoundError(f"{folder} holds no built book: run `make book` first")
    handler = functools.partial(_Handler, directory=str(folder))
    for candidate in range(port, port + tries):
        try:
            return http.server.ThreadingHTTPServer(("127.0.0.1", candidate), handler)
        except OSError:
            continue
    raise OSError(f"ports {port} to {port + tries - 1} are all busy: choose another with `make serve PORT=...`")


@contextlib.contextmanager
def serving(folder: Path):
    """Serve `folder` in a thread while the block runs; gives the address, without a slash at the end."""
    server = open_server(folder, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    try:
        server = open_server(options.folder, options.port)
    except OSError as error:
        sys.exit(str(error))
    print(f"The book is at http://localhost:{server.server_port}/ (stop with Ctrl-C)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
