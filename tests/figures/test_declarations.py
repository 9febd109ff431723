"""Every figure's file has its parts in one order, takes the engine by its face, and draws nothing but its arrays."""

import ast
import inspect
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from helpers.live import load, names
from live_figures.bindings import infer, leaves, part_of
from live_figures.figure import PARTS

PHONE = 358  # pixels that a page of 390 leaves to a drawing


def tree(name):
    return ast.parse(inspect.getsource(inspect.getmodule(load(name).compute or load(name).step)))


def declared(node):
    targets = node.targets if isinstance(node, ast.Assign) else [node]
    return [getattr(target, "id", None) or getattr(target, "name", None) for target in targets]


@pytest.mark.parametrize("name", names())
def test_the_parts_stand_in_one_order(name):
    parts = [part for node in tree(name).body for part in declared(node) if part in PARTS]
    assert parts == [part for part in PARTS if part in parts]


@pytest.mark.parametrize("name", names())
def test_the_engine_is_taken_by_its_face_in_one_line(name):
    taken = [node.module for node in ast.walk(tree(name)) if isinstance(node, ast.ImportFrom)]
    assert [module for module in taken if module.startswith("live_figures")] == ["live_figures"]


@pytest.mark.parametrize("name", [n for n in names() if load(n).figure])
def test_nothing_but_the_bindings_moves(name):
    """A drawing that looked at its arrays, and did otherwise for other values, would stand still on the page."""
    fig = load(name)
    bindings, start = infer(name, fig.figure, fig.arrays()), fig.plot()
    for variant in fig.variants():
        for end in (0, -1):
            arrays = fig.arrays(**variant, **{c.name: c.ends()[end] for c in fig.controls if not c.structural})
            for trace, attribute, reference in bindings:
                part_of(start, trace)[attribute] = np.atleast_1d(fig.resolve(arrays, reference))
            moved, wanted = dict(leaves(start)), dict(leaves(fig.plot(arrays)))
            assert moved.keys() == wanted.keys()
            for place, value in wanted.items():
                np.testing.assert_array_equal(np.asarray(moved[place]), np.asarray(value), err_msg=str(place))


@pytest.mark.parametrize("name", [n for n in names() if load(n).figure])
def test_lines_of_a_panel_are_told_apart_without_their_colours(name):
    """By dashes, marks or widths. Hairlines stand for no quantity, and lines on a map have shapes of their own."""
    drawn = load(name).plot().data
    maps, looks = {trace.yaxis or "y" for trace in drawn if trace.type == "heatmap"}, {}
    for line in (t for t in drawn if t.type == "scatter" and "lines" in (t.mode or "lines")):
        if line.line.width not in (0, 1) and (line.yaxis or "y") not in maps:
            look = (line.yaxis or "y", line.line.dash or "solid", line.marker.symbol, line.line.width)
            looks.setdefault(look, set()).add(line.line.color)
    assert [look for look, colors in looks.items() if len(colors) > 1] == []


@pytest.mark.parametrize("name", [n for n in names() if load(n).diagram])
def test_words_of_a_diagram_can_be_read_on_a_phone_and_do_not_shout_on_a_desktop(name):
    """12 pixels at least where a page is 390 wide, and nowhere much larger than the words around the figure."""
    root = ET.fromstring(load(name).diagram)
    width = float(root.get("viewBox").split()[2])
    widest = float(re.search(r"max-width:([\d.]+)px", root.get("style"))[1])
    sizes = [float(size) for size in re.findall(r"font-size:([\d.]+)px", load(name).diagram)]
    assert min(sizes) * min(PHONE, widest) / width >= 12, "larger words, or a narrower drawing"
    assert max(sizes) * widest / width <= 19, "smaller words, or less to grow"
