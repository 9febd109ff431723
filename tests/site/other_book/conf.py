"""A small site of another author: plain Sphinx and one extension; the course must not be needed."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
sys.modules["helpers"] = None  # importing the course anywhere in this build is an error
os.environ["PYTHONPATH"] = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])  # for the notebooks' kernels

project = "Things that move"
extensions = ["myst_nb", "live_figures.sphinx"]
live_figures_packages = ["motion"]
nb_execution_mode = "force"
nb_execution_raise_on_error = True
exclude_patterns = ["_build"]
html_theme = "alabaster"
