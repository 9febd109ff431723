"""What the page "How it is made" shows of a program is what is recorded and printed today."""

from __future__ import annotations

import gzip
import inspect
import re
from pathlib import Path

import pytest
from rnn_book.playground import modules

from helpers import cells
from helpers.sequence import lstm
from live_figures.emit import Library, emit_program
from live_figures.emit.webassembly import Module
from live_figures.lower import lower
from live_figures.lower.lengths import UNJOINED, program_for_lengths
from live_figures.record import Array, recording
from live_figures.record.array import node_of

PAGE = Path(__file__).resolve().parents[2] / "book" / "how-it-is-made.md"
LINE = "c = f * c + i * g"


def recorded(length=20):
    """The graph of an LSTM's forward pass (16 units, 2 inputs, 32 sequences), and its program."""
    with recording("lstm") as graph:
        given = lambda name, *shape: Array(  # noqa: E731
            graph.node("input", attr=name, shape=shape, dtype="float64", scope=graph.run))
        params = cells.LSTMParams(given("W_x", 2, 64), given("W_h", 16, 64), given("b", 64))
        h = lstm(params, given("x", length, 32, 2)).h
        return graph, lower(graph, {"h": node_of(h)}, without=UNJOINED)


@pytest.fixture(scope="module")
def excerpts():
    """The line as it is written, recorded, looped over in JavaScript, and computed by lanes."""
    known = {node.id: node for node in recorded()[0].known.values()}
    total, = (n for n in known.values() if n.kind == "map" and n.attr == "add" and n.shape == (32, 16)
              and all(a.kind == "map" and a.attr == "multiply" for a in n.args))  # fmt: skip
    program, library, module = program_for_lengths(lambda n: recorded(n)[1], (5, 100)), Library(), Module(32, {})
    emit_program(program, library)
    module.add("forward", program)
    element = r"\w+\[[^\]]+\]"
    loops, = re.findall(rf"let \w={element}\*{element}\+{element}\*{element};", library.source())
    product = r"\(f32x4\.mul \(v128\.load [^\n]*?\) \(v128\.load [^\n]*?\)\)"
    lanes, = re.findall(rf"\(local\.set \$v\d+ \(f32x4\.add {product} {product}\)\)\n", module.text())
    return {"python": LINE, "record": "\n".join(map(repr, (*total.args, total))), "loops": loops, "lanes": lanes}


def compact(text):
    """Code without what only lays it out."""
    return re.sub(r"\s+", " ", text).replace("( ", "(").replace(" )", ")").strip()


@pytest.mark.parametrize("stage", ["python", "record", "loops", "lanes"])
def test_an_excerpt_is_what_is_printed_today(excerpts, stage):
    blocks = [compact(block) for block in re.findall(r"```[\w-]*\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)]
    squeezed = {block.replace(" ", "") for block in blocks}
    assert compact(excerpts[stage]).replace(" ", "") in squeezed, f"the page should show:\n{excerpts[stage]}"


HEAVY = [(cell, task, hidden) for cell in ("lstm", "gru") for task in ("copy", "text") for hidden in (8, 32)]


@pytest.mark.parametrize("choice", [modules.FIRST, ("mingru", "sine", 8), *HEAVY], ids=str)
def test_a_network_is_a_file_of_two_to_five_kilobytes(choice):
    """As the page says, of the lightest and of those that are heaviest: gzipped, in both forms of WebAssembly."""
    assert "The first network is a file of\n5 kB, each of the 71 others one of 2 to 5 kB" in PAGE.read_text("utf-8")
    assert len(modules.networks()) == 72
    files = {name: len(gzip.compress(text.encode(), 9)) for name, text in modules.network(*choice).items()}
    assert all(1500 < count <= 5000 for name, count in files.items() if not name.endswith(".twin.js")), files


def test_the_line_is_the_one_that_the_course_teaches():
    assert LINE in inspect.getsource(cells.lstm_update)
