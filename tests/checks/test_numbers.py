"""Numbers as people write them: read alike by Python and by the page's script, and answered to the digits written."""

import json
import math
import subprocess

import numpy as np
import pytest
from node import node_binary

from live_figures import assets, exercises
from live_figures.exercises.numbers import accepts, read

SPELLINGS = {
    "41184": 41184, "41,184": 41184, "41 184": 41184, "41\u00a0184": 41184, "41\u2009184": 41184, "41\u202f184": 41184,
    "41'184": 41184, "41’184": 41184, "41_184": 41184, "1,234,567": 1234567, "1.234.567": 1234567, "1,234.5": 1234.5,
    "1.234,5": 1234.5, "1,234": 1234, "1.234": 1.234, "0,125": 0.125, "6,6": 6.6, "6.6": 6.6, "≈ 6.6": 6.6, "~6.6": 6.6,
    "= 6.6": 6.6, " 7 ": 7, "+7": 7, "-7": -7, "−7": -7, "–7": -7, ".5": 0.5, ",5": 0.5, "5.": 5, "1/2": 0.5,
    "1 / 2": 0.5, "-1/2": -0.5, "1/1,000": 0.001, "50 %": 0.5, "50%": 0.5, "12,5 %": 0.125, "1e-3": 0.001,
    "1E-3": 0.001, "1e−3": 0.001, "1.5e3": 1500, "1,5e3": 1500, "1.5·10^3": 1500, "1.5 × 10^−3": 0.0015,
    "2*10**3": 2000, "2^10": 1024, "2**10": 1024, "2 ^ -1": 0.5, "7 steps": 7, "7steps": 7, "7 STEPS": 7, "007": 7,
    "7 step": 7, "1·10⁻³": 0.001, "10⁻³": 0.001, "2⁵": 32, "1.5 × 10⁺²": 150, "2⋅10^3": 2000, "∼ 6.6": 6.6, "≃6.6": 6.6,
}  # fmt: skip
UNREADABLE = ["", " ", "third", "inf", "Infinity", "-inf", "nan", "NaN", "1/0", "0/0", "1e999", "1e99999", "--7", "7-",
              "1,2,3", "12,34,567", "1 23", "41  184", "0x10", "1_0", "1/2/3", "2^3^2", "-2^2", "2^9999", "%", "1%%",
              "7 apples", "__import__('os')", "1+1", "(1)", "1;2", "e3", ".", ",", "١", "1e", "True",
              "⁻³", "2⁻", "step", "²"]  # fmt: skip


@pytest.mark.parametrize("written", SPELLINGS)
def test_it_is_read(written):
    assert read(written, "steps").value == pytest.approx(SPELLINGS[written], rel=1e-12)


@pytest.mark.parametrize("written", UNREADABLE)
def test_it_is_not_read(written):
    assert read(written, "steps") is None


@pytest.mark.parametrize(("written", "answer", "tolerance", "right"), [
    ("6.6", math.log2(96), 0, True), ("6.58", math.log2(96), 0, True), ("6.585", math.log2(96), 0, True),
    ("6.5", math.log2(96), 0, False), ("6.59", math.log2(96), 0, False), ("7", math.log2(96), 0, False),
    ("0.17", 1 / 6, 0, True), ("0.167", 1 / 6, 0, True), ("16.7 %", 1 / 6, 0, True), ("1/6", 1 / 6, 0, True),
    ("0.2", 1 / 6, 0, False), ("0.16", 1 / 6, 0, False), ("41,184", 41184, 0, True), ("41,000", 41184, 0, False),
    ("4.1e4", 41184, 0, False), ("1.1", 1.1, 0, True), ("1.10", 1.1, 0, True), ("1.2", 1.1, 0, False),
    ("0.001", 0.001, 0, True), ("1e-3", 0.001, 0, True), ("0.002", 0.001, 0, False), ("9", 9.5, 0.5, True),
    ("10", 9.5, 0.5, True), ("11", 9.5, 0.5, False),
])  # fmt: skip
def test_it_is_answered_to_the_digits_written(written, answer, tolerance, right):
    assert accepts(read(written), answer, tolerance) is right


def test_the_page_reads_and_accepts_alike():
    spellings = [*SPELLINGS, *UNREADABLE]
    answers = [41184, math.log2(96), 1 / 6, 0.001, 7, 0.5]
    asked = json.dumps({"spellings": spellings, "answers": answers, "whole": [isinstance(a, int) for a in answers]})
    code = f"""
        import {{ accepts, read }} from "./reading.js";
        const {{ spellings, answers, whole }} = {asked};
        console.log(JSON.stringify(spellings.map((s) => {{
          const found = read(s, "steps");
          return found && [found.value, found.half, found.digits,
            ...answers.map((a, k) => accepts(found, a, whole[k]))];
        }})));"""
    command = [node_binary(), "--input-type=module", "-e", code]
    said = subprocess.run(command, cwd=assets.BUILT.parent, capture_output=True, text=True, check=True).stdout
    for written, theirs in zip(spellings, json.loads(said), strict=True):
        ours = read(written, "steps")
        if ours is None:
            assert theirs is None, written
        else:
            assert theirs[:3] == pytest.approx(list(ours), rel=1e-12, abs=0), written
            assert theirs[3:] == [accepts(ours, a) for a in answers], written


@exercises.number(title="Bits", difficulty=1, minutes=1, question="How many?", answer=math.log2(96), unit="bits",
                  mistakes={"That is in nats.": math.log(96)})
def bits():
    """The logarithm."""


@pytest.mark.parametrize("given", [6.6, "6.6", np.float64(6.585), np.float32(math.log2(96)), np.array(6.6),
                                   np.array([6.6]), "6,6 bits", math.log2(96)])  # fmt: skip
def test_a_number_comes_in_many_types(given):
    assert bits(given)


def test_torch_numbers_and_fractions():
    from decimal import Decimal
    from fractions import Fraction

    import torch

    assert bits(torch.tensor(math.log2(96))) and bits(torch.tensor(6.6)) and bits(np.float32(6.585))
    assert bits(Decimal("6.6")) and bits(Fraction(66, 10))


@pytest.mark.parametrize("given", [True, 1j, [6.6, 6.6], np.ones(3), {}, math.inf, math.nan, "about six", lambda: 6.6])
def test_what_is_no_number_is_no_try(given):
    verdict = bits(given)
    assert verdict.state == "open" and "number" in verdict.message


def test_a_wrong_number_is_named_or_repeated():
    from fractions import Fraction

    assert bits(4.56).message == "That is in nats."
    assert bits("5").message.startswith("Not 5.") and bits(5).message.startswith("Not 5.")
    assert bits(Fraction(11, 2)).message.startswith("Not 5.5.") and bits(np.ones((1, 1))).message.startswith("Not 1.")
