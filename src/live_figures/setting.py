"""How Python sets the controls of a figure that is shown: by assignment, and no other way without being told."""

from __future__ import annotations

__all__ = ["Controls", "how_set"]


def how_set(part: str) -> str:
    """How a reader sets controls, for one who tried otherwise; `part` stands inside the braces of a dict."""
    return f"controls are set by assignment, a part is enough: figure.controls = {{{part}}}"


class Controls(dict):
    """The controls of a figure by name, for reading: a change inside could not be seen by the page."""

    def __setitem__(self, name, value):
        raise TypeError(how_set(f"{name!r}: {value!r}"))

    def _refused(self, *_arguments, **_more):
        raise TypeError(how_set("..."))

    __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refused
