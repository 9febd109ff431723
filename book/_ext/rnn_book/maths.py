r"""Formulas drawn at build by KaTeX: no script, no late shift on the page, and a wrong formula fails the build.

MathJax would cost every page 264 KB gzipped and a layout shift. sphinxcontrib-katex draws at build too, but speaks to
node through a socket that it may find before node listens, and leaves node behind then; a pipe does neither.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from .root import ROOT
from .tidy import node_binary

__all__ = ["Katex", "KatexError", "formula_parts", "hold_marks", "katex_css", "latex_for_katex", "setup_maths"]

log = logging.getLogger(__name__)

# `strict` turns what KaTeX would draw in its own way, such as a line break that TeX ignores, into an error.
_OPTIONS = {"throwOnError": True, "strict": "error", "output": "htmlAndMathml"}
# KaTeX puts the name of an operator and the sign that applies it side by side where MathML allows one element.
_APPLIED = re.compile("(<mi>[a-z]+</mi><mo>\u2061</mo>)(?=</msub>)")
_OPENING, _CLOSING = re.compile(r"[(\[‘“]+$"), re.compile(r"[])’”,.;:!?]+")
_NUMBERED = re.compile(r"\\(begin|end)\{(equation|align|gather|alignat)\}")


class KatexError(Exception):
    """KaTeX's own words on why it cannot draw a formula."""


class Katex:
    """KaTeX in a node process that starts at the first formula and ends with this process, however that ends."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._process: subprocess.Popen | None = None
        self._drawn: dict[tuple[str, bool], str] = {}

    def _ask(self, request: dict) -> dict:
        if self._process is None:
            command = [node_binary(), str(Path(__file__).with_name("katex.cjs")), str(self.folder / "katex.min.js")]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise ExtensionError(f"node ended with code {self._process.wait()} while it drew {request['latex']!r}")
        return json.loads(answer)

    def draw(self, latex: str, display: bool) -> str:
        """The HTML and MathML of a formula; raises KatexError where KaTeX does not understand it."""
        if (latex, display) not in self._drawn:
            answer = self._ask({"latex": latex, "options": {**_OPTIONS, "displayMode": display}})
            if "error" in answer:
                raise KatexError(answer["error"])
            self._drawn[latex, display] = _APPLIED.sub(r"<mrow>\1</mrow>", answer["html"])
        return self._drawn[latex, display]

    def close(self) -> None:
        """End node."""
        if self._process is not None:
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()
            self._process = None


def latex_for_katex(node: nodes.math_block) -> str:
    r"""The source of a displayed formula as KaTeX wants it: `\\` inside `aligned`, no number of KaTeX's own."""
    latex = node.astext().strip()
    if node["nowrap"]:
        return _NUMBERED.sub(r"\\\1{\2*}", latex)  # the number is Sphinx's, so that {eq} can refer to it
    return rf"\begin{{aligned}}{latex}\end{{aligned}}" if r"\\" in latex and r"\begin" not in latex else latex


def formula_parts(latex: str) -> list[str]:
    r"""The formulas that stand side by side in one display, parted by `\qquad`: a phone puts each on its line.

    An array or a set of aligned lines is one, and so is what braces hold together.
    """
    parts, depth, start = [], 0, 0
    for token in re.finditer(r"\\.[A-Za-z]*|[{}]", latex):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if token[0] == r"\qquad" and depth == 0 and r"\begin" not in latex:
            parts.append(latex[start:token.start()].strip())
            start = token.end()
    return [*parts, latex[start:].strip()]


def hold_marks(doctree: nodes.Element) -> None:
    """Put each formula of a text into one inline, "whole", with the marks beside it: no line begins with a comma."""
    for formula in list(doctree.findall(nodes.math)):
        line, at = formula.parent, formula.parent.index(formula)
        before, after = (line[k] if 0 <= k < len(line) and isinstance(line[k], nodes.Text) else ""
                         for k in (at - 1, at + 1))
        opening, closing = _OPENING.search(before), _CLOSING.match(after)
        if not (opening or closing):
            continue
        whole = line[at] = nodes.inline(classes=["whole"])
        if opening:
            line[at - 1] = nodes.Text(before[:opening.start()])
            whole += nodes.Text(opening[0])
        whole += formula
        if closing:
            line[at + 1] = nodes.Text(after[closing.end():])
            whole += nodes.Text(closing[0])


def _draw(translator, node: nodes.Node, latex: str, display: bool) -> str:
    try:
        return translator.builder.app.katex.draw(latex, display)
    except KatexError as error:
        log.warning("KaTeX cannot draw this formula: %s\n%s", error, latex, location=node, type="maths")
        return f"<code>{html.escape(latex)}</code>"


def _visit_inline(translator, node: nodes.math) -> None:
    drawn = _draw(translator, node, node.astext(), display=False)
    translator.body.append(f'<span class="math notranslate nohighlight">{drawn}</span>')
    raise nodes.SkipNode


def _visit_display(translator, node: nodes.math_block) -> None:
    translator.body.append(translator.starttag(node, "div", CLASS="math notranslate nohighlight"))
    drawn = (_draw(translator, node, part, display=True) for part in formula_parts(latex_for_katex(node)))
    translator.body.append(f'<div class="formula">{"".join(drawn)}</div>')
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def katex_css(css: str) -> str:
    """KaTeX's style sheet with woff2 as the only font format: every browser that runs this site reads it."""
    return re.sub(r',url\([^)]+\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)', "", css)


def _write_fonts(app: Sphinx, source: Path) -> None:
    target = Path(app.outdir) / "_static" / "katex"
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    css = katex_css((source / "katex.min.css").read_text(encoding="utf-8"))
    (target / "katex.min.css").write_text(css, encoding="utf-8")
    for name in re.findall(r"fonts/([\w-]+\.woff2)", css):
        shutil.copyfile(source / "fonts" / name, target / "fonts" / name)


def _start(app: Sphinx) -> None:
    if app.builder.format != "html":
        return
    folder = ROOT / "node_modules" / "katex" / "dist"
    if not folder.is_dir():
        raise ExtensionError(f"{folder} is missing: run `make setup`, which runs npm ci")
    app.katex = Katex(folder)
    _write_fonts(app, folder)


def _finish(app: Sphinx, error: Exception | None) -> None:
    if app.builder.format == "html" and hasattr(app, "katex"):
        app.katex.close()


def setup_maths(app: Sphinx) -> None:
    """Make KaTeX-at-build the maths renderer "katex_build", and copy its style sheet and fonts to the site."""
    app.add_html_math_renderer("katex_build", (_visit_inline, None), (_visit_display, None))
    app.connect("builder-inited", _start)
    app.connect("doctree-resolved", lambda app, doctree, name: hold_marks(doctree))
    app.connect("build-finished", _finish)
