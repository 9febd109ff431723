"""An exported figure in a host that has no kernel: MyST's own, the anywidget renderer of its theme."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from live_pages import arrays, load_fixture, move
from playwright.sync_api import expect

from live_figures import export
from tests.audit.axe import findings

MYST = Path(__file__).resolve().parents[1] / "myst"
ESBUILD = MYST.parents[1] / "node_modules" / ".bin" / "esbuild"
ARTICLE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>An article</title>
<link rel="icon" href="data:,"><style>body { background: #fff } html.dark body { background: #1c1917; color: #fff }
label { font-weight: bold } button { all: unset }</style></head><body><main>
<h1>An article</h1><div id="figure"></div></main><script src="host.js"></script></body></html>"""


@pytest.fixture(scope="module")
def myst(site_folder):
    """The script of MyST's host, beside the pages."""
    assert (MYST / "node_modules").exists(), f"npm ci --prefix {MYST} has not run (`make test` sees to it)"
    subprocess.run([ESBUILD, MYST / "host.js", "--bundle", "--format=iife", "--log-level=warning",
                    '--define:process.env.NODE_ENV="production"', f"--outfile={site_folder / 'host.js'}"], check=True)


@pytest.fixture
def article(myst, open_page, site_folder):
    """`article(name, model)` opens a page of MyST's that shows the exported fixture `name`: tab and figure."""
    def open_(name: str, model: dict | None = None):
        (site_folder / f"{name}.mjs").write_text(export.module(load_fixture(name)), encoding="utf-8")
        (site_folder / "article.html").write_text(ARTICLE, encoding="utf-8")
        tab = open_page("article.html")
        tab.evaluate(f"show({{ esm: new URL('{name}.mjs', location).href, model: {json.dumps(model or {})} }})")
        tab.wait_for_selector("live-figure[ready]")
        return tab, tab.locator("live-figure")

    return open_


def test_it_computes_in_a_shadow_root_without_a_kernel_from_the_controls_of_the_article(article):
    figure = load_fixture("everything")
    tab, shown = article("everything", {"controls": {"gain": 1.5}})
    for gain in (1.5, 0.5):
        move(shown, gain=gain)
        seen = arrays(shown)
        for name, value in figure.arrays(gain=gain).items():
            np.testing.assert_allclose(seen[name], np.ravel(value), rtol=1e-12, atol=1e-12, err_msg=name)
    assert shown.evaluate("el => el.getRootNode() instanceof ShadowRoot")
    expect(shown.locator("[data-act='zoom'], [data-act='link']")).to_have_count(2)
    expect(shown.get_by_role("button", name="Zoom")).to_have_count(0)  # there is no kernel to send plotly.js
    tab.evaluate("leave()")  # MyST throws where its model is told that nobody listens any more
    expect(shown).to_have_count(0)


def test_the_guide_keeps_the_focus_inside_the_shadow_root(article):
    tab, shown = article("everything")
    shown.locator("[data-guess]").first.focus()
    tab.keyboard.press("Enter")
    assert shown.evaluate("el => el.getRootNode().activeElement?.closest('.live-do') !== null")


def test_it_looks_as_on_a_page_in_both_themes_and_axe_finds_nothing(article):
    tab, shown = article("sketch")
    look = """el => [getComputedStyle(el).fontSize, getComputedStyle(el).color,
        getComputedStyle(el.closest('.live-host')).backgroundColor]"""
    assert shown.evaluate(look) == ["15px", "rgb(21, 23, 28)", "rgb(255, 255, 255)"]
    assert findings(tab) == []
    tab.evaluate("document.documentElement.className = 'dark'")
    tab.wait_for_timeout(50)
    assert shown.evaluate(look) == ["15px", "rgb(236, 238, 242)", "rgb(18, 21, 27)"]
    assert findings(tab) == []


def test_the_command_writes_one_file_a_figure(tmp_path, capsys):
    from live_figures.__main__ import main

    main(["export", "tests.engine.fixtures", "walker", "pairs", "--folder", str(tmp_path / "out")])
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["pairs.mjs", "walker.mjs"]
    assert str(tmp_path / "out" / "walker.mjs") in capsys.readouterr().out
