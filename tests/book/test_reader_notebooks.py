"""Reader notebooks: a page's text, formulas, links and exercises in a notebook that needs no extensions."""

from __future__ import annotations

import json
import re
from functools import cache
from types import SimpleNamespace

import nbformat
import pytest
from docutils import nodes
from minibook import build_book, notebook
from plain_notebook import rendered, without_formulas, words_of
from rnn_book.reader_notebooks import markdown
from rnn_book.reader_notebooks.first_cell import needed
from rnn_book.reader_notebooks.markdown import display, escape
from rnn_book.root import ROOT
from sphinx.addnodes import desc

SITE = "https://someone.github.io/book/"
# What only MyST or Sphinx reads: roles, directives, targets, substitutions.
RAW = re.compile(r"\{[a-z:-]+\}`|^\s*(?::{3,}|`{3,}\{)|^\([\w:-]+\)=\s*$|\{\{|^%\s", re.MULTILINE)
ROLE = re.compile(r"\{(?:eq|ref|numref|term|doc|cite:\w+)\}")
# What a parser leaves standing where Markdown was not well formed.
LEFT = re.compile(r"\*\*|`|\]\(|\$|\\[a-zA-Z]{2}|^\|")

TEXT = r"""# A page

(sec:first)=
## The first part

See {eq}`eq:two`, {numref}`fig:dot`, [](#sec:first), {ref}`so <sec:first>`, {term}`gate`, [Plain](intro.md) and
{cite:t}`hochreiter1997` {cite:p}`gers2000,graves2005`. A snake_case_name, 2 * 3 * 4, a \<tag>, [0, 1], 5 $x$.
1986\. was not a list; press {kbd}`Ctrl`+{kbd}`C`. X{sub}`2` and a note.[^one]

[^one]: It stands below.

$$
a &= b \\
c &= d
$$ (eq:two)

\begin{align}
x &= 1 \\
y &= 2
\end{align}

| left | $\|x\|$ or `a\|b` |
|:--|--:|
| **one** | 2 |

```{figure} dot.png
:name: fig:dot
:alt: A dot

The *caption*.
```

![alone](dot.png)

```{note}
Mind the gap.
```

```{tip}
:class: dropdown
Inside.
```

```{dropdown} More
Folded away.
```

- one
- two, with a line

  and a second paragraph

3. three
4. four

term
: what it is

> A line.

::::{grid} 2
:::{grid-item-card} A card
Its text.
:::
::::

::::{tab-set}
:::{tab-item} First tab
In the first.
:::
:::{tab-item} Second tab
In the second.
:::
::::

```{glossary}
gate
  A factor between 0 and 1.
```

```{code-block} python
:caption: A listing
print("{not} a `role`")
```

```{live-figure} forget_bias
```
"""
DOT = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000"
                    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082")
CELLS = ("# Chapter", "import numpy as np\nimport torch\n\nfrom helpers import live\n"
         "from helpers.checks import ch04 as check", 'live.show("forget_bias")',
         'from IPython.display import Markdown\nMarkdown("by {cite:t}`gers2000`")', "# Exercises", "check.one_percent",
         "check.bias_for_half_life",
         "def bias_for_half_life(k):\n    ...\n\n\ncheck.bias_for_half_life(bias_for_half_life)")


@cache
def _sources() -> dict[str, str]:
    page = json.loads(notebook("# x", "1 + 1", "2 + 2"))
    page["cells"][0]["source"] = TEXT
    page["cells"][2]["metadata"]["tags"] = ["hide-input"]
    return {"intro.md": "# Plain\n\nOne sentence.\n", "page.ipynb": json.dumps(page),
            "chapters/04-x.ipynb": notebook(*CELLS)}


