"""Every sentence that the mechanism itself says, under a stable key, and the one place where texts are replaced."""

from __future__ import annotations

import string
from collections.abc import Mapping

__all__ = ["WORDS", "opening", "replace", "say", "text"]

WORDS = {
    # the card
    "difficulty_1": "easy",
    "difficulty_2": "medium",
    "difficulty_3": "hard",
    "minutes": "{minutes} min",
    "hint": "Hint {number} of {count}",
    "solution": "Solution",
    "your_answer": "Your answer",
    "check": "Check",
    "in_a_cell": "Or answer in a cell: {call}.",
    "in_the_notebook": "Write it in the notebook, in the cell that ends in {call}.",
    "in_the_figure": "Move the figure {figure} until it does what is asked: this card sees it. Or write the controls "
                     "in the notebook, in the cell that ends in {call}.",
    "stub": "The cell to begin with",
    "own": "Solved there",
    "no_scripts": "Answering here needs scripts.",
    "sure": "Look before trying?",
    "sure_why": "A wrong try teaches more than a right answer read. The mark will say “solution seen”; solving it "
                "later replaces that.",
    "sure_no": "Try first",
    "sure_yes": "Show it",
    # in a plain notebook
    "exercise": "Exercise: {title}",
    "exercise_numbered": "Exercise {number}: {title}",
    "in_the_dots": "Put the number in place of the dots, and run the cell.",
    "in_the_dots_unit": "Put the number ({unit}) in place of the dots, and run the cell.",
    "name_in_the_dots": "Put the name of one, in quotes, in place of the dots, and run the cell.",
    # how far a reader is
    "mark_new": "not tried",
    "mark_tried": "tried",
    "mark_seen": "solution seen",
    "mark_solved": "solved",
    "overview": "Exercises of this page",
    "exercises": "Exercises: {count}",
    "solved_of": "{solved} of {count} solved",
    "done_of": "{solved} of {count} done",
    "tries": "tries: {count}",
    "hints": "hints: {count}",
    "figures": "Figures",
    "tries_of": "guessed and tried: {tries} of {count}",
    "challenge_met": "met",
    "challenge_open": "not yet",
    "challenges_of": "challenges met: {challenges} of {count}",
    "export": "Save a copy",
    "import": "Add a saved copy",
    "clear": "Forget everything",
    "exported": "Saved as {file}.",
    "imported": "Added. The copy held: exercises {exercises}, challenges {challenges}, tries of figures {tries}. What "
                "was further here stayed.",
    "no_file": "This file cannot be read. A copy saved here is a .json file.",
    "no_record": "This file is no saved copy of this page. Nothing was changed.",
    "later_version": "This copy was saved by a later version of the book. Nothing was changed.",
    "forget": "Forget everything?",
    "would_lose": "Exercises: {exercises} ({solved} solved). Challenges met: {challenges}. Tries of figures: {tries}. "
                  "All marks and typed answers will be lost in this browser; a copy saved before can bring them back.",
    "forget_no": "Keep it",
    "forget_yes": "Forget it",
    "cleared": "Everything was forgotten.",
    "refused": "This browser keeps nothing for this site: what you do lasts until you leave the page.",
    "from_disk": "This page was opened as a file. Some browsers then keep what you do for each file apart, and this "
                 "page cannot see it.",
    "record_scripts": "Your progress is shown here where scripts are allowed.",
    # choices and numbers
    "nothing_yet": "Nothing to check yet: put your answer in place of the dots and run the cell again.",
    "pick_first": "Pick one first.",
    "pick_one_of": "Answer with the name of one choice: {choices}.",
    "type_first": "Type a number first.",
    "unreadable": "“{given}” cannot be read as a number. Write it like 1234, 0.5, 1/2, 50 % or 1e-3.",
    "no_number": "Answer with a number, not with {given}.",
    "right": "Right.",
    "not_that": "Not {given}.",
    # several values
    "no_values": "Answer with {count} values: {names}.",
    "unknown_value": "There is no “{name}” here. The names are {names}.",
    "value_missing": "There is no value for {name} yet.",
    "value_not_number": "{name} should be a number, and is {given}.",
    "value_not_finite": "{name} should be a number that can be written down, not infinity or NaN.",
    "value_not_offered": "{name} cannot be “{given}”. It is one of {offered}.",
    "no_controls": "Answer with the controls and their values as a dict: dict({names}=...).",
    "not_met": "Not yet: this does not do what was asked for.",
    # functions
    "no_function": "Give a function of ({names}), not a value of type {type}: without the brackets of a call.",
    "arguments": "Your function takes ({got}). It is called with {count}: ({names}).",
    "case": "This was case {number} of {count}: {described}.",
    "a_shape": "{name} of shape {shape}",
    "a_value": "{name} = {value}",
    "a_list": "{name} with {count} entries",
    "a_thing": "{name} of type {type}",
    "raised": "Your function raised {error} ({message}).",
    "raised_silently": "Your function raised {error}.",
    "raised_at": "It was in line {line} of your code, {source!r}.",
    "too_deep": "Your function calls itself again and again and never stops (RecursionError).",
    "changed": "One thing: your function changed {names} in place, which the caller may still need.",
    # comparisons
    "returned": "what your function returns",
    "afterwards": "{name} afterwards",
    "no_return": "{what} should not be None here. Is there a return?",
    "should_be_none": "{what} should be None here.",
    "not_numbers": "{what} should be numbers, and is of type {type}.",
    "not_real": "{what} should be real numbers, and is complex.",
    "not_text": "{what} should be another text than {given}.",
    "parts": "{what} should be {count} things in this order: {names}.",
    "entries": "{what} should be a list with {count} entries.",
    "no_list": "{what} should be a list or a tuple, and is of type {type}.",
    "part": "number {number} of {what}",
    "part_named": "{name} of {what}",
    "shape": "{what} should have shape {expected}, and has {got}.",
    "nan": "{what} holds NaN, at index {where}.",
    "nan_alone": "{what} is NaN.",
    "infinite": "{what} holds infinity, at index {where}.",
    "infinite_alone": "{what} is infinite.",
    "differs": "{what} differs by up to {gap}, at index {where} (allowed: {allowed}).",
    "differs_alone": "{what} differs by {gap} (allowed: {allowed}).",
    "see_hints": "The hints under the question say where to begin.",
}  # fmt: skip

