"""The extensions at work: small books built with the real configuration, read as a browser would get them."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlparse

import pytest
from minibook import build_book, notebook

FORMULA_PAGE = """# Formulas

Inline $h_t$, and {eq}`eq:one` below.

$$
h_t &= \\tanh(a_t) \\\\
a_t &= W_x x_t
$$ (eq:one)

\\begin{align}
x &= 1
\\end{align}
"""
FIGURE_PAGE = """# A figure

```{live-figure} forget_bias
forget_bias: 3
```
"""
CURVES = """# Measured

```{curves}
{"title": "How far?", "caption": "Here.", "x": [1, 2], "x_title": "length", "y_title": "error",
 "rows": {"a": [[1, 2], [3, 4]]}}
```
"""
EXERCISES = (
    "# Chapter\n\nFirst.", "import numpy as np\nimport torch\n\nfrom helpers import live\n"
    "from helpers.checks import ch04 as check\n\ntorch.set_num_threads(1)", "x = np.zeros(3)\nprint(x.shape)",
    'live.show("forget_bias")', "# Exercises", "check.one_percent", "check.bias_for_half_life",
    "def bias_for_half_life(k):\n    ...\n\n\ncheck.bias_for_half_life(bias_for_half_life)",
)
PROGRESS = "# Progress\n\n```{progress}\n```\n"
LAUNCH = re.compile(r"mybinder\.org|colab\.research\.google\.com|git-pull")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """One small book for the tests that only read: a plain page, formulas, a figure, a notebook."""
    cells = ("# Notebook", "import plotly.graph_objects as go\ngo.Figure(go.Scatter(y=[1, 2]))",
             "import os, torch\nprint(os.environ['LIVE_FIGURES_PAGE'], torch.get_num_threads())")  # fmt: skip
    sources = {"intro.md": "# Plain\n\nOne sentence.\n", "formulas.md": FORMULA_PAGE, "figure.md": FIGURE_PAGE,
               "measured.md": CURVES, "chapter.ipynb": notebook(*cells)}  # fmt: skip
    return build_book(tmp_path_factory.mktemp("mini"), sources)


def test_builds_without_a_warning(pages):
    assert pages.code == 0, pages.log[-3000:]


def test_formulas_are_drawn_numbered_and_linked(pages):
    html = pages.page("formulas")
    assert html.count('class="katex-display"') == 2
    assert '<span class="eqno">(1)' in html and '<span class="eqno">(2)' in html
    assert re.search(r'href="#equation-eq-one"[^>]*>\(1\)</a>', html)
    assert "katex.min.css" in html
    # KaTeX numbers `align` by itself unless told otherwise: then every number stands twice.
    assert 'class="eqn-num"' not in html


def test_what_was_measured_is_drawn_with_its_title_and_in_words(pages):
    html = pages.page("measured")
    assert '<p class="live-title">How far?</p>' in html and "Error over length, 1 to 2" in html
    assert "Lines: the median of 2 seeds" in html and "live-chart" in html


def test_katex_fonts_are_self_hosted_woff2(pages):
    css = (pages.html / "_static" / "katex" / "katex.min.css").read_text()
    fonts = re.findall(r"url\(([^)]+)\)", css)
    assert fonts and all(font.endswith(".woff2") and not font.startswith("http") for font in fonts)
    assert all((pages.html / "_static" / "katex" / font).is_file() for font in fonts)


def test_a_page_carries_only_what_it_uses(pages):
    plain, formulas, figure = (pages.page(name) for name in ("intro", "formulas", "figure"))
    assert "katex" not in plain and "live-figure" not in plain
    assert "live-figure.js" not in formulas
    assert "live-figure.js" in figure and "live-figure.css" in figure and "katex" not in figure
    for html in (plain, formulas, figure):
        assert not re.search(r'(?:src|href)="[^"]*(?:thebe|mathjax|fontawesome\.js|require|search)', html, re.I)
        assert "THEBE" not in html and "copybutton" not in html


def test_a_figure_brings_its_program_and_its_controls(pages):
    assert (pages.html / "_static" / "live" / "figures" / "forget_bias.js").stat().st_size > 500
    assert (pages.html / "_static" / "live" / "plotly.min.js").stat().st_size > 500_000
    assert re.search(r'<input[^>]*type="range"[^>]*value="3(\.0)?"', pages.page("figure"))


def test_plotly_figures_become_live_plots(pages):
    html = pages.page("chapter")
    assert "<live-plot" in html and "live-figure.js" in html
    assert "cdn.plot.ly" not in html and "application/vnd.plotly" not in html


def test_kernels_run_one_thread_and_know_of_the_build(pages):
    assert "1 1" in pages.page("chapter")


def test_no_launch_buttons_without_a_known_repository(pages):
    assert not LAUNCH.search(pages.page("chapter"))
    assert "executablebooks" not in pages.page("chapter")
    assert 'property="og:url"' not in pages.page("intro")
    assert "og:image" not in pages.page("intro") and "twitter:card" not in pages.page("intro")


def test_launch_buttons_lead_to_the_exported_notebooks_of_the_given_repository(build):
    sources = {"intro.ipynb": notebook("# Notebook"), "plain.md": "# Plain\n\nOne sentence.\n"}
    built = build(sources, GITHUB_REPOSITORY="someone/fork", BOOK_JUPYTERHUB_URL="https://hub.example.edu/")
    assert built.code == 0, built.log[-3000:]
    html = built.page("intro")
    assert "mybinder.org/v2/gh/someone/fork/notebooks?urlpath=lab/tree/intro.ipynb" in html
    assert "colab.research.google.com/github/someone/fork/blob/notebooks/intro.ipynb" in html
    hub = re.search(r'href="(https://hub.example.edu/hub/user-redirect/git-pull\?[^"]*)"', html)[1]
    assert parse_qs(urlparse(unescape(hub)).query) == {
        "repo": ["https://github.com/someone/fork"], "branch": ["notebooks"], "urlpath": ["lab/tree/fork/intro.ipynb"]}
    assert not LAUNCH.search(built.page("plain"))  # nothing to run there
    assert "https://someone.github.io/fork/intro.html" in html
    assert '<meta property="og:image" content="https://someone.github.io/fork/_static/card.png" />' in html
    assert '<meta name="twitter:card" content="summary_large_image" />' in html
    assert (built.html / "_static" / "card.png").exists()


MISTAKES = {
    "formula": ("# Wrong\n\n$\\frac{1}{$\n", "KaTeX cannot draw this formula"),
    "reference": ("# Wrong\n\n{eq}`eq:nowhere`\n", "eq:nowhere"),
    "figure": ("# Wrong\n\n```{live-figure} forget_bais\n```\n", "did you mean 'forget_bias'"),
    "control": ("# Wrong\n\n```{live-figure} forget_bias\nforget_bias: 99\n```\n", "control 'forget_bias' goes from"),
}


@pytest.fixture(scope="module")
def mistakes(tmp_path_factory):
    """One book with a mistake on every page: `--keep-going` reports them all."""
    sources = {f"{name}.md": page for name, (page, _) in MISTAKES.items()}
    return build_book(tmp_path_factory.mktemp("mistakes"), sources)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_fails_the_build_and_is_named(mistakes, name):
    assert mistakes.code != 0
    assert re.search(rf"{name}\.md:\d+: .*{re.escape(MISTAKES[name][1])}", mistakes.log)


def test_a_failing_cell_fails_the_build(build):
    built = build({"intro.ipynb": notebook("# Fails", "1 / 0")})
    assert built.code != 0
    assert "ZeroDivisionError" in built.log


# ---------------------------------------------------------------- exercises and progress
@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A book with one chapter that has exercises and a figure, and the page of progress."""
    sources = {"intro.md": "# Plain\n\nOne sentence.\n", "book/progress.md": PROGRESS,
               "chapters/04-x.ipynb": notebook(*EXERCISES)}
    built = build_book(tmp_path_factory.mktemp("course"), sources, BOOK_REPOSITORY_URL="https://github.com/someone/book")
    assert built.code == 0, built.log[-3000:]
    return built


