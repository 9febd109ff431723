"""The glossary: every entry in both languages, in the order in which one looks it up."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "book/glossary.md"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def entries() -> list[list[str]]:
    """The terms of each entry: the lines in front of its indented text."""
    block = PAGE.read_text().split("```{glossary}\n")[1].split("\n```")[0]
    return [[line for line in entry.splitlines() if not line.startswith(" ")] for entry in block.split("\n\n")]


def test_an_entry_has_an_english_name_and_then_chinese_ones():
    for english, *chinese in entries():
        assert not CHINESE.search(english), english
        assert chinese and all(CHINESE.search(term) for term in chinese), english


def test_entries_stand_in_the_order_of_the_alphabet_and_none_twice():
    names = [english.lower().replace("-", " ") for english, *_ in entries()]
    assert names == sorted(set(names))
