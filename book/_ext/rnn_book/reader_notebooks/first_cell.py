"""The first cell of a reader notebook: it makes what the notebook imports importable where it is not.

Nowhere else does a cell install anything. Where all is there, as on Binder or on the reader's own machine, it looks and
is done. What is there already is never upgraded.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from ..root import ROOT

__all__ = ["TITLE", "first_cell", "needed"]

TITLE = "Setup: run this cell first"
SAYS = "Installs what is missing of this book's package and of what it needs; where all of it is there, does nothing."
WHEEL_FIRST = "a wheel that came with this notebook is taken first"
NOT_FOUND = ("This notebook needs the book's package and does not know where to get it.",
             "Put the book's file {wheel} beside the notebook and run this cell again,",
             "or install the package where this kernel runs.")
FAILED = "pip could not install {missing}; what it said stands above."

_WHEEL = "rnn_live_helpers-*.whl"
# The default build of torch for Linux brings gigabytes of CUDA; where both are offered, pip takes the one for the CPU.
_TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
_BESIDE = {"torch": "torch", "tqdm": "tqdm", "sklearn": "scikit-learn"}  # module -> distribution, not the package's own
_LATER = {"sklearn": r"\bhelpers\b.*\b(?:captions|captioner|digits)\b"}  # imported when what is named here is called


def needed(code: str) -> dict[str, str]:
    """What `code` needs beside the package: module -> requirement, as pyproject.toml has it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [line for extra in project["optional-dependencies"].values() for line in extra]
    asked = {re.match(r"[\w-]+", line)[0]: line for line in lines}
    imported = {name.partition(".")[0] for name in _imported(code)}
    imported |= {module for module, named in _LATER.items() if re.search(named, code)}
    found = (module for module in _BESIDE if module in imported)
    return {module: asked[_BESIDE[module]] for module in found}


def _imported(code: str) -> set[str]:
    """The modules that a notebook imports, and those that they import of the package and of others in their turn."""
    found, waiting = set(), _imports(ast.walk(ast.parse(re.sub(r"^\s*[%!].*$", "", code, flags=re.MULTILINE))), "")
    while waiting:
        name = waiting.pop()
        found.add(name)
        base = ROOT / "src" / Path(*name.split("."))
        for file, package in ((base / "__init__.py", name), (base.with_suffix(".py"), name.rpartition(".")[0])):
            if file.is_file():
                waiting |= _imports(ast.parse(file.read_text(encoding="utf-8")).body, package) - found
    return found


def _imports(nodes: Iterable[ast.AST], package: str) -> set[str]:
    """The modules that statements in `package` import; a name taken from one may be a module, too."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[:len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return found


def first_cell(code: str, repository: str) -> str:
    """The cell for a notebook with this `code`; `repository` is the address of the source, or "" for none known."""
    beside = "".join(f"\n    {module!r}: {requirement!r}," for module, requirement in needed(code).items())
    not_found = "\n".join(f"            {line!r}" for line in " \n".join(NOT_FOUND).format(wheel=_WHEEL).splitlines())
    return f'''# {SAYS}
import importlib
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

SOURCE = {f"git+{repository}" if repository else ""!r}
BESIDE = {{{beside}
}}


def book_package():
    """Where the package comes from; {WHEEL_FIRST}."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        if wheels := sorted(folder.glob("{_WHEEL}")):
            return str(wheels[-1])
    if not SOURCE:
        raise ModuleNotFoundError(
{not_found}
        )
    return SOURCE


def set_up():
    """Install what cannot be imported, and nothing else."""
    wanted = [needed for module, needed in BESIDE.items() if find_spec(module) is None]
    if not (find_spec("helpers") and find_spec("live_figures")):
        wanted.append(book_package())
    if not wanted:
        return
    pip = [sys.executable, "-m", "pip", "install", "-q", "--extra-index-url", "{_TORCH_INDEX}"]
    done = subprocess.run([*pip, *wanted], capture_output=True, text=True)
    importlib.invalidate_caches()
    if done.returncode:
        print(done.stdout, done.stderr)
        raise ModuleNotFoundError(f"{FAILED.format(missing="{', '.join(wanted)}")}")


set_up()'''
