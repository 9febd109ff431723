"""Live figures for any Sphinx book or notebook: declared once in Python, computed in the page without a server.

Everything is loaded when it is first asked for, so that equations may take `scan` and `pick` from here and stay light.
"""

from importlib import import_module

_HOMES = {
    "Challenge": "claims",
    "Choice": "controls",
    "Claim": "claims",
    "ColoredText": "views",
    "Figures": "collection",
    "Lane": "tape",
    "LinkedTexts": "linked",
    "LiveFigure": "figure",
    "LongText": "controls",
    "Map": "touch",
    "Pad": "touch",
    "Signal": "explain",
    "Slider": "controls",
    "TEMPLATE": "palette",
    "Tape": "tape",
    "Text": "controls",
    "Toggle": "controls",
    "Try": "claims",
    "broken": "claims",
    "draw": "",
    "exercises": "",
    "palette": "",
    "pick": "loops",
    "random": "",
    "scan": "loops",
    "short": "constants",
    "show": "notebook",
}
__all__ = list(_HOMES)


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(f".{_HOMES[name] or name}", __name__)
    globals()[name] = getattr(home, name) if _HOMES[name] else home
    return globals()[name]