def _built(folder, names, **environ):
    (folder / "dot.png").write_bytes(DOT)
    built = build_book(folder, {name: text for name, text in _sources().items() if name in names}, **environ)
    assert built.code == 0, built.log[-3000:]
    return built


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A small book with a public address."""
    return _built(tmp_path_factory.mktemp("published"), _sources(), GITHUB_REPOSITORY="someone/book")


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A small book without one."""
    return _built(tmp_path_factory.mktemp("alone"), ["intro.md", "page.ipynb"])


def read(built, name: str):
    """The notebook of a page."""
    return nbformat.read(built.html / "notebooks" / f"{name}.ipynb", as_version=4)


def text_of(book) -> str:
    """The Markdown of a notebook."""
    return "\n\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")


# ---------------------------------------------------------------- small pieces
@pytest.mark.parametrize("text", ["2 * 3 * 4", "a_b_c and _d_", "<b>", "`x`", "$5 or $6", "back\\slash", "[a](b)",
                                  "~~x~~", "&amp;", "a ] b [ c"])
def test_escaped_text_is_shown_as_it_is(text):
    assert rendered(escape(text).replace(r"\$", "¢")).blocks == [text.replace("$", "¢")]


@pytest.mark.parametrize(("latex", "nowrap", "number", "written"), [
    ("a = b", False, "", "$$\na = b\n$$"),
    ("a = b", False, "4.1", "$$\na = b \\tag{4.1}\n$$"),
    ("a &= b \\\\\nc &= d", False, "1", "$$\n\\begin{aligned}\na &= b \\\\\nc &= d\n\\end{aligned} \\tag{1}\n$$"),
    ("\\begin{align}\na &= b\n\\end{align}", True, "2", "$$\n\\begin{aligned}\na &= b\n\\end{aligned} \\tag{2}\n$$"),
    ("\\begin{equation*}\na\n\\end{equation*}", True, "", "$$\na\n$$"),
    ("a\n+ b\n- c\n= d", False, "", "$$\na + b - c = d\n$$"),
])  # fmt: skip
def test_a_displayed_formula(latex, nowrap, number, written):
    assert display(latex, nowrap, number) == written


@pytest.mark.parametrize(("code", "modules"), [
    ("import torch\nfrom helpers import models, training", {"torch", "tqdm"}),
    ("from helpers.training import fit", {"torch", "tqdm"}),
    ("from helpers.monitor import Monitor", {"torch", "tqdm"}),  # which imports training
    ("%matplotlib inline\nfrom helpers import cells, live", set()),
    ("x = 'import torch'\nfrom helpers import digits", {"sklearn"}),
    ("training = 1\nimport numpy as np", set()),
])  # fmt: skip
def test_the_first_cell_knows_what_the_code_needs(code, modules):
    assert set(needed(code)) == modules


# ---------------------------------------------------------------- a small book
def test_references_read_as_on_the_page_and_lead_to_the_site(published):
    text = text_of(read(published, "page"))
    for shown in (f"[(1)]({SITE}page.html#equation-eq-two)", f"[Fig. 1]({SITE}page.html#fig-dot)",
                  f"[The first part]({SITE}page.html#sec-first)", f"[so]({SITE}page.html#sec-first)",
                  f"[gate]({SITE}page.html#term-gate)", f"[Plain]({SITE}intro.html)",
                  f"Hochreiter and Schmidhuber [[1997]({SITE}book/bibliography.html#"):
        assert shown in text
    assert "Long short-term memory. *Neural Computation*" in text  # in the list of works cited


def test_without_a_public_address_there_are_words_and_no_broken_links(alone):
    text = text_of(read(alone, "page"))
    assert [link for link in rendered(text).links if not link.startswith("https://doi.org/")] == []
    assert "See (1), Fig. 1, The first part, so, gate, Plain and" in " ".join(text.split())


