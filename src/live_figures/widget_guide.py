"""The guide of a figure in a notebook: what the card on a page asks and shows, with ipywidgets, moved by the kernel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

import ipywidgets

from . import values

__all__ = ["GuideBox"]


class GuideBox:
    """One try at a time, then the challenges: `box` is the widget, `follow` tells it where the figure stands.

    `set_controls(**controls)` moves the figure for a reader who presses “Show me”.
    """

    def __init__(self, figure, set_controls: Callable):
        self.figure, self.set_controls = figure, set_controls
        self.at, self.phase, self.guess, self.start = 0, "ask", None, None
        self.present, self.met, self.solved = ({}, {}), set(), set()
        self.place, self.text, self.answers = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.VBox()
        self.back, self.next, self.free = (self._button(key, way) for key, way in (
            ("guide_back", lambda: self.go(self.at - 1)), ("guide_skip", lambda: self.go(self.at + 1)),
            ("guide_free", lambda: self.go(len(figure.tries)))))
        ways = [ipywidgets.HBox([self.place, self.back, self.next, self.free])] if figure.tries else []
        self.box = ipywidgets.VBox([*ways, self.text, self.answers])
        self.go(0)

    @property
    def asked(self):
        """The try that the card shows; None among the challenges."""
        return self.figure.tries[self.at] if self.at < len(self.figure.tries) else None

    def go(self, at: int) -> None:
        """Show the try at this place, or the challenges behind the last one."""
        self.at = min(max(at, 0), len(self.figure.tries))
        self.phase, self.guess = "why" if self.at in self.met else "ask", None
        self.lay()

    def take(self, guess: int | None) -> None:
        """The reader has guessed, or is not sure: say what to do, or what comes of it where it has been done."""
        self.guess, self.phase = guess, "do"
        self.start = self._stand() if len(self.asked.states) > 1 else None
        self.lay()
        self.follow(*self.present)

    def show(self) -> None:
        """Move the figure to the last state of the try."""
        self.set_controls(**{name: _settable(value) for name, value in self.asked.states[-1].items()})

    def follow(self, controls: Mapping, arrays: Mapping) -> None:
        """The figure stands at these control values and arrays: what is met now?"""
        self.present = controls, arrays
        solved = {c.met for c in self.figure.challenges if arrays[c.met]}
        if not solved <= self.solved:
            self.solved |= solved
            self.lay()
        if self.phase != "do" or self.asked is None or self._stand() == self.start:
            return
        self.start = None  # a way of several states has to be gone: who stands at its end moves first
        if self.asked.done(controls, arrays):
            self.met.add(self.at)
            self.phase = "why"
            self.lay()

    def lay(self) -> None:
        """Bring the card up to date."""
        fig, asked = self.figure, self.asked
        place = {"at": self.at + 1, "count": len(fig.tries)}
        said = values.fill_template(fig.word("guide_place"), place.get) if asked else fig.word("guide_free")
        self.place.value = escape(said)
        self.back.disabled, self.next.disabled, self.free.disabled = self.at == 0, asked is None, asked is None
        self.next.description = fig.word("guide_next" if self.phase == "why" else "guide_skip")
        shown = {"ask": self._ask, "do": self._do, "why": self._why}[self.phase] if asked else self._tasks
        lines, answers = shown()
        self.text.value = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
        self.answers.children = answers

    def _ask(self):
        guesses = [self._button(None, lambda k=k: self.take(k), text) for k, text in enumerate(self.asked.guesses)]
        return [self.asked.ask], [*guesses, self._button("guide_unsure", lambda: self.take(None))]

    def _do(self):
        return [self.asked.ask, f"→ {self.asked.do}"], [self._button("guide_show", self.show)]

    def _why(self):
        if self.guess is None:
            return [self.asked.says], []
        right, said = self.guess == self.asked.right, {"guess": self.asked.guesses[self.guess]}
        verdict = values.fill_template(self.figure.word("guide_right" if right else "guide_wrong"), said.get)
        return [verdict, self.asked.says], []

    def _tasks(self):
        marks = {True: ("✓", "done"), False: ("○", "not_yet")}
        lines = [(*marks[c.met in self.solved], c.text) for c in self.figure.challenges]
        return [f"{mark} {text} {self.figure.word(state)}" for mark, state, text in lines], []

    def _stand(self):
        """The present values of the controls that the try names, as text."""
        controls, _ = self.present
        return str([controls.get(name) for state in self.asked.states for name in state])

    def _button(self, key: str | None, act: Callable, text: str = ""):
        button = ipywidgets.Button(description=text or self.figure.word(key), layout={"width": "auto"})
        button.on_click(lambda _: act())
        return button


def _settable(value):
    """A value of a state that can be set: for a range its middle."""
    if not isinstance(value, tuple):
        return value
    return sum(value) // 2 if all(isinstance(end, int) for end in value) else sum(value) / 2
