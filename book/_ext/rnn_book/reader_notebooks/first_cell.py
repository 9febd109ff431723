"""The first cell of a reader notebook: it makes what the notebook imports importable where it is not.

Nowhere else does a cell install anything. Where all is there, as on Binder or on the reader's own machine, it looks and
is done. What is there already is never upgraded.
"""

from __future__ import annotations

import re
import tomllib

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
# What has to be importable beside the package -> its distribution, and what in the code asks for it.
_BESIDE = {
    "torch": ("torch", r"^\s*(?:import|from) torch\b"),
    "tqdm": ("tqdm", r"\bhelpers\b.*\btraining\b"),
    "sklearn": ("scikit-learn", r"^\s*(?:import|from) sklearn\b|\bhelpers\b.*\b(?:captions|captioner|digits)\b"),
}


def needed(code: str) -> dict[str, str]:
    """What `code` needs beside the package: module -> requirement, as pyproject.toml has it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [line for extra in project["optional-dependencies"].values() for line in extra]
    asked = {re.match(r"[\w-]+", line)[0]: line for line in lines}
    found = (module for module, (_, pattern) in _BESIDE.items() if re.search(pattern, code, re.MULTILINE))
    return {module: asked[_BESIDE[module][0]] for module in found}


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