_replaced: dict[str, str] = {}


def replace(words: Mapping[str, str]) -> None:
    """Show other texts under these keys from now on, for an edition in another language; see `words` for the keys.

    Raises ValueError for a sentence of the mechanism that does not exist, or for a placeholder that it does not have.
    """
    for key, said in words.items():
        if key.startswith("exercises."):
            _check(key, said)
    _replaced.update(words)


def _check(key: str, said: str) -> None:
    original = WORDS.get(key.removeprefix("exercises."))
    if original is None:
        raise ValueError(f"there is no text {key!r}")
    if more := _placeholders(said) - _placeholders(original):
        raise ValueError(f"{key!r} has no placeholder {', '.join(sorted(more))}; its text is {original!r}")


def _placeholders(said: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(said) if name is not None}


def text(key: str, original: str) -> str:
    """The text shown under `key`: `original`, or what replaced it."""
    return _replaced.get(key, original)


def say(key: str, **values) -> str:
    """The mechanism's sentence `key`, its placeholders filled in."""
    return text(f"exercises.{key}", WORDS[key]).format(**values)


def opening(what: str) -> str:
    """`what` as the first words of a sentence: capitalised, unless it begins with a letter of a formula."""
    first = what.partition(" ")[0]
    return what[0].upper() + what[1:] if len(first) > 2 and first.isalpha() and first.islower() else what