def test_every_kind_of_block_is_plain_markdown(published):
    text = text_of(read(published, "page"))
    assert RAW.findall(text) == []
    seen = rendered(text)
    assert [block for block in seen.prose if LEFT.search(block)] == []
    for block in ("A snake_case_name, 2 * 3 * 4, a <tag>, [0, 1], 5 ¤. 1986. was not a list;", "Mind the gap.", "Note",
                  "A card", "Its text.", "First tab", "In the second.", "and a second paragraph", "It stands below.",
                  "A factor between 0 and 1."):
        assert any(block in shown for shown in seen.blocks), block
    assert "<kbd>Ctrl</kbd>+<kbd>C</kbd>" in text and "X<sub>2</sub>" in text and "3. three\n4. four" in text
    assert "<details>\n<summary>Tip</summary>\n\nInside.\n\n</details>" in text
    assert "<summary>More</summary>" in text
    assert f"[Live figure on the page]({SITE}page.html#forget_bias)" in text


def test_tables_keep_their_cells_beside_bars_in_formulas_and_code(published):
    rows = re.findall(r"^\|.*", text_of(read(published, "page")), re.MULTILINE)
    assert rows == ["| left | $\\vert x\\vert$ or `a\\|b` |", "| :--- | ---: |", "| **one** | 2 |"]


def test_pictures_are_part_of_the_notebook(published):
    text = text_of(read(published, "page"))
    images = rendered(text).images
    assert [image["alt"] for image in images] == ["A dot", "alone"]
    assert all(image["src"].startswith("data:image/png;base64,iVBOR") for image in images)
    assert "**Fig. 1.** The *caption*." in text


def test_code_stays_without_outputs_and_what_the_page_folds_is_folded(published):
    cells = read(published, "page").cells
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells if cell.cell_type == "code")
    setup, shown, folded = (cell for cell in cells if cell.cell_type == "code")
    assert (shown.source, shown.metadata) == ("1 + 1", {})
    assert setup.source.count("#@title") == 1 and setup.source.startswith("#@title Setup")
    assert folded.source == "#@title Code of what is shown below\n2 + 2"
    assert folded.metadata == setup.metadata == {"jupyter": {"source_hidden": True}, "cellView": "form"}


def test_a_citation_that_a_cell_prints_is_words(published):
    code = "\n".join(cell.source for cell in read(published, "chapters/04-x").cells if cell.cell_type == "code")
    assert 'Markdown("by Gers et al. [2000]")' in code and "cite" not in code


def test_an_exercise_is_a_heading_a_cell_to_answer_in_and_a_folded_solution(published):
    cells = {cell.id: cell for cell in read(published, "chapters/04-x").cells}
    asks, answer, solution = (cells[f"ch04-one_percent{part}"] for part in ("", "-answer", "-solution"))
    assert asks.source.startswith("## Exercise 1: Half, and half, and half\n\n★☆☆ easy · 2 min\n\nA forget gate")
    assert "<summary>Hint 1 of 1</summary>" in asks.source and asks.metadata["exercise"] == "ch04.one_percent"
    assert (answer.cell_type, answer.source) == ("code", "check.one_percent(...)")
    assert solution.cell_type == "markdown" and solution.metadata["tags"] == ["solution"]
    assert solution.source.startswith('<details class="live-solution">\n<summary>Solution</summary>')
    assert cells["ch04-bias_for_half_life-answer"].source.startswith("def bias_for_half_life(k):\n    ...")


def test_an_export_is_the_same_each_time(published, alone):
    first, second = read(published, "page"), read(alone, "page")
    assert [cell.id for cell in first.cells] == [cell.id for cell in second.cells]
    assert len({cell.id for cell in first.cells}) == len(first.cells)


def test_code_keeps_the_ids_of_the_source(published):
    source = nbformat.read(published.html.parents[1] / "chapters" / "04-x.ipynb", as_version=4)
    ids = {cell.source: cell.id for cell in read(published, "chapters/04-x").cells}
    assert ids[CELLS[1]] == source.cells[1].id and ids[CELLS[2]] == source.cells[2].id


