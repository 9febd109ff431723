"""Every number that a figure explains is what its explanation says, over the controls of every figure."""

import numpy as np
import pytest

from helpers.live import load, names
from live_figures.consistency import getter
from live_figures.explain import drifts
from tests.figures.test_figures_js import settings_of

EXPLAINING = [name for name in names() if load(name).signals]


@pytest.mark.parametrize("name", EXPLAINING)
def test_no_explanation_parts_from_the_program(name):
    fig, rng = load(name), np.random.default_rng(0)
    for variant in fig.variants():
        for controls in settings_of(fig, variant, rng):
            get = getter(fig, fig.arrays(**controls), fig.values(**controls))
            assert not list(drifts(fig, get)), controls
