"""What an exercise says to an answer, and how a comparison says it: by raising."""

from __future__ import annotations

import html
from dataclasses import dataclass, field

from ..host import on_page

__all__ = ["MIME", "Refusal", "Verdict", "unanswered"]

# What a verdict is about goes with it into the saved notebook, for whoever collects results; nothing shows it.
MIME = "application/vnd.live-exercise+json"

_SIGN = {"right": "✓", "wrong": "✗", "open": "○"}


@dataclass(frozen=True)
class Verdict:
    """What an exercise says: `state` is right, wrong or open (nothing tried yet); true exactly when right.

    `record` says which exercise, which attempt in this kernel, and when.
    """

    state: str
    message: str
    record: dict = field(default_factory=dict, compare=False)

    def __bool__(self) -> bool:
        return self.state == "right"

    def __repr__(self) -> str:
        return f"{_SIGN[self.state]} {self.message}"

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        shown = {"text/plain": repr(self), "text/html": self._repr_html_()}
        return shown if on_page() or not self.record else shown | {MIME: self.record}

    def _repr_html_(self) -> str:
        said = f"{_SIGN[self.state]} {html.escape(self.message)}"
        return f'<p class="verdict verdict-{self.state}" role="status">{said}</p>'


class Refusal(Exception):
    """Raised where an answer is found wrong, with the sentence for the reader; `state` is open if it was no try."""

    def __init__(self, message: str, state: str = "wrong"):
        super().__init__(message)
        self.state = state


def unanswered(answer) -> bool:
    """Whether `answer` is still what a stub holds: `...` or None."""
    return answer is None or answer is Ellipsis
