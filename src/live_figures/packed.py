"""What Python tells the page's scripts, as JSON inside HTML or a script."""

from __future__ import annotations

import json

import numpy as np

__all__ = ["packed"]


def packed(value) -> str:
    """`value` as short JSON; arrays become lists. Raises TypeError for what JSON has no word for."""
    # "</script>" inside a value would end the element
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain).replace("</", "<\\/")


def _plain(value):
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    raise TypeError(f"cannot write {type(value).__name__} into the page")
