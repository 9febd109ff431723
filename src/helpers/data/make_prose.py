"""Freezes English sentences out of the docstrings of Python 3.11: `python -m helpers.data.make_prose`.

Writes prose.txt.gz beside this file: one sentence a line, in lower case, over the characters of SYMBOLS; first those
for training, then an empty line, then those held out. They come out of the docstrings of the standard library and of
pydoc_data.topics, the part of the language reference that `help()` shows; a sentence that stands in several places is
taken once, and whole files are held out. Every second sentence goes without its final mark, as readers often type. The
text is copyright of the Python Software Foundation and comes under its licence, PSF-LICENSE.txt beside this file.
Another Python has other docstrings, and would write another file; nothing runs this by itself.
"""

from __future__ import annotations

import ast
import gzip
import re
import sysconfig
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

__all__ = ["OTHER", "SYMBOLS", "sentences"]

PATH = Path(__file__).with_name("prose.txt.gz")
OTHER = "·"  # stands for every character that is no other symbol: digits, quotes, brackets, other scripts
SYMBOLS = "\n abcdefghijklmnopqrstuvwxyz.,'-" + OTHER
SHORTEST, LONGEST, MOST_OTHERS = 20, 110, 4
HOLD_OUT = 9  # one file in nine
ELSEWHERE = {"test", "tests", "idlelib", "lib2to3", "site-packages", "turtledemo", "pydoc_data"}


@cache
def sentences() -> tuple[list[str], list[str]]:
    """The frozen sentences: those for training, and those held out."""
    train, valid = gzip.decompress(PATH.read_bytes()).decode().split("\n\n")
    return train.split("\n"), valid.split("\n")


def _documents() -> Iterator[tuple[str, str]]:
    """Pairs (file, docstring) of the standard library, and (topic, text) of `help()`."""
    from pydoc_data.topics import topics

    root = Path(sysconfig.get_path("stdlib"))
    for file in sorted(root.rglob("*.py")):
        name = file.relative_to(root)
        if not ELSEWHERE & set(name.parts):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield name.as_posix(), ast.get_docstring(node) or ""
    yield from sorted(topics.items())


def _split(text: str) -> Iterator[str]:
    """The sentences of a docstring that are prose, in lower case and over SYMBOLS."""
    for paragraph in re.split(r"\n\s*\n", text):
        for sentence in re.split(r"(?<=[.?!:]) +(?=[A-Z\"'(])", " ".join(paragraph.split())):
            kept = "".join(c if c in SYMBOLS else OTHER for c in sentence.lower())
            prose = re.fullmatch(r"[A-Z][a-z]*[ ,'-].* .*[a-z][.?]", sentence) and kept.count(OTHER) <= MOST_OTHERS
            if prose and SHORTEST <= len(kept) <= LONGEST:
                yield kept


def main() -> None:
    """Collect the sentences, split them by whole files, and write them."""
    warnings.simplefilter("ignore", SyntaxWarning)
    found, files = {}, {}
    for file, text in _documents():
        for sentence in _split(text):
            found.setdefault(sentence, files.setdefault(file, len(files)))
    parts = [[s if k % 2 else s[:-1] for k, (s, file) in enumerate(found.items()) if (file % HOLD_OUT == 0) == held_out]
             for held_out in (False, True)]
    PATH.write_bytes(gzip.compress("\n\n".join(map("\n".join, parts)).encode(), mtime=0))
    sizes = [f"{len(part)} sentences, {sum(map(len, part))} characters" for part in parts]
    print(f"{PATH.name}: training {sizes[0]}; held out {sizes[1]}; {PATH.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
