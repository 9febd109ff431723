"""Python and the page read a text as the same codes, whatever characters it holds and however its lines end."""

import json
import subprocess

import numpy as np
import pytest
from node import node_binary

from live_figures import LongText, assets

TEXTS = [
    "", "abc", "a\r\nb\rc\nd", "\r\n\r\n", "\r\r\n", "na\N{LATIN SMALL LETTER I WITH DIAERESIS}ve nai\u0308ve",
    "\N{GRINNING FACE}\N{WOMAN}\u200d\N{WOMAN}\u200d\N{GIRL} \N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-5}",
    "\u65e5\u672c\u8a9e \u0627\u0644\u0639\u0631\u0628\u064a\u0629", "a\tb\u00a0c\u2028d\0e", "\U00010348\uffff",
    "half \ud83d of one, \ude00\ud83d turned round",
]  # fmt: skip
CONTROL = LongText(name="text", label="Text", value="", alphabet="abc\n\N{GRINNING FACE}\u0308", max_length=40,
                   min_length=0)

_ENCODE = """
import { encode, tidy } from "./codes.js";
let given = "";
for await (const part of process.stdin) given += part;
const { control, texts } = JSON.parse(given);
console.log(JSON.stringify(texts.map((text) => [[...tidy(text)].length, [...encode(control, tidy(text))]])));
"""


@pytest.fixture(scope="module")
def of_the_page():
    """What the page's module makes of TEXTS: the number of characters and the codes of each."""
    control = {"alphabet": CONTROL.alphabet, "unknown": CONTROL.unknown_code, "max": CONTROL.max_length}
    given = json.dumps({"control": control, "texts": TEXTS})
    command = [node_binary(), "--input-type=module", "-e", _ENCODE]
    done = subprocess.run(command, input=given, cwd=assets.BUILT.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("k", range(len(TEXTS)))
def test_a_text_has_the_same_codes_in_python_and_in_the_page(of_the_page, k):
    length, codes = of_the_page[k]
    assert length == len(CONTROL.check(TEXTS[k]))
    np.testing.assert_array_equal(codes, CONTROL.array(TEXTS[k]))


def test_line_ends_and_unknown_characters():
    control = LongText(name="t", label="T", value="a", alphabet="a\n", max_length=6)
    np.testing.assert_array_equal(control.array("a\r\nb\N{GRINNING FACE}"), [0, 1, 2, 2, -1, -1])
    known = LongText(name="t", label="T", value="a", alphabet="a\n?", max_length=4, unknown=2)
    np.testing.assert_array_equal(known.array("a\u0301"), [0, 2, -1, -1])
