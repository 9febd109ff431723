"""Every exported notebook runs as a reader's does: alone in a folder, where its first cell has installed the package.

The kernel's environment holds all that this one does except the package itself, and pip may ask no index. `make floors`
runs the same notebooks at the versions of Colab.
"""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from package_wheel import build_wheel

from live_figures.exercises.verdict import MIME

EXPORTED = Path(__file__).resolve().parents[1] / "_build" / "html" / "notebooks"
NOTEBOOKS = sorted(EXPORTED.rglob("*.ipynb"))
EXECUTE = "from nbclient.cli import main; main()"
BESIDE = {"torch", "tqdm", "sklearn"}
HIDE = "import sys\nsys.modules.update(dict.fromkeys({!r}))"  # each import of one of them fails
SHOWS = re.compile(r"^(?:live|plots)\.show\(", re.MULTILINE)
DRAWN = {"text/html", "application/vnd.plotly.v1+json", "application/vnd.jupyter.widget-view+json"}
pytestmark = [pytest.mark.book, pytest.mark.slow]


class Reader:
    """A folder above the notebooks, with the package's wheel in it, and a Python that lacks only the package."""

    def __init__(self, folder: Path):
        self.folder, self.python = folder, _environment(folder / "env")
        build_wheel(folder)
        left = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        self.environ = left | {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "OMP_NUM_THREADS": "1",
                               "IPYTHONDIR": str(folder / "ipython")}

    def run(self, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess:
        """This Python with these arguments, in `folder`."""
        return subprocess.run([str(self.python), *arguments], cwd=folder or self.folder, env=self.environ,
                              capture_output=True, text=True, timeout=900)

    def execute(self, book: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
        """The notebook as run from the top in a folder that holds nothing else."""
        folder = self.folder / name
        folder.mkdir(parents=True)
        nbformat.write(book, folder / "notebook.ipynb")
        done = self.run("-c", EXECUTE, "notebook.ipynb", "--inplace", "--timeout=600", folder=folder)
        assert done.returncode == 0, done.stderr[-3000:]
        return nbformat.read(folder / "notebook.ipynb", as_version=4)


def _environment(home: Path) -> Path:
    """A virtual environment to which everything that is installed here is linked, but for the package."""
    venv.create(home)
    there = next((home / "lib").glob("python*")) / "site-packages"
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not re.search(r"rnn_live_helpers|__pycache__", entry.name):
            (there / entry.name).symlink_to(entry)
    return home / "bin" / "python"


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    assert NOTEBOOKS, f"{EXPORTED} holds no notebooks: run `make book` first (`make test` and `make floors` do)"
    return Reader(tmp_path_factory.mktemp("reader"))


@pytest.fixture(scope="module")
def installed(reader):
    """What pip lists before and after a notebook's first cell has run alone, twice: the second time without a wheel."""
    before = reader.run("-m", "pip", "freeze").stdout
    setup = nbformat.read(NOTEBOOKS[0], as_version=4)
    setup.cells = setup.cells[:2]
    reader.execute(setup, "first")
    for wheel in reader.folder.glob("*.whl"):
        wheel.unlink()
    reader.execute(setup, "second")
    return set(before.splitlines()), set(reader.run("-m", "pip", "freeze").stdout.splitlines())


@pytest.fixture(scope="module")
def running(request, reader, installed):
    """Every notebook that is asked for, as it is being run, two at a time."""
    asked = [item.callspec.params["path"] for item in request.session.items if "running" in item.fixturenames]
    with ThreadPoolExecutor(2) as pool:
        yield {path: pool.submit(reader.execute, _bare(path), path.stem) for path in asked}


def _bare(path: Path) -> nbformat.NotebookNode:
    """A notebook before which a cell takes away what its first cell would not install."""
    book = nbformat.read(path, as_version=4)
    installs = re.findall(r"^    '(\w+)': ", book.cells[1].source, re.MULTILINE)
    book.cells.insert(0, nbformat.v4.new_code_cell(HIDE.format(BESIDE.difference(installs)), id="hide"))
    return book


def test_the_first_cell_installs_the_package_and_nothing_else(installed):
    before, after = installed
    assert [line.partition(" ")[0] for line in after - before] == ["rnn-live-helpers"] and before <= after


def test_without_package_wheel_or_address_the_first_cell_says_what_to_do(reader, tmp_path):
    setup = nbformat.read(NOTEBOOKS[0], as_version=4).cells[1].source
    code = re.sub(r"^SOURCE = .*$", "SOURCE = ''", setup, flags=re.MULTILINE)
    done = reader.run("-I", "-S", "-c", code, folder=tmp_path)
    assert "Put the book's file rnn_live_helpers-*.whl beside the notebook and run this cell again" in done.stderr


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_from_the_top(running, path):
    cells = [cell for cell in running[path].result().cells if cell.cell_type == "code"]
    bundles = [(cell, output.get("data", {})) for cell in cells for output in cell.outputs]
    verdicts = [data[MIME]["state"] for _, data in bundles if MIME in data]
    asked = {cell.metadata.exercise for cell in cells if "exercise" in cell.metadata}
    assert set(verdicts) <= {"open"} and len(verdicts) == len(asked)  # nothing is ticked off that nobody did
    shown = {cell.id for cell, data in bundles if DRAWN & set(data)}
    assert [cell.source for cell in cells if SHOWS.search(cell.source) and cell.id not in shown] == []
    assert [data["text/markdown"] for _, data in bundles if "{cite" in data.get("text/markdown", "")] == []
