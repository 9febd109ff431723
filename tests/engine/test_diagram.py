"""Diagram parts: well-formed SVG, live attributes, and geometry that ends where it was told to end."""

import re
import xml.etree.ElementTree as ET

import pytest

from live_figures import draw as d
from live_figures.values import diagram_references, fill_diagram


def test_every_part_is_well_formed_and_only_class_names_give_colour():
    parts = [d.node(10, 10, "h_t"), d.box(10, 10, 20, 30, "a < b"), d.gate(5, 5, "×"), d.gate(5, 5, "tanh"),
             d.arrow(0, 0, 10, 0, bend=4, dashed=True), d.wire([(0, 0), (10, 0), (10, 10)], head=6),
             d.label(3, 4, "W^k x_{t-1}", mono=False), d.label(3, 4, "_raw^", mono=True), d.panel(d.node(1, 1), x=3)]
    root = ET.fromstring(d.svg(100, 50, *parts))
    assert root.get("viewBox") == "0 0 100 50"
    for element in root.iter():
        assert "fill" not in element.attrib and "stroke" not in element.attrib
        assert set(re.findall(r"(?:fill|stroke)-(\w+)", element.get("class", ""))) <= set(d.COLORS)


def test_live_parts_name_their_arrays_and_can_be_filled():
    drawing = d.svg(10, 10, d.node(1, 1, live={"opacity": "p[1]"}, text_live={"text": "p[0]:.2f"}),
                    d.group(d.arrow(0, 0, 5, 0), live={"show": "on"}))
    assert diagram_references(drawing) == ["p[1]", "p[0]", "on"]
    filled = fill_diagram(drawing, {"p[1]": 0.5, "p[0]": -0.25, "on": 0.0}.get)
    assert 'opacity="0.5"' in filled and ">−0.25<" in filled and 'visibility="hidden"' in filled


def test_subscripts_come_back_to_the_line():
    shifts = [float(v) for v in re.findall(r'dy="([-.\d]+)"', d.maths("s_{t-1} + W^k", size=20))]
    assert shifts == [5, -5, -7, 7]
    assert d.maths("a < b") == "a &lt; b"


def test_arrows_and_wires_end_where_they_are_told():
    for part in (d.arrow(0, 0, 30, 40), d.arrow(0, 0, 30, 40, bend=10), d.wire([(0, 0), (30, 0), (30, 40)], head=5)):
        assert "M30 40L" in part
    with pytest.raises(ValueError, match="two different ends"):
        d.arrow(1, 1, 1, 1)
    with pytest.raises(ValueError, match="two points"):
        d.wire([(0, 0)])


def test_an_unknown_colour_is_named():
    with pytest.raises(ValueError, match="'red'"):
        d.node(0, 0, fill="red")
