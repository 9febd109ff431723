"""What the mechanism says and refuses by itself, whatever the exercise; and its card in a notebook and on a page."""

import math
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import torch

from live_figures import exercises
from live_figures.exercises import Refusal, card, function, number, values
from live_figures.exercises.compare import compare, same
from live_figures.exercises.sentences import WORDS, say
from live_figures.host import PAGE

ENTRY = {"title": "Twice `x`", "difficulty": 1, "minutes": 1, "question": "Double $x$.",
         "hints": ("Add.", "Or multiply.")}


def pairs(rng):
    return [(rng.normal(size=shape), 1.5) for shape in ((3,), (1, 2), (2, 2))]


@function(**ENTRY, cases=pairs, returns=("the double", "the number"),
          mistakes={"This is the triple.": ("2 * x", "3 * x")})
def double(x, a):
    return 2 * x, a


@values(**ENTRY, fields={"a": None, "b": None, "kind": ("sum", "product")}, met=lambda q: q["c"] == 6,
        measure=lambda a, b, kind: {"c": a + b if kind == "sum" else a * b}, praise="{c:.0f} it is.",
        mistakes={"That gives {c:.0f}, too little.": ((1, 2, "sum"), lambda q: q["c"] < 6)})
def six():
    return (2, 3, "product")


EXPECTED = np.array([1.0, 2.0, 3.0])


@pytest.mark.parametrize(("got", "says"), [
    ([1.0, 2.5, 3.0], "h differs by up to 0.5, at index 1 (allowed"), ([1.0], "shape (3,)"), ("x", "numbers"),
    ([1, np.nan, 3], "NaN, at index 1"), ([1, 2, np.inf], "infinity, at index 2"), ([1, 2, 3j], "complex"),
    (["a", "b", "c"], "should be numbers"), (None, "Is there a return?"), ([[1], [2, 3]], "should be numbers"),
    (iter([1, 2, 3]), "should be numbers"),
])  # fmt: skip
def test_a_comparison_raises_and_says_what_and_where_but_never_the_answer(got, says):
    with pytest.raises(Refusal) as refusal:
        compare("h", got, EXPECTED)
    assert says in str(refusal.value) and "2.0" not in str(refusal.value)


@pytest.mark.parametrize(("off", "dtype", "right"), [
    (1e-10, np.float64, True), (1e-6, np.float64, False), (1e-6, np.float32, True), (1e-3, np.float32, False),
    (2e-3, np.float16, True), (0.1, np.float16, False),
])
def test_the_tolerance_follows_the_precision_of_the_answer(off, dtype, right):
    got = (EXPECTED * (1 + off)).astype(dtype)
    assert same(got, EXPECTED) is right
    assert same(torch.tensor(got), EXPECTED) is right
    assert dtype is np.float16 or same(got.tolist(), EXPECTED) is right


def test_the_tolerance_is_relative_to_what_is_expected():
    assert not same(2e-9, 1e-9) and same(1e12 + 1, 1e12) and not same([4], [5])
    with pytest.raises(Refusal):
        compare("k", 7.4, 7)


def test_bfloat16_is_read():
    assert same(torch.tensor([1.0, 2.0, 3.0], dtype=torch.bfloat16), EXPECTED)


def test_a_verdict_is_true_only_when_right():
    assert double(lambda x, a: (x + x, a)) and not double(lambda x, a: (x, a)) and not double(...)


@pytest.mark.parametrize(("answer", "says"), [
    (lambda x, a: (3 * x, a), "This is the triple."),
    (lambda x, a: (2 * x, 0), "The number differs by 1.5"),
    (lambda x, a: (2 * x, math.nan), "The number is NaN"),
    (lambda x, a: 2 * x, "2 things in this order: the double, the number"),
    (lambda x, a: (2 * x.T, a), "case 2 of 3: x of shape (1, 2), a = 1.5."),
    (lambda x: x, "Your function takes (x). It is called with 2: (x, a)."),
    (7, "not a value of type int"), ("x", "type str"), (np.ones(3), "type ndarray"),
    (double.solution(1, 2), "type tuple"),
])
def test_a_function_hears_what_is_wrong_with_it(answer, says):
    assert says in double(answer).message and double(answer).state == "wrong"


def test_an_error_is_told_with_its_line():
    def careless(x, a):
        total = 0
        total += x[99]
        return total

    said = double(careless).message
    assert "IndexError" in said and "total += x[99]" in said and re.search(r"line \d+ of your code", said)


def test_arguments_that_were_changed_are_told_and_do_no_harm():
    def in_place(x, a):
        x *= 2
        return x, a

    verdict = double(in_place)
    assert verdict and "changed x in place" in verdict.message
    assert "changed" not in double(lambda x, a: (2 * x, a)).message


def test_what_an_answer_keeps_and_changes_later_is_not_its_earlier_result():
    kept = np.zeros((3,))

    def shared(x, a):
        kept[:] = 0
        return kept, a

    assert double(shared).state == "wrong"


@pytest.mark.parametrize("broken", [lambda x, a: (np.nan * x, a), lambda x, a: 1 / 0])
def test_a_reference_that_fails_is_an_error_and_no_verdict(broken):
    wrong = function(**ENTRY, cases=pairs, mistakes={}, reference=broken)(double.solution)
    with pytest.raises((ValueError, RuntimeError), match=r"test_mechanism.double"):
        wrong(double.solution)


def test_a_mistake_must_stand_in_the_source():
    broken = function(**ENTRY, cases=pairs, mistakes={"No.": ("5 * x", "x")})(double.solution)
    with pytest.raises(ValueError, match="not in the solution"):
        broken.mistaken()


