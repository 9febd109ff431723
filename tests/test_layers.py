"""Arrows point downwards only: no module, and no folder of modules, imports in a circle; the engine knows no course."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[1] / "src"
PACKAGES = ("live_figures", "helpers", "experiments")


def module_name(path: Path) -> str:
    parts = path.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(p): p for name in PACKAGES for p in sorted((SRC / name).rglob("*.py"))}


def imports_of(name: str) -> set[str]:
    """The modules of this repository that `name` imports, inside its functions too."""
    path, found = MODULES[name], set()
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {f"{base}.{alias.name}" if f"{base}.{alias.name}" in MODULES else base for alias in node.names}
    return {module for module in found if module in MODULES} - {name}


IMPORTS = {name: imports_of(name) for name in MODULES}


def test_the_engine_does_not_come_in_by_its_own_front_door():
    """The face loads what it names when it is asked: a module that asked it could close a circle unseen."""
    assert not [name for name in MODULES if name.startswith("live_figures.") and "live_figures" in IMPORTS[name]]


def folder(name: str) -> str:
    """What a module stands in: itself beside the package's front door, or its sub-package."""
    return ".".join(name.split(".")[:2])


def test_no_module_imports_in_a_circle():
    graphlib.TopologicalSorter(IMPORTS).prepare()  # raises CycleError, which names the circle


def test_no_folder_imports_in_a_circle():
    graph = {}
    for name, used in IMPORTS.items():
        graph.setdefault(folder(name), set()).update({folder(u) for u in used} - {folder(name)})
    graphlib.TopologicalSorter(graph).prepare()


def reached(name: str) -> set[str]:
    """Every module of the repository that comes along with `name`, its packages' front doors included."""
    seen, todo = set(), [name]
    while todo:
        module = todo.pop()
        if module not in seen:
            seen.add(module)
            parents = (".".join(module.split(".")[:k]) for k in range(1, module.count(".") + 1))
            todo += [*IMPORTS[module], *(p for p in parents if p in MODULES)]
    return seen


@pytest.mark.parametrize(("below", "above"), [
    ("live_figures", ("helpers", "experiments")),
    ("helpers", ("experiments",)),
    ("live_figures.program", ("live_figures.record", "live_figures.lower", "live_figures.emit")),
    ("live_figures.record", ("live_figures.lower", "live_figures.emit", "live_figures.page")),
    ("live_figures.lower", ("live_figures.emit", "live_figures.page")),
    ("live_figures.drawing", ("live_figures.record", "live_figures.page")),
])  # fmt: skip
def test_what_is_below_does_not_know_what_is_above(below, above):
    for name in (m for m in MODULES if m == below or m.startswith(below + ".")):
        known = {u for u in IMPORTS[name] if any(u == a or u.startswith(a + ".") for a in above)}
        assert not known, f"{name} imports {sorted(known)}"


@pytest.mark.parametrize("name", ["cells", "sequence", "params", "bptt", "lags", "clipping", "jacobians", "tasks"])
def test_the_equations_know_neither_figures_nor_exercises(name):
    above = {"helpers.live", "helpers.figures", "helpers.checks"} & {folder(m) for m in reached(f"helpers.{name}")}
    assert not above, f"helpers.{name} brings {sorted(above)}"


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_engine_works_where_the_course_cannot_be_imported():
    """Recording, drawing and page of a figure of its own, with `helpers` and torch forbidden."""
    run("""
import sys, types
sys.modules.update({"helpers": None, "torch": None})
import live_figures
from live_figures import Slider, compile, figure, page
from array_api_compat import array_namespace
wave = types.SimpleNamespace(
    title="How fast?", caption="Faster.", alt="A point.",
    controls=[Slider(name="f", label="f", min=0, max=1, step=.1, value=0)],
    compute=lambda consts, f: {"y": f * 2.0}, diagram='<svg viewBox="0 0 1 1"/>')
fig = figure.from_module(wave, "wave")
assert "<live-figure" in page.figure_html(fig) and "wave" in compile.compile_figure(fig).js
""")


def test_importing_the_course_is_light():
    loaded = run("import sys, helpers, helpers.cells\nprint(*{m.partition('.')[0] for m in sys.modules})").split()
    assert not {"torch", "plotly", "ipywidgets"} & set(loaded)
