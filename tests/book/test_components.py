"""The parts of the extensions that are plain functions."""

from __future__ import annotations

import io
import json
import re
import struct
import subprocess

import pytest
from docutils import nodes
from fontTools.ttLib import TTFont
from minibook import ROOT
from pygments import highlight
from pygments.lexers import PythonLexer
from pygments.styles import get_style_by_name
from pygments.token import Text
from rnn_book.access import accessible, with_names
from rnn_book.execution import cache_key
from rnn_book.highlight import PLAIN, SparseFormatter
from rnn_book.maths import KatexError, formula_parts, hold_marks, latex_for_katex
from rnn_book.pages import describe, leading, quiet, wanted
from rnn_book.repository import CARD
from rnn_book.search import plain_formula, search_index
from rnn_book.security import handlers, policy, with_policy
from rnn_book.styles import icon_codes, purge, subset_font

from live_figures.sphinx import figures_on

# --- styles ---


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".a{color:red}", ".a{color:red}"),
        (".b{color:red}", ""),
        (".a,.b{color:red}", ".a{color:red}"),
        (".a .b{color:red}", ""),
        ("p,html{color:red}", "p{color:red}"),
        ("#a.a:hover{color:red}", "#a.a:hover{color:red}"),
        (".a:not(.b){color:red}", ".a:not(.b){color:red}"),
        ("@media print{.a{color:red}.b{color:red}}", "@media print{.a{color:red}}"),
        ("@media print{.b{color:red}}", ""),
        ("@keyframes b{from{top:0}}", "@keyframes b{from{top:0}}"),
        (".a{--x:';}'}", ".a{--x:';}'}"),
    ],
)
def test_purge_keeps_what_pages_use(css, kept):
    assert purge(css, {"a", "p"}) == kept


def test_purge_says_where_a_sheet_is_broken():
    with pytest.raises(ValueError, match="Unclosed block"):
        purge(".a{top:0", {"a"})


def test_icon_codes_come_from_content():
    css = '.x:before{content:"\uf185"}.y{content:""}.z{content:"+"}:root{--icon:"\uf0eb"}.w{content:"\\f303"}'
    assert icon_codes(css) == {0xF185, ord("+"), 0xF0EB, 0xF303}


def test_a_subset_font_has_the_glyphs_asked_for_and_no_others():
    font = ROOT / "node_modules" / "katex" / "dist" / "fonts" / "KaTeX_Main-Regular.woff2"
    data = subset_font(font, {ord("a"), ord("+")})
    assert set(TTFont(io.BytesIO(data)).getBestCmap()) == {ord("a"), ord("+")}
    assert data[:4] == b"wOF2" and len(data) < font.stat().st_size / 10


# --- code ---


@pytest.mark.parametrize("style", ["a11y-high-contrast-light", "a11y-high-contrast-dark"])
def test_code_without_an_element_looks_like_text(style):
    """The theme's two styles."""
    colors = get_style_by_name(style)
    assert all(colors.style_for_token(token) == colors.style_for_token(Text) for token in PLAIN)


def test_code_keeps_its_text_and_its_colours():
    code = "x = np.array([1, 2])  # two\n"
    html = highlight(code, PythonLexer(), SparseFormatter())
    assert re.sub("<[^>]+>", "", html).rstrip("\n") == code.rstrip("\n")
    assert re.findall('class="([^"]+)"', html) == ["highlight", "o", "o", "mi", "mi", "c1"]


# --- pages ---


@pytest.mark.parametrize(
    ("name", "body", "answer"),
    [
        ("copybutton.js", '<div class="highlight">', False),
        ("mystnb.1.css", '<div class="cell">', True),
        ("mystnb.1.css", "<p>no code</p>", False),
        ("scripts/sphinx-book-theme.js", "", False),
        ("styles/sphinx-book-theme.css", "", True),
        ("sphinx-thebe.js", '<div class="highlight thebe">', False),
        ("const THEBE_JS_URL = 'x'", "", False),
        ("togglebutton.css", '<div class="admonition dropdown">', True),
        ("togglebutton.css", "<label class=\"live-toggle\">", False),
        ("book.css", "", True),
    ],
)
def test_wanted(name, body, answer):
    assert wanted(name, body) is answer


def test_the_name_of_a_figure_of_the_page_leads_to_it():
    figure = '<live-figure name="tea" id="tea"></live-figure>'
    code = '<code class="docutils literal notranslate"><span class="pre">{}</span></code>'
    tea, cups = code.format("tea"), code.format("cups")
    assert leading(f"<p>{tea}, {cups}</p>{figure}") == f'<p><a href="#tea">{tea}</a>, {cups}</p>{figure}'
    assert leading(f"<p>{tea}</p>") == f"<p>{tea}</p>"  # the figure stands elsewhere


