"""Words of the text that name what a figure shows: they light up its wires and lines, and these light them.

A figure's signals say what the text calls them: words, and formulas between dollars. In the section in which the figure
stands, the first such word of each paragraph is marked; the sources stay plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from docutils import nodes

__all__ = ["Named", "depart_named", "mark_words", "visit_named"]

_FIGURE = re.compile(r'<live-figure\b[^>]*?\sname="(\w+)"')
_LEFT_ALONE = (nodes.literal, nodes.reference, nodes.title, nodes.raw, nodes.image, nodes.footnote_reference)


class Named(nodes.inline):
    """What names the signal `of` a figure, written `figure.signal`."""


def visit_named(writer, node) -> None:
    """HTML: a span that the page's script finds."""
    writer.body.append(f'<span class="live-word" data-word="{node["of"]}">')


def depart_named(writer, node) -> None:
    """The end of it."""
    writer.body.append("</span>")


def mark_words(doctree: nodes.document, signals_of: Callable[[str], Mapping]) -> None:
    """Mark the words of the text that name signals; `signals_of` gives those of a figure by its name."""
    for section in list(doctree.findall(nodes.section)):
        for figure, paragraph in list(_paragraphs(section)):
            _mark(paragraph, figure, signals_of(figure))


def _paragraphs(section: nodes.section) -> Iterator[tuple[str, nodes.paragraph]]:
    """The paragraphs of a section, each with its figure: the one above it, before the first of the section that one."""
    parts = [part for part in section.children if not isinstance(part, nodes.section)]
    found = [_figures(part) for part in parts]
    shown = next((names[0] for names in found if names), None)
    for part, names in zip(parts, found, strict=True):
        shown = names[-1] if names else shown
        if shown and not names and not isinstance(part, (nodes.container, nodes.table)):
            yield from ((shown, paragraph) for paragraph in part.findall(nodes.paragraph))


def _figures(part: nodes.Node) -> list[str]:
    return [name for raw in part.findall(nodes.raw) for name in _FIGURE.findall(raw.astext())]


def _mark(paragraph: nodes.paragraph, figure: str, signals: Mapping) -> None:
    """The first word for each signal, in the order of the text."""
    left = {word: name for name, signal in signals.items() for word in signal.named}
    for node in list(paragraph.findall(lambda n: isinstance(n, (nodes.Text, nodes.math)))):
        if any(isinstance(above, _LEFT_ALONE) for above in _above(node, paragraph)):
            continue
        if isinstance(node, nodes.math):
            name = left.get(f"${node.astext().strip()}$")
            if name:
                node.parent.replace(node, _named(figure, name, node.deepcopy()))
                left = {word: other for word, other in left.items() if other != name}
        elif not isinstance(node.parent, nodes.math):
            pieces, left = _split(node.astext(), figure, left)
            if any(isinstance(piece, Named) for piece in pieces):
                node.parent.replace(node, pieces)


def _above(node: nodes.Node, end: nodes.Node) -> Iterator[nodes.Node]:
    while (node := node.parent) is not end:
        yield node


def _split(text: str, figure: str, left: dict[str, str]) -> tuple[list[nodes.Node], dict[str, str]]:
    """The text with its words marked, and the words that are still to be found."""
    pieces = []
    while match := _first(text, left):
        found = " ".join(match[0].lower().split())
        name = left[next(word for word in left if word.lower() == found)]
        pieces += [nodes.Text(text[:match.start()]), _named(figure, name, nodes.Text(match[0]))]
        text, left = text[match.end():], {word: other for word, other in left.items() if other != name}
    return [piece for piece in [*pieces, nodes.Text(text)] if piece.astext()], left


def _first(text: str, words: Mapping[str, str]) -> re.Match | None:
    """Where the first of these words stands, the longest of those that begin there."""
    longest = sorted((word for word in words if not word.startswith("$")), key=len, reverse=True)
    return re.search("|".join(map(_whole, longest)), text, re.IGNORECASE) if longest else None


def _whole(word: str) -> str:
    """A pattern for the word; in scripts that put spaces between words, no part of another, as of state-space."""
    left, right = (end.isascii() and end.isalnum() for end in (word[0], word[-1]))
    inside = re.escape(word).replace(r"\ ", r"\s+")
    return (r"(?<!\w)(?<!\w-)" if left else "") + inside + (r"(?!-?\w)" if right else "")


def _named(figure: str, name: str, inside: nodes.Node) -> Named:
    return Named("", "", inside, of=f"{figure}.{name}")
