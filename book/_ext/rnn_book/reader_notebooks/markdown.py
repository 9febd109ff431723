r"""Parts of a resolved page as plain CommonMark with GitHub's tables: what any notebook draws without extensions.

By then numbers, citations and references are text with an address, so nothing of MyST is left to translate. The methods
are named after the classes of docutils' nodes; a node without one of its own or of a base class is a warning.
"""

from __future__ import annotations

import base64
import html
import mimetypes
import posixpath
import re
from pathlib import Path
from types import SimpleNamespace

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import admonitionlabels
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

__all__ = ["Markdown", "display", "escape", "indented"]

log = logging.getLogger(__name__)

FIGURE_ELSEWHERE = "Live figure on the page"
_SPECIAL = re.compile(r"[\\`*$<]|(?<!\w)_|_(?!\w)|~~|\](?=\()|&(?=#?\w+;)")
_BLOCK_MARK = re.compile(r"^( *)(?:(\d+)(?=[.)](?:\s|$))|(?=>|(?:#+|[+-])(?:\s|$)|[=-]+$))", re.MULTILINE)
_NUMBERED = re.compile(r"\\(begin|end)\{(align|gather|alignat)\*?\}")
_SINGLE = re.compile(r"\\(begin|end)\{equation\*?\}")
_ALIGNED = {"align": "aligned", "gather": "gathered", "alignat": "alignedat"}
_OURS = re.compile(r"<(?:live-|script|style|nav class=\"live|div class=\"live)")
_NAMED_FIGURE = re.compile(r'<live-figure name="(\w+)"')


def escape(text: str) -> str:
    """Plain text as Markdown that shows exactly it, wherever in a line it stands."""
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", text)


def indented(text: str, by: str) -> str:
    """`text` with every line but the first behind `by`, and empty lines left empty."""
    return re.sub(r"\n(?!\n|$)", f"\n{by}", text)


def display(latex: str, nowrap: bool = False, number: str = "") -> str:
    r"""A displayed formula in `$$`: several lines inside `aligned`, the number as a `\tag`.

    No line begins with what Markdown could take for a list or a heading.
    """
    latex = re.sub(r"\s*\n\s*", "\n", latex.strip())
    if nowrap:
        latex = _SINGLE.sub("", latex).strip()
        latex = _NUMBERED.sub(lambda m: f"\\{m[1]}{{{_ALIGNED[m[2]]}}}", latex)
    elif r"\\" in latex and r"\begin" not in latex:
        latex = f"\\begin{{aligned}}\n{latex}\n\\end{{aligned}}"
    tag = f" \\tag{{{number}}}" if number else ""
    return "$$\n" + re.sub(r"\n(?=[-+=>#*])", " ", latex) + f"{tag}\n$$"