def test_describe_takes_prose_and_leaves_formulas_out():
    document = nodes.document(None, None)
    section = nodes.section()
    formula = nodes.paragraph("", "", nodes.Text("Here "), nodes.math("", "h_t"))
    section += [formula, nodes.paragraph("", "A first sentence."), nodes.paragraph("", "word " * 60)]
    document += section
    said = describe(document)
    assert said.startswith("A first sentence. word")
    assert said.endswith("…") and len(said) <= 202 and "h_t" not in said


def test_describe_begins_with_the_question_of_a_chapter():
    question = nodes.strong("", "The question of this chapter: why\nnot?")
    asked = nodes.paragraph("", "", nodes.Text(""), question, nodes.Text(" And so on."))
    later = nodes.section("", nodes.paragraph("", "", nodes.strong("", "What else?")))
    section = nodes.section("", nodes.paragraph("", "In the middle of a thought."), asked, later)
    document = nodes.document(None, None)
    document += section
    assert describe(document) == "Why not? And so on."
    section.remove(asked)
    assert describe(document).startswith("In the middle of a thought.")


def test_the_picture_that_links_show_has_the_size_that_is_told():
    data = (ROOT / "book" / CARD).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", data[16:24]) == (1200, 630) and len(data) < 150_000


@pytest.mark.parametrize(
    ("script", "left"),
    [
        ("a(),console.log(`[PST]: ${e} mode (auto).`),b()", "a(),`${e}`,b();"),
        ('if (x) console.log("one) two", f(1, (2)));\ng()', "x&&f(1,2),g();"),  # what a message calls may do something
        ("console.log('it\\'s)');h()", "h();"),
        ("console.log('a');console.error('stays')", 'console.error("stays");'),
        ("console.error('untouched');  // but shorter", 'console.error("untouched");'),
    ],
)
def test_quiet_takes_messages_and_nothing_else(script, left):
    assert quiet(script).strip() == left


# --- execution ---


def test_the_cache_key_follows_helpers_weights_and_pins(tmp_path):
    (tmp_path / "src" / "helpers" / "data").mkdir(parents=True)
    (tmp_path / "src" / "helpers" / "live.js").write_text("1")
    files = [tmp_path / "src" / "helpers" / "cells.py", tmp_path / "src" / "helpers" / "data" / "w.npz",
             tmp_path / "constraints.txt"]  # fmt: skip
    keys = []
    for file in files:
        file.write_text("one")
        keys.append(cache_key(tmp_path))
        file.write_text("two")
        keys.append(cache_key(tmp_path))
    assert len(set(keys)) == len(keys)
    (tmp_path / "src" / "helpers" / "live.js").write_text("2")  # the page's script: no output depends on it
    assert cache_key(tmp_path) == keys[-1]


# --- maths ---


def test_a_formula_is_drawn_with_mathml_beside_it(katex):
    html = katex.draw(r"h_t = \tanh(W_x x_t)", display=True)
    assert "katex-display" in html and "<math" in html and "application/x-tex" in html


def test_a_wrong_formula_raises_and_the_next_one_still_draws(katex):
    with pytest.raises(KatexError, match="expected '}' at end of input"):
        katex.draw(r"\frac{1}{", display=False)
    assert "katex" in katex.draw("x", display=False)


@pytest.mark.parametrize(
    ("latex", "nowrap", "given"),
    [
        ("a = b", False, "a = b"),
        (r"a &= b \\ c &= d", False, r"\begin{aligned}a &= b \\ c &= d\end{aligned}"),
        (r"\begin{cases} a \\ b \end{cases}", False, r"\begin{cases} a \\ b \end{cases}"),
        (r"\begin{align}a\end{align}", True, r"\begin{align*}a\end{align*}"),
        (r"\begin{align*}a\end{align*}", True, r"\begin{align*}a\end{align*}"),
    ],
)
def test_latex_for_katex(latex, nowrap, given):
    assert latex_for_katex(nodes.math_block(latex, latex, nowrap=nowrap)) == given


@pytest.mark.parametrize(
    ("latex", "parts"),
    [
        (r"a = 1, \qquad b = 2", ["a = 1,", "b = 2"]),
        (r"a \quad b", [r"a \quad b"]),
        (r"\text{this \qquad that}", [r"\text{this \qquad that}"]),
        (r"\{ a \} \qquad b", [r"\{ a \}", "b"]),
        (r"\begin{aligned} a \qquad b \end{aligned}", [r"\begin{aligned} a \qquad b \end{aligned}"]),
    ],
)
def test_formulas_side_by_side_are_parts(latex, parts):
    assert formula_parts(latex) == parts


def test_no_line_breaks_between_a_formula_and_the_marks_beside_it():
    math = nodes.math("", "h_t")
    line = nodes.paragraph("", "", nodes.Text("a state ("), math, nodes.Text("), "), nodes.math("", "h_t"),
                           nodes.Text(" too"))
    hold_marks(line)
    assert line.astext() == "a state (h_t), h_t too"
    wholes = [whole for whole in line.findall(nodes.inline) if whole["classes"] == ["whole"]]
    assert [whole.astext() for whole in wholes] == ["(h_t),"] and math in wholes[0].children


