"""What goes wrong while recording, told with the operation, the figure and the line that asked for it."""

from __future__ import annotations

import os
import sys

import array_api_compat

__all__ = ["TraceError", "UnknownOperation", "caller"]

_OURS = (os.path.dirname(__file__), os.path.dirname(array_api_compat.__file__))


class TraceError(TypeError):
    """A figure's code did something that cannot be recorded; the message names the operation, figure and line."""

    figure = ""  # set by `recording`

    def __init__(self, operation: str, advice: str):
        self.operation, self.advice, self.where = operation, advice, caller()
        super().__init__(operation, advice)

    def __str__(self):
        figure = f"figure {self.figure!r}, " if self.figure else ""
        return f"{figure}{self.where}: {self.operation} cannot be recorded for the page: {self.advice}"


class UnknownOperation(TraceError, AttributeError):
    """The array namespace has no such function; an AttributeError too, so that `hasattr` can ask."""


def caller() -> str:
    """`file:line` of the nearest frame outside the recorder: the figure's or the equation's own line."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
