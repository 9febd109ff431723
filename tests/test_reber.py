"""The embedded Reber grammar against facts about it, and an independent reading of its strings."""

import re

import numpy as np
import pytest

from helpers import reber

# Strings that are Reber's and strings that are not, from N. Schraudolph's course notes on the grammar.
REBER = ("BTSSXXTVVE", "BPVVE", "BTXXVPSE", "BPVPXVPXVPXVVE", "BTSXXVPSE")
NOT_REBER = ("BTSSPXSE", "BPTVVB", "BTXXVVSE", "BPVSPSE", "BTSSSE")

# The graph once more, as an expression: the way along the top, and the two ways that meet below.
LOW = "T*V(?:PXT*V)*(?:V|PS)"
INNER = re.compile(f"B(?:TS*X(?:S|X{LOW})|P{LOW})E")
EMBEDDED = re.compile(f"B([TP]){INNER.pattern}\\1E")


def text(codes):
    return "".join(reber.SYMBOLS[code] for code in codes)


def strings_of(drawn):
    """The strings of one stream; the last may be unfinished."""
    return [text(part) for part in np.split(drawn.codes, np.flatnonzero(drawn.begins)[1:])]


def test_the_expression_knows_published_strings_from_others():
    assert all(INNER.fullmatch(string) for string in REBER)
    assert not any(INNER.fullmatch(string) for string in NOT_REBER)


def test_the_graph_is_the_published_one():
    def accepts(string):
        node = 0
        for symbol in string:
            if node == len(reber.GRAMMAR) or symbol not in reber.GRAMMAR[node]:
                return False
            node = reber.GRAMMAR[node][symbol]
        return node == len(reber.GRAMMAR)

    assert all(map(accepts, REBER)) and not any(map(accepts, NOT_REBER))


def test_every_string_parses_and_repeats_its_second_symbol():
    rng = np.random.default_rng(0)
    drawn = [reber.string(rng) for _ in range(2_000)]
    assert all(EMBEDDED.fullmatch(string) for string in drawn)
    assert all(string[1] == string[-2] for string in drawn)
    assert min(map(len, drawn)) == 9
    assert 0.45 < np.mean([string[1] == "T" for string in drawn]) < 0.55


def test_a_string_has_twelve_symbols_on_average():
    """Twelve by the linear equations of the graph, solved here from GRAMMAR alone; and so many in a stream."""
    nodes = len(reber.GRAMMAR)
    follow = np.zeros((nodes, nodes + 1))
    for node, choices in enumerate(reber.GRAMMAR):
        for target in choices.values():
            follow[node, target] += 1 / len(choices)
    inner = np.linalg.solve(np.eye(nodes) - follow[:, :nodes], np.ones(nodes))[0]
    assert inner + 4 == pytest.approx(12)
    drawn = reber.stream(20_000, np.random.default_rng(1), 4)
    assert drawn.codes.size / drawn.begins.sum() == pytest.approx(12, abs=0.2)


def test_what_may_come_next_is_what_some_string_goes_on_with():
    """For each beginning of a string that came often: what other streams had behind it is what is allowed."""
    seen = {}
    for string in strings_of(reber.stream(60_000, np.random.default_rng(2)))[:-1]:
        for k in range(1, len(string)):
            seen.setdefault(string[:k], []).append(string[k])
    drawn = reber.stream(3_000, np.random.default_rng(3))
    starts, compared = np.flatnonzero(drawn.begins), 0
    for t, allowed in enumerate(drawn.allowed):
        prefix = text(drawn.codes[starts[starts <= t][-1] : t + 1])
        options = {reber.SYMBOLS[k] for k in np.flatnonzero(allowed)}
        if EMBEDDED.fullmatch(prefix):
            assert options == {"B"}
        elif len(seen.get(prefix, ())) > 30:
            assert options == set(seen[prefix])
            compared += 1
    assert compared > 1_500


def test_streams_go_on_and_start_anew_where_they_say():
    drawn = reber.stream(500, np.random.default_rng(4), 3)
    assert drawn.codes.shape == drawn.begins.shape == (500, 3) and drawn.allowed.shape == (500, 3, 7)
    assert drawn.begins[0].all()
    for k in range(3):
        *whole, last = strings_of(reber.Stream(*(part[:, k] for part in drawn)))
        assert all(EMBEDDED.fullmatch(string) for string in whole) and not EMBEDDED.fullmatch(last[:-1])
    follows = np.take_along_axis(drawn.allowed[:-1], drawn.codes[1:, :, None], axis=2)
    assert follows.all()
    again = reber.stream(500, np.random.default_rng(4), 3)
    assert all(np.array_equal(a, b) for a, b in zip(drawn, again, strict=True))


def test_it_refuses_what_it_cannot_draw():
    rng = np.random.default_rng(0)
    with pytest.raises(TypeError, match="rng: expected a numpy.random.Generator"):
        reber.string(0)
    with pytest.raises(TypeError, match="rng"):
        reber.stream(10, None)
    with pytest.raises(ValueError, match="length: expected a whole number of at least 1"):
        reber.stream(0, rng)
    with pytest.raises(ValueError, match="batch"):
        reber.stream(10, rng, 0)