class Markdown:
    """Writes nodes of one page; `base` is the site's address with a slash at its end, or "" where it has none."""

    def __init__(self, app: Sphinx, docname: str, base: str):
        self.app, self.docname, self.base = app, docname, base
        self.page = app.builder.get_target_uri(docname)
        self._in_table = False

    # ---------------------------------------------------------------- the dispatch
    def block(self, node: nodes.Node) -> str:
        """A node that stands by itself, as Markdown without newlines around it; "" for what shows nothing."""
        return self._written("block", node)

    def inline(self, node: nodes.Node) -> str:
        """A node inside a line."""
        return self._written("inline", node)

    def blocks(self, parts) -> str:
        """Several nodes, each a block of its own."""
        return "\n\n".join(filter(None, map(self.block, parts)))

    def line(self, node: nodes.Element) -> str:
        """All that stands inside a node, as one run of text."""
        return "".join(map(self.inline, node.children))

    def _written(self, kind: str, node: nodes.Node) -> str:
        for base in type(node).__mro__:
            if method := getattr(self, f"_{kind}_{base.__name__}", None):
                return method(node)
        self._warn(f"there is no Markdown for a {type(node).__name__} here", node)
        return escape(node.astext())

    def _warn(self, said: str, node: nodes.Node) -> None:
        log.warning("reader notebook: %s", said, location=(self.docname, node.line), type="reader_notebooks")

    def address(self, node: nodes.Element) -> str:
        """Where a reference leads: another host, or a place on the published site; "" where that is not known."""
        uri = node.get("refuri") or (f"#{node['refid']}" if node.get("refid") else "")
        if not uri or re.match(r"[a-z]+:", uri):
            return uri
        path, mark, place = uri.partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.page), path)) if path else self.page
        return f"{self.base}{path}{mark}{place}" if self.base else ""

    def number(self, kind: str, node: nodes.Element) -> str:
        """The number that the page gives to a figure, table or listing, "4.2", or ""."""
        numbers = self.app.env.toc_fignumbers.get(self.docname, {}).get(kind, {})
        return next((".".join(map(str, numbers[name])) for name in node.get("ids", ()) if name in numbers), "")

    # ---------------------------------------------------------------- inside a line
    def _inline_Text(self, node) -> str:
        text = escape(node.astext())
        return text.replace("|", "\\|") if self._in_table else text

    def _inline_Inline(self, node) -> str:  # inline, Named, abbreviation, generated, ...: only its look is lost
        return self.line(node)

    _inline_caption_number = _inline_Inline

    def _inline_strong(self, node) -> str:
        return _around("**", self.line(node))

    def _inline_emphasis(self, node) -> str:
        return _around("*", self.line(node))

    _inline_title_reference = _inline_emphasis

    def _inline_literal(self, node) -> str:
        text = re.sub(r"\s+", " ", node.astext())
        if "kbd" in node.get("classes", ()):
            return f"<kbd>{html.escape(text)}</kbd>"
        fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
        pad = " " if text.startswith("`") or text.endswith("`") else ""
        return fence + pad + (text.replace("|", "\\|") if self._in_table else text) + pad + fence

    def _inline_superscript(self, node) -> str:
        return f"<sup>{self.line(node)}</sup>"

    def _inline_subscript(self, node) -> str:
        return f"<sub>{self.line(node)}</sub>"

    def _inline_math(self, node) -> str:
        latex = re.sub(r"\s+", " ", node.astext().strip())
        if self._in_table:  # a bar ends a cell
            latex = latex.replace(r"\|", r"\Vert ").replace("|", r"\vert ").strip()
        return f"${latex}$"

    def _inline_reference(self, node) -> str:
        text, address = self.line(node), self.address(node)
        return f"[{text.strip()}](<{address}>)" if " " in address else f"[{text}]({address})" if address else text

    def _inline_download_reference(self, node) -> str:
        text = self.line(node)
        return f"[{text}]({self.base}_downloads/{node['filename']})" if self.base and "filename" in node else text

    def _inline_footnote_reference(self, node) -> str:
        return f"<sup>{escape(node.astext())}</sup>"

    def _inline_image(self, node) -> str:
        alt = escape(node.get("alt") or "").replace("]", r"\]")
        return f"![{alt}]({self._source(node['uri'])})"

    def _source(self, uri: str) -> str:
        """An image as part of the notebook, which may be opened anywhere; one of another host by its address."""
        path = Path(self.app.srcdir) / uri.lstrip("/")
        if not path.is_file():
            return uri
        kind = mimetypes.guess_type(path.name)[0] or "image/png"
        return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"

    def _inline_raw(self, node) -> str:
        return node.astext() if "html" in node.get("format", "").split() else ""

    def _inline_Invisible(self, node) -> str:
        return ""

    _inline_target = _inline_Inline

    # ---------------------------------------------------------------- blocks of text
    def _block_TextElement(self, node) -> str:  # paragraphs, and whatever else holds a line
        return _BLOCK_MARK.sub(r"\1\2\\", self.line(node).strip())

    def _block_rubric(self, node) -> str:
        return f"**{self.line(node)}**"

    def _block_attribution(self, node) -> str:
        return f"— {self.line(node)}"

    def _block_math_block(self, node) -> str:
        builder = SimpleNamespace(config=self.app.config, name=self.app.builder.name,
                                  fignumbers=self.app.env.toc_fignumbers.get(self.docname, {}))
        number = get_node_equation_number(SimpleNamespace(builder=builder), node) if node["number"] else ""
        return display(node.astext(), node["nowrap"], number)

    def _block_literal_block(self, node) -> str:
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", node.astext())), default=0))
        language = {"ipython3": "python", "default": "", "none": "", "text": ""}.get(*[node.get("language", "")] * 2)
        return f"{fence}{language}\n{node.astext()}\n{fence}"

    def _block_line_block(self, node) -> str:
        return "\\\n".join(self.block(line) if isinstance(line, nodes.line_block) else self.line(line)
                            for line in node.children)

    def _block_block_quote(self, node) -> str:
        return _quoted(self.blocks(node.children))

    def _block_note(self, node) -> str:
        parts = list(node.children)
        own = isinstance(parts[0], nodes.title) if parts else False
        title = self.line(parts.pop(0)) if own else str(admonitionlabels.get(node.tagname, node.tagname.capitalize()))
        body = self.blocks(parts)
        return _folded(title, body) if "dropdown" in node["classes"] else _quoted(f"**{title}**\n\n{body}")

    _block_attention = _block_caution = _block_danger = _block_error = _block_hint = _block_important = _block_note
    _block_tip = _block_warning = _block_admonition = _block_seealso = _block_topic = _block_sidebar = _block_note

    def _block_dropdown_main(self, node) -> str:
        title, *parts = node.children
        texts = (text for text in title.findall(nodes.Text) if not isinstance(text.parent, nodes.raw))  # no icons
        said = "".join(text.astext() for text in texts)
        return _folded(said, self.blocks(parts))

    _block_sd_tab_label = _block_rubric

    def _block_bullet_list(self, node) -> str:
        return self._items(node, lambda k: "- ")

    def _block_enumerated_list(self, node) -> str:
        return self._items(node, lambda k: f"{k + node.get('start', 1)}. ")

    def _items(self, node, mark) -> str:
        items = [mark(k) + indented(self.blocks(item.children), " " * len(mark(k))) for k, item in enumerate(node)]
        return ("\n\n" if any("\n\n" in item for item in items) else "\n").join(items)

    def _block_definition_list(self, node) -> str:
        return "\n".join("- " + indented(self.block(item), "  ") for item in node)

    def _block_definition_list_item(self, node) -> str:
        terms = [self.line(part) for part in node if isinstance(part, nodes.term)]
        said = self.blocks(part for part in node if isinstance(part, nodes.definition))
        return f"**{' · '.join(terms)}**: {said}"

    def _block_field_list(self, node) -> str:
        return "\n".join(f"- **{self.line(field[0])}**: {indented(self.block(field[1]), '  ')}" for field in node)

    def _block_footnote(self, node) -> str:
        label, *parts = node.children
        return f"<sup>{escape(label.astext())}</sup> {self.blocks(parts)}"

    _block_citation = _block_footnote

    def _block_transition(self, node) -> str:
        return "---"

    # ---------------------------------------------------------------- tables, pictures, what holds others
    def _block_table(self, node) -> str:
        caption = next((self._caption("table", node, part) for part in node if isinstance(part, nodes.title)), "")
        rows = [[self._cell(entry) for entry in row] for row in node.findall(nodes.row)]
        if any(entry.get("morerows") or entry.get("morecols") for entry in node.findall(nodes.entry)):
            self._warn("a table of Markdown has no cells that span others", node)
        ends = [_ALIGN.get(align, "---") for align in self._aligned(node)]
        lines = [f"| {' | '.join(row)} |" for row in [rows[0], ends, *rows[1:]]]
        return "\n\n".join(filter(None, [caption, "\n".join(lines)]))

    def _aligned(self, table) -> list[str]:
        """How each column is aligned: by the last row, since a table's titles stand as its numbers do."""
        last = list(table.findall(nodes.row))[-1]
        return [next(iter(entry.get("classes") or ("",))) for entry in last]

    def _cell(self, entry) -> str:
        self._in_table = True
        text = "<br>".join(filter(None, map(self.block, entry.children)))
        self._in_table = False
        return re.sub(r"\s*\n\s*", " ", text)

    def _caption(self, kind: str, node, caption) -> str:
        number = self.number(kind, node)
        opening = f"**{self.app.config.numfig_format[kind] % number}.** " if number else ""
        return opening + self.line(caption)

    def _block_figure(self, node) -> str:
        return "\n\n".join(self._caption("figure", node, part) if isinstance(part, nodes.caption) else self.block(part)
                           for part in node.children)

    def _block_image(self, node) -> str:
        return self._inline_image(node)

    def _block_reference(self, node) -> str:  # around an image
        return self._inline_reference(node)

    def _block_raw(self, node) -> str:
        """HTML of the author's own; of what only the page can show, a figure, the way there."""
        text = node.astext() if "html" in node.get("format", "").split() else ""
        if figure := _NAMED_FIGURE.search(text):
            address = f"{self.base}{self.page}#{figure[1]}"
            return f"[{FIGURE_ELSEWHERE}]({address})" if self.base else ""
        return "" if _OURS.search(text) else text.strip()

    def _block_container(self, node) -> str:
        parts = node.children
        if "toctree-wrapper" in node["classes"]:
            return ""
        if node.get("literal_block"):
            caption, *parts = parts
            return f"{self._caption('code-block', node, caption)}\n\n{self.blocks(parts)}"
        return self.blocks(parts)

    _block_compound = _block_legend = _block_glossary = _block_list_item = _block_definition = _block_container
    _block_field_body = _block_container

    def _block_Invisible(self, node) -> str:  # comments, targets, indices, substitutions
        return ""

    _block_sd_tab_input = _block_system_message = _block_index = _block_toctree = _block_meta = _block_Invisible


_ALIGN = {"text-left": ":---", "text-center": ":---:", "text-right": "---:"}


def _around(mark: str, text: str) -> str:
    """`text` between marks, which take no spaces at their inner sides."""
    inner = text.strip()
    return text.replace(inner, f"{mark}{inner}{mark}", 1) if inner else text


def _quoted(text: str) -> str:
    return re.sub(r"^", "> ", text, flags=re.MULTILINE).replace("> \n", ">\n")


def _folded(summary: str, body: str) -> str:
    return f"<details>\n<summary>{html.escape(summary)}</summary>\n\n{body}\n\n</details>"
