"""Numbers, sentences and diagrams read the same whether Python or the page has written them."""

import math
import random

import pytest
from live_pages import ready

from live_figures import values

pytestmark = pytest.mark.browser

SPECS = ["d", ".0f", ".1f", ".2f", ".3f", ".0e", ".2e", ".1g", ".3g", ".6g", ".0%", ".1%"]
EDGES = [0.0, -0.0, 0.5, 1.5, 2.5, -0.5, 0.125, -0.004, 0.05, 1e-5, 9.9996, 999.5, 99950.0, 1e5, 1e6, 123456.5, 1e21,
         -1e22, 1e-300, 1e300, 0.1 + 0.2, 1 / 3, -2 / 3, 1e-4, 0.99999]  # fmt: skip


def numbers() -> list[float]:
    rng = random.Random(0)
    return EDGES + [rng.uniform(-1, 1) * 10 ** rng.uniform(-9, 9) for _ in range(400)]


def test_formats(open_page):
    cases = [(value, spec) for value in numbers() for spec in SPECS]
    tab = open_page("everything.html")
    ready(tab)
    got = tab.evaluate("""async (cases) => {
        const { formatValue } = await import("/modules/numbers.js");
        return cases.map(([value, spec]) => formatValue(value, spec));
    }""", cases)
    expected = [values.format_value(value, spec) for value, spec in cases]
    assert [(c, g, e) for c, g, e in zip(cases, got, expected, strict=True) if g != e] == []


def plainly(text: str) -> str:
    """A typeset number as Python writes it."""
    mantissa, _, power = text.replace("−", "-").partition("×10")
    return mantissa + (f"e{int(power.translate(str.maketrans('⁻⁰¹²³⁴⁵⁶⁷⁸⁹', '-0123456789'))):+03d}" if power else "")


@pytest.mark.parametrize("spec", SPECS)
def test_python_agrees_with_its_own_format_up_to_ties(spec):
    for value in numbers():
        if abs(value) >= 1e19 and spec[-1] in "fd%":
            continue  # written with an exponent
        shown = 100 * value if spec.endswith("%") else value
        plain = format(shown, spec.replace("%", "f").replace("d", ".0f"))
        ours = plainly(values.format_value(value, spec)).rstrip("%")
        at_a_tie = math.isclose(abs(float(ours) - shown), abs(float(plain) - shown), rel_tol=1e-9)
        assert float(ours) == float(plain) or at_a_tie, (value, ours, plain)
        assert len(ours) == len(plain.removeprefix("-")) + ours.startswith("-") or at_a_tie, (value, ours, plain)


@pytest.mark.parametrize("value, spec, text", [
    (-0.5, ".2f", "−0.50"), (-0.001, ".2f", "0.00"), (-3.5e-15, ".1e", "−3.5×10⁻¹⁵"), (1e5, ".3g", "1×10⁵"),
    (2.5, "d", "3"), (0.4567, ".1%", "45.7%"),
])  # fmt: skip
def test_typesetting(value, spec, text):
    assert values.format_value(value, spec) == text


def test_letters():
    assert values.format_value(97, "c") == "a"
    with pytest.raises(ValueError, match="unknown number format '.2q'"):
        values.format_value(1.0, ".2q")


def test_a_sentence(open_page):
    template, given = "{a:.2f} and {b[1]:d}, {kind}; {a}", {"a": -1 / 3, "b[1]": 41.7, "kind": "wave"}
    tab = open_page("everything.html")
    ready(tab)
    fill = """async ([template, given]) => {
        const { fillTemplate } = await import("/modules/numbers.js");
        return fillTemplate(template, (name) => given[name]);
    }"""
    got = tab.evaluate(fill, [template, given])
    assert got == values.fill_template(template, given.__getitem__) == "−0.33 and 42, wave; −0.333"


DIAGRAM = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">
<rect width="1" data-live="width=a; stroke-width=b; x=b; opacity=c"/>
<text data-live="text=a:.2f"><tspan>?</tspan></text>
<g data-live="show=b"><circle r="1" data-live="r=b"/></g><path d="M0 0" data-live="show=c"/></svg>"""


GIVEN = [(1.0, -2.0, 0.25), (1e-9, 3.0, 0.0), (123456.789, 0.1 + 0.2, 1.0), (-0.0, 1e7, -1.0)]


@pytest.mark.parametrize("a, b, c", GIVEN)
def test_a_diagram(open_page, a, b, c):
    given = {"a": a, "b": b, "c": c}
    tab = open_page("everything.html")
    ready(tab)
    attributes = """svg => [...svg.querySelectorAll("[data-live]")].map(e => [e.tagName, e.textContent.trim(),
        ...e.getAttributeNames().filter(n => n !== "d").sort().map(n => n + "=" + e.getAttribute(n))])"""
    python, page = tab.evaluate(f"""async ([svg, filled, given]) => {{
        const {{ applyBinding, readBindings }} = await import("/modules/diagram.js");
        const parse = text => Object.assign(document.createElement("div"), {{ innerHTML: text }}).firstChild;
        const drawing = parse(svg);
        for (const element of drawing.querySelectorAll("[data-live]"))
            for (const binding of readBindings(element))
                applyBinding(binding, given[binding.reference]);
        return [parse(filled), drawing].map({attributes});
    }}""", [DIAGRAM, values.fill_diagram(DIAGRAM, given.__getitem__), given])
    assert python == page
    assert not [part for mark in page for part in mark if part.startswith(("width=-", "stroke-width=-", "r=-"))]


@pytest.mark.parametrize("svg, message", [
    ("<svg viewBox='0 0 1 1'><g data-live='d of a'/></svg>", "cannot read data-live"),
    ("<svg viewBox='0 0 1 1'><g></svg>", "not well-formed"),
    ("<g/>", "one <svg> element with a viewBox"),
])  # fmt: skip
def test_a_wrong_diagram_is_an_error(svg, message):
    with pytest.raises(ValueError, match=message):
        values.fill_diagram(svg, {}.__getitem__)