def test_the_pages_button_saves_the_notebook(published):
    html = published.page("chapters/04-x")
    link = re.search(r'<a href="([^"]*)" target="_blank" download\s+class="[^"]*"\s+title="([^"]*)"', html)
    address, title = link.groups()
    assert (address, title) == ("../notebooks/chapters/04-x.ipynb", "Download this page as a notebook")
    assert (published.html / "chapters" / address).resolve().is_file()
    assert " download" not in published.page("intro")


def test_what_has_no_markdown_is_a_warning(monkeypatch):
    said = []
    monkeypatch.setattr(markdown.log, "warning", lambda message, *args, **more: said.append((message % args, more)))
    app = SimpleNamespace(builder=SimpleNamespace(get_target_uri=lambda name: f"{name}.html"))
    assert markdown.Markdown(app, "page", SITE).block(desc("", nodes.paragraph("", "f(x)"))) == "f(x)"
    (message, more), = said
    assert message == "reader notebook: there is no Markdown for a desc here" and more["location"] == ("page", None)


# ---------------------------------------------------------------- the whole book
def exported(folder):
    """The notebooks of a built book, by page."""
    found = sorted((folder / "notebooks").rglob("*.ipynb"))
    return {path.relative_to(folder / "notebooks").with_suffix("").as_posix(): path for path in found}


@pytest.mark.book
def test_every_page_with_code_is_there(built_book):
    chapters = {f"chapters/{path.stem}" for path in (ROOT / "chapters").glob("*.ipynb")}
    assert set(exported(built_book)) == chapters | {"book/misconceptions"}


@pytest.mark.book
def test_no_notebook_holds_what_only_the_site_reads(built_book):
    for name, path in exported(built_book).items():
        book = nbformat.read(path, as_version=4)
        nbformat.validate(book)
        texts = [cell.source for cell in book.cells if cell.cell_type == "markdown"]
        assert [text for text in texts if RAW.search(re.sub(r"`{3}.*?`{3}", "", text, flags=re.DOTALL))] == [], name
        assert [cell.source for cell in book.cells if ROLE.search(cell.source)] == [], name
        assert [block for text in texts for block in rendered(text).prose if LEFT.search(block)] == [], name


@pytest.mark.book
def test_every_formula_can_be_drawn(built_book, katex):
    for path in exported(built_book).values():
        for cell in nbformat.read(path, as_version=4).cells:
            for latex, displayed in without_formulas(cell.source)[1] if cell.cell_type == "markdown" else ():
                katex.draw(latex, displayed)


@pytest.mark.book
def test_it_reads_as_the_page_does(built_book):
    for name, path in exported(built_book).items():
        page = words_of((built_book / f"{name}.html").read_text(encoding="utf-8"))
        own = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"
               and "exercise" not in cell.metadata and cell.id not in ("from", "works-cited")]
        blocks = [block for cell in own for block in rendered(cell.source).blocks]
        assert [block for block in blocks if re.sub(r"[\s¤]", "", block) not in page] == [], name
        assert len(blocks) > 50


@pytest.mark.book
def test_its_formulas_have_the_numbers_of_the_page(built_book):
    for name, path in exported(built_book).items():
        numbers = re.findall(r'class="eqno">\(([\d.]+)\)', (built_book / f"{name}.html").read_text(encoding="utf-8"))
        assert re.findall(r"\\tag\{([\d.]+)\}", text_of(nbformat.read(path, as_version=4))) == numbers, name


@pytest.mark.book
def test_links_lead_to_places_that_are_there(built_book):
    for name, path in exported(built_book).items():
        book = nbformat.read(path, as_version=4)
        links = set(rendered(text_of(book)).links)
        assert all(link.startswith(("https://", "http://")) for link in links), name
        site = next(iter(rendered(book.cells[0].source).links), "")  # the book's address, where it is known
        for link in (link.removeprefix(site).partition("#") for link in links if site and link.startswith(site)):
            page = built_book / (link[0] or "index.html")
            assert page.is_file() and (not link[2] or f'id="{link[2]}"' in page.read_text(encoding="utf-8")), link
