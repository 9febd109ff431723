"""Formulas read, computed and shown; declarations that cannot be right are refused; explanations held to the arrays."""

import dataclasses

import numpy as np
import pytest

from live_figures import Signal, formulas, page, words
from live_figures.consistency import adrift, getter
from live_figures.explain import drifts, explained, shown_at
from live_figures.figure import from_module
from tests.engine.fixtures import ledger

LEDGER = from_module(ledger, "ledger")


def told(name, *places, **controls):
    """The arithmetic of one number of the ledger."""
    get = getter(LEDGER, LEDGER.arrays(**controls), LEDGER.values(**controls))
    return explained(LEDGER, get, name, places)


def text(name, *places, **controls):
    said = told(name, *places, **controls)
    return said.symbol + "".join(f" {'≈' if line.about else '='} {line.text}" for line in said.lines)


def changed(**signals):
    return dataclasses.replace(LEDGER, signals=LEDGER.signals | signals)


@pytest.mark.parametrize(("written", "read"), [
    ("a + b - 2 * c", ("+", "a", "b", ("neg", ("*", 2, "c")))),
    ("-a ** 2 / (b + 1)", ("/", ("neg", ("^", "a", 2)), ("+", "b", 1))),
    ("e[s][k - 1] * e[0][j + 2]", ("*", ("@", "e", ("s", 0), ("k", -1)), ("@", "e", 0, ("j", 2)))),
    ("sum(tanh(q[j]) for j in range(n))", ("sum", "j", "n", ("tanh", ("@", "q", ("j", 0))))),
])  # fmt: skip
def test_a_formula_is_read(written, read):
    assert formulas.parse(written) == read


@pytest.mark.parametrize("written", ["a +", "a // b", "sin(a)", "a if b else c", "x.y", "a[b[0]]", "f(a, b)", "'a'",
                                     "sum(a[j] for j in b)", "sum(a[j] for j in range(2) if j)", "True", "a[0:2]"])
def test_what_is_no_formula_is_refused(written):
    with pytest.raises(ValueError, match="no formula|cannot read"):
        formulas.parse(written)


@pytest.mark.parametrize(("signal", "says"), [
    (Signal("x", "total", "x", "a +"), "'x': 'a \\+' is no formula"),
    (Signal("x", "total", "x", "cost"), "'cost' has 1 indices, got 0"),
    (Signal("x", "total", "x", "nothing * 2"), "there is no signal 'nothing'"),
    (Signal("x", "total", "x", "cost[k]"), "the index 'k' has no value"),
    (Signal("x", "cost", "x"), r"'cost' has 1 indices too few: its shape there is \(4,\)"),
    (Signal("x", "lost[0]", "x"), "no array 'lost\\[0\\]'"),
    (Signal("x", "cost[9]", "x"), "outside an array of shape"),
    (Signal("x", "cost.0", "x"), "cannot read the value"),
    (Signal("x", "total", " "), "one that can be said"),
    (Signal("x", "total", "x", color="red"), "a colour is one of"),
    (Signal("x", "total", "x", (("", "rate"), ("over", "rate"))), "each formula but the last has a condition"),
    (Signal("x", "total", "x", (("cost", "rate"), ("", "rate"))), "'cost' has 1 indices too few"),
])  # fmt: skip
def test_a_signal_that_cannot_be_right_is_refused(signal, says):
    with pytest.raises(ValueError, match=f"figure 'ledger': .*{says}"):
        page.figure_html(changed(x=signal))


def test_symbols_then_numbers_then_what_is_computed_on_the_way_then_the_result():
    assert text("cost", 1) == "c_{2} = p_{2} · (1 + r) = 2.600 · (1 + 0.19) = 2.600 · 1.19 = 3.09"
    assert text("total", rate=0) == ("C = Σ_j c_{j} = 1.23 + 2.60 − 0.75 + 4.00 = 7.08")
    assert text("left", rate=0) == "l_{t-1} = P − C = 20.00 − 7.08 = 12.92"
    assert text("price", 0) == "p_{1} = 1.234"


def test_another_formula_where_its_condition_holds():
    assert text("left", rate=0, purse=2).startswith("l_{t-1} = −(C − P) = −(7.08 − 2.00) = −5.08")


def test_a_negative_factor_stands_in_brackets_and_a_negative_term_is_taken_away():
    assert text("cost", 2, rate=0.5).startswith("c_{3} = p_{3} · (1 + r) = −0.750 · (1 + 0.50)")
    assert "tanh(−5.08)" in text("shut", rate=0, purse=2) and "σ(−5.08)" in text("shut", rate=0, purse=2)
    assert text("long", purse=0) == ("L = Σ_j m_{j} · P = 0.10 · 0.00 + 0.37 · 0.00 + 0.64 · 0.00 + … + 2.00 · 0.00 "
                                     "= 0.00 + 0.00 + 0.00 + … + 0.00 = 0.00")


def test_a_very_large_number_shows_its_leading_digits():
    assert text("huge", purse=40).endswith("2.35×10¹⁷")


def number(shown):
    """What a reader types into a calculator for a number."""
    return float(shown.replace("−", "-").removesuffix("%")) / (100 if shown.endswith("%") else 1)


@pytest.mark.parametrize("seed", range(5))
def test_a_reader_who_computes_with_the_digits_shown_finds_what_is_shown_or_is_told_about(seed):
    """Recomputed from the text itself: a line joined by = follows, in its digits, from the line before."""
    rng = np.random.default_rng(seed)
    controls = {"rate": float(rng.uniform(-0.5, 0.5)), "purse": float(rng.uniform(0, 40))}
    seen = 0
    for k in range(4):
        _, numbers, product, result = told("cost", k, **controls).lines
        price, rate = numbers.text.split(" · (1 ")
        follows = f"{number(price) * number(product.text.split(' · ')[1]):.2f}" == f"{number(result.text):.2f}"
        assert follows != result.about
        seen += result.about
    assert seen < 4


def test_it_is_heard_by_its_names():
    assert told("cost", 1).spoken == ("cost equals price times 1 plus rate equals 2.600 times 1 plus 0.19 "
                                      "equals 2.600 times 1.19 equals 3.09")


def test_a_number_of_the_drawing_is_known_by_its_reference():
    assert shown_at(LEDGER.signals, "cost[2]") == ("cost", (2,)) and shown_at(LEDGER.signals, "total") == ("total", ())
    assert shown_at(LEDGER.signals, "cost") is None and shown_at(LEDGER.signals, "totals") is None


def test_the_ledger_agrees_with_its_formulas_and_a_wrong_one_is_found():
    assert adrift(LEDGER) == []
    wrong = changed(cost=dataclasses.replace(LEDGER.signals["cost"], formula="price[k] * (1 + 2 * rate)"))
    found = list(drifts(wrong, getter(wrong, wrong.arrays(), wrong.values())))
    assert len(found) == 4 and "cost at (0,)" in found[0] and len(adrift(wrong)) > 4


def test_its_words_can_be_exchanged():
    assert words.words(LEDGER)["ledger.signals.cost.name"] == "cost"
    other = LEDGER.translated({"ledger.signals.cost.name": "Kosten", "engine.times": "mal"})
    get = getter(other, other.arrays(), other.values())
    assert explained(other, get, "cost", (0,)).spoken.startswith("Kosten equals price mal 1")


def test_a_figure_without_signals_has_no_room_for_them():
    plain = dataclasses.replace(LEDGER, signals={})
    assert "live-explained" in page.figure_html(LEDGER) and "live-explained" not in page.figure_html(plain)
