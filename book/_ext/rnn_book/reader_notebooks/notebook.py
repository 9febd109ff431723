"""A page as a plain notebook: its headings begin cells, its code stays, its exercises become cells of their own."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import nbformat
from docutils import nodes
from pybtex.backends.markdown import Backend
from sphinx.application import Sphinx

from live_figures.exercises.plain import plain

from ..progress import exercise
from .first_cell import TITLE, first_cell
from .markdown import Markdown, escape

__all__ = ["SOLUTION", "is_notebook", "reader_notebook"]

SOLUTION = "solution"  # the tag of cells that the student edition leaves out
FROM = "This is a page of the book {book} as a notebook."
ITS_PAGE = "[The page itself]({page}) has the same figures without a kernel, and keeps how far you are."
CODE = "Code of what is shown below"
WORKS = "Works cited"
_CARD = re.compile(r'<live-exercise name="(\w+\.\w+)"[^>]*>.*?<small class="live-ordinal">([^<]*)</small>', re.DOTALL)
_CITED = re.compile(r"\{?\{cite:\w+\}\}?`([^`]+)`")
_HIDDEN = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
    "colab": {"provenance": [], "toc_visible": True},
}


def is_notebook(doctree: nodes.document) -> bool:
    """Whether a page has code that was run."""
    return any(_is_code(node) for node in doctree.findall(nodes.container))


def reader_notebook(app: Sphinx, docname: str, doctree: nodes.document, repository: str) -> nbformat.NotebookNode:
    """The notebook of a resolved page; `repository` is the address of the source, or ""."""
    writer = _Cells(app, docname)
    writer.walk(doctree, 0)
    writer.cite(doctree)
    code = "\n".join(cell.source for cell in writer.cells if cell.cell_type == "code")
    cells = [*_opening(app, writer.prose, first_cell(code, repository)), *writer.cells]
    made = nbformat.v4.new_notebook(cells=cells, metadata=_METADATA)
    nbformat.validate(made)
    return made


def _opening(app: Sphinx, prose: Markdown, setup: str) -> list[nbformat.NotebookNode]:
    """Where the notebook comes from, and the cell that sets up."""
    title = f"*{escape(app.config.project)}*"
    said = [FROM.format(book=f"[{title}]({prose.base})" if prose.base else title)]
    if prose.base:
        said.append(ITS_PAGE.format(page=f"{prose.base}{prose.page}"))
    return [nbformat.v4.new_markdown_cell(" ".join(said), id="from"), _folded(setup, TITLE, "setup")]


def _folded(source: str, title: str, name: str) -> nbformat.NotebookNode:
    """A code cell that JupyterLab and Colab show closed; Colab shows its title instead."""
    hidden = {"jupyter": {"source_hidden": True}, "cellView": "form"}
    return nbformat.v4.new_code_cell(f"#@title {title}\n{source}", id=name, metadata=hidden)


def _is_code(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


class _Cells:
    """Collects the cells of one page, in its order."""

    def __init__(self, app: Sphinx, docname: str):
        self.app, self.docname = app, docname
        self.prose = Markdown(app, docname, app.config.html_baseurl)
        self.cells: list[nbformat.NotebookNode] = []
        self._text: list[str] = []
        self._section = "top"
        self._used: Counter[str] = Counter()
        self._ids = self._source_ids()

    def _source_ids(self) -> list[str]:
        """The ids of the source's cells, where it is a notebook and has them."""
        path = Path(self.app.env.doc2path(self.docname))
        if path.suffix != ".ipynb":
            return []
        return [cell.get("id", "") for cell in nbformat.read(path, as_version=4).cells]

    def _id(self, wish: str) -> str:
        """An id that is the same in the next export, and used once: nbformat allows 64 letters, digits, - and _."""
        wish = re.sub(r"[^\w-]", "-", wish, flags=re.ASCII)[:56]
        self._used[wish] += 1
        return wish if self._used[wish] == 1 else f"{wish}-{self._used[wish]}"

    # ---------------------------------------------------------------- the page
    def walk(self, node: nodes.Node, depth: int) -> None:
        """Add a node and all below it; `depth` is that of the headings around it."""
        if isinstance(node, nodes.document | nodes.section):
            inner = depth + isinstance(node, nodes.section)
            for child in node.children:
                self.walk(child, inner)
        elif isinstance(node, nodes.title) and isinstance(node.parent, nodes.section):
            self._begin_section(node, depth)
        elif _is_code(node):
            self._code(node, depth)
        elif text := self.prose.block(node):
            self._text.append(text)
        if isinstance(node, nodes.document):
            self._flush()

    def _begin_section(self, title: nodes.title, depth: int) -> None:
        self._flush()
        self._section = title.parent["ids"][-1]
        number = self._section_number(title.parent)
        self._text.append(f"{'#' * depth} {number}{self.prose.line(title)}")

    def _section_number(self, section: nodes.section) -> str:
        numbers = self.app.env.toc_secnumbers.get(self.docname, {})
        anchor = "" if isinstance(section.parent, nodes.document) else f"#{section['ids'][0]}"
        return "".join(f"{part}." for part in numbers.get(anchor) or ()) + " " if numbers.get(anchor) else ""

    def _flush(self) -> None:
        if self._text:
            self.cells.append(nbformat.v4.new_markdown_cell("\n\n".join(self._text), id=self._id(self._section)))
            self._text = []

    # ---------------------------------------------------------------- code and exercises
    def _code(self, cell: nodes.container, depth: int) -> None:
        self._flush()
        if card := next((found for raw in cell.findall(nodes.raw) if (found := _CARD.search(raw.astext()))), None):
            self._exercise(card[1], card[2], depth)
            return
        source = next((p for p in cell.findall(nodes.container) if p.get("nb_element") == "cell_code_source"), None)
        if source is None:  # a cell that the page hides altogether
            return
        code, name = self._with_citations(source.astext(), cell), self._id(self._source_id(cell["cell_index"]))
        tags = (cell.get("cell_metadata") or {}).get("tags", [])
        hidden = _HIDDEN.intersection(tags)
        self.cells.append(_folded(code, CODE, name) if hidden else nbformat.v4.new_code_cell(code, id=name))

    def _source_id(self, index: int) -> str:
        return (self._ids[index] if index < len(self._ids) else "") or f"{self._section}-code"

    def _with_citations(self, code: str, cell: nodes.container) -> str:
        """The code with the citations that it prints, roles of MyST, as the page shows them."""
        shown = {_keys(inline): inline.astext() for inline in cell.findall(nodes.inline)
                 if "bibtex-citation" in inline["classes"]}
        found = {one.citation_id: one.key for one in self.app.env.get_domain("cite").citations}
        by_key = {",".join(found[name] for name in names): said for names, said in shown.items()}
        return _CITED.sub(lambda role: by_key.get(role[1].replace(" ", ""), role[0]), code)

    def _exercise(self, key: str, number: str, depth: int) -> None:
        asks, answer, solution = plain(exercise(key), number, "#" * (depth + 1))
        name, about = key.replace(".", "-"), {"exercise": key}
        text, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
        self.cells += [
            text(asks, id=self._id(name), metadata=about),
            code(answer, id=self._id(f"{name}-answer"), metadata=about),
            text(solution, id=self._id(f"{name}-{SOLUTION}"), metadata=about | {"tags": [SOLUTION]}),
        ]

    # ---------------------------------------------------------------- what is cited
    def cite(self, doctree: nodes.document) -> None:
        """Add a list of the works that the page cites, as its bibliography has them."""
        cited = {name for inline in doctree.findall(nodes.inline) if "bibtex-citation" in inline["classes"]
                 for name in _keys(inline)}
        citations = self.app.env.get_domain("cite").citations
        if works := sorted((one for one in citations if one.citation_id in cited), key=_author):
            listed = "\n".join(f"- {' '.join(one.formatted_entry.text.render(_Plain()).split())}" for one in works)
            self.cells.append(nbformat.v4.new_markdown_cell(f"## {WORKS}\n\n{listed}", id=self._id("works-cited")))


def _keys(inline: nodes.inline) -> tuple[str, ...]:
    """The places in the bibliography to which a citation leads."""
    return tuple(ref["refuri"].partition("#")[2] for ref in inline.findall(nodes.reference) if "refuri" in ref)


def _author(work) -> tuple[str, str]:
    people = work.entry.persons.get("author") or work.entry.persons.get("editor") or []
    return " ".join(people[0].last_names) if people else "", work.entry.fields.get("year", "")


class _Plain(Backend):
    """A bibliography's entry with no more backslashes than it needs."""

    def format_str(self, text: str) -> str:
        return escape(text)
