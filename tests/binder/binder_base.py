"""What Binder's machines hold before this book's packages come: the frozen environment of repo2docker, as pip knows it.

`python tests/binder/binder_base.py` prints it, where jupyter-repo2docker is installed; base.txt is what it printed.
"""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["ROOT", "base_packages", "python_version"]

ROOT = Path(__file__).resolve().parents[2]
# conda-forge's names that differ from PyPI's; a build that begins with "py" holds Python.
_NAMES = {"python-fastjsonschema": "fastjsonschema", "jupyterhub-base": "jupyterhub", "nbconvert-core": "nbconvert",
          "brotli-python": "brotli"}
_NO_PACKAGES = {"cpython"}
_ENTRY = re.compile(r"/(?P<name>[^/]+)-(?P<version>[^/-]+)-py[^/-]*\.(?:conda|tar\.bz2)#")


def python_version(folder: Path = ROOT / "binder") -> str:
    """The Python that a folder `binder` asks for, such as "3.11"."""
    return (folder / "runtime.txt").read_text().strip().removeprefix("python-")


def base_packages(python: str) -> list[str]:
    """`name==version` of every Python package in repo2docker's environment for `python`, sorted."""
    import repo2docker

    conda = Path(repo2docker.__file__).parent / "buildpacks" / "conda"
    found = map(_ENTRY.search, (conda / f"environment.py-{python}-linux-64.lock").read_text().splitlines())
    packages = ((_NAMES.get(m["name"], m["name"]), m["version"]) for m in found if m and m["name"] not in _NO_PACKAGES)
    return sorted(f"{name}=={version}" for name, version in packages)


def main() -> None:
    import repo2docker

    python = python_version()
    print(f"# Binder's Python {python}, by repo2docker {repo2docker.__version__} (tests/binder/binder_base.py).")
    print("\n".join(base_packages(python)))


if __name__ == "__main__":
    main()
