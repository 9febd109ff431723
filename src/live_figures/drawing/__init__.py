"""A plotly figure as SVG: what a page shows before scripts run, and in print."""

from .plot import svg, write

__all__ = ["svg", "write"]