@pytest.mark.parametrize(("wrong", "says"), [({"difficulty": 4}, "1, 2 or 3"), ({"hints": "Add."}, "comma"),
                                             ({"title": " "}, "no title")])  # fmt: skip
def test_a_declaration_that_lacks_something_is_refused(wrong, says):
    with pytest.raises((TypeError, ValueError), match=says):
        number(**ENTRY | wrong, answer=1)(double.solution)


@pytest.mark.parametrize("answer", [(2, 3, "product"), [1, 5, "sum"], {"a": "2", "b": 3.0, "kind": "product"},
                                    {"a": torch.tensor(2.0), "b": np.float32(3), "kind": "product"}])  # fmt: skip
def test_values_that_are_right(answer):
    assert six(answer).message == "6 it is."


@pytest.mark.parametrize(("answer", "says"), [
    ((1, 2, "sum"), "That gives 3, too little."), ((9, 9, "sum"), "Not yet"), ((1, 2), "3 values: a, b, kind"),
    ({"a": 1, "b": 2}, "no value for kind"), ({"a": 1, "c": 2}, "no “c” here"), ((math.inf, 1, "sum"), "infinity"),
    (("one", 1, "sum"), "should be a number"), ((1, 1, "difference"), "one of sum, product"), (6, "3 values"),
    ({"a": 1, "b": ..., "kind": "sum"}, "no value for b"),
])  # fmt: skip
def test_values_that_are_wrong(answer, says):
    assert says in six(answer).message and six(answer).state == "wrong"


def test_values_still_to_be_given_are_no_try():
    assert six({"a": ..., "b": ..., "kind": ...}).state == "open"


def test_a_sentence_is_replaced_by_key_and_checked(monkeypatch):
    monkeypatch.setattr("live_figures.exercises.sentences._replaced", {})
    exercises.replace({"exercises.right": "正确。", "test_mechanism.double.mistakes.0": "这是三倍。"})
    assert double(lambda x, a: (2 * x, a)).message == "正确。"
    assert double(lambda x, a: (3 * x, a)).message == "这是三倍。"
    with pytest.raises(ValueError, match="no text"):
        exercises.replace({"exercises.write": "?"})
    with pytest.raises(ValueError, match="no placeholder"):
        exercises.replace({"exercises.not_that": "{answer}"})


def test_every_sentence_says_what_it_holds():
    for key, said in WORDS.items():
        names = re.findall(r"\{(\w+)", said)
        assert say(key, **dict.fromkeys(names, "…"))


def test_the_card_of_a_function():
    said = double._repr_markdown_()
    assert said.count("<details") == 4 and said.count("<summary>Hint") == 2
    assert said.index("Hint 1") < said.index("Hint 2") < said.index("</details>", said.index("Hint 1"))
    assert "Twice <code>x</code>" in said and "Double $x$." in said
    assert "def double(x, a):\n    return 2 * x, a\n\n\ncheck.double(double)" in said
    assert double.stub_cell() == "def double(x, a):\n    ...\n\n\ncheck.double(double)"


@number(**ENTRY, answer=4, mistakes={"</script>": 5})
def four():
    """Two and two."""


def test_a_question_stands_in_the_card_on_a_page_and_in_a_frame_in_a_notebook(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda part, raw: shown.append(part))
    four._ipython_display_()
    asks, frame, solution = shown
    assert "<iframe title=" in frame["text/html"] and "customElements.define" in frame["text/html"]
    assert "Two and two." in solution["text/markdown"] and "Two and two." not in asks["text/markdown"]
    monkeypatch.setenv(PAGE, "1")
    shown.clear()
    four._ipython_display_()
    (whole,) = shown
    assert "<live-question" in whole["text/markdown"] and "text/html" not in whole


def test_nothing_in_a_card_ends_it_early():
    asked = card.question_html(four)
    assert asked.count("</script>") == 1 and "\n\n" not in asked  # an empty line would end the HTML in Markdown


@pytest.mark.parametrize("number", [Fraction, Decimal, np.longdouble, np.float32, float])
def test_numbers_of_every_kind_are_compared(number):
    assert double(lambda x, a: (np.vectorize(number, otypes=[object])(2 * x), number(a)))


@pytest.mark.parametrize(("got", "says"), [
    (lambda: (v for v in [1.0]), "is of type generator"), (lambda: {"a": 1}.values(), "is of type dict_values"),
    (lambda: [1, None], "should be numbers"), (lambda: [1, 10**400], "should be numbers"),
    (lambda: ["1", "2"], "should be numbers"), (lambda: [1j, 2], "complex"), (lambda: {1, 2}, "is of type set"),
])  # fmt: skip
def test_what_is_no_array_is_told_by_its_type(got, says):
    for verdict in (double(lambda x, a: (got(), a)), double(lambda x, a: got())):
        assert verdict.state == "wrong" and "raised" not in verdict.message
    assert says in double(lambda x, a: (got(), a)).message


def test_an_error_without_words_has_no_empty_brackets():
    def asserting(x, a):
        raise AssertionError

    assert "raised AssertionError. It was" in double(asserting).message


def test_every_sentence_of_a_comparison_begins_with_a_capital_and_has_no_other():
    for got in (3, None, [1, 2], [[1], [2, 3], [4]]):
        with pytest.raises(Refusal) as refusal:
            compare("the list of states", got, [np.zeros(2)] * 3)
        said = str(refusal.value)
        assert said[0].isupper() and "of The" not in said
