"""The training monitor in a real notebook: it moves, and its button and Jupyter's own end the training."""

from __future__ import annotations

import time

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MODEL = """from functools import partial
import torch
from helpers.models import LastStep
from helpers.monitor import Monitor
from helpers.tasks import temporal_order
torch.set_num_threads(1)
monitor = Monitor(LastStep("lstm", 8, 32, 4, seed=2), every=50)"""
TRAIN = """monitor.fit(partial(temporal_order, 20, 20), 1_000_000, every=10,
            loss=torch.nn.functional.cross_entropy)"""
AT_ONCE = 1.0  # seconds between a press and the end of the training


def watch(open_cells, *more, **context):
    """A reader who has run a model's cell and its training's, and sees the training move."""
    reader = open_cells(MODEL, TRAIN, *more, **context)
    for number in (0, 1):
        reader.run(number)
    progress = reader.tab.locator(".live-watch-progress")
    progress.filter(has_text="of 1,000,000").wait_for(timeout=60_000)
    before = progress.inner_text()
    reader.tab.wait_for_function("([line, before]) => line.textContent !== before",
                                 arg=[progress.element_handle(), before])
    return reader


def ends_at_once(reader, press):
    """How many seconds after `press()` the page says that the training has ended."""
    begin = time.monotonic()
    press()
    reader.tab.get_by_role("status").get_by_text("Stopped").wait_for(timeout=30_000)
    return time.monotonic() - begin


def test_the_button_ends_the_training_at_once(open_cells):
    reader = watch(open_cells, "monitor.running, monitor.history.step.size > 0")
    drawn = reader.tab.locator(".live-watch-drawings path[d]")
    assert drawn.count() > 10
    assert ends_at_once(reader, reader.tab.get_by_role("button", name="Stop training").click) < AT_ONCE
    assert reader.tab.get_by_role("button", name="Stop training").is_disabled()
    reader.run(2)
    reader.said(2, "(False, True)")


def test_a_key_presses_the_button(open_cells):
    reader = watch(open_cells)
    reader.tab.get_by_role("button", name="Stop training").focus()
    assert ends_at_once(reader, lambda: reader.tab.keyboard.press("Enter")) < AT_ONCE
    assert reader.tab.get_by_role("button", name="Stop training").is_disabled()


def test_jupyters_own_button_ends_the_training_while_no_cell_runs(open_cells):
    reader = watch(open_cells, "'the kernel lives on'")
    assert ends_at_once(reader, reader.interrupt) < AT_ONCE
    reader.run(2)
    reader.said(2, "the kernel lives on")


def test_jupyters_own_button_ends_the_training_that_a_cell_waits_for(open_cells):
    reader = watch(open_cells, "len(monitor.wait().step) > 0")
    reader.run(2)
    reader.tab.wait_for_timeout(500)
    assert ends_at_once(reader, reader.interrupt) < AT_ONCE
    reader.said(2, "True")
