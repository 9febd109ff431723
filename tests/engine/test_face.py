"""The engine's face: every name is there, and asking for the loops alone loads nothing heavy."""

import subprocess
import sys

import pytest

import live_figures


@pytest.mark.parametrize("name", live_figures.__all__)
def test_every_name_of_the_face_is_there(name):
    assert getattr(live_figures, name) is not None
    assert getattr(live_figures, name) is getattr(live_figures, name)


def test_other_names_are_refused():
    with pytest.raises(AttributeError, match="no attribute 'slider'"):
        live_figures.slider  # noqa: B018


def test_the_loops_load_nothing_heavy():
    code = "import sys; from live_figures import pick, scan; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "torch", "plotly", "ipywidgets", "live_figures.figure"} & set(run.stdout.split())
