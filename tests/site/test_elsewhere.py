"""The engine away from this book: in another author's Sphinx site, and from the wheel in an empty environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from live_pages import move, ready
from serve import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
MAX_DOCUMENT = 2_000_000  # bytes: with plotly's own plotly.js instead of the small bundle it would be 5 million


def run(*command, **options) -> subprocess.CompletedProcess:
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=600, **options)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done


@pytest.fixture(scope="module")
def other_site(tmp_path_factory):
    """The address of a site that plain Sphinx built with `live_figures.sphinx`, the course forbidden."""
    folder = tmp_path_factory.mktemp("other")
    shutil.copytree(Path(__file__).parent / "other_book", folder / "book", ignore=shutil.ignore_patterns("__pycache__"))
    run(sys.executable, "-m", "sphinx", "-W", "-n", "-b", "html", folder / "book", folder / "html")
    with serving(folder / "html") as address:
        yield address


def test_a_figure_on_a_plain_page_of_another_site(open_page, other_site):
    tab = open_page(f"{other_site}/index.html")
    element = ready(tab, "oscillator")
    assert element.evaluate("el => el.controls.damping") == 0.5  # as the directive says
    before = element.evaluate("el => el.arrays.last[0]")
    move(element, damping=1.5)
    assert element.evaluate("el => el.arrays.last[0]") < before


def test_a_figure_in_a_notebook_of_another_site(open_page, other_site):
    tab = open_page(f"{other_site}/growth.html")
    element = ready(tab, "logistic_map")
    move(element, growth=3.4)
    assert element.locator(".live-challenges li").first.get_attribute("class") == "met"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from what git knows and what the front end's build has made."""
    folder = tmp_path_factory.mktemp("wheel")
    skip = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", folder / "src", ignore=skip)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", folder, folder)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_both_packages_with_what_they_need(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for needed in ("helpers/cells.py", "helpers/data/char_rnn.npz", "live_figures/static/built/plotly.min.js",
                   "live_figures/static/built/live-figure.js", "live_figures/static/built/live-figure.css"):
        assert needed in names
    assert not [n for n in names if n.startswith("experiments")]


def test_the_wheel_shows_a_figure_in_an_empty_environment(wheel, tmp_path, open_page):
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    run(python, "-m", "pip", "install", "--constraint", ROOT / "constraints.txt", wheel, env=clean, cwd=tmp_path)
    made = run(python, "-m", "live_figures", "preview", "helpers.figures", "forget_bias", "--folder", tmp_path,
               env=clean, cwd=tmp_path)  # fmt: skip
    document = Path(made.stdout.strip())
    assert document.stat().st_size < MAX_DOCUMENT
    element = ready(open_page(document.as_uri()), "forget_bias")
    move(element, forget_bias=5)
    assert element.evaluate("el => el.arrays.left[0]") > 0.5
