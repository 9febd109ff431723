"""What Python sets moves the figure, what its reader moves Python reads; a figure that was changed shows its change."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOW = """from helpers import live
w = live.show("forget_bias")
heard = []
w.observe(lambda change: heard.append(change["new"]["forget_bias"]), names="controls")
w"""
ASK = "w.controls['forget_bias'], heard[-1], round(float(w.arrays['keep']), 3)"
CHANGE = """import dataclasses
figure = live.load("forget_bias")

def compute(consts, **controls):
    arrays = figure.compute(consts, **controls)
    return arrays | {"keep": arrays["keep"] * SHARE}

live.show(dataclasses.replace(figure, compute=compute))"""


def test_python_and_the_reader_move_one_figure(open_cells):
    reader = open_cells(SHOW, "w.controls = {'forget_bias': 3.0}", ASK)
    reader.run(0)
    assert reader.scroll_until_drawn([0], 60)
    slider = reader.cells.nth(0).locator("input[name=forget_bias]")
    readout = reader.cells.nth(0).locator("live-figure .live-readout")
    reader.run(1)
    expect(readout).to_contain_text("95.26% at each step", timeout=20_000)
    slider.focus()
    reader.tab.keyboard.press("ArrowRight")
    expect(readout).to_contain_text("95.69% at each step", timeout=20_000)
    reader.tab.wait_for_timeout(500)
    reader.run(2)
    reader.said(2, "(3.1, 3.1, 0.957)")


def test_a_figure_that_the_reader_changes_computes_the_change(open_cells):
    reader = open_cells("from helpers import live", CHANGE.replace("SHARE", "0.5"), CHANGE.replace("SHARE", "0.25"))
    reader.run_all()
    assert len(reader.scroll_until_drawn([1, 2], 90)) == 2
    kept = [reader.cells.nth(k).locator("live-figure .live-readout").inner_text() for k in (1, 2)]
    assert [re.search(r"keeps ([\d.]+)%", text)[1] for text in kept] == ["36.55", "18.28"]
