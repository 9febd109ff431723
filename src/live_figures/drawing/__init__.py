"""A plotly figure as the page draws it: read (`chart`), written (`markup`), and what may move (`moves`)."""

from .chart import Chart
from .markup import html, svg
from .moves import moves, moving, told

__all__ = ["Chart", "html", "moves", "moving", "svg", "told"]