def test_cells_that_set_up_or_show_are_folded_and_those_that_answer_are_gone(course):
    html = course.page("chapters/04-x")
    folded = re.findall(r'<details class="live-code"><summary>(\w+)</summary>(.*?)</details>', html, re.S)
    assert [summary for summary, _ in folded] == ["Imports", "Code"]
    assert "set_num_threads" in folded[0][1] and "forget_bias" in folded[1][1]
    assert html.index("<live-figure") < html.index("<summary>Code")
    outside = re.sub(r"<details.*</details>", "", html, flags=re.S)
    assert "set_num_threads" not in outside and "Nothing to check yet" not in html
    assert "(3,)" in html and "zeros" in html  # an ordinary cell stays, with its code
    stored = (course.html / "_sources" / "chapters" / "04-x.ipynb").read_text()
    assert "check.one_percent" in stored and "live.show" in stored  # and so does the notebook


def test_a_card_has_its_number_and_a_way_to_the_notebook(course):
    html = course.page("chapters/04-x")
    assert re.findall(r'<small class="live-ordinal">(.*?)</small>', html) == ["1", "2"]
    assert html.count("https://colab.research.google.com/github/someone/book/blob/notebooks/chapters/04-x.ipynb") == 2
    assert re.search(r'<p class="live-launch"><a class="live-open" href="https://colab[^"]*">Open in Colab</a>', html)
    overview = html.partition("Exercises</h1>")[2] or html.partition("Link to this heading")[2]
    assert overview.index('<nav class="live-progress"') < overview.index("<live-exercise")


def test_every_page_knows_what_there_is_to_do(course):
    script = (course.html / "_static" / "live" / "live-progress.js").read_text()
    known = json.loads(script.partition("self.LiveCourse=")[2].partition(";\n")[0])
    assert known["pages"] == [{"address": "chapters/04-x.html", "name": "04",
                               "exercises": ["ch04.one_percent", "ch04.bias_for_half_life"]}]
    for name in ("intro", "book/progress", "chapters/04-x"):
        assert "_static/live/live-progress.js" in course.page(name)
    record = course.page("book/progress")
    assert 'href="../chapters/04-x.html#ex-ch04-one-percent"' in record and "live-record.js" in record
    assert record.index("live/live-progress.js") < record.index("live/live-record.js")
    assert 'data-challenge="forget_bias.' in record or 'data-tries="forget_bias"' in record
    assert "live-record.js" not in course.page("intro")


def test_without_a_repository_a_card_names_the_cell(build):
    sources = {"intro.md": "# Plain\n\nOne sentence.\n", "chapters/04-x.ipynb": notebook(*EXERCISES)}
    html = build(sources).page("chapters/04-x")
    assert "in the cell that ends in <code>check.bias_for_half_life(bias_for_half_life)</code>" in html
    assert '<p class="live-launch"><label' in html
