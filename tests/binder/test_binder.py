"""What Binder is told to install fits what it brings: this book's pins, and the base of repo2docker in base.txt."""

from __future__ import annotations

import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from binder_base import ROOT, python_version
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def _requirements(path: Path) -> list[Requirement]:
    lines = (line.split("#")[0].strip() for line in path.read_text().splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def _pins(path: Path) -> dict[str, str]:
    """Versions by name, "+cpu" left out."""
    return {canonicalize_name(r.name): str(r.specifier).removeprefix("==").removesuffix("+cpu")
            for r in _requirements(path)}


PINS = _pins(ROOT / "binder" / "requirements.txt")
BASE = _pins(Path(__file__).with_name("base.txt"))


def _needed(name: str) -> list[Requirement]:
    """What the distribution `name` requires on this machine; the versions here are those that Binder gets."""
    try:
        wanted = map(Requirement, metadata.requires(name) or ())
    except metadata.PackageNotFoundError:
        return []
    return [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]


def conflicts(pins: dict[str, str], base: dict[str, str]) -> list[str]:
    """Why installing `pins` over `base` would move a package of the base: a phrase a reason, none where none moves."""
    shared = pins.keys() & base.keys()
    found = [f"{name}=={pins[name]} replaces {base[name]}" for name in shared if pins[name] != base[name]]
    seen, waiting = set(pins), list(pins)
    while waiting:
        name = waiting.pop()
        for one in _needed(name):
            needed = canonicalize_name(one.name)
            if needed in base and not one.specifier.contains(base[needed], prereleases=True):
                found.append(f"{name} needs {one}, the base has {base[needed]}")
            elif needed not in base and needed not in seen:
                seen.add(needed)
                waiting.append(needed)
    return found


def test_the_pins_are_those_that_were_tested():
    tested = _pins(ROOT / "constraints.txt")
    assert {name: tested.get(name) for name in PINS} == PINS


def test_nothing_that_the_base_brings_is_moved():
    assert conflicts(PINS, BASE) == []


@pytest.mark.parametrize(("name", "why"), [("jupyterlab", "replaces 4.4.9"), ("ipywidgets", "jupyterlab-widgets")])
def test_a_conflict_is_named(name, why):
    # Another JupyterLab than the base's leaves `notebook` with one that it refuses.
    tested = _pins(ROOT / "constraints.txt")
    assert why in " ".join(conflicts(PINS | {name: tested[name]}, BASE)).replace("_", "-")


def test_all_that_the_package_needs_is_there():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for one in map(Requirement, [*project["dependencies"], *extras["torch"], *extras["digits"]]):
        name = canonicalize_name(one.name)
        assert one.specifier.contains((BASE | PINS)[name]), one


def test_base_is_that_of_the_python_asked_for():
    assert f"Python {python_version()}," in Path(__file__).with_name("base.txt").read_text().splitlines()[0]
