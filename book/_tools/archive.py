"""The whole book in one file that needs no network.

    python book/_tools/archive.py _build/html _build/notebooks _build/rnn-live.zip

The site, the folder of the notebooks in place of the site's own copies, and a page of text that says what each needs.
The same pages give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from pathlib import Path

__all__ = ["write_archive"]

_TOP = "rnn-live"
_WRITTEN = (1980, 1, 1, 0, 0, 0)  # the first date of the format: the archive tells what it holds, not when it was made
_README = """Recurrent Neural Networks, Live

TO READ
Unpack this archive, then open index.html in a browser. It needs no server and no network:
the figures compute in the page, the search searches, and exercises are checked there.

TO RUN THE NOTEBOOKS
They are in the folder "notebooks", one a chapter. They need Python 3.11 or newer and the
packages of requirements.txt, among them PyTorch for the CPU. In the folder "notebooks":

    python -m venv .venv
    .venv/bin/python -m pip install -r requirements.txt
    .venv/bin/jupyter lab chapters

On Windows, say .venv\\Scripts for .venv/bin; elsewhere, python3 where there is no python.
Only the second line needs a network, once; it takes about 500 MB. The book's own package
is the file {wheel} beside them.

Text and figures: CC BY 4.0. Code: MIT licence. The file LICENSE says which covers what.
"""


def _members(site: Path, notebooks: Path) -> dict[str, bytes]:
    """What the archive holds, by name below its one folder."""
    files = {path.relative_to(site).as_posix(): path for path in site.glob("**/*") if path.is_file()}
    kept = {name: path for name, path in files.items() if not name.startswith(("notebooks/", "."))}
    beside = {f"notebooks/{path.relative_to(notebooks).as_posix()}": path
              for path in notebooks.glob("**/*") if path.is_file()}
    wheel = next(notebooks.glob("*.whl")).name
    texts = {"README.txt": _README.format(wheel=wheel).encode(), "LICENSE": (notebooks / "LICENSE").read_bytes()}
    return {name: path.read_bytes() for name, path in (kept | beside).items()} | texts


def write_archive(site: Path, notebooks: Path, target: Path) -> int:
    """Pack the built `site` with the folder `notebooks` into `target`, and return its size in bytes."""
    if not (site / "index.html").is_file():
        raise FileNotFoundError(f"{site} holds no built book: run `make book` first")
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in sorted(_members(site, notebooks).items()):
            entry = zipfile.ZipInfo(f"{_TOP}/{name}", _WRITTEN)
            entry.external_attr = 0o644 << 16  # else unpacked files may be readable by nobody
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, compresslevel=9)
    return target.stat().st_size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("site", "notebooks", "target"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args()
    try:
        size = write_archive(options.site, options.notebooks, options.target)
    except FileNotFoundError as error:
        sys.exit(str(error))
    print(f"Written to {options.target}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