def test_the_name_of_an_operator_is_one_index(katex):
    assert "<msub><mi>s</mi><mrow><mi>max</mi>" in katex.draw(r"s_{\max}", display=False)


# --- the policy ---


def test_a_policy_allows_what_the_page_holds_and_nothing_else():
    page = '''<meta charset="utf-8" /><script>let a = 1;</script><script src="b.js"></script>
        <script type="application/json">{}</script><button onclick="print(&quot;x&quot;)">p</button>'''
    rules = with_policy(page)
    assert rules.count("sha256-") == 2 and "'unsafe-hashes'" in rules and with_policy(rules) == rules
    assert handlers(page) == {'print("x")'}
    assert "unsafe-hashes" not in policy("<meta charset='utf-8'>")


# --- access ---

MATH = '<span class="math"><math><annotation encoding="x">f_{t} = 0</annotation></math></span>'

@pytest.mark.parametrize("body, mended", [
    ('<th class="head"><p></p></th><th><p>a</p></th>', '<td class="head"></td><th><p>a</p></th>'),
    ("<th>\n</th>", "<td></td>"),
    (f"<th><p>{MATH}</p></th><th>with {MATH}</th>",
     f'<th><p><span class="math">f_t = 0</span></p></th><th>with {MATH}</th>'),
    ('<div id="x" role="doc-biblioentry">', '<div id="x" role="listitem">'),
    ('<summary aria-label="Toggle hidden content">', "<summary>"),
])  # fmt: skip
def test_accessible(body, mended):
    assert accessible(body) == mended


@pytest.mark.parametrize("button, named", [
    ('<button class="t" title="Menu">\n  <span class="fa"></span></button>',
     '<button aria-label="Menu" class="t" title="Menu">\n  <span class="fa"></span></button>'),
    ('<button title="Key: S">Skip</button>', '<button title="Key: S">Skip</button>'),
    ('<button title="Back" aria-label="Go"><i></i></button>', '<button title="Back" aria-label="Go"><i></i></button>'),
])  # fmt: skip
def test_with_names(button, named):
    assert with_names(button) == named


# --- search ---


@pytest.mark.parametrize("latex, typed", [
    (r"W_{hh}\, h_{t-1}", "W_hh h_t-1"), (r"\sigma_{\max}(W)", "σ_max (W)"), (r"f_t \odot c_{t-1}", "f_t ⊙ c_t-1"),
    (r"\hat{y}_t", "ŷ_t"), (r"\frac{\partial E}{\partial a_t}", "∂ E / ∂ a_t"), (r"\varepsilon^{(k)}", "ε^(k)"),
    (r"\begin{aligned}i_t &= \sigma(a) \\ g_t &= \tanh(a)\end{aligned}", "i_t = σ(a) g_t = tanh (a)"),
])  # fmt: skip
def test_formulas_are_searched_as_one_types_them(latex, typed):
    assert plain_formula(latex) == typed


def test_the_search_index_holds_sections_terms_and_figures():
    formula = '<annotation encoding="application/x-tex">h_t</annotation>'
    page = f"""<article class="bd-article"><section id="top"><h1>Words<a class="headerlink">#</a></h1><p>A state,
      <math>junk{formula}</math><span class="katex-html">junk</span>.</p><script>junk</script>
      <live-figure id="fig"><p class="live-title">How far?</p><div class="live-controls">junk</div>
      <div class="live-guide"><span>junk</span></div><p><span class="live-verdict">junk</span> So far.</p></live-figure>
      <section id="list"><h2>List</h2><dl><dt id="term-gate">gate</dt><dt id="term-0">门</dt><dd>A factor.</dd>
      <dt id="term-cell">cell</dt><dd>A memory.</dd></dl><p>After.</p>
      <div class="highlight"><pre>gate = make(gate)</pre></div></section></section></article>"""
    index = search_index({"a/words.html": page})
    assert index["pages"] == [["a/words.html", "Words"]]
    assert [entry[1:] for entry in index["entries"]] == [
        ["top", "Words", "A state, h_t.", "", "part"], ["fig", "How far?", "So far.", "", "figure"],
        ["list", "List", "After.", "gate make", "part"],
        ["term-gate", "gate · 门", "A factor.", "", "term"], ["term-cell", "cell", "A memory.", "", "term"],
    ]  # fmt: skip


# --- live ---


def test_figures_on_a_page():
    html = '<live-figure name="b" id="b"></live-figure><live-plot name="no"><live-figure class="live" name="a">'
    assert figures_on(html + html) == ["a", "b"]


# --- the setting up ---


def test_npm_lock_pins_what_package_json_asks_for():
    asked = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert asked == {name: locked[f"node_modules/{name}"]["version"] for name in asked}


def test_make_help_lists_the_targets():
    said = subprocess.run(["make", "-C", str(ROOT), "help"], capture_output=True, text=True, check=True).stdout
    told = ("serve", "book", "test", "lab", "notebooks", "zip", "student", "bench", "results", "clean")
    assert [target for target in told if f"make {target}" not in said] == []
